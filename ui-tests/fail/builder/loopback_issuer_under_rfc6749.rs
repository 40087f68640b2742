// legal: pass/chain.rs, fn development_rfc6749
use grantor::{AuthorizationServer, ClientCredentials, Rfc6749, loopback_issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .profile(Rfc6749)
        .issuer(loopback_issuer!("http://localhost:8080"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .build();
}
