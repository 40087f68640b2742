// legal: pass/responses.rs, fn own
use grantor::{AuthorizationServer, ClientCredentials, No, extension_response_type, issuer};
use ui_tests::PgStore;

pub struct Receipt;
extension_response_type!(Receipt = "receipt", code: No, access_token: No);

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .response_type(Receipt)
        .build();
}
