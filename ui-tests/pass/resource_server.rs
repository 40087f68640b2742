//! Legal neighbours of the rules about resource servers.

use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::get;
use bytes::Bytes;
use grantor::{
    Authorized, ClientSecret, HttpClient, LocalVerifier, MemoryStore, RemoteVerifier, RequiredScope, ResourceServer, issuer,
    required_scope,
};
use http::{Request, Response};
use ui_tests::NoTokens;

required_scope!(
    /// May read.
    pub Read = "read"
);
required_scope!(ReadAndWrite = "read write");

async fn me(claims: Authorized<NoTokens>) -> String {
    claims.person().unwrap_or("a client").to_owned()
}

async fn read(_: Authorized<NoTokens, Read>) -> &'static str {
    "only with the scope `read`"
}

#[derive(Clone)]
struct App {
    resources: ResourceServer<NoTokens>,
}

impl FromRef<App> for ResourceServer<NoTokens> {
    fn from_ref(app: &App) -> Self {
        app.resources.clone()
    }
}

fn authorized() {
    let resources = ResourceServer::new(NoTokens);
    let _router: Router = Router::new().route("/me", get(me)).route("/read", get(read)).with_state(resources.clone());
    let _router: Router = Router::new().route("/me", get(me)).with_state(App { resources });
}

fn scopes() {
    assert_eq!((Read::SCOPE, ReadAndWrite::SCOPE), ("read", "read write"));
}

struct Http;

impl HttpClient for Http {
    async fn send(&self, _: Request<Bytes>) -> Result<Response<Bytes>, Box<dyn Error + Send + Sync>> {
        Err("offline".into())
    }
}

fn verifiers() {
    let store = Arc::new(MemoryStore::new());
    let _local = ResourceServer::new(LocalVerifier::new(store, issuer!("https://as.example.com")));
    let secret = ClientSecret::generate();
    let remote = RemoteVerifier::new("https://as.example.com/introspect", "api", &secret, Http).expect("a URL");
    let _remote = ResourceServer::new(remote);
}

fn main() {
    authorized();
    scopes();
    verifiers();
}
