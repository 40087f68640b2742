//! What is bound to the key, and by whom it can be used (RFC 9449 sections 5, 6 and 10).

use crate::common::SentBack as _;
use grantor::{Dpop, JwtAccessTokens, PushedAuthorizationRequests};
use serde_json::{Value, json};

use crate::{
    GRANTS, SIMPLE, TOKEN, ask, changed, code, introspect, jws, key, other_key, peer, proof, proof_by, proof_claims, redeeming,
    refreshing, said, thumbprint,
};

fn other_proof() -> String {
    proof_by(other_key(), &proof_claims("POST", TOKEN))
}

/// A token request of each grant.
macro_rules! each_grant {
    ($peer:expr, $client:expr, |$pairs:ident| $then:expr) => {{
        let code = code(&$peer, $client, &[]).await;
        let password = [("grant_type", "password"), ("username", "username"), ("password", "password")];
        let credentials = [("grant_type", "client_credentials")];
        for $pairs in [&redeeming(&code)[..], &password, &credentials, &SIMPLE] {
            $then
        }
    }};
}

// shows: RFC9449-5-01, RFC9449-5-03, RFC9449-6.1-01, RFC9449-6.2-01, RFC9449-6.2-02, RFC9449-6.2-03, RFC9449-6-01
#[tokio::test]
async fn tokens_of_every_grant_are_bound_and_introspection_says_to_what() {
    let peer = peer!();
    each_grant!(peer, "conf", |pairs| {
        let answer = ask(&peer, "conf", pairs, &[&proof()]).await;
        assert_eq!(said(&answer), "200 DPoP", "{pairs:?} {answer:?}");
        let token = answer.member("access_token");
        // Without a proof: whether it is used rightly is for the API.
        let claims = introspect(&peer, &token).await;
        assert_eq!((&claims["active"], &claims["token_type"]), (&json!(true), &json!("DPoP")), "{claims}");
        assert_eq!(claims["cnf"], json!({"jkt": thumbprint(key())}));
    });
}

// shows: RFC9449-5-07
#[tokio::test]
async fn whoever_proves_nothing_gets_bearer_tokens() {
    let peer = peer!();
    each_grant!(peer, "conf", |pairs| {
        let answer = ask(&peer, "conf", pairs, &[]).await;
        assert_eq!(said(&answer), "200 Bearer", "{pairs:?}");
        assert_eq!(introspect(&peer, &answer.member("access_token")).await["cnf"], Value::Null);
    });
}

// shows: RFC9449-6.1-01
#[tokio::test]
async fn a_jwt_says_it_itself() {
    let keys = grantor::SigningKeys::ephemeral().algorithm(grantor::Es256);
    let jwts = JwtAccessTokens::new("https://api.example.com");
    let peer = peer!(enable(Dpop::new()), enable(keys), enable(jwts));
    let answer = ask(&peer, "pub", &SIMPLE, &[&proof()]).await;
    let token = answer.member("access_token");
    let claims: Value = serde_json::from_slice(&jws::decode(token.split('.').nth(1).expect("claims"))).expect("JSON");
    assert_eq!(claims["cnf"], json!({"jkt": thumbprint(key())}));
    assert_eq!(introspect(&peer, &token).await["cnf"], claims["cnf"]);
}

// shows: RFC9449-5.2-01, RFC9449-5.2-02
#[tokio::test]
async fn a_client_that_registered_so_or_a_server_that_insists_refuses_requests_without_a_proof() {
    let (optional, required) = (peer!(), peer!(enable(Dpop::required())));
    for (client, on_optional) in [("bound", "400 invalid_dpop_proof"), ("pub", "200 Bearer")] {
        assert_eq!(said(&ask(&optional, client, &SIMPLE, &[]).await), on_optional);
        assert_eq!(said(&ask(&required, client, &SIMPLE, &[]).await), "400 invalid_dpop_proof");
        assert_eq!(said(&ask(&optional, client, &SIMPLE, &[&proof()]).await), "200 DPoP");
        assert_eq!(said(&ask(&required, client, &SIMPLE, &[&proof()]).await), "200 DPoP");
    }
    each_grant!(required, "conf", |pairs| {
        assert_eq!(said(&ask(&required, "conf", pairs, &[]).await), "400 invalid_dpop_proof", "{pairs:?}");
        // Nothing was used up.
        assert_eq!(said(&ask(&required, "conf", pairs, &[&proof()]).await), "200 DPoP", "{pairs:?}");
    });
    assert_eq!(GRANTS.len(), 5, "each has its request here");
}

// shows: RFC9449-5-04, RFC9449-5-05, RFC9449-5-06
#[tokio::test]
async fn a_refresh_token_of_a_public_client_stays_bound_through_rotation_and_retries() {
    let peer = peer!();
    let tokens = ask(&peer, "pub", &redeeming(&code(&peer, "pub", &[]).await), &[&proof()]).await;
    let mut token = tokens.member("refresh_token");
    for round in 0..3 {
        for (proofs, expected) in [(vec![], "400 invalid_grant"), (vec![other_proof()], "400 invalid_grant")] {
            let proofs: Vec<&str> = proofs.iter().map(String::as_str).collect();
            assert_eq!(said(&ask(&peer, "pub", &refreshing(&token), &proofs).await), expected, "round {round}");
        }
        let next = ask(&peer, "pub", &refreshing(&token), &[&proof()]).await;
        assert_eq!(said(&next), "200 DPoP");
        // Within the retry window the same token has the same successor, for the same key alone.
        assert_eq!(said(&ask(&peer, "pub", &refreshing(&token), &[]).await), "400 invalid_grant");
        assert_eq!(said(&ask(&peer, "pub", &refreshing(&token), &[&other_proof()]).await), "400 invalid_grant");
        let again = ask(&peer, "pub", &refreshing(&token), &[&proof()]).await;
        assert_eq!(again.member("refresh_token"), next.member("refresh_token"));
        assert_eq!(introspect(&peer, &again.member("access_token")).await["cnf"], json!({"jkt": thumbprint(key())}));
        token = next.member("refresh_token");
    }
}

/// Section 5: the AS "MUST" bind the one that it issues to a public client with a proof.
// shows: RFC9449-5-04
#[tokio::test]
async fn a_refresh_with_a_proof_binds_what_was_not_bound() {
    let peer = peer!();
    let first = ask(&peer, "pub", &SIMPLE, &[]).await;
    let second = ask(&peer, "pub", &refreshing(&first.member("refresh_token")), &[&proof()]).await;
    let token = second.member("refresh_token");
    assert_eq!(said(&ask(&peer, "pub", &refreshing(&token), &[&other_proof()]).await), "400 invalid_grant");
    assert_eq!(said(&ask(&peer, "pub", &refreshing(&token), &[]).await), "400 invalid_grant");
    assert_eq!(said(&ask(&peer, "pub", &refreshing(&token), &[&proof()]).await), "200 DPoP");
}

// shows: RFC9449-5-09
#[tokio::test]
async fn a_client_that_authenticates_may_change_its_key() {
    let peer = peer!();
    let tokens = ask(&peer, "conf", &redeeming(&code(&peer, "conf", &[]).await), &[&proof()]).await;
    let second = ask(&peer, "conf", &refreshing(&tokens.member("refresh_token")), &[&other_proof()]).await;
    assert_eq!(said(&second), "200 DPoP");
    assert_eq!(introspect(&peer, &second.member("access_token")).await["cnf"], json!({"jkt": thumbprint(other_key())}));
    // It is bound to nothing but the client.
    let third = ask(&peer, "conf", &refreshing(&second.member("refresh_token")), &[]).await;
    assert_eq!(said(&third), "200 Bearer");
    assert_eq!(said(&ask(&peer, "pub", &refreshing(&third.member("refresh_token")), &[&proof()]).await), "400 invalid_grant");
}

// shows: RFC9449-10-01, RFC9449-10-02, RFC9449-10-03, RFC9449-10-04
#[tokio::test]
async fn a_code_is_for_the_key_that_its_request_names() {
    let peer = peer!();
    let named = thumbprint(key());
    for client in ["pub", "conf"] {
        let code = code(&peer, client, &[("dpop_jkt", &named)]).await;
        assert_eq!(said(&ask(&peer, client, &redeeming(&code), &[]).await), "400 invalid_grant");
        assert_eq!(said(&ask(&peer, client, &redeeming(&code), &[&other_proof()]).await), "400 invalid_grant");
        assert_eq!(said(&ask(&peer, client, &redeeming(&code), &[&proof()]).await), "200 DPoP");
    }
}

#[tokio::test]
async fn what_is_no_thumbprint_is_refused() {
    let peer = peer!();
    let named = thumbprint(key());
    for wrong in ["x", &named[1..], &format!("{named}A"), &format!("{}=", &named[1..]), &format!("{}+", &named[1..])] {
        let pairs = crate::common::with(&crate::common::REQUEST, &crate::common::PKCE);
        let pairs = crate::common::with(&pairs, &[("dpop_jkt", wrong)]);
        peer.authorize(&pairs).await.assert_query_error("invalid_request");
    }
    let pairs = crate::common::with(&crate::common::REQUEST, &crate::common::PKCE);
    let mut twice = pairs.clone();
    twice.extend([("dpop_jkt", &*named), ("dpop_jkt", &*named)]);
    peer.authorize(&twice).await.assert_query_error("invalid_request");
}

/// A proof with the request itself, as a pushed one may have it (section 10.1).
// shows: RFC9449-10.1-02, RFC9449-10.1-03, RFC9449-10.1-04
#[tokio::test]
async fn a_proof_with_the_request_binds_the_code_alone_and_has_to_fit_the_name() {
    let peer = peer!(enable(Dpop::new()), enable(PushedAuthorizationRequests::new()));
    let url = "https://as.example.com/par";
    let send = async |claims: Value, named: Option<String>| {
        let mut pairs = crate::common::with(&crate::common::REQUEST, &crate::common::PKCE);
        let named = named.unwrap_or_default();
        if !named.is_empty() {
            pairs.push(("dpop_jkt", &named));
        }
        let request = http::Request::post("/par").header("content-type", "application/x-www-form-urlencoded");
        let request = request.header("dpop", proof_by(key(), &claims)).body(crate::common::form(&pairs)).expect("a request");
        peer.send(request).await
    };
    let own = Some(thumbprint(key()));
    for (claims, named, error) in [
        (proof_claims("POST", url), Some(thumbprint(other_key())), "invalid_request"),
        (proof_claims("POST", TOKEN), None, "invalid_dpop_proof"),
        (proof_claims("GET", url), own.clone(), "invalid_dpop_proof"),
        (changed(proof_claims("POST", url), json!({"iat": 1})), None, "invalid_dpop_proof"),
    ] {
        send(claims, named).await.assert_error(400, error);
    }
    for named in [None, own] {
        let claims = proof_claims("POST", url);
        let uri = send(claims.clone(), named).await.member("request_uri");
        let answer = peer.authorize(&[("client_id", "pub"), ("request_uri", &uri)]).await;
        let code = answer.query().remove("code").expect("a code");
        send(claims, None).await.assert_error(400, "invalid_dpop_proof");
        assert_eq!(said(&ask(&peer, "pub", &redeeming(&code), &[]).await), "400 invalid_grant");
        assert_eq!(said(&ask(&peer, "pub", &redeeming(&code), &[&other_proof()]).await), "400 invalid_grant");
        assert_eq!(said(&ask(&peer, "pub", &redeeming(&code), &[&proof()]).await), "200 DPoP");
    }
}

/// A browser sends none. What somebody sends in its place is not looked at, and nothing is remembered of it.
#[tokio::test]
async fn a_proof_at_the_authorization_endpoint_is_nothing() {
    let peer = peer!();
    let claims = proof_claims("GET", "https://as.example.com/authorize");
    for proof in [proof_by(key(), &claims), proof_by(key(), &claims), "x".to_owned()] {
        let pairs = crate::common::with(&crate::common::REQUEST, &crate::common::PKCE);
        let request = http::Request::get(format!("/authorize?{}", crate::common::form(&pairs)));
        let answer = peer.send(request.header("dpop", proof).body("").expect("a request")).await;
        let code = answer.query().remove("code").expect("a code");
        assert_eq!(said(&ask(&peer, "pub", &redeeming(&code), &[]).await), "200 Bearer");
    }
}

/// The tokens are in the storage; the feature is no longer in the chain.
#[tokio::test]
async fn a_server_that_lost_the_feature_gives_nothing_that_is_bound_away() {
    let store = std::sync::Arc::new(grantor::MemoryStore::new());
    let clock = grantor::ManualClock::new(crate::common::START);
    let bound = crate::server!(store.clone(), clock, enable(Dpop::new()));
    for client in crate::clients() {
        bound.register_client(client.build().expect("a client")).await.expect("a registration");
    }
    let bound = crate::common::Peer::new(bound, crate::common::Approves, clock.clone());
    let (with, named) = (ask(&bound, "pub", &SIMPLE, &[&proof()]).await, thumbprint(key()));
    let code = code(&bound, "pub", &[("dpop_jkt", &named)]).await;

    let without = crate::server!(store, clock, enable(grantor::Revocation::new()));
    let without = crate::common::Peer::new(without, crate::common::Approves, clock);
    for pairs in [&refreshing(&with.member("refresh_token"))[..], &redeeming(&code)] {
        for proofs in [&[][..], &[&*proof()]] {
            assert_eq!(said(&ask(&without, "pub", pairs, proofs).await), "400 invalid_grant");
        }
        assert_eq!(said(&ask(&bound, "pub", pairs, &[&proof()]).await), "200 DPoP");
    }
    // Nor is a client served that is to have bound tokens alone.
    assert_eq!(said(&ask(&without, "bound", &SIMPLE, &[]).await), "401 invalid_client");
}
