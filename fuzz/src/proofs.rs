//! DPoP proofs (RFC 9449 section 4.3), read once more.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use grantor::{
    Algorithm, AuthorizationServer, Client, ClientCredentials, ClientSecret, Development, Dpop, KeyPair, ManualClock,
    MemoryStore, OAuth21, ServesOAuth, issuer,
};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request};
use serde_json::{Map, Value, json};

use super::servers::{START, run};

static KEY: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate(Algorithm::EdDsa).expect("a key"));

const TOKEN: &str = "https://as.example.com/token";
const SECRET: &str = "a-secret-of-more-than-32-characters-for-tests";
/// Stands in a header for the public key of whoever signs.
const OWN: &str = "\"@\"";

/// A header, a line break and claims, which are signed here, with the key in the header where `"@"` stands; or a proof as it is, which nobody
/// has signed. Good is what says exactly what has to be said, and once.
pub fn dpop_proof(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let signed = text.split_once('\n').map(|(header, claims)| (header.replace(OWN, &own_key().to_string()), claims));
    let proof = signed.as_ref().map_or_else(|| text.to_owned(), |(header, claims)| sign(header, claims));
    let Ok(value) = HeaderValue::from_bytes(proof.as_bytes()) else { return };
    let (first, second) = run(async {
        let server = server().await;
        (send(&server, &value).await, send(&server, &value).await)
    });
    assert_eq!(second, "400 invalid_dpop_proof", "a second time");
    let fits = proof.len() <= 8 * 1024;
    match (&*first, &signed) {
        ("200 DPoP", Some((header, claims))) => assert!(fits && says_what_it_must(header, claims, is_the_same), "{text}"),
        // What is written in another way may also have a member twice, be too deep or too long.
        ("400 invalid_dpop_proof", Some((header, claims))) => {
            let is_plain = fits && is_plain(&header.replace(&own_key().to_string(), OWN)) && is_plain(claims);
            assert!(!is_plain || !says_what_it_must(header, claims, |claimed| claimed == TOKEN), "{text}");
        }
        ("400 invalid_dpop_proof", None) => {}
        _ => panic!("{first}: {text}"),
    }
}

fn own_key() -> Value {
    let mut key = json!(KEY.public_key());
    if let Some(members) = key.as_object_mut() {
        members.retain(|name, _| ["kty", "crv", "x"].contains(&name.as_str()));
    }
    key
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
        .enable(Dpop::required())
        .build();
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let client = Client::confidential("job", &secret).grant_types(["client_credentials"]).build().expect("a client");
    server.register_client(client).await.expect("a registration");
    server
}

async fn send(server: &impl ServesOAuth, proof: &HeaderValue) -> String {
    let body = format!("grant_type=client_credentials&client_id=job&client_secret={SECRET}");
    let request = Request::post("/token").header(CONTENT_TYPE, "application/x-www-form-urlencoded").header("dpop", proof);
    let response = server.handle(request.body(Bytes::from(body)).expect("a request")).await;
    let json: Value = serde_json::from_slice(response.body()).expect("JSON");
    let word = if response.status().is_success() { &json["token_type"] } else { &json["error"] };
    format!("{} {}", response.status().as_u16(), word.as_str().unwrap_or_default())
}

fn says_what_it_must(header: &str, claims: &str, is_here: impl Fn(&str) -> bool) -> bool {
    let (Ok(Value::Object(header)), Ok(Value::Object(claims))) = (serde_json::from_str(header), serde_json::from_str(claims))
    else {
        return false;
    };
    let text = |object: &Map<String, Value>, name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
    let typ = text(&header, "typ").map(|typ| typ.to_lowercase());
    let is_proof = typ.is_some_and(|typ| ["dpop+jwt", "application/dpop+jwt"].contains(&&*typ));
    let is_read = header.get("crit").is_none() && header.get("b64").is_none() && header.get("kid").is_none_or(Value::is_string);
    let is_signed = ["EdDSA", "Ed25519"].iter().any(|name| header.get("alg").is_some_and(|own| own == name));
    let once = text(&claims, "jti").is_some_and(|jti| !jti.is_empty());
    let is_here =
        text(&claims, "htm").is_some_and(|method| method == "POST") && text(&claims, "htu").is_some_and(|url| is_here(&url));
    is_proof && is_read && is_signed && header.get("jwk").is_some_and(is_own) && once && is_here && is_timely(&claims)
}

/// The public key, for signatures, and nothing that is secret.
fn is_own(jwk: &Value) -> bool {
    let own = own_key();
    let is = ["kty", "crv", "x"].iter().all(|name| jwk.get(name) == own.get(name));
    let secret = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].iter().any(|name| jwk.get(name).is_some());
    let algorithm = jwk.get("alg").is_none_or(|name| name == "EdDSA" || name == "Ed25519");
    let operations = match jwk.get("key_ops") {
        None => true,
        Some(Value::Array(all)) => all.iter().any(|one| one == "verify"),
        Some(_) => false,
    };
    is && !secret && algorithm && operations && jwk.get("use").is_none_or(|its| its == "sig")
}

/// A minute before and after.
fn is_timely(claims: &Map<String, Value>) -> bool {
    let now = START.as_unix();
    let Some(issued) = claims.get("iat") else { return false };
    // A fraction of a second is left out, and what is before 1970 is 0.
    let seconds = issued.as_u64().or_else(|| issued.as_f64().map(|seconds| seconds as u64));
    seconds.is_some_and(|issued| now <= issued.saturating_add(60) && issued <= now + 60)
}

/// Is it this URL by another spelling (RFC 3986 sections 6.2.2 and 6.2.3)? By hand, and without a parser.
fn is_the_same(claimed: &str) -> bool {
    let claimed = claimed.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = claimed.split_once("://") else { return false };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let authority = decoded(authority).to_lowercase();
    let host = authority.trim_start_matches('@').trim_start_matches(":@");
    let host = host
        .split_once(':')
        .map_or(host, |(host, port)| if port.trim_start_matches('0') == "443" || port.is_empty() { host } else { "" });
    scheme.eq_ignore_ascii_case("https") && host == "as.example.com" && without_dots(&decoded(path)) == "/token"
}

fn decoded(path: &str) -> String {
    let (mut out, mut rest) = (String::new(), path);
    while let Some(at) = rest.find('%') {
        let code = rest.get(at + 1..at + 3).and_then(|code| u8::from_str_radix(code, 16).ok());
        out.push_str(&rest[..at]);
        match code.map(char::from) {
            Some(c) if c.is_ascii_alphanumeric() || "-._~".contains(c) => {
                out.push(c);
                rest = &rest[at + 3..];
            }
            _ => {
                out.push('%');
                rest = &rest[at + 1..];
            }
        }
    }
    out + rest
}

fn without_dots(path: &str) -> String {
    let mut kept = Vec::new();
    for segment in path.split('/').skip(1) {
        match segment {
            "." => {}
            ".." => drop(kept.pop()),
            segment => kept.push(segment),
        }
    }
    format!("/{}", kept.join("/"))
}

/// Is it as serde_json writes it, and of few parts?
fn is_plain(text: &str) -> bool {
    let written = serde_json::from_str::<Value>(text).map(|value| value.to_string());
    written.is_ok_and(|written| written == text) && text.matches(['{', '[']).count() <= 16 && text.matches(':').count() <= 64
}
