//! The modules of the plans `oidcc-rp-initiated-logout-certification-test-plan` and
//! `oidcc-backchannel-rp-initiated-logout-certification-test-plan`, by their names: `CONFORMANCE.md`.

use crate::common::SentBack as _;
use http::StatusCode;

use crate::provider::{AFTER, Provider, event, hint, provider};

async fn document(provider: &Provider) -> serde_json::Value {
    provider.peer.get("/.well-known/openid-configuration").await.json()
}

/// Afterwards nobody is signed in.
async fn assert_ended(provider: &Provider) {
    provider.authorize("a", &[("prompt", "none")]).await.assert_query_error("login_required");
}

/// Nobody is sent anywhere, and nothing has happened.
async fn assert_nothing(provider: &Provider, request: &[(&str, &str)]) {
    provider.assert_refused(&provider.end(request).await);
    assert!(provider.authorize("a", &[("prompt", "none")]).await.query().contains_key("code"));
}

/// The page that asks, and the answer to it.
async fn confirmed(provider: &Provider, request: &[(&str, &str)]) {
    let answer = provider.end(request).await;
    provider.assert_asked(&answer);
    let cookie = answer.header("set-cookie").split(';').next().expect("a cookie").to_owned();
    let form = crate::common::html_form::Form::without_script(&answer.body);
    let fields: Vec<_> = form.inputs.iter().map(|(name, value)| (&**name, &**value)).collect();
    provider.assert_signed_out(&provider.post(&fields, &[("cookie", &cookie)]).await);
    assert_ended(provider).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_discovery_endpoint_verification() {
    let provider = provider().await;
    assert_eq!(document(&provider).await["end_session_endpoint"], "https://as.example.com/end_session");
}

#[tokio::test]
async fn oidcc_rp_initiated_logout() {
    let provider = provider().await;
    let tokens = provider.tokens("a").await;
    let request = [("id_token_hint", hint(&tokens)), ("post_logout_redirect_uri", AFTER), ("state", "xyz")];
    let answer = provider.end(&request).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, &*format!("{AFTER}?state=xyz")));
    assert_ended(&provider).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_state() {
    let provider = provider().await;
    let tokens = provider.tokens("a").await;
    let answer = provider.end(&[("id_token_hint", hint(&tokens)), ("post_logout_redirect_uri", AFTER)]).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, AFTER));
    assert_ended(&provider).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_bad_post_logout_redirect_uri() {
    let provider = provider().await;
    let tokens = provider.tokens("a").await;
    let uri = format!("{AFTER}/bad");
    assert_nothing(&provider, &[("id_token_hint", hint(&tokens)), ("post_logout_redirect_uri", &uri), ("state", "x")]).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri() {
    let provider = provider().await;
    let tokens = provider.tokens("a").await;
    let uri = format!("{AFTER}?foo=bar");
    assert_nothing(&provider, &[("id_token_hint", hint(&tokens)), ("post_logout_redirect_uri", &uri), ("state", "x")]).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_modified_id_token_hint() {
    let provider = provider().await;
    let tokens = provider.tokens("a").await;
    let claims = hint(&tokens).split('.').nth(1).expect("claims");
    let unsigned = format!("eyJhbGciOiJub25lIn0.{claims}.");
    assert_nothing(&provider, &[("id_token_hint", &unsigned), ("post_logout_redirect_uri", AFTER), ("state", "x")]).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_bad_id_token_hint() {
    let (provider, other) = (provider().await, crate::provider::foreign_id_token().await);
    assert_nothing(&provider, &[("id_token_hint", &other), ("post_logout_redirect_uri", AFTER), ("state", "x")]).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_id_token_hint() {
    let provider = provider().await;
    provider.tokens("a").await;
    confirmed(&provider, &[("post_logout_redirect_uri", AFTER), ("state", "x")]).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_params() {
    let provider = provider().await;
    provider.tokens("a").await;
    confirmed(&provider, &[]).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_only_state() {
    let provider = provider().await;
    provider.tokens("a").await;
    confirmed(&provider, &[("state", "x")]).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_post_logout_redirect_uri() {
    let provider = provider().await;
    let tokens = provider.tokens("a").await;
    provider.assert_signed_out(&provider.end(&[("id_token_hint", hint(&tokens)), ("state", "x")]).await);
    assert_ended(&provider).await;
}

#[tokio::test]
async fn oidcc_backchannel_rp_initiated_logout_discovery_endpoint_verification() {
    let document = document(&provider().await).await;
    assert_eq!(document["end_session_endpoint"], "https://as.example.com/end_session");
    assert_eq!(document["backchannel_logout_supported"], true);
    assert_eq!(document["backchannel_logout_session_supported"], true);
}

#[tokio::test]
async fn oidcc_backchannel_rp_initiated_logout() {
    let provider = provider().await;
    let tokens = provider.tokens("a").await;
    let id_token = provider.id_token(&tokens).await;
    let request = [("id_token_hint", hint(&tokens)), ("post_logout_redirect_uri", AFTER), ("state", "xyz")];
    let answer = provider.end(&request).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, &*format!("{AFTER}?state=xyz")));
    provider.deliver().await;
    let (url, body) = provider.hosts.posted().remove(0);
    assert_eq!(url, "https://a.example.com/backchannel?v=1");
    let (_, token) = provider.logout_token(&body).await;
    assert_eq!((&token["sid"], &token["sub"], &token["aud"]), (&id_token["sid"], &id_token["sub"], &id_token["aud"]));
    assert_eq!((&token["iss"], &token["events"]), (&id_token["iss"], &event()));
    assert!(token["jti"].is_string() && token["iat"].is_u64() && token["exp"].is_u64() && token.get("nonce").is_none());
    assert_ended(&provider).await;
}
