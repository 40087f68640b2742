// legal: pass/values.rs, fn lifetimes
use grantor::AuthorizationServer;

fn main() {
    let _ = AuthorizationServer::builder().access_token_lifetime(3600);
}
