// legal: pass/profiles.rs, fn rfc6749
use grantor::{AuthorizationCode, AuthorizationServer, Code, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new().pkce_plain())
        .response_type(Code)
        .build();
}
