// legal: pass/client_keys.rs, fn fetched
use grantor::{AuthorizationServer, ClientCredentials, PrivateKeyJwt, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(PrivateKeyJwt::new())
        .build();
}
