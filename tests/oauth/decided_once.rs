//! A request that waits is decided once: two clicks, Enter twice, a reload of the answer, Back. Whoever decides the same again in the
//! same browser gets the first answer, and the storage still sees hashes only.

use grantor::{
    Approval, ApprovalContext, AuthorizationCode, AuthorizationRequest, AuthorizationServer, Client, ClientSecret, Code,
    CodeToken, Decision, Development, ErrorCode, ExtraParameters, FamilyStore, Implicit, Introspection, ManualClock, Nothing,
    OAuthError, PendingPerBrowser, PendingRequests, RefreshToken, Respond, ResumeError, Rfc6749, Scope, SuspendsRequests, Token,
    TokenHash, Yes, extension_response_type, issuer,
};

use crate::common::browser::Browser;
use crate::common::watched_store::{Failure, WatchedStore, key};
use crate::common::{Answer, CALLBACK, CHALLENGE, Decides, Peer, SECRET, START, VERIFIER, basic, subject, with};

/// A response type of the application's, which says more than a code.
struct CodeAndMore;
extension_response_type!(CodeAndMore = "code_and_more", code: Yes, access_token: grantor::No);

impl<S: FamilyStore> Respond<S> for CodeAndMore {
    async fn extra(&self, cx: &ApprovalContext<'_, S>) -> Result<ExtraParameters, OAuthError> {
        Ok(ExtraParameters::none().parameter("who", cx.subject().as_str())?.parameter("at", cx.now().as_unix().to_string())?)
    }
}

type Server = AuthorizationServer<
    WatchedStore,
    (AuthorizationCode, RefreshToken, Implicit),
    (Code, Token, CodeToken, Nothing, CodeAndMore),
    (Introspection,),
    Development<Rfc6749>,
>;

struct App {
    server: Server,
    store: WatchedStore,
    clock: ManualClock,
}

const ALL: [&str; 5] = ["code", "token", "code token", "none", "code_and_more"];

async fn app() -> App {
    let (store, clock) = (WatchedStore::default(), ManualClock::new(START));
    let server = AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(store.clone())
        .clock(clock.clone())
        .pending_per_browser(PendingPerBrowser::new(8).expect("a limit"))
        .pending_requests(PendingRequests::new(100).expect("a limit"))
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .grant(Implicit::new())
        .response_type(Code)
        .response_type(Token)
        .response_type(CodeToken)
        .response_type(Nothing)
        .response_type(CodeAndMore)
        .enable(Introspection::new())
        .build();
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let client = Client::confidential("app", &secret).redirect_uri(CALLBACK).scope("read write").introspects_any_token();
    let client = client.grant_types(["authorization_code", "refresh_token", "implicit"]).response_types(ALL);
    server.register_client(client.build().expect("a client")).await.expect("a registration");
    App { server, store, clock }
}

const REQUEST: [(&str, &str); 6] = [
    ("response_type", "code"),
    ("client_id", "app"),
    ("scope", "read write"),
    ("state", "xyz"),
    ("code_challenge", CHALLENGE),
    ("code_challenge_method", "S256"),
];

fn approve(request: AuthorizationRequest) -> Decision {
    request.approve(Approval::by(subject("alice")))
}

fn approve_some(request: AuthorizationRequest) -> Decision {
    request.approve(Approval::by(subject("alice")).scope(Scope::parse("read").expect("a scope")))
}

fn approve_as_bob(request: AuthorizationRequest) -> Decision {
    request.approve(Approval::by(subject("bob")))
}

fn reject(request: AuthorizationRequest) -> Decision {
    request.reject(OAuthError::new(ErrorCode::extension("login_required"), "nobody is signed in"))
}

impl App {
    async fn begin(&self, browser: &mut Browser, response_type: &str) -> String {
        browser.begin_with(&self.server, &with(&REQUEST, &[("response_type", response_type)])).await
    }

    async fn decide(&self, browser: &Browser, handle: &str, decide: fn(AuthorizationRequest) -> Decision) -> Answer {
        match browser.resume(&self.server, handle).await {
            Ok(request) => Answer::from(self.server.authorization().complete(decide(request)).await),
            Err(error) => Answer::from(error.into_response()),
        }
    }

    fn count(&self, step: &str) -> usize {
        self.store.steps().iter().filter(|taken| **taken == step).count()
    }
}

#[track_caller]
fn assert_same(one: &Answer, other: &Answer) {
    assert_eq!((one.status, &one.headers, &one.body), (other.status, &other.headers, &other.body));
}

/// The same, with what was left of the access token's life then.
#[track_caller]
fn assert_same_after(age: u64, one: &Answer, first: &Answer) {
    let mut headers = first.headers.clone();
    if let Some(seconds) = first.redirected().get("expires_in") {
        let left = seconds.parse::<u64>().expect("seconds") - age;
        let location = headers["location"].to_str().expect("a text");
        let location = location.replace(&format!("expires_in={seconds}"), &format!("expires_in={left}"));
        headers.insert("location", location.parse().expect("a header"));
    }
    assert_eq!((one.status, &one.headers, &one.body), (first.status, &headers, &first.body));
}

#[tokio::test]
async fn whoever_decides_the_same_again_gets_the_first_answer() {
    for decide in [approve, approve_some, AuthorizationRequest::deny, reject] {
        for response_type in ALL {
            let (app, mut browser) = (app().await, Browser::default());
            let handle = app.begin(&mut browser, response_type).await;
            let first = app.decide(&browser, &handle, decide).await;
            assert_eq!(first.status, 303, "{first:?}");
            let mut age = 0;
            for seconds in [0, 7, 52] {
                app.clock.advance(seconds);
                age += seconds;
                assert_same_after(age, &app.decide(&browser, &handle, decide).await, &first);
            }
            assert!(app.count("begin_family") <= 1);
            assert!(browser.resume(&app.server, &handle).await.expect("the request").is_decided());
            let more = first.redirected();
            if response_type == "code_and_more" && !more.contains_key("error") {
                assert_eq!((&*more["who"], &*more["at"]), ("alice", "1700000000"));
            }
        }
    }
}

#[tokio::test]
async fn of_two_clicks_at_once_both_get_the_same_answer_and_there_is_one_authorization() {
    for response_type in ALL {
        let (app, mut browser) = (app().await, Browser::default());
        let handle = app.begin(&mut browser, response_type).await;
        // Both were looked up before either was decided.
        let mut requests = Vec::new();
        for _ in 0..3 {
            requests.push(browser.resume(&app.server, &handle).await.expect("the request"));
        }
        let mut answers = Vec::new();
        for request in requests {
            answers.push(Answer::from(app.server.authorization().complete(approve(request)).await));
            app.clock.advance(1);
        }
        assert_same_after(1, &answers[1], &answers[0]);
        assert_same_after(2, &answers[2], &answers[0]);
        let sent = answers[0].redirected();
        assert!(!sent.contains_key("error"), "{sent:?}");

        // What was answered is good, once.
        let App { server, clock, .. } = app;
        let peer = Peer::new(server, Decides(AuthorizationRequest::deny), clock);
        let client = basic("app", SECRET);
        if let Some(token) = sent.get("access_token") {
            let claims = peer.post("/introspect", Some(&client), &[("token", token)]).await.json();
            assert_eq!((&claims["active"], &claims["sub"]), (&true.into(), &"alice".into()));
        }
        if let Some(code) = sent.get("code") {
            let redemption = [("grant_type", "authorization_code"), ("code", code), ("code_verifier", VERIFIER)];
            peer.post("/token", Some(&client), &redemption).await.assert_ok();
            peer.post("/token", Some(&client), &redemption).await.assert_error(400, "invalid_grant");
        }
    }
}

/// What was granted is not given to somebody who decided otherwise: not to another person in the same browser, nor against a no.
#[tokio::test]
async fn whoever_decides_otherwise_gets_a_page_and_nothing_for_the_client() {
    let ways = [approve, approve_some, approve_as_bob, AuthorizationRequest::deny];
    for (first, one) in ways.iter().enumerate() {
        for (second, other) in ways.iter().enumerate().filter(|(second, _)| *second != first) {
            for at_once in [false, true] {
                let (app, mut browser) = (app().await, Browser::default());
                let handle = app.begin(&mut browser, "code").await;
                let early = browser.resume(&app.server, &handle).await.expect("the request");
                assert_eq!(app.decide(&browser, &handle, *one).await.status, 303);
                let answer = match at_once {
                    true => Answer::from(app.server.authorization().complete(other(early)).await),
                    false => app.decide(&browser, &handle, *other).await,
                };
                answer.assert_page(400);
                assert!(answer.body.contains("completed before"), "{first} {second}: {}", answer.body);
            }
        }
    }
}

#[tokio::test]
async fn an_answer_is_given_again_for_as_long_as_its_code_lives() {
    for (seconds, again) in [(59, true), (60, false), (500, false)] {
        let (app, mut browser) = (app().await, Browser::default());
        let handle = app.begin(&mut browser, "code").await;
        let early = browser.resume(&app.server, &handle).await.expect("the request");
        let first = app.decide(&browser, &handle, approve).await;
        app.clock.advance(seconds);
        let late = Answer::from(app.server.authorization().complete(approve(early)).await);
        let second = app.decide(&browser, &handle, approve).await;
        for answer in [second, late] {
            match again {
                true => assert_same(&answer, &first),
                false => answer.assert_page(400),
            }
        }
    }
    // And a refusal until the request expires, when nothing is known of it any more.
    let (app, mut browser) = (app().await, Browser::default());
    let handle = app.begin(&mut browser, "code").await;
    let first = app.decide(&browser, &handle, AuthorizationRequest::deny).await;
    app.clock.advance(599);
    assert_same(&app.decide(&browser, &handle, AuthorizationRequest::deny).await, &first);
    let early = browser.resume(&app.server, &handle).await.expect("the request");
    app.clock.advance(1);
    assert!(matches!(browser.resume(&app.server, &handle).await, Err(ResumeError::NotFound)));
    assert_same(&Answer::from(app.server.authorization().complete(early.deny()).await), &first);
}

#[tokio::test]
async fn what_expired_while_its_person_looked_at_it_begins_nothing() {
    let (app, mut browser) = (app().await, Browser::default());
    for response_type in ALL {
        for decide in [approve, AuthorizationRequest::deny] {
            let handle = app.begin(&mut browser, response_type).await;
            let request = browser.resume(&app.server, &handle).await.expect("the request");
            app.clock.advance(600);
            Answer::from(app.server.authorization().complete(decide(request)).await).assert_page(400);
        }
    }
}

#[tokio::test]
async fn another_browser_gets_no_answer() {
    let (app, mut browser, mut other) = (app().await, Browser::default(), Browser::default());
    let handle = app.begin(&mut browser, "code").await;
    app.begin(&mut other, "code").await;
    assert_eq!(app.decide(&browser, &handle, approve).await.status, 303);
    for stranger in [other, Browser::default()] {
        assert!(matches!(stranger.resume(&app.server, &handle).await, Err(ResumeError::NotFound)));
    }
}

// shows: RFC6749-10.3-01, RFC6749-10.4-02
#[tokio::test]
async fn the_storage_sees_neither_code_nor_token_nor_what_they_are_derived_from() {
    for decide in [approve, AuthorizationRequest::deny] {
        let (app, mut browser) = (app().await, Browser::default());
        let handle = app.begin(&mut browser, "code token").await;
        let first = app.decide(&browser, &handle, decide).await.redirected();
        app.decide(&browser, &handle, decide).await;
        let handed = app.store.handed();
        for name in ["code", "access_token"] {
            if let Some(value) = first.get(name) {
                assert!(handed.contains(&key(&TokenHash::of(value))), "the store is not handed what this test looks for");
                assert!(!handed.contains(value), "{handed}");
            }
        }
        let (_, cookie) = browser.cookies.first().expect("a cookie");
        for secret in [&*handle, cookie] {
            assert!(!handed.contains(secret) && !handed.contains(&key(&TokenHash::of(secret))), "{handed}");
        }
    }
}

#[tokio::test]
async fn a_storage_that_failed_decided_nothing_and_the_person_may_try_again() {
    let (app, mut browser) = (app().await, Browser::default());
    for (response_type, step) in [("code", "begin_family"), ("none", "decide_pending")] {
        let handle = app.begin(&mut browser, response_type).await;
        app.store.fail(step, Failure::Broken);
        assert_eq!(app.decide(&browser, &handle, approve).await.query()["error"], "server_error");
        app.store.heal();
        assert!(!app.decide(&browser, &handle, approve).await.query().contains_key("error"));
    }
    // To refuse, nothing has to be kept.
    let handle = app.begin(&mut browser, "code").await;
    app.store.fail("decide_pending", Failure::Broken);
    assert_eq!(app.decide(&browser, &handle, AuthorizationRequest::deny).await.query()["error"], "access_denied");
}

#[tokio::test]
async fn a_person_is_not_disturbed_by_what_other_sites_make_their_browser_ask_for() {
    let (app, mut browser) = (app().await, Browser::default());
    let own = app.begin(&mut browser, "code").await;
    let mut last = String::new();
    for _ in 0..90 {
        last = app.begin(&mut browser, "code").await;
    }
    // There is always room for the next one, and what its person has begun stays.
    let next = app.begin(&mut browser, "code").await;
    for handle in [last, own, next] {
        assert!(app.decide(&browser, &handle, approve).await.query().contains_key("code"));
    }
}

#[tokio::test]
async fn a_server_that_keeps_no_more_says_so_until_there_is_room() {
    let app = app().await;
    let mut browsers = Vec::new();
    for _ in 0..100 {
        let mut browser = Browser::default();
        let handle = app.begin(&mut browser, "code").await;
        browsers.push((browser, handle));
    }
    let mut late = Browser::default();
    let refused = async || {
        let request = Browser::default().request(&app.server, &REQUEST).await;
        let error = app.server.suspend(request).await.expect_err("no room");
        Answer::from(ResumeError::from(error).into_response())
    };
    app.clock.advance(100);
    let answer = refused().await;
    answer.assert_page(503);
    assert_eq!(answer.header("retry-after"), "500");
    assert!(answer.body.contains("temporarily_unavailable"), "{}", answer.body);
    assert_eq!(app.count("put_pending"), 100, "and the storage is not asked");
    // Whoever has begun can go on, from page to page, and makes room when they have decided.
    let (browser, handle) = &browsers[0];
    let request = browser.resume(&app.server, handle).await.expect("the request");
    assert!(app.server.suspend(request).await.is_ok());
    app.decide(browser, handle, approve).await;
    app.decide(browser, handle, approve).await;
    app.begin(&mut late, "code").await;
    refused().await.assert_page(503);
    app.clock.advance(500);
    app.begin(&mut late, "code").await;
}
