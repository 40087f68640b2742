// legal: pass/profiles.rs, fn rfc6749
use grantor::{AuthorizationServer, ClientCredentials, Password, issuer};
use ui_tests::{NoPasswords, PgStore};

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .grant(Password::new(NoPasswords))
        .build();
}

// shows: RFC6749-10.7-01, RFC9700-2.4-01
