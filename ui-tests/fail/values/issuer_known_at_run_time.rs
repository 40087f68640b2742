// legal: pass/values.rs, fn issuers
use grantor::{Issuer, issuer};

pub fn issuer_of(tenant: &'static str) -> Issuer {
    issuer!(tenant)
}

fn main() {}
