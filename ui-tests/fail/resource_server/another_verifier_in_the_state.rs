// legal: pass/resource_server.rs, fn authorized
use axum::Router;
use axum::routing::get;
use grantor::{Authorized, LocalVerifier, MemoryStore, ResourceServer};
use ui_tests::NoTokens;

async fn me(claims: Authorized<NoTokens>) -> String {
    claims.person().unwrap_or("a client").to_owned()
}

pub fn routes(server: ResourceServer<LocalVerifier<MemoryStore>>) -> Router {
    Router::new().route("/me", get(me)).with_state(server)
}

fn main() {}
