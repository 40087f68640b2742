// legal: pass/values.rs, fn endpoints
use grantor::{AuthorizationServer, Endpoints};

fn main() {
    let endpoints = Endpoints::new().token("/oauth").and_then(|endpoints| endpoints.authorization("/oauth"));
    let _ = AuthorizationServer::builder().endpoints(endpoints);
}
