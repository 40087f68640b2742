//! A device asks, and somebody types a code: what is asked for is what the person sees, and only the code that the device was given leads
//! there, however it is typed.

use bytes::Bytes;
use grantor::{AuthorizationServer, Client, Development, DeviceCode, ManualClock, MemoryStore, OAuth21, ServesOAuth, issuer};
use http::Request;
use serde_json::Value;

use super::servers::{START, run};
use super::values::pairs;

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

type Server = AuthorizationServer<MemoryStore, (DeviceCode,), (), (), Development<OAuth21>>;

fn server() -> Server {
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(ManualClock::new(START))
        .grant(DeviceCode::new())
        .build();
    let client = Client::public("tv").scope("read write").grant_types([DEVICE]).build().expect("a client");
    run(server.register_client(client)).expect("registered");
    server
}

fn post(path: &str, body: &[u8]) -> Request<Bytes> {
    let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    request.body(Bytes::copy_from_slice(body)).expect("a request")
}

fn asked(server: &Server, body: &[u8]) -> (u16, Value) {
    let response = run(server.handle(post("/device_authorization", body)));
    (response.status().as_u16(), serde_json::from_slice(response.body()).expect("JSON"))
}

/// The letters of what was typed, if there is nothing in it that a code cannot have.
fn letters(typed: &str) -> Option<String> {
    let of_a_code = |letter: char| "BCDFGHJKLMNPQRSTVWXZ".contains(letter);
    let upper = typed.chars().filter(|it| it.is_alphanumeric()).map(|it| it.to_ascii_uppercase()).collect::<String>();
    (typed.len() <= 64 && upper.chars().all(of_a_code)).then_some(upper)
}

/// Types something; `CODE` in it stands for the code.
fn type_in(server: &Server, code: &str, typed: &[u8]) {
    let Ok(typed) = str::from_utf8(typed) else { return };
    let typed = typed.replace("CODE", code).replace("code", &code.to_lowercase());
    let is_it = letters(&typed) == Some(code.replace('-', ""));
    let page = post("/device", b"");
    let entered = run(server.devices().enter(&typed, &page));
    assert_eq!(entered.is_ok(), is_it, "{typed:?} for {code}");
    if let Ok(entered) = entered {
        assert_eq!(entered.request().user_code(), code);
        // A handle is nothing without the browser's cookie.
        assert!(run(server.devices().resume(entered.handle(), page.headers())).is_err());
    }
}

/// The body of a request, a line's end, and what somebody types.
pub fn device_authorization(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (body, typed) = (&data[..end], data.get(end + 1..).unwrap_or_default());
    let (server, given) = (server(), pairs(body));
    let (status, answer) = asked(&server, body);
    let Some(code) = answer["user_code"].as_str() else {
        assert!((400..500).contains(&status) && answer["error"].is_string(), "{status} {answer}");
        return;
    };
    assert_eq!((status, answer["expires_in"].as_u64(), answer["interval"].as_u64()), (200, Some(600), Some(5)));
    let complete = format!("https://as.example.com/device?user_code={code}");
    assert_eq!(answer["verification_uri_complete"], *complete);
    let first = |wanted: &str| given.iter().find(|(name, value)| name == wanted && !value.is_empty()).map(|(_, value)| &**value);
    assert_eq!(first("client_id"), Some("tv"));
    let page = post("/device", b"");
    let entered = run(server.devices().enter(code, &page)).expect("the code");
    let scope = entered.request().request().scope().as_str().to_owned();
    let asked_for = first("scope").unwrap_or("read write").split(' ').collect::<std::collections::BTreeSet<_>>();
    assert_eq!(scope.split(' ').collect::<std::collections::BTreeSet<_>>(), asked_for);
    // It waits for its person, and for nobody else's code.
    let device_code = answer["device_code"].as_str().expect("a code");
    for (polled, error) in [(device_code, "authorization_pending"), (device_code, "slow_down"), (code, "invalid_grant")] {
        let body = format!("grant_type={DEVICE}&client_id=tv&device_code={polled}");
        let response = run(server.token().handle(post("/token", body.as_bytes())));
        let answer: Value = serde_json::from_slice(response.body()).expect("JSON");
        assert_eq!(answer["error"], error);
    }
    type_in(&server, code, typed);
}

/// What somebody types.
pub fn user_code(data: &[u8]) {
    let server = server();
    let (_, answer) = asked(&server, b"client_id=tv");
    type_in(&server, answer["user_code"].as_str().expect("a code"), data);
}
