//! Clients whose identifiers are URLs of documents (draft-ietf-oauth-client-id-metadata-document), through HTTP as they come. The hosts of
//! the documents say what a test has written down.

mod changes;
mod clients;
#[path = "../common/mod.rs"]
mod common;
mod everywhere;
mod hosts;
#[path = "../common/jws.rs"]
mod jws;
mod keys;
mod people;
#[path = "../fetcher/script.rs"]
mod script;
mod trouble;

use std::sync::Arc;

use common::{Answer, Decides, PKCE, Peer, START, VERIFIER, subject, with};
use grantor::{
    Administers, Approval, AuthorizationRequest, ClientHosts, ClientMetadataDocuments, Decision, Fetcher, ManualClock, Scope,
    ServesOAuth,
};
use script::Script;
use serde_json::{Value, json};

const ID: &str = "https://app.example.com/client.json";
const CALLBACK: &str = "https://app.example.com/callback";

/// A document with the usual members, and others; `null` takes one away.
fn document(changes: Value) -> Value {
    let mut document = json!({
        "client_id": ID,
        "client_name": "App",
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "none",
    });
    let members = document.as_object_mut().expect("an object");
    members.extend(changes.as_object().expect("an object").clone());
    members.retain(|_, value| !value.is_null());
    document
}

/// The host gives the document to whoever asks.
fn given(document: &Value) -> script::Answer {
    script::Answer::json(document.to_string())
}

fn scope(text: &str) -> Scope {
    Scope::parse(text).expect("a scope")
}

/// As an application does that asked the person.
fn consents(request: AuthorizationRequest) -> Decision {
    request.approve(Approval::by(subject("alice")).consented())
}

/// A server whose clients come from these hosts, with the fetcher over the script.
macro_rules! server {
    ($clock:expr, $fetcher:expr, $feature:expr) => {
        grantor::AuthorizationServer::builder()
            .profile(grantor::Development::<grantor::OAuth21>::new())
            .issuer(grantor::issuer!("https://as.example.com"))
            .storage(grantor::MemoryStore::new())
            .clock($clock.clone())
            .fetcher($fetcher)
            .grant(grantor::AuthorizationCode::new())
            .grant(grantor::RefreshToken::new())
            .response_type(grantor::Code)
            .enable($feature)
            .enable(grantor::PrivateKeyJwt::new())
            .enable(grantor::Introspection::new())
            .enable(grantor::Revocation::new())
            .build()
    };
}
use server;

type Fetched<Sv> = (Peer<Sv, Decides>, Arc<Script>);

fn peer_with(hosts: ClientHosts, script: Script) -> Fetched<impl Administers> {
    let (clock, script) = (ManualClock::new(START), Arc::new(script));
    let feature = ClientMetadataDocuments::new(hosts).scope(scope("read write")).default_scope(scope("read"));
    let server = server!(clock, Fetcher::with(script.clone()), feature);
    (Peer::new(server, Decides(consents), clock), script)
}

fn peer(script: Script) -> Fetched<impl Administers> {
    peer_with(ClientHosts::any(), script)
}

/// One whose host gives this document.
fn describing(document: &Value) -> Fetched<impl Administers> {
    peer(Script::of([given(document)]))
}

/// An authorization request of the client.
fn request<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [("response_type", "code"), ("client_id", ID), ("redirect_uri", CALLBACK), ("state", "xyz")];
    with(&with(&usual, &PKCE), changes)
}

fn redemption(code: &str) -> Vec<(&str, &str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("client_id", ID),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ]
}

fn refreshing(token: &str) -> Vec<(&str, &str)> {
    vec![("grant_type", "refresh_token"), ("client_id", ID), ("refresh_token", token)]
}

/// The tokens of the client, by way of its person.
async fn tokens<Sv: ServesOAuth>(peer: &Peer<Sv, Decides>) -> Answer {
    let code = peer.code_for(&request(&[])).await;
    let answer = peer.token(&redemption(&code)).await;
    answer.assert_ok();
    answer
}
