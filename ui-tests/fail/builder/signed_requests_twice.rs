// legal: pass/signed_messages.rs, fn signed_requests
use grantor::{AuthorizationCode, AuthorizationServer, Code, RequestObjects, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(RequestObjects::inline_keys())
        .enable(RequestObjects::inline_keys().required())
        .build();
}
