//! What a fetcher sends to the hosts that strangers name, how often, and what it takes from them.

mod addresses;
mod answers;
mod callers;
mod kept;
mod posts;
mod script;

use std::sync::Arc;

use grantor::{FetchError, Fetcher, Timestamp};
use script::{Answer, Json, Script, URL};

/// Some moment.
const NOON: u64 = 1_800_000_000;

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_unix(NOON + seconds)
}

fn fetcher(script: Script) -> (Fetcher, Arc<Script>) {
    let script = Arc::new(script);
    (Fetcher::with(script.clone()), script)
}

fn answering(answer: Answer) -> (Fetcher, Arc<Script>) {
    fetcher(Script::of([answer]))
}

/// Fetches the usual URL.
async fn fetch(fetcher: &Fetcher, seconds: u64) -> Result<Arc<Json>, FetchError> {
    fetcher.fetch(URL, at(seconds)).await
}
