// legal: pass/responses.rs, fn own_by_hand
use grantor::{AuthorizationServer, ClientCredentials, No, Respond, ResponseType, issuer, wire_name};
use ui_tests::PgStore;

pub struct Mine;
wire_name!(Mine = "token");
impl ResponseType for Mine {
    type CarriesCode = No;
    type CarriesAccessToken = No;
    type CarriesIdToken = No;
}
impl<S: Send + Sync> Respond<S> for Mine {}

fn main() {
    let chain = AuthorizationServer::builder().issuer(issuer!("https://as.example.com")).storage(PgStore);
    let _server = chain.grant(ClientCredentials::new()).response_type(Mine).build();
}
