//! An API that asks for a stronger or a more recent sign-in than a token has (RFC 9470): from its challenge to a token that it takes, with
//! opaque tokens and with JWTs, without OpenID Connect.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::routing::get;
use bytes::Bytes;
use grantor::testing::Answer;
use grantor::{
    Administers, Approval, AuthenticationRequirements, Authorization, AuthorizationCode, AuthorizationServer, Authorized, Client,
    Clock as _, Code, Development, Es256, JwtAccessTokens, JwtVerifier, LocalVerifier, LoopbackIssuer, ManualClock, MemoryStore,
    OAuth21, RefreshToken, ResourceServer, Scope, ServesOAuth, SigningKeys, StepUp, SystemClock, Timestamp, TokenVerifier,
    issuer, required_authentication, required_scope, router_with,
};
use http::{Request, Response, header};
use tower::ServiceExt as _;

use crate::common::browser::Browser;
use crate::common::{CALLBACK, Decides, PKCE, START, VERIFIER, form, subject, with};
use crate::peers::Peer;

const API: &str = "https://api.example.com";

required_scope!(Pay = "pay");
required_scope!(Refund = "pay refund");
required_authentication!(Strong = acr "phr phrh");
required_authentication!(Recent = max_age 300);
required_authentication!(StrongAndRecent = acr "phr phrh", max_age 300);

macro_rules! server {
    ($clock:expr $(, $feature:expr)*) => {
        AuthorizationServer::builder()
            .profile(Development::<OAuth21>::new())
            .issuer(issuer!("https://as.example.com"))
            .storage(MemoryStore::new())
            .clock($clock.clone())
            .grant(AuthorizationCode::new())
            .grant(RefreshToken::new())
            .response_type(Code)
            $(.enable($feature))*
            .build()
    };
}

/// An API whose handlers ask for more and more.
fn api<V: TokenVerifier>(verifier: V, clock: &ManualClock) -> Router {
    let server = ResourceServer::new(verifier).clock(clock.clone());
    let layered = AuthenticationRequirements::none().acr_values("phr").expect("a class").max_age(60);
    let inside = Router::new().route("/layered", get(async || "in"));
    let inside = inside.layer(server.layer(Scope::parse("pay").expect("a scope")).authentication(layered));
    Router::new()
        .route("/any", get(async |_: Authorized<V, Pay>| "in"))
        .route("/strong", get(async |_: Authorized<V, Pay, Strong>| "in"))
        .route("/recent", get(async |_: Authorized<V, Pay, Recent>| "in"))
        .route("/both", get(async |_: Authorized<V, Pay, StrongAndRecent>| "in"))
        .route("/refund", get(async |_: Authorized<V, Refund, Strong>| "in"))
        .with_state(server)
        .merge(inside)
}

async fn asked(api: &Router, path: &str, token: &str) -> Answer {
    let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
    let response = api.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer");
    let (parts, body) = response.into_parts();
    Answer::from(Response::from_parts(parts, to_bytes(body, 10_000).await.expect("a body")))
}

fn app() -> Client {
    let client = Client::public("app").redirect_uri(CALLBACK).scope("pay refund");
    client.grant_types(["authorization_code", "refresh_token"]).build().expect("a client")
}

fn request<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [("response_type", "code"), ("client_id", "app"), ("redirect_uri", CALLBACK), ("scope", "pay")];
    with(&with(&usual, &PKCE), changes)
}

async fn post(server: &impl ServesOAuth, pairs: &[(&str, &str)]) -> Answer {
    let request = Request::post("/token").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    Answer::from(server.handle(request.body(Bytes::from(form(pairs))).expect("a request")).await)
}

/// The tokens for an approval.
async fn tokens(server: &impl Administers, parameters: &[(&str, &str)], approval: Approval) -> Answer {
    let request = Browser::default().request(server, parameters).await;
    let answer = Answer::from(server.complete(request.approve(approval)).await);
    let redeem = [
        ("grant_type", "authorization_code"),
        ("client_id", "app"),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
        ("code", &answer.code()),
    ];
    post(server, &redeem).await
}

/// Signed in with a password, some time ago.
fn with_a_password() -> Approval {
    Approval::by(subject("alice")).authenticated_at(START).acr("pwd").amr(["pwd"])
}

/// From the challenge to a token that is taken, as a client walks.
async fn walk(server: &impl Administers, api: &Router, clock: &ManualClock) {
    server.register_client(app()).await.expect("registered");
    let first = tokens(server, &request(&[]), with_a_password()).await;
    let token = first.member("access_token");
    asked(api, "/any", &token).await.assert_status(200);
    asked(api, "/recent", &token).await.assert_status(200);
    clock.advance(301);

    let challenge = asked(api, "/both", &token).await.challenge();
    assert_eq!(challenge["error"], "insufficient_user_authentication");
    assert!(!challenge.contains_key("scope"), "it has the scope: {challenge:?}");
    let (acr_values, max_age) = (&*challenge["acr_values"], &*challenge["max_age"]);
    assert_eq!((acr_values, max_age), ("phr phrh", "300"));

    // A refresh proves nothing anew.
    let refresh = first.member("refresh_token");
    let refreshed = post(server, &[("grant_type", "refresh_token"), ("client_id", "app"), ("refresh_token", &refresh)]).await;
    for path in ["/both", "/recent", "/strong", "/layered"] {
        asked(api, path, &refreshed.member("access_token")).await.assert_challenge("insufficient_user_authentication");
    }

    let asks = request(&[("acr_values", acr_values), ("max_age", max_age)]);
    let wanted = Browser::default().request(server, &asks).await;
    assert!(wanted.must_authenticate(Some(START)) && wanted.must_step_up(Some("pwd")) && !wanted.must_step_up(Some("phr")));
    // An application that overlooks it gets no code for the client.
    for overlooks in [with_a_password(), with_a_password().authenticated_at(grantor::Clock::now(clock))] {
        let request = Browser::default().request(server, &asks).await;
        let answer = Answer::from(server.complete(request.approve(overlooks)).await);
        assert!(["login_required", "unmet_authentication_requirements"].contains(&&*answer.redirected()["error"]), "{answer:?}");
    }
    let now = grantor::Clock::now(clock);
    let stronger = tokens(server, &asks, Approval::by(subject("alice")).authenticated_at(now).acr("phr").amr(["hwk"])).await;
    for path in ["/any", "/both", "/recent", "/strong", "/layered"] {
        asked(api, path, &stronger.member("access_token")).await.assert_status(200);
    }
    clock.advance(61);
    let challenge = asked(api, "/layered", &stronger.member("access_token")).await.challenge();
    assert_eq!((&*challenge["acr_values"], &*challenge["max_age"]), ("phr", "60"));
}

// shows: RFC9470-3-01, RFC9470-4-02, RFC9470-5-01
#[tokio::test]
async fn from_the_challenge_to_a_token_that_is_taken() {
    let clock = ManualClock::new(START);
    let server = server!(clock, StepUp::new(["phr", "phrh", "pwd"]));
    let verifier = LocalVerifier::new(server.storage().clone(), server.issuer().clone()).clock(clock.clone());
    walk(&server, &api(verifier, &clock), &clock).await;
}

#[tokio::test]
async fn the_same_with_jwts() {
    let clock = ManualClock::new(START);
    let keys = SigningKeys::ephemeral().algorithm(Es256);
    let server = Arc::new(server!(clock, keys, JwtAccessTokens::new(API), StepUp::new(["phr", "phrh", "pwd"])));
    server.ready().await.expect("keys");
    let verifier = JwtVerifier::new("https://as.example.com", API, server.clone()).clock(clock.clone());
    walk(&server, &api(verifier, &clock), &clock).await;
}

/// What is lacking besides is said in the same challenge.
// shows: RFC9470-3-02
#[tokio::test]
async fn a_token_that_lacks_the_scope_as_well_is_told_so() {
    let clock = ManualClock::new(START);
    let server = server!(clock);
    server.register_client(app()).await.expect("registered");
    let verifier = LocalVerifier::new(server.storage().clone(), server.issuer().clone()).clock(clock.clone());
    let api = api(verifier, &clock);
    let token = async |approval, scope| tokens(&server, &request(&[("scope", scope)]), approval).await.member("access_token");
    let weak = token(with_a_password(), "pay").await;
    let answer = asked(&api, "/refund", &weak).await;
    answer.assert_challenge("insufficient_user_authentication");
    assert_eq!(answer.challenge()["scope"], "pay refund");
    let strong = token(with_a_password().acr("phr"), "pay").await;
    asked(&api, "/refund", &strong).await.assert_challenge("insufficient_scope");
    let strong = token(with_a_password().acr("phr"), "pay refund").await;
    asked(&api, "/refund", &strong).await.assert_status(200);
    // Nobody says how they signed in.
    let silent = token(Approval::by(subject("alice")), "pay").await;
    for path in ["/strong", "/recent", "/both"] {
        asked(&api, path, &silent).await.assert_challenge("insufficient_user_authentication");
    }
    // A token that is none is none, before anything is said of a sign-in.
    asked(&api, "/strong", "unknown").await.assert_challenge("invalid_token");
}

// shows: RFC9470-5-02
#[tokio::test]
async fn a_way_to_sign_in_that_is_asked_for_is_had_or_the_request_fails() {
    let clock = ManualClock::new(START);
    let strict = server!(clock, StepUp::new(["phr", "pwd"]));
    let lax = server!(clock);
    for server in [&strict.storage(), &lax.storage()] {
        let checked = strict.check_client(app()).expect("a client that is served");
        grantor::ClientRegistry::put_client(*server, strict.issuer(), checked).await.expect("stored");
    }
    for (asked, said, expected) in [
        ("phr", "phr", None),
        ("phr", "pwd", Some("unmet_authentication_requirements")),
        ("other phr", "phr", None),
        ("other phr", "other", Some("unmet_authentication_requirements")),
        ("pwd phr", "pwd", None),
    ] {
        for (server, is_strict) in [(&strict as &dyn Completes, true), (&lax, false)] {
            let error = server.completes(asked, said).await;
            assert_eq!(error.as_deref(), expected.filter(|_| is_strict), "{asked} {said} {is_strict}");
        }
    }
    // None of them is one of this server's: nobody is asked.
    let unknown = |server: Authorization| match server {
        Authorization::Respond(response) => Answer::from(response).redirected().remove("error"),
        Authorization::Interact(_) => None,
    };
    let path = format!("/authorize?{}", form(&request(&[("acr_values", "other")])));
    let http = || Request::get(&path).body(Bytes::new()).expect("a request");
    assert_eq!(unknown(strict.authorization().handle(http()).await).as_deref(), Some("unmet_authentication_requirements"));
    assert_eq!(unknown(lax.authorization().handle(http()).await), None);
    // Nothing but spaces asks for nothing.
    let request = Browser::default().request(&strict, &request(&[("acr_values", "  ")])).await;
    assert_eq!(request.required_acr().count(), 0);
}

trait Completes {
    fn completes<'a>(&'a self, asked: &'a str, said: &'a str) -> grantor::Boxed<'a, Option<String>>;
}

impl<Sv: Administers> Completes for Sv {
    fn completes<'a>(&'a self, asked: &'a str, said: &'a str) -> grantor::Boxed<'a, Option<String>> {
        Box::pin(async move {
            let request = Browser::default().request(self, &request(&[("acr_values", asked)])).await;
            let approval = Approval::by(subject("alice")).acr(said);
            Answer::from(self.complete(request.approve(approval)).await).redirected().remove("error")
        })
    }
}

#[tokio::test]
async fn the_metadata_names_what_is_honoured() {
    let clock = ManualClock::new(START);
    let document = |values: &[&str]| server!(clock, StepUp::new(values.iter().copied())).metadata().document();
    assert_eq!(document(&["phr", "pwd", "phr"]).acr_values_supported, ["phr", "pwd"]);
    assert!(server!(clock).metadata().document().acr_values_supported.is_empty());
}

/// Alice is signed in with a password, for an hour; asked for more, she has a key at hand, and uses it.
const ALICE: Decides = Decides(|request| {
    let approval = Approval::by(subject("alice"));
    let now = SystemClock.now();
    let approval = match request.must_step_up(Some("pwd")) || request.must_authenticate(Some(an_hour_before(now))) {
        true => approval.authenticated_at(now).acr("phr").amr(["hwk"]),
        false => approval.authenticated_at(an_hour_before(now)).acr("pwd").amr(["pwd"]),
    };
    request.approve(approval)
});

fn an_hour_before(now: Timestamp) -> Timestamp {
    Timestamp::from_unix(now.as_unix() - 3_600)
}

/// A client that nobody here wrote reads the challenge, and comes back with a token that is taken.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn openid_client_steps_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(LoopbackIssuer::parse(&origin).expect("an issuer"))
        .storage(MemoryStore::new())
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code)
        .enable(StepUp::new(["phr", "phrh", "pwd"]))
        .build();
    server.register_client(app()).await.expect("registered");
    let server = Arc::new(server);
    let verifier = LocalVerifier::new(server.storage().clone(), server.issuer().clone());
    let api = Router::new().route("/both", get(async |_: Authorized<LocalVerifier<MemoryStore>, Pay, StrongAndRecent>| "in"));
    let router = router_with(server, ALICE).merge(api.with_state(ResourceServer::new(verifier)));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let order = serde_json::json!({
        "issuer": origin, "client_id": "app", "redirect_uri": CALLBACK, "scope": "pay", "api": format!("{origin}/both"),
    });
    let answer = tokio::task::spawn_blocking(move || Peer::Node("step_up_peer.mjs").ask(&order)).await.expect("no panic");
    let Some(answer) = answer else { return };
    assert_eq!(
        (&answer["refused"]["status"], &answer["refused"]["error"]),
        (&401.into(), &"insufficient_user_authentication".into())
    );
    assert_eq!((&answer["refused"]["acr_values"], &answer["refused"]["max_age"]), (&"phr phrh".into(), &"300".into()));
    assert_eq!((&answer["taken"]["status"], &answer["taken"]["body"]), (&200.into(), &"in".into()), "{answer}");
}
