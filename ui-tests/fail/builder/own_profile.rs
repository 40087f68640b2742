// legal: pass/chain.rs, fn profile_first
use grantor::Profile;

#[derive(Debug)]
pub struct EverythingGoes;

impl Profile for EverythingGoes {
    const NAME: &'static str = "everything goes";
}

fn main() {}
