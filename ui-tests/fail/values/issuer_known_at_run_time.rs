// legal: pass/values.rs, fn issuers
use grantor::{Issuer, issuer};

pub fn issuer_of(_tenant: &'static str) -> Issuer {
    issuer!(_tenant)
}

fn main() {}
