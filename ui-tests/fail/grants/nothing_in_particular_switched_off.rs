// legal: pass/grants.rs, fn switched_off
use grantor::{AuthorizationServer, ClientCredentials, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .grant(None)
        .build();
}
