// legal: pass/grants.rs, fn password
use grantor::{AuthorizationServer, Password, Rfc6749, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .profile(Rfc6749)
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(Password::new(PgStore))
        .build();
}
