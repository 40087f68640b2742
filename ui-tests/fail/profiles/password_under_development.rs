// legal: pass/profiles.rs, fn development
use grantor::{AuthorizationServer, ClientCredentials, Development, OAuth21, Password, issuer};
use ui_tests::{NoPasswords, PgStore};

fn main() {
    let _server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .grant(Password::new(NoPasswords))
        .build();
}
