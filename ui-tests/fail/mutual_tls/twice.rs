// legal: pass/mutual_tls.rs, fn optional
use grantor::{AuthorizationServer, ClientCredentials, MutualTls, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(MutualTls::new())
        .enable(MutualTls::required())
        .build();
}
