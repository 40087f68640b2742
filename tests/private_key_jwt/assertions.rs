//! What an assertion has to say, when, how often, and beside what.

use grantor::{Algorithm, PrivateKeyJwt};
use serde_json::{Value, json};

use crate::common::{START, basic, with};
use crate::jws::signed;
use crate::{
    ENDPOINTS, ISSUER, JWT_BEARER, ask, assertion, changed, claims, client, header, job, jwks, jws, key, peer, said, says,
};

const REFUSED: &str = "401 invalid_client";
const TWO_METHODS: &str = "400 invalid_request";

// shows: RFC7523-2.2-01, RFC7523-3-01, RFC7523-3-02, RFC7523-3-04, RFC7523-3-05, RFC7523-3-06, RFC7523-3-10, RFC7523-3-12
// shows: RFC7523-3-14, RFC7523-3-15, RFC7523-3-17, RFC7523-3-18, RFC7521-3-01, RFC7521-4.2-01, RFC7521-4.2-02, RFC7521-4.2-03
// shows: RFC7521-5.2-01, RFC7521-5.2-02, RFC7521-5.2-03, RFC7521-5.2-04, RFC7521-5.2-05, RFC7521-5.2-07, RFC7521-5.2-09
// shows: RFC7523BIS-2-01, RFC7523BIS-4-01, RFC7523BIS-4-03, RFC7523BIS-4-04, RFC9700-2.5-02, RFC6749-2.3.2-02, OIDC-CORE-9-14
#[tokio::test]
async fn a_client_authenticates_with_its_key_at_every_endpoint() {
    let peer = peer!();
    for endpoint in ENDPOINTS {
        let plain = ask(&peer, endpoint, &assertion(&claims("job"))).await;
        assert_eq!(said(&plain), "200", "{endpoint:?} {plain:?}");
        // Without `iat`; with `nbf`, claims of somebody's own, and the parameter that says whose it is.
        let claims = changed(claims("job"), json!({"iat": null, "nbf": START.as_unix(), "https://example.com/own": {"a": [1]}}));
        let assertion = assertion(&claims);
        let pairs = [("client_id", "job"), ("client_assertion_type", JWT_BEARER), ("client_assertion", &assertion)];
        let named = peer.post(endpoint.0, None, &with(endpoint.1, &pairs)).await;
        assert_eq!(said(&named), "200", "{endpoint:?} {named:?}");
    }
}

// shows: RFC7523BIS-4-09, RFC7523BIS-4-11
#[tokio::test]
async fn the_type_is_that_of_client_authentication_or_that_of_jwts_or_none() {
    let peer = peer!();
    for (typ, expected) in [
        (json!("client-authentication+jwt"), "200"),
        (json!("application/client-authentication+jwt"), "200"),
        (json!("JWT"), "200"),
        (json!("jwt"), "200"),
        (Value::Null, "200"),
        (json!("at+jwt"), REFUSED),
        (json!("dpop+jwt"), REFUSED),
        (json!(""), REFUSED),
        (json!(["JWT"]), REFUSED),
    ] {
        let header = changed(header(), json!({"typ": typ}));
        let assertion = signed(&header.to_string(), &claims("job").to_string(), key());
        assert_eq!(says(&peer, &assertion).await, expected, "{header}");
    }
}

// shows: RFC7523-3-03, RFC7523-3-08, RFC7523-3-09, RFC7523-3-11, RFC7523-3-13, RFC7523-3-19, RFC7523-3-20, RFC7523-3.2-01
// shows: RFC7521-4.2.1-01, RFC7521-5.1-01, RFC7521-5.1-02, RFC7521-5.2-06, RFC7521-5.2-08, RFC7521-5.2-10
// shows: RFC7523BIS-4-05, RFC7523BIS-4-06, RFC7523BIS-4-08, RFC8725-3.8-01, RFC8725-3.8-02, RFC8725-3.8-03, RFC8725-3.8-04
// shows: RFC8725-3.9-02, RFC8725-3.9-03, OIDC-CORE-9-07
#[tokio::test]
async fn an_assertion_that_is_wrong_in_one_place_is_refused_and_nothing_of_it_is_used_up() {
    let peer = peer!();
    let now = START.as_unix();
    for changes in [
        json!({"iss": null}),
        json!({"iss": "other"}),
        json!({"iss": "JOB"}),
        json!({"iss": ISSUER}),
        json!({"iss": 1}),
        json!({"sub": null}),
        json!({"sub": "other"}),
        json!({"iss": "other", "sub": "other"}),
        json!({"iss": "", "sub": ""}),
        json!({"aud": null}),
        json!({"aud": "https://other.example.com"}),
        json!({"aud": "https://as.example.com/"}),
        json!({"aud": "https://AS.example.com"}),
        json!({"aud": "https://as.example.com/token"}),
        json!({"aud": [ISSUER]}),
        json!({"aud": [ISSUER, "https://as.example.com/token"]}),
        json!({"aud": [ISSUER, "https://other.example.com"]}),
        json!({"aud": []}),
        json!({"aud": {"0": ISSUER}}),
        json!({"exp": null}),
        json!({"exp": "soon"}),
        json!({"exp": now}),
        json!({"exp": now - 1}),
        json!({"exp": -1}),
        json!({"exp": now + 301}),
        json!({"exp": 1e300}),
        json!({"iat": null, "exp": now + 311}),
        json!({"iat": now - 300, "exp": now + 1}),
        json!({"iat": now + 11}),
        json!({"iat": "now"}),
        json!({"nbf": now + 11}),
        json!({"nbf": true}),
        json!({"jti": null}),
        json!({"jti": ""}),
        json!({"jti": 7}),
    ] {
        let right = claims("job");
        let wrong = changed(right.clone(), changes);
        assert_eq!(says(&peer, &assertion(&wrong)).await, REFUSED, "{wrong}");
        assert_eq!(says(&peer, &assertion(&right)).await, "200", "after {wrong}");
    }
}

// shows: RFC7523-3-18, RFC7523-3-19, RFC7521-5.2-10
#[tokio::test]
async fn a_signature_is_the_clients_under_an_algorithm_that_is_accepted() {
    let peer = peer!();
    let right = claims("job");
    let with_header = |changes, key: &_| signed(&changed(header(), changes).to_string(), &right.to_string(), key);
    let good = assertion(&right);
    let (input, signature) = good.rsplit_once('.').expect("parts");
    let (head, body) = input.split_once('.').expect("parts");
    let unsigned = jws::encode(changed(header(), json!({"alg": "none"})).to_string());
    let other = jws::key(Algorithm::Es256);
    let doubled = jws::with(&right.to_string(), r#""aud":"https://other.example.com""#);
    let embedded = with_header(json!({"jwk": jws::jwk(&other), "kid": null}), &other);
    for wrong in [
        with_header(json!({}), &other),
        with_header(json!({"kid": "two"}), key()),
        with_header(json!({"alg": "ES384"}), key()),
        with_header(json!({"alg": "HS256"}), key()),
        with_header(json!({"alg": "es256"}), key()),
        with_header(json!({"alg": null}), key()),
        with_header(json!({"crit": ["exp"]}), key()),
        with_header(json!({"b64": false}), key()),
        embedded,
        signed(&header().to_string(), &doubled, key()),
        format!("{unsigned}.{body}."),
        format!("{unsigned}.{body}.{signature}"),
        format!("{head}.{}.{signature}", jws::encode(claims("job").to_string())),
        format!("{good}="),
        format!("{good}.{signature}"),
        format!("{good} {good}"),
        input.to_owned(),
        "..".to_owned(),
        "x".to_owned(),
        right.to_string(),
        format!("{head}.{}.{signature}", "A".repeat(8 * 1024)),
    ] {
        assert_eq!(says(&peer, &wrong).await, REFUSED, "{wrong}");
    }
    assert_eq!(says(&peer, &good).await, "200");
}

// shows: RFC7523-3-16, OIDC-CORE-9-10
#[tokio::test]
async fn an_assertion_is_good_once_and_only_for_its_own_client() {
    let peer = peer!();
    peer.server.register_client(client("other").jwks(jwks(&[("one", key())])).build().expect("a client")).await.expect("it is");
    let own = claims("job");
    assert_eq!(says(&peer, &assertion(&own)).await, "200");
    for endpoint in ENDPOINTS {
        assert_eq!(said(&ask(&peer, endpoint, &assertion(&own)).await), REFUSED, "{endpoint:?}");
    }
    // The `jti` counts, whatever else is said; and that of another client is another one.
    let later = changed(own.clone(), json!({"exp": START.as_unix() + 100}));
    assert_eq!(says(&peer, &assertion(&later)).await, REFUSED);
    let of_other = changed(own.clone(), json!({"iss": "other", "sub": "other"}));
    assert_eq!(says(&peer, &assertion(&of_other)).await, "200");
    // Once it has expired by itself nobody has to remember it.
    peer.clock.advance(59);
    assert_eq!(says(&peer, &assertion(&own)).await, REFUSED);
    peer.clock.advance(1);
    let again = changed(own, json!({"iat": START.as_unix() + 60, "exp": START.as_unix() + 120}));
    assert_eq!(says(&peer, &assertion(&again)).await, "200");
}

// shows: RFC7523-3-11, RFC7523-3-13, RFC7521-5.2-08
#[tokio::test]
async fn a_clock_may_be_ten_seconds_ahead_and_at_most_a_minute() {
    let now = START.as_unix();
    for (leeway, most) in [(None, 10), (Some(0), 10), (Some(10), 10), (Some(35), 35), (Some(60), 60), (Some(600), 60)] {
        let feature = PrivateKeyJwt::inline_keys();
        let peer = peer!(match leeway {
            None => feature,
            Some(seconds) => feature.leeway(seconds),
        });
        for (ahead, expected) in [(most, "200"), (most + 1, REFUSED)] {
            let all = json!({"iat": now + ahead, "nbf": now + ahead, "exp": now + ahead + 60});
            for changes in [all, json!({"iat": null, "exp": now + ahead + 300}), json!({"nbf": now + ahead, "iat": null})] {
                let claims = changed(claims("job"), changes);
                assert_eq!(says(&peer, &assertion(&claims)).await, expected, "{leeway:?} {claims}");
            }
        }
        // Behind is late, and nothing else.
        let behind = changed(claims("job"), json!({"iat": now - 240, "nbf": now - 240, "exp": now + 1}));
        assert_eq!(says(&peer, &assertion(&behind)).await, "200");
        let late = changed(claims("job"), json!({"iat": now - 60, "exp": now}));
        assert_eq!(says(&peer, &assertion(&late)).await, REFUSED);
    }
}

/// RFC 6749 sections 2.3 and 5.2 have `invalid_request` for this, RFC 7521 section 4.2.1 `invalid_client`.
// shows: RFC7521-4.2-04, RFC7521-4.2.1-01
#[tokio::test]
async fn one_method_for_a_request_whatever_is_mixed() {
    let peer = peer!();
    let good = assertion(&claims("job"));
    let basic = basic("job", "secret");
    let base = |text| [("client_assertion_type", JWT_BEARER), ("client_assertion", text)];
    for endpoint in ENDPOINTS {
        for text in [&*good, "rubbish"] {
            for (authorization, more) in [
                (Some(&*basic), None),
                (Some("Basic !"), None),
                (Some("Bearer token"), None),
                (None, Some(("client_secret", "secret"))),
                (None, Some(("client_assertion", "other"))),
                (None, Some(("client_assertion", text))),
                (None, Some(("client_assertion", ""))),
                (None, Some(("client_assertion_type", JWT_BEARER))),
            ] {
                let pairs: Vec<_> = endpoint.1.iter().copied().chain(base(text)).chain(more).collect();
                let answer = peer.post(endpoint.0, authorization, &pairs).await;
                assert_eq!(said(&answer), TWO_METHODS, "{endpoint:?} {authorization:?} {more:?}");
            }
        }
        // One half without the other, or for somebody else.
        for pairs in [&base(&good)[..1], &base(&good)[1..], &[&base(&good)[..], &[("client_id", "other")]].concat()] {
            assert_eq!(said(&peer.post(endpoint.0, None, &with(endpoint.1, pairs)).await), TWO_METHODS, "{endpoint:?} {pairs:?}");
        }
        for kind in ["urn:ietf:params:oauth:client-assertion-type:saml2-bearer", "jwt-bearer", "x"] {
            let pairs = with(endpoint.1, &[("client_assertion_type", kind), ("client_assertion", &good), ("client_id", "job")]);
            assert_eq!(said(&peer.post(endpoint.0, None, &pairs).await), REFUSED, "{endpoint:?} {kind}");
        }
        // A name alone proves nothing.
        assert_eq!(said(&peer.post(endpoint.0, None, &with(endpoint.1, &[("client_id", "job")])).await), REFUSED);
    }
    assert_eq!(says(&peer, &good).await, "200", "nothing of it was used up");
}

// shows: RFC7523-3-07, RFC7523BIS-4-06, RFC7523BIS-4-07
#[tokio::test]
async fn older_audiences_are_accepted_where_the_server_says_so() {
    let peer = peer!(PrivateKeyJwt::inline_keys().older_audiences());
    let token = "https://as.example.com/token";
    for (audience, expected) in [
        (json!(ISSUER), "200"),
        (json!(token), "200"),
        (json!([ISSUER]), "200"),
        (json!([token]), "200"),
        (json!([ISSUER, token]), "200"),
        (json!([ISSUER, "https://other.example.com"]), REFUSED),
        (json!([token, "https://other.example.com/token"]), REFUSED),
        (json!(["https://other.example.com"]), REFUSED),
        (json!("https://as.example.com/introspect"), REFUSED),
        (json!("https://as.example.com/token/"), REFUSED),
        (json!([]), REFUSED),
        (json!([ISSUER, 1]), REFUSED),
        (json!(null), REFUSED),
    ] {
        let claims = changed(claims("job"), json!({"aud": audience}));
        assert_eq!(says(&peer, &assertion(&claims)).await, expected, "{claims}");
    }
}

// shows: OIDC-REG-2-45
#[tokio::test]
async fn a_client_signs_with_the_algorithm_that_it_registered_and_the_server_accepts() {
    let peer = peer!(PrivateKeyJwt::inline_keys().algorithms([Algorithm::Es256, Algorithm::EdDsa]));
    let (ecdsa, edwards, rsa) = (key(), jws::key(Algorithm::EdDsa), jws::key(Algorithm::Ps256));
    let keys = jwks(&[("ec", ecdsa), ("ed", &edwards), ("rsa", &rsa)]);
    let chosen = client("chosen").jwks(keys.clone()).token_endpoint_auth_signing_alg("EdDSA");
    for client in [client("any").jwks(keys), chosen] {
        peer.server.register_client(client.build().expect("a client")).await.expect("a registration");
    }
    for (id, alg, kid, key, expected) in [
        ("any", "ES256", "ec", ecdsa, "200"),
        ("any", "EdDSA", "ed", &edwards, "200"),
        ("any", "Ed25519", "ed", &edwards, "200"),
        ("any", "PS256", "rsa", &rsa, REFUSED),
        ("chosen", "EdDSA", "ed", &edwards, "200"),
        ("chosen", "ES256", "ec", ecdsa, REFUSED),
    ] {
        let header = json!({"alg": alg, "kid": kid});
        assert_eq!(says(&peer, &signed(&header.to_string(), &claims(id).to_string(), key)).await, expected, "{id} {alg}");
    }
}

#[tokio::test]
async fn every_algorithm_verifies_and_a_key_without_a_name_is_found_if_it_is_the_only_one() {
    let peer = peer!();
    for algorithm in Algorithm::ALL {
        let (own, another) = (jws::key(algorithm), jws::key(algorithm));
        let id = algorithm.as_str();
        for (keys, expected) in [(jwks(&[("one", &own)]), "200"), (jwks(&[("one", &own), ("two", &another)]), REFUSED)] {
            let client = client(id).jwks(keys).build().expect("a client");
            peer.server.register_client(client).await.expect("a registration");
            let unnamed = signed(&json!({"alg": algorithm}).to_string(), &claims(id).to_string(), &own);
            assert_eq!(says(&peer, &unnamed).await, expected, "{algorithm}");
            let named = signed(&json!({"alg": algorithm, "kid": "one"}).to_string(), &claims(id).to_string(), &own);
            assert_eq!(says(&peer, &named).await, "200", "{algorithm}");
        }
    }
}

/// A record that was replaced is the one that counts, at the next request.
#[tokio::test]
async fn a_key_that_was_taken_out_of_the_record_is_good_no_more() {
    let peer = peer!();
    let new = jws::key(Algorithm::Es256);
    let by_new = |claims: &Value| signed(&changed(header(), json!({"kid": "two"})).to_string(), &claims.to_string(), &new);
    assert_eq!(says(&peer, &assertion(&claims("job"))).await, "200");
    assert_eq!(says(&peer, &by_new(&claims("job"))).await, REFUSED);
    let both = client("job").jwks(jwks(&[("one", key()), ("two", &new)])).build().expect("a client");
    peer.server.register_client(both).await.expect("a registration");
    assert_eq!(says(&peer, &assertion(&claims("job"))).await, "200");
    assert_eq!(says(&peer, &by_new(&claims("job"))).await, "200");
    let one = client("job").jwks(jwks(&[("two", &new)])).build().expect("a client");
    peer.server.register_client(one).await.expect("a registration");
    assert_eq!(says(&peer, &assertion(&claims("job"))).await, REFUSED);
    assert_eq!(says(&peer, &by_new(&claims("job"))).await, "200");
    peer.server.register_client(job().build().expect("a client")).await.expect("a registration");
    assert_eq!(says(&peer, &assertion(&claims("job"))).await, "200");
}
