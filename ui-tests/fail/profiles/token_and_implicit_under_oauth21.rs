// legal: pass/profiles.rs, fn rfc6749
use grantor::{AuthorizationServer, Implicit, Token, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(Implicit::new())
        .response_type(Token)
        .build();
}
