//! The verifier with keys from a script: what it accepts, and when it asks for keys.

use std::collections::VecDeque;
use std::error::Error;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{Request, Response};
use serde_json::{Value, json};

use super::super::testing::{now, presented};
use super::*;
use crate::issuers::{HttpClient, RemoteJwks, VerificationKeys};
use crate::jose::{IdTokenJwt, IntrospectionJwt, Jwks, KeyPair, TokenSigner, TokenType};
use crate::resource_server::ResourceServer;
use crate::values::clock::ManualClock;

const ISSUER: &str = "https://auth.example.com";
const API: &str = "https://api.example.com";
const NOW: u64 = 1_800_000_000;

fn issuer(algorithm: Algorithm) -> TokenSigner<KeyPair> {
    TokenSigner::new(KeyPair::generate(algorithm).unwrap())
}

fn good() -> Value {
    json!({
        "iss": ISSUER, "sub": "alice", "aud": API, "client_id": "app", "jti": "1", "iat": NOW - 5, "exp": NOW + 60,
        "scope": "read write", "roles": ["admin"],
    })
}

fn sign<T: TokenType>(issuer: &TokenSigner<KeyPair>, claims: &Value) -> String {
    issuer.sign_now::<T>(claims.to_string().as_bytes()).unwrap().to_string()
}

fn token(issuer: &TokenSigner<KeyPair>) -> String {
    sign::<AccessTokenJwt>(issuer, &good())
}

fn clock() -> ManualClock {
    ManualClock::new(Timestamp::from_unix(NOW))
}

fn verifier<K: VerificationKeys>(keys: K) -> JwtVerifier<K> {
    JwtVerifier::new(ISSUER, API, keys).clock(clock())
}

fn accepts<V: TokenVerifier>(verifier: &V, token: &str) -> bool {
    now(verifier.verify(&presented(token))).unwrap().is_some()
}

// shows: RFC9068-4-06, RFC9068-4-12, RFC9068-2.1-04
#[test]
fn a_good_token_of_each_algorithm_says_what_it_says() {
    for algorithm in Algorithm::ALL {
        let issuer = issuer(algorithm);
        let verifier = verifier(Jwks::of([issuer.public_key()]));
        let claims = now(verifier.verify(&presented(&token(&issuer)))).unwrap().unwrap();
        assert_eq!((claims.subject(), claims.client_id(), claims.issuer()), (Some("alice"), Some("app"), Some(ISSUER)));
        assert_eq!((claims.person(), claims.token_id(), claims.token_type()), (Some("alice"), Some("1"), Some("Bearer")));
        assert_eq!((claims.scope().as_str(), claims.get("roles")), ("read write", Some(&json!(["admin"]))));
        assert!(claims.has_audience(API) && claims.expires_at() == Some(Timestamp::from_unix(NOW + 60)));
        let others: Vec<_> = Algorithm::ALL.into_iter().filter(|other| *other != algorithm).collect();
        assert!(!accepts(&verifier.algorithms(others), &token(&issuer)), "{algorithm} is not permitted");
    }
}

// shows: RFC9068-4-07, RFC9068-4-09, RFC9068-4-10, RFC9068-4-11, RFC9068-4-13, RFC9068-4-14, RFC9068-4-15, RFC9068-4-16
#[test]
fn what_is_wrong_in_one_place_is_refused() {
    let issuer = issuer(Algorithm::Es256);
    let verifier = verifier(Jwks::of([issuer.public_key()]));
    for (name, value, expected) in [
        ("aud", json!([API, "https://other.example.com"]), true),
        ("exp", json!(NOW - 9), true),
        ("exp", json!(NOW - 10), false),
        ("nbf", json!(NOW + 10), true),
        ("nbf", json!(NOW + 11), false),
        ("iat", json!(NOW + 10), true),
        ("iat", json!(NOW + 11), false),
        ("iss", json!("https://auth.example.com/"), false),
        ("iss", json!("https://evil.example.com"), false),
        ("aud", json!("https://other.example.com"), false),
        ("aud", json!("https://api.example.com/"), false),
        ("aud", json!([]), false),
        ("scope", json!(["read"]), false),
        ("scope", json!("read  \u{e9}"), false),
    ] {
        let mut claims = good();
        claims[name] = value;
        assert_eq!(accepts(&verifier, &sign::<AccessTokenJwt>(&issuer, &claims)), expected, "{name} of {claims}");
    }
    for name in ["iss", "sub", "aud", "client_id", "jti", "iat", "exp"] {
        let mut claims = good();
        claims.as_object_mut().unwrap().remove(name);
        assert!(!accepts(&verifier, &sign::<AccessTokenJwt>(&issuer, &claims)), "{name} is required");
    }
    let stranger = TokenSigner::new(KeyPair::generate(Algorithm::Es256).unwrap());
    let good_token = token(&issuer);
    let (input, _) = good_token.rsplit_once('.').unwrap();
    let payload = input.split_once('.').unwrap().1;
    for wrong in [
        token(&stranger),
        sign::<IdTokenJwt>(&issuer, &good()),
        sign::<IntrospectionJwt>(&issuer, &good()),
        format!("eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.{payload}."),
        format!("{input}.{}", token(&stranger).rsplit_once('.').unwrap().1),
        input.to_owned(),
        "opaque".to_owned(),
    ] {
        assert!(!accepts(&verifier, &wrong), "{wrong}");
    }
    assert!(!accepts(&verifier.leeway(0), &sign::<AccessTokenJwt>(&issuer, &json!({"exp": NOW, "iat": NOW}))));
}

#[test]
fn the_leeway_is_stated_and_bounded() {
    let issuer = issuer(Algorithm::EdDsa);
    let expired = |ago: u64| {
        let mut claims = good();
        claims["exp"] = json!(NOW - ago);
        sign::<AccessTokenJwt>(&issuer, &claims)
    };
    for (leeway, ago, expected) in [(0, 0, false), (30, 29, true), (30, 30, false), (1_000_000, 59, true), (1_000_000, 60, false)]
    {
        let verifier = verifier(Jwks::of([issuer.public_key()])).leeway(leeway);
        assert_eq!(accepts(&verifier, &expired(ago)), expected, "{ago} s ago with {leeway}");
    }
}

// shows: RFC9068-4-17, RFC9068-4-18
#[test]
fn a_resource_server_insists_on_the_audience_of_its_verifier_and_refuses_what_is_bound() {
    let issuer = issuer(Algorithm::Es256);
    let server = ResourceServer::new(Arc::new(verifier(Jwks::of([issuer.public_key()]))));
    let answer = |claims: &Value, scope: &str| {
        let header = format!("Bearer {}", sign::<AccessTokenJwt>(&issuer, claims));
        let (parts, ()) = Request::builder().header("authorization", header).body(()).unwrap().into_parts();
        let answer = now(server.authenticate(&parts, &Scope::parse(scope).unwrap()));
        answer
            .map(|claims| claims.subject().unwrap_or_default().to_owned())
            .map_err(|challenge| (challenge.status().as_u16(), challenge.error().unwrap_or_default().to_owned()))
    };
    let refused = |status, error: &str| Err((status, error.to_owned()));
    assert_eq!(answer(&good(), "read"), Ok("alice".to_owned()));
    assert_eq!(answer(&good(), "admin"), refused(403, "insufficient_scope"));
    for (name, value) in [
        ("aud", json!("https://other.example.com")),
        ("exp", json!(NOW - 60)),
        ("cnf", json!({"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"})),
        ("cnf", json!({"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"})),
        ("cnf", json!({})),
        ("cnf", json!("bound")),
    ] {
        let mut claims = good();
        claims[name] = value;
        assert_eq!(answer(&claims, ""), refused(401, "invalid_token"), "{claims}");
    }
}

/// Answers with keys, one after the other, the last again and again; or not at all.
struct Server {
    answers: Mutex<VecDeque<(u16, String, String)>>,
    asked: AtomicUsize,
    /// Lets a request wait.
    open: tokio::sync::Semaphore,
}

impl Server {
    fn new(answers: impl IntoIterator<Item = (u16, String, String)>) -> Arc<Self> {
        let open = tokio::sync::Semaphore::new(1_000);
        Arc::new(Self { answers: Mutex::new(answers.into_iter().collect()), asked: AtomicUsize::new(0), open })
    }

    fn push(&self, answer: (u16, String, String)) {
        let mut answers = self.answers.lock().unwrap();
        answers.clear();
        answers.push_back(answer);
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl HttpClient for Server {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Box<dyn Error + Send + Sync>> {
        assert_eq!((request.method().as_str(), request.uri().to_string().as_str()), ("GET", JWKS));
        self.asked.fetch_add(1, Ordering::SeqCst);
        let _permit = self.open.acquire().await?;
        let mut answers = self.answers.lock().unwrap();
        let next = answers.front().cloned();
        if answers.len() > 1 {
            answers.pop_front();
        }
        let Some((status, cache_control, body)) = next.filter(|(status, ..)| *status != 0) else {
            return Err("connection refused".into());
        };
        let content_type = if body.starts_with('<') { "text/html" } else { "application/jwk-set+json" };
        let response = Response::builder().status(status).header(CONTENT_TYPE, content_type);
        let response = if cache_control.is_empty() { response } else { response.header(CACHE_CONTROL, cache_control) };
        Ok(response.body(body.into())?)
    }
}

const JWKS: &str = "https://auth.example.com/jwks";

fn set<'k>(keys: impl IntoIterator<Item = &'k TokenSigner<KeyPair>>) -> String {
    serde_json::to_string(&Jwks::of(keys.into_iter().map(TokenSigner::public_key))).unwrap()
}

fn ok(cache_control: &str, body: String) -> (u16, String, String) {
    (200, cache_control.to_owned(), body)
}

fn down() -> (u16, String, String) {
    (0, String::new(), String::new())
}

/// A verifier over this server, and its clock.
fn remote(server: &Arc<Server>) -> (JwtVerifier<RemoteJwks<Arc<Server>>>, ManualClock) {
    remote_with(server, |keys| keys)
}

fn remote_with(
    server: &Arc<Server>,
    set: impl FnOnce(RemoteJwks<Arc<Server>>) -> RemoteJwks<Arc<Server>>,
) -> (JwtVerifier<RemoteJwks<Arc<Server>>>, ManualClock) {
    let clock = clock();
    let keys = set(RemoteJwks::new(JWKS, server.clone()).unwrap());
    (JwtVerifier::new(ISSUER, API, keys).clock(clock.clone()), clock)
}

/// A token that lives long enough for what follows.
fn lasting(issuer: &TokenSigner<KeyPair>) -> String {
    let mut claims = good();
    claims["exp"] = json!(NOW + 1_000_000);
    sign::<AccessTokenJwt>(issuer, &claims)
}

fn outcome<V: TokenVerifier>(verifier: &V, token: &str) -> &'static str {
    match now(verifier.verify(&presented(token))) {
        Ok(Some(_)) => "good",
        Ok(None) => "bad",
        Err(VerifierError::Unavailable { .. }) => "unavailable",
        Err(_) => "failed",
    }
}

#[test]
fn keys_are_kept_as_the_headers_say() {
    let issuer = issuer(Algorithm::Es256);
    let token = lasting(&issuer);
    for (cache_control, lifetime) in
        [("max-age=600", 600), ("", 300), ("max-age=99999999", 86_400), ("no-store", 10), ("max-age=3", 10)]
    {
        let server = Server::new([ok(cache_control, set([&issuer]))]);
        let (verifier, clock) = remote(&server);
        for (seconds, asked) in [(0, 1), (lifetime - 1, 1), (1, 2), (lifetime - 1, 2), (1, 3)] {
            clock.advance(seconds);
            assert!(accepts(&verifier, &token));
            assert_eq!(server.asked(), asked, "{cache_control} after {seconds} s more");
        }
    }
}

#[test]
fn an_unknown_key_is_asked_for_at_most_every_ten_seconds() {
    let (old, new) = (issuer(Algorithm::Es256), issuer(Algorithm::Es256));
    let server = Server::new([ok("max-age=3600", set([&old])), ok("max-age=3600", set([&old, &new]))]);
    let (verifier, clock) = remote(&server);
    assert_eq!(outcome(&verifier, &lasting(&old)), "good");
    // The keys were fetched just now.
    assert_eq!((outcome(&verifier, &lasting(&new)), server.asked()), ("bad", 1));
    clock.advance(9);
    assert_eq!((outcome(&verifier, &lasting(&new)), server.asked()), ("bad", 1));
    clock.advance(1);
    assert_eq!((outcome(&verifier, &lasting(&new)), server.asked()), ("good", 2));
    assert_eq!((outcome(&verifier, &lasting(&old)), server.asked()), ("good", 2));
    // Made-up keys cause no more than that.
    for _ in 0..100 {
        assert_eq!(outcome(&verifier, &lasting(&issuer(Algorithm::Es256))), "bad");
    }
    assert_eq!(server.asked(), 2);
    // And what is refused without a key causes nothing.
    clock.advance(60);
    let mut foreign = good();
    foreign["iss"] = json!("https://other.example.com");
    assert!(!accepts(&verifier, &sign::<AccessTokenJwt>(&issuer(Algorithm::Es256), &foreign)));
    assert_eq!(server.asked(), 2);
}

#[test]
fn keys_outlive_an_outage_but_not_any() {
    let issuer = issuer(Algorithm::Es256);
    let token = lasting(&issuer);
    let server = Server::new([ok("max-age=600", set([&issuer])), down()]);
    let (verifier, clock) = remote(&server);
    assert_eq!(outcome(&verifier, &token), "good");
    clock.advance(600 + 3_600 - 1);
    assert_eq!((outcome(&verifier, &token), server.asked()), ("good", 2));
    assert_eq!((outcome(&verifier, &token), server.asked()), ("good", 2), "it is not asked for each request");
    // Whether a key that nobody knows is one of the server's cannot be said now.
    assert_eq!(outcome(&verifier, &lasting(&self::issuer(Algorithm::Es256))), "unavailable");
    clock.advance(1);
    assert_eq!(outcome(&verifier, &token), "unavailable");
    clock.advance(10);
    server.push(ok("max-age=600", set([&issuer])));
    assert_eq!(outcome(&verifier, &token), "good");

    let server = Server::new([ok("max-age=600", set([&issuer])), down()]);
    let (verifier, clock) = remote_with(&server, |keys| keys.stale_for(0));
    assert_eq!(outcome(&verifier, &token), "good");
    clock.advance(600);
    assert_eq!(outcome(&verifier, &token), "unavailable");
}

#[test]
fn a_withdrawn_key_is_gone_with_the_next_answer() {
    let (old, new) = (issuer(Algorithm::Es256), issuer(Algorithm::Es256));
    let server = Server::new([ok("max-age=60", set([&old])), ok("max-age=60", set([&new]))]);
    let (verifier, clock) = remote(&server);
    assert_eq!(outcome(&verifier, &lasting(&old)), "good");
    clock.advance(60);
    assert_eq!((outcome(&verifier, &lasting(&old)), outcome(&verifier, &lasting(&new))), ("bad", "good"));
}

#[test]
fn what_is_no_set_of_keys_is_no_answer() {
    let issuer = issuer(Algorithm::Es256);
    let secret = json!({"keys": [{"kty": "oct", "k": "AAAA"}]}).to_string();
    for answer in [
        down(),
        (500, String::new(), set([&issuer])),
        (302, String::new(), String::new()),
        ok("", "{}".into()),
        ok("", secret),
        ok("", "<html>".into()),
    ] {
        let server = Server::new([answer.clone()]);
        let (verifier, clock) = remote(&server);
        assert_eq!((outcome(&verifier, &token(&issuer)), server.asked()), ("unavailable", 1), "{answer:?}");
        assert_eq!((outcome(&verifier, &token(&issuer)), server.asked()), ("unavailable", 1));
        clock.advance(10);
        server.push(ok("", set([&issuer])));
        assert_eq!((outcome(&verifier, &token(&issuer)), server.asked()), ("good", 2));
    }
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn many_at_once_ask_once_and_nobody_waits_where_there_are_keys() {
    let issuer = issuer(Algorithm::Es256);
    let token = lasting(&issuer);
    let server = Server::new([ok("max-age=60", set([&issuer]))]);
    let (verifier, clock) = remote(&server);
    let shown = presented(&token);
    let closed = now(server.open.acquire_many(1_000)).unwrap();
    let mut waiting: Vec<_> = (0..50).map(|_| Box::pin(verifier.verify(&shown))).collect();
    assert!(waiting.iter_mut().all(|caller| poll(caller.as_mut()).is_pending()));
    assert_eq!(server.asked(), 1);
    // Whoever asked first goes away: another goes on with the same request. They wait for each other in order.
    drop(waiting.remove(0));
    drop(closed);
    assert!(waiting.iter_mut().all(|caller| is_good(poll(caller.as_mut()))));
    assert_eq!(server.asked(), 1);

    clock.advance(60);
    let closed = now(server.open.acquire_many(1_000)).unwrap();
    let mut first = pin!(verifier.verify(&shown));
    assert!(poll(first.as_mut()).is_pending());
    for _ in 0..50 {
        assert!(accepts(&verifier, &token), "it has keys, and waits for nobody");
    }
    drop(closed);
    assert!(is_good(poll(first.as_mut())));
    assert_eq!(server.asked(), 2);
}

fn is_good(answer: Poll<Result<Option<TokenClaims>, VerifierError>>) -> bool {
    matches!(answer, Poll::Ready(Ok(Some(_))))
}

#[test]
fn the_url_must_protect_what_it_brings() {
    for (url, accepted) in [
        (JWKS, true),
        ("http://localhost:8080/jwks", true),
        ("http://127.0.0.1/jwks", true),
        ("https://10.0.0.1/jwks", true),
        ("http://auth.example.com/jwks", false),
        ("https://user@auth.example.com/jwks", false),
        ("https://auth.example.com/jwks#x", false),
        ("/jwks", false),
    ] {
        assert_eq!(RemoteJwks::new(url, Server::new([])).is_ok(), accepted, "{url}");
    }
}
