// legal: pass/storage.rs, fn each
use grantor::{AuthorizationServer, ClientCredentials, Introspection, issuer};
use ui_tests::Clients;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(Clients)
        .enable(Introspection::new());
}
