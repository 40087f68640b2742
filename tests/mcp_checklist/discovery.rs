//! Rows 2 to 6: where clients look, and what they have to find there.

use grantor::{
    AuthorizationCode, AuthorizationServer, Claims, ClaimsFor, ClaimsSource, Code, Development, Es256, Issuer, Mcp, MemoryStore,
    OpenId, ProtectedResourceMetadata, RefreshToken, Rs256, SigningKeys, StandardClaims, StoreError, router_with,
};
use http::Request;
use serde_json::Value;
use std::sync::Arc;
use tower::ServiceExt as _;

use super::*;

struct Nobody;

impl ClaimsSource for Nobody {
    type Own = ();
    async fn claims(&self, _: ClaimsFor<'_>) -> Result<Claims, StoreError> {
        Ok(StandardClaims::default().into())
    }
}

/// The same with OpenID Connect.
macro_rules! provider {
    ($issuer:expr) => {
        AuthorizationServer::builder()
            .profile(Development::<Mcp>::new())
            .issuer(Issuer::parse($issuer).expect("an issuer"))
            .storage(MemoryStore::new())
            .grant(AuthorizationCode::new())
            .grant(RefreshToken::new())
            .response_type(Code)
            .enable(resources())
            .enable(SigningKeys::ephemeral().algorithm(Rs256).algorithm(Es256))
            .enable(OpenId::new(Nobody))
            .build()
    };
}

/// Every place where a client looks for an issuer with this path: in the order of the specification, and RFC 8414 behind the path.
fn places(path: &str) -> [String; 4] {
    let (oauth, openid) = ("/.well-known/oauth-authorization-server", "/.well-known/openid-configuration");
    [format!("{oauth}{path}"), format!("{openid}{path}"), format!("{path}{openid}"), format!("{path}{oauth}")]
}

// shows: MCP-2026-07-28-idx-3-06, MCP-2026-07-28-disc-3-01
#[tokio::test]
async fn row_02_metadata_is_at_every_place_where_clients_look() {
    for (issuer, path) in [(ISSUER, ""), ("https://as.example.com/tenant", "/tenant"), ("https://as.example.com/a/b/", "/a/b")] {
        let clock = ManualClock::new(START);
        let plain = Peer::new(server(issuer, &clock), Approves, clock.clone());
        let openid = Peer::new(provider!(issuer), Approves, clock);
        for (place, is_openid) in places(path).iter().zip([false, true, true, false]) {
            let found = metadata(&openid, place).await.unwrap_or_else(|| panic!("{place}"));
            assert_eq!(found["issuer"], issuer, "{place}");
            let found = metadata(&plain, place).await;
            assert_eq!(found.is_some(), !is_openid, "without OpenID Connect its name is 404: {place}");
            assert!(found.is_none_or(|found| found["issuer"] == issuer));
        }
        // Neither what belongs to another issuer, nor what is nearly one of these.
        for place in [
            "/.well-known/oauth-authorization-server/other",
            "/.well-known/openid-configuration/",
            "/x/.well-known/openid-configuration",
        ] {
            assert_eq!(metadata(&openid, place).await, None, "{place}");
        }
        if !path.is_empty() {
            assert_eq!(metadata(&openid, "/.well-known/oauth-authorization-server").await, None);
        }
    }
}

/// A router knows the same places as the service.
#[tokio::test]
async fn row_02_a_router_has_them_too() {
    for (issuer, path) in [(ISSUER, ""), ("https://as.example.com/tenant", "/tenant")] {
        let router: axum::Router = router_with(Arc::new(provider!(issuer)), Approves);
        for place in places(path) {
            let request = Request::get(&place).body(axum::body::Body::empty()).expect("a request");
            assert_eq!(router.clone().oneshot(request).await.expect("an answer").status(), 200, "{place}");
        }
    }
}

#[tokio::test]
async fn row_02_other_profiles_stay_with_the_places_of_the_rfcs() {
    let server = AuthorizationServer::builder()
        .profile(Development::<grantor::OAuth21>::new())
        .issuer(Issuer::parse("https://as.example.com/tenant").expect("an issuer"))
        .storage(MemoryStore::new())
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .build();
    let peer = Peer::new(server, Approves, ManualClock::new(START));
    let found = [
        metadata(&peer, "/.well-known/oauth-authorization-server/tenant").await.is_some(),
        metadata(&peer, "/tenant/.well-known/oauth-authorization-server").await.is_some(),
    ];
    assert_eq!(found, [true, false]);
}

// shows: MCP-2026-07-28-disc-3-01
#[tokio::test]
async fn row_03_the_issuer_is_the_one_that_the_resource_names() {
    for issuer in [ISSUER, "https://as.example.com/", "https://as.example.com/tenant"] {
        let clock = ManualClock::new(START);
        let peer = Peer::new(server(issuer, &clock), Approves, clock);
        let resource = ProtectedResourceMetadata::new(MCP).and_then(|it| it.authorization_servers([issuer])).expect("metadata");
        let named = resource.document()["authorization_servers"][0].as_str().expect("an issuer");
        let path = peer.server.issuer().path().to_owned();
        let found = metadata(&peer, &places(&path)[0]).await.expect("metadata");
        assert_eq!(found["issuer"], named);
    }
}

// shows: MCP-2026-07-28-sec-4-01
#[tokio::test]
async fn row_04_s256_is_advertised_in_both_documents() {
    let peer = Peer::new(provider!("https://as.example.com/t"), Approves, ManualClock::new(START));
    for place in places("/t") {
        let found = metadata(&peer, &place).await.expect("metadata");
        assert_eq!(found["code_challenge_methods_supported"], serde_json::json!(["S256"]), "{place}");
    }
}

#[tokio::test]
async fn row_05_what_parsers_require_is_there() {
    let oauth = ["issuer", "authorization_endpoint", "token_endpoint"];
    let openid = ["jwks_uri"];
    let lists = ["subject_types_supported", "id_token_signing_alg_values_supported"];
    let with_openid = Peer::new(provider!(ISSUER), Approves, ManualClock::new(START));
    for (found, is_openid) in
        [(metadata(&peer().await, &places("")[0]).await, false), (metadata(&with_openid, &places("")[1]).await, true)]
    {
        let found = found.expect("metadata");
        let has_code = found["response_types_supported"].as_array().is_some_and(|types| types.contains(&"code".into()));
        assert!(has_code, "{found}");
        let texts = oauth.iter().chain(if is_openid { &openid[..] } else { &[] });
        assert!(texts.clone().all(|name| found[name].as_str().is_some_and(|url| url.starts_with("https://"))), "{found}");
        let full = |name: &&str| found[name].as_array().is_some_and(|values| !values.is_empty());
        assert!(!is_openid || lists.iter().all(full), "{found}");
    }
}

#[tokio::test]
async fn row_06_programs_in_browsers_read_both_kinds_of_metadata() {
    let resource = ProtectedResourceMetadata::new(MCP).expect("a resource");
    let ask = |method: &str, path: &str| {
        let request = Request::builder().method(method).uri(path).header("origin", "https://app.example");
        let request = request.header("mcp-protocol-version", "2026-07-28");
        let request = request.header("access-control-request-method", "GET");
        request.header("access-control-request-headers", "mcp-protocol-version").body(bytes::Bytes::new()).expect("a request")
    };
    let peer = peer().await;
    for method in ["OPTIONS", "GET"] {
        let server = peer.send(ask(method, &places("")[0])).await;
        let document = ask(method, "/.well-known/oauth-protected-resource/mcp");
        let resource = Answer::from(resource.respond(&document).expect("the document"));
        for answer in [server, resource] {
            assert_eq!(answer.header("access-control-allow-origin"), "*", "{answer:?}");
            if method == "OPTIONS" {
                assert_eq!(answer.header("access-control-allow-headers"), "mcp-protocol-version", "{answer:?}");
            } else {
                assert!(serde_json::from_str::<Value>(&answer.body).is_ok(), "{answer:?}");
            }
        }
    }
}
