//! Modules of `fapi2-message-signing-final-test-plan` alone: what request objects have to be. Those of the other plan run at the servers of
//! this one, too, with requests that are signed and responses that are.

use grantor::{Algorithm, ServesOAuth};
use serde_json::{Value, json};

use crate::bank::{Bank, ISSUER, ONE, OTHER, assert_refused, changed, key, other_key, redeeming, replaced};
use crate::common::Answer;
use crate::jws;

crate::plan!(signed signed_openid:
    ensure_request_object_with_multiple_aud_succeeds
    ensure_request_object_with_nbf_8_seconds_in_the_future_is_accepted
    ensure_request_object_without_exp_fails
    ensure_request_object_without_nbf_fails
    ensure_expired_request_object_fails
    ensure_request_object_with_bad_aud_fails
    ensure_request_object_with_exp_over_60_fails
    ensure_request_object_with_nbf_over_60_fails
    ensure_signed_request_object_with_rs256_fails
    ensure_request_object_signature_algorithm_is_not_none
    ensure_request_object_with_invalid_signature_fails
    ensure_matching_key_in_authorization_request
    ensure_unsigned_request_at_par_endpoint_fails
    par_authorization_request_containing_request_uri
);

/// Pushes a request object as it is.
async fn push<Sv: ServesOAuth>(bank: &Bank<Sv>, request: &str) -> Answer {
    let pairs = replaced(&Vec::new(), &[("client_id", ONE), ("request", request)]);
    bank.post("/par", &pairs, Some(&bank.assertion(ONE)), None).await
}

async fn push_with<Sv: ServesOAuth>(bank: &Bank<Sv>, changes: Value) -> Answer {
    push(bank, &bank.request_object(&bank.request(), json!({}), changes)).await
}

/// It is refused for what was changed, and good without.
async fn refused<Sv: ServesOAuth>(bank: &Bank<Sv>, changes: Value) {
    assert_refused(&push_with(bank, changes.clone()).await, &["invalid_request_object"]);
    assert_eq!(push_with(bank, json!({})).await.status, 201, "{changes}");
}

/// The whole flow, beginning with it.
async fn accepted<Sv: ServesOAuth>(bank: &Bank<Sv>, changes: Value) {
    let answer = push_with(bank, changes).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let code = bank.bring(ONE, &answer.member("request_uri")).await.query().remove("code").expect("a code");
    bank.token(&redeeming(&code)).await.assert_ok();
}

// shows: FAPI2-MS-5.3.1-03, RFC9126-2-03, RFC9101-5.2-04, RFC9101-10.2-05, RFC9101-10.2-06
async fn ensure_request_object_with_multiple_aud_succeeds<Sv: ServesOAuth>(bank: Bank<Sv>) {
    accepted(&bank, json!({"aud": [ISSUER, "https://other.example.com"]})).await;
}

async fn ensure_request_object_with_nbf_8_seconds_in_the_future_is_accepted<Sv: ServesOAuth>(bank: Bank<Sv>) {
    accepted(&bank, json!({"nbf": bank.now() + 8, "iat": bank.now() + 8})).await;
    refused(&bank, json!({"nbf": bank.now() + 61})).await;
}

// shows: FAPI2-MS-5.3.1-05
async fn ensure_request_object_without_exp_fails<Sv: ServesOAuth>(bank: Bank<Sv>) {
    refused(&bank, json!({"exp": null})).await;
}

// shows: FAPI2-MS-5.3.1-04
async fn ensure_request_object_without_nbf_fails<Sv: ServesOAuth>(bank: Bank<Sv>) {
    refused(&bank, json!({"nbf": null})).await;
}

async fn ensure_expired_request_object_fails<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let now = bank.now();
    refused(&bank, json!({"nbf": now - 300, "exp": now - 1})).await;
    refused(&bank, json!({"nbf": now - 300, "exp": now})).await;
    accepted(&bank, json!({"nbf": now - 300, "exp": now + 1})).await;
}

// shows: FAPI2-MS-5.3.1-03
async fn ensure_request_object_with_bad_aud_fails<Sv: ServesOAuth>(bank: Bank<Sv>) {
    for aud in [
        json!("https://other.example.com"),
        json!([]),
        json!(null),
        json!("https://as.example.com/"),
        json!("https://as.example.com/par"),
    ] {
        refused(&bank, json!({"aud": aud})).await;
    }
}

// shows: FAPI2-MS-5.3.1-05
async fn ensure_request_object_with_exp_over_60_fails<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let now = bank.now();
    refused(&bank, json!({"exp": now + 3_601})).await;
    refused(&bank, json!({"nbf": now - 60, "exp": now + 3_541})).await;
    accepted(&bank, json!({"exp": now + 3_600})).await;
}

// shows: FAPI2-MS-5.3.1-04
async fn ensure_request_object_with_nbf_over_60_fails<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let now = bank.now();
    refused(&bank, json!({"nbf": now - 3_601, "exp": now + 60})).await;
    accepted(&bank, json!({"nbf": now - 3_599, "exp": now + 1})).await;
}

/// An algorithm that the profile does not have, under a key that it could be.
async fn ensure_signed_request_object_with_rs256_fails<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let rsa = jws::key(Algorithm::Rs256);
    let object = bank.request_object_of(&bank.request(), json!({}), json!({}), &rsa);
    assert_refused(&push(&bank, &object).await, &["invalid_request_object"]);
}

async fn ensure_request_object_signature_algorithm_is_not_none<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let object = bank.request_object(&bank.request(), json!({}), json!({}));
    let claims = object.split('.').nth(1).expect("claims");
    for none in ["none", "None", "NONE"] {
        let header = jws::encode(json!({"alg": none, "typ": "oauth-authz-req+jwt"}).to_string());
        for signature in ["", "x"] {
            let unsigned = format!("{header}.{claims}.{signature}");
            assert_refused(&push(&bank, &unsigned).await, &["invalid_request_object"]);
        }
    }
}

async fn ensure_request_object_with_invalid_signature_fails<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let object = bank.request_object(&bank.request(), json!({}), json!({}));
    let (input, signature) = object.rsplit_once('.').expect("a signature");
    let mut wrong = jws::decode(signature);
    wrong[7] ^= 0x5a;
    assert_refused(&push(&bank, &format!("{input}.{}", jws::encode(wrong))).await, &["invalid_request_object"]);
    assert_eq!(push(&bank, &object).await.status, 201, "its client lost nothing");
}

// shows: RFC9126-3-03, RFC9126-3-04, RFC9101-10.2-04, RFC9101-10.2-03
/// Signed by somebody else, under the name of this client's key; and for this client by another one, with a key of its own.
async fn ensure_matching_key_in_authorization_request<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let object = bank.request_object_of(&bank.request(), json!({}), json!({}), other_key());
    assert_refused(&push(&bank, &object).await, &["invalid_request_object"]);
    for changes in [json!({"client_id": OTHER}), json!({"iss": OTHER}), json!({"client_id": null}), json!({"iss": null})] {
        refused(&bank, changes).await;
    }
    // Its keys have other names.
    let named = bank.request_object_of(&bank.request(), json!({"kid": OTHER}), json!({}), key());
    assert_refused(&push(&bank, &named).await, &["invalid_request_object"]);
}

// shows: FAPI2-MS-5.3.1-02, RFC9126-2.3-02, RFC9126-2.3-03
async fn ensure_unsigned_request_at_par_endpoint_fails<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let unsigned = Bank { signs: false, ..bank };
    assert_refused(&unsigned.push(&[("response_mode", "jwt")]).await, &["invalid_request"]);
}

/// Neither beside it nor in it.
async fn par_authorization_request_containing_request_uri<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let pushed = bank.pushed(&[]).await;
    for uri in ["urn:ietf:params:oauth:request_uri:mine", &pushed] {
        refused(&bank, json!({"request_uri": uri})).await;
        let object = bank.request_object(&bank.request(), json!({}), json!({}));
        let beside = replaced(&Vec::new(), &[("client_id", ONE), ("request", &object), ("request_uri", uri)]);
        assert_refused(&bank.post("/par", &beside, Some(&bank.assertion(ONE)), None).await, &["invalid_request"]);
    }
    let nested = bank.request_object(&bank.request(), json!({}), json!({}));
    refused(&bank, json!({"request": nested})).await;
}

/// The server without a policy for that takes an object again; with `.once()` it does not, at whichever client.
#[tokio::test]
async fn a_request_object_is_good_once_where_the_server_has_it_so() {
    let (again, once) = (crate::bank::signed().await, crate::bank::signed_openid().await);
    let object = again.request_object(&again.request(), json!({}), json!({}));
    assert_eq!(push(&again, &object).await.status, 201);
    assert_eq!(push(&again, &object).await.status, 201);
    let object = once.request_object(&once.request(), json!({}), json!({}));
    assert_eq!(push(&once, &object).await.status, 201);
    assert_refused(&push(&once, &object).await, &["invalid_request_object"]);
    for jti in [json!(null), json!("")] {
        assert_refused(&push_with(&once, json!({"jti": jti})).await, &["invalid_request_object"]);
    }
    // What was refused for another reason is not used up.
    let claims = json!({"jti": "mine"});
    assert_refused(
        &push_with(&once, changed(claims.clone(), json!({"aud": "https://other.example.com"}))).await,
        &["invalid_request_object"],
    );
    // Nor where its signature was good.
    for (refused, error) in [
        (json!({"response_type": "token"}), "unsupported_response_type"),
        (json!({"redirect_uri": "https://attacker.example.com/"}), "invalid_request"),
        (json!({"code_challenge_method": "plain"}), "invalid_request"),
    ] {
        assert_refused(&push_with(&once, changed(claims.clone(), refused)).await, &[error]);
    }
    assert_eq!(push_with(&once, claims.clone()).await.status, 201);
    assert_refused(&push_with(&once, claims).await, &["invalid_request_object"]);
}

// shows: FAPI2-MS-5.3.1-01, FAPI2-MS-5.3.1-02, FAPI2-MS-5.3.1-06, FAPI2-MS-5.4.1-01, FAPI2-MS-5.4.1-02
#[tokio::test]
async fn the_metadata_say_what_is_signed() {
    let bank = crate::bank::signed().await;
    let document = bank.peer.get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(document["require_signed_request_object"], true);
    assert_eq!(document["request_parameter_supported"], true);
    assert_eq!(document["request_uri_parameter_supported"], false);
    assert_eq!(document["request_object_signing_alg_values_supported"], json!(["ES256", "EdDSA", "PS256"]));
    assert_eq!(document["authorization_signing_alg_values_supported"], json!(["ES256"]));
    for mode in ["jwt", "query.jwt", "fragment.jwt", "form_post.jwt"] {
        assert!(document["response_modes_supported"].as_array().expect("a list").contains(&json!(mode)), "{document}");
    }
    // A response that is not signed is not given.
    for mode in ["", "query", "fragment", "form_post"] {
        assert_refused(&bank.push(&[("response_mode", mode)]).await, &["invalid_request"]);
    }
}
