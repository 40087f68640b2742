//! What the metadata says (RFC 8705 sections 3.3 and 5).

use grantor::{MutualTls, MutualTlsError, PushedAuthorizationRequests};
use serde_json::{Value, json};

use crate::peer;

fn json<T: serde::Serialize>(document: T) -> Value {
    serde_json::to_value(document).expect("JSON")
}

// shows: RFC8705-3.3-01
#[tokio::test]
async fn bound_tokens_are_advertised_where_they_are() {
    let with = json(peer!().server.metadata().document());
    assert_eq!(with["tls_client_certificate_bound_access_tokens"], json!(true));
    assert_eq!(with.get("mtls_endpoint_aliases"), None);
    let without = json(peer!(enable(PushedAuthorizationRequests::new())).server.metadata().document());
    assert_eq!(without.get("tls_client_certificate_bound_access_tokens"), None);
    assert_eq!(without.get("mtls_endpoint_aliases"), None);
}

/// Of the endpoints that clients ask, and of no other; wherever the feature is in the chain.
// shows: RFC8705-5-01
#[tokio::test]
async fn the_aliases_are_those_of_the_endpoints_that_there_are() {
    let aliased = || MutualTls::new().endpoint_aliases("https://mtls.example.com/").expect("an origin");
    let first = peer!(enable(aliased()), enable(PushedAuthorizationRequests::new()));
    let last = peer!(enable(PushedAuthorizationRequests::new()), enable(aliased()));
    let documents = [json(first.server.metadata().document()), json(last.server.metadata().document())];
    for document in documents {
        let alias = |path: &str| format!("https://mtls.example.com{path}");
        let expected = json!({
            "token_endpoint": alias("/token"),
            "introspection_endpoint": alias("/introspect"),
            "revocation_endpoint": alias("/revoke"),
            "pushed_authorization_request_endpoint": alias("/par"),
        });
        assert_eq!(document["mtls_endpoint_aliases"], expected);
        assert_eq!(document["token_endpoint"], "https://as.example.com/token");
    }
}

#[test]
fn an_alias_is_an_origin() {
    for origin in ["https://mtls.example.com", "https://mtls.example.com:8443/", "http://localhost:1"] {
        assert!(MutualTls::new().endpoint_aliases(origin).is_ok(), "{origin}");
    }
    for origin in [
        "",
        "mtls.example.com",
        "http://mtls.example.com",
        "https://mtls.example.com/a",
        "https://m?x",
        "https://m#x",
        "https://u@m",
    ] {
        assert_eq!(MutualTls::new().endpoint_aliases(origin).expect_err("no origin"), MutualTlsError::AliasOrigin, "{origin}");
    }
}
