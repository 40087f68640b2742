//! Clients that authenticate with a JWT that they sign (RFC 7521, RFC 7523, draft-ietf-oauth-rfc7523bis), through HTTP as they do.

mod assertions;
#[path = "../common/mod.rs"]
mod common;
mod flows;
#[path = "../common/jws.rs"]
mod jws;
mod keys;
mod metadata;
mod model;
#[path = "../common/peers.rs"]
mod peers;
mod programs;
mod registration;
#[path = "../fetcher/script.rs"]
mod script;
mod stores;

use std::sync::atomic::{AtomicUsize, Ordering};

use common::{Answer, Approves, Peer, START, with};
use grantor::{Algorithm, Client, ClientBuilder, KeyPair, ServesOAuth};
use serde_json::{Value, json};

const ISSUER: &str = "https://as.example.com";
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What is asked of each endpoint that authenticates clients, and how it answers who may ask.
const ENDPOINTS: [(&str, &[(&str, &str)]); 3] = [
    ("/token", &[("grant_type", "client_credentials")]),
    ("/introspect", &[("token", "unknown")]),
    ("/revoke", &[("token", "unknown")]),
];

/// A server with the feature, two endpoints beside the token endpoint, and what else the chain is given.
macro_rules! server {
    ($store:expr, $clock:expr, $feature:expr $(, $given:ident($argument:expr))*) => {
        grantor::AuthorizationServer::builder()
            .profile(grantor::Development::<grantor::OAuth21>::new())
            .issuer(grantor::issuer!("https://as.example.com"))
            .storage($store)
            .clock($clock.clone())
            $(.$given($argument))*
            .grant(grantor::ClientCredentials::new())
            .enable($feature)
            .enable(grantor::Introspection::new())
            .enable(grantor::Revocation::new())
            .build()
    };
}
use server;

/// A server whose clients have their keys in their records.
macro_rules! peer {
    ($feature:expr) => {{
        let clock = grantor::ManualClock::new(crate::common::START);
        let server = crate::server!(grantor::MemoryStore::new(), clock, $feature);
        server.register_client(crate::job().build().expect("a client")).await.expect("a registration");
        crate::common::Peer::new(server, crate::common::Approves, clock)
    }};
    () => {
        crate::peer!(grantor::PrivateKeyJwt::inline_keys())
    };
}
use peer;

/// The key of `job`.
fn key() -> &'static KeyPair {
    static KEY: std::sync::OnceLock<KeyPair> = std::sync::OnceLock::new();
    KEY.get_or_init(|| jws::key(Algorithm::Es256))
}

/// A JWK Set of these keys, with the names by which assertions call them.
fn jwks(keys: &[(&str, &KeyPair)]) -> Value {
    let named = |(kid, key): &(&str, &KeyPair)| {
        let mut jwk = jws::jwk(key);
        jwk["kid"] = json!(kid);
        jwk
    };
    json!({"keys": keys.iter().map(named).collect::<Vec<_>>()})
}

/// A client that introspects, too.
fn client(id: &str) -> ClientBuilder {
    Client::with_keys(id).grant_types(["client_credentials"]).scope("read").introspects_any_token()
}

fn job() -> ClientBuilder {
    client("job").jwks(jwks(&[("one", key())]))
}

/// What a good assertion of the client says, at the start of the clock. Each time another `jti`.
fn claims(id: &str) -> Value {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let (now, jti) = (START.as_unix(), COUNT.fetch_add(1, Ordering::Relaxed));
    json!({"iss": id, "sub": id, "aud": ISSUER, "iat": now, "exp": now + 60, "jti": format!("jti-{jti}")})
}

/// The same with other members; `null` takes one away.
fn changed(mut object: Value, changes: Value) -> Value {
    let members = object.as_object_mut().expect("an object");
    members.extend(changes.as_object().expect("an object").clone());
    members.retain(|_, value| !value.is_null());
    object
}

fn header() -> Value {
    json!({"alg": "ES256", "typ": "client-authentication+jwt", "kid": "one"})
}

fn assertion(claims: &Value) -> String {
    jws::signed(&header().to_string(), &claims.to_string(), key())
}

/// A request to an endpoint with an assertion.
async fn ask<Sv: ServesOAuth>(peer: &Peer<Sv, Approves>, endpoint: (&str, &[(&str, &str)]), assertion: &str) -> Answer {
    let pairs = with(endpoint.1, &[("client_assertion_type", JWT_BEARER), ("client_assertion", assertion)]);
    peer.post(endpoint.0, None, &pairs).await
}

/// The same to the token endpoint, and what it says: `200`, or an error with its status.
async fn says<Sv: ServesOAuth>(peer: &Peer<Sv, Approves>, assertion: &str) -> String {
    said(&ask(peer, ENDPOINTS[0], assertion).await)
}

fn said(answer: &Answer) -> String {
    let error = if answer.status.is_success() { Value::Null } else { answer.json()["error"].clone() };
    format!("{} {}", answer.status.as_u16(), error.as_str().unwrap_or_default()).trim_end().to_owned()
}
