// legal: pass/values.rs, fn lifetimes
use grantor::{AuthorizationServer, lifetime};

fn main() {
    let _ = AuthorizationServer::builder().acess_token_lifetime(lifetime!(AccessTokenLifetime, 3600));
}
