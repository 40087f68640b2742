// legal: pass/server.rs, fn still_authorized
use grantor::{AuthorizationServer, ClientCredentials, StillAuthorized, issuer};
use ui_tests::PgStore;

pub struct Accounts;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(StillAuthorized::new(Accounts))
        .build();
}
