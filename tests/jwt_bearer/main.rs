//! Assertions of other issuers as authorization grants (RFC 7523 section 2.1), and ID-JAGs (MCP's enterprise-managed authorization).

mod bound;
mod client_credentials;
#[path = "../common/mod.rs"]
mod common;
mod id_jag;
#[path = "../common/jws.rs"]
mod jws;
mod plain;

use std::sync::{Mutex, OnceLock};

use common::{Answer, Approves, Peer, SECRET, START, basic};
use grantor::{
    Algorithm, Assertion, AssertionDecision, AssertionPolicy, Client, ClientSecret, Jwks, KeyPair, Resource, ResourceIndicators,
    Resources, ServesOAuth, StoreError, Subject, TrustedIssuer, TrustedIssuers,
};
use serde_json::{Value, json};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const ISSUER: &str = "https://as.example.com";
const IDP: &str = "https://idp.example.com";
const MCP: &str = "https://mcp.example.com";
const OTHER: &str = "https://other.example.com/api";

/// Knows `u-1` of the identity provider as `alice`, unless it is told otherwise, and writes down what it was asked.
#[derive(Default)]
struct Accounts {
    asked: Mutex<Vec<Value>>,
    decides: Mutex<Option<Decide>>,
}

type Decide = fn() -> Result<AssertionDecision, StoreError>;

impl Accounts {
    fn decides(&self, decide: Decide) {
        *self.decides.lock().expect("a lock") = Some(decide);
    }
    fn count(&self) -> usize {
        self.asked.lock().expect("a lock").len()
    }
}

fn alice() -> AssertionDecision {
    AssertionDecision::to(Subject::new("alice").expect("a subject")).username("Alice")
}

impl AssertionPolicy for Accounts {
    async fn decide(&self, assertion: Assertion<'_>) -> Result<AssertionDecision, StoreError> {
        self.asked.lock().expect("a lock").push(json!({
            "client": assertion.client().id().as_str(), "iss": assertion.issuer(), "sub": assertion.subject(),
            "scope": assertion.scope().as_str(), "resources": assertion.resources().collect::<Vec<_>>(),
            "email": assertion.claim("email"), "actor": assertion.actor().map(|actor| actor.subject().to_owned()),
            "left": assertion.expires_at().as_unix() - assertion.now().as_unix(),
        }));
        match *self.decides.lock().expect("a lock") {
            Some(decide) => decide(),
            None if (assertion.issuer(), assertion.subject()) == (IDP, "u-1") => Ok(alice()),
            None => Ok(AssertionDecision::default()),
        }
    }
}

/// The key of the identity provider.
fn key() -> &'static KeyPair {
    static KEY: OnceLock<KeyPair> = OnceLock::new();
    KEY.get_or_init(|| jws::key(Algorithm::Es256))
}

fn issuers() -> TrustedIssuers<Jwks> {
    TrustedIssuers::new([TrustedIssuer::new(IDP, Jwks::of([key().public_key()])).longest(300)]).expect("an issuer")
}

fn resources() -> ResourceIndicators<Resources> {
    let resource = |name| Resource::new(name).expect("a resource");
    ResourceIndicators::new(Resources::new([resource(MCP), resource(OTHER)]).expect("resources"))
}

macro_rules! peer {
    ($grant:expr $(, $feature:expr)*) => {{
        let clock = grantor::ManualClock::new(crate::common::START);
        let server = grantor::AuthorizationServer::builder()
            .profile(grantor::Development::<grantor::OAuth21>::new())
            .issuer(grantor::issuer!("https://as.example.com"))
            .storage(grantor::MemoryStore::new())
            .clock(clock.clone())
            .grant($grant)
            .grant(grantor::ClientCredentials::new())
            $(.enable($feature))*
            .enable(grantor::Introspection::new())
            .build();
        for client in crate::clients() {
            server.register_client(client).await.expect("a registration");
        }
        crate::Peer::new(server, crate::Approves, clock)
    }};
}
use peer;

fn clients() -> Vec<Client> {
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let confidential =
        |id: &str| Client::confidential(id, &secret).scope("read write openid offline_access").default_scope("read");
    let all = [
        confidential("app").grant_types([GRANT]),
        confidential("other").grant_types([GRANT]),
        confidential("nobody").grant_types(["client_credentials"]),
        Client::public("pub").scope("read write").default_scope("read").grant_types([GRANT]),
        Client::confidential("rs", &secret).grant_types::<String>([]).introspects_any_token(),
    ];
    all.into_iter().map(|client| client.build().expect("a client")).collect()
}

/// With other members; `null` takes one away.
fn changed(mut claims: Value, changes: &Value) -> Value {
    let members = claims.as_object_mut().expect("an object");
    members.extend(changes.as_object().expect("an object").clone());
    members.retain(|_, value| !value.is_null());
    claims
}

async fn present<Sv: ServesOAuth>(peer: &Peer<Sv, Approves>, client: &str, assertion: &str, more: &[(&str, &str)]) -> Answer {
    let mut pairs = vec![("grant_type", GRANT), ("assertion", assertion)];
    pairs.extend(more);
    match client {
        "pub" => {
            pairs.push(("client_id", "pub"));
            peer.token(&pairs).await
        }
        client => peer.post("/token", Some(&basic(client, SECRET)), &pairs).await,
    }
}

async fn claims_of<Sv: ServesOAuth>(peer: &Peer<Sv, Approves>, answer: &Answer) -> Value {
    answer.assert_ok();
    peer.introspect(&answer.member("access_token")).await
}
