//! The server as a `tower::Service` and as an axum router: routes, cross-origin access, sizes, transport, several issuers.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use bytes::Bytes;
use grantor::{
    AuthorizationCode, AuthorizationServer, Client, ClientCredentials, ClientSecret, Code, Development, ErasedServer,
    Introspection, Issuer, ManualClock, MemoryStore, OAuth21, OAuthService, Password, Revocation, Rfc6749, Transport, issuer,
    router, router_with,
};
use http::{HeaderValue, Method, Request};
use tower::ServiceExt as _;

use crate::common::watched_store::{Failure, WatchedStore};
use crate::common::{
    self, Answer, Approves, CALLBACK, Legacy, OneUser, Peer, SECRET, START, basic, fixture, form, legacy_server_on,
    register_fixture_clients,
};

const METADATA: &str = "/.well-known/oauth-authorization-server";
const REQUEST: [(&str, &str); 4] =
    [("response_type", "code"), ("client_id", "pub"), ("redirect_uri", CALLBACK), ("state", "xyz")];

/// What the router answers.
async fn send<B: Into<Body>>(router: &Router, request: Request<B>) -> Answer {
    let response = router.clone().oneshot(request.map(Into::into)).await.expect("infallible");
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
    Answer::from(http::Response::from_parts(parts, body))
}

fn get(uri: &str) -> Request<Bytes> {
    Request::get(uri).body(Bytes::new()).expect("a request")
}

fn post(uri: &str, authorization: &str, body: impl Into<Bytes>) -> Request<Bytes> {
    let request = Request::post(uri).header("content-type", "application/x-www-form-urlencoded");
    request.header("authorization", authorization).body(body.into()).expect("a request")
}

/// A request that succeeds.
fn client_credentials(uri: &str) -> Request<Bytes> {
    post(uri, &basic("conf", SECRET), "grant_type=client_credentials&scope=read")
}

fn of(method: Method, uri: &str) -> Request<Bytes> {
    Request::builder().method(method).uri(uri).body(Bytes::new()).expect("a request")
}

async fn watched() -> (WatchedStore, Arc<Legacy<WatchedStore>>) {
    let store = WatchedStore::default();
    let server = legacy_server_on(store.clone(), &ManualClock::new(START), 0);
    register_fixture_clients(&server).await;
    (store, Arc::new(server))
}

#[tokio::test]
async fn all_endpoints_answer_through_the_tower_service_and_through_the_router() {
    let Peer { server, service, .. } = fixture().await;
    let router = router_with(server, Approves);
    let authorize = format!("/authorize?{}", form(&REQUEST));
    let own = |path: &str| post(path, &basic("conf", SECRET), "token=x");
    for (request, status) in [
        (get(METADATA), 200),
        (get(&authorize), 302),
        (client_credentials("/token"), 200),
        (own("/introspect"), 200),
        (own("/revoke"), 200),
        (get("/token"), 405),
        (get("/"), 404),
        (get("/Token"), 404),
        (get("/token/"), 404),
        (get("//token"), 404),
        (get("/tok%65n"), 404),
        (get("/authorize/x"), 404),
        (client_credentials("/token?grant_type=password"), 200),
    ] {
        let uri = request.uri().clone();
        let answer = Answer::from(service.clone().oneshot(request.clone()).await.expect("infallible"));
        assert_eq!(answer.status, status, "{uri}: {answer:?}");
        assert_eq!(send(&router, request).await.status, status, "{uri}");
    }
    for (path, has) in [("/token", true), ("/authorize", true), (METADATA, true), ("/", false), ("/token/", false)] {
        assert_eq!(service.has_route(path), has, "{path}");
    }
}

// shows: RFC7662-4-14, RFC7009-2.3-02, RFC7009-2.3-03
#[tokio::test]
async fn a_wrong_method_is_refused_with_the_right_ones() {
    let router = router_with(fixture().await.server, Approves);
    for (path, wrong, allow) in [
        ("/token", &[Method::GET, Method::HEAD, Method::PUT, Method::DELETE, Method::PATCH][..], "POST, OPTIONS"),
        ("/introspect", &[Method::GET, Method::HEAD, Method::PUT, Method::DELETE], "POST, OPTIONS"),
        ("/revoke", &[Method::GET, Method::HEAD, Method::PUT, Method::DELETE], "POST, OPTIONS"),
        (METADATA, &[Method::POST, Method::PUT, Method::DELETE], "GET, HEAD, OPTIONS"),
        ("/authorize", &[Method::HEAD, Method::PUT, Method::DELETE], "GET, POST, OPTIONS"),
    ] {
        for method in wrong {
            let answer = send(&router, of(method.clone(), path)).await;
            assert_eq!((answer.status.as_u16(), answer.header("allow"), &*answer.body), (405, allow, ""), "{method} {path}");
        }
        let answer = send(&router, of(Method::OPTIONS, path)).await;
        assert_eq!((answer.status.as_u16(), answer.header("allow")), (204, allow), "{path}");
    }
}

#[track_caller]
fn assert_readable_by_any_page(answer: &Answer) {
    assert_eq!(answer.header("access-control-allow-origin"), "*", "{answer:?}");
    let exposed = answer.header("access-control-expose-headers");
    for name in ["WWW-Authenticate", "Retry-After"] {
        assert!(exposed.split(", ").any(|own| own == name), "{exposed}");
    }
    assert!(!answer.headers.contains_key("access-control-allow-credentials"));
}

#[track_caller]
fn assert_readable_by_no_page(answer: &Answer) {
    assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control")), "{answer:?}");
}

// shows: RFC7009-2.3-01, RFC9700-2.6-07
#[tokio::test]
async fn direct_endpoints_can_be_read_by_any_page_also_when_they_refuse() {
    let (store, server) = watched().await;
    let router = router_with(server.clone(), Approves);
    let conf = basic("conf", SECRET);
    let token = send(&router, client_credentials("/token")).await;
    let token = format!("token={}", token.member("access_token"));
    let answers = [
        (send(&router, get(METADATA)).await, 200),
        (send(&router, client_credentials("/token")).await, 200),
        (send(&router, post("/introspect", &conf, token.clone())).await, 200),
        (send(&router, post("/revoke", &conf, token)).await, 200),
        (send(&router, post("/token", &conf, "")).await, 400),
        (send(&router, post("/token", &basic("conf", "wrong"), "grant_type=client_credentials")).await, 401),
        (send(&router, post("/introspect", "Bearer x", "token=x")).await, 401),
        (send(&router, post("/revoke", &conf, "")).await, 400),
        (send(&router, get("/token")).await, 405),
        (send(&router, of(Method::PUT, METADATA)).await, 405),
    ];
    for (answer, status) in answers {
        assert_eq!(answer.status, status);
        assert_readable_by_any_page(&answer);
    }
    store.fail("client", Failure::Broken);
    let answer = send(&router, client_credentials("/token")).await;
    assert_eq!(answer.status, 500);
    assert_readable_by_any_page(&answer);
    server.set_available(false);
    let answer = send(&router, client_credentials("/token")).await;
    assert_eq!(answer.status, 503);
    assert_readable_by_any_page(&answer);
}

fn preflight(path: &str, method: &str) -> Request<Bytes> {
    let request = Request::options(path).header("origin", "https://app.example.com");
    let request = request.header("access-control-request-method", method);
    request.header("access-control-request-headers", "authorization,content-type").body(Bytes::new()).expect("a request")
}

// shows: RFC7009-2.3-01, RFC9700-2.6-07
#[tokio::test]
async fn a_preflight_is_answered_with_the_methods_and_headers_of_the_endpoint() {
    let router = router_with(fixture().await.server, Approves);
    for (path, methods) in [
        ("/token", "POST, OPTIONS"),
        ("/introspect", "POST, OPTIONS"),
        ("/revoke", "POST, OPTIONS"),
        (METADATA, "GET, HEAD, OPTIONS"),
    ] {
        let answer = send(&router, preflight(path, "POST")).await;
        assert_eq!(answer.status, 204);
        assert_readable_by_any_page(&answer);
        assert_eq!(answer.header("access-control-allow-methods"), methods);
        assert_eq!(answer.header("access-control-allow-headers"), "authorization,content-type");
        assert_eq!(answer.header("access-control-max-age"), "3600");
        // OPTIONS that no browser sent in advance is not a preflight.
        let answer = send(&router, of(Method::OPTIONS, path)).await;
        assert_eq!(answer.header("access-control-allow-methods"), "");
    }
}

/// What programs in browsers add by themselves, such as for tracing or for MCP: there is no complete list.
#[tokio::test]
async fn a_preflight_is_granted_the_headers_that_it_asks_for() {
    let router = router_with(fixture().await.server, Approves);
    let usual = "Authorization, Content-Type";
    let long = |length: usize| "x".repeat(length);
    for (asked, granted) in [
        ("mcp-protocol-version,traceparent", "mcp-protocol-version,traceparent"),
        ("authorization,content-type,mcp-protocol-version", "authorization,content-type,mcp-protocol-version"),
        ("dpop , X-A\t,x-b", "dpop , X-A\t,x-b"),
        (&*long(1024), &*long(1024)),
        (&*long(1025), usual),
        ("", usual),
        ("traceparent,", usual),
        ("trace parent", usual),
        ("traceparent;q=1", usual),
        ("traceparent: 1", usual),
        ("\"traceparent\"", usual),
        ("tr\u{e4}ceparent", usual),
    ] {
        for path in ["/token", "/introspect", "/revoke", METADATA] {
            let mut request = preflight(path, "GET");
            let asked = HeaderValue::from_bytes(asked.as_bytes()).expect("a header");
            request.headers_mut().insert("access-control-request-headers", asked.clone());
            let answer = send(&router, request).await;
            assert_eq!(answer.status, 204);
            assert_readable_by_any_page(&answer);
            assert_eq!(answer.header("access-control-allow-headers"), granted, "{path}: {asked:?}");
            assert_eq!(answer.header("vary"), "access-control-request-headers");
        }
    }
    let mut request = preflight("/token", "POST");
    request.headers_mut().remove("access-control-request-headers");
    assert_eq!(send(&router, request).await.header("access-control-allow-headers"), usual);
}

// shows: RFC9700-2.6-08
#[tokio::test]
async fn the_authorization_endpoint_can_be_read_by_no_page() {
    let (_, server) = watched().await;
    let router = router_with(server, Approves);
    let query = form(&REQUEST);
    let with_origin = |mut request: Request<Bytes>| {
        request.headers_mut().insert("origin", "https://app.example.com".parse().expect("a header"));
        request
    };
    for (request, status) in [
        (get(&format!("/authorize?{query}")), 302),
        (get(&format!("/authorize?{query}&response_mode=form_post")), 200),
        (get("/authorize"), 400),
        (post("/authorize", "", query.clone()), 200),
        (of(Method::PUT, "/authorize"), 405),
        (preflight("/authorize", "GET"), 204),
        (preflight("/authorize", "POST"), 204),
        (preflight("/nowhere", "POST"), 404),
    ] {
        let answer = send(&router, with_origin(request)).await;
        assert_eq!(answer.status, status);
        assert_readable_by_no_page(&answer);
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_in_the_manner_of_the_endpoint() {
    let router = router_with(fixture().await.server, Approves);
    let conf = basic("conf", SECRET);
    let of_length = |start: &str, length: usize| start.to_owned() + &"x".repeat(length - start.len());
    let token = "grant_type=client_credentials&scope=read&x=";
    let limit = 64 * 1024;
    assert_eq!(send(&router, post("/token", &conf, of_length(token, limit))).await.status, 200);
    for length in [limit + 1, limit + 2, 10 * limit] {
        for path in ["/token", "/introspect", "/revoke"] {
            let answer = send(&router, post(path, &conf, of_length(token, length))).await;
            answer.assert_error(400, "invalid_request");
            assert!(answer.member("error_description").contains("too long"));
            assert_readable_by_any_page(&answer);
        }
        let answer = send(&router, post("/authorize", "", of_length(&form(&REQUEST), length))).await;
        answer.assert_page(400);
        assert_readable_by_no_page(&answer);
        // Where the body means nothing, neither does its length.
        let request = Request::get(METADATA).body(of_length("", length)).expect("a request");
        assert_eq!(send(&router, request).await.status, 200);
    }
}

/// What an application's own routes share.
#[derive(Clone)]
struct AppState {
    greeting: &'static str,
}

#[tokio::test]
async fn the_routers_merge_with_one_that_has_state() {
    let chain = AuthorizationServer::builder().profile(Development::<OAuth21>::new()).storage(MemoryStore::new());
    let machines = chain.issuer(issuer!("https://as.example.com/machines")).grant(ClientCredentials::new()).build();
    let app: Router<AppState> = Router::new().route("/", axum::routing::get(async |State(app): State<AppState>| app.greeting));
    let app = app.merge(router_with(fixture().await.server, Approves)).merge(router(Arc::new(machines)));
    let router = app.with_state(AppState { greeting: "hello" });
    assert_eq!(send(&router, get("/")).await.body, "hello");
    assert_eq!(send(&router, client_credentials("/token")).await.status, 200);
    send(&router, client_credentials("/machines/token")).await.assert_error(401, "invalid_client");
    assert_eq!(send(&router, get(&format!("{METADATA}/machines"))).await.status, 200);
}

#[tokio::test]
async fn an_erased_server_stands_behind_the_router() {
    let (_, server) = watched().await;
    let erased = ErasedServer::new(Arc::into_inner(server).expect("the only owner"));
    let router = router_with(Arc::new(erased), Approves);
    assert_eq!(send(&router, get(METADATA)).await.json()["issuer"], "https://as.example.com");
    let answer = send(&router, get(&format!("/authorize?{}", form(&REQUEST)))).await;
    let redemption = [("grant_type", "authorization_code"), ("client_id", "pub"), ("redirect_uri", CALLBACK)];
    let code = answer.query().remove("code").expect("a code");
    let body = form(&redemption) + "&code=" + &code;
    let request = Request::post("/token").header("content-type", "application/x-www-form-urlencoded").body(body);
    assert_eq!(send(&router, request.expect("a request")).await.status, 200);
    assert_eq!(send(&router, get("/nowhere")).await.status, 404);
}

#[tokio::test]
async fn a_server_without_authorization_endpoint_needs_nobody_to_decide() {
    let server = machine();
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let client = Client::confidential("conf", &secret).grant_types(["client_credentials"]).scope("read");
    server.register_client(client.build().expect("a client")).await.expect("a registration");
    let server = Arc::new(server);
    let (routes, service) = (router(server.clone()), OAuthService::new(server.clone()));
    assert_eq!(send(&routes, client_credentials("/token")).await.status, 200);
    // Erased, nobody knows that there is no authorization endpoint, and it still is not there.
    let erased = Peer::new(ErasedServer::new(machine()), Approves, ManualClock::new(START));
    for path in ["/authorize", "/introspect", "/revoke"] {
        for method in [Method::GET, Method::POST, Method::OPTIONS] {
            assert_eq!(send(&routes, of(method.clone(), path)).await.status, 404);
            assert_eq!(service.answer(of(method.clone(), path)).await.status(), 404);
            assert_eq!(erased.send(of(method, path)).await.status, 404);
        }
    }
}

/// A server without authorization endpoint.
fn machine() -> AuthorizationServer<MemoryStore, (ClientCredentials,), (), (), Development> {
    let chain = AuthorizationServer::builder().profile(Development::<OAuth21>::new()).issuer(issuer!("https://as.example.com"));
    chain.storage(MemoryStore::new()).grant(ClientCredentials::new()).build()
}

// shows: RFC6749-2.3.1-10, RFC6749-3.1-05, RFC6749-3.2-04, RFC6749-10.3-02, RFC6749-10.4-04, RFC6749-10.8-01, RFC6749-10.9-01
// shows: RFC7662-2-01, RFC7009-2-08
#[tokio::test]
async fn a_request_known_to_have_come_in_the_clear_is_refused_and_no_header_changes_that() {
    let router = router_with(fixture().await.server, Approves);
    let conf = basic("conf", SECRET);
    for (mark, scheme, accepted) in [
        (None, "", true),
        (None, "https://as.example.com", true),
        (None, "http://as.example.com", false),
        (Some(Transport::Tls), "", true),
        // As a proxy that speaks HTTP/2 without TLS to the application sends it.
        (Some(Transport::Tls), "http://as.example.com", true),
        (Some(Transport::Plain), "", false),
        (Some(Transport::Plain), "https://as.example.com", false),
    ] {
        for (name, value) in [
            ("x-ignored", "x"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-proto", "http"),
            ("forwarded", "proto=https;host=as.example.com"),
            ("forwarded", "proto=http"),
            ("x-forwarded-ssl", "on"),
            ("front-end-https", "on"),
        ] {
            let at = |mut request: Request<Bytes>| {
                request.headers_mut().insert(name, value.parse().expect("a header"));
                if let Some(mark) = mark {
                    request.extensions_mut().insert(mark);
                }
                request
            };
            let requests = [
                (client_credentials(&format!("{scheme}/token")), 200),
                (post(&format!("{scheme}/introspect"), &conf, "token=x"), 200),
                (post(&format!("{scheme}/revoke"), &conf, "token=x"), 200),
                (get(&format!("{scheme}/authorize?{}", form(&REQUEST))), 302),
                (get(&format!("{scheme}{METADATA}")), 200),
            ];
            for (request, status) in requests {
                let what = format!("{mark:?} {} {name}: {value}", request.uri());
                let answer = send(&router, at(request)).await;
                assert_eq!(answer.status.as_u16(), if accepted { status } else { 400 }, "{what}");
                assert!(accepted || answer.body.contains("TLS"), "{what}");
            }
        }
    }
}

/// One of several issuers on one storage.
async fn tenant(issuer: &str, store: &MemoryStore) -> Router {
    let server = AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(Issuer::parse(issuer).expect("an issuer"))
        .storage(store.clone())
        .grant(AuthorizationCode::new().pkce_optional())
        .grant(Password::new(OneUser))
        .response_type(Code)
        .enable(Introspection::new())
        .enable(Revocation::new())
        .build();
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let client = Client::confidential("conf", &secret).redirect_uri(CALLBACK).scope("read").introspects_any_token();
    let client = client.grant_types(["authorization_code", "password"]).build().expect("a client");
    server.register_client(client).await.expect("a registration");
    router_with(Arc::new(server), Approves)
}

#[tokio::test]
async fn two_issuers_share_a_router_and_a_storage_and_nothing_else() {
    let store = MemoryStore::new();
    let tenants = ["", "/tenant", "/tenant/b:c"];
    let mut router = Router::new();
    for path in tenants {
        router = router.merge(tenant(&format!("https://as.example.com{path}"), &store).await);
    }
    let conf = basic("conf", SECRET);
    for own in tenants {
        let metadata = send(&router, get(&format!("{METADATA}{own}"))).await.json();
        let issuer = format!("https://as.example.com{own}");
        assert_eq!(metadata["issuer"], issuer);
        assert_eq!(metadata["token_endpoint"], format!("{issuer}/token"));
        let authorize = common::with(&REQUEST, &[("client_id", "conf")]);
        let answer = send(&router, get(&format!("{own}/authorize?{}", form(&authorize)))).await;
        let sent = answer.query();
        assert_eq!(sent["iss"], issuer);
        let redemption = form(&[("grant_type", "authorization_code"), ("redirect_uri", CALLBACK), ("code", &sent["code"])]);
        for other in tenants.into_iter().filter(|other| *other != own) {
            let answer = send(&router, post(&format!("{other}/token"), &conf, redemption.clone())).await;
            answer.assert_error(400, "invalid_grant");
        }
        let answer = send(&router, post(&format!("{own}/token"), &conf, redemption)).await;
        let token = format!("token={}", answer.member("access_token"));
        for other in tenants.into_iter().filter(|other| *other != own) {
            assert_eq!(send(&router, post(&format!("{other}/revoke"), &conf, token.clone())).await.status, 200);
            let claims = send(&router, post(&format!("{other}/introspect"), &conf, token.clone())).await;
            assert_eq!(claims.body, r#"{"active":false}"#);
        }
        let claims = send(&router, post(&format!("{own}/introspect"), &conf, token)).await.json();
        assert_eq!((&claims["active"], &claims["iss"]), (&true.into(), &(*issuer).into()));
    }
}
