//! The module of the plan `oidcc-config-certification-test-plan`, and what OpenID Connect Discovery asks for besides.

use grantor::{
    AuthorizationCode, AuthorizationServer, Code, Development, Issuer, ManualClock, MemoryStore, OAuth21, OpenId, Rs256,
    ServesOAuth, SigningKeys,
};
use serde_json::{Value, json};

use crate::common::{self, Approves, Peer, START};
use crate::provider::{self, People, provider};

// shows: OIDC-DISC-3-01, OIDC-DISC-3-04, OIDC-DISC-3-05, OIDC-DISC-3-06, OIDC-DISC-3-08, OIDC-DISC-3-09, OIDC-DISC-3-10
// shows: OIDC-DISC-3-16, OIDC-DISC-3-19, OIDC-DISC-3-20, OIDC-DISC-3-23, OIDC-DISC-3-29, OIDC-DISC-3-30, OIDC-DISC-3-31
// shows: OIDC-DISC-3-32, OIDC-DISC-3-33, OIDC-DISC-3-35, OIDC-DISC-3-46, OIDC-DISC-3-48, OIDC-DISC-3-49, OIDC-DISC-3-50
// shows: OIDC-DISC-3-51, OIDC-DISC-3-57, OIDC-DISC-4-02, OIDC-DISC-4-03, OIDC-DISC-4.2-01, OIDC-DISC-4.2-02, OIDC-DISC-4.2-03
// shows: OIDC-CORE-1.2-03, OIDC-CORE-8-01, OIDC-CORE-15.1-01, OIDC-CORE-15.2-03, OIDC-CORE-15.2-05, OIDC-CORE-15.2-06
#[tokio::test]
async fn oidcc_discovery_endpoint_verification() {
    let provider = provider().await;
    let answer = provider.peer.get("/.well-known/openid-configuration").await;
    answer.assert_ok();
    let document = answer.json();
    assert_eq!(document["issuer"], provider::ISSUER);
    let texts = |name: &str| -> Vec<String> {
        let all = document[name].as_array().unwrap_or_else(|| panic!("no {name}: {document}"));
        assert!(!all.is_empty(), "{name}");
        all.iter().map(|value| value.as_str().expect("a text").to_owned()).collect()
    };
    assert!(texts("id_token_signing_alg_values_supported").contains(&"RS256".to_owned()));
    assert_eq!(texts("subject_types_supported"), ["public", "pairwise"]);
    assert_eq!(texts("acr_values_supported"), ["urn:example:pwd", "urn:example:otp"]);
    assert_eq!(texts("ui_locales_supported"), ["en", "de"]);
    for name in ["response_types_supported", "grant_types_supported", "token_endpoint_auth_methods_supported", "scopes_supported"]
    {
        texts(name);
    }
    assert!(texts("scopes_supported").contains(&"openid".to_owned()));
    let claims = texts("claims_supported");
    for name in ["sub", "iss", "auth_time", "acr", "name", "email", "groups"] {
        assert!(claims.contains(&name.to_owned()), "{name}");
    }
    for name in ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "revocation_endpoint"] {
        assert!(document[name].as_str().expect("a URL").starts_with("https://as.example.com/"), "{name}");
    }
    let flags = ["claims_parameter_supported", "request_parameter_supported", "request_uri_parameter_supported"];
    // What is left out of the second is false, of the third true.
    assert_eq!(flags.map(|name| document[name].clone()), [json!(true), Value::Null, json!(false)]);
    let empty: Vec<_> = document.as_object().expect("an object").iter().filter(|(_, value)| **value == json!([])).collect();
    assert!(empty.is_empty(), "{empty:?}");
    // What it says of endpoints is where they are.
    assert_eq!(provider.peer.get("/userinfo").await.status, 401);
    let keys = provider.peer.get("/jwks").await.json();
    for key in keys["keys"].as_array().expect("keys") {
        assert!(["d", "p", "q", "k"].iter().all(|secret| key.get(secret).is_none()), "{key}");
    }
    // And what ID tokens say of their issuer.
    let token = provider.tokens(&[]).await;
    assert_eq!(provider.id_token(&token).await["iss"], document["issuer"]);
}

/// The two documents are one.
// shows: OIDC-DISC-3-03, OIDC-DISC-4-01, OIDC-DISC-4-04, OIDC-DISC-4.1-02, OIDC-DISC-4.3-02, OIDC-DISC-4.3-03, OIDC-DISC-3-55
// shows: RFC9068-4-03, RFC9068-4-04
#[tokio::test]
async fn the_document_is_below_the_issuer_and_the_same_as_that_of_rfc_8414() {
    for (issuer, own, other) in [
        ("https://as.example.com", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"),
        ("https://as.example.com/", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"),
        ("https://as.example.com/t/1", "/t/1/.well-known/openid-configuration", "/.well-known/oauth-authorization-server/t/1"),
    ] {
        let server = AuthorizationServer::builder()
            .profile(Development::<OAuth21>::new())
            .issuer(Issuer::parse(issuer).expect("an issuer"))
            .storage(MemoryStore::new())
            .grant(AuthorizationCode::new())
            .response_type(Code)
            .enable(SigningKeys::ephemeral().algorithm(Rs256))
            .enable(OpenId::new(People::default()))
            .build();
        let peer = Peer::new(server, Approves, ManualClock::new(START));
        let (document, same) = (peer.get(own).await, peer.get(other).await);
        document.assert_ok();
        assert_eq!((document.body.as_str(), document.header("access-control-allow-origin")), (same.body.as_str(), "*"));
        assert_eq!(
            (&document.json()["issuer"], &document.json()["subject_types_supported"]),
            (&json!(issuer), &json!(["public"]))
        );
        assert!(peer.server.paths().contains(&own.to_owned()) && peer.server.paths().contains(&other.to_owned()));
        if own.starts_with("/t/1") {
            assert_eq!(peer.get("/.well-known/openid-configuration").await.status, 404);
            assert_eq!(peer.get("/.well-known/openid-configuration/t/1").await.status, 404);
        }
    }
}

#[tokio::test]
async fn without_openid_there_is_no_such_document() {
    let peer = common::fixture().await;
    for path in ["/.well-known/openid-configuration", "/userinfo"] {
        assert_eq!(peer.get(path).await.status, 404, "{path}");
    }
    let document = peer.get("/.well-known/oauth-authorization-server").await.json();
    for name in [
        "userinfo_endpoint",
        "subject_types_supported",
        "claims_supported",
        "request_uri_parameter_supported",
        "scopes_supported",
    ] {
        assert!(document.get(name).is_none(), "{name}");
    }
}
