//! Keys that clients publish: fetched once, again when they lack what is asked for, and no answer from a host that gives trouble.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use grantor::{Algorithm, ClientRegistry as _, Fetcher, KeyPair, ManualClock, MemoryStore, PrivateKeyJwt, ServesOAuth};
use serde_json::{Value, json};

use crate::common::{Approves, Peer, START};
use crate::jws::{self, signed};
use crate::script::{Answer, Missing, Piece, Script, URL, addresses};
use crate::{ENDPOINTS, ask, assertion, changed, claims, client, header, jwks, key, said, says, server};

const REFUSED: &str = "401 invalid_client";
const LATER: &str = "503 temporarily_unavailable";

/// A server that fetches, with `job`, whose keys are at the usual URL.
async fn fetching(script: Script) -> (Peer<impl ServesOAuth, Approves>, Arc<Script>) {
    let (clock, script) = (ManualClock::new(START), Arc::new(script));
    let server = server!(MemoryStore::new(), clock, PrivateKeyJwt::new(), fetcher(Fetcher::with(script.clone())));
    server.register_client(client("job").jwks_uri(URL).build().expect("a client")).await.expect("a registration");
    (Peer::new(server, Approves, clock), script)
}

fn document(keys: &[(&str, &KeyPair)]) -> Answer {
    Answer::json(jwks(keys).to_string())
}

/// Signed with this key, which it calls so, `seconds` after the start.
fn by(kid: Option<&str>, key: &KeyPair, seconds: u64) -> String {
    let now = START.as_unix() + seconds;
    let claims = changed(claims("job"), json!({"iat": now, "exp": now + 60}));
    signed(&changed(header(), json!({"kid": kid})).to_string(), &claims.to_string(), key)
}

#[tokio::test]
async fn keys_are_fetched_once_for_many_requests_at_any_endpoint() {
    let (peer, script) = fetching(Script::of([document(&[("one", key())])])).await;
    for endpoint in ENDPOINTS.iter().cycle().take(12) {
        assert_eq!(said(&ask(&peer, *endpoint, &by(Some("one"), key(), 0)).await), "200", "{endpoint:?}");
    }
    assert_eq!(script.requests(), 1);
}

/// Whatever is refused for less than a signature sends no request either.
// shows: RFC7523-3-11
#[tokio::test]
async fn nothing_is_fetched_for_what_is_refused_before_its_signature() {
    let (peer, script) = fetching(Script::of([document(&[("one", key())])])).await;
    for changes in [
        json!({"aud": "https://other.example.com"}),
        json!({"exp": START.as_unix()}),
        json!({"iat": START.as_unix() + 11}),
        json!({"exp": START.as_unix() + 600}),
        json!({"jti": null}),
        json!({"sub": "nobody", "iss": "nobody"}),
    ] {
        assert_eq!(says(&peer, &assertion(&changed(claims("job"), changes))).await, REFUSED);
    }
    assert_eq!(says(&peer, "rubbish").await, REFUSED);
    assert_eq!((script.lookups(), script.requests()), (0, 0));
}

#[tokio::test]
async fn a_new_key_is_good_within_half_a_minute_and_an_old_one_no_more() {
    let new = jws::key(Algorithm::Es256);
    for (old_name, new_name) in [(Some("one"), Some("two")), (None, None), (Some("one"), Some("one"))] {
        let (peer, script) = fetching(Script::of([document(&[("one", key())])])).await;
        assert_eq!(says(&peer, &by(old_name, key(), 0)).await, "200");
        script.then(document(&[(new_name.unwrap_or("one"), &new)]));
        // The document was fetched a moment ago.
        peer.clock.advance(29);
        assert_eq!(says(&peer, &by(new_name, &new, 29)).await, REFUSED);
        assert_eq!(script.requests(), 1);
        peer.clock.advance(1);
        assert_eq!(says(&peer, &by(new_name, &new, 30)).await, "200", "{new_name:?}");
        assert_eq!(says(&peer, &by(old_name, key(), 30)).await, REFUSED);
        assert_eq!(script.requests(), 1);
    }
}

/// Anybody can sign something and name this client.
#[tokio::test]
async fn keys_that_nobody_has_cause_a_request_in_half_a_minute_and_no_more() {
    let (peer, script) = fetching(Script::of([document(&[("one", key())])])).await;
    let foreign = jws::key(Algorithm::Es256);
    for second in 0..60 {
        for kid in [Some("two"), Some("one"), None] {
            assert_eq!(says(&peer, &by(kid, &foreign, second)).await, REFUSED);
        }
        assert_eq!(says(&peer, &by(Some("one"), key(), second)).await, "200");
        peer.clock.advance(1);
    }
    assert_eq!(script.requests(), 2);
}

async fn gives_trouble(script: Script, name: &str) {
    let (peer, script) = fetching(script).await;
    let own = by(Some("one"), key(), 0);
    for _ in 0..3 {
        let answer = ask(&peer, ENDPOINTS[0], &own).await;
        assert_eq!(said(&answer), LATER, "{name}");
        assert!(answer.header("retry-after").parse::<u64>().is_ok_and(|seconds| (1..=5).contains(&seconds)), "{name} {answer:?}");
        assert_eq!(answer.json()["error_description"], "try again later", "{name}: nothing of why");
    }
    assert!(script.requests() <= 1, "{name}: a host that failed is left alone");
}

#[tokio::test(start_paused = true)]
async fn where_keys_cannot_be_fetched_the_client_is_to_come_again() {
    let body = Bytes::from(jwks(&[("one", key())]).to_string());
    let mut private = jws::jwk(key());
    private["d"] = json!("c2VjcmV0");
    for (name, answer) in [
        ("an error", Answer::status(500)),
        ("gone", Answer::status(404)),
        ("redirecting", Answer::status(302).header("location", "https://client.example/other")),
        (
            "huge",
            Answer::status(200)
                .header("content-type", "application/json")
                .piece(Piece::Endless(Bytes::from_static(&[b' '; 4096]))),
        ),
        ("lying about its length", Answer::json(body.clone()).header("content-length", "9")),
        ("lying about its type", Answer::json(body.clone()).without("content-type").header("content-type", "text/html")),
        ("no JSON", Answer::json("keys")),
        ("no key set", Answer::json("{}")),
        ("no public keys", Answer::json(json!({"keys": [private]}).to_string())),
        ("too many keys", Answer::json(json!({"keys": vec![jws::jwk(key()); 65]}).to_string())),
        ("broken off", Answer::json("{").piece(Piece::Broken)),
        ("slow", Answer::json("{").piece(Piece::Late(Duration::from_secs(600), body.clone()))),
        ("silent", Answer::json("{").piece(Piece::Nothing)),
    ] {
        gives_trouble(Script::of([answer]), name).await;
    }
    gives_trouble(Script::of([]), "refusing connections").await;
    gives_trouble(Script::of([document(&[("one", key())])]).lacking(Missing::Head), "not answering").await;
    gives_trouble(Script::of([document(&[("one", key())])]).lacking(Missing::Name), "not resolving").await;
    for address in ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fd00:ec2::254"] {
        let names = move |_: &str, _| Some(addresses(&[address]));
        gives_trouble(Script::of([document(&[("one", key())])]).names(names), address).await;
    }
}

/// The name meant a public host when its first document came, and this machine afterwards.
#[tokio::test]
async fn a_name_that_is_bound_anew_leads_nowhere() {
    let names = |_: &str, before| Some(addresses(&[if before == 0 { "93.184.216.34" } else { "127.0.0.1" }]));
    let (peer, script) = fetching(Script::of([document(&[("one", key())])]).names(names)).await;
    assert_eq!(says(&peer, &by(Some("one"), key(), 0)).await, "200");
    peer.clock.advance(60);
    let stranger = jws::key(Algorithm::Es256);
    assert_eq!(says(&peer, &by(Some("two"), &stranger, 60)).await, LATER);
    // What is kept is good while it is fresh.
    assert_eq!(says(&peer, &by(Some("one"), key(), 60)).await, "200");
    peer.clock.advance(300);
    assert_eq!(says(&peer, &by(Some("one"), key(), 360)).await, LATER);
    assert_eq!((script.lookups(), script.requests()), (3, 1));
}

#[tokio::test]
async fn what_was_refused_for_trouble_is_not_used_up() {
    let (peer, script) = fetching(Script::of([Answer::status(500)])).await;
    let own = by(Some("one"), key(), 0);
    assert_eq!(says(&peer, &own).await, LATER);
    script.then(document(&[("one", key())]));
    peer.clock.advance(2);
    assert_eq!(says(&peer, &own).await, "200");
    assert_eq!(says(&peer, &own).await, REFUSED);
}

/// Somebody put it into the storage all the same.
#[tokio::test]
async fn a_server_that_fetches_no_keys_refuses_who_has_them_elsewhere() {
    let (clock, script) = (ManualClock::new(START), Arc::new(Script::of([document(&[("one", key())])])));
    let there = server!(MemoryStore::new(), clock, PrivateKeyJwt::new(), fetcher(Fetcher::with(script.clone())));
    let store = there.storage().clone();
    let here = server!(store, clock, PrivateKeyJwt::inline_keys(), fetcher(Fetcher::with(script.clone())));
    let checked = there.check_client(client("job").jwks_uri(URL).build().expect("a client")).expect("a good one");
    here.storage().put_client(here.issuer(), checked).await.expect("a registration");
    let (here, there) = (Peer::new(here, Approves, clock.clone()), Peer::new(there, Approves, clock));
    let own = by(Some("one"), key(), 0);
    assert_eq!(says(&here, &own).await, REFUSED);
    assert_eq!(script.requests(), 0);
    assert_eq!(says(&there, &own).await, "200");
}

/// One with so many keys that one of them could be anything is not asked to try each.
#[tokio::test]
async fn keys_that_this_library_cannot_verify_with_are_passed_over() {
    let others: [Value; 3] = [
        json!({"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA", "kid": "one"}),
        json!({"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "one"}),
        json!({"kty": "OKP", "crv": "X25519", "x": "AA", "use": "enc"}),
    ];
    let mut set = jwks(&[("one", key())]);
    set["keys"].as_array_mut().expect("keys").extend(others);
    let (peer, _) = fetching(Script::of([Answer::json(set.to_string())])).await;
    assert_eq!(says(&peer, &by(Some("one"), key(), 0)).await, "200");
}
