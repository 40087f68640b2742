// legal: pass/dpop.rs, fn optional
use grantor::{AuthorizationServer, ClientCredentials, Dpop, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(Dpop::new())
        .enable(Dpop::required())
        .build();
}
