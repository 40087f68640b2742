//! A client that registers itself, as a multiple of what nobody can do without: its JSON read and written, three random texts, two of them
//! hashed, and a row kept. Both take turns in one run. `cargo bench --bench registration`.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use grantor::{
    AnyClient, AuthorizationCode, AuthorizationServer, Code, Development, DynamicRegistration, MemoryStore, OAuth21,
    RefreshToken, RegisteredClients, RegistrationsPerHour, Scope, ServesOAuth, issuer,
};
use http::Request;
use rand::TryRng as _;
use rand::rngs::SysRng;
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use tokio::runtime::{self, Runtime};

const ROUNDS: usize = 101;
const PER_ROUND: usize = 16;
const BODY: &str = r#"{"redirect_uris":["http://127.0.0.1/callback"],"client_name":"My editor","token_endpoint_auth_method":"client_secret_basic","grant_types":["authorization_code","refresh_token"],"response_types":["code"],"scope":"read write"}"#;

fn server() -> impl ServesOAuth {
    let most = RegisteredClients::new(1_000_000).expect("a limit");
    let often = RegistrationsPerHour::new(1_000_000).expect("a limit");
    AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .scopes(Scope::parse("read write").expect("a scope"))
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code)
        .enable(DynamicRegistration::new(AnyClient::new()).most_clients(most).per_hour(often))
        .build()
}

fn register(runtime: &Runtime, server: &impl ServesOAuth) {
    let request = Request::post("/register").header("content-type", "application/json").body(Bytes::from_static(BODY.as_bytes()));
    let response = runtime.block_on(server.handle(request.expect("a request")));
    assert_eq!(response.status(), 201);
    black_box(response);
}

fn text<const N: usize>() -> String {
    let mut bytes = [0; N];
    SysRng.try_fill_bytes(&mut bytes).expect("random bytes");
    URL_SAFE_NO_PAD.encode(bytes)
}

fn floor(rows: &mut HashMap<String, String>) {
    let mut members: Map<String, Value> = serde_json::from_str(BODY).expect("JSON");
    let (id, secret, token) = (text::<16>(), text::<32>(), text::<32>());
    let hashes = [&secret, &token].map(|text| URL_SAFE_NO_PAD.encode(Sha256::digest(text)));
    let row = json!({"registered": members, "hashes": hashes}).to_string();
    members.extend([
        ("client_id".to_owned(), json!(id)),
        ("client_secret".to_owned(), json!(secret)),
        ("token".to_owned(), json!(token)),
    ]);
    black_box(serde_json::to_vec(&members).expect("JSON"));
    rows.insert(id, row);
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
    let (server, mut rows) = (server(), HashMap::new());
    let mut rounds: Vec<(f64, f64)> =
        (0..ROUNDS).map(|_| (time(|| register(&runtime, &server)), time(|| floor(&mut rows)))).collect();
    let mut median = |of: fn(&(f64, f64)) -> f64| {
        rounds.sort_by(|one, other| of(one).total_cmp(&of(other)));
        of(&rounds[ROUNDS / 2])
    };
    let (ours, theirs, ratio) = (median(|round| round.0), median(|round| round.1), median(|round| round.0 / round.1));
    println!("registration: {ours:.1} us, the floor {theirs:.1} us, {ratio:.2} x (medians of {ROUNDS} interleaved rounds)");
}
