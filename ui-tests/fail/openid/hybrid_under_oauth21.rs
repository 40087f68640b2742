// legal: pass/openid.rs, fn front
use grantor::{AuthorizationCode, AuthorizationServer, CodeIdToken, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(CodeIdToken)
        .build();
}
