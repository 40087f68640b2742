//! What a thief tries, and what is left of it.

use grantor::{Dpop, DpopProofs, SharedProofs, issuer};
use serde_json::json;

use crate::common::START;
use crate::resource::{NOTES, api, claims_for, local, proofs, resource, said as worth_of, send, worth};
use crate::{
    SIMPLE, TOKEN, ask, ath, changed, code, key, other_key, peer, proof, proof_by, proof_claims, redeeming, refreshing, said,
    thumbprint,
};

/// The thief has a token from a log, and a key of its own.
// shows: RFC9449-7.1-02, RFC9449-7.2-01
#[tokio::test]
async fn a_stolen_bound_token_is_worth_nothing_without_its_key() {
    let peer = peer!();
    let token = ask(&peer, "pub", &SIMPLE, &[&proof()]).await.member("access_token");
    let api = api(&resource(local!(peer), &peer.clock, proofs()));
    assert_eq!(worth(&api, &token, &proof_by(other_key(), &claims_for(&token))).await, "401 invalid_token");
    for headers in [
        &[("authorization", &*format!("Bearer {token}"))][..],
        &[("authorization", &*format!("DPoP {token}"))],
        &[("authorization", &*format!("bearer {token}")), ("dpop", &proof_by(other_key(), &claims_for(&token)))],
    ] {
        assert!(worth_of(&send(&api, "GET", "/notes/7", headers).await).starts_with("401 "), "{headers:?}");
    }
    // With the key of the client in the header, and a signature of its own.
    let header = crate::proof_header(key());
    assert_eq!(worth(&api, &token, &crate::signed(&header, &claims_for(&token), other_key())).await, "401 invalid_dpop_proof");
    assert_eq!(worth(&api, &token, &proof_by(key(), &claims_for(&token))).await, "200");
}

/// Nor does a proof replace the credentials of the client, or the token (RFC 9449 section 4).
// shows: RFC9449-4-02
#[tokio::test]
async fn a_proof_alone_is_no_credential() {
    let peer = peer!();
    let token = ask(&peer, "conf", &SIMPLE, &[&proof()]).await.member("access_token");
    let api = api(&resource(local!(peer), &peer.clock, proofs()));
    let alone = send(&api, "GET", "/notes/7", &[("dpop", &proof_by(key(), &claims_for(&token)))]).await;
    assert_eq!((alone.status.as_u16(), &*alone.body), (401, ""));
    let pairs = [("grant_type", "client_credentials"), ("client_id", "conf")];
    let body = crate::common::form(&pairs);
    let request = http::Request::post("/token").header("content-type", "application/x-www-form-urlencoded");
    let request = request.header("dpop", proof()).body(body).expect("a request");
    assert_eq!(said(&peer.send(request).await), "401 invalid_client");
}

/// The thief sees proofs go by: for another endpoint, another method, another token.
// shows: RFC9449-4.3-08, RFC9449-4.3-09, RFC9449-4.3-12
#[tokio::test]
async fn a_proof_is_for_one_request() {
    let peer = peer!();
    let answer = ask(&peer, "pub", &SIMPLE, &[&proof()]).await;
    let (token, refresh) = (answer.member("access_token"), answer.member("refresh_token"));
    let api = api(&resource(local!(peer), &peer.clock, proofs()));
    // One for the API at the token endpoint, and the other way round.
    for claims in [claims_for(&token), changed(proof_claims("POST", NOTES), json!({"ath": ath(&token)}))] {
        let answer = ask(&peer, "pub", &refreshing(&refresh), &[&proof_by(key(), &claims)]).await;
        assert_eq!(said(&answer), "400 invalid_dpop_proof");
    }
    assert_eq!(worth(&api, &token, &proof()).await, "401 invalid_dpop_proof");
    let other = ask(&peer, "pub", &SIMPLE, &[&proof()]).await.member("access_token");
    assert_eq!(worth(&api, &token, &proof_by(key(), &claims_for(&other))).await, "401 invalid_dpop_proof");
}

/// The thief has the code and redeems it first, with a key of its own (RFC 9449 section 11.9).
#[tokio::test]
async fn a_code_that_was_bound_is_not_redeemed_with_another_key() {
    let peer = peer!();
    let named = thumbprint(key());
    let code = code(&peer, "pub", &[("dpop_jkt", &named)]).await;
    let theirs = proof_by(other_key(), &proof_claims("POST", TOKEN));
    assert_eq!(said(&ask(&peer, "pub", &redeeming(&code), &[&theirs]).await), "400 invalid_grant");
    assert_eq!(said(&ask(&peer, "pub", &redeeming(&code), &[]).await), "400 invalid_grant");
    assert_eq!(said(&ask(&peer, "pub", &redeeming(&code), &[&proof()]).await), "200 DPoP");
}

/// A request that is downgraded on its way, where every token is to be bound.
#[tokio::test]
async fn a_request_without_its_proof_gets_nothing() {
    let peer = peer!(enable(Dpop::required()));
    for client in ["pub", "conf"] {
        assert_eq!(said(&ask(&peer, client, &SIMPLE, &[]).await), "400 invalid_dpop_proof");
    }
    let tokens = ask(&peer, "conf", &SIMPLE, &[&proof()]).await;
    assert_eq!(said(&ask(&peer, "conf", &refreshing(&tokens.member("refresh_token")), &[]).await), "400 invalid_dpop_proof");
}

/// Proofs that were made in advance, for when the key is out of reach (section 11.2), by a clock that is far off.
// shows: RFC9449-11.1-01
#[tokio::test]
async fn a_proof_of_another_time_is_none() {
    let peer = peer!();
    let token = ask(&peer, "pub", &SIMPLE, &[&proof()]).await.member("access_token");
    let api = api(&resource(local!(peer), &peer.clock, proofs()));
    for offset in [-86_400, -61, 61, 86_400] {
        let iat = START.as_unix().saturating_add_signed(offset);
        let claims = changed(claims_for(&token), json!({"iat": iat}));
        assert_eq!(worth(&api, &token, &proof_by(key(), &claims)).await, "401 invalid_dpop_proof", "{offset}");
        let claims = changed(proof_claims("POST", TOKEN), json!({"iat": iat}));
        assert_eq!(crate::worth(&peer, &proof_by(key(), &claims)).await, "400 invalid_dpop_proof", "{offset}");
    }
}

/// A proof and its token, replayed at another instance of the API, which shares the store of the authorization server.
// shows: RFC9449-11.1-04
#[tokio::test]
async fn a_proof_is_good_once_at_all_instances_of_an_api() {
    let peer = peer!();
    let token = ask(&peer, "pub", &SIMPLE, &[&proof()]).await.member("access_token");
    let shared = || DpopProofs::new(SharedProofs::new(peer.server.storage().clone(), issuer!("https://as.example.com")));
    let instances = [(); 3].map(|()| {
        let server = grantor::ResourceServer::new(local!(peer)).clock(peer.clock.clone());
        api(&server.dpop(crate::resource::API, shared()).expect("a URL"))
    });
    for (at, first) in instances.iter().enumerate() {
        let proof = proof_by(key(), &claims_for(&token));
        assert_eq!(worth(first, &token, &proof).await, "200", "{at}");
        for other in &instances {
            assert_eq!(worth(other, &token, &proof).await, "401 invalid_dpop_proof", "{at}");
        }
    }
}
