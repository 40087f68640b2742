//! Rows 33 to 40: the MCP server itself.

use std::convert::Infallible;

use bytes::Bytes;
use grantor::testing::Answer;
use grantor::{LocalVerifier, ProtectedResourceMetadata, ResourceServer, ScopeHierarchy};
use http::{Method, Request, Response};
use tower::{Layer as _, ServiceExt as _, service_fn};

use super::*;

const DOCUMENT: &str = "https://mcp.example.com/.well-known/oauth-protected-resource/mcp";

type Api = ResourceServer<LocalVerifier<MemoryStore>>;

fn described() -> ProtectedResourceMetadata {
    let metadata = ProtectedResourceMetadata::new(MCP).and_then(|it| it.authorization_servers([ISSUER]));
    metadata.and_then(|it| it.scopes_supported(scope("notes:read"))).expect("metadata").alone_on_its_host()
}

fn api(peer: &Peer<Server, Approves>) -> Api {
    let verifier = LocalVerifier::new(peer.server.storage().clone(), peer.server.issuer().clone()).clock(peer.clock.clone());
    ResourceServer::new(verifier).protected_resource(&described())
}

/// What the server says to a request that requires a scope.
async fn ask(api: &Api, required: &str, request: http::request::Builder) -> Answer {
    let inner = service_fn(async |_: Request<Bytes>| Ok::<_, Infallible>(Response::new(Bytes::from_static(b"in"))));
    let service = api.layer(scope(required)).layer(inner);
    service.oneshot(request.body(Bytes::new()).expect("a request")).await.expect("an answer").into()
}

fn with_token(token: &str) -> http::request::Builder {
    Request::post("/mcp").header("authorization", format!("Bearer {token}"))
}

// shows: MCP-2026-07-28-idx-3-04, MCP-2026-07-28-disc-1-01, MCP-2026-07-28-disc-1-02, RFC9728-2-03, RFC9728-2-08
#[tokio::test]
async fn row_33_the_document_names_an_authorization_server_at_its_place_and_at_the_root() {
    let metadata = described();
    for path in ["/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"] {
        let answer: Answer = metadata.respond(&Request::get(path).body(()).expect("a request")).expect("the document").into();
        answer.assert_ok();
        assert_eq!(answer.json()["authorization_servers"], serde_json::json!([ISSUER]));
    }
}

// shows: RFC9728-3.3-01, RFC9728-3.3-03, RFC9728-3.1-02
#[tokio::test]
async fn row_34_the_resource_is_the_url_of_the_server() {
    let document = described();
    assert_eq!(document.document()["resource"], MCP);
    assert_eq!(document.url(), DOCUMENT);
    // A slash behind the host is part of the identifier, and not of where the document is.
    let whole_host = ProtectedResourceMetadata::new("https://mcp.example.com/").expect("metadata");
    assert_eq!(whole_host.document()["resource"], "https://mcp.example.com/");
    assert_eq!(whole_host.url(), "https://mcp.example.com/.well-known/oauth-protected-resource");
}

// shows: MCP-2026-07-28-disc-2-01, RFC9728-5-01, RFC9728-5.1-02
#[tokio::test]
async fn row_35_the_challenge_leads_to_the_document() {
    let api = api(&peer().await);
    for request in [Request::post("/mcp"), with_token("unknown")] {
        let answer = ask(&api, "notes:read", request).await;
        assert_eq!(answer.status, 401);
        assert_eq!(answer.headers.get_all("www-authenticate").iter().count(), 1, "clients read the first");
        let challenge = answer.challenge();
        assert_eq!((&*challenge["scheme"], &*challenge["resource_metadata"]), ("Bearer", DOCUMENT));
    }
}

// shows: MCP-2026-07-28-idx-6-01, MCP-2026-07-28-idx-6-02, MCP-2026-07-28-idx-10-01
#[tokio::test]
async fn row_36_a_401_says_the_least_scope_and_never_offline_access() {
    let api = api(&peer().await);
    for (required, said) in [
        ("", Some("notes:read")),
        ("notes:write", Some("notes:write")),
        ("notes:write offline_access", Some("notes:write")),
        ("offline_access", None),
    ] {
        let answer = ask(&api, required, Request::post("/mcp")).await;
        assert_eq!(answer.challenge().get("scope").map(String::as_str), said, "{required}");
    }
}

// shows: MCP-2026-07-28-idx-9.2-01, MCP-2026-07-28-idx-9.2-03, MCP-2026-07-28-idx-9.2-04, MCP-2026-07-28-idx-9.2-05
// shows: MCP-2026-07-28-sec-1-01, MCP-2026-07-28-sec-9-01, MCP-2026-07-28-sec-9-02, MCP-2026-07-28-sec-9-03
// shows: MCP-2026-07-28-idx-11-01
#[tokio::test]
async fn row_37_only_tokens_for_this_server_are_good_and_only_in_the_header() {
    let peer = peer().await;
    let api = api(&peer);
    let answer = begun(&peer, &[]).await;
    let token = answer.member("access_token");
    ask(&api, "notes:read", with_token(&token)).await.assert_status(200);
    // For another resource, a refresh token, in the query, twice.
    let code = peer.code_for(&asking(&[("resource", "https://other.example.com")])).await;
    let other = peer.redeem(&code).await.member("access_token");
    ask(&api, "", with_token(&other)).await.assert_challenge("invalid_token");
    ask(&api, "", with_token(&answer.member("refresh_token"))).await.assert_challenge("invalid_token");
    ask(&api, "", Request::post(format!("/mcp?access_token={token}"))).await.assert_challenge("");
    ask(&api, "", with_token(&token).header("authorization", "Bearer x")).await.assert_challenge("invalid_request");
    // Revoked, and expired.
    peer.post("/revoke", None, &[("token", &token), ("client_id", "pub")]).await;
    ask(&api, "", with_token(&token)).await.assert_challenge("invalid_token");
    let answer = begun(&peer, &[]).await;
    peer.clock.advance(answer.json()["expires_in"].as_u64().expect("a number"));
    ask(&api, "", with_token(&answer.member("access_token"))).await.assert_challenge("invalid_token");
}

// shows: MCP-2026-07-28-idx-11.1.1-01, MCP-2026-07-28-idx-11.1.1-02
#[tokio::test]
async fn row_38_a_403_says_all_that_is_needed_at_once() {
    let peer = peer().await;
    let api = api(&peer);
    let token = begun(&peer, &[]).await.member("access_token");
    let by_layer = ask(&api, "notes:read notes:write admin offline_access", with_token(&token)).await;
    // Where what is needed is known only once the request was read.
    let (parts, ()) = with_token(&token).body(()).expect("a request").into_parts();
    let claims = api.authenticate(&parts, &Scope::empty()).await.expect("claims");
    assert_eq!(api.require_scope(&claims, &scope("notes:read")), Ok(()));
    let refused = api.require_scope(&claims, &scope("notes:read notes:write admin")).expect_err("a challenge");
    for answer in [by_layer, refused.to_response().into()] {
        answer.assert_challenge("insufficient_scope");
        let challenge = answer.challenge();
        assert_eq!((&*challenge["scope"], &*challenge["resource_metadata"]), ("notes:read notes:write admin", DOCUMENT));
        assert!(!challenge["error_description"].is_empty());
    }
    // The client asks again, for the union, and gets in.
    let token = begun(&peer, &[("scope", "notes:read notes:write")]).await.member("access_token");
    ask(&api, "notes:read notes:write", with_token(&token)).await.assert_status(200);
}

// shows: MCP-2026-07-28-idx-11.1.2-01
#[tokio::test]
async fn row_39_a_scope_that_implies_another_will_do_for_it() {
    let peer = peer().await;
    let flat = api(&peer);
    let hierarchy = ScopeHierarchy::new([("notes:write", "notes:read")]).expect("a hierarchy");
    let api = flat.clone().scope_hierarchy(hierarchy);
    let token = begun(&peer, &[("scope", "notes:write")]).await.member("access_token");
    ask(&flat, "notes:read", with_token(&token)).await.assert_challenge("insufficient_scope");
    ask(&api, "notes:read", with_token(&token)).await.assert_status(200);
    ask(&api, "notes:read admin", with_token(&token)).await.assert_challenge("insufficient_scope");
    let (parts, ()) = with_token(&token).body(()).expect("a request").into_parts();
    let claims = api.authenticate(&parts, &scope("notes:read")).await.expect("claims");
    assert_eq!(api.require_scope(&claims, &scope("notes:read notes:write")), Ok(()));
}

#[tokio::test]
async fn row_40_the_event_stream_is_guarded_like_the_rest() {
    let peer = peer().await;
    let api = api(&peer);
    let token = begun(&peer, &[]).await.member("access_token");
    for method in [Method::GET, Method::POST, Method::DELETE] {
        let request = || Request::builder().method(&method).uri("/mcp").header("accept", "text/event-stream");
        let answer = ask(&api, "notes:read", request()).await;
        answer.assert_challenge("");
        assert_eq!(answer.challenge()["resource_metadata"], DOCUMENT);
        let answer = ask(&api, "notes:write", request().header("authorization", format!("Bearer {token}"))).await;
        answer.assert_challenge("insufficient_scope");
        assert_eq!(answer.challenge()["resource_metadata"], DOCUMENT);
        ask(&api, "notes:read", request().header("authorization", format!("Bearer {token}"))).await.assert_status(200);
    }
}

/// The Inspector runs in a browser: it reads the challenge, and asks before it sends a token.
#[tokio::test]
async fn row_06_programs_in_browsers_read_challenges() {
    let peer = peer().await;
    let api = api(&peer);
    let answer = ask(&api, "", Request::post("/mcp").header("origin", "http://localhost:6274")).await;
    assert_eq!(answer.header("access-control-allow-origin"), "", "not unless it is told");
    let api = api.any_origin();
    let preflight = Request::options("/mcp").header("origin", "http://localhost:6274");
    let preflight = preflight.header("access-control-request-method", "DELETE");
    let asked = "authorization, content-type, mcp-protocol-version, mcp-session-id";
    let answer = ask(&api, "notes:read", preflight.header("access-control-request-headers", asked)).await;
    answer.assert_status(204);
    assert_eq!(answer.header("access-control-allow-headers"), asked);
    assert_eq!(answer.header("access-control-allow-methods"), "DELETE");
    // Only a preflight request is answered without a token.
    ask(&api, "", Request::options("/mcp")).await.assert_challenge("");
    let token = begun(&peer, &[]).await.member("access_token");
    for request in [Request::post("/mcp"), with_token(&token), with_token("unknown")] {
        let answer = ask(&api, "", request).await;
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{answer:?}");
        assert!(answer.header("access-control-expose-headers").contains("WWW-Authenticate"), "{answer:?}");
    }
}
