// legal: pass/grants.rs, fn all
use grantor::{AuthorizationCode, AuthorizationServer, Code, RefreshToken, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .build();
}
