//! Modules about pushed requests.

use grantor::ServesOAuth;
use http::{Method, Request, header};
use serde_json::json;

use crate::bank::{Bank, ISSUER, Mood, ONE, OTHER, PAR, TOKEN, assert_refused, redeeming, replaced};
use crate::common::{Answer, CALLBACK, form};

crate::plan_of_people!(
    par_ensure_reused_request_uri_prior_to_auth_completion_succeeds
    par_attempt_reuse_request_uri
    par_attempt_to_use_expired_request_uri
    par_attempt_to_use_request_uri_for_different_client
    par_authorization_request_containing_request_uri_form_param
    par_attempt_invalid_http_method
    par_ensure_pkce_required
    ensure_pkce_code_verifier_required
    incorrect_pkce_code_verifier_rejected
    par_plain_pkce_rejected
    par_without_duplicate_parameters
);

crate::plan_of!(assertions, plain openid plain_jwt_tls signed signed_openid:
    par_ensure_jwt_client_assertions_nbf_8_seconds_in_the_future_is_accepted
    par_ensure_jwt_client_assertions_nbf_over_60_seconds_in_the_future_fails
    par_test_array_as_audience_fails
    par_test_par_endpoint_url_as_audience_fails
    par_test_token_endpoint_url_as_audience_fails
);

fn assert_invalid_request_uri(answer: &Answer) {
    answer.assert_page(400);
    assert!(answer.body.contains("invalid_request_uri"), "{answer:?}");
}

// shows: FAPI2-SP-5.3.2.2-16
async fn par_ensure_reused_request_uri_prior_to_auth_completion_succeeds<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let request_uri = bank.pushed(&[]).await;
    bank.person(Mood::Hesitates);
    assert_eq!(bank.bring(ONE, &request_uri).await.body, "sign in");
    bank.person(Mood::Approves);
    let code = bank.bring(ONE, &request_uri).await.query().remove("code").expect("a code");
    bank.token(&redeeming(&code)).await.assert_ok();
}

async fn par_attempt_reuse_request_uri<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let request_uri = bank.pushed(&[]).await;
    assert!(bank.bring(ONE, &request_uri).await.query().contains_key("code"));
    assert_invalid_request_uri(&bank.bring(ONE, &request_uri).await);
}

// shows: FAPI2-SP-5.3.2.2-12
async fn par_attempt_to_use_expired_request_uri<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let answer = bank.push(&[]).await;
    let expires_in = answer.json()["expires_in"].as_u64().expect("seconds");
    assert!((5..600).contains(&expires_in), "{answer:?}");
    bank.peer.clock.advance(expires_in);
    assert_invalid_request_uri(&bank.bring(ONE, &answer.member("request_uri")).await);
}

async fn push_with<Sv: ServesOAuth>(bank: &Bank<Sv>, changes: serde_json::Value) -> Answer {
    bank.post("/par", &bank.request(), Some(&bank.assertion_with(ONE, changes)), None).await
}

// shows: FAPI2-SP-5.3.2.1-13
async fn par_ensure_jwt_client_assertions_nbf_8_seconds_in_the_future_is_accepted<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let ahead = bank.now() + 8;
    let answer = push_with(&bank, json!({"nbf": ahead, "iat": ahead})).await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

// shows: FAPI2-SP-5.3.2.1-13
async fn par_ensure_jwt_client_assertions_nbf_over_60_seconds_in_the_future_fails<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let (now, ahead) = (bank.now(), bank.now() + 61);
    for changes in [json!({"nbf": ahead, "exp": now + 120}), json!({"iat": ahead, "exp": now + 120})] {
        assert_refused(&push_with(&bank, changes).await, &["invalid_client"]);
    }
}

async fn par_attempt_to_use_request_uri_for_different_client<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let request_uri = bank.pushed(&[]).await;
    assert_invalid_request_uri(&bank.bring(OTHER, &request_uri).await);
    assert!(bank.bring(ONE, &request_uri).await.query().contains_key("code"), "its client lost nothing");
}

async fn par_authorization_request_containing_request_uri_form_param<Sv: ServesOAuth>(bank: Bank<Sv>) {
    for uri in ["urn:ietf:params:oauth:request_uri:mine", &bank.pushed(&[]).await] {
        assert_refused(&bank.push(&[("request_uri", uri)]).await, &["invalid_request"]);
    }
}

async fn par_attempt_invalid_http_method<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let pairs = bank.request();
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| (&**name, &**value)).collect();
    for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
        let request = Request::builder().method(method).uri(format!("/par?{}", form(&pairs)));
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = bank.peer.send(request.body(form(&pairs)).expect("a request")).await;
        assert_eq!(answer.status, 405, "{answer:?}");
    }
}

// shows: FAPI2-SP-5.3.2.2-05, FAPI2-SP-5.3.3.2-03
async fn par_ensure_pkce_required<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    assert_refused(&bank.push(&without).await, &["invalid_request"]);
}

async fn ensure_pkce_code_verifier_required<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let request = replaced(&redeeming(&bank.code(&[]).await), &[("code_verifier", "")]);
    bank.token(&request).await.assert_error(400, "invalid_grant");
}

async fn incorrect_pkce_code_verifier_rejected<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let right = redeeming(&bank.code(&[]).await);
    let wrong = replaced(&right, &[("code_verifier", &"w".repeat(43))]);
    bank.token(&wrong).await.assert_error(400, "invalid_grant");
    bank.token(&right).await.assert_ok();
}

// shows: FAPI2-SP-5.3.2.2-05
async fn par_plain_pkce_rejected<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let verifier = "v".repeat(43);
    let plain = [("code_challenge", &*verifier), ("code_challenge_method", "plain")];
    assert_refused(&bank.push(&plain).await, &["invalid_request"]);
}

/// Only `client_id` and `request_uri` come with the browser: everything else was pushed.
// shows: FAPI2-SP-5.3.2.2-02, FAPI2-SP-5.3.2.2-07, FAPI2-SP-5.3.2.2-11, FAPI2-SP-5.3.3.2-02, FAPI2-SP-5.3.3.2-06
async fn par_without_duplicate_parameters<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let answer = bank.authorized(&[("state", "pushed")]).await;
    assert_eq!(answer.query()["state"], "pushed");
    assert!(answer.location().starts_with(CALLBACK));
}

async fn refused_for_audience<Sv: ServesOAuth>(bank: &Bank<Sv>, aud: serde_json::Value) {
    assert_refused(&push_with(bank, json!({"aud": aud})).await, &["invalid_client"]);
}

async fn par_test_array_as_audience_fails<Sv: ServesOAuth>(bank: Bank<Sv>) {
    refused_for_audience(&bank, json!([ISSUER])).await;
    refused_for_audience(&bank, json!([ISSUER, TOKEN, PAR])).await;
}

async fn par_test_par_endpoint_url_as_audience_fails<Sv: ServesOAuth>(bank: Bank<Sv>) {
    refused_for_audience(&bank, json!(PAR)).await;
}

async fn par_test_token_endpoint_url_as_audience_fails<Sv: ServesOAuth>(bank: Bank<Sv>) {
    refused_for_audience(&bank, json!(TOKEN)).await;
}
