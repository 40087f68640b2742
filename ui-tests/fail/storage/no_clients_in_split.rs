// legal: pass/storage.rs, fn split
use grantor::{AuthorizationServer, ClientCredentials, Split, issuer};
use ui_tests::Tokens;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(Split::new(Tokens, Tokens))
        .grant(ClientCredentials::new())
        .build();
}
