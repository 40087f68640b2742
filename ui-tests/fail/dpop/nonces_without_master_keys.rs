// legal: pass/dpop.rs, fn with_nonces
use grantor::{AuthorizationServer, ClientCredentials, Dpop, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(Dpop::required().nonces())
        .build();
}
