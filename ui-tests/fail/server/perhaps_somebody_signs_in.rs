// legal: pass/server.rs, fn machines
use std::sync::Arc;

use axum::Router;
use grantor::{AuthorizationServer, ClientCredentials, ServesOAuth, issuer, router};
use ui_tests::PgStore;

fn machines() -> impl ServesOAuth {
    let chain = AuthorizationServer::builder().issuer(issuer!("https://as.example.com")).storage(PgStore);
    chain.grant(ClientCredentials::new()).build()
}

pub fn routes() -> Router {
    router(Arc::new(machines()))
}

fn main() {}
