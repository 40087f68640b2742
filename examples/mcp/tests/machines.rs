//! Programs without a person, by the official SDKs: client credentials as MCP's extension for them has it, with a secret and with a key.

mod common;
#[path = "../../../tests/common/peers.rs"]
mod peers;

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::Running;
use grantor::{Algorithm, Jwks, KeyPair};
use peers::Peer;
use rmcp::transport::auth::{ClientCredentialsConfig, JwtSigningAlgorithm, OAuthState};
use serde_json::{Value, json};

/// The programs run while the server answers them.
async fn ask(order: Value) -> Option<Value> {
    tokio::task::spawn_blocking(move || Peer::Node("mcp_machine_peer.mjs").ask(&order)).await.expect("an answer")
}

fn key(algorithm: Algorithm) -> KeyPair {
    KeyPair::generate(algorithm).expect("a key")
}

/// In PKCS#8, as the order has it.
fn hex(key: &KeyPair) -> String {
    let document = key.to_pkcs8().expect("a document");
    document.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a text");
        text
    })
}

fn set(keys: &[&KeyPair]) -> Value {
    serde_json::to_value(Jwks::of(keys.iter().map(|key| key.public_key()))).expect("JSON")
}

/// What it asks for from the beginning: the first SDK asks for no more when it is told that it needs more.
fn scope(sdk: u8) -> Value {
    if sdk == 1 { json!("notes:read notes:write") } else { Value::Null }
}

/// Connects, lists, is asked for more and gets it, and goes on once its token is used up.
fn walked(sdk: u8, answer: &Value, by: &str) {
    assert_eq!((&answer["error"], &answer["refused"]), (&Value::Null, &Value::Null), "{answer}");
    let granted = if sdk == 1 { scope(1) } else { json!("notes:read") };
    assert_eq!((&answer["granted"], &answer["before"]), (&granted, &json!("no notes")), "{answer}");
    let note = format!("by {by}");
    assert_eq!((&answer["after"], &answer["again"]), (&json!(note), &json!(note)), "{answer}");
    assert_eq!((&answer["more"], &answer["has_refresh_token"]), (&json!("notes:read notes:write"), &json!(false)), "{answer}");
    assert_eq!(answer["renewed"], true, "{answer}");
}

async fn by_secret(sdk: u8, running: Running) {
    let Running { issuer, resource, secret } = running;
    let mut order = json!({"url": resource, "sdk": sdk, "issuer": issuer, "client_id": "curl", "client_secret": secret});
    order["scope"] = scope(sdk);
    let Some(answer) = ask(order.clone()).await else { return };
    walked(sdk, &answer, "secret");
    let mut wrong = order;
    wrong["client_secret"] = json!("a secret of somebody else with 32 characters");
    let answer = ask(wrong).await.expect("an answer");
    assert!(answer["error"].as_str().is_some_and(|error| error.contains("client authentication failed")), "{answer}");
}

async fn by_key(sdk: u8, introspect: bool, algorithm: Algorithm) {
    let (own, strange) = (key(algorithm), key(algorithm));
    let keys = set(&[&own]);
    let running = common::serve(|options| {
        options.introspect = introspect;
        options.machine = Some(keys);
    });
    let Running { issuer, resource, .. } = running.await;
    let order = |key: &KeyPair| {
        let order = json!({"url": resource, "sdk": sdk, "issuer": issuer, "client_id": "machine", "pkcs8": hex(key)});
        let mut order = order.as_object().cloned().unwrap_or_default();
        order.extend([("alg".to_owned(), json!(algorithm)), ("scope".to_owned(), scope(sdk))]);
        Value::from(order)
    };
    let Some(answer) = ask(order(&own)).await else { return };
    walked(sdk, &answer, "key");
    let answer = ask(order(&strange)).await.expect("an answer");
    assert!(answer["error"].as_str().is_some_and(|error| error.contains("client authentication failed")), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_sdk_has_a_secret() {
    by_secret(1, common::serve_apart(|options| options.introspect = true).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_sdk_has_a_secret() {
    by_secret(2, common::serve(|_| {}).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_sdk_has_a_key() {
    by_key(1, false, Algorithm::Es256).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_sdk_has_a_key() {
    by_key(2, true, Algorithm::Rs256).await;
}

/// `rmcp` looks whether the metadata has its method, and sends the secret in the body.
#[tokio::test]
async fn rmcp_has_a_secret() {
    let Running { resource, secret, .. } = common::serve(|_| {}).await;
    let config = |client_secret: &str| ClientCredentialsConfig::ClientSecret {
        client_id: "curl".to_owned(),
        client_secret: client_secret.to_owned(),
        scopes: vec!["notes:write".to_owned()],
        resource: Some(resource.clone()),
    };
    let mut state = OAuthState::new(&*resource, None).await.expect("a state");
    state.authenticate_client_credentials(config(&secret)).await.expect("a token");
    let manager = state.into_authorization_manager().expect("authorized");
    assert_eq!(manager.get_current_scopes().await, ["notes:write"]);
    let mut state = OAuthState::new(&*resource, None).await.expect("a state");
    assert!(state.authenticate_client_credentials(config("a secret of somebody else with 32 characters")).await.is_err());
}

/// In PEM (RFC 7468 section 10), as `rmcp` takes it.
fn pem(key: &KeyPair) -> Vec<u8> {
    let text = STANDARD.encode(&*key.to_pkcs8().expect("a document"));
    let lines: Vec<&str> = (0..text.len()).step_by(64).map(|at| &text[at..text.len().min(at + 64)]).collect();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n")).into_bytes()
}

/// It signs an assertion of a type of its own (`client-authentication+jwt`), for the issuer, and names itself nowhere else.
async fn rmcp_signs(introspect: bool, algorithm: Algorithm, signing_algorithm: JwtSigningAlgorithm) {
    let (own, strange) = (key(algorithm), key(algorithm));
    let keys = set(&[&own]);
    let running = common::serve(|options| {
        options.introspect = introspect;
        options.machine = Some(keys);
    });
    let Running { resource, .. } = running.await;
    let config = |key: &KeyPair| ClientCredentialsConfig::PrivateKeyJwt {
        client_id: "machine".to_owned(),
        signing_key: pem(key),
        signing_algorithm,
        token_endpoint_audience: None,
        scopes: vec!["notes:write".to_owned()],
        resource: Some(resource.clone()),
    };
    // Two in a row: each assertion is good once.
    for _ in 0..2 {
        let mut state = OAuthState::new(&*resource, None).await.expect("a state");
        state.authenticate_client_credentials(config(&own)).await.expect("a token");
        let manager = state.into_authorization_manager().expect("authorized");
        assert_eq!(manager.get_current_scopes().await, ["notes:write"]);
    }
    let mut state = OAuthState::new(&*resource, None).await.expect("a state");
    let refused = state.authenticate_client_credentials(config(&strange)).await.expect_err("a refusal");
    assert!(refused.to_string().contains("invalid_client"), "{refused}");
}

#[tokio::test]
async fn rmcp_has_a_key_of_an_elliptic_curve() {
    rmcp_signs(true, Algorithm::Es256, JwtSigningAlgorithm::ES256).await;
}

#[tokio::test]
async fn rmcp_has_an_rsa_key() {
    rmcp_signs(false, Algorithm::Rs256, JwtSigningAlgorithm::RS256).await;
}
