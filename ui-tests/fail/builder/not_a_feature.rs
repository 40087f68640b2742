// legal: pass/chain.rs, fn typical
use grantor::{AuthorizationCode, AuthorizationServer, ClientCredentials, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(AuthorizationCode::new())
        .build();
}
