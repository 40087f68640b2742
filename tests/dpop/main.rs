//! Tokens that are bound to a key (DPoP, RFC 9449), through HTTP as clients and APIs use them.

mod attacks;
mod binding;
#[path = "../common/mod.rs"]
mod common;
#[path = "../common/jws.rs"]
mod jws;
mod model;
mod nonces;
mod proofs;
mod registration;
mod resource;
mod stores;
mod userinfo;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::{Answer, CALLBACK, PKCE, Peer, SECRET, START, form};
use grantor::{Algorithm, Client, ClientBuilder, ClientSecret, Interaction, KeyPair, ServesOAuth};
use http::{Request, header};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const TOKEN: &str = "https://as.example.com/token";

/// A server with every grant that there is, and these features.
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
            .grant(grantor::Password::new(crate::common::OneUser))
            .grant(crate::Own)
            .response_type(grantor::Code)
            .enable(grantor::Introspection::new())
            $(.$given($argument))*
            .build()
    };
}
use server;

/// The server with its clients, and a clock to turn.
macro_rules! peer {
    () => {
        crate::peer!(enable(grantor::Dpop::new()))
    };
    ($($given:ident($argument:expr)),*) => {{
        let clock = grantor::ManualClock::new(crate::common::START);
        let server = crate::server!(grantor::MemoryStore::new(), clock $(, $given($argument))*);
        for client in crate::clients() {
            // One that has to bind its tokens is not for every server.
            if client.clone().build().is_ok_and(|client| server.check_client(client).is_err()) {
                continue;
            }
            server.register_client(client.build().expect("a client")).await.expect("a registration");
        }
        crate::common::Peer::new(server, crate::common::Approves, clock)
    }};
}
use peer;

/// A grant of an application's own.
pub struct Own;
grantor::extension_grant!(Own = "urn:example:own", refresh_tokens: grantor::Yes);

impl<S: grantor::FamilyStore> grantor::Grant<S> for Own {
    async fn decide(&self, cx: &grantor::TokenContext<'_, S>) -> Result<grantor::Granted, grantor::OAuthError> {
        Ok(grantor::Granted::to(common::subject("alice"), cx.scope()?))
    }
}

const GRANTS: [&str; 5] = ["authorization_code", "refresh_token", "client_credentials", "password", "urn:example:own"];

/// A public client, one that authenticates, one that has to bind its tokens, and an API.
fn clients() -> Vec<ClientBuilder> {
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let public = |id: &str| {
        let client = Client::public(id).redirect_uri(CALLBACK).scope("scope");
        client.grant_types(["authorization_code", "refresh_token", "password", "urn:example:own"])
    };
    vec![
        public("pub"),
        public("bound").dpop_bound_access_tokens(),
        Client::confidential("conf", &secret).redirect_uri(CALLBACK).scope("scope").grant_types(GRANTS),
        Client::confidential("rs", &secret).grant_types::<String>([]).introspects_any_token(),
    ]
}

/// The key of the client, and that of somebody else.
fn key() -> &'static KeyPair {
    static KEY: OnceLock<KeyPair> = OnceLock::new();
    KEY.get_or_init(|| jws::key(Algorithm::Es256))
}

fn other_key() -> &'static KeyPair {
    static KEY: OnceLock<KeyPair> = OnceLock::new();
    KEY.get_or_init(|| jws::key(Algorithm::Es256))
}

fn thumbprint(key: &KeyPair) -> String {
    key.public_key().thumbprint().to_string()
}

fn proof_header(key: &KeyPair) -> Value {
    json!({"typ": "dpop+jwt", "alg": key.public_key().algorithm().as_str(), "jwk": jws::jwk(key)})
}

/// What a good proof says at the start of the clock. Each time another `jti`.
fn proof_claims(method: &str, url: &str) -> Value {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let jti = format!("jti-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    json!({"jti": jti, "htm": method, "htu": url, "iat": START.as_unix()})
}

fn signed(header: &Value, claims: &Value, key: &KeyPair) -> String {
    jws::signed(&header.to_string(), &claims.to_string(), key)
}

fn proof_by(key: &KeyPair, claims: &Value) -> String {
    signed(&proof_header(key), claims, key)
}

/// A good proof of the client for a token request.
fn proof() -> String {
    proof_by(key(), &proof_claims("POST", TOKEN))
}

/// The same with other members; `null` takes one away.
fn changed(mut object: Value, changes: Value) -> Value {
    let members = object.as_object_mut().expect("an object");
    members.extend(changes.as_object().expect("an object").clone());
    members.retain(|_, value| !value.is_null());
    object
}

fn ath(token: &str) -> String {
    jws::encode(Sha256::digest(token))
}

/// A token request of this client, with proofs.
async fn ask<Sv: ServesOAuth, I: Interaction<Sv>>(
    peer: &Peer<Sv, I>,
    client: &str,
    pairs: &[(&str, &str)],
    proofs: &[&str],
) -> Answer {
    let mut request = Request::post("/token").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let mut pairs = pairs.to_vec();
    match client {
        "conf" => request = request.header(header::AUTHORIZATION, common::basic("conf", SECRET)),
        public => pairs.push(("client_id", public)),
    }
    // In capitals, as some write it: names of headers have no case.
    request = proofs.iter().fold(request, |request, proof| request.header("DPOP", *proof));
    peer.send(request.body(form(&pairs)).expect("a request")).await
}

/// The request whose grant needs nothing but the client.
const SIMPLE: [(&str, &str); 1] = [("grant_type", "urn:example:own")];

/// What a proof is worth with a simple token request.
async fn worth<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>, proof: &str) -> String {
    said(&ask(peer, "pub", &SIMPLE, &[proof]).await)
}

/// `200 DPoP`, or an error with its status.
fn said(answer: &Answer) -> String {
    let json = answer.json();
    let word = if answer.status.is_success() { &json["token_type"] } else { &json["error"] };
    format!("{} {}", answer.status.as_u16(), word.as_str().unwrap_or_default())
}

/// A code of the client, from a request with these parameters besides.
async fn code<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>, client: &str, besides: &[(&str, &str)]) -> String {
    let mut pairs = vec![("response_type", "code"), ("client_id", client), ("redirect_uri", CALLBACK), ("scope", "scope")];
    pairs.extend(PKCE.iter().chain(besides));
    peer.code_for(&pairs).await
}

fn redeeming(code: &str) -> [(&str, &str); 4] {
    [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", common::VERIFIER)]
}

fn refreshing(token: &str) -> [(&str, &str); 2] {
    [("grant_type", "refresh_token"), ("refresh_token", token)]
}

/// What introspection says of a token.
async fn introspect<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>, token: &str) -> Value {
    peer.post("/introspect", Some(&common::basic("rs", SECRET)), &[("token", token)]).await.json()
}
