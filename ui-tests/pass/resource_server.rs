//! Legal neighbours of the rules about resource servers.

use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::get;
use bytes::Bytes;
use grantor::{
    Algorithm, Authorized, ClientSecret, HttpClient, Jwks, JwtVerifier, LocalVerifier, MemoryStore, RemoteJwks, RemoteVerifier,
    RequiredAuthentication, RequiredScope, ResourceServer, issuer, required_authentication, required_scope,
};
use http::{Request, Response};
use ui_tests::NoTokens;

required_scope!(
    /// May read.
    pub Read = "read"
);
required_scope!(ReadAndWrite = "read write");
required_authentication!(pub Strong = acr "phr phrh");
required_authentication!(Recent = max_age 300);

async fn me(claims: Authorized<NoTokens>) -> String {
    claims.person().unwrap_or("a client").to_owned()
}

async fn read(_: Authorized<NoTokens, Read>) -> &'static str {
    "only with the scope `read`"
}

async fn pay(_: Authorized<NoTokens, Read, Strong>) -> &'static str {
    "only for whoever signed in with a key"
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
    let _router: Router =
        Router::new().route("/me", get(me)).route("/read", get(read)).route("/pay", get(pay)).with_state(resources.clone());
    let _router: Router = Router::new().route("/me", get(me)).with_state(App { resources });
}

fn scopes() {
    assert_eq!((Read::SCOPE, ReadAndWrite::SCOPE), ("read", "read write"));
}

fn authentication() {
    assert_eq!((Strong::ACR_VALUES, Strong::MAX_AGE), ("phr phrh", None));
    assert_eq!((Recent::ACR_VALUES, Recent::MAX_AGE), ("", Some(300)));
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

fn keys() {
    let remote = RemoteJwks::new("https://as.example.com/jwks", Http).expect("a URL");
    let verifier = JwtVerifier::new("https://as.example.com", "https://api.example.com", remote);
    let _jwts = ResourceServer::new(verifier.algorithms([Algorithm::Es256]));
    let fixed = JwtVerifier::new("https://as.example.com", "https://api.example.com", Jwks::default());
    let _beside = ResourceServer::new(fixed.families(MemoryStore::new(), issuer!("https://as.example.com")));
}

pub fn main() {
    authorized();
    scopes();
    authentication();
    verifiers();
    keys();
}
