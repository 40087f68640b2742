// legal: pass/responses.rs, fn switch
use grantor::{AuthorizationCode, AuthorizationServer, Code, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .response_type(None)
        .build();
}
