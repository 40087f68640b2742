//! The cookie by which a browser is known in which a request waits for its person: what other sites can make of it, and what it costs.

use bytes::Bytes;
use grantor::{
    Authorization, AuthorizationCode, AuthorizationServer, Client, Code, Development, OAuth21, RequestBytes, SuspendsRequests,
    issuer,
};
use http::{HeaderMap, HeaderName, HeaderValue, Request};

use crate::common::browser::Browser;
use crate::common::html_form::Form;
use crate::common::watched_store::WatchedStore;
use crate::common::{Answer, CALLBACK, CHALLENGE, Pairs, form, with};

type Server = AuthorizationServer<WatchedStore, (AuthorizationCode,), (Code,), (), Development<OAuth21>>;

async fn server(store: &WatchedStore) -> Server {
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com/tenant"))
        .storage(store.clone())
        .request_bytes(RequestBytes::new(65_536).expect("a limit"))
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .build();
    let client = Client::public("app").redirect_uri(CALLBACK).scope("read write").build().expect("a client");
    server.register_client(client).await.expect("a registration");
    server
}

const REQUEST: [(&str, &str); 5] = [
    ("response_type", "code"),
    ("client_id", "app"),
    ("state", "a+b %\u{e9}&"),
    ("code_challenge", CHALLENGE),
    ("code_challenge_method", "S256"),
];

const CROSS_SITE: [(&str, &str); 1] = [("sec-fetch-site", "cross-site")];
const SAME_ORIGIN: [(&str, &str); 1] = [("sec-fetch-site", "same-origin")];

/// Posts the request as a form. With what it comes is said by the headers.
async fn post(server: &Server, pairs: &[(&str, &str)], headers: HeaderMap, more: &[(&str, &str)]) -> Authorization {
    let mut request = Request::post("/authorize").header("content-type", "application/x-www-form-urlencoded");
    let all = request.headers_mut().expect("headers");
    all.extend(headers);
    for (name, value) in more {
        all.insert(HeaderName::try_from(*name).expect("a name"), HeaderValue::try_from(*value).expect("a value"));
    }
    server.authorization().handle(request.body(Bytes::from(form(pairs))).expect("a request")).await
}

/// The fields of the form that is to be posted again, from the page that is the answer.
#[track_caller]
fn asked_again(authorization: Authorization) -> Vec<(String, String)> {
    let Authorization::Respond(response) = authorization else { panic!("{authorization:?}") };
    let answer = Answer::from(response);
    assert_eq!((answer.status.as_u16(), answer.headers.contains_key("set-cookie")), (200, false), "{answer:?}");
    // So that browsers say from where it comes.
    assert_eq!(answer.header("referrer-policy"), "same-origin");
    let form = Form::read(&answer.body);
    assert_eq!((&*form.action, &*form.method), ("https://as.example.com/tenant/authorize", "post"));
    form.inputs
}

/// Another site makes the browser post; the browser does what it is answered, and keeps the cookies that it is given.
async fn made_to_post(browser: &mut Browser, server: &Server, pairs: &[(&str, &str)]) -> String {
    let request = match post(server, pairs, HeaderMap::new(), &CROSS_SITE).await {
        Authorization::Interact(request) => request,
        again => {
            let again = asked_again(again);
            let again: Pairs<'_> = again.iter().map(|(name, value)| (&**name, &**value)).collect();
            let Authorization::Interact(request) = post(server, &again, browser.headers(), &SAME_ORIGIN).await else {
                panic!("asked for once more")
            };
            request
        }
    };
    let suspended = server.suspend(request).await.expect("suspended");
    browser.store(suspended.set_cookie());
    suspended.handle().to_owned()
}

#[tokio::test]
async fn a_form_of_another_site_is_asked_for_again_with_the_cookies_that_the_browser_has() {
    let (server, mut browser) = (server(&WatchedStore::default()).await, Browser::default());
    let again = asked_again(post(&server, &REQUEST, HeaderMap::new(), &CROSS_SITE).await);
    assert!(again.iter().map(|(name, value)| (&**name, &**value)).eq(REQUEST));
    let handle = made_to_post(&mut browser, &server, &REQUEST).await;
    assert_eq!(browser.resume(&server, &handle).await.expect("the request").parameter("state"), None);
    let handle = made_to_post(&mut browser, &server, &REQUEST).await;
    assert!(browser.resume(&server, &handle).await.is_ok());
    assert_eq!(browser.cookies.len(), 1);
}

#[tokio::test]
async fn only_a_form_of_another_site_without_our_cookie_is_asked_for_again() {
    let (server, mut browser) = (server(&WatchedStore::default()).await, Browser::default());
    browser.begin_with(&server, &REQUEST).await;
    let mut other = HeaderMap::new();
    other.insert("cookie", HeaderValue::from_static("session=x; __Host-grantor-browser-abcdef=short"));
    for (headers, cookies, again) in [
        (&[][..], HeaderMap::new(), false),
        (&[("sec-fetch-site", "cross-site")], HeaderMap::new(), true),
        (&[("sec-fetch-site", "cross-site")], other, true),
        (&[("sec-fetch-site", "cross-site")], browser.headers(), false),
        (&[("sec-fetch-site", "same-origin")], HeaderMap::new(), false),
        (&[("sec-fetch-site", "same-site"), ("origin", "https://example.com")], HeaderMap::new(), false),
        (&[("sec-fetch-site", "none")], HeaderMap::new(), false),
        (&[("origin", "https://app.example.com")], HeaderMap::new(), true),
        (&[("origin", "null")], HeaderMap::new(), true),
        (&[("origin", "https://as.example.com")], HeaderMap::new(), false),
        (&[("origin", "https://as.example.com.evil.example")], HeaderMap::new(), true),
    ] {
        match post(&server, &REQUEST, cookies, headers).await {
            Authorization::Interact(_) => assert!(!again, "{headers:?}"),
            response => {
                assert!(again, "{headers:?}");
                asked_again(response);
            }
        }
    }
    // What is wrong is said of what comes then: a request is looked at once, as it may be good once.
    for (wrong, page) in [(("response_type", "nonsense"), false), (("client_id", "nobody"), true)] {
        let wrong = with(&REQUEST, &[wrong]);
        asked_again(post(&server, &wrong, HeaderMap::new(), &CROSS_SITE).await);
        let from_here = [("sec-fetch-site", "same-origin")];
        let Authorization::Respond(refused) = post(&server, &wrong, HeaderMap::new(), &from_here).await else {
            panic!("refused")
        };
        let answer = Answer::from(refused);
        match page {
            true => answer.assert_page(400),
            false => assert_eq!(answer.query()["error"], "unsupported_response_type"),
        }
    }
}

/// However often, with whatever a form can hold, and whoever began first.
#[tokio::test]
async fn another_site_neither_takes_the_place_of_a_persons_own_cookie_nor_adds_to_it() {
    let long = "x".repeat(9_000);
    for own_first in [true, false] {
        let (server, mut browser) = (server(&WatchedStore::default()).await, Browser::default());
        let foreign = [REQUEST.to_vec(), with(&REQUEST, &[("login_hint", &*long)])];
        if !own_first {
            made_to_post(&mut browser, &server, &foreign[1]).await;
        }
        let own = browser.begin_with(&server, &REQUEST).await;
        let own_form = made_to_post(&mut browser, &server, &REQUEST).await;
        for number in 0..150 {
            made_to_post(&mut browser, &server, &foreign[number % 2]).await;
        }
        for own in [own, own_form] {
            assert!(browser.resume(&server, &own).await.is_ok());
        }
        assert_eq!(browser.cookies.len(), 1, "{:?}", browser.cookies);
        assert!(browser.headers()["cookie"].len() < 200);
        let next = browser.begin_with(&server, &REQUEST).await;
        assert!(browser.resume(&server, &next).await.is_ok());
        let posted = made_to_post(&mut browser, &server, &foreign[1]).await;
        assert!(browser.resume(&server, &posted).await.is_ok(), "a long form of a client's own page");
        assert_eq!(browser.cookies.len(), 1);
    }
}

/// A hint about the person, or whatever else stands in a form, gets into no URL, and so into no log.
#[tokio::test]
async fn what_was_posted_stays_in_the_form() {
    let server = server(&WatchedStore::default()).await;
    let hint = "a\"b<c>&\u{e9}\r\n";
    let pairs = with(&REQUEST, &[("login_hint", hint)]);
    for headers in [&CROSS_SITE[..], &[("origin", "https://app.example.com")]] {
        let Authorization::Respond(response) = post(&server, &pairs, HeaderMap::new(), headers).await else {
            panic!("asked for again")
        };
        assert!(!response.headers().contains_key("location"));
        let again = Form::read(&Answer::from(response).body).inputs;
        assert!(again.iter().map(|(name, value)| (&**name, &**value)).eq(pairs.iter().copied()), "{again:?}");
    }
}

/// Not every browser says by whose page it was made to post, and anybody can send one without.
#[tokio::test]
async fn posts_of_unknown_origin_have_one_cookie_which_gives_way_to_the_next() {
    let (server, mut browser) = (server(&WatchedStore::default()).await, Browser::default());
    let own = browser.begin_with(&server, &REQUEST).await;
    for _ in 0..3 {
        let Authorization::Interact(request) = post(&server, &REQUEST, HeaderMap::new(), &[]).await else { panic!("valid") };
        let suspended = server.suspend(request).await.expect("suspended");
        browser.store(suspended.set_cookie());
        assert!(browser.resume(&server, suspended.handle()).await.is_ok());
    }
    assert_eq!(browser.cookies.len(), 2, "{:?}", browser.cookies);
    assert!(browser.resume(&server, &own).await.is_ok());
}

#[tokio::test]
async fn a_resume_looks_up_one_row_however_many_cookies_there_are() {
    let (store, mut browser, mut handles) = (WatchedStore::default(), Browser::default(), Vec::new());
    let server = server(&store).await;
    for _ in 0..20 {
        // Tabs that begin at once.
        let mut tab = Browser::default();
        handles.push(tab.begin_with(&server, &REQUEST).await);
        browser.cookies.extend(tab.cookies);
    }
    for handle in handles {
        let before = store.steps().len();
        assert!(browser.resume(&server, &handle).await.is_ok());
        assert_eq!(store.steps()[before..], ["find_pending", "client"]);
    }
    for handle in ["", "abcdef", "abcdefghijklmnopqrstuvwxyz", "\u{e9}\u{e9}\u{e9}\u{e9}"] {
        let before = store.steps().len();
        assert!(browser.resume(&server, handle).await.is_err());
        assert_eq!(store.steps().len(), before, "nothing to look up");
    }
}
