//! Bound tokens at the userinfo endpoint (OpenID Connect Core section 5.3, RFC 9449 section 7.1).

use grantor::{Client, Dpop, Interaction, MasterKeys, OpenId, Rs256, ServesOAuth, SigningKeys};
use http::Request;
use serde_json::json;

use crate::common::{Answer, CALLBACK, PKCE, Peer, form};
use crate::resource::challenges;
use crate::{TOKEN, ask, ath, changed, key, other_key, peer, proof, proof_by, proof_claims, redeeming};

const USERINFO: &str = "https://as.example.com/userinfo";

macro_rules! provider {
    ($($given:ident($argument:expr)),*) => {{
        let keys = SigningKeys::ephemeral().algorithm(Rs256);
        let peer = peer!(enable(keys), enable(OpenId::new(())) $(, $given($argument))*);
        let client = Client::public("person").redirect_uri(CALLBACK).scope("openid").grant_types(["authorization_code"]);
        peer.server.register_client(client.build().expect("a client")).await.expect("a registration");
        peer
    }};
}

/// A token of Alice's for userinfo, with these proofs.
async fn token<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>, proofs: &[&str]) -> String {
    let mut pairs = vec![("response_type", "code"), ("client_id", "person"), ("redirect_uri", CALLBACK), ("scope", "openid")];
    pairs.extend(PKCE);
    let code = peer.code_for(&pairs).await;
    ask(peer, "person", &redeeming(&code), proofs).await.member("access_token")
}

fn for_userinfo(method: &str, token: &str) -> serde_json::Value {
    changed(proof_claims(method, USERINFO), json!({"ath": ath(token)}))
}

async fn show<Sv: ServesOAuth, I: Interaction<Sv>>(
    peer: &Peer<Sv, I>,
    method: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let request = Request::builder().method(method).uri("/userinfo");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    peer.send(request.body(body.to_owned()).expect("a request")).await
}

fn said(answer: &Answer) -> String {
    let word = if answer.status.is_success() { answer.member("sub") } else { answer.member("error") };
    format!("{} {word}", answer.status.as_u16())
}

// shows: RFC9449-7.1-01, RFC9449-7.1-02, RFC9449-7.1-08, RFC9449-7.2-01, RFC9449-4.3-12
#[tokio::test]
async fn a_bound_token_is_shown_with_a_proof() {
    let peer = provider!(enable(Dpop::new()));
    let (bound, free) = (token(&peer, &[&proof()]).await, token(&peer, &[]).await);
    let authorization = format!("dpop {bound}");
    for method in ["GET", "POST"] {
        let proof = proof_by(key(), &for_userinfo(method, &bound));
        let headers = [("authorization", &*authorization), ("dpop", &*proof)];
        assert_eq!(said(&show(&peer, method, &headers, "").await), "200 username", "{method}");
        assert_eq!(said(&show(&peer, method, &headers, "").await), "401 invalid_dpop_proof", "{method}");
    }
    let good = || proof_by(key(), &for_userinfo("GET", &bound));
    let with = async |authorization: String, proof: String| {
        show(&peer, "GET", &[("authorization", &authorization), ("dpop", &proof)], "").await
    };
    for (authorization, proof, expected) in [
        (format!("Bearer {bound}"), good(), "401 invalid_token"),
        (format!("DPoP {free}"), proof_by(key(), &for_userinfo("GET", &free)), "401 invalid_token"),
        (format!("DPoP {bound}"), proof_by(other_key(), &for_userinfo("GET", &bound)), "401 invalid_token"),
        (format!("DPoP {bound}"), proof_by(key(), &for_userinfo("POST", &bound)), "401 invalid_dpop_proof"),
        (format!("DPoP {bound}"), proof_by(key(), &for_userinfo("GET", &free)), "401 invalid_dpop_proof"),
        (format!("DPoP {bound}"), proof_by(key(), &proof_claims("GET", USERINFO)), "401 invalid_dpop_proof"),
        (format!("DPoP {bound}"), proof(), "401 invalid_dpop_proof"),
        ("DPoP unknown".to_owned(), good(), "401 invalid_token"),
        (format!("Bearer {free}"), "anything".to_owned(), "200 username"),
    ] {
        assert_eq!(said(&with(authorization.clone(), proof).await), expected, "{authorization}");
    }
    let alone = show(&peer, "GET", &[("authorization", &format!("DPoP {bound}"))], "").await;
    assert_eq!(said(&alone), "401 invalid_dpop_proof");
    let challenges_of_alone = challenges(&alone);
    assert!(challenges_of_alone[0].starts_with("DPoP ") && challenges_of_alone[0].contains("invalid_dpop_proof"));
    assert!(challenges_of_alone[0].contains(r#"algs="ES256 "#) || challenges_of_alone[0].contains("ES256"), "{alone:?}");
    assert!(challenges_of_alone[1].starts_with("Bearer ") && !challenges_of_alone[1].contains("error"));
    // In the body there is no scheme: it is a bearer token.
    let body = form(&[("access_token", &bound)]);
    let headers =
        [("content-type", "application/x-www-form-urlencoded"), ("dpop", &*proof_by(key(), &for_userinfo("POST", &bound)))];
    assert_eq!(said(&show(&peer, "POST", &headers, &body).await), "401 invalid_token");
    // Nothing shown: both schemes, and no error.
    let nothing = show(&peer, "GET", &[], "").await;
    assert_eq!((nothing.status.as_u16(), challenges(&nothing).len(), &*nothing.body), (401, 2, ""));
}

#[tokio::test]
async fn without_the_feature_there_is_one_scheme() {
    let peer = provider!(enable(grantor::Revocation::new()));
    let free = token(&peer, &[]).await;
    let headers = [("authorization", &*format!("DPoP {free}")), ("dpop", "x")];
    let answer = show(&peer, "GET", &headers, "").await;
    assert_eq!((answer.status.as_u16(), &*answer.body, challenges(&answer).len()), (401, "", 1), "{answer:?}");
}

// shows: RFC9449-9-01
#[tokio::test]
async fn a_proof_needs_the_nonce_that_the_server_asks_for() {
    let keys = MasterKeys::from_bytes(&std::array::from_fn::<u8, 32, _>(|at| 5 + 7 * at as u8)).expect("keys");
    let peer = provider!(master_keys(keys), enable(Dpop::new().nonces()));
    let told = ask(&peer, "pub", &crate::SIMPLE, &[&proof()]).await;
    let nonce = told.header("dpop-nonce").to_owned();
    let first = proof_by(key(), &changed(proof_claims("POST", TOKEN), json!({"nonce": nonce})));
    let bound = token(&peer, &[&first]).await;
    let authorization = format!("DPoP {bound}");
    let ask = async |nonce: serde_json::Value, seconds: u64| {
        let iat = crate::common::START.as_unix() + seconds;
        let proof = proof_by(key(), &changed(for_userinfo("GET", &bound), json!({"nonce": nonce, "iat": iat})));
        show(&peer, "GET", &[("authorization", &authorization), ("dpop", &proof)], "").await
    };
    let told = ask(json!(null), 0).await;
    assert_eq!((&*said(&told), told.header("dpop-nonce")), ("401 use_dpop_nonce", &*nonce));
    let good = ask(json!(nonce), 0).await;
    assert_eq!((&*said(&good), good.header("dpop-nonce")), ("200 username", ""));
    peer.clock.advance(100);
    let older = ask(json!(nonce), 100).await;
    assert_eq!(said(&older), "200 username");
    assert!(!older.header("dpop-nonce").is_empty() && older.header("dpop-nonce") != nonce, "{older:?}");
}
