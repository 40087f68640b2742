// legal: pass/signed_messages.rs, fn signed_responses
use grantor::{AuthorizationCode, AuthorizationServer, Code, Jarm, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(Jarm::new())
        .build();
}
