//! Modules about tokens: flows, codes, refresh tokens, client authentication.

use grantor::ServesOAuth;
use serde_json::{Value, json};

use crate::bank::{
    Bank, ISSUER, Mood, ONE, OTHER, PAR, TOKEN, assert_refused, other_key, proof_key, redeeming, refreshing, replaced,
};
use crate::jws;

crate::plan!(plain openid machines plain_tls openid_tls machines_tls plain_tls_dpop plain_jwt_tls signed signed_openid:
    happy_flow
    ensure_client_id_in_token_endpoint
    ensure_holder_of_key_required
);

crate::plan_of!(assertions, plain openid machines plain_jwt_tls signed signed_openid:
    ensure_signed_client_assertion_with_rs256_fails
    ensure_client_assertion_in_token_endpoint
    ensure_client_assertion_with_exp_is_5_minutes_in_past_fails
    ensure_client_assertion_with_wrong_aud_fails
    ensure_client_assertion_with_no_sub_fails
);

// shows: FAPI2-SP-5.3.2.1-04, FAPI2-SP-5.3.3.2-01, FAPI2-SP-5.3.4-01, FAPI2-SP-5.3.4-05
async fn happy_flow<Sv: ServesOAuth>(bank: Bank<Sv>) {
    for _ in 0..2 {
        let tokens = bank.tokens().await;
        let token = tokens["access_token"].as_str().expect("a token");
        assert!(tokens["expires_in"].as_u64().is_some_and(|seconds| (1..31_536_000).contains(&seconds)), "{tokens}");
        assert_eq!(tokens.get("id_token").is_some(), bank.scope.contains("openid"), "{tokens}");
        assert_eq!(tokens.get("refresh_token").is_some(), !bank.for_machines, "{tokens}");
        assert!(bank.is_good(token).await);
        assert_eq!(bank.ask(&format!("Bearer {token}"), &[]).await, "401 invalid_token");
        let pairs = replaced(&Vec::new(), &[("token", token)]);
        let said = bank.post("/introspect", &pairs, Some(&bank.assertion(OTHER)), None).await.json();
        assert_eq!(said["cnf"], bank.confirmation(), "{said}");
    }
}

/// The client that authenticates is the one that counts.
async fn ensure_client_id_in_token_endpoint<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let request = bank.token_request().await;
    let wrong = replaced(&request, &[("client_id", OTHER)]);
    assert_refused(&bank.token(&wrong).await, &["invalid_request", "invalid_client"]);
    bank.token(&replaced(&request, &[("client_id", ONE)])).await.assert_ok();
}

// shows: FAPI2-SP-5.3.2.1-04
async fn ensure_holder_of_key_required<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let request = bank.token_request().await;
    let answer = bank.post("/token", &request, Some(&bank.assertion(ONE)), None).await;
    assert_refused(&answer, bank.refuses_without_proof());
    // Nothing was lost by that.
    bank.token(&request).await.assert_ok();
}

/// Whatever the client does to authenticate, it does not help it to this request.
async fn refused_with<Sv: ServesOAuth>(bank: &Bank<Sv>, assertion: Option<&str>) {
    let request = bank.token_request().await;
    let answer = bank.post("/token", &request, assertion, Some(&bank.proof(TOKEN))).await;
    assert_refused(&answer, &["invalid_client", "invalid_request"]);
}

/// The server does not say that it takes them, and a client that signs with one is not registered.
async fn ensure_signed_client_assertion_with_rs256_fails<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let header = json!({"alg": "RS256", "typ": "client-authentication+jwt", "kid": ONE});
    let now = bank.now();
    let claims = json!({"iss": ONE, "sub": ONE, "aud": ISSUER, "iat": now, "exp": now + 60, "jti": "rs256"});
    let assertion = jws::signed(&header.to_string(), &claims.to_string(), &jws::key(grantor::Algorithm::Rs256));
    refused_with(&bank, Some(&assertion)).await;
}

// shows: FAPI2-SP-5.3.2.1-05
async fn ensure_client_assertion_in_token_endpoint<Sv: ServesOAuth>(bank: Bank<Sv>) {
    refused_with(&bank, None).await;
}

async fn ensure_client_assertion_with_exp_is_5_minutes_in_past_fails<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let then = bank.now() - 300;
    refused_with(&bank, Some(&bank.assertion_with(ONE, json!({"exp": then, "iat": then - 60})))).await;
}

// shows: FAPI2-SP-5.3.2.1-07, FAPI2-SP-5.3.2.1-08, FAPI2-SP-5.3.3.1-05
async fn ensure_client_assertion_with_wrong_aud_fails<Sv: ServesOAuth>(bank: Bank<Sv>) {
    for aud in [json!("https://other.example.com"), json!(TOKEN), json!(PAR), json!([ISSUER]), json!([ISSUER, TOKEN])] {
        refused_with(&bank, Some(&bank.assertion_with(ONE, json!({"aud": aud})))).await;
    }
}

async fn ensure_client_assertion_with_no_sub_fails<Sv: ServesOAuth>(bank: Bank<Sv>) {
    refused_with(&bank, Some(&bank.assertion_with(ONE, json!({"sub": null})))).await;
}

crate::plan_of_people!(
    user_rejects_authentication
    ensure_authorization_code_is_bound_to_client
    attempt_reuse_authorization_code_after_one_second
    ensure_token_endpoint_fails_with_expired_auth_code
    refresh_token
);

async fn user_rejects_authentication<Sv: ServesOAuth>(bank: Bank<Sv>) {
    bank.person(Mood::Rejects);
    let query = bank.authorized(&[]).await.query();
    assert_eq!((&*query["error"], &*query["state"]), ("access_denied", "xyz"));
}

async fn ensure_authorization_code_is_bound_to_client<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let code = bank.code(&[]).await;
    let answer = bank.post("/token", &redeeming(&code), Some(&bank.assertion(OTHER)), Some(&bank.proof(TOKEN))).await;
    answer.assert_error(400, "invalid_grant");
    bank.token(&redeeming(&code)).await.assert_ok();
}

// shows: FAPI2-SP-5.3.2.2-09, FAPI2-SP-5.3.4-03, FAPI2-SP-6.8-03
async fn attempt_reuse_authorization_code_after_one_second<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let code = bank.code(&[]).await;
    let first = bank.token(&redeeming(&code)).await;
    bank.peer.clock.advance(1);
    assert!(bank.is_good(&first.member("access_token")).await);
    bank.token(&redeeming(&code)).await.assert_error(400, "invalid_grant");
    assert!(!bank.is_good(&first.member("access_token")).await, "the first token is revoked");
}

// shows: FAPI2-SP-5.3.2.1-11
async fn ensure_token_endpoint_fails_with_expired_auth_code<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let code = bank.code(&[]).await;
    bank.peer.clock.advance(62);
    bank.token(&redeeming(&code)).await.assert_error(400, "invalid_grant");
}

// shows: FAPI2-SP-5.3.2.1-09
async fn refresh_token<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let tokens = bank.tokens().await;
    let refresh = tokens["refresh_token"].as_str().expect("a refresh token").to_owned();
    let request = refreshing(&refresh);
    // Not without the client, not without a proof, not by another client.
    let proof = |key| bank.proof_with(key, TOKEN, json!({}));
    assert_refused(&bank.post("/token", &request, None, Some(&proof(proof_key()))).await, &["invalid_client"]);
    let named = replaced(&request, &[("client_id", ONE)]);
    assert_refused(&bank.post("/token", &named, None, Some(&proof(proof_key()))).await, &["invalid_client"]);
    let without = bank.post("/token", &request, Some(&bank.assertion(ONE)), None).await;
    assert_refused(&without, bank.refuses_without_proof());
    let by_other = bank.post("/token", &request, Some(&bank.assertion(OTHER)), Some(&proof(proof_key()))).await;
    by_other.assert_error(400, "invalid_grant");
    // It stays what it is, and its client may take a new key (RFC 9449 section 5).
    for key in [proof_key(), other_key(), proof_key()] {
        let answer = bank.post("/token", &request, Some(&bank.assertion(ONE)), Some(&proof(key))).await;
        answer.assert_ok();
        assert_eq!(answer.json().get("refresh_token").and_then(Value::as_str).unwrap_or(&refresh), refresh);
        let token = answer.member("access_token");
        assert_eq!(bank.is_good(&token).await, key.public_key().thumbprint() == proof_key().public_key().thumbprint());
    }
    let narrower = replaced(&request, &[("scope", "accounts")]);
    let narrower = bank.token(&narrower).await;
    assert_eq!(narrower.json().get("scope").and_then(Value::as_str).unwrap_or("accounts"), "accounts");
    assert_refused(&bank.token(&replaced(&request, &[("scope", "payments")])).await, &["invalid_scope"]);
}
