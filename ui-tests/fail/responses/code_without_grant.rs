// legal: pass/responses.rs, fn code
use grantor::{AuthorizationServer, ClientCredentials, Code, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .response_type(Code)
        .build();
}
