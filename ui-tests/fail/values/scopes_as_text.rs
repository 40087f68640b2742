// legal: pass/values.rs, fn scopes
use grantor::AuthorizationServer;

fn main() {
    let _ = AuthorizationServer::builder().scopes("read  write");
}
