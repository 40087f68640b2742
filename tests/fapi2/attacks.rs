//! Attacks of the attacker model, each by somebody who has what the model gives them.

use http::{Request, header};
use serde_json::json;

use crate::bank::{Bank, ISSUER, ONE, OTHER, TOKEN, other_key, plain, redeeming};

/// Mix-up (RFC 9700 section 4.4): the response says whose it is, so a client that talks to two servers sees that it is not the attacker's;
/// and a code that it sends there all the same is no use to the attacker.
#[tokio::test]
async fn a_code_that_went_to_the_wrong_server() {
    let bank = plain().await;
    let answer = bank.authorized(&[]).await;
    assert_eq!(answer.query()["iss"], ISSUER);
    let code = answer.query().remove("code").expect("a code");
    // The attacker has the code and the verifier, and is a client itself.
    let by_attacker = bank.post("/token", &redeeming(&code), Some(&bank.assertion(OTHER)), Some(&bank.proof(TOKEN))).await;
    by_attacker.assert_error(400, "invalid_grant");
    // It also gets the client's assertion, made out to the attacker's own server.
    let misled = bank.assertion_with(ONE, json!({"aud": "https://attacker.example.com"}));
    bank.post("/token", &redeeming(&code), Some(&misled), Some(&bank.proof(TOKEN))).await.assert_error(401, "invalid_client");
    bank.token(&redeeming(&code)).await.assert_ok();
}

/// Code injection (RFC 9700 section 4.5): the code of somebody else, put into a session of the honest client.
#[tokio::test]
async fn a_code_that_is_injected() {
    let bank = plain().await;
    // The victim's request had another challenge than the session into which it is put.
    let challenge = "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg";
    let stolen = bank.code(&[("code_challenge", challenge)]).await;
    bank.token(&redeeming(&stolen)).await.assert_error(400, "invalid_grant");
}

/// And with the verifier, in a session of the attacker with a key of its own: the code is bound to the key of who pushed.
#[tokio::test]
async fn a_code_that_is_injected_with_its_verifier() {
    let bank = plain().await;
    let pushed = bank.post("/par", &bank.request(), Some(&bank.assertion(ONE)), Some(&bank.proof(crate::bank::PAR))).await;
    let code = bank.bring(ONE, &pushed.member("request_uri")).await.query().remove("code").expect("a code");
    let proof = bank.proof_with(other_key(), TOKEN, json!({}));
    let injected = bank.post("/token", &redeeming(&code), Some(&bank.assertion(ONE)), Some(&proof)).await;
    injected.assert_error(400, "invalid_grant");
    bank.token(&redeeming(&code)).await.assert_ok();
}

/// A stolen access token, with whatever else the API saw.
// shows: FAPI2-SP-5.3.4-05
#[tokio::test]
async fn a_token_that_was_stolen_from_an_api() {
    let bank = plain().await;
    let token = bank.access_token().await;
    let seen = bank.account_proof(&token);
    let bound = format!("DPoP {token}");
    assert_eq!(bank.ask(&bound, &[&seen]).await, "200");
    // The proof that it saw, a proof by its own key, no proof, another scheme.
    assert_eq!(bank.ask(&bound, &[&seen]).await, "401 invalid_dpop_proof");
    let own = crate::bank::proof_of(&crate::bank::proof_header(other_key()), &bank.account_claims(&token), other_key());
    assert_eq!(bank.ask(&bound, &[&own]).await, "401 invalid_token");
    assert_eq!(bank.ask(&format!("Bearer {token}"), &[]).await, "401 invalid_token");
    // A proof that was made for the token endpoint is none for the API.
    assert_eq!(bank.ask(&bound, &[&bank.proof(TOKEN)]).await, "401 invalid_dpop_proof");
    assert!(bank.is_good(&token).await);
}

/// Downgrade: the request of the honest client, sent by the attacker without what protects it.
#[tokio::test]
async fn a_request_that_is_downgraded() {
    let bank = plain().await;
    let request = bank.request();
    let pairs: Vec<_> = request.iter().map(|(name, value)| (&**name, &**value)).collect();
    assert!(!bank.peer.authorize(&pairs).await.query().contains_key("code"), "it was not pushed");
    let posted = Request::post("/authorize").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let posted = bank.peer.send(posted.body(crate::common::form(&pairs)).expect("a request")).await;
    assert!(!posted.query().contains_key("code"), "{posted:?}");
    let code = bank.code(&[]).await;
    let bearer = bank.post("/token", &redeeming(&code), Some(&bank.assertion(ONE)), None).await;
    bearer.assert_error(400, "invalid_dpop_proof");
    bank.token(&redeeming(&code)).await.assert_ok();
}

/// A client whose identifier looks like a person (section 6.7): at the API it is none.
// shows: FAPI2-SP-6.7-01
#[tokio::test]
async fn a_client_is_no_person() {
    let bank: Bank<_> = crate::bank::machines().await;
    let token = bank.access_token().await;
    let pairs = crate::bank::replaced(&Vec::new(), &[("token", &token)]);
    let said = bank.post("/introspect", &pairs, Some(&bank.assertion(ONE)), None).await.json();
    assert_eq!(said.get("username"), None, "{said}");
    assert_ne!(said["sub"], json!(ONE), "{said}");
}
