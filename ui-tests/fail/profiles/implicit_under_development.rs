// legal: pass/profiles.rs, fn development
use grantor::{AuthorizationServer, ClientCredentials, Development, Implicit, OAuth21, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .grant(Implicit::new())
        .build();
}
