// legal: pass/responses.rs, fn code
use grantor::{AuthorizationCode, AuthorizationServer, ClientCredentials, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .grant(ClientCredentials::new())
        .build();
}
