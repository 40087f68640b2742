// legal: pass/responses.rs, fn switch
use grantor::{AuthorizationCode, AuthorizationServer, Code, issuer};
use ui_tests::PgStore;

pub fn serve(on: bool) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(on.then_some(Code))
        .build();
}

fn main() {}
