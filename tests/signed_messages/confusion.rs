//! A JWT of one kind does not pass for another (RFC 9101 section 10.8), whoever signed it.

use grantor::{PrivateKeyJwt, RequestObjects};
use serde_json::json;

use crate::common::{CALLBACK, PKCE, REQUEST, START, with};
use crate::{ISSUER, assert_allowed, changed, claims, header, jwks, jws, key, object, peer, signed};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A client that authenticates with the key with which it signs its requests.
fn keyed() -> grantor::ClientBuilder {
    grantor::Client::with_keys("app").jwks(jwks()).redirect_uri(CALLBACK).scope("read").grant_types(["authorization_code"])
}

fn assertion_claims() -> serde_json::Value {
    let now = START.as_unix();
    json!({"iss": "app", "sub": "app", "aud": ISSUER, "iat": now, "exp": now + 60, "jti": "j"})
}

/// What a client authenticates with is no request, also where it has no type and somebody could have it say more.
#[tokio::test]
async fn an_assertion_is_no_request() {
    let peer = peer!(keyed(); enable(RequestObjects::inline_keys()), enable(PrivateKeyJwt::inline_keys()));
    for typ in [json!("client-authentication+jwt"), json!("JWT"), json!(null)] {
        let header = changed(header(), json!({"typ": typ})).to_string();
        let both = changed(claims(), assertion_claims());
        for claims in [assertion_claims(), both] {
            let assertion = jws::signed(&header, &claims.to_string(), key());
            let answer = peer.authorize(&[("client_id", "app"), ("request", &assertion)]).await;
            assert_eq!(answer.query().get("error").map(String::as_str), Some("invalid_request_object"), "{answer:?}");
        }
    }
}

/// Nor does a request authenticate its client: it is in URLs, and in the histories of browsers.
#[tokio::test]
async fn a_request_does_not_authenticate() {
    let peer = peer!(keyed(); enable(RequestObjects::inline_keys()), enable(PrivateKeyJwt::inline_keys()));
    let request = object(json!({"jti": "r"}));
    let code = peer.authorize(&[("client_id", "app"), ("request", &request)]).await.query().remove("code").expect("a code");
    let redemption = crate::common::redemption(&code);
    for stolen in [request, signed(&changed(claims(), json!({"jti": "s", "sub": "alice"})))] {
        let pairs =
            with(&redemption, &[("client_assertion_type", JWT_BEARER), ("client_assertion", &stolen), ("client_id", "app")]);
        assert_eq!(peer.token(&pairs).await.json()["error"], "invalid_client");
    }
    let assertion = jws::signed(&changed(header(), json!({"typ": "JWT"})).to_string(), &assertion_claims().to_string(), key());
    let pairs =
        with(&redemption, &[("client_assertion_type", JWT_BEARER), ("client_assertion", &assertion), ("client_id", "app")]);
    peer.token(&pairs).await.assert_ok();
}

/// What one client signed is not another's request, though both have the key; nor what it signed for another server.
#[tokio::test]
async fn a_request_is_its_clients_and_this_servers() {
    let peer = peer!(keyed(); enable(RequestObjects::inline_keys()), enable(PrivateKeyJwt::inline_keys()));
    let other = grantor::Client::with_keys("other").jwks(jwks()).redirect_uri("https://other.example.com/cb").scope("read");
    let other = other.grant_types(["authorization_code"]).build().expect("a client");
    peer.server.register_client(other).await.expect("a registration");
    let answer = peer.authorize(&[("client_id", "other"), ("request", &object(json!({})))]).await;
    assert_eq!(answer.query()["error"], "invalid_request_object", "{answer:?}");
    assert!(answer.location().starts_with("https://other.example.com/cb"));
    assert_allowed(&peer.authorize(&[("client_id", "app"), ("request", &object(json!({})))]).await);
}

/// Downgraded: who takes the object away is left with a request that nobody signed.
#[tokio::test]
async fn a_request_without_its_object_is_refused_where_the_client_signs() {
    let peer = peer!(keyed().require_signed_request_object(); enable(RequestObjects::inline_keys()), enable(PrivateKeyJwt::inline_keys()));
    let unsigned = with(&with(&REQUEST, &PKCE), &[("client_id", "app"), ("scope", "read"), ("request", "")]);
    assert_eq!(peer.authorize(&unsigned).await.query()["error"], "invalid_request");
}
