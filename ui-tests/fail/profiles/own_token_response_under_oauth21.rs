// legal: pass/responses.rs, fn own_with_token
use grantor::{AuthorizationServer, ClientCredentials, FamilyStore, No, Respond, Yes, extension_response_type, issuer};
use ui_tests::PgStore;

pub struct Ticket;
extension_response_type!(Ticket = "ticket", code: No, access_token: Yes);
impl<S: FamilyStore> Respond<S> for Ticket {}

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .response_type(Ticket)
        .build();
}
