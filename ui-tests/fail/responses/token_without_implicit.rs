// legal: pass/responses.rs, fn token
use grantor::{AuthorizationServer, ClientCredentials, Rfc6749, Token, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .profile(Rfc6749)
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .response_type(Token)
        .build();
}
