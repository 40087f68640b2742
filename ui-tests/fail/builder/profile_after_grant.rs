// legal: pass/chain.rs, fn profile_first
use grantor::{AuthorizationServer, ClientCredentials, Rfc6749, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .profile(Rfc6749)
        .build();
}
