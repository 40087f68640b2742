//! Legal neighbours of the rules about certificates.

use grantor::{
    AuthorizationServer, CertificatesRequired, ClientCredentials, Implicit, Issuer, LocalVerifier, MemoryStore, MutualTls,
    NoCertificates, OAuth21, ResourceServer, Rfc6749, Token, issuer,
};
use ui_tests::PgStore;

fn optional() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(MutualTls::new())
        .build();
}

/// Its type says what it insists on.
type Strict = AuthorizationServer<PgStore, (ClientCredentials,), (), (MutualTls<CertificatesRequired, NoCertificates>,), OAuth21>;

fn that_only_binds() {
    let aliased = MutualTls::required().binding_only().endpoint_aliases("https://mtls.example.com").expect("an origin");
    let _server: Strict = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(aliased)
        .build();
}

/// Access tokens of the authorization endpoint are bearer tokens.
fn beside_the_implicit_grant() {
    let _server = AuthorizationServer::builder()
        .profile(Rfc6749)
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(Implicit::new())
        .response_type(Token)
        .enable(MutualTls::new())
        .build();
}

fn api(store: MemoryStore, issuer: Issuer) {
    let _server = ResourceServer::new(LocalVerifier::new(store, issuer)).mutual_tls().bound_tokens_only();
}

pub fn main() {
    optional();
    that_only_binds();
    beside_the_implicit_grant();
    api(MemoryStore::new(), issuer!("https://as.example.com"));
}
