//! Legal neighbours of the rules about the chain as a whole.

use grantor::{
    AuthorizationCode, AuthorizationServer, ClientCredentials, Code, Development, Introspection, MemoryStore, OAuth21,
    RefreshToken, Revocation, Rfc6749, issuer, loopback_issuer,
};
use ui_tests::PgStore;

fn typical() {
    let server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .grant(ClientCredentials::new())
        .response_type(Code)
        .enable(Introspection::new())
        .enable(Revocation::new())
        .build();
    assert_eq!(server.issuer().as_str(), "https://as.example.com");
}

/// Apart from the profile, the order is free.
fn storage_and_issuer_last() {
    let _server = AuthorizationServer::builder()
        .enable(Introspection::new())
        .response_type(Code)
        .grant(AuthorizationCode::new())
        .storage(PgStore)
        .issuer(issuer!("https://as.example.com"))
        .build();
}

fn profile_first() {
    let _server = AuthorizationServer::builder()
        .profile(Rfc6749)
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .build();
    // Issuer, storage and features are not checked against it.
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .enable(Introspection::new())
        .profile(OAuth21)
        .grant(ClientCredentials::new())
        .build();
}

fn development() {
    let _server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(loopback_issuer!("http://localhost:8080"))
        .storage(MemoryStore::new())
        .grant(ClientCredentials::new())
        .build();
}

fn development_rfc6749() {
    let _server = AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(loopback_issuer!("http://[::1]:8080"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .build();
}

fn main() {
    typical();
    storage_and_issuer_last();
    profile_first();
    development();
    development_rfc6749();
}
