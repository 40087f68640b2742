// legal: pass/values.rs, fn fetcher
use grantor::Fetcher;

pub struct Http;

fn main() {
    let _fetcher = Fetcher::with(Http);
}
