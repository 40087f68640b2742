//! Documents in which clients describe themselves (draft-ietf-oauth-client-id-metadata-document), read once more.

use std::sync::LazyLock;

use bytes::Bytes;
use grantor::{
    Authorization, AuthorizationCode, AuthorizationServer, ClientHosts, ClientMetadataDocuments, Code, Development, Fetcher,
    ManualClock, MemoryStore, OAuth21, PrivateKeyJwt, RefreshToken, Scope, ServesOAuth, issuer,
};
use http::{Request, StatusCode};
use serde_json::Value;

use super::fetched::Host;
use super::servers::{START, run};

const ID: &str = "https://app.example.com/client.json";
const CALLBACK: &str = "https://app.example.com/cb";

static REQUEST: LazyLock<String> = LazyLock::new(|| {
    let pairs = [
        ("client_id", ID),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ];
    format!("/authorize?{}", form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
});

/// The document at the client's URL. A client that comes of it is what it says and no more, and nobody took it for one of theirs.
pub fn client_document(data: &[u8]) {
    match run(asked(data)) {
        Authorization::Interact(request) => {
            let document: Value = serde_json::from_slice(data).expect("a document is JSON");
            let text = |name: &str| document[name].as_str();
            assert!(data.len() <= 5 * 1024 && text("client_id") == Some(ID));
            assert!(text("client_name").is_some_and(|name| !name.trim().is_empty()));
            assert!(document["redirect_uris"].as_array().is_some_and(|uris| uris.iter().any(|uri| uri == CALLBACK)));
            assert!(document["client_secret"].is_null() && document["client_secret_expires_at"].is_null());
            let client = request.client();
            match text("token_endpoint_auth_method") {
                None | Some("none") => assert!(client.is_public()),
                Some("private_key_jwt") => {
                    assert!(!client.is_public() && (client.jwks().is_some() || client.jwks_uri().is_some()))
                }
                Some(other) => panic!("{other}"),
            }
            for key in document["jwks"]["keys"].as_array().into_iter().flatten() {
                assert!(key["d"].is_null() && key["k"].is_null(), "a private key");
            }
            assert!(!client.is_vetted() && !client.introspects_any_token() && client.audience().next().is_none());
            assert!(client.access_token_lifetime().is_none() && client.refresh_token_lifetime().is_none());
            let offered = ["authorization_code", "refresh_token"];
            assert!(client.grant_types().all(|grant| offered.contains(&grant)));
            assert!(client.scope().iter().all(|token| ["read", "write"].contains(&token)));
            let declared = text("scope").unwrap_or_default();
            assert!(declared.is_empty() || client.scope().iter().all(|token| declared.split(' ').any(|own| own == token)));
            let name = request.client_name();
            assert!(
                !name.is_empty() && !name.contains(|c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c)),
                "{name:?}"
            );
            assert_eq!((request.document_host(), request.redirect_host()), (Some("app.example.com"), "app.example.com"));
        }
        // Nobody has signed in: whatever it is, it is a page.
        Authorization::Respond(response) => {
            let status = response.status();
            let expected = [StatusCode::BAD_REQUEST, StatusCode::UNAUTHORIZED, StatusCode::SERVICE_UNAVAILABLE];
            assert!(expected.contains(&status) && !response.headers().contains_key("location"), "{status}");
            assert!(!is_plain(data), "{status}");
        }
    }
}

async fn asked(data: &[u8]) -> Authorization {
    let scope = Scope::parse("read write").expect("a scope");
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(ManualClock::new(START))
        .fetcher(Fetcher::with(Host::giving(data)))
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code)
        .enable(ClientMetadataDocuments::new(ClientHosts::any()).scope(scope))
        .enable(PrivateKeyJwt::new())
        .build();
    server.authorize(Request::get(&*REQUEST).body(Bytes::new()).expect("a request")).await
}

/// Is it one of which nobody could doubt that it is good: with these members, each once, and no other?
fn is_plain(data: &[u8]) -> bool {
    let Ok(Value::Object(document)) = serde_json::from_slice(data) else { return false };
    let known = ["client_id", "client_name", "redirect_uris"];
    let text = str::from_utf8(data).unwrap_or_default();
    document.len() == known.len()
        && known.iter().all(|name| text.matches(&format!("\"{name}\"")).count() == 1)
        && text.matches(':').count() == known.len() + 2
        && document["client_id"] == ID
        && document["client_name"].as_str().is_some_and(|name| !name.trim().is_empty())
        && document["redirect_uris"].as_array().is_some_and(|uris| uris.len() == 1 && uris[0] == CALLBACK)
        && data.len() <= 5 * 1024
}
