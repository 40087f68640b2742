// legal: pass/registration.rs, fn open
use grantor::{AnyClient, AuthorizationServer, ClientCredentials, DynamicRegistration, issuer};
use ui_tests::NoRegistrations;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(NoRegistrations)
        .grant(ClientCredentials::new())
        .enable(DynamicRegistration::new(AnyClient::new()))
        .build();
}
