// legal: pass/chain.rs, fn typical
use grantor::{AuthorizationServer, ClientCredentials, issuer};

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .grant(ClientCredentials::new())
        .build();
}
