//! A request that is pushed, and with which a browser comes, as a multiple of what nobody can do without: its form read, two random texts,
//! one of them hashed, a row of JSON kept, found and read, and the answer written. Both take turns in one run.
//! `cargo bench --bench pushed_requests`.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use grantor::{
    Authorization, AuthorizationCode, AuthorizationServer, Client, Code, Development, MemoryStore, OAuth21, PendingRequests,
    PushedAuthorizationRequests, ServesOAuth, issuer,
};
use http::Request;
use rand::TryRng as _;
use rand::rngs::SysRng;
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::runtime::{self, Runtime};

const ROUNDS: usize = 101;
const PER_ROUND: usize = 16;
const BODY: &str = "response_type=code&client_id=app&redirect_uri=https%3A%2F%2Fclient.example%2Fcb&scope=read+write&state=af0ifjsldkj&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";

fn server(runtime: &Runtime) -> impl ServesOAuth + use<> {
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .pending_requests(PendingRequests::new(1_000_000).expect("a limit"))
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(PushedAuthorizationRequests::new())
        .build();
    let client = Client::public("app").redirect_uri("https://client.example/cb").scope("read write").build();
    runtime.block_on(server.register_client(client.expect("a client"))).expect("a registration");
    server
}

fn push_and_bring(runtime: &Runtime, server: &impl ServesOAuth) {
    let request = Request::post("/par").header("content-type", "application/x-www-form-urlencoded");
    let request = request.body(Bytes::from_static(BODY.as_bytes())).expect("a request");
    let response = runtime.block_on(server.handle(request));
    assert_eq!(response.status(), 201);
    let answer: Value = serde_json::from_slice(response.body()).expect("JSON");
    let query = format!("/authorize?client_id=app&request_uri={}", answer["request_uri"].as_str().expect("a text"));
    let request = Request::get(query).body(Bytes::new()).expect("a request");
    let Authorization::Interact(request) = runtime.block_on(server.authorize(request)) else { panic!("it was pushed") };
    let _ = black_box(request);
}

fn text() -> String {
    let mut bytes = [0; 32];
    SysRng.try_fill_bytes(&mut bytes).expect("random bytes");
    URL_SAFE_NO_PAD.encode(bytes)
}

fn floor(rows: &mut HashMap<Vec<u8>, String>) {
    let pairs: HashMap<String, String> = form_urlencoded::parse(BODY.as_bytes()).into_owned().collect();
    let (reference, salt) = (text(), text());
    let hash = |reference: &str| Sha256::digest(reference).to_vec();
    rows.insert(hash(&reference), json!({"salt": salt, "asked": pairs}).to_string());
    let answer = serde_json::to_vec(&json!({"request_uri": reference, "expires_in": 60})).expect("JSON");
    let answer: Value = serde_json::from_slice(&answer).expect("JSON");
    let query = format!("client_id=app&request_uri={}", answer["request_uri"].as_str().expect("a text"));
    let pairs: HashMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let row: Value = serde_json::from_str(&rows[&hash(&pairs["request_uri"])]).expect("JSON");
    black_box(row);
}

/// Microseconds of one operation, in processor time of this thread.
fn time(mut operation: impl FnMut()) -> f64 {
    let now = || Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).expect("a duration");
    let start = now();
    (0..PER_ROUND).for_each(|_| operation());
    (now() - start).as_secs_f64() * 1e6 / PER_ROUND as f64
}

fn main() {
    let runtime = runtime::Builder::new_current_thread().build().expect("a runtime");
    let (server, mut rows) = (server(&runtime), HashMap::new());
    let mut rounds: Vec<(f64, f64)> =
        (0..ROUNDS).map(|_| (time(|| push_and_bring(&runtime, &server)), time(|| floor(&mut rows)))).collect();
    let mut median = |of: fn(&(f64, f64)) -> f64| {
        rounds.sort_by(|one, other| of(one).total_cmp(&of(other)));
        of(&rounds[ROUNDS / 2])
    };
    let (ours, theirs, ratio) = (median(|round| round.0), median(|round| round.1), median(|round| round.0 / round.1));
    println!("pushed and brought: {ours:.1} us, the floor {theirs:.1} us, {ratio:.2} x (medians of {ROUNDS} interleaved rounds)");
}
