// legal: pass/openid.rs, fn typical
use grantor::{AuthorizationCode, AuthorizationServer, Code, OpenId, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(OpenId::new(()))
        .build();
}
