//! The resource server (RFC 6750) against a real authorization server, whose tokens it looks up or has introspected.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::FromRef;
use axum::routing::get;
use bytes::Bytes;
use grantor::storage::{FamilyId, FamilyRecord, FoundFamily, FoundToken, Issue, Spend, Spending, TokenDetails};
use grantor::{
    AccessTokenStore, AuthorizationServer, Authorized, Client, ClientCredentials, ClientRegistry, ClientSecret, ClientStore,
    Development, FamilyStore, HttpClient, Introspection, Issuer, LocalVerifier, MemoryStore, OAuth21, OAuthService, Presented,
    RemoteVerifier, ResourceServer, Scope, StoreError, Timestamp, TokenClaims, TokenHash, TokenVerifier, VerifierError, forward,
    issuer, lifetime, required_scope,
};
use http::request::Parts;
use http::{HeaderValue, Request, Response, StatusCode, header};
use tower::{Layer as _, ServiceExt as _, service_fn};

use crate::common::{Approves, Legacy, Peer, SECRET, START, basic, fixture, with};

const ENDPOINT: &str = "https://as.example.com/introspect";

/// The way to the authorization server.
struct Wire {
    service: OAuthService<Legacy, Approves>,
    asked: AtomicUsize,
    cut: AtomicBool,
}

impl Wire {
    fn to(peer: &Peer) -> Arc<Self> {
        Arc::new(Self { service: peer.service.clone(), asked: AtomicUsize::new(0), cut: AtomicBool::new(false) })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl HttpClient for Wire {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Box<dyn Error + Send + Sync>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.cut.load(Ordering::SeqCst) {
            return Err("no route to host".into());
        }
        Ok(self.service.answer(request).await)
    }
}

fn local(peer: &Peer) -> LocalVerifier<grantor::MemoryStore> {
    LocalVerifier::new(peer.server.storage().clone(), peer.server.issuer().clone()).clock(peer.clock.clone())
}

fn remote(peer: &Peer, wire: &Arc<Wire>) -> RemoteVerifier<Arc<Wire>> {
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    RemoteVerifier::new(ENDPOINT, "rs", &secret, wire.clone()).expect("a verifier").clock(peer.clock.clone())
}

fn bearer(token: &str) -> Parts {
    let request = Request::get("/").header(header::AUTHORIZATION, format!("Bearer {token}")).body(());
    request.expect("a request").into_parts().0
}

async fn is_accepted<V: TokenVerifier>(server: &ResourceServer<V>, token: &str) -> bool {
    match server.authenticate(&bearer(token), &Scope::empty()).await {
        Ok(_) => true,
        Err(challenge) => {
            assert_eq!((challenge.status().as_u16(), challenge.error()), (401, Some("invalid_token")));
            false
        }
    }
}

/// What holds for every verifier that asks each time.
async fn accepts_what_is_active<V: TokenVerifier>(peer: &Peer, server: ResourceServer<V>) {
    let password = [("grant_type", "password"), ("username", "username"), ("password", "password"), ("scope", "read")];
    let answer = peer.token_conf(&password).await;
    let (token, refresh_token) = (answer.member("access_token"), answer.member("refresh_token"));
    let claims = server.authenticate(&bearer(&token), &Scope::parse("read").expect("a scope")).await.expect("claims");
    assert_eq!((claims.subject(), claims.username(), claims.client_id()), (Some("username"), Some("username"), Some("conf")));
    assert_eq!((claims.scope().as_str(), claims.token_type()), ("read", Some("Bearer")));
    assert_eq!((claims.issuer(), claims.issued_at()), (Some("https://as.example.com"), Some(START)));
    assert_eq!(claims.expires_at(), Some(START.saturating_add_secs(600)));
    assert_eq!(claims.token_id(), peer.introspect(&token).await["jti"].as_str());

    // Only access tokens open doors.
    let code = peer.code("conf").await;
    for other in [&refresh_token, &code, "unknown", &token.to_lowercase()] {
        assert!(!is_accepted(&server, other).await, "{other}");
    }
    // Revoked, rotated, expired.
    let revoked = peer.token_conf(&password).await.member("access_token");
    assert!(is_accepted(&server, &revoked).await);
    peer.post("/revoke", Some(&basic("conf", SECRET)), &[("token", &revoked)]).await;
    assert!(!is_accepted(&server, &revoked).await);
    let request = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.as_str())];
    let next = peer.token_conf(&request).await.member("access_token");
    assert!(!is_accepted(&server, &token).await && is_accepted(&server, &next).await);
    peer.clock.advance(599);
    assert!(is_accepted(&server, &next).await);
    peer.clock.advance(1);
    assert!(!is_accepted(&server, &next).await);
}

// shows: RFC6749-7-01, RFC6750-3.1-02, RFC7009-2.1-07
#[tokio::test]
async fn a_resource_server_beside_the_store_accepts_what_is_active() {
    let peer = fixture().await;
    accepts_what_is_active(&peer, ResourceServer::new(local(&peer))).await;
}

#[tokio::test]
async fn a_resource_server_that_has_tokens_introspected_accepts_what_is_active() {
    let peer = fixture().await;
    let wire = Wire::to(&peer);
    accepts_what_is_active(&peer, ResourceServer::new(remote(&peer, &wire).cache(0, 0))).await;
}

#[tokio::test]
async fn both_verifiers_say_the_same_of_a_token() {
    let peer = fixture().await;
    let wire = Wire::to(&peer);
    let (token, _) = peer.tokens().await;
    let claims = |claims: Option<TokenClaims>| serde_json::to_value(claims.expect("claims")).expect("JSON");
    let request = bearer(&token);
    let presented = Presented::bearer(&token, &request);
    let by_store = claims(local(&peer).verify(&presented).await.expect("an answer"));
    assert_eq!(by_store, claims(remote(&peer, &wire).verify(&presented).await.expect("an answer")));
}

// ---- the cache -----------------------------------------------------------------------------------------------------------

// shows: RFC7662-2.2-18, RFC7662-4-16
#[tokio::test]
async fn a_revoked_token_is_accepted_for_the_cache_lifetime_and_not_a_second_longer() {
    for (cache, lifetime) in [(None, 10), (Some((100, 60)), 60), (Some((100, 1)), 1), (Some((100, 0)), 0), (Some((0, 60)), 0)] {
        let peer = fixture().await;
        let wire = Wire::to(&peer);
        let mut verifier = remote(&peer, &wire);
        if let Some((capacity, seconds)) = cache {
            verifier = verifier.cache(capacity, seconds);
        }
        let server = ResourceServer::new(verifier);
        let (token, _) = peer.tokens().await;
        assert!(is_accepted(&server, &token).await);
        peer.post("/revoke", None, &[("client_id", "pub"), ("token", &token)]).await;
        for age in 0..=lifetime {
            peer.clock.set(START.saturating_add_secs(age));
            assert_eq!(is_accepted(&server, &token).await, age < lifetime, "{cache:?} {age}");
        }
        // Being asked for does not prolong it.
        assert_eq!(wire.asked(), 2, "{cache:?}");
    }
}

// shows: RFC7662-4-18
#[tokio::test]
async fn no_token_is_accepted_beyond_its_expiry_whatever_the_cache() {
    let peer = fixture().await;
    let wire = Wire::to(&peer);
    let client = Client::public("short").grant_types(["password"]).scope("read");
    peer.register(client.access_token_lifetime(lifetime!(AccessTokenLifetime, 3))).await;
    let request = [("grant_type", "password"), ("username", "username"), ("password", "password"), ("client_id", "short")];
    let token = peer.token(&request).await.member("access_token");
    let server = ResourceServer::new(remote(&peer, &wire).cache(100, 600));
    for age in [0, 2, 3] {
        peer.clock.set(START.saturating_add_secs(age));
        assert_eq!(is_accepted(&server, &token).await, age < 3, "{age}");
    }
}

#[tokio::test]
async fn the_cache_is_bounded_and_made_up_tokens_do_not_fill_it() {
    let peer = fixture().await;
    let wire = Wire::to(&peer);
    let server = ResourceServer::new(remote(&peer, &wire).cache(4, 600));
    let mut tokens = Vec::new();
    for _ in 0..8 {
        tokens.push(peer.tokens().await.0);
    }
    assert!(is_accepted(&server, &tokens[0]).await);
    for made_up in 0..50 {
        assert!(!is_accepted(&server, &format!("made-up-{made_up}")).await);
    }
    let asked = wire.asked();
    assert!(is_accepted(&server, &tokens[0]).await);
    assert_eq!(wire.asked(), asked);
    // Eight good ones are more than it keeps: fewer than twice four.
    for token in &tokens[1..] {
        assert!(is_accepted(&server, token).await);
    }
    let asked = wire.asked();
    assert!(is_accepted(&server, &tokens[0]).await);
    assert_eq!(wire.asked(), asked + 1);
}

#[tokio::test]
async fn a_token_that_was_unknown_a_second_ago_is_asked_for_again() {
    let peer = fixture().await;
    let wire = Wire::to(&peer);
    let server = ResourceServer::new(remote(&peer, &wire));
    for (age, asked) in [(0, 1), (0, 1), (1, 2)] {
        peer.clock.set(START.saturating_add_secs(age));
        assert!(!is_accepted(&server, "unknown").await);
        assert_eq!(wire.asked(), asked);
    }
}

#[tokio::test]
async fn without_an_answer_no_token_is_good_or_bad() {
    let peer = fixture().await;
    let wire = Wire::to(&peer);
    let (token, other) = (peer.tokens().await.0, peer.tokens().await.0);
    let server = ResourceServer::new(remote(&peer, &wire));
    let ask = async |token: &str| {
        let Err(challenge) = server.authenticate(&bearer(token), &Scope::empty()).await else { panic!("accepted") };
        let response = challenge.to_response();
        assert!(!response.headers().contains_key(header::WWW_AUTHENTICATE));
        let retry_after = response.headers().get(header::RETRY_AFTER).map(|value| value.to_str().expect("text").to_owned());
        (response.status().as_u16(), retry_after)
    };
    assert!(is_accepted(&server, &token).await);
    let five = Some("5".to_owned());
    wire.cut.store(true, Ordering::SeqCst);
    assert_eq!(ask(&other).await, (503, five.clone()));
    // What is remembered still holds.
    assert!(is_accepted(&server, &token).await);
    wire.cut.store(false, Ordering::SeqCst);
    peer.server.set_available(false);
    assert_eq!(ask(&other).await, (503, five));
    peer.server.set_available(true);
    assert!(is_accepted(&server, &other).await);

    // The resource server's own credentials are wrong: that is no fault of the token either.
    let secret = ClientSecret::parse("another-secret-of-more-than-32-characters").expect("a secret");
    let server = ResourceServer::new(RemoteVerifier::new(ENDPOINT, "rs", &secret, wire.clone()).expect("a verifier"));
    let Err(challenge) = server.authenticate(&bearer(&token), &Scope::empty()).await else { panic!("accepted") };
    assert_eq!((challenge.status().as_u16(), challenge.error()), (500, Some("server_error")));
    // So it is where the endpoint is somewhere else.
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let elsewhere = RemoteVerifier::new("https://as.example.com/nothing", "rs", &secret, wire.clone()).expect("a verifier");
    let server = ResourceServer::new(elsewhere);
    let Err(challenge) = server.authenticate(&bearer(&token), &Scope::empty()).await else { panic!("accepted") };
    assert_eq!(challenge.status(), 500);
}

/// A client that is no resource server sees its own tokens only.
// shows: RFC7662-4-09
#[tokio::test]
async fn a_resource_server_without_the_right_to_introspect_accepts_its_own_tokens_only() {
    let peer = fixture().await;
    let wire = Wire::to(&peer);
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let verifier = RemoteVerifier::new(ENDPOINT, "conf", &secret, wire).expect("a verifier").clock(peer.clock.clone());
    let server = ResourceServer::new(verifier);
    let own = peer.token_conf(&[("grant_type", "client_credentials")]).await.member("access_token");
    assert!(is_accepted(&server, &own).await && !is_accepted(&server, &peer.tokens().await.0).await);
}

// ---- tokens that are bound to a key -----------------------------------------------------------------------------------------

const THUMBPRINT: &str = "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2";

/// Binds each access token to a certificate, as a server with mutual TLS does (RFC 8705 section 3.1).
#[derive(Clone)]
struct Binds(MemoryStore);

impl Binds {
    fn inner(&self) -> &MemoryStore {
        &self.0
    }
}

impl ClientStore for Binds {
    async fn client(&self, issuer: &Issuer, id: &str) -> Result<Option<Arc<Client>>, StoreError> {
        self.0.client(issuer, id).await
    }
}

impl ClientRegistry for Binds {
    forward!(ClientRegistry => MemoryStore, Self::inner);
}

impl FamilyStore for Binds {
    async fn begin_family(
        &self,
        issuer: &Issuer,
        family: FamilyRecord,
        mut issue: Issue,
        spend: Option<Spend>,
        now: Timestamp,
    ) -> Result<Spending, StoreError> {
        if let Some(token) = &mut issue.access_token {
            token.details = TokenDetails::from_json(&format!(r#"{{"v":2,"scope":"read","cnf":{{"x5t#S256":"{THUMBPRINT}"}}}}"#))?;
        }
        self.0.begin_family(issuer, family, issue, spend, now).await
    }
    async fn family(&self, issuer: &Issuer, id: &FamilyId, now: Timestamp) -> Result<Option<FoundFamily>, StoreError> {
        self.0.family(issuer, id, now).await
    }
    async fn revoke_family(&self, issuer: &Issuer, family: &FamilyId, now: Timestamp) -> Result<(), StoreError> {
        self.0.revoke_family(issuer, family, now).await
    }
}

impl AccessTokenStore for Binds {
    async fn find_access_token(&self, at: &Issuer, token: &TokenHash, now: Timestamp) -> Result<Option<FoundToken>, StoreError> {
        self.0.find_access_token(at, token, now).await
    }
    async fn revoke_access_token(&self, at: &Issuer, token: &TokenHash, now: Timestamp) -> Result<(), StoreError> {
        self.0.revoke_access_token(at, token, now).await
    }
}

type Machine = AuthorizationServer<Binds, (ClientCredentials,), (), (Introspection,), Development<OAuth21>>;

/// The way to the introspection endpoint of that server.
struct Asks(Arc<Machine>);

impl HttpClient for Asks {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Box<dyn Error + Send + Sync>> {
        Ok(self.0.introspection().handle(request).await)
    }
}

/// Knows the certificate of the client, which the TLS layer left in the extensions.
struct WithCertificates<V>(V);

#[derive(Clone)]
struct Certificate(&'static str);

impl<V: TokenVerifier> TokenVerifier for WithCertificates<V> {
    async fn verify(&self, presented: &Presented<'_>) -> Result<Option<TokenClaims>, VerifierError> {
        self.0.verify(presented).await
    }
    async fn proves_possession(&self, presented: &Presented<'_>, claims: &TokenClaims) -> Result<bool, VerifierError> {
        let expected = claims.confirmation().and_then(|keys| keys.get("x5t#S256")).and_then(|value| value.as_str());
        Ok(presented.extension().is_some_and(|Certificate(shown)| Some(*shown) == expected))
    }
}

/// Nobody uses a bound token without the key, whatever looks it up; with a verifier that checks the key, whoever has it does.
async fn asks_for_the_key<V: TokenVerifier>(token: &str, verifier: impl Fn() -> V) {
    let unchecked = ResourceServer::new(verifier());
    let checked = ResourceServer::new(Arc::new(WithCertificates(verifier())));
    for (shown, accepted) in [(None, false), (Some("another"), false), (Some(THUMBPRINT), true)] {
        let mut request = bearer(token);
        if let Some(thumbprint) = shown {
            request.extensions.insert(Certificate(thumbprint));
        }
        for (server, accepted) in [
            (unchecked.authenticate(&request, &Scope::empty()).await, false),
            (checked.authenticate(&request, &Scope::empty()).await, accepted),
        ] {
            let refused = server.map(|claims| assert_eq!(claims.token_type(), Some("Bearer"))).err();
            assert_eq!(refused.is_none(), accepted, "{shown:?}");
            let refused = refused.map(|challenge| (challenge.status().as_u16(), challenge.error()));
            assert!(refused.is_none_or(|refused| refused == (401, Some("invalid_token"))));
        }
    }
}

#[tokio::test]
async fn a_token_that_is_bound_to_a_key_is_no_bearer_token() {
    let store = Binds(MemoryStore::new());
    let builder = AuthorizationServer::builder().profile(Development::<OAuth21>::new()).issuer(issuer!("https://as.example.com"));
    let builder = builder.storage(store.clone()).grant(ClientCredentials::new()).enable(Introspection::new());
    let server: Arc<Machine> = Arc::new(builder.build());
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let client = Client::confidential("rs", &secret).grant_types(["client_credentials"]).scope("read").introspects_any_token();
    server.register_client(client.build().expect("a client")).await.expect("a registration");
    let post = |body: String| {
        let request = Request::post("/").header("content-type", "application/x-www-form-urlencoded");
        request.header("authorization", basic("rs", SECRET)).body(Bytes::from(body)).expect("a request")
    };
    let json = |response: Response<Bytes>| serde_json::from_slice::<serde_json::Value>(response.body()).expect("JSON");
    let response = json(server.token().handle(post("grant_type=client_credentials".to_owned())).await);
    let token = response["access_token"].as_str().expect("a token");

    // Whoever looks it up elsewhere learns to what it is bound.
    let introspected = json(server.introspection().handle(post(format!("token={token}"))).await);
    assert_eq!(introspected["cnf"], serde_json::json!({"x5t#S256": THUMBPRINT}));
    asks_for_the_key(token, || LocalVerifier::new(store.clone(), server.issuer().clone())).await;
    let remote = || RemoteVerifier::new(ENDPOINT, "rs", &secret, Asks(server.clone())).expect("a verifier");
    asks_for_the_key(token, remote).await;
}

// ---- answers of other servers ------------------------------------------------------------------------------------------------

/// An introspection endpoint of another product.
struct Other(&'static str);

impl HttpClient for Other {
    async fn send(&self, _: Request<Bytes>) -> Result<Response<Bytes>, Box<dyn Error + Send + Sync>> {
        Ok(Response::builder().header("content-type", "application/json").body(self.0.into())?)
    }
}

/// What is written oddly is understood where one thing alone can be meant; where something that matters cannot be understood, the
/// token is refused, so that its client gets another one. Only what is no answer is the fault of the server.
#[tokio::test]
async fn odd_answers_are_understood_or_the_token_is_refused() {
    for (answer, expected) in [
        (r#"{"active":true,"token_type":"Bearer","exp":4102444800.0,"scope":["read"],"sub":42,"iat":"1700000000"}"#, Ok("42")),
        (r#"{"active":true,"token_type":"Bearer","exp":"4102444800","scope":"read  write","sub":"al","nbf":{}}"#, Ok("al")),
        (r#"{"active":true,"token_type":"Bearer","exp":1700000000.9,"scope":"read"}"#, Err((401, Some("invalid_token")))),
        (r#"{"active":true,"token_type":"Bearer","exp":"tomorrow","scope":"read"}"#, Err((401, Some("invalid_token")))),
        (r#"{"active":true,"token_type":"Bearer","aud":[{}],"scope":"read"}"#, Err((401, Some("invalid_token")))),
        (r#"{"active":true,"token_type":"Bearer","cnf":"x","scope":"read"}"#, Err((401, Some("invalid_token")))),
        (r#"{"active":true,"token_type":"Bearer","scope":{"read":true}}"#, Err((403, Some("insufficient_scope")))),
        (r#"{"active":"yes"}"#, Err((500, Some("server_error")))),
    ] {
        let secret = ClientSecret::parse(SECRET).expect("a secret");
        let verifier = RemoteVerifier::new(ENDPOINT, "rs", &secret, Other(answer)).expect("a verifier");
        let server = ResourceServer::new(verifier.clock(|| START));
        let outcome = server.authenticate(&bearer("token"), &Scope::parse("read").expect("a scope")).await;
        let outcome = outcome.as_ref().map(|claims| claims.subject().unwrap_or_default());
        assert_eq!(outcome.map_err(|challenge| (challenge.status().as_u16(), challenge.error())), expected, "{answer}");
    }
}

// ---- challenges ----------------------------------------------------------------------------------------------------------

required_scope!(Read = "read");
required_scope!(Both = "read admin");

#[derive(Clone)]
struct App {
    resources: ResourceServer<RemoteVerifier<Arc<Wire>>>,
}

impl FromRef<App> for ResourceServer<RemoteVerifier<Arc<Wire>>> {
    fn from_ref(app: &App) -> Self {
        app.resources.clone()
    }
}

async fn who(claims: Authorized<RemoteVerifier<Arc<Wire>>>) -> String {
    claims.subject().unwrap_or_default().to_owned()
}

async fn read(claims: Authorized<RemoteVerifier<Arc<Wire>>, Read>) -> String {
    claims.into_claims().scope().to_string()
}

async fn both(_: Authorized<RemoteVerifier<Arc<Wire>>, Both>) -> &'static str {
    "never"
}

fn resources(peer: &Peer) -> ResourceServer<RemoteVerifier<Arc<Wire>>> {
    let server = ResourceServer::new(remote(peer, &Wire::to(peer))).realm("api").expect("a realm");
    server.resource_metadata("https://api.example.com/.well-known/oauth-protected-resource").expect("a URL")
}

/// A token of the scope `read`, and one that was revoked.
async fn two_tokens(peer: &Peer) -> (String, String) {
    let password = [("grant_type", "password"), ("username", "username"), ("password", "password"), ("scope", "read")];
    let good = peer.token(&with(&password, &[("client_id", "pub")])).await.member("access_token");
    let revoked = peer.token(&with(&password, &[("client_id", "pub")])).await.member("access_token");
    peer.post("/revoke", None, &[("client_id", "pub"), ("token", &revoked)]).await;
    (good, revoked)
}

/// What is expected of requests to a resource that requires `scope`: credentials, status, the parameters of the challenge after
/// `realm`.
fn cases(good: &str, revoked: &str) -> Vec<(Vec<String>, StatusCode, String)> {
    let metadata = r#"resource_metadata="https://api.example.com/.well-known/oauth-protected-resource""#;
    let challenge = |rest: &str| format!(r#"Bearer realm="api", {rest}{metadata}"#);
    let error = |code: &str, description: &str| {
        challenge(&format!(r#"error="{code}", error_description="{description}", scope="read", "#))
    };
    let no_credentials = challenge(r#"scope="read", "#);
    let malformed = error("invalid_request", "the Authorization header is not a scheme, a space and a token");
    let inactive = error("invalid_token", "the access token is unknown, expired or revoked");
    vec![
        (vec![format!("Bearer {good}")], StatusCode::OK, String::new()),
        (vec![format!("bearer   {good}")], StatusCode::OK, String::new()),
        (vec![], StatusCode::UNAUTHORIZED, no_credentials.clone()),
        (vec!["Basic Zm9vOmJhcg==".into()], StatusCode::UNAUTHORIZED, no_credentials.clone()),
        (vec![good.to_owned()], StatusCode::UNAUTHORIZED, no_credentials),
        (vec!["Bearer".into()], StatusCode::BAD_REQUEST, malformed.clone()),
        (vec![format!("Bearer {good} {good}")], StatusCode::BAD_REQUEST, malformed.clone()),
        (vec![format!("Bearer \"{good}\"")], StatusCode::BAD_REQUEST, malformed),
        (
            vec![format!("Bearer {good}"), format!("Bearer {good}")],
            StatusCode::BAD_REQUEST,
            error("invalid_request", "the request has more than one Authorization header"),
        ),
        (vec![format!("Bearer {revoked}")], StatusCode::UNAUTHORIZED, inactive.clone()),
        (vec!["Bearer unknown".into()], StatusCode::UNAUTHORIZED, inactive),
    ]
}

fn request_with(path: &str, credentials: &[String]) -> Request<Body> {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = path.parse().expect("a path");
    for value in credentials {
        request.headers_mut().append(header::AUTHORIZATION, HeaderValue::from_str(value).expect("a header"));
    }
    request
}

#[track_caller]
fn assert_answer<B>(response: &Response<B>, status: StatusCode, challenge: &str, case: &[String]) {
    assert_eq!(response.status(), status, "{case:?}");
    let sent: Vec<_> = response.headers().get_all(header::WWW_AUTHENTICATE).iter().collect();
    assert_eq!(sent, if challenge.is_empty() { vec![] } else { vec![challenge] }, "{case:?}");
}

// shows: RFC6749-7-01, RFC6749-7.2-01, RFC6750-2.1-02, RFC6750-2.3-05, RFC6750-3-01, RFC6750-3-02, RFC6750-3-03, RFC6750-3-04
// shows: RFC6750-3-05, RFC6750-3-06, RFC6750-3-07, RFC6750-3-08, RFC6750-3-09, RFC6750-3-10, RFC6750-3-11, RFC6750-3-13
// shows: RFC6750-3-15, RFC6750-3.1-01, RFC6750-3.1-02, RFC6750-3.1-04, RFC6750-3.1-05, RFC6750-3.1-06, RFC6750-5.2-03
// shows: RFC9700-2.3-06, RFC9700-2.3-07, RFC9700-2.3-08
#[tokio::test]
async fn the_extractor_answers_with_the_challenges_of_rfc_6750() {
    let peer = fixture().await;
    let (good, revoked) = two_tokens(&peer).await;
    let routes = Router::new().route("/who", get(who)).route("/read", get(read)).route("/both", get(both));
    let router: Router = routes.with_state(App { resources: resources(&peer) });
    for (credentials, status, challenge) in cases(&good, &revoked) {
        let response = router.clone().oneshot(request_with("/read", &credentials)).await.expect("an answer");
        assert_answer(&response, status, &challenge, &credentials);
        let body = to_bytes(response.into_body(), 1_000).await.expect("a body");
        let body = std::str::from_utf8(&body).expect("text");
        if status == 200 {
            assert_eq!(body, "read");
        } else {
            assert_eq!(body.is_empty(), !challenge.contains("error="), "{body}");
        }
    }
    let credentials = [format!("Bearer {good}")];
    let response = router.clone().oneshot(request_with("/both", &credentials)).await.expect("an answer");
    assert_eq!(response.status(), 403);
    let challenge = response.headers()[header::WWW_AUTHENTICATE].to_str().expect("text");
    assert!(challenge.contains(r#"error="insufficient_scope""#) && challenge.contains(r#"scope="read admin""#), "{challenge}");
    // Parameters are no credentials (RFC 6750 section 2.3 is not offered).
    for path in [format!("/who?access_token={good}"), "/who".to_owned()] {
        let response = router.clone().oneshot(request_with(&path, &[])).await.expect("an answer");
        assert_eq!(response.status(), 401, "{path}");
    }
    let response = router.oneshot(request_with("/who", &credentials)).await.expect("an answer");
    assert_eq!(to_bytes(response.into_body(), 1_000).await.expect("a body"), "username");
}

// shows: RFC6750-2.1-02, RFC6750-3-10
#[tokio::test]
async fn the_layer_answers_with_the_same_challenges_and_passes_the_claims_on() {
    let peer = fixture().await;
    let (good, revoked) = two_tokens(&peer).await;
    let layer = resources(&peer).layer(Scope::parse("read").expect("a scope"));
    let inside = service_fn(|request: Request<Body>| async move {
        let claims = request.extensions().get::<TokenClaims>().expect("claims");
        Ok::<_, std::convert::Infallible>(Response::new(Bytes::from(claims.client_id().unwrap_or_default().to_owned())))
    });
    let service = layer.layer(inside);
    for (credentials, status, challenge) in cases(&good, &revoked) {
        let response = service.clone().oneshot(request_with("/", &credentials)).await.expect("an answer");
        assert_answer(&response, status, &challenge, &credentials);
        if status == 200 {
            assert_eq!(response.body(), "pub");
        }
    }
}

// shows: RFC9700-2.3-03
#[tokio::test]
async fn a_token_without_the_audience_is_for_somebody_else() {
    let peer = fixture().await;
    let (token, _) = peer.tokens().await;
    let server = ResourceServer::new(local(&peer)).audience("https://api.example.com");
    assert!(!is_accepted(&server, &token).await);
}
