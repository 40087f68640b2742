// legal: pass/responses.rs, fn code_token
use grantor::{AuthorizationServer, CodeToken, Implicit, Rfc6749, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .profile(Rfc6749)
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(Implicit::new())
        .response_type(CodeToken)
        .build();
}
