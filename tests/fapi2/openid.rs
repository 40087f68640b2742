//! Modules of the variant `openid_connect` alone.

use grantor::ServesOAuth;
use http::{Request, header};
use serde_json::{Value, json};

use crate::bank::{Bank, changed, proof_header, proof_key, proof_of, redeeming};
use crate::jws;

crate::plan!(openid openid_tls signed_openid:
    ensure_authorization_request_with_64_char_nonce_success
    ensure_authorization_request_with_long_nonce
    ensure_authorization_request_without_nonce_success
    ensure_different_nonce_inside_and_outside_request_object
    ensure_other_scope_order_succeeds
    test_claims_parameter_identity_claims
    ensure_registered_redirect_uri
);

/// What the ID token says, and under which algorithm it is signed.
async fn id_token<Sv: ServesOAuth>(bank: &Bank<Sv>, code: &str) -> (Value, Value) {
    let answer = bank.token(&redeeming(code)).await;
    answer.assert_ok();
    let text = answer.member("id_token");
    let mut parts = text.split('.').map(|part| serde_json::from_slice(&jws::decode(part)).unwrap_or_default());
    let (header, claims): (Value, Value) = (parts.next().expect("a header"), parts.next().expect("claims"));
    // The client registered nothing, and this server has no RS256.
    assert_eq!(header["alg"], "ES256");
    assert_eq!((&claims["iss"], &claims["aud"], &claims["sub"]), (&json!(crate::bank::ISSUER), &json!("one"), &json!("alice")));
    (claims, answer.json())
}

async fn returns_nonce<Sv: ServesOAuth>(bank: &Bank<Sv>, nonce: &str) {
    let (claims, _) = id_token(bank, &bank.code(&[("nonce", nonce)]).await).await;
    assert_eq!(claims["nonce"], nonce);
}

// shows: FAPI2-SP-5.3.2.2-14, FAPI2-MS-5.6.1-01
async fn ensure_authorization_request_with_64_char_nonce_success<Sv: ServesOAuth>(bank: Bank<Sv>) {
    returns_nonce(&bank, &"0123456789abcdef".repeat(4)).await;
}

async fn ensure_authorization_request_with_long_nonce<Sv: ServesOAuth>(bank: Bank<Sv>) {
    returns_nonce(&bank, &"0123456789abcdef".repeat(24)).await;
    returns_nonce(&bank, &"0123456789".repeat(100)).await;
}

async fn ensure_authorization_request_without_nonce_success<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let (claims, _) = id_token(&bank, &bank.code(&[]).await).await;
    assert!(claims.get("nonce").is_none(), "{claims}");
}

async fn ensure_different_nonce_inside_and_outside_request_object<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let request_uri = bank.pushed(&[("nonce", "pushed")]).await;
    let beside = [("client_id", "one"), ("request_uri", &*request_uri), ("nonce", "beside")];
    let code = bank.browse(&beside).await.query().remove("code").expect("a code");
    assert_eq!(id_token(&bank, &code).await.0["nonce"], "pushed");
}

// shows: FAPI2-SP-5.3.2.3-01
async fn ensure_other_scope_order_succeeds<Sv: ServesOAuth>(bank: Bank<Sv>) {
    id_token(&bank, &bank.code(&[("scope", "accounts openid")]).await).await;
}

/// Userinfo takes tokens that are bound, with a proof, and no others.
async fn test_claims_parameter_identity_claims<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let wanted = r#"{"id_token":{"name":null},"userinfo":{"name":{"essential":true}}}"#;
    let (claims, tokens) = id_token(&bank, &bank.code(&[("claims", wanted)]).await).await;
    assert_eq!(claims["name"], "alice");
    let token = tokens["access_token"].as_str().expect("a token");
    if bank.variant.bound_to_certificate {
        return takes_it_with_the_certificate(&bank, token).await;
    }
    let userinfo = json!({"htm": "GET", "htu": "https://as.example.com/userinfo"});
    let proof = proof_of(&proof_header(proof_key()), &changed(bank.account_claims(token), userinfo), proof_key());
    let ask = |scheme: &str, proof: Option<&str>| {
        let request = Request::get("/userinfo").header(header::AUTHORIZATION, format!("{scheme} {token}"));
        let request = proof.into_iter().fold(request, |request, proof| request.header("DPoP", proof));
        bank.peer.send(request.body(String::new()).expect("a request"))
    };
    let answer = ask("DPoP", Some(&proof)).await;
    assert_eq!((&answer.json()["name"], &answer.json()["sub"]), (&json!("alice"), &json!("alice")));
    for (scheme, proof) in [("Bearer", None), ("DPoP", None), ("DPoP", Some(&*proof))] {
        assert_eq!(ask(scheme, proof).await.status, 401, "{scheme}");
    }
}

async fn takes_it_with_the_certificate<Sv: ServesOAuth>(bank: &Bank<Sv>, token: &str) {
    let ask = |with: bool| {
        let mut request = Request::get("/userinfo").header(header::AUTHORIZATION, format!("Bearer {token}"));
        if with {
            request = request.extension(crate::bank::certified(crate::bank::ONE, false));
        }
        bank.peer.send(request.body(String::new()).expect("a request"))
    };
    let answer = ask(true).await;
    assert_eq!((&answer.json()["name"], &answer.json()["sub"]), (&json!("alice"), &json!("alice")));
    assert_eq!(ask(false).await.status, 401);
}

async fn ensure_registered_redirect_uri<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let answer = bank.push(&[("redirect_uri", "https://ownauth.com/another")]).await;
    answer.assert_error(400, "invalid_request");
}
