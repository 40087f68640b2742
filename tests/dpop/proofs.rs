//! What a proof has to be (RFC 9449 sections 4.2 and 4.3).

use grantor::{Algorithm, Dpop};
use serde_json::{Value, json};

use crate::common::START;
use crate::{
    SIMPLE, TOKEN, ask, changed, jws, key, other_key, peer, proof, proof_by, proof_claims, proof_header, said, signed, worth,
};

const GOOD: &str = "200 DPoP";
const REFUSED: &str = "400 invalid_dpop_proof";

// shows: RFC9449-4.1-01, RFC9449-4.2-01, RFC9449-4.2-04, RFC9449-4.2-09, RFC9449-5-01, RFC9449-5-03
#[tokio::test]
async fn a_good_proof_is_accepted_by_every_algorithm_and_whatever_else_it_says() {
    let peer = peer!();
    for algorithm in Algorithm::ALL {
        let key = jws::key(algorithm);
        assert_eq!(worth(&peer, &proof_by(&key, &proof_claims("POST", TOKEN))).await, GOOD, "{algorithm}");
    }
    let now = START.as_unix();
    for changes in [
        json!({"exp": now + 10, "nbf": now, "https://example.com/own": [{}]}),
        json!({"exp": now - 1_000, "nbf": now + 1_000}),
        json!({"nonce": "of nobody", "ath": "of nothing"}),
    ] {
        let claims = changed(proof_claims("POST", TOKEN), changes);
        assert_eq!(worth(&peer, &proof_by(key(), &claims)).await, GOOD, "{claims}");
    }
    for changes in [json!({"kid": "whatever"}), json!({"typ": "application/DPoP+JWT"}), json!({"own": 1})] {
        let header = changed(proof_header(key()), changes);
        assert_eq!(worth(&peer, &signed(&header, &proof_claims("POST", TOKEN), key())).await, GOOD, "{header}");
    }
}

// shows: RFC9449-4.2-02, RFC9449-4.2-03, RFC9449-4.3-03, RFC9449-4.3-08, RFC9449-4.3-09, RFC9449-5-02
#[tokio::test]
async fn a_proof_that_is_wrong_in_one_claim_is_refused_and_nothing_of_it_is_used_up() {
    let peer = peer!();
    for changes in [
        json!({"jti": null}),
        json!({"jti": ""}),
        json!({"jti": 7}),
        json!({"htm": null}),
        json!({"htm": "GET"}),
        json!({"htm": "post"}),
        json!({"htm": ["POST"]}),
        json!({"htu": null}),
        json!({"htu": ""}),
        json!({"htu": "/token"}),
        json!({"htu": "https://as.example.com"}),
        json!({"htu": "https://as.example.com/token/"}),
        json!({"htu": "https://as.example.com/introspect"}),
        json!({"htu": "https://other.example.com/token"}),
        json!({"htu": "http://as.example.com/token"}),
        json!({"htu": "https://as.example.com:8443/token"}),
        json!({"htu": [TOKEN]}),
        json!({"iat": null}),
        json!({"iat": "now"}),
        json!({"iat": 1e300}),
        json!({"iat": -1}),
    ] {
        let right = proof_claims("POST", TOKEN);
        let wrong = changed(right.clone(), changes);
        assert_eq!(worth(&peer, &proof_by(key(), &wrong)).await, REFUSED, "{wrong}");
        assert_eq!(worth(&peer, &proof_by(key(), &right)).await, GOOD, "after {wrong}");
    }
}

/// Whatever `Host` says: whoever sends the request chooses that.
// shows: RFC9449-4.3-09, RFC9449-4.3-13
#[tokio::test]
async fn the_url_is_the_configured_one_however_it_is_spelled() {
    let peer = peer!();
    for url in [
        "https://as.example.com/token?x=1",
        "https://as.example.com/token#part",
        "HTTPS://AS.EXAMPLE.COM/token",
        "https://as.example.com:443/token",
        "https://as.example.com/./x/../token",
        "https://as.example.com/%74oken",
    ] {
        assert_eq!(worth(&peer, &proof_by(key(), &proof_claims("POST", url))).await, GOOD, "{url}");
    }
    let evil = proof_by(key(), &proof_claims("POST", "https://evil.example/token"));
    let body = crate::common::form(&[("grant_type", "urn:example:own"), ("client_id", "pub")]);
    let request = http::Request::post("https://evil.example/token").header("host", "evil.example").header("dpop", evil);
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(body).expect("a request");
    assert_eq!(said(&peer.send(request).await), REFUSED);
}

// shows: RFC9449-4.3-11, RFC9449-11.1-01, RFC9449-11.1-02
#[tokio::test]
async fn a_clock_may_be_off_by_a_minute_either_way_and_no_more() {
    let peer = peer!();
    let now = START.as_unix();
    for (iat, expected) in [
        (json!(now - 60), GOOD),
        (json!(now - 10), GOOD),
        (json!(now + 10), GOOD),
        (json!(now + 60), GOOD),
        (json!(now as f64 + 0.5), GOOD),
        (json!(now - 61), REFUSED),
        (json!(now - 3_600), REFUSED),
        (json!(now + 61), REFUSED),
        (json!(now + 3_600), REFUSED),
    ] {
        let claims = changed(proof_claims("POST", TOKEN), json!({"iat": iat}));
        assert_eq!(worth(&peer, &proof_by(key(), &claims)).await, expected, "{iat}");
    }
}

// shows: RFC9449-4.2-02, RFC9449-4.2-03, RFC9449-4.3-02, RFC9449-4.3-04, RFC9449-4.3-05, RFC9449-4.3-06, RFC9449-4.3-07
// shows: RFC9449-11.5-01, RFC9449-11.6-01, RFC9449-11.6-02
#[tokio::test]
async fn a_header_that_is_wrong_in_one_place_is_refused() {
    let peer = peer!();
    let (own, other) = (jws::jwk(key()), jws::jwk(other_key()));
    let secret = changed(own.clone(), json!({"d": own["x"].clone()}));
    for changes in [
        json!({"typ": null}),
        json!({"typ": "JWT"}),
        json!({"typ": "at+jwt"}),
        json!({"alg": null}),
        json!({"alg": "none"}),
        json!({"alg": "HS256"}),
        json!({"alg": "ES384"}),
        json!({"alg": "ES256K"}),
        json!({"jwk": null}),
        json!({"jwk": {}}),
        json!({"jwk": other}),
        json!({"jwk": secret}),
        json!({"jwk": {"kty": "oct", "k": "AAAA"}}),
        json!({"jwk": null, "jku": "https://evil.example/jwks"}),
        json!({"jwk": null, "x5u": "https://evil.example/chain"}),
        json!({"jwk": null, "x5c": ["AAAA"]}),
        json!({"jwk": null, "kid": "one"}),
        json!({"crit": ["exp"]}),
        json!({"b64": false}),
    ] {
        let header = changed(proof_header(key()), changes);
        let wrong = signed(&header, &proof_claims("POST", TOKEN), key());
        assert_eq!(worth(&peer, &wrong).await, REFUSED, "{header}");
    }
    // `jku` and `x5c` beside the key count for nothing: the key is what signed.
    let header = changed(proof_header(key()), json!({"jku": "https://evil.example/jwks", "x5c": ["AAAA"]}));
    assert_eq!(worth(&peer, &signed(&header, &proof_claims("POST", TOKEN), key())).await, GOOD);
    let by_another = signed(&proof_header(key()), &proof_claims("POST", TOKEN), other_key());
    assert_eq!(worth(&peer, &by_another).await, REFUSED);
}

// shows: RFC9449-4.1-01, RFC9449-4.3-01, RFC9449-4.3-02
#[tokio::test]
async fn there_is_one_header_with_one_jwt() {
    let peer = peer!();
    let (one, two) = (proof(), proof());
    for proofs in
        [&[&*one, &*two][..], &[&one, &one], &[&format!("{one}, {two}")], &[&format!("{one},{two}")], &[""], &["x"], &["a.b.c"]]
    {
        assert_eq!(said(&ask(&peer, "pub", &SIMPLE, proofs).await), REFUSED, "{proofs:?}");
    }
    let parts: Vec<&str> = one.split('.').collect();
    for wrong in [
        format!("{}.{}", parts[0], parts[1]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{one}="),
        one.to_lowercase(),
        format!("{one}.{}", parts[2]),
        "\u{e9}".to_owned(),
    ] {
        assert_eq!(worth(&peer, &wrong).await, REFUSED, "{wrong}");
    }
    // None of it was used up.
    assert_eq!(worth(&peer, &one).await, GOOD);
    assert_eq!(worth(&peer, &two).await, GOOD);
}

#[tokio::test]
async fn a_proof_that_is_too_long_is_refused_before_it_is_decoded() {
    let peer = peer!();
    for (padding, expected) in [(4_000, GOOD), (7_000, REFUSED), (60_000, REFUSED)] {
        let claims = changed(proof_claims("POST", TOKEN), json!({"pad": "x".repeat(padding)}));
        assert_eq!(worth(&peer, &proof_by(key(), &claims)).await, expected, "{padding}");
    }
    // A long `jti` is no more than any other in the store.
    let claims = changed(proof_claims("POST", TOKEN), json!({"jti": "x".repeat(4_000)}));
    let proof = proof_by(key(), &claims);
    assert_eq!((worth(&peer, &proof).await, worth(&peer, &proof).await), (GOOD.to_owned(), REFUSED.to_owned()));
}

// shows: RFC9449-11.1-04, RFC9449-4-01
#[tokio::test]
async fn a_proof_is_good_once_for_as_long_as_it_is_good() {
    let peer = peer!();
    let ahead = changed(proof_claims("POST", TOKEN), json!({"iat": START.as_unix() + 60}));
    let proof = proof_by(key(), &ahead);
    assert_eq!(worth(&peer, &proof).await, GOOD);
    for _ in 0..13 {
        peer.clock.advance(10);
        assert_eq!(worth(&peer, &proof).await, REFUSED);
    }
    // Another key may have the same identifier, whoever had it first.
    peer.clock.set(START);
    assert_eq!(worth(&peer, &proof_by(other_key(), &ahead)).await, GOOD);
}

// shows: RFC9449-5.1-01, RFC9449-4.3-05
#[tokio::test]
async fn the_algorithms_are_those_of_the_metadata() {
    let peer = peer!(enable(Dpop::new().algorithms([Algorithm::EdDsa, Algorithm::Ps256])));
    let metadata = peer.get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(metadata["dpop_signing_alg_values_supported"], json!(["EdDSA", "PS256"]));
    for (algorithm, expected) in
        [(Algorithm::EdDsa, GOOD), (Algorithm::Ps256, GOOD), (Algorithm::Rs256, REFUSED), (Algorithm::Es256, REFUSED)]
    {
        let key = jws::key(algorithm);
        assert_eq!(worth(&peer, &proof_by(&key, &proof_claims("POST", TOKEN))).await, expected, "{algorithm}");
    }
    let all = peer!().get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(all["dpop_signing_alg_values_supported"].as_array().map(Vec::len), Some(Algorithm::ALL.len()));
    let plain = peer!(enable(grantor::Revocation::new())).get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(plain["dpop_signing_alg_values_supported"], Value::Null);
}
