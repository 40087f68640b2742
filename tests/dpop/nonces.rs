//! Nonces of the authorization server (RFC 9449 section 8).

use grantor::{Dpop, MasterKeys, PushedAuthorizationRequests};
use http::Request;
use serde_json::json;

use crate::common::{Answer, CALLBACK, PKCE, START, form};
use crate::{SIMPLE, TOKEN, ask, changed, key, peer, proof, proof_by, proof_claims, refreshing, said};

fn keys() -> MasterKeys {
    MasterKeys::from_bytes(&std::array::from_fn::<u8, 32, _>(|at| 5 + 7 * at as u8)).expect("keys")
}

macro_rules! with_nonces {
    ($dpop:expr) => {
        peer!(master_keys(keys()), enable($dpop.nonces()))
    };
}

fn nonce(answer: &Answer) -> String {
    assert_eq!(answer.headers.get_all("dpop-nonce").iter().count(), 1, "{answer:?}");
    answer.header("dpop-nonce").to_owned()
}

/// A good proof with this nonce, `seconds` after the start.
fn with_nonce(nonce: &str, seconds: u64) -> String {
    let iat = crate::common::START.as_unix() + seconds;
    proof_by(key(), &changed(proof_claims("POST", TOKEN), json!({"nonce": nonce, "iat": iat})))
}

// shows: RFC9449-4.2-08, RFC9449-4.3-10, RFC9449-8-01, RFC9449-8-02, RFC9449-8-04, RFC9449-8-05, RFC9449-8-06, RFC9449-8-07
// shows: RFC9449-8-08, RFC9449-8-09, RFC9449-8.2-03, RFC9449-11.3-01, RFC9449-11.1-06
#[tokio::test]
async fn a_proof_without_a_nonce_of_the_server_is_told_one() {
    let peer = with_nonces!(Dpop::new());
    let told = ask(&peer, "pub", &SIMPLE, &[&proof()]).await;
    told.assert_error(400, "use_dpop_nonce");
    assert_eq!(told.header("cache-control"), "no-store");
    assert!(told.header("access-control-expose-headers").contains("DPoP-Nonce"), "{told:?}");
    let given = nonce(&told);
    for wrong in ["", "x", &given[1..], &given.replace(&given[31..], "A"), &given.to_lowercase()] {
        let refused = ask(&peer, "pub", &SIMPLE, &[&with_nonce(wrong, 0)]).await;
        refused.assert_error(400, "use_dpop_nonce");
        assert_eq!(nonce(&refused), given);
    }
    // As often as it likes, each time with another proof.
    for _ in 0..3 {
        let answer = ask(&peer, "pub", &SIMPLE, &[&with_nonce(&given, 0)]).await;
        assert_eq!(said(&answer), "200 DPoP");
        assert_eq!(answer.header("dpop-nonce"), "");
    }
    let used = with_nonce(&given, 0);
    assert_eq!(said(&ask(&peer, "pub", &SIMPLE, &[&used]).await), "200 DPoP");
    ask(&peer, "pub", &SIMPLE, &[&used]).await.assert_error(400, "invalid_dpop_proof");
    // Whoever needs no proof needs no nonce.
    assert_eq!(said(&ask(&peer, "pub", &SIMPLE, &[]).await), "200 Bearer");
    let missing = ask(&peer, "bound", &SIMPLE, &[]).await;
    missing.assert_error(400, "invalid_dpop_proof");
    assert_eq!(nonce(&missing), given);
}

// shows: RFC9449-8.2-01
#[tokio::test]
async fn the_next_nonce_comes_with_an_answer_before_the_last_one_ends() {
    let peer = with_nonces!(Dpop::required());
    let mut given = nonce(&ask(&peer, "pub", &SIMPLE, &[&proof()]).await);
    let mut seconds = 0;
    let mut token = ask(&peer, "pub", &SIMPLE, &[&with_nonce(&given, 0)]).await.member("refresh_token");
    // One that keeps what it is told is never asked twice.
    for _ in 0..10 {
        peer.clock.advance(100);
        seconds += 100;
        let answer = ask(&peer, "pub", &refreshing(&token), &[&with_nonce(&given, seconds)]).await;
        assert_eq!(said(&answer), "200 DPoP", "after {seconds} s");
        let next = nonce(&answer);
        assert_ne!(next, given);
        (given, token) = (next, answer.member("refresh_token"));
    }
    peer.clock.advance(301);
    let late = ask(&peer, "pub", &refreshing(&token), &[&with_nonce(&given, seconds + 301)]).await;
    late.assert_error(400, "use_dpop_nonce");
    let fresh = nonce(&late);
    // Nothing was used up.
    assert_eq!(said(&ask(&peer, "pub", &refreshing(&token), &[&with_nonce(&fresh, seconds + 301)]).await), "200 DPoP");
}

/// Who pushes a request is told the newest, too, so that its token request is not refused first.
// shows: RFC9449-8.2-01
#[tokio::test]
async fn who_pushes_a_request_is_told_the_next_nonce() {
    let peer = peer!(master_keys(keys()), enable(Dpop::new().nonces()), enable(PushedAuthorizationRequests::new()));
    let mut pairs = vec![("response_type", "code"), ("client_id", "pub"), ("redirect_uri", CALLBACK), ("scope", "scope")];
    pairs.extend(PKCE);
    let push = async |nonce: Option<(&str, u64)>| {
        let request = Request::post("/par").header("content-type", "application/x-www-form-urlencoded");
        let request = match nonce {
            Some((nonce, seconds)) => {
                let iat = START.as_unix() + seconds;
                let claims = proof_claims("POST", "https://as.example.com/par");
                request.header("dpop", proof_by(key(), &changed(claims, json!({"nonce": nonce, "iat": iat}))))
            }
            None => request,
        };
        peer.send(request.body(form(&pairs)).expect("a request")).await
    };
    let told = push(Some(("none", 0))).await;
    told.assert_error(400, "use_dpop_nonce");
    let given = nonce(&told);
    peer.clock.advance(100);
    let pushed = push(Some((&given, 100))).await;
    assert_eq!(pushed.status, 201, "{pushed:?}");
    let next = nonce(&pushed);
    assert_ne!(next, given);
    assert_eq!(said(&ask(&peer, "pub", &SIMPLE, &[&with_nonce(&next, 100)]).await), "200 DPoP");
    // Whoever needs no proof needs no nonce.
    let plain = push(None).await;
    assert_eq!((plain.status.as_u16(), plain.header("dpop-nonce")), (201, ""));
}

/// Two instances, and one after its keys were replaced.
// shows: RFC9449-8-03, RFC9449-8-06
#[tokio::test]
async fn all_instances_know_the_nonces_of_each_other() {
    let [one, another] = [with_nonces!(Dpop::new()), with_nonces!(Dpop::new())];
    let given = nonce(&ask(&one, "pub", &SIMPLE, &[&proof()]).await);
    assert_eq!(said(&ask(&another, "pub", &SIMPLE, &[&with_nonce(&given, 0)]).await), "200 DPoP");
    let newer = MasterKeys::from_bytes(&std::array::from_fn::<u8, 32, _>(|at| 6 + 7 * at as u8)).expect("keys");
    let stranger = peer!(master_keys(newer.clone()), enable(Dpop::new().nonces()));
    ask(&stranger, "pub", &SIMPLE, &[&with_nonce(&given, 0)]).await.assert_error(400, "use_dpop_nonce");
    let both = peer!(master_keys(newer.and_before(keys()).expect("keys")), enable(Dpop::new().nonces()));
    let answer = ask(&both, "pub", &SIMPLE, &[&with_nonce(&given, 0)]).await;
    assert_eq!(said(&answer), "200 DPoP");
    // By the key that is about to go: here is one by the other.
    assert_ne!(nonce(&answer), given);
}
