// legal: pass/storage.rs, fn each
use grantor::{AuthorizationServer, ClientCredentials, issuer};

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(String::from("postgres://localhost"))
        .grant(ClientCredentials::new())
        .build();
}
