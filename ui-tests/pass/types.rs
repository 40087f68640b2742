//! Legal neighbours of mistakes in writing down the type of a server.

use grantor::{
    AuthorizationCode, AuthorizationServer, ClientCredentials, Code, Development, Introspection, MemoryStore, OAuth21,
    RefreshToken, RunsOn, issuer, loopback_issuer,
};
use ui_tests::PgStore;

/// In the order of the chain.
fn alias() {
    type Server = AuthorizationServer<PgStore, (AuthorizationCode, RefreshToken), (Code,), (Introspection,)>;
    const _: () = assert!(Server::GRANT_TYPES.len() == 2 && Server::RESPONSE_TYPES.len() == 1);
    let _server: Server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code)
        .enable(Introspection::new())
        .build();

    type Local = AuthorizationServer<MemoryStore, (ClientCredentials,), (), (), Development<OAuth21>>;
    let _server: Local = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(loopback_issuer!("http://localhost:8080"))
        .storage(MemoryStore::new())
        .grant(ClientCredentials::new())
        .build();
}

fn one_element() {
    fn serve<G: RunsOn<PgStore>>(_: &AuthorizationServer<PgStore, G>) {}
    let server: AuthorizationServer<PgStore, (ClientCredentials,)> = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .build();
    serve(&server);
    assert!(format!("{server:?}").contains("client_credentials"));
    drop(server.metadata());
}

pub fn main() {
    alias();
    one_element();
}
