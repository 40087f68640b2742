// legal: pass/profiles.rs, fn development
use grantor::rules::IssuerIsSet;
use grantor::{Issuer, LoopbackIssuer};

pub fn disguised(issuer: LoopbackIssuer) -> Issuer {
    IssuerIsSet::into_issuer(issuer)
}

fn main() {}
