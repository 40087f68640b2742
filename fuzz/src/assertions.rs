//! What clients authenticate with (RFC 7523 section 3), read once more.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use grantor::{
    Algorithm, AuthorizationServer, Client, ClientCredentials, Development, Jwks, KeyPair, ManualClock, MemoryStore, OAuth21,
    PrivateKeyJwt, ServesOAuth, issuer,
};
use http::header::CONTENT_TYPE;
use http::{Request, StatusCode};
use serde_json::{Value, json};

use super::servers::{ISSUER, START, run};

static KEY: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate(Algorithm::EdDsa).expect("a key"));

/// A header, a line break and claims, which are signed here; or an assertion as it is, which nobody has signed. Good is what says
/// exactly what has to be said, and once.
pub fn client_assertion(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let signed = text.split_once('\n');
    let assertion = signed.map_or_else(|| text.to_owned(), |(header, claims)| sign(header, claims));
    if assertion.is_empty() {
        return;
    }
    let (first, second) = run(async {
        let server = server().await;
        (send(&server, &assertion).await, send(&server, &assertion).await)
    });
    assert_eq!(second, StatusCode::UNAUTHORIZED, "a second time");
    let is_good = signed.is_some_and(|(header, claims)| assertion.len() <= 8 * 1024 && says_what_it_must(header, claims));
    match first {
        StatusCode::OK => assert!(is_good, "{text}"),
        // What is written in another way may also have a member twice, be too deep or too long.
        StatusCode::UNAUTHORIZED => {
            assert!(!is_good || !signed.is_some_and(|(header, claims)| is_plain(header) && is_plain(claims)), "{text}")
        }
        status => panic!("{status}: {text}"),
    }
}

fn sign(header: &str, claims: &str) -> String {
    let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = KEY.sign(input.as_bytes()).expect("a signature");
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature.as_bytes()))
}

async fn server() -> impl ServesOAuth {
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(ManualClock::new(START))
        .grant(ClientCredentials::new())
        .enable(PrivateKeyJwt::inline_keys())
        .build();
    let client = Client::with_keys("job").jwks(json!(Jwks::of([KEY.public_key()]))).grant_types(["client_credentials"]);
    server.register_client(client.build().expect("a client")).await.expect("a registration");
    server
}

async fn send(server: &impl ServesOAuth, assertion: &str) -> StatusCode {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.append_pair("grant_type", "client_credentials").append_pair("client_assertion", assertion);
    body.append_pair("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    let request = Request::post("/token").header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    server.handle(request.body(Bytes::from(body.finish())).expect("a request")).await.status()
}

fn says_what_it_must(header: &str, claims: &str) -> bool {
    let (Ok(Value::Object(header)), Ok(Value::Object(claims))) = (serde_json::from_str(header), serde_json::from_str(claims))
    else {
        return false;
    };
    let typ = match header.get("typ") {
        None => true,
        Some(Value::String(typ)) => {
            let typ = typ.to_lowercase();
            ["jwt", "client-authentication+jwt"].contains(&typ.strip_prefix("application/").unwrap_or(&typ))
        }
        Some(_) => false,
    };
    let key = header.get("kid").is_none_or(|kid| *kid == KEY.public_key().key_id().as_str());
    let is_read = typ && key && header.get("crit").is_none() && header.get("b64").is_none();
    let is_signed = ["EdDSA", "Ed25519"].iter().any(|name| header.get("alg").is_some_and(|own| own == name));
    let says = |name: &str, expected: &str| claims.get(name).is_some_and(|value| value == expected);
    let is_named = says("iss", "job") && says("sub", "job") && says("aud", ISSUER);
    let once = claims.get("jti").and_then(Value::as_str).is_some_and(|jti| !jti.is_empty());
    is_read && is_signed && is_named && once && is_timely(&claims)
}

fn is_timely(claims: &serde_json::Map<String, Value>) -> bool {
    let now = START.as_unix();
    // A fraction of a second is left out, and what is before 1970 is 0.
    let seconds = |name: &str| match claims.get(name) {
        None => Some(None),
        Some(value) => Some(Some(value.as_u64().or_else(|| value.as_f64().map(|seconds| seconds as u64))?)),
    };
    let (Some(Some(end)), Some(issued), Some(from)) = (seconds("exp"), seconds("iat"), seconds("nbf")) else { return false };
    let begins = issued.unwrap_or(now + 10).min(now + 10);
    let is_ahead = |moment: Option<u64>| moment.is_some_and(|moment| moment > now + 10);
    now < end && end <= begins + 300 && !is_ahead(issued) && !is_ahead(from)
}

/// Is it as serde_json writes it, and of few parts?
fn is_plain(text: &str) -> bool {
    let written = serde_json::from_str::<Value>(text).map(|value| value.to_string());
    written.is_ok_and(|written| written == text) && text.matches(['{', '[']).count() <= 16 && text.matches(':').count() <= 64
}
