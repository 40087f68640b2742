//! Rich authorization requests (RFC 9396), as clients, people and APIs meet them.

mod asking;
mod beside_others;
mod clients;
#[path = "../common/mod.rs"]
mod common;
mod deciding;
mod jwt;
mod model;
mod of_themselves;
#[path = "../common/peers.rs"]
mod peers;
mod peers_that_ask;
mod stores;
mod tokens;

use common::{Answer, CALLBACK, PKCE, Pairs, Peer, REQUEST, SECRET, redemption, subject, with};
use grantor::{
    Approval, AuthorizationDetail, AuthorizationRequest, Client, ClientBuilder, ClientSecret, Decision, Interaction,
    InvalidDetail, RichAuthorizationRequests, ServesOAuth, wire_name,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const PAYMENTS: &str = "https://payments.example.com";
const ACCOUNTS: &str = "https://accounts.example.com/v1";

/// A credit transfer. It denies no member that it does not have: the library does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Payment {
    amount: Amount,
    creditor: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    locations: Vec<String>,
}
wire_name!(Payment = "payment_initiation");

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Amount {
    /// Of the smallest unit.
    value: u64,
    currency: String,
}

impl AuthorizationDetail for Payment {
    fn covers(&self, narrower: &Self) -> bool {
        let (own, less) = (&self.amount, &narrower.amount);
        less.value <= own.value
            && less.currency == own.currency
            && narrower.creditor == self.creditor
            && narrower.locations == self.locations
    }

    fn check(&self, client: &Client) -> Result<(), InvalidDetail> {
        match self.amount.value {
            0 => Err("the amount is zero".into()),
            1_000_000.. if client.is_public() => {
                Err(format!("a public client may not ask for so much of {}", "a payment").into())
            }
            _ => Ok(()),
        }
    }

    fn locations(&self) -> &[String] {
        &self.locations
    }
}

/// Access to accounts: to those that are named, or to those that the person chooses.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Accounts {
    actions: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accounts: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    locations: Vec<String>,
}
wire_name!(Accounts = "account_information");

impl AuthorizationDetail for Accounts {
    fn covers(&self, narrower: &Self) -> bool {
        let all = |own: &[String], less: &[String]| less.iter().all(|one| own.contains(one));
        let accounts = match (&self.accounts, &narrower.accounts) {
            (None, _) => true,
            (Some(own), Some(less)) => all(own, less),
            (Some(_), None) => false,
        };
        accounts && all(&self.actions, &narrower.actions) && narrower.locations == self.locations
    }

    fn locations(&self) -> &[String] {
        &self.locations
    }

    fn is_granted_to_itself(&self, client: &Client) -> bool {
        client.id().as_str() == "conf" && self.actions == ["list"]
    }
}

type Rich = RichAuthorizationRequests<(Payment, Accounts)>;

/// A server with both types, with what else the chain is given.
macro_rules! server {
    ($store:expr, $clock:expr $(, $given:ident($argument:expr))*) => {
        grantor::AuthorizationServer::builder()
            .profile(grantor::Development::<grantor::Rfc6749>::new())
            .issuer(grantor::issuer!("https://as.example.com"))
            .storage($store)
            .clock($clock.clone())
            .grant(grantor::AuthorizationCode::new())
            .grant(grantor::RefreshToken::new())
            .grant(grantor::ClientCredentials::new())
            .response_type(grantor::Code)
            .enable(crate::Rich::new())
            .enable(grantor::Introspection::new())
            $(.$given($argument))*
            .build()
    };
}
use server;

/// The same with the clients, and a person who grants all that is asked for.
macro_rules! peer {
    ($($given:ident($argument:expr)),*) => {{
        let clock = grantor::ManualClock::new(crate::common::START);
        let server = crate::server!(grantor::MemoryStore::new(), clock $(, $given($argument))*);
        crate::register!(server);
        crate::common::Peer::new(server, crate::common::Decides(crate::grants_all), clock)
    }};
}
use peer;

/// Registers `pub`, `conf`, `poor` (like `conf`, without payments) and `rs` (a resource server).
macro_rules! register {
    ($server:expr) => {
        for client in crate::clients() {
            $server.register_client(client.build().expect("a client")).await.expect("a registration");
        }
    };
}
use register;

fn clients() -> [ClientBuilder; 4] {
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let everything = |client: ClientBuilder| client.redirect_uri(CALLBACK).scope("scope read write");
    let grants = ["authorization_code", "refresh_token", "client_credentials"];
    let confidential = |id| everything(Client::confidential(id, &secret)).grant_types(grants);
    let types = ["payment_initiation", "account_information"];
    [
        everything(Client::public("pub")).grant_types(["authorization_code", "refresh_token"]).authorization_details_types(types),
        confidential("conf").authorization_details_types(types),
        confidential("poor").authorization_details_types(["account_information"]),
        Client::confidential("rs", &secret).grant_types::<String>([]).introspects_any_token(),
    ]
}

/// Grants all that is asked for in detail.
fn grants_all(request: AuthorizationRequest) -> Decision {
    let approval = Approval::by(subject("alice")).consented();
    let details = request.authorization_details().cloned();
    let approval = details.iter().fold(approval, |approval, details| approval.details(details));
    request.approve(approval)
}

fn payment(value: u64) -> Value {
    json!({"type": "payment_initiation", "amount": {"value": value, "currency": "EUR"}, "creditor": "Merchant A"})
}

fn accounts(actions: &[&str]) -> Value {
    json!({"type": "account_information", "actions": actions})
}

/// An authorization request of the public client for these details.
fn asking(details: &str) -> Pairs<'_> {
    with(&with(&REQUEST, &PKCE), &[("authorization_details", details)])
}

/// Begins an authorization of the public client with these details.
async fn begun<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>, details: &Value) -> Answer {
    let code = peer.code_for(&asking(&details.to_string())).await;
    let answer = peer.redeem(&code).await;
    answer.assert_ok();
    answer
}

/// Refreshes, asking for these details.
async fn refreshed<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>, token: &str, details: Option<&Value>) -> Answer {
    let text = details.map(Value::to_string);
    let mut pairs = common::refreshing(token).to_vec();
    pairs.extend(text.as_deref().map(|text| ("authorization_details", text)));
    peer.token(&pairs).await
}

/// It permits these details, by the response and by what the resource server is told.
async fn assert_permits<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>, answer: &Answer, details: &Value) {
    answer.assert_ok();
    assert_eq!(answer.json()["authorization_details"], *details, "{answer:?}");
    let seen = peer.introspect(&answer.member("access_token")).await;
    assert_eq!((&seen["active"], &seen["authorization_details"]), (&json!(true), details), "{seen}");
}
