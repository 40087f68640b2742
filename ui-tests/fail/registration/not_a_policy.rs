// legal: pass/registration.rs, fn of_ones_own
use grantor::{AuthorizationServer, ClientCredentials, DynamicRegistration, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(DynamicRegistration::new(PgStore))
        .build();
}
