// legal: pass/responses.rs, fn token
use grantor::{AuthorizationServer, ClientCredentials, Implicit, Rfc6749, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .profile(Rfc6749)
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .grant(Implicit::new())
        .build();
}
