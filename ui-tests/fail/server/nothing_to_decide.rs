// legal: pass/server.rs, fn routers
use std::sync::Arc;

use axum::Router;
use grantor::{AuthorizationServer, ClientCredentials, issuer, router_with};
use ui_tests::{Alice, PgStore};

pub fn routes() -> Router {
    let chain = AuthorizationServer::builder().issuer(issuer!("https://as.example.com")).storage(PgStore);
    router_with(Arc::new(chain.grant(ClientCredentials::new()).build()), Alice)
}

fn main() {}
