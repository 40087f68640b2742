// legal: pass/storage.rs, fn each
use grantor::{AuthorizationServer, ClientCredentials, Introspection, issuer};
use ui_tests::NoAccessTokens;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .grant(ClientCredentials::new())
        .enable(Introspection::new())
        .storage(NoAccessTokens)
        .build();
}
