//! A pushed request, and what a browser brings: what is pushed is what is asked for, byte for byte as at the authorization endpoint, and
//! nothing that the browser adds is.

use bytes::Bytes;
use grantor::{
    Authorization, AuthorizationCode, AuthorizationRequest, AuthorizationServer, Client, Code, Development, ManualClock,
    MemoryStore, OAuth21, PushedAuthorizationRequests, ServesOAuth, issuer,
};
use http::Request;

use super::servers::{START, run};
use super::values::pairs;

const CALLBACK: &str = "https://client.example/cb";
/// What is of the client and not of the request, or has no meaning in one that is pushed.
const NOT_OF_IT: [&str; 4] = ["request_uri", "client_secret", "client_assertion", "client_assertion_type"];

type Server =
    AuthorizationServer<MemoryStore, (AuthorizationCode,), (Code,), (PushedAuthorizationRequests,), Development<OAuth21>>;

fn server() -> Server {
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(ManualClock::new(START))
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(PushedAuthorizationRequests::new())
        .build();
    for id in ["app", "other"] {
        let client = Client::public(id).redirect_uri(CALLBACK).scope("read write").build().expect("a client");
        run(server.register_client(client)).expect("registered");
    }
    server
}

fn post(path: &str, body: &[u8]) -> Request<Bytes> {
    let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    request.body(Bytes::copy_from_slice(body)).expect("a request")
}

/// What there is to see of a request.
fn seen(request: &AuthorizationRequest, names: &[String]) -> (String, String, String, Vec<String>) {
    let unknown = names.iter().flat_map(|name| request.parameters(name).map(str::to_owned)).collect();
    let (uri, scope) = (request.redirect_uri().to_owned(), request.scope().as_str().to_owned());
    (request.client().id().as_str().to_owned(), uri, scope, unknown)
}

/// A body that is pushed, a line's end, and a query, in which `URI` stands for what came of the push.
pub fn pushed_request(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (body, query) = (&data[..end], data.get(end + 1..).unwrap_or_default());
    let (server, given) = (server(), pairs(body));
    let names: Vec<String> = given.iter().map(|(name, _)| name.clone()).collect();
    let response = run(server.handle(post("/par", body)));
    let plain = run(server.authorization().handle(post("/authorize", body)));
    let plain = if let Authorization::Interact(request) = plain { Some(request) } else { None };
    let answer: serde_json::Value = serde_json::from_slice(response.body()).expect("JSON");
    let comparable = !names.iter().any(|name| NOT_OF_IT.contains(&&**name));
    let Some(uri) = answer["request_uri"].as_str() else {
        assert!((400..500).contains(&response.status().as_u16()) && answer["error"].is_string(), "{response:?}");
        assert!(plain.is_none() || !comparable, "refused, and good at the authorization endpoint");
        return;
    };
    assert_eq!((response.status().as_u16(), &answer["expires_in"]), (201, &60.into()));
    assert!(!names.iter().any(|name| name == "request_uri"), "a request_uri was pushed");
    let id = given.iter().find(|(name, value)| name == "client_id" && !value.is_empty()).map(|(_, value)| value.clone());
    let id = id.expect("a client");
    let bring = |query: &str| {
        let request = Request::get(format!("/authorize?{query}")).body(Bytes::new()).ok()?;
        match run(server.authorization().handle(request)) {
            Authorization::Interact(request) => Some(request),
            Authorization::Respond(_) => None,
        }
    };
    let kept = bring(&format!("client_id={id}&request_uri={uri}")).expect("it was pushed");
    for name in NOT_OF_IT {
        assert_eq!(kept.parameter(name), None);
    }
    if comparable {
        assert_eq!(Some(seen(&kept, &names)), plain.map(|request| seen(&request, &names)), "another request than was pushed");
    }
    let Ok(query) = str::from_utf8(query) else { return };
    let query = query.replace("URI", uri);
    let brought = pairs(query.as_bytes());
    let is_it = brought.iter().any(|(name, value)| name == "request_uri" && value == uri);
    if let (Some(request), true) = (bring(&query), is_it) {
        assert_eq!(seen(&request, &names), seen(&kept, &names), "{query}");
        assert!(brought.iter().any(|(name, value)| name == "client_id" && *value == id), "{query}");
    }
}
