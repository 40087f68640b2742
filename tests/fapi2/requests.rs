//! Modules about what an authorization request says.

use grantor::ServesOAuth;

use crate::bank::{Bank, ONE, assert_refused, replaced};

crate::plan_of_people!(
    ensure_authorization_request_without_state_success
    ensure_authorization_request_with_long_state
    ensure_different_state_inside_and_outside_request_object
    state_only_outside_request_object_not_used
    ensure_request_object_without_redirect_uri_fails
    ensure_redirect_uri_in_authorization_request
    ensure_unsigned_authorization_request_without_using_par_fails
    ensure_response_type_code_idtoken_fails
    ensure_response_type_token_fails
    plain_fapi_tolerate_unregistered_redirect_uri
);

async fn ensure_authorization_request_without_state_success<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let query = bank.authorized(&[("state", "")]).await.query();
    assert!(query.contains_key("code") && !query.contains_key("state"), "{query:?}");
}

// shows: FAPI2-SP-5.3.2.2-17
async fn ensure_authorization_request_with_long_state<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let state = "0123456789".repeat(128);
    assert_eq!(bank.authorized(&[("state", &state)]).await.query()["state"], state);
}

/// What the browser brings beside the reference is ignored (RFC 9126 section 5, RFC 9101 section 6.3).
async fn ensure_different_state_inside_and_outside_request_object<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let request_uri = bank.pushed(&[]).await;
    let beside = [("client_id", ONE), ("request_uri", &*request_uri), ("state", "other"), ("scope", "payments")];
    assert_eq!(bank.browse(&beside).await.query()["state"], "xyz");
}

async fn state_only_outside_request_object_not_used<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let request_uri = bank.pushed(&[("state", "")]).await;
    let beside = [("client_id", ONE), ("request_uri", &*request_uri), ("state", "outside")];
    let query = bank.browse(&beside).await.query();
    assert!(query.contains_key("code") && !query.contains_key("state"), "{query:?}");
}

/// Also of a client that registered one alone (FAPI 2.0 Security Profile section 5.3.2.2).
// shows: FAPI2-SP-5.3.2.2-06
async fn ensure_request_object_without_redirect_uri_fails<Sv: ServesOAuth>(bank: Bank<Sv>) {
    assert_refused(&bank.push(&[("redirect_uri", "")]).await, &["invalid_request"]);
}

/// The one that was pushed is where the answer goes, whatever the browser brings.
// shows: FAPI2-SP-5.3.2.1-06, FAPI2-SP-5.3.2.2-10
async fn ensure_redirect_uri_in_authorization_request<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let request_uri = bank.pushed(&[]).await;
    let beside = [("client_id", ONE), ("request_uri", &*request_uri), ("redirect_uri", "https://attacker.example.com/")];
    assert!(bank.browse(&beside).await.location().starts_with(crate::common::CALLBACK));
}

// shows: FAPI2-SP-5.3.2.2-03
async fn ensure_unsigned_authorization_request_without_using_par_fails<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let request = bank.request();
    let pairs: Vec<_> = request.iter().map(|(name, value)| (&**name, &**value)).collect();
    let query = bank.browse(&pairs).await.query();
    assert_eq!(query.get("error").map(String::as_str), Some("invalid_request"), "{query:?}");
    assert!(!query.contains_key("code"));
}

// shows: FAPI2-SP-5.3.2.2-01
async fn ensure_response_type_code_idtoken_fails<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let answer = bank.push(&[("response_type", "code id_token"), ("nonce", "n")]).await;
    assert_refused(&answer, &["unsupported_response_type"]);
}

// shows: FAPI2-SP-5.3.2.2-01
async fn ensure_response_type_token_fails<Sv: ServesOAuth>(bank: Bank<Sv>) {
    assert_refused(&bank.push(&[("response_type", "token")]).await, &["unsupported_response_type"]);
}

/// It may be permitted or refused. It is refused unless the server has a policy for it.
async fn plain_fapi_tolerate_unregistered_redirect_uri<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let strange = bank.push(&[("redirect_uri", "https://ownauth.com/another")]).await;
    assert_refused(&strange, &["invalid_request"]);
    let registered = replaced(&bank.request(), &[]);
    let answer = bank.post("/par", &registered, Some(&bank.assertion(ONE)), None).await;
    assert_eq!(answer.status, 201);
}
