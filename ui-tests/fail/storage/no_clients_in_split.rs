// legal: pass/storage.rs, fn split
use grantor::{AuthorizationServer, ClientCredentials, Split, issuer};
use ui_tests::{Clients, Tokens};

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(Split::new(Tokens, Clients))
        .grant(ClientCredentials::new())
        .build();
}
