// legal: pass/profiles.rs, fn rfc6749
use grantor::{AuthorizationServer, ClientCredentials, Implicit, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .grant(Implicit::new())
        .build();
}
