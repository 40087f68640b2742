//! What happens between an authorization request and its response: suspending it while its person signs in, bringing it back to
//! the browser that began it, and the decision.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use grantor::{
    Approval, Authorization, AuthorizationCode, AuthorizationRequest, AuthorizationServer, Client, ClientBuilder, ClientSecret,
    Code, CodeToken, Decision, Development, ErasedServer, ErrorCode, Implicit, Interaction, InteractionLifetime, Introspection,
    Issuer, ManualClock, Nothing, OAuth21, OAuthError, RefreshToken, ResponseMode, ResumeError, Rfc6749, Scope, Subject,
    Suspended, SuspendsRequests, Timestamp, Token, TokenHash, issuer, loopback_issuer,
};
use http::{HeaderMap, HeaderValue, Request, Response};

use crate::common::browser::Browser;
use crate::common::html_form::Form;
use crate::common::watched_store::{DRIVER, Failure, WatchedStore, key};
use crate::common::{self, Answer, CALLBACK, CHALLENGE, Decides, Peer, SECRET, START, VERIFIER, basic, form, subject};

type Server = AuthorizationServer<
    WatchedStore,
    (AuthorizationCode, RefreshToken, Option<Implicit>),
    (Code, Token, CodeToken, Nothing),
    (Introspection,),
    Development<Rfc6749>,
>;

/// How the server is set up, where that matters.
struct Setup {
    issuer: Issuer,
    implicit: Option<Implicit>,
    scopes: &'static str,
}

impl Default for Setup {
    fn default() -> Self {
        Self { issuer: issuer!("https://as.example.com"), implicit: Some(Implicit::new()), scopes: "read write admin" }
    }
}

fn server(store: &WatchedStore, clock: &ManualClock, setup: Setup) -> Server {
    AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(setup.issuer)
        .storage(store.clone())
        .clock(clock.clone())
        .scopes(Scope::parse(setup.scopes).expect("a scope"))
        .interaction_lifetime(InteractionLifetime::from_secs(300).expect("a lifetime"))
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .grant(setup.implicit)
        .response_type(Code)
        .response_type(Token)
        .response_type(CodeToken)
        .response_type(Nothing)
        .enable(Introspection::new())
        .build()
}

struct App {
    server: Server,
    store: WatchedStore,
    clock: ManualClock,
}

fn app_client() -> ClientBuilder {
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let client = Client::confidential("app", &secret).redirect_uri(CALLBACK).scope("read write");
    let grants = ["authorization_code", "refresh_token", "implicit"];
    client.grant_types(grants).response_types(["code", "token", "code token", "none"]).introspects_any_token()
}

async fn register(server: &Server, client: ClientBuilder) {
    server.register_client(client.build().expect("a client")).await.expect("a registration");
}

async fn app() -> App {
    let (store, clock) = (WatchedStore::default(), ManualClock::new(START));
    let server = server(&store, &clock, Setup::default());
    register(&server, app_client()).await;
    App { server, store, clock }
}

const REQUEST: [(&str, &str); 7] = [
    ("response_type", "code"),
    ("client_id", "app"),
    ("redirect_uri", CALLBACK),
    ("scope", "read write"),
    ("state", "a+b %\u{e9}"),
    ("code_challenge", CHALLENGE),
    ("code_challenge_method", "S256"),
];

async fn begin(browser: &mut Browser, app: &App) -> String {
    browser.begin_with(&app.server, &REQUEST).await
}

async fn complete(server: &Server, decision: Decision) -> Answer {
    Answer::from(server.authorization().complete(decision).await)
}

fn approval() -> Approval {
    Approval::by(subject("alice"))
}

#[track_caller]
fn assert_not_found(resumed: Result<AuthorizationRequest, ResumeError>) {
    assert!(matches!(resumed, Err(ResumeError::NotFound)), "{resumed:?}");
}

#[track_caller]
fn assert_client_changed(resumed: Result<AuthorizationRequest, ResumeError>) {
    assert!(matches!(resumed, Err(ResumeError::ClientChanged)), "{resumed:?}");
}

#[tokio::test]
async fn a_sign_in_is_not_lost_when_its_client_cannot_be_looked_up() {
    let (app, mut browser) = (app().await, Browser::default());
    let handle = begin(&mut browser, &app).await;
    app.store.fail("client", Failure::Broken);
    assert!(matches!(browser.resume(&app.server, &handle).await, Err(ResumeError::Store(_))));
    app.store.heal();
    assert!(browser.resume(&app.server, &handle).await.is_ok());
}

#[tokio::test]
async fn a_decision_is_completed_by_the_server_that_validated_the_request() {
    let app = app().await;
    let setup = Setup { issuer: issuer!("https://other.example.com"), ..Setup::default() };
    let other = server(&app.store, &app.clock, setup);
    for decide in [|request: AuthorizationRequest| request.approve(approval()), AuthorizationRequest::deny] {
        let request = Browser::default().request(&app.server, &REQUEST).await;
        complete(&other, decide(request)).await.assert_page(500);
    }
}

// shows: RFC9700-2.1-09, RFC9700-4.12-01, RFC9700-4.12-02
#[tokio::test]
async fn a_request_comes_back_as_it_was_and_ends_in_a_code_that_its_client_can_redeem() {
    let (app, mut browser) = (app().await, Browser::default());
    let pairs = common::with(&REQUEST, &[("response_mode", "fragment"), ("prompt", "login"), ("resource", "a b&c")]);
    let handle = browser.begin_with(&app.server, &pairs).await;
    let request = browser.resume(&app.server, &handle).await.expect("the request");
    assert_eq!((request.client().id().as_str(), request.scope().as_str()), ("app", "read write"));
    assert_eq!((request.redirect_uri(), request.response_type()), (CALLBACK, "code"));
    assert_eq!(request.response_mode(), ResponseMode::Fragment);
    assert_eq!((request.parameter("prompt"), request.parameter("resource")), (Some("login"), Some("a b&c")));

    let answer = complete(&app.server, request.approve(approval())).await;
    // It answers the POST of a form, perhaps one with a password (RFC 9700 section 4.12).
    assert_eq!(answer.status, 303);
    let sent = answer.fragment();
    assert_eq!((&*sent["state"], &*sent["iss"], &*sent["scope"]), ("a+b %\u{e9}", "https://as.example.com", "read write"));

    let peer = Peer::new(app.server, Decides(AuthorizationRequest::deny), app.clock);
    let redemption = [("grant_type", "authorization_code"), ("code", &*sent["code"]), ("redirect_uri", CALLBACK)];
    let conf = basic("app", SECRET);
    peer.post("/token", Some(&conf), &redemption).await.assert_error(400, "invalid_grant");
    let answer = peer.post("/token", Some(&conf), &common::with(&redemption, &[("code_verifier", VERIFIER)])).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let claims = peer.post("/introspect", Some(&conf), &[("token", &answer.member("access_token"))]).await.json();
    assert_eq!((&claims["sub"], &claims["scope"]), (&"alice".into(), &"read write".into()));
}

#[tokio::test]
async fn a_handle_is_good_until_the_request_is_decided_and_through_every_page() {
    let (app, mut browser) = (app().await, Browser::default());
    let handle = begin(&mut browser, &app).await;
    let cookies = browser.cookies.clone();
    for _ in 0..3 {
        let request = browser.resume(&app.server, &handle).await.expect("the request");
        assert!(!request.is_decided());
        let suspended = app.server.authorization().suspend(request).await.expect("suspended");
        browser.store(suspended.set_cookie());
        assert_eq!((suspended.handle(), &browser.cookies), (&*handle, &cookies));
    }
    assert_eq!(app.store.steps().iter().filter(|step| **step == "put_pending").count(), 1);
}

// shows: RFC6749-10.12-05
#[tokio::test]
async fn a_handle_is_good_in_the_browser_that_began_and_nobody_else_can_spoil_it() {
    let (app, mut browser, mut other) = (app().await, Browser::default(), Browser::default());
    let handle = begin(&mut browser, &app).await;
    let others = begin(&mut other, &app).await;
    assert_ne!(handle, others);
    assert_not_found(other.resume(&app.server, &handle).await);
    assert_not_found(Browser::default().resume(&app.server, &handle).await);
    let (name, value) = browser.cookies.first().expect("a cookie");
    for (name, value) in [
        (name.to_owned(), String::new()),
        (name.to_owned(), value[1..].to_owned()),
        (name.to_owned(), format!("{value}A")),
        (name.to_owned(), format!("\"{value}\"")),
        (name.to_lowercase(), value.replace('_', "-").to_lowercase()),
        (format!("x{name}"), value.clone()),
        (name[..name.len() - 1].to_owned(), value.clone()),
        (name.trim_start_matches("__Host-").to_owned(), value.clone()),
    ] {
        assert_not_found(Browser { cookies: vec![(name, value)] }.resume(&app.server, &handle).await);
    }
    for handle in ["", "x", &handle[1..], &format!("{handle}A"), &handle.to_lowercase(), &format!(" {handle}"), value] {
        assert_not_found(browser.resume(&app.server, handle).await);
    }
    // The attacker plants the handle of their own request in the victim's browser, to have the victim sign in to it.
    assert_not_found(browser.resume(&app.server, &others).await);
    assert!(other.resume(&app.server, &others).await.is_ok());
    assert!(browser.resume(&app.server, &handle).await.is_ok());
}

#[tokio::test]
async fn the_cookies_of_other_applications_do_not_matter() {
    let (app, mut browser) = (app().await, Browser::default());
    begin(&mut browser, &app).await;
    let own = browser.headers()["cookie"].to_str().expect("text").to_owned();
    let (name, _) = own.split_once('=').expect("a pair");
    for header in [
        format!("a=b; {own}; c"),
        format!("flag;{own}"),
        format!("caf\u{e9}=\u{fc}; {own}"),
        format!("{name}=forged; {own}"),
        format!("a=\"x\"; ;=; {own};"),
    ] {
        let handle = begin(&mut browser, &app).await;
        let mut headers = HeaderMap::new();
        headers.insert("cookie", HeaderValue::from_bytes(header.as_bytes()).expect("a header"));
        assert!(app.server.authorization().resume(&handle, &headers).await.is_ok(), "{header}");
    }
    // HTTP/2 may send each cookie in a header of its own, and latin-1 is not UTF-8.
    let handle = begin(&mut browser, &app).await;
    let mut headers = HeaderMap::new();
    headers.append("cookie", HeaderValue::from_bytes(b"caf\xe9=1").expect("a header"));
    headers.append("cookie", own.parse().expect("a header"));
    assert!(app.server.authorization().resume(&handle, &headers).await.is_ok());
}

#[tokio::test]
async fn a_handle_expires_at_the_lifetime_that_was_set_also_if_the_storage_forgets() {
    for store_forgets in [false, true] {
        for (seconds, good) in [(0, true), (299, true), (300, false), (100_000, false)] {
            let (app, mut browser) = (app().await, Browser::default());
            let handle = begin(&mut browser, &app).await;
            app.clock.advance(seconds);
            if store_forgets {
                app.store.keep_pending();
            }
            let resumed = browser.resume(&app.server, &handle).await;
            match good {
                true => assert!(resumed.is_ok(), "{seconds}"),
                false => assert_not_found(resumed),
            }
        }
    }
}

#[tokio::test]
async fn a_request_whose_client_changed_meanwhile_does_not_come_back() {
    let without = |types: &[&str]| {
        let grants = types.iter().map(|name| if *name == "token" { "implicit" } else { "authorization_code" });
        let grants: Vec<&str> = grants.chain(["refresh_token"]).collect();
        app_client().response_types(types.iter().copied()).grant_types(grants)
    };
    let moved = |uris: &[&str]| {
        let secret = ClientSecret::parse(SECRET).expect("a secret");
        let client = uris.iter().fold(Client::confidential("app", &secret), |client, uri| client.redirect_uri(*uri));
        client.scope("read write")
    };
    for (what, changed, good) in [
        ("nothing", app_client(), true),
        ("another redirect URI first", moved(&["https://other.example/cb", CALLBACK]), true),
        ("redirect URI replaced", moved(&["https://other.example/cb"]), false),
        ("redirect URI with a slash", moved(&["https://ownauth.com/callback/"]), false),
        ("response type withdrawn", without(&["token"]), false),
        ("other response type withdrawn", without(&["code"]), true),
        ("scope withdrawn", app_client().scope("read"), false),
        ("scope added", app_client().scope("read write admin"), true),
    ] {
        let (app, mut browser) = (app().await, Browser::default());
        let handle = begin(&mut browser, &app).await;
        register(&app.server, changed).await;
        let resumed = browser.resume(&app.server, &handle).await;
        match good {
            true => assert_eq!(resumed.expect(what).redirect_uri(), CALLBACK),
            false => {
                assert_client_changed(resumed);
                register(&app.server, app_client()).await;
                assert!(browser.resume(&app.server, &handle).await.is_ok(), "{what}: taken back");
            }
        }
    }
    let (app, mut browser) = (app().await, Browser::default());
    let handle = begin(&mut browser, &app).await;
    app.store.lose_client("app");
    assert_client_changed(browser.resume(&app.server, &handle).await);
}

#[tokio::test]
async fn a_request_that_the_server_no_longer_serves_does_not_come_back() {
    let same = Setup::default;
    for (setup, good) in [
        (same(), true),
        (Setup { implicit: None, ..same() }, false),
        (Setup { scopes: "read", ..same() }, false),
        // Another issuer on the same storage: another tenant.
        (Setup { issuer: issuer!("https://as.example.com/tenant"), ..same() }, false),
    ] {
        let (app, mut browser) = (app().await, Browser::default());
        let handle = browser.begin_with(&app.server, &common::with(&REQUEST, &[("response_type", "token")])).await;
        // The application was started again, set up otherwise, on the same storage.
        let restarted = server(&app.store, &app.clock, setup);
        assert_eq!(browser.resume(&restarted, &handle).await.is_ok(), good);
    }
}

#[tokio::test]
async fn the_cookie_is_a_host_cookie_over_tls_and_a_plain_one_on_a_loopback_address() {
    let attributes = |suspended: &Suspended| {
        let text = suspended.set_cookie().to_str().expect("text").to_owned();
        let (pair, attributes) = text.split_once("; ").expect("attributes");
        let (name, value) = pair.split_once('=').expect("a pair");
        assert_eq!(value.len(), 43);
        (name.strip_suffix(&value[..6]).expect("the beginning of the value").to_owned(), attributes.to_owned())
    };
    let app = app().await;
    let request = Browser::default().request(&app.server, &REQUEST).await;
    let suspended = app.server.authorization().suspend(request).await.expect("suspended");
    assert!(suspended.set_cookie().is_sensitive());
    assert_eq!(suspended.handle().len(), 49);
    let expected = ("__Host-grantor-browser-".to_owned(), "Max-Age=300; Path=/; HttpOnly; SameSite=Lax; Secure".to_owned());
    assert_eq!(attributes(&suspended), expected);
    for secret in [suspended.handle(), suspended.set_cookie().to_str().expect("text")] {
        assert!(!format!("{suspended:?} {:?}", suspended.set_cookie()).contains(secret));
    }

    let local = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(loopback_issuer!("http://localhost:8080"))
        .storage(WatchedStore::default())
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .build();
    let client = Client::public("app").redirect_uri(CALLBACK).scope("read write").build().expect("a client");
    local.register_client(client).await.expect("a registration");
    let request = Request::get(format!("/authorize?{}", form(&REQUEST))).body(Bytes::new()).expect("a request");
    let Authorization::Interact(request) = local.authorization().handle(request).await else { panic!("a valid request") };
    let suspended = local.authorization().suspend(request).await.expect("suspended");
    let expected = ("grantor-browser-".to_owned(), "Max-Age=600; Path=/; HttpOnly; SameSite=Lax".to_owned());
    assert_eq!(attributes(&suspended), expected);
}

#[tokio::test]
async fn two_tabs_of_one_browser_do_not_disturb_each_other() {
    for first_tab_first in [true, false] {
        let (app, mut browser) = (app().await, Browser::default());
        let first = browser.begin_with(&app.server, &common::with(&REQUEST, &[("state", "first")])).await;
        let cookies = browser.cookies.clone();
        let second = browser.begin_with(&app.server, &common::with(&REQUEST, &[("state", "second")])).await;
        assert_eq!(browser.cookies, cookies);
        let order =
            if first_tab_first { [(&first, "first"), (&second, "second")] } else { [(&second, "second"), (&first, "first")] };
        for (handle, state) in order {
            let request = browser.resume(&app.server, handle).await.expect("the request");
            assert_eq!(complete(&app.server, request.deny()).await.query()["state"], state);
        }
    }
}

/// A browser that restores its windows asks for all of them before any answer with a cookie has come.
#[tokio::test]
async fn tabs_that_begin_at_once_do_not_strand_each_other() {
    for count in [2, 16] {
        let app = app().await;
        let mut browser = Browser::default();
        let mut handles = Vec::new();
        for _ in 0..count {
            let mut tab = Browser::default();
            handles.push(begin(&mut tab, &app).await);
            browser.cookies.extend(tab.cookies);
        }
        assert_eq!(browser.cookies.len(), count);
        // From now on it has some, and gets no more of them.
        handles.push(begin(&mut browser, &app).await);
        assert_eq!(browser.cookies.len(), count);
        for handle in handles {
            let request = browser.resume(&app.server, &handle).await.expect("the request");
            let suspended = app.server.authorization().suspend(request).await.expect("suspended");
            let request = browser.resume(&app.server, suspended.handle()).await.expect("the request again");
            assert!(complete(&app.server, request.approve(approval())).await.query().contains_key("code"));
        }
    }
}

/// With a form from another site the browser sends no cookies, and is given one more each time.
#[tokio::test]
async fn however_many_cookies_other_sites_had_it_given_the_next_sign_in_works() {
    let (app, mut browser) = (app().await, Browser::default());
    for _ in 0..40 {
        let mut foreign = Browser::default();
        begin(&mut foreign, &app).await;
        browser.cookies.extend(foreign.cookies);
        let handle = begin(&mut browser, &app).await;
        assert!(browser.resume(&app.server, &handle).await.is_ok());
        let mut posted = Browser::default();
        let handle = begin(&mut posted, &app).await;
        browser.cookies.extend(posted.cookies);
        assert!(browser.resume(&app.server, &handle).await.is_ok(), "beside {} cookies", browser.cookies.len());
    }
}

#[tokio::test]
async fn a_request_can_be_suspended_again_from_login_to_consent() {
    let (app, mut browser) = (app().await, Browser::default());
    let login = begin(&mut browser, &app).await;
    let request = browser.resume(&app.server, &login).await.expect("the request");
    // The cookie arrived long ago: the second page need not set another.
    let suspended = app.server.authorization().suspend(request).await.expect("suspended");
    let request = browser.resume(&app.server, suspended.handle()).await.expect("the request");
    let answer = complete(&app.server, request.approve(approval())).await;
    assert!(answer.query().contains_key("code"));
}

// shows: RFC6749-3.3-01, RFC9700-2.3-01
#[tokio::test]
async fn what_is_approved_is_granted_and_never_more_than_was_asked_for() {
    let app = app().await;
    let scopeless = Client::public("scopeless").redirect_uri(CALLBACK);
    register(&app.server, scopeless).await;
    for (client, asked, approved, granted) in [
        ("app", "read write", None, Ok(Some("read write"))),
        ("app", "", None, Ok(Some("read write"))),
        ("app", "read", None, Ok(Some("read"))),
        ("app", "read write", Some("write"), Ok(Some("write"))),
        ("app", "read", Some("write read admin"), Ok(Some("read"))),
        ("app", "write read", Some("read write"), Ok(Some("write read"))),
        ("app", "read", Some("write"), Err("access_denied")),
        ("app", "read", Some(""), Err("access_denied")),
        ("scopeless", "", None, Ok(None)),
        ("scopeless", "", Some("read"), Ok(None)),
    ] {
        let pairs = common::with(&REQUEST, &[("client_id", client), ("scope", asked)]);
        let request = Browser::default().request(&app.server, &pairs).await;
        let approval = match approved {
            Some(scope) => approval().scope(Scope::parse(scope).expect("a scope")),
            None => approval(),
        };
        let sent = complete(&app.server, request.approve(approval)).await.query();
        let result = match sent.get("error") {
            Some(error) => Err(error.as_str()),
            None => Ok(sent.get("scope").map(String::as_str)),
        };
        assert_eq!((result, sent.contains_key("code")), (granted, granted.is_ok()), "{asked} {approved:?}");
        assert_eq!(sent["state"], "a+b %\u{e9}");
    }
}

// shows: RFC6749-4.1.2.1-06
#[tokio::test]
async fn denial_and_rejection_reach_the_client_in_the_mode_that_it_asked_for() {
    let app = app().await;
    let own = || OAuthError::new(ErrorCode::extension("login_required"), "nobody is signed in");
    for denied in [true, false] {
        for (response_type, mode) in [("code", "query"), ("code", "fragment"), ("token", ""), ("none", ""), ("code", "form_post")]
        {
            let pairs = common::with(&REQUEST, &[("response_type", response_type), ("response_mode", mode)]);
            let request = Browser::default().request(&app.server, &pairs).await;
            let answer = complete(&app.server, if denied { request.deny() } else { request.reject(own()) }).await;
            let sent: BTreeMap<String, String> = match (response_type, mode) {
                (_, "form_post") => Form::read(&answer.body).inputs.into_iter().collect(),
                ("token", _) | (_, "fragment") => answer.fragment(),
                _ => answer.query(),
            };
            let expected = if denied { "access_denied" } else { "login_required" };
            assert_eq!((&*sent["error"], &*sent["state"]), (expected, "a+b %\u{e9}"), "{answer:?}");
            assert_eq!(sent["iss"], "https://as.example.com");
            assert!(!sent.contains_key("code") && !sent.contains_key("access_token"));
        }
    }
    assert!(!app.store.steps().contains(&"begin_family"));
}

// shows: RFC6749-3.1-01
#[tokio::test]
async fn nothing_is_issued_before_the_approval() {
    let (app, mut browser) = (app().await, Browser::default());
    let handle = begin(&mut browser, &app).await;
    let request = browser.resume(&app.server, &handle).await.expect("the request");
    let decision = request.approve(approval());
    assert_eq!(app.store.steps(), ["put_client", "client", "put_pending", "find_pending", "client"]);
    complete(&app.server, decision).await;
    assert_eq!(app.store.steps().last(), Some(&"begin_family"));
}

// shows: RFC6749-10.3-01, RFC6749-10.4-02
#[tokio::test]
async fn the_storage_sees_hashes_and_no_secret() {
    let (app, mut browser) = (app().await, Browser::default());
    let handle = browser.begin_with(&app.server, &common::with(&REQUEST, &[("response_type", "code token")])).await;
    let request = browser.resume(&app.server, &handle).await.expect("the request");
    let sent = complete(&app.server, request.approve(approval())).await.fragment();
    let (code, token) = (&*sent["code"], &*sent["access_token"]);
    let store = app.store.clone();
    let peer = Peer::new(app.server, Decides(AuthorizationRequest::deny), app.clock);
    let client = basic("app", SECRET);
    let redemption = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)];
    let first = peer.post("/token", Some(&client), &common::with(&redemption, &[("code_verifier", VERIFIER)])).await;
    let refresh_token = first.member("refresh_token");
    let refreshing = [("grant_type", "refresh_token"), ("refresh_token", &*refresh_token)];
    let second = peer.post("/token", Some(&client), &refreshing).await;
    peer.post("/introspect", Some(&client), &[("token", token)]).await;

    let handed = store.handed();
    let (first_token, second_token) = (first.member("access_token"), second.member("access_token"));
    let successor = second.member("refresh_token");
    for value in [code, token, &first_token, &refresh_token, &second_token, &successor] {
        assert!(handed.contains(&key(&TokenHash::of(value))), "the store is not handed what this test looks for");
        assert!(!handed.contains(value), "{handed}");
    }
    let (_, cookie) = browser.cookies.first().expect("a cookie");
    for secret in [&*handle, cookie, VERIFIER, SECRET] {
        assert!(!handed.contains(secret), "{handed}");
    }
    // Neither the handle nor the cookie alone leads to the row.
    for half in [&*handle, cookie] {
        assert!(!handed.contains(&key(&TokenHash::of(half))));
    }
}

#[tokio::test]
async fn a_storage_that_fails_is_an_error_to_show_and_keeps_its_words_to_itself() {
    let (app, mut browser) = (app().await, Browser::default());
    app.store.fail("put_pending", Failure::Broken);
    let request = browser.request(&app.server, &REQUEST).await;
    assert!(app.server.authorization().suspend(request).await.is_err());
    app.store.heal();
    for (step, failure, status, retry_after) in [
        ("find_pending", Failure::Broken, 500, ""),
        ("find_pending", Failure::UnavailableFor(Duration::from_secs(9)), 503, "9"),
        ("client", Failure::Broken, 500, ""),
    ] {
        let handle = begin(&mut browser, &app).await;
        app.store.fail(step, failure);
        let error = browser.resume(&app.server, &handle).await.expect_err("no storage");
        let answer = Answer::from(error.into_response());
        answer.assert_page(status);
        assert_eq!((answer.header("retry-after"), answer.body.contains(DRIVER)), (retry_after, false));
        app.store.heal();
    }
}

#[tokio::test]
async fn a_request_that_does_not_come_back_is_a_page_that_says_what_to_do() {
    for (error, says) in [(ResumeError::NotFound, "another browser"), (ResumeError::ClientChanged, "no longer registered")] {
        let answer = Answer::from(error.into_response());
        answer.assert_page(400);
        assert!(answer.body.contains(says) && answer.body.contains("start again"), "{}", answer.body);
    }
}

#[tokio::test]
async fn who_approved_and_when_is_what_introspection_tells() {
    let app = app().await;
    let request = Browser::default().request(&app.server, &common::with(&REQUEST, &[("response_type", "token")])).await;
    let subject = Subject::new("248289761001").expect("a subject");
    let approval = Approval::by(subject).username("Alice").authenticated_at(Timestamp::from_unix(1_600_000_000));
    let sent = complete(&app.server, request.approve(approval)).await.fragment();
    let peer = Peer::new(app.server, Decides(AuthorizationRequest::deny), app.clock);
    let claims = peer.post("/introspect", Some(&basic("app", SECRET)), &[("token", &sent["access_token"])]).await.json();
    assert_eq!((&claims["sub"], &claims["username"]), (&"248289761001".into(), &"Alice".into()));
}

/// Signs people in on a page: for any server that can suspend requests.
struct LoginPage;

impl<Sv: SuspendsRequests> Interaction<Sv> for LoginPage {
    async fn decide(&self, server: &Sv, _: &Request<Bytes>, request: AuthorizationRequest) -> Decision {
        let Ok(suspended) = server.suspend(request).await else { return Response::new(Bytes::new()).into() };
        let mut page = Response::new(Bytes::from(suspended.handle().to_owned()));
        page.headers_mut().insert("set-cookie", suspended.set_cookie().clone());
        page.into()
    }
}

#[tokio::test]
async fn an_erased_server_suspends_and_resumes_behind_its_service() {
    let App { server, clock, .. } = app().await;
    let peer = Peer::new(ErasedServer::new(server), LoginPage, clock);
    let page = peer.authorize(&REQUEST).await;
    assert_eq!((page.status.as_u16(), page.location()), (200, ""));
    let mut browser = Browser::default();
    browser.store(&page.headers["set-cookie"]);
    let server: Arc<ErasedServer> = peer.server;
    assert!(matches!(server.resume(&page.body, &HeaderMap::new()).await, Err(ResumeError::NotFound)));
    let request = server.resume(&page.body, &browser.headers()).await.expect("the request");
    let answer = Answer::from(grantor::ServesOAuth::complete(&*server, request.approve(approval())).await);
    assert_eq!((answer.status.as_u16(), answer.query().contains_key("code")), (303, true));
}
