// legal: pass/grants.rs, fn switched_off
use grantor::{AuthorizationServer, ClientCredentials, Password, issuer};
use ui_tests::{NoPasswords, PgStore};

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .grant(false.then_some(Password::new(NoPasswords)))
        .build();
}
