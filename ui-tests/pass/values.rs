//! Legal neighbours of values that cannot be made.

use grantor::{
    AuthorizationCode, AuthorizationServer, Client, ClientCredentials, ClientSecret, CodeLifetime, Endpoints, ErrorCode, Fetcher,
    Issuer, LoopbackIssuer, Scope, issuer, lifetime, loopback_issuer,
};
use ui_tests::PgStore;

fn issuers() {
    for issuer in [issuer!("https://as.example.com"), issuer!("https://as.example.com/tenant")] {
        assert_eq!(Issuer::parse(issuer.as_str()).ok(), Some(issuer));
    }
    let tenant = String::from("https://as.example.com/tenant");
    let _chain = AuthorizationServer::builder().issuer(Issuer::parse(&tenant).expect("configured"));
    for issuer in
        [loopback_issuer!("http://localhost:8080"), loopback_issuer!("http://127.0.0.1"), loopback_issuer!("http://[::1]")]
    {
        assert_eq!(LoopbackIssuer::parse(issuer.as_str()).ok(), Some(issuer));
    }
}

fn lifetimes() {
    // Both bounds are in.
    assert_eq!(lifetime!(CodeLifetime, 1).as_secs() + lifetime!(CodeLifetime, 600).as_secs(), 601);
    assert_eq!(lifetime!(AccessTokenLifetime, 86_400).as_secs(), 86_400);
    assert_eq!(lifetime!(RefreshTokenLifetime, 31_536_000).as_secs(), 31_536_000);
    assert_eq!(lifetime!(RetryWindow, 0).as_secs(), 0);
    let _chain = AuthorizationServer::builder()
        .access_token_lifetime(lifetime!(AccessTokenLifetime, 3600))
        .grant(AuthorizationCode::new().code_lifetime(CodeLifetime::from_secs(30).expect("configured")));
}

fn scopes() {
    let _chain = AuthorizationServer::builder().scopes(Scope::parse("read write").expect("a scope"));
}

fn error_code() {
    const PENDING: ErrorCode = ErrorCode::extension("authorization_pending");
    assert_eq!(PENDING.as_str(), "authorization_pending");
}

fn endpoints() {
    let endpoints = Endpoints::new().token("/oauth/token").and_then(|endpoints| endpoints.authorization("/oauth/authorize"));
    let _chain = AuthorizationServer::builder().endpoints(endpoints.expect("two paths"));
}

fn clients() {
    let server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .build();
    let secret = ClientSecret::generate();
    let client = Client::confidential("app", &secret).grant_types(["client_credentials"]).build().expect("a client");
    server.check_client(client).expect("served");
}

/// With `DirectClient`'s feature: what connects where it was looked, and nowhere else.
fn fetcher() {
    let _fetcher = Fetcher::new();
}

pub fn main() {
    fetcher();
    issuers();
    lifetimes();
    scopes();
    error_code();
    endpoints();
    clients();
}
