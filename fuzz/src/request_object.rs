//! A request object (RFC 9101), and what is beside it: it is the request that the same parameters would be without a signature, or is refused,
//! and nothing that is beside it changes that.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use grantor::{
    Algorithm, Authorization, AuthorizationCode, AuthorizationRequest, AuthorizationServer, Client, Code, Development, Jwks,
    KeyPair, ManualClock, MemoryStore, OAuth21, RequestObjects, issuer,
};
use http::Request;
use serde_json::{Map, Value, json};

use super::servers::{ISSUER, START, run};

static KEY: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate(Algorithm::EdDsa).expect("a key"));
const CALLBACK: &str = "https://client.example/cb";
const OF_THE_JWT: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

type Server =
    AuthorizationServer<MemoryStore, (AuthorizationCode,), (Code,), (RequestObjects<grantor::InlineKeys>,), Development<OAuth21>>;

fn server() -> Server {
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(ManualClock::new(START))
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(RequestObjects::inline_keys())
        .build();
    let client = Client::public("app").redirect_uri(CALLBACK).scope("read write").jwks(json!(Jwks::of([KEY.public_key()])));
    run(server.register_client(client.build().expect("a client"))).expect("a registration");
    server
}

fn ask(server: &Server, query: &str) -> Option<AuthorizationRequest> {
    let request = Request::get(format!("/authorize?{query}")).body(Bytes::new()).ok()?;
    match run(server.authorization().handle(request)) {
        Authorization::Interact(request) => Some(request),
        Authorization::Respond(_) => None,
    }
}

/// What there is to see of a request.
fn seen(request: &AuthorizationRequest, claims: &Map<String, Value>) -> (String, String, Vec<String>) {
    let unknown = claims.keys().flat_map(|name| request.parameters(name).map(str::to_owned)).collect();
    (request.redirect_uri().to_owned(), request.scope().as_str().to_owned(), unknown)
}

/// A header, a line break, claims, which are signed here, a line break, and a query beside the object.
pub fn request_object(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let mut lines = text.splitn(3, '\n');
    let (header, claims, beside) =
        (lines.next().unwrap_or_default(), lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let (server, object) = (server(), sign(header, claims));
    let query = |beside: &str| format!("client_id=app&request={object}{}{beside}", if beside.is_empty() { "" } else { "&" });
    let alone = ask(&server, &query(""));
    let Ok(Value::Object(said)) = serde_json::from_str(claims) else {
        assert!(alone.is_none(), "{text}");
        return;
    };
    if let Some(request) = &alone {
        assert!(is_meant(&said), "{text}");
        let plain = ask(&server, &parameters(&said)).expect("it is no request without a signature");
        assert_eq!(seen(request, &said), seen(&plain, &said), "{text}");
    }
    if let Some(request) = ask(&server, &query(beside)) {
        let alone = alone.as_ref().expect("something beside it makes it good");
        assert_eq!(seen(&request, &said), seen(alone, &said), "{text}");
    }
}

/// What cannot be left out, in the simplest way.
fn is_meant(claims: &Map<String, Value>) -> bool {
    let now = START.as_unix();
    let seconds = |name: &str| claims.get(name).map(|value| value.as_f64().unwrap_or(f64::NAN));
    let audience = match &claims["aud"] {
        Value::Array(all) => all.iter().any(|one| one == ISSUER),
        one => one == ISSUER,
    };
    claims["client_id"] == "app"
        && claims["iss"] == "app"
        && audience
        && claims.get("sub") != Some(&json!("app"))
        && !claims.contains_key("request")
        && !claims.contains_key("request_uri")
        && seconds("exp").is_none_or(|end| end >= (now + 1) as f64)
        && ["nbf", "iat"].iter().all(|name| seconds(name).is_none_or(|begin| begin < (now + 11) as f64))
}

/// The claims as the parameters of a request that is not signed.
fn parameters(claims: &Map<String, Value>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in claims.iter().filter(|(name, _)| !OF_THE_JWT.contains(&name.as_str())) {
        match value {
            Value::String(text) => query.append_pair(name, text),
            Value::Array(texts) if name == "resource" && texts.iter().all(Value::is_string) => {
                query.extend_pairs(texts.iter().filter_map(|text| Some((name, text.as_str()?))))
            }
            value => query.append_pair(name, &value.to_string()),
        };
    }
    query.finish()
}

fn sign(header: &str, claims: &str) -> String {
    let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = KEY.sign(input.as_bytes()).expect("a signature");
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature.as_bytes()))
}
