// legal: pass/chain.rs, fn development
use grantor::{AuthorizationServer, ClientCredentials, Development, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .profile(Development::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .build();
}
