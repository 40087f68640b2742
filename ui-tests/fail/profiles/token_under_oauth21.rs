// legal: pass/profiles.rs, fn rfc6749
use grantor::{AuthorizationCode, AuthorizationServer, Code, Token, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .response_type(Token)
        .build();
}
