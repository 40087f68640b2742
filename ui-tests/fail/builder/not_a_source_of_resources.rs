// legal: pass/chain.rs, fn resource_indicators
use grantor::{AuthorizationServer, ClientCredentials, ResourceIndicators, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(ResourceIndicators::new(PgStore).required())
        .build();
}
