//! Assertions that are bound to a key (draft-ietf-oauth-identity-assertion-authz-grant section 8.6.1.2).

use super::*;
use grantor::{Dpop, JwtBearer};
use http::{Request, header};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

static COUNT: AtomicUsize = AtomicUsize::new(0);

fn id_jag(confirmation: Value) -> String {
    let now = START.as_unix();
    let jti = format!("jag-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let claims = json!({
        "iss": IDP, "sub": "u-1", "aud": ISSUER, "client_id": "app", "jti": jti, "iat": now, "exp": now + 300, "resource": MCP,
        "scope": "read", "cnf": confirmation,
    });
    jws::signed(r#"{"alg":"ES256","typ":"oauth-id-jag+jwt"}"#, &changed(claims, &json!({})).to_string(), key())
}

fn proof(key: &KeyPair) -> String {
    let jti = format!("jti-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jws::jwk(key)});
    let claims = json!({"jti": jti, "htm": "POST", "htu": format!("{ISSUER}/token"), "iat": START.as_unix()});
    jws::signed(&header.to_string(), &claims.to_string(), key)
}

async fn ask<Sv: ServesOAuth>(peer: &Peer<Sv, Approves>, assertion: &str, proof: Option<String>) -> Answer {
    let pairs = [("grant_type", GRANT), ("assertion", assertion)];
    let request = Request::post("/token").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let request = request.header(header::AUTHORIZATION, basic("app", SECRET));
    let request = proof.into_iter().fold(request, |request, proof| request.header("dpop", proof));
    peer.send(request.body(common::form(&pairs)).expect("a request")).await
}

// shows: ID-JAG-8.6.1-01, ID-JAG-8.6.1.2.1-01, ID-JAG-8.6.1.2.1-02, ID-JAG-8.6.1.2.1-03, ID-JAG-8.6.1.2.1-04
// shows: ID-JAG-8.6.1.2.1-05, ID-JAG-8.6.1.2.2-01, ID-JAG-8.6.1.2.3-01, ID-JAG-8.6.1.2.3-02, ID-JAG-8.6.1.2.4-01
#[tokio::test]
async fn an_assertion_that_is_bound_is_for_the_owner_of_the_key() {
    let accounts = Arc::new(Accounts::default());
    let peer = peer!(JwtBearer::id_jag(issuers(), accounts.clone()), resources(), Dpop::new());
    let (own, other) = (jws::key(Algorithm::Es256), jws::key(Algorithm::Es256));
    let bound = id_jag(json!({"jkt": own.public_key().thumbprint().to_string()}));
    ask(&peer, &bound, None).await.assert_error(400, "invalid_grant");
    ask(&peer, &bound, Some(proof(&other))).await.assert_error(400, "invalid_grant");
    ask(&peer, &bound, Some("x".to_owned())).await.assert_error(400, "invalid_dpop_proof");
    let answer = ask(&peer, &bound, Some(proof(&own))).await;
    assert_eq!(answer.member("token_type"), "DPoP");
    let known = claims_of(&peer, &answer).await;
    assert_eq!(known["cnf"], json!({"jkt": own.public_key().thumbprint().to_string()}));
    // One that is not is bound by the proof, if there is one.
    let free = id_jag(Value::Null);
    assert_eq!(ask(&peer, &free, None).await.member("token_type"), "Bearer");
    assert_eq!(ask(&peer, &free, Some(proof(&other))).await.member("token_type"), "DPoP");
    ask(&peer, &free, Some("x".to_owned())).await.assert_error(400, "invalid_dpop_proof");
}
