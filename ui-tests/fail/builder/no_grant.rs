// legal: pass/chain.rs, fn typical
use grantor::{AuthorizationServer, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .build();
}
