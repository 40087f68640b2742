//! Modules about proofs of possession.

use grantor::{Algorithm, KeyPair, ServesOAuth};
use serde_json::{Value, json};

use crate::bank::{
    Bank, ONE, PAR, TOKEN, assert_refused, changed, other_key, proof_header, proof_key, proof_of, redeeming, thumbprint,
};
use crate::jws;

crate::plan!(plain openid machines plain_tls_dpop signed signed_openid:
    access_token_type_header_case_sensitivity
    check_dpop_proof_nbf_exp
    dpop_negative_tests
    ensure_dpopproof_with_iat_10seconds_after_succeeds
    ensure_dpopproof_with_iat_10seconds_before_succeeds
);

async fn access_token_type_header_case_sensitivity<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let token = bank.access_token().await;
    for scheme in ["DPoP", "dpop", "DPOP", "dPOP"] {
        assert_eq!(bank.ask(&format!("{scheme} {token}"), &[&bank.account_proof(&token)]).await, "200", "{scheme}");
    }
}

/// A proof may say more than it has to, and it counts for nothing.
async fn check_dpop_proof_nbf_exp<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let (request, now) = (bank.token_request().await, bank.now());
    let proof = bank.proof_with(proof_key(), TOKEN, json!({"nbf": now, "exp": now + 60, "iss": "me"}));
    bank.post("/token", &request, Some(&bank.assertion(ONE)), Some(&proof)).await.assert_ok();
}

async fn issued_at<Sv: ServesOAuth>(bank: Bank<Sv>, iat: u64) {
    let request = bank.token_request().await;
    let proof = bank.proof_with(proof_key(), TOKEN, json!({"iat": iat}));
    let answer = bank.post("/token", &request, Some(&bank.assertion(ONE)), Some(&proof)).await;
    answer.assert_ok();
    let token = answer.member("access_token");
    let claims = changed(bank.account_claims(&token), json!({"iat": iat}));
    let proof = proof_of(&proof_header(proof_key()), &claims, proof_key());
    assert_eq!(bank.ask(&format!("DPoP {token}"), &[&proof]).await, "200");
    if !bank.for_machines {
        let proof = bank.proof_with(proof_key(), PAR, json!({"iat": iat}));
        let answer = bank.post("/par", &bank.request(), Some(&bank.assertion(ONE)), Some(&proof)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
}

// shows: FAPI2-SP-5.3.2.1-13
async fn ensure_dpopproof_with_iat_10seconds_after_succeeds<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let ahead = bank.now() + 10;
    issued_at(bank, ahead).await;
}

async fn ensure_dpopproof_with_iat_10seconds_before_succeeds<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let before = bank.now() - 10;
    issued_at(bank, before).await;
}

/// What is wrong with a proof, by what was changed in it.
// shows: FAPI2-SP-5.3.4-05, FAPI2-SP-5.4.1-03
async fn dpop_negative_tests<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let token = &bank.access_token().await;
    let bound = &format!("DPoP {token}");
    let (good_header, now) = (proof_header(proof_key()), bank.now());
    let proof = |header: Value, claims: Value| {
        let claims = changed(bank.account_claims(token), claims);
        proof_of(&changed(good_header.clone(), header), &claims, proof_key())
    };
    let refused = ["401 invalid_dpop_proof", "401 invalid_token", "400 invalid_request"];
    let mut wrong: Vec<(&str, String)> = ["typ", "alg", "jwk"]
        .map(|name| (name, proof(json!({name: null}), json!({}))))
        .into_iter()
        .chain(["jti", "htm", "htu", "iat", "ath"].map(|name| (name, proof(json!({}), json!({name: null})))))
        .collect();
    wrong.push(("typ", proof(json!({"typ": "JWT"}), json!({}))));
    wrong.push(("none", proof(json!({"alg": "none"}), json!({}))));
    wrong.push(("htm", proof(json!({}), json!({"htm": "POST"}))));
    wrong.push(("htu", proof(json!({}), json!({"htu": "https://api.example.com/other"}))));
    wrong.push(("an hour ahead", proof(json!({}), json!({"iat": now + 3600}))));
    wrong.push(("an hour ago", proof(json!({}), json!({"iat": now - 3600}))));
    wrong.push(("ath", proof(json!({}), json!({"ath": "AAAA"}))));
    wrong.push(("no JWT", "nothing".to_owned()));
    wrong.push(("capitals", proof(json!({}), json!({})).to_uppercase()));
    let foreign = proof_of(&proof_header(other_key()), &bank.account_claims(token), other_key());
    wrong.push(("another key", foreign));
    wrong.push(("another signature", proof_of(&good_header, &bank.account_claims(token), other_key())));
    let rs256 = jws::key(Algorithm::Rs256);
    wrong.push(("RS256", proof_of(&proof_header(&rs256), &bank.account_claims(token), &rs256)));
    wrong.push(("private", with_private_key(&bank.account_claims(token))));
    for (what, proof) in wrong {
        let said = bank.ask(bound, &[&proof]).await;
        assert!(refused.contains(&&*said), "{what}: {said}");
    }
    let two = [bank.account_proof(token), bank.account_proof(token)];
    assert!(refused.contains(&&*bank.ask(bound, &[&two[0], &two[1]]).await));
    assert!(refused.contains(&&*bank.ask(bound, &[]).await));
    assert_eq!(bank.ask(&format!("Bearer {token}"), &[]).await, "401 invalid_token");
    let again = bank.account_proof(token);
    assert_eq!(bank.ask(bound, &[&again]).await, "200");
    assert_eq!(bank.ask(bound, &[&again]).await, "401 invalid_dpop_proof", "a proof is good once");
    for good in [
        proof(json!({}), json!({"htu": "https://api.example.com/accounts?a=b#c"})),
        proof(json!({}), json!({"htu": "HTTPS://API.example.com/accounts"})),
        proof(json!({}), json!({"htu": "https://api.example.com:443/accounts"})),
        proof(json!({"extra": "header"}), json!({"extra": "claim"})),
    ] {
        assert_eq!(bank.ask(bound, &[&good]).await, "200");
    }
}

/// A proof whose `jwk` has the private key in it, too.
fn with_private_key(claims: &Value) -> String {
    let key = KeyPair::generate(Algorithm::Es256).expect("a key");
    let mut jwk = jws::jwk(&key);
    jwk["d"] = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE");
    proof_of(&json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk}), claims, &key)
}

crate::plan_of!(people, plain openid plain_tls_dpop signed signed_openid:
    ensure_mismatched_dpop_jkt_fails
    ensure_token_endpoint_fails_with_mismatched_dpop_proof_jkt
    ensure_token_endpoint_fails_with_mismatched_dpop_jkt
    ensure_dpopproof_at_par_endpoint_binding_success
    ensure_dpop_auth_code_binding_success
);

/// Pushes with `dpop_jkt` for a key, and a proof by another or the same.
async fn push_bound<Sv: ServesOAuth>(bank: &Bank<Sv>, jkt: Option<&KeyPair>, proof: Option<&KeyPair>) -> crate::common::Answer {
    let jkt = jkt.map(thumbprint).unwrap_or_default();
    let request = crate::bank::replaced(&bank.request(), &[("dpop_jkt", &jkt)]);
    let proof = proof.map(|key| bank.proof_with(key, PAR, json!({})));
    bank.post("/par", &request, Some(&bank.assertion(ONE)), proof.as_deref()).await
}

async fn ensure_mismatched_dpop_jkt_fails<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let answer = push_bound(&bank, Some(other_key()), Some(proof_key())).await;
    assert_refused(&answer, &["invalid_dpop_proof", "invalid_request"]);
}

/// Redeems what was pushed so, with a proof by this key.
async fn redeemed<Sv: ServesOAuth>(bank: &Bank<Sv>, pushed: crate::common::Answer, key: &KeyPair) -> crate::common::Answer {
    let code = bank.bring(ONE, &pushed.member("request_uri")).await.query().remove("code").expect("a code");
    let proof = bank.proof_with(key, TOKEN, json!({}));
    bank.post("/token", &redeeming(&code), Some(&bank.assertion(ONE)), Some(&proof)).await
}

async fn ensure_token_endpoint_fails_with_mismatched_dpop_proof_jkt<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let pushed = push_bound(&bank, None, Some(other_key())).await;
    assert_refused(&redeemed(&bank, pushed, proof_key()).await, &["invalid_grant", "invalid_dpop_proof"]);
}

async fn ensure_token_endpoint_fails_with_mismatched_dpop_jkt<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let pushed = push_bound(&bank, Some(other_key()), None).await;
    assert_refused(&redeemed(&bank, pushed, proof_key()).await, &["invalid_grant", "invalid_dpop_proof"]);
}

async fn ensure_dpopproof_at_par_endpoint_binding_success<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let pushed = push_bound(&bank, None, Some(proof_key())).await;
    redeemed(&bank, pushed, proof_key()).await.assert_ok();
}

// shows: FAPI2-SP-5.3.2.1-12
async fn ensure_dpop_auth_code_binding_success<Sv: ServesOAuth>(bank: Bank<Sv>) {
    for proof in [None, Some(proof_key())] {
        let pushed = push_bound(&bank, Some(proof_key()), proof).await;
        redeemed(&bank, pushed, proof_key()).await.assert_ok();
    }
}
