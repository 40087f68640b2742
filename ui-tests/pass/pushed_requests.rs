//! Legal neighbours of the rules about pushed authorization requests.

use grantor::{
    AccessTokenStore, AuthorizationCode, AuthorizationCodeStore, AuthorizationServer, Client, ClientStore, Code, Durable,
    PendingStore, PushedAuthorizationRequests, PushingRequired, RedirectUri, RedirectUriPolicy, issuer,
};
use ui_tests::PgStore;

fn required() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(PushedAuthorizationRequests::required())
        .build();
}

struct BelowOnePath;

impl RedirectUriPolicy for BelowOnePath {
    fn permits(&self, _: &Client, uri: &RedirectUri) -> bool {
        uri.as_str().starts_with("https://app.example.com/")
    }
}

/// The storage comes last.
fn by_ones_own_policy() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(PushedAuthorizationRequests::new().redirect_uris(BelowOnePath))
        .storage(PgStore)
        .build();
}

type Server<S> = AuthorizationServer<S, (AuthorizationCode,), (Code,), (PushedAuthorizationRequests<PushingRequired>,)>;

/// For whatever keeps what it needs.
fn whatever<S: ClientStore + AuthorizationCodeStore + AccessTokenStore + PendingStore + Durable>(store: S) -> Server<S> {
    AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(store)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(PushedAuthorizationRequests::required())
        .build()
}

pub fn main() {
    required();
    by_ones_own_policy();
    let _ = whatever(PgStore);
}
