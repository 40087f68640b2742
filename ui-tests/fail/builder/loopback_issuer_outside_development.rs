// legal: pass/chain.rs, fn development
use grantor::{AuthorizationServer, ClientCredentials, loopback_issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(loopback_issuer!("http://localhost:8080"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .build();
}
