// legal: pass/values.rs, fn issuers
use grantor::{LoopbackIssuer, loopback_issuer};

pub fn issuer() -> LoopbackIssuer {
    loopback_issuer!("http://as.example.com")
}

fn main() {}
