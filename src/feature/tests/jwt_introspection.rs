//! Signed introspection responses over HTTP.

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use super::{SECRET, START, chain, host};
use crate::feature::{JwtAccessTokens, JwtIntrospection, SigningKeys};
use crate::jose::{AccessTokenJwt, Algorithm, CompactJws, Es256, IntrospectionJwt, Jwks, Rs256};
use crate::{Client, ClientRejection, ClientSecret, Introspection, MemoryStore, ServesOAuth};

const SIGNED: [(&str, &str); 1] = [("accept", "application/token-introspection+jwt")];

macro_rules! signing_host {
    ($($feature:expr),*) => {
        host!(SigningKeys::ephemeral().algorithm(Es256).algorithm(Rs256), JwtIntrospection::new(), Introspection::new() $(, $feature)*)
    };
}

fn read(token: &str, keys: &Jwks) -> Value {
    let jws = CompactJws::decode(token).unwrap();
    assert!(jws.unverified::<AccessTokenJwt>(&Algorithm::ALL).is_err(), "it passes for an access token");
    jws.unverified::<IntrospectionJwt>(&Algorithm::ALL).unwrap().verify(keys).unwrap().deserialize().unwrap()
}

// shows: RFC9701-4-02, RFC9701-5-01, RFC9701-5-02, RFC9701-5-03, RFC9701-5-04, RFC9701-5-05, RFC9701-5-06, RFC9701-5-07, RFC9701-5-13, FAPI2-MS-5.5.1-01
#[tokio::test]
async fn a_response_is_signed_if_that_is_asked_for() {
    let host = signing_host!();
    let (keys, _) = host.jwks().await;
    let token = host.token(&[], "grant_type=urn:example:own").await.member("access_token");
    let plain = host.introspect(&[], &token).await.json();
    assert_eq!((&plain["active"], &plain["sub"]), (&json!(true), &json!("alice")));
    let signed = read(&host.introspect(&SIGNED, &token).await.text, &keys);
    let expected = |said: &Value| json!({"iss": "https://as.example.com", "aud": "app", "iat": START.as_unix(), "token_introspection": said});
    assert_eq!(signed, expected(&plain));
    for unknown in ["x", "a.b.c", &signed.to_string()] {
        let answer = host.introspect(&SIGNED, unknown).await;
        assert_eq!((answer.status, read(&answer.text, &keys)), (200, expected(&json!({"active": false}))));
    }

    let body = format!("client_id=app&client_secret={SECRET}&token={token}");
    let request = Request::post("/introspect").header("content-type", "application/x-www-form-urlencoded");
    let request = request.header("accept", SIGNED[0].1).body(Bytes::from(body)).unwrap();
    let response = ServesOAuth::handle(&host.0, request).await;
    let header = |name: &str| response.headers()[name].to_str().unwrap();
    assert_eq!((header("content-type"), header("cache-control")), ("application/token-introspection+jwt", "no-store"));
}

// shows: RFC9701-4-01, RFC9701-8.2-02
#[tokio::test]
async fn errors_stay_json() {
    let host = signing_host!();
    for (body, expected) in [
        ("token=x".to_owned(), "401 invalid_client"),
        ("client_id=app&client_secret=wrong&token=x".to_owned(), "401 invalid_client"),
        (format!("client_id=app&client_secret={SECRET}"), "400 invalid_request"),
    ] {
        assert_eq!(host.post("/introspect", &SIGNED, &body).await.error(), expected, "{body}");
    }
}

// shows: RFC9701-7-01, RFC9701-7-02
#[tokio::test]
async fn the_metadata_name_the_algorithms() {
    let document = serde_json::to_value(signing_host!().0.metadata().document()).unwrap();
    assert_eq!(document["introspection_signing_alg_values_supported"], json!(["ES256", "RS256"]));
    let without =
        host!(Introspection::new(), SigningKeys::ephemeral().algorithm(Es256), JwtAccessTokens::new("https://api.example.com"));
    let document = serde_json::to_value(without.0.metadata().document()).unwrap();
    assert_eq!(document.get("introspection_signing_alg_values_supported"), None);
}

/// What is switched off is not there, and nothing is said of how it would answer.
#[tokio::test]
async fn without_introspection_nothing_is_said_of_it() {
    let server = chain(MemoryStore::new())
        .enable(SigningKeys::ephemeral().algorithm(Rs256))
        .enable(JwtIntrospection::new())
        .enable(None::<Introspection>)
        .build();
    let document = serde_json::to_value(server.metadata().document()).unwrap();
    assert!(document.as_object().unwrap().keys().all(|name| !name.contains("introspection")), "{document}");
    let secret = ClientSecret::parse(SECRET).unwrap();
    let api = Client::confidential("api", &secret).grant_types::<&str>([]).introspects_any_token().build().unwrap();
    assert_eq!(server.check_client(api).unwrap_err().reasons(), [ClientRejection::NoIntrospection]);
}
