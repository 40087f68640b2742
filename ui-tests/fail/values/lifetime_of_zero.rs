// legal: pass/values.rs, fn lifetimes
use grantor::{AccessTokenLifetime, lifetime};

pub fn lifetime() -> AccessTokenLifetime {
    lifetime!(AccessTokenLifetime, 0)
}

fn main() {}
