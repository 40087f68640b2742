//! Legal neighbours of the rules about rich authorization requests.

use grantor::{
    AuthorizationCode, AuthorizationDetail, AuthorizationServer, ClientCredentials, Code, RichAuthorizationRequests, issuer,
};
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

#[derive(Serialize, Deserialize)]
struct Accounts {
    actions: Vec<String>,
}
grantor::wire_name!(Accounts = "account_information");
impl AuthorizationDetail for Accounts {
    fn covers(&self, narrower: &Self) -> bool {
        narrower.actions.iter().all(|action| self.actions.contains(action))
    }
}

fn one() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(RichAuthorizationRequests::<(Payment,)>::new())
        .build();
}

/// The storage comes last.
fn two() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .grant(ClientCredentials::new())
        .enable(RichAuthorizationRequests::<(Payment, Accounts)>::new())
        .storage(PgStore)
        .build();
}

/// The list has a name, as where it is written down more than once.
type Details = (Accounts, Payment);

fn named() -> AuthorizationServer<PgStore, (ClientCredentials,), (), (RichAuthorizationRequests<Details>,)> {
    AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(RichAuthorizationRequests::<Details>::new())
        .build()
}

pub fn main() {
    one();
    two();
    let _ = named();
}
