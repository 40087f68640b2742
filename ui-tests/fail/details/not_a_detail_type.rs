// legal: pass/details.rs, fn one
use grantor::{AuthorizationCode, AuthorizationDetail, AuthorizationServer, Code, RichAuthorizationRequests, issuer};
use serde::{Deserialize, Serialize};
use ui_tests::PgStore;

#[derive(Serialize, Deserialize)]
struct Payment {
    amount: u64,
}
grantor::wire_name!(Payment = "payment_initiation");
impl AuthorizationDetail for Payment {
    fn covers(&self, narrower: &Self) -> bool {
        narrower.amount <= self.amount
    }
}

fn server() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(RichAuthorizationRequests::<(Payment, String)>::new())
        .build();
}

fn main() {}
