// legal: pass/chain.rs, fn typical
use grantor::{AuthorizationServer, ClientCredentials, Introspection, Revocation, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(Introspection::new())
        .enable(Revocation::new())
        .enable(Introspection::new())
        .build();
}
