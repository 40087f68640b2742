//! A device that asks, polls once too early, and gets its tokens once its person has agreed, as a multiple of what nobody can do without:
//! forms read, three random texts, two of them hashed, rows of JSON kept, found and read, and answers written. Both take turns in one
//! run. `cargo bench --bench device_code`.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use grantor::{
    Approval, AuthorizationServer, Client, Development, DeviceCode, MemoryStore, OAuth21, PendingRequests, ServesOAuth as _,
    Subject, issuer,
};
use http::{HeaderMap, Request};
use rand::TryRng as _;
use rand::rngs::SysRng;
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::runtime::{self, Runtime};

const ROUNDS: usize = 101;
const PER_ROUND: usize = 16;
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const BODY: &str = "client_id=tv&scope=read+write";

type Server = AuthorizationServer<MemoryStore, (DeviceCode,), (), (), Development<OAuth21>>;

fn server(runtime: &Runtime) -> Server {
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .pending_requests(PendingRequests::new(1_000_000).expect("a limit"))
        .grant(DeviceCode::new())
        .build();
    let client = Client::public("tv").scope("read write").grant_types([DEVICE]).build();
    runtime.block_on(server.register_client(client.expect("a client"))).expect("a registration");
    server
}

fn post(runtime: &Runtime, server: &Server, path: &str, body: String) -> Value {
    let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    let response = runtime.block_on(server.handle(request.body(body.into()).expect("a request")));
    serde_json::from_slice(response.body()).expect("JSON")
}

fn text_of<'a>(answer: &'a Value, name: &str) -> &'a str {
    answer[name].as_str().unwrap_or_else(|| panic!("{answer}"))
}

fn from_code_to_tokens(runtime: &Runtime, server: &Server) {
    let asked = post(runtime, server, "/device_authorization", BODY.to_owned());
    let poll = || {
        post(
            runtime,
            server,
            "/token",
            format!("client_id=tv&grant_type={DEVICE}&device_code={}", text_of(&asked, "device_code")),
        )
    };
    assert_eq!(text_of(&poll(), "error"), "authorization_pending");
    let page = Request::post("/device").body(Bytes::new()).expect("a request");
    let typed = runtime.block_on(server.devices().enter(text_of(&asked, "user_code"), &page)).expect("the code");
    let mut headers = HeaderMap::new();
    let cookie = typed.set_cookie().to_str().expect("a cookie").split(';').next().expect("a cookie");
    headers.insert("cookie", cookie.parse().expect("a cookie"));
    let request = runtime.block_on(server.devices().resume(typed.handle(), &headers)).expect("the request");
    let alice = Approval::by(Subject::new("alice").expect("a name"));
    runtime.block_on(server.devices().approve(request, alice)).expect("an approval");
    black_box(text_of(&poll(), "access_token"));
}

fn text() -> String {
    let mut bytes = [0; 32];
    SysRng.try_fill_bytes(&mut bytes).expect("random bytes");
    URL_SAFE_NO_PAD.encode(bytes)
}

fn floor(rows: &mut HashMap<Vec<u8>, String>) {
    let read = |text: &str| form_urlencoded::parse(text.as_bytes()).into_owned().collect::<HashMap<String, String>>();
    let hash = |text: &str| Sha256::digest(text).to_vec();
    let (asked, device_code, user_code) = (read(BODY), text(), text()[..8].to_owned());
    rows.insert(hash(&device_code), json!({"asked": asked}).to_string());
    rows.insert(hash(&user_code), device_code.clone());
    black_box(serde_json::to_vec(&json!({"device_code": device_code, "user_code": user_code, "expires_in": 600})).expect("JSON"));
    for answer in ["authorization_pending", ""] {
        let polled = read(&format!("client_id=tv&grant_type={DEVICE}&device_code={device_code}"));
        let row: Value = serde_json::from_str(&rows[&hash(&polled["device_code"])]).expect("JSON");
        black_box(row);
        match answer {
            "" => {
                let token = text();
                rows.insert(hash(&token), json!({"sub": "alice"}).to_string());
                black_box(serde_json::to_vec(&json!({"access_token": token, "expires_in": 600})).expect("JSON"));
            }
            error => drop(black_box(serde_json::to_vec(&json!({"error": error})).expect("JSON"))),
        }
    }
    // Its person, with the code and with a cookie.
    let found = rows[&hash(&user_code)].clone();
    let cookie = text();
    black_box(hash(&(cookie + &user_code)));
    rows.insert(hash(&found), json!({"sub": "alice"}).to_string());
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
        (0..ROUNDS).map(|_| (time(|| from_code_to_tokens(&runtime, &server)), time(|| floor(&mut rows)))).collect();
    let mut median = |of: fn(&(f64, f64)) -> f64| {
        rounds.sort_by(|one, other| of(one).total_cmp(&of(other)));
        of(&rounds[ROUNDS / 2])
    };
    let (ours, theirs, ratio) = (median(|round| round.0), median(|round| round.1), median(|round| round.0 / round.1));
    println!("a device: {ours:.1} us, the floor {theirs:.1} us, {ratio:.2} x (medians of {ROUNDS} interleaved rounds)");
}
