// legal: pass/chain.rs, fn typical
use grantor::{AuthorizationServer, ClientCredentials, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .issuer(issuer!("https://other.example.com"))
        .build();
}
