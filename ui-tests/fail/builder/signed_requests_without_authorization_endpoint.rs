// legal: pass/signed_messages.rs, fn signed_requests
use grantor::{AuthorizationServer, ClientCredentials, RequestObjects, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(RequestObjects::inline_keys())
        .build();
}
