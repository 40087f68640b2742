//! Authorization server metadata (RFC 8414): what is advertised is what is served, and the reverse.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use grantor::{
    AuthorizationCode, AuthorizationServer, ClientCredentials, Code, Development, EndpointError, Endpoints, ErasedServer,
    Implicit, Introspection, Issuer, ManualClock, MemoryStore, OAuth21, RefreshToken, Revocation, Rfc6749, Scope, ServesOAuth,
    Token, Transport, issuer, router, router_with,
};
use http::{Method, Request};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::common::{Answer, Approves, Peer, START, legacy_server};

const WELL_KNOWN: &str = "/.well-known/oauth-authorization-server";

type Machine = AuthorizationServer<MemoryStore, (ClientCredentials,), (), (), Development>;

/// A server without authorization endpoint.
fn machine(issuer: &str, endpoints: Endpoints) -> Machine {
    AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(Issuer::parse(issuer).expect("an issuer"))
        .storage(MemoryStore::new())
        .endpoints(endpoints)
        .grant(ClientCredentials::new())
        .build()
}

/// One with grants that can be switched off.
fn switched(code: bool, implicit: bool, refresh: bool) -> ErasedServer {
    let server = AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .grant(code.then(AuthorizationCode::new))
        .grant(implicit.then(Implicit::new))
        .grant(refresh.then(RefreshToken::new))
        .response_type(Code)
        .response_type(Token)
        .enable(Revocation::new())
        .build();
    ErasedServer::new(server)
}

fn peer<Sv: ServesOAuth>(server: Sv) -> Peer<Sv> {
    Peer::new(server, Approves, ManualClock::new(START))
}

fn of(method: Method, path: &str) -> Request<Bytes> {
    Request::builder().method(method).uri(path).body(Bytes::new()).expect("a request")
}

/// The document at the only path where it may be.
async fn document(peer: &Peer<impl ServesOAuth>) -> Value {
    let answer = peer.get(&format!("{WELL_KNOWN}{}", peer.server.issuer().path())).await;
    answer.assert_ok();
    answer.json()
}

// shows: RFC7009-2-05, RFC7009-2-09, RFC8414-2-02, RFC8414-2-03, RFC8414-2-11, RFC8414-2-12, RFC8414-2-13, RFC8414-2-14
// shows: RFC8414-2-25, RFC8414-2-26, RFC8414-2-30, RFC8414-2-31, RFC8414-2-36, RFC8414-2-37, RFC8414-3.2-02, RFC9700-2.1.1-10
// shows: RFC9700-2.1.1-11, RFC9700-2.6-01, RFC9700-4.7.1-04, RFC9700-4.7.1-05, RFC9207-2.3-01, RFC9207-2.3-02, RFC9207-2.3-03
#[tokio::test]
async fn everything_that_is_enabled_is_advertised_and_nothing_else() {
    let server = legacy_server(&ManualClock::new(START), 0);
    let expected = json!({
        "issuer": "https://as.example.com",
        "authorization_endpoint": "https://as.example.com/authorize",
        "token_endpoint": "https://as.example.com/token",
        "response_types_supported": ["code", "token", "code token", "none"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials", "password", "implicit"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "revocation_endpoint": "https://as.example.com/revoke",
        "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "introspection_endpoint": "https://as.example.com/introspect",
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256", "plain"],
        "authorization_response_iss_parameter_supported": true,
    });
    assert_eq!(serde_json::to_value(server.metadata().document()).expect("JSON"), expected);
    assert_eq!(document(&peer(server)).await, expected);
}

// shows: RFC8414-2-02, RFC8414-2-03, RFC8414-2-11, RFC8414-3.2-03
#[tokio::test]
async fn a_server_without_authorization_endpoint_says_that_it_has_no_response_types() {
    let expected = json!({
        "issuer": "https://as.example.com",
        "token_endpoint": "https://as.example.com/token",
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
    });
    assert_eq!(document(&peer(machine("https://as.example.com", Endpoints::new()))).await, expected);
}

// shows: RFC8414-2-01, RFC8414-3-01, RFC8414-3-03, RFC8414-3-05, RFC8414-3.1-02, RFC8414-3.3-01
#[tokio::test]
async fn the_document_is_where_rfc_8414_puts_it_and_names_the_issuer_as_it_is() {
    for (issuer, path, token) in [
        ("https://as.example.com", "", "https://as.example.com/token"),
        ("https://as.example.com/", "", "https://as.example.com/token"),
        ("https://as.example.com:8443", "", "https://as.example.com:8443/token"),
        ("https://as.example.com/tenant", "/tenant", "https://as.example.com/tenant/token"),
        ("https://as.example.com/tenant/", "/tenant", "https://as.example.com/tenant/token"),
        ("https://as.example.com/a/b:c", "/a/b:c", "https://as.example.com/a/b:c/token"),
        ("https://as.example.com/*", "/*", "https://as.example.com/*/token"),
        ("https://as.example.com/%C3%A9", "/%C3%A9", "https://as.example.com/%C3%A9/token"),
    ] {
        let server = Arc::new(machine(issuer, Endpoints::new()));
        let at = |path: String| {
            let router: Router = router(server.clone());
            async move {
                let request = Request::get(path).body(Body::empty()).expect("a request");
                router.oneshot(request).await.expect("infallible").map(|_| ()).status().as_u16()
            }
        };
        let peer = peer(machine(issuer, Endpoints::new()));
        let document = document(&peer).await;
        assert_eq!((&document["issuer"], &document["token_endpoint"]), (&json!(issuer), &json!(token)));
        assert_eq!(at(format!("{WELL_KNOWN}{path}")).await, 200, "{issuer}");
        for other in [
            format!("{WELL_KNOWN}{path}/"),
            format!("/x{path}{WELL_KNOWN}"),
            format!("{WELL_KNOWN}/other"),
            "/.well-known/oauth-authorization-serverx".to_owned(),
        ] {
            assert_eq!((at(other.clone()).await, peer.get(&other).await.status.as_u16()), (404, 404), "{issuer} {other}");
        }
        if !path.is_empty() {
            let appended = format!("{path}{WELL_KNOWN}");
            assert_eq!((at(appended.clone()).await, at(WELL_KNOWN.to_owned()).await), (404, 404));
            assert_eq!(peer.get(&appended).await.status, 404);
        }
    }
}

// shows: RFC8414-2-09, RFC8414-2-10
#[tokio::test]
async fn endpoints_are_advertised_and_served_where_they_were_put() {
    let endpoints = Endpoints::new().token("/oauth/token").and_then(|endpoints| endpoints.authorization("/login"));
    let endpoints = endpoints.and_then(|endpoints| endpoints.introspection("/oauth/token/introspect"));
    let endpoints = endpoints.and_then(|endpoints| endpoints.revocation("/token")).expect("endpoints");
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com/tenant"))
        .storage(MemoryStore::new())
        .endpoints(endpoints)
        .scopes(Scope::parse("read write").expect("a scope"))
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(Introspection::new())
        .enable(Revocation::new())
        .build();
    let peer = peer(server);
    let document = document(&peer).await;
    for (member, path) in [
        ("token_endpoint", "/tenant/oauth/token"),
        ("authorization_endpoint", "/tenant/login"),
        ("introspection_endpoint", "/tenant/oauth/token/introspect"),
        ("revocation_endpoint", "/tenant/token"),
    ] {
        assert_eq!(document[member], format!("https://as.example.com{path}"));
        assert_eq!(peer.send(of(Method::OPTIONS, path)).await.status, 204, "{member}");
    }
    assert_eq!(document["scopes_supported"], json!(["read", "write"]));
    assert_eq!(document["code_challenge_methods_supported"], json!(["S256"]));
    for path in
        ["/login", "/oauth/token", "/token", "/tenant/authorize", "/tenant/introspect", "/tenant/revoke", "/tenantx/login"]
    {
        assert_eq!(peer.send(of(Method::OPTIONS, path)).await.status, 404, "{path}");
    }
}

/// RFC 6749 sections 3.1 and 3.2: no fragment. A query would be permitted; here nothing has one.
// shows: RFC6749-3.1-02, RFC6749-3.1-04, RFC6749-3.2-01, RFC6749-3.2-03, RFC7009-2-03
#[test]
fn a_path_with_a_query_or_a_fragment_is_no_endpoint() {
    type Set = fn(Endpoints, &str) -> Result<Endpoints, EndpointError>;
    for set in [Endpoints::authorization as Set, Endpoints::token, Endpoints::introspection, Endpoints::revocation] {
        for path in
            ["/x#y", "/x?y=z", "/x?", "/x#", "x", "", "/", "//x", "/x/", "/a/../x", "/x y", "/%78", "/.well-known/x", "https://x"]
        {
            let refused = set(Endpoints::new(), path);
            assert_eq!(refused, Err(EndpointError::Malformed(path.to_owned())));
        }
        assert!(set(Endpoints::new(), "/oauth2/v1.0/x_y-z~").is_ok());
    }
}

// shows: RFC8414-2-36, RFC8414-3.2-03, RFC9700-2.1.1-11
#[tokio::test]
async fn what_is_switched_off_is_not_advertised() {
    for (code, implicit, refresh, grants, response_types, challenges) in [
        (true, true, true, json!(["authorization_code", "implicit", "refresh_token"]), json!(["code", "token"]), json!(["S256"])),
        (true, false, false, json!(["authorization_code"]), json!(["code"]), json!(["S256"])),
        (false, true, true, json!(["implicit", "refresh_token"]), json!(["token"]), Value::Null),
        (false, false, false, json!([]), json!([]), Value::Null),
    ] {
        let document = document(&peer(switched(code, implicit, refresh))).await;
        let advertised = ["grant_types_supported", "response_types_supported", "code_challenge_methods_supported"];
        assert_eq!(advertised.map(|member| document[member].clone()), [grants, response_types, challenges]);
    }
}

/// Asks for the document of the server and then, through the router, at each path that an endpoint could have.
async fn assert_advertised_is_served<Sv: ServesOAuth>(server: Sv, routes: impl FnOnce(Arc<Sv>) -> Router) {
    let server = Arc::new(server);
    let router = routes(server.clone());
    let send = |request: Request<Bytes>| {
        let router = router.clone();
        async move {
            let response = router.oneshot(request.map(Body::from)).await.expect("infallible");
            let (parts, body) = response.into_parts();
            let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
            Answer::from(http::Response::from_parts(parts, body))
        }
    };
    let issuer = server.issuer();
    let document = send(of(Method::GET, &format!("{WELL_KNOWN}{}", issuer.path()))).await.json();
    for (endpoint, default) in
        [("authorization", "/authorize"), ("token", "/token"), ("introspection", "/introspect"), ("revocation", "/revoke")]
    {
        let advertised = document[format!("{endpoint}_endpoint")].as_str();
        let path = advertised.map_or(default, |url| url.strip_prefix(issuer.origin()).expect("an endpoint of this host"));
        let answer = send(of(Method::OPTIONS, path)).await;
        let own = send(of(Method::POST, path)).await;
        match (advertised, endpoint) {
            (None, _) => assert_eq!((answer.status.as_u16(), own.status.as_u16()), (404, 404), "{endpoint} {document}"),
            (Some(_), "authorization") => {
                assert_eq!((answer.status.as_u16(), answer.header("allow")), (204, "GET, POST, OPTIONS"));
                own.assert_page(400);
            }
            (Some(_), _) => {
                assert_eq!((answer.status.as_u16(), answer.header("allow")), (204, "POST, OPTIONS"));
                own.assert_error(400, "invalid_request");
            }
        }
    }
    assert_eq!(send(of(Method::GET, "/")).await.status, 404);
    assert_eq!(send(of(Method::GET, "/token/")).await.status, 404);
}

// shows: RFC8414-2-25, RFC8414-2-30
#[tokio::test]
async fn every_advertised_url_answers_at_its_path_and_nothing_else_does() {
    assert_advertised_is_served(legacy_server(&ManualClock::new(START), 0), |server| router_with(server, Approves)).await;
    assert_advertised_is_served(machine("https://as.example.com", Endpoints::new()), router).await;
    assert_advertised_is_served(machine("https://as.example.com/a/b", Endpoints::new()), router).await;
    assert_advertised_is_served(switched(false, false, false), |server| router_with(server, Approves)).await;
    let moved = Endpoints::new().token("/t").expect("a path");
    assert_advertised_is_served(machine("https://as.example.com:8443/x/", moved), router).await;
}

// shows: RFC8414-3.1-01, RFC8414-3.2-01
#[tokio::test]
async fn the_document_may_be_read_by_any_page_and_kept_for_some_minutes() {
    let peer = peer(machine("https://as.example.com", Endpoints::new()));
    let get = peer.get(WELL_KNOWN).await;
    assert_eq!((get.header("content-type"), get.header("cache-control")), ("application/json", "public, max-age=300"));
    assert_eq!(get.header("access-control-allow-origin"), "*");
    let head = peer.send(of(Method::HEAD, WELL_KNOWN)).await;
    assert_eq!(
        (get.header("content-length"), head.header("content-length")),
        (&*get.body.len().to_string(), &*get.body.len().to_string())
    );
    assert_eq!((head.status.as_u16(), &*head.body, head.headers), (200, "", get.headers));
    let options = peer.send(of(Method::OPTIONS, WELL_KNOWN)).await;
    assert_eq!((options.status.as_u16(), options.header("allow")), (204, "GET, HEAD, OPTIONS"));
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
        let answer = peer.send(of(method, WELL_KNOWN)).await;
        assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, "GET, HEAD, OPTIONS"));
    }
}

// shows: RFC8414-3-02
#[tokio::test]
async fn the_query_does_not_matter_and_the_clear_is_refused() {
    let peer = peer(machine("https://as.example.com", Endpoints::new()));
    assert_eq!(peer.get(&format!("{WELL_KNOWN}?x=1&x=%FF")).await.status, 200);
    let mut plain = of(Method::GET, WELL_KNOWN);
    plain.extensions_mut().insert(Transport::Plain);
    for request in [plain, of(Method::GET, &format!("http://as.example.com{WELL_KNOWN}"))] {
        peer.send(request).await.assert_error(400, "invalid_request");
    }
    assert_eq!(peer.get(&format!("https://as.example.com{WELL_KNOWN}")).await.status, 200);
}

#[tokio::test]
async fn a_server_that_is_switched_off_still_describes_itself() {
    let server = machine("https://as.example.com", Endpoints::new());
    server.set_available(false);
    document(&peer(server)).await;
}
