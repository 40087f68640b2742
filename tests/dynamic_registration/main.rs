//! Clients that register themselves (RFC 7591) and manage what they registered (RFC 7592), as they, people and operators meet them.

#![recursion_limit = "256"]

#[path = "../common/mod.rs"]
mod common;

mod access;
mod bounds;
mod managing;
mod members;
mod metadata_walk;
mod model;
#[path = "../common/provider.rs"]
mod provider;
mod registering;
mod removing;
#[path = "../fetcher/script.rs"]
mod script;
mod statements;
mod strangers;

use std::sync::Arc;

use bytes::Bytes;
use common::{Answer, Decides, Peer, START, VERIFIER, basic, subject};
use grantor::{
    Admission, AnyClient, Approval, AuthorizationCode, AuthorizationServer, ClientCredentials, ClientStore, Code, Development,
    DynamicRegistration, Interaction, Introspection, ManualClock, MemoryStore, OAuth21, RefreshToken, RegistrationPolicy,
    RegistrationRefusal, RegistrationRequest, RegistrationStore, Revocation, Scope, ServesOAuth, issuer,
};
use http::{Method, Request, header};
use serde_json::{Value, json};

const CALLBACK: &str = "https://app.example.org/callback";
const ALL: &str = "read write offline_access";
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

type Server<P, S = MemoryStore> = AuthorizationServer<
    S,
    (AuthorizationCode, RefreshToken, ClientCredentials),
    (Code,),
    (Introspection, Revocation, DynamicRegistration<P>),
    Development<OAuth21>,
>;
type Client<P, S = MemoryStore> = Peer<Server<P, S>, Decides>;

fn scope(text: &str) -> Scope {
    Scope::parse(text).expect("a scope")
}

fn server_on<P: RegistrationPolicy, S>(store: S, registration: DynamicRegistration<P>) -> Client<P, S>
where
    S: RegistrationStore
        + grantor::AuthorizationRecords
        + grantor::AuthorizationCodeStore
        + grantor::AccessTokenStore
        + grantor::RefreshTokenStore,
{
    let clock = ManualClock::new(START);
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(store)
        .clock(clock.clone())
        .scopes(scope("read write offline_access admin"))
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .grant(ClientCredentials::new())
        .response_type(Code)
        .enable(Introspection::new())
        .enable(Revocation::new())
        .enable(registration.scope(scope(ALL)))
        .build();
    Peer::new(server, Decides(|request| request.approve(Approval::by(subject("alice")).consented())), clock)
}

fn server<P: RegistrationPolicy>(policy: P) -> Client<P> {
    server_on(MemoryStore::new(), DynamicRegistration::new(policy))
}

/// Every grant of the server is for strangers.
fn every_grant<P: RegistrationPolicy>(policy: P) -> Client<P> {
    let grants = ["authorization_code", "refresh_token", "client_credentials"];
    server_on(MemoryStore::new(), DynamicRegistration::new(policy).grant_types(grants))
}

fn open() -> Client<AnyClient> {
    server(AnyClient::new())
}

/// A server of everything that a client can have something of, over this store.
macro_rules! whole {
    ($store:expr) => {{
        let clock = ManualClock::new(START);
        let grants = ["authorization_code", "refresh_token", DEVICE];
        let server = AuthorizationServer::builder()
            .profile(Development::<OAuth21>::new())
            .issuer(issuer!("https://as.example.com"))
            .storage($store)
            .clock(clock.clone())
            .scopes(scope(ALL))
            .grant(AuthorizationCode::new())
            .grant(RefreshToken::new())
            .grant(grantor::DeviceCode::new())
            .response_type(Code)
            .enable(grantor::SigningKeys::ephemeral().algorithm(grantor::Es256))
            .enable(grantor::JwtAccessTokens::new("https://api.example.com"))
            .enable(grantor::PushedAuthorizationRequests::new())
            .enable(Introspection::new())
            .enable(Revocation::new())
            .enable(DynamicRegistration::new(AnyClient::new()).grant_types(grants))
            .build();
        Peer::new(server, Decides(|request| request.approve(Approval::by(subject("alice")).consented())), clock)
    }};
}
use whole;

/// A policy that does what the function says.
struct Says(fn(&RegistrationRequest<'_>) -> Result<Admission, RegistrationRefusal>);

impl RegistrationPolicy for Says {
    async fn decide(&self, request: &RegistrationRequest<'_>) -> Result<Admission, RegistrationRefusal> {
        (self.0)(request)
    }
}

/// What a client of a browser or a device sends.
fn public() -> Value {
    json!({"redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none", "client_name": "An app"})
}

/// `base` with other members; `null` leaves one out.
fn and(base: Value, changes: Value) -> Value {
    let (Value::Object(mut members), Value::Object(changes)) = (base, changes) else { panic!("no objects") };
    members.extend(changes);
    members.retain(|_, value| !value.is_null());
    members.into()
}

async fn send<Sv: ServesOAuth, I: Interaction<Sv>>(
    peer: &Peer<Sv, I>,
    method: Method,
    url: &str,
    token: Option<&str>,
    body: Option<&Value>,
) -> Answer {
    let mut request = Request::builder().method(method).uri(url.trim_start_matches("https://as.example.com"));
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    if body.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    let body = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
    peer.send(request.body(body).expect("a request")).await
}

async fn register<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>, metadata: &Value) -> Answer {
    send(peer, Method::POST, "/register", None, Some(metadata)).await
}

/// Registers, and gets this.
async fn registered<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>, metadata: &Value) -> Value {
    let answer = register(peer, metadata).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (201, "application/json"), "{answer:?}");
    assert_eq!((answer.header("cache-control"), answer.header("pragma")), ("no-store", "no-cache"));
    answer.json()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

/// What an operation on the registration of this client is answered with.
async fn managed<Sv: ServesOAuth, I: Interaction<Sv>>(
    peer: &Peer<Sv, I>,
    method: Method,
    client: &Value,
    body: Option<&Value>,
) -> Answer {
    let (url, token) = (text(client, "registration_client_uri"), text(client, "registration_access_token"));
    send(peer, method, url, Some(token), body).await
}

/// What is stored of a client.
async fn record(store: &impl ClientStore, client: &Value) -> Arc<grantor::Client> {
    let found = store.client(&issuer!("https://as.example.com"), text(client, "client_id")).await;
    found.expect("an answer").expect("the client")
}

/// The authorization request of a client.
fn request<'a>(client: &'a Value, scope: &'a str) -> [(&'a str, &'a str); 7] {
    [
        ("response_type", "code"),
        ("client_id", text(client, "client_id")),
        ("redirect_uri", client["redirect_uris"][0].as_str().expect("a URI")),
        ("scope", scope),
        ("state", "xyz"),
        ("code_challenge", common::CHALLENGE),
        ("code_challenge_method", "S256"),
    ]
}

/// The code of a client whose person agrees.
async fn code<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>, client: &Value, scope: &str) -> String {
    let answer = peer.authorize(&request(client, scope)).await;
    answer.query().remove("code").unwrap_or_else(|| panic!("no code in {answer:?}"))
}

async fn redeem<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>, client: &Value, code: &str) -> Answer {
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", client["redirect_uris"][0].as_str().expect("a URI")),
        ("code_verifier", VERIFIER),
        ("client_id", text(client, "client_id")),
    ];
    token(peer, client, &pairs).await
}

/// The tokens of a client that walks the code flow.
async fn tokens<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>, client: &Value, scope: &str) -> Answer {
    redeem(peer, client, &code(peer, client, scope).await).await
}

/// A token request of this client, as it authenticates.
async fn token<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>, client: &Value, pairs: &[(&str, &str)]) -> Answer {
    let id = text(client, "client_id");
    match client["client_secret"].as_str() {
        Some(secret) => peer.post("/token", Some(&basic(id, secret)), pairs).await,
        None => peer.token(&common::with(pairs, &[("client_id", id)])).await,
    }
}
