// legal: pass/storage.rs, fn split
use grantor::{AuthorizationServer, ClientCredentials, issuer};
use ui_tests::Tokens;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(Tokens)
        .grant(ClientCredentials::new())
        .build();
}
