//! JSON from outside: client metadata, and the answers of a remote introspection endpoint.

use std::error::Error;

use bytes::Bytes;
use grantor::{
    Client, ClientAuthenticationMethod, ClientMetadata, ClientSecret, HttpClient, LocalizedMember, ManualClock, Presented,
    RemoteVerifier, TokenClaims, TokenVerifier,
};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, Response};
use serde_json::Value;

use super::servers::{START, run};
use super::values;

/// Client metadata (RFC 7591 section 2): a client that comes of it keeps the rules, and is the same when it is stored and read.
pub fn client_metadata(data: &[u8]) {
    let Ok(metadata) = serde_json::from_slice::<ClientMetadata>(data) else { return };
    // What is ignored is not even looked at; who reads it would find that it is no text.
    let Ok(json) = serde_json::from_slice::<Value>(data) else { return };
    let secret = json["client_secret"].as_str();
    // Short secrets are slow to hash, on purpose.
    if secret.is_some_and(|secret| secret.chars().count() < 32) {
        return;
    }
    // Who says the secret elsewhere too has told it already.
    if let Some(secret) = secret {
        let debug = format!("{metadata:?}");
        assert!(is_said_elsewhere(&json, secret) || !debug.contains(secret), "Debug shows the secret");
    }
    let Ok(client) = Client::try_from(metadata) else { return };
    let method = json["token_endpoint_auth_method"].as_str().unwrap_or("client_secret_basic");
    assert_eq!(client.is_public(), method == "none", "public without saying so");
    assert_eq!(secret.is_some(), method.starts_with("client_secret_"));
    assert_eq!(Some(client.id().as_str()), json["client_id"].as_str());
    let has = |grant: &str| client.grant_types().any(|own| own == grant);
    assert!(!(client.is_public() && has("client_credentials")), "RFC 6749 section 4.4: confidential clients only");
    let redirects = client.response_types().count() > 0;
    assert!(!redirects || !client.redirect_uris().is_empty(), "response types, but nowhere to respond to");
    for uri in client.redirect_uris() {
        let url = values::url(uri.as_str());
        assert!(url.fragment().is_none() && !matches!(url.scheme(), "javascript" | "data" | "file"), "{url}");
    }
    assert!(client.default_scope().is_subset_of(client.scope()));
    keys_and_pages(&client);
    registered_again(&client);
    let stored = client.to_json().expect("JSON");
    let read = Client::from_json(&stored).expect("what was written");
    assert_eq!(read.to_json().expect("JSON"), stored);
    if let Some(secret) = secret {
        let shown = stored.contains(secret) || format!("{client:?}").contains(secret);
        assert!(is_said_elsewhere(&json, secret) || !shown, "the secret is stored or shown");
    }
}

/// Keys are public and in one place; what people may open is a page, and neither a script nor a file.
fn keys_and_pages(client: &Client) {
    assert!(client.jwks().is_none() || client.jwks_uri().is_none());
    let has_keys = client.jwks().is_some() || client.jwks_uri().is_some();
    assert!(has_keys || client.authentication_method() != Some(ClientAuthenticationMethod::PrivateKeyJwt));
    for key in client.jwks().iter().flat_map(|set| set["keys"].as_array()).flatten() {
        assert!(key["kty"].is_string() && key.get("d").is_none() && key.get("k").is_none(), "{key}");
    }
    for page in [LocalizedMember::ClientUri, LocalizedMember::LogoUri, LocalizedMember::TosUri, LocalizedMember::PolicyUri] {
        let texts = client.localized(page);
        let all = texts.languages().map(|language| texts.in_language(language)).chain([texts.plain()]);
        for url in all.flatten().map(values::url) {
            assert!(matches!(url.scheme(), "http" | "https") && url.username().is_empty(), "{url}");
        }
    }
}

/// What is returned as registered can be registered, and is the same then.
fn registered_again(client: &Client) {
    let registered = serde_json::to_value(client.registered()).expect("JSON");
    let mut members = registered.clone();
    members["client_id"] = client.id().as_str().into();
    match client.authentication_method() {
        Some(method) if client.secret_hash().is_none() => members["token_endpoint_auth_method"] = method.as_str().into(),
        _ => members["client_secret"] = "a-secret-of-more-than-32-characters-for-this".into(),
    }
    let again = Client::try_from(serde_json::from_value::<ClientMetadata>(members).expect("metadata")).expect("a client");
    assert_eq!(serde_json::to_value(again.registered()).expect("JSON"), registered);
}

/// Does another member than `client_secret` hold the secret?
fn is_said_elsewhere(metadata: &Value, secret: &str) -> bool {
    fn holds(value: &Value, secret: &str) -> bool {
        match value {
            Value::String(text) => text.contains(secret),
            Value::Array(values) => values.iter().any(|value| holds(value, secret)),
            Value::Object(members) => members.iter().any(|(name, value)| name.contains(secret) || holds(value, secret)),
            _ => false,
        }
    }
    let mut members = metadata.as_object().into_iter().flatten();
    members.any(|(name, value)| name != "client_secret" && (name.contains(secret) || holds(value, secret)))
}

/// Always the same answer.
struct Answers(Bytes);

impl HttpClient for Answers {
    async fn send(&self, _: Request<Bytes>) -> Result<Response<Bytes>, Box<dyn Error + Send + Sync>> {
        let mut response = Response::new(self.0.clone());
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(response)
    }
}

/// An introspection response (RFC 7662 section 2.2): a token is accepted only if it says that it is an active Bearer token that
/// has not expired.
pub fn introspection(data: &[u8]) {
    let secret = ClientSecret::parse("a-secret-of-more-than-32-characters-for-the-endpoint").expect("a secret");
    let http = Answers(Bytes::copy_from_slice(data));
    let verifier = RemoteVerifier::new("https://as.example.com/introspect", "rs", &secret, http).expect("an endpoint");
    let verifier = verifier.clock(ManualClock::new(START));
    let (first, second) = run(async {
        let (request, ()) = Request::new(()).into_parts();
        let presented = Presented::bearer("token", &request);
        (verifier.verify(&presented).await, verifier.verify(&presented).await)
    });
    let Ok(accepted) = first else { return };
    assert_eq!(second.expect("the same answer"), accepted, "remembered otherwise");
    let Some(claims) = accepted else { return };
    let json: Value = serde_json::from_slice(data).expect("JSON");
    assert_eq!(json["active"], true);
    assert!(json["token_type"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("bearer")), "{json}");
    let exp = json["exp"].as_f64().or_else(|| json["exp"].as_str().and_then(|exp| exp.parse().ok()));
    assert!(json["exp"].is_null() || exp.is_some_and(|exp| exp > START.as_unix() as f64), "{json}");
    // A number stands for the text of its digits.
    let text = |name: &str| json[name].as_str().map(str::to_owned).or_else(|| json[name].as_number().map(ToString::to_string));
    assert_eq!(claims.subject().map(str::to_owned), text("sub"));
    assert_eq!(claims.client_id().map(str::to_owned), text("client_id"));
    assert_eq!(claims.confirmation().is_some(), !json["cnf"].is_null());
    if has_fraction(&json) {
        // `serde_json` reads those to the nearest but one.
        return;
    }
    let written = serde_json::to_string(&claims).expect("JSON");
    assert_eq!(serde_json::from_str::<TokenClaims>(&written).expect("what was written"), claims);
}

fn has_fraction(json: &Value) -> bool {
    match json {
        Value::Number(number) => number.is_f64(),
        Value::Array(values) => values.iter().any(has_fraction),
        Value::Object(members) => members.values().any(has_fraction),
        _ => false,
    }
}
