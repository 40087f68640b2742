//! Authorization requests that clients sign (RFC 9101), and responses that the server signs (JARM), through HTTP as clients and browsers send
//! and get them.

mod by_reference;
mod by_value;
#[path = "../common/mod.rs"]
mod common;
mod confusion;
#[path = "../common/jws.rs"]
mod jws;
#[path = "../common/peers.rs"]
mod peers;
mod programs;
mod registration;
mod responses;
#[path = "../fetcher/script.rs"]
mod script;
mod stores;

use std::sync::OnceLock;

use common::{Answer, CALLBACK, CHALLENGE, SECRET, START};
use grantor::{Algorithm, Client, ClientBuilder, ClientSecret, KeyPair};
use serde_json::{Value, json};

const ISSUER: &str = "https://as.example.com";

/// A server with what the chain is given.
macro_rules! server {
    ($store:expr, $clock:expr $(, $given:ident($argument:expr))*) => {
        grantor::AuthorizationServer::builder()
            .profile(grantor::Development::<grantor::OAuth21>::new())
            .issuer(grantor::issuer!("https://as.example.com"))
            .storage($store)
            .clock($clock.clone())
            .grant(grantor::AuthorizationCode::new())
            .response_type(grantor::Code)
            $(.$given($argument))*
            .build()
    };
}
use server;

/// The same with the client `app`, changed so, and an application that approves.
macro_rules! peer {
    ($client:expr; $($given:ident($argument:expr)),*) => {{
        let clock = grantor::ManualClock::new(crate::common::START);
        let server = crate::server!(grantor::MemoryStore::new(), clock $(, $given($argument))*);
        server.register_client($client.build().expect("a client")).await.expect("a registration");
        crate::common::Peer::new(server, crate::common::Approves, clock)
    }};
}
use peer;

/// The key of `app`.
fn key() -> &'static KeyPair {
    static KEY: OnceLock<KeyPair> = OnceLock::new();
    KEY.get_or_init(|| jws::key(Algorithm::Es256))
}

fn jwks() -> Value {
    let mut jwk = jws::jwk(key());
    jwk["kid"] = json!("one");
    json!({"keys": [jwk]})
}

/// A client with a secret, and with keys for what it signs.
fn app() -> ClientBuilder {
    bare("app").jwks(jwks())
}

fn bare(id: &str) -> ClientBuilder {
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    Client::confidential(id, &secret).redirect_uri(CALLBACK).scope("read write openid").grant_types(["authorization_code"])
}

/// What its request objects say.
fn claims() -> Value {
    let now = START.as_unix();
    json!({
        "iss": "app", "aud": ISSUER, "exp": now + 300, "nbf": now, "iat": now,
        "client_id": "app", "response_type": "code", "redirect_uri": CALLBACK, "scope": "read", "state": "inside",
        "code_challenge": CHALLENGE, "code_challenge_method": "S256",
    })
}

/// The same with other members; `null` takes one away.
fn changed(mut object: Value, changes: Value) -> Value {
    let members = object.as_object_mut().expect("an object");
    members.extend(changes.as_object().expect("an object").clone());
    members.retain(|_, value| !value.is_null());
    object
}

fn header() -> Value {
    json!({"alg": "ES256", "typ": "oauth-authz-req+jwt", "kid": "one"})
}

fn signed(claims: &Value) -> String {
    jws::signed(&header().to_string(), &claims.to_string(), key())
}

/// With these changes.
fn object(changes: Value) -> String {
    signed(&changed(claims(), changes))
}

/// It came back to the client, with the code that is not an error.
#[track_caller]
fn assert_allowed(answer: &Answer) {
    assert_eq!(answer.status, 302, "{answer:?}");
    assert!(answer.query().contains_key("code") && answer.location().starts_with(CALLBACK), "{answer:?}");
}
