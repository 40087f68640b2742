// legal: pass/values.rs, fn lifetimes
use grantor::{AuthorizationCode, lifetime};

fn main() {
    let _ = AuthorizationCode::new().code_lifetime(lifetime!(AccessTokenLifetime, 3600));
}
