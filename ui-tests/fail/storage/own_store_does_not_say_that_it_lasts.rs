// legal: pass/storage.rs, fn each
use grantor::{AuthorizationServer, ClientCredentials, issuer};
use ui_tests::Volatile;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(Volatile)
        .grant(ClientCredentials::new())
        .build();
}
