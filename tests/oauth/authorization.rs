//! The authorization endpoint through HTTP: RFC 6749 sections 3.1 and 4.1.1 to 4.2.2.1, Multiple Response Types, Form Post
//! Response Mode, RFC 9207, RFC 8252 section 7.3, RFC 7636 sections 4.2 to 4.4.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use grantor::{
    Approval, AuthorizationCode, AuthorizationRequest, AuthorizationServer, Client, Code, Decision, Development, ErrorCode,
    ErrorUri, Implicit, Interaction, ManualClock, MemoryStore, OAuth21, OAuthError, OAuthService, RedirectUri, RedirectUriError,
    Rfc6749, Scope, Token, Transport, issuer, loopback_issuer,
};
use http::{Method, Request};
use sha2::{Digest, Sha256};

use crate::common::html_form::Form;
use crate::common::watched_store::{DRIVER, Failure, WatchedStore};
use crate::common::{
    self, Answer, Approves, CALLBACK, CHALLENGE, Legacy, Peer, START, VERIFIER, fixture, form, legacy_server_on, subject,
};

const ISSUER: &str = "https://as.example.com";

/// An authorization request of the public client, without response type.
const BASE: [(&str, &str); 3] = [("client_id", "pub"), ("redirect_uri", CALLBACK), ("state", "xyz")];

/// Where the parameters of a response are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Query,
    Fragment,
    Form,
}
use Place::{Form as InForm, Fragment, Query};

/// An authorization response that went to the client.
#[derive(Debug)]
struct Sent {
    place: Place,
    /// The redirect URI, without what was added.
    to: String,
    parameters: BTreeMap<String, String>,
}

impl Sent {
    /// Checks what holds for every response: it cannot be cached, does not leak by the referrer, has no parameter twice, has
    /// the issuer, and its errors keep to the characters of RFC 6749 section 4.1.2.1.
    #[track_caller]
    fn of(answer: &Answer) -> Self {
        assert_eq!((answer.header("cache-control"), answer.header("pragma")), ("no-store", "no-cache"), "{answer:?}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{answer:?}");
        assert!(!answer.headers.contains_key("access-control-allow-origin"), "{answer:?}");
        let (place, to, pairs) = if answer.status == 200 {
            let form = Form::read(&answer.body);
            assert_eq!((answer.location(), &*form.method), ("", "post"));
            (InForm, form.action, form.inputs)
        } else {
            assert!(matches!(answer.status.as_u16(), 302 | 303), "{answer:?}");
            assert_eq!(answer.body, "");
            let decode = |text: &str| form_urlencoded::parse(text.as_bytes()).into_owned().collect();
            let location = answer.location();
            match (location.split_once('#'), location.split_once('?')) {
                (Some((to, fragment)), _) => (Fragment, to.to_owned(), decode(fragment)),
                (None, Some((to, query))) => (Query, to.to_owned(), decode(query)),
                (None, None) => panic!("no parameters: {answer:?}"),
            }
        };
        let count = pairs.len();
        let parameters: BTreeMap<String, String> = pairs.into_iter().collect();
        assert_eq!(parameters.len(), count, "a parameter is there twice: {answer:?}");
        assert_eq!(parameters["iss"], ISSUER);
        for name in ["error", "error_description", "error_uri"] {
            let permitted = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
            assert!(parameters.get(name).is_none_or(|text| text.bytes().all(permitted)), "{answer:?}");
        }
        Self { place, to, parameters }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    fn names(&self) -> Vec<&str> {
        self.parameters.keys().map(String::as_str).collect()
    }

    /// Asserts an error and nothing that could be used.
    #[track_caller]
    fn assert_error(&self, place: Place, code: &str, state: Option<&str>) {
        assert_eq!((self.place, self.get("error"), self.get("state")), (place, Some(code), state), "{self:?}");
        assert_eq!(self.to, CALLBACK);
        let known = ["error", "error_description", "error_uri", "iss", "state"];
        assert!(self.names().iter().all(|name| known.contains(name)), "{self:?}");
    }

    #[track_caller]
    fn code(&self) -> &str {
        self.get("code").unwrap_or_else(|| panic!("no code in {self:?}"))
    }
}

fn pairs<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    common::with(&BASE, more)
}

/// A server of the default profile with the client `app`, which has the given redirect URIs.
async fn strict(redirect_uris: &[&str]) -> Peer<Strict> {
    let clock = ManualClock::new(START);
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .scopes(Scope::parse("read write admin").expect("a scope"))
        .error_uri(ErrorUri::parse("https://docs.example.com/errors?code=").expect("a URL"))
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .build();
    let uris = redirect_uris.iter().fold(Client::public("app"), |client, uri| client.redirect_uri(*uri));
    server.register_client(uris.scope("read write").build().expect("a client")).await.expect("a registration");
    Peer::new(server, Approves, clock)
}

type Strict = AuthorizationServer<MemoryStore, (AuthorizationCode,), (Code,), (), Development<OAuth21>>;

const STRICT: [(&str, &str); 5] = [
    ("response_type", "code"),
    ("client_id", "app"),
    ("state", "xyz"),
    ("code_challenge", CHALLENGE),
    ("code_challenge_method", "S256"),
];

fn raw(query: &str) -> Request<Bytes> {
    Request::get(format!("/authorize?{query}")).body(Bytes::new()).expect("a request")
}

fn posted(content_type: Option<&str>, body: &str) -> Request<Bytes> {
    let mut request = Request::post("/authorize");
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    request.body(Bytes::from(body.to_owned())).expect("a request")
}

const FORM_TYPE: Option<&str> = Some("application/x-www-form-urlencoded");

// shows: RFC6749-3.1.1-02, RFC6749-4.2.2-03, RFC6749-4.2.2-07, RFC6749-5.1-09, RFC6749-5.1-10, RFC9207-2-02, RFC9207-2.3-02
// shows: RFC9207-4-04
#[tokio::test]
async fn each_response_type_returns_its_parameters_in_its_place_whatever_the_order_of_its_words() {
    let peer = fixture().await;
    let both: &[&str] = &["access_token", "code", "expires_in", "iss", "scope", "state", "token_type"];
    for (response_type, place, names) in [
        ("code", Query, &["code", "iss", "scope", "state"][..]),
        ("token", Fragment, &["access_token", "expires_in", "iss", "scope", "state", "token_type"]),
        ("none", Query, &["iss", "state"]),
        ("code token", Fragment, both),
        ("token code", Fragment, both),
    ] {
        let answer = peer.authorize(&pairs(&[("response_type", response_type), ("scope", "read")])).await;
        let sent = Sent::of(&answer);
        assert_eq!((answer.status.as_u16(), sent.place, &*sent.to, &*sent.names()), (302, place, CALLBACK, names));
        assert_eq!(sent.get("state"), Some("xyz"));
        if let Some(token) = sent.get("access_token") {
            assert_eq!(peer.introspect(token).await["scope"], "read");
            assert_eq!((sent.get("token_type"), sent.get("expires_in")), (Some("Bearer"), Some("600")));
        }
        if let Some(code) = sent.get("code") {
            let redemption = [("grant_type", "authorization_code"), ("client_id", "pub"), ("code", code)];
            let answer = peer.token(&common::with(&redemption, &[("redirect_uri", CALLBACK)])).await;
            assert_eq!(answer.member("scope"), "read");
        }
    }
}

// shows: OAUTH-RESPONSES-4-05
#[tokio::test]
async fn a_response_type_that_is_missing_or_not_there_is_told_to_the_client_in_the_place_where_it_looks() {
    let peer = fixture().await;
    for (response_type, place, error) in [
        ("", Query, "invalid_request"),
        ("Code", Query, "unsupported_response_type"),
        ("code code", Query, "unsupported_response_type"),
        (" code", Query, "unsupported_response_type"),
        ("code,token", Query, "unsupported_response_type"),
        ("none code", Query, "unsupported_response_type"),
        ("code  token", Fragment, "unsupported_response_type"),
        ("code token token", Fragment, "unsupported_response_type"),
        ("id_token", Fragment, "unsupported_response_type"),
        ("code id_token", Fragment, "unsupported_response_type"),
    ] {
        let answer = peer.authorize(&pairs(&[("response_type", response_type)])).await;
        Sent::of(&answer).assert_error(place, error, Some("xyz"));
    }
    Sent::of(&peer.authorize(&BASE).await).assert_error(Query, "invalid_request", Some("xyz"));
}

// shows: OAUTH-RESPONSES-2.1-01, OAUTH-RESPONSES-2.2-01, OAUTH-RESPONSES-4-04, OAUTH-RESPONSES-5-02
#[tokio::test]
async fn a_response_mode_is_honoured_where_it_is_permitted_and_else_refused_in_the_default_mode() {
    let peer = fixture().await;
    let refused = Some("invalid_request");
    for (response_type, mode, place, error) in [
        ("code", "query", Query, None),
        ("code", "fragment", Fragment, None),
        ("code", "form_post", InForm, None),
        ("code", "", Query, None),
        ("code", "web_message", Query, refused),
        ("code", "Query", Query, refused),
        ("none", "query", Query, None),
        ("none", "fragment", Fragment, None),
        ("none", "form_post", InForm, None),
        ("token", "query", Fragment, refused),
        ("token", "fragment", Fragment, None),
        ("token", "form_post", InForm, None),
        ("token", "jwt", Fragment, refused),
        ("code token", "query", Fragment, refused),
        ("code token", "form_post", InForm, None),
        ("token code", "query", Fragment, refused),
        // The mode holds for errors as well.
        ("", "form_post", InForm, refused),
        ("unknown", "fragment", Fragment, Some("unsupported_response_type")),
        ("id_token", "query", Fragment, Some("unsupported_response_type")),
    ] {
        let sent = Sent::of(&peer.authorize(&pairs(&[("response_type", response_type), ("response_mode", mode)])).await);
        assert_eq!((sent.place, sent.get("error")), (place, error), "{response_type} by {mode}");
        assert_eq!((sent.get("state"), &*sent.to), (Some("xyz"), CALLBACK));
        assert_eq!(sent.get("code").is_some(), error.is_none() && response_type.contains("code"));
    }
}

#[tokio::test]
async fn a_repeated_response_mode_is_an_error_in_the_default_mode() {
    let peer = fixture().await;
    for (response_type, place) in [("code", Query), ("token", Fragment)] {
        let query = form(&pairs(&[("response_type", response_type)])) + "&response_mode=form_post&response_mode=query";
        Sent::of(&peer.send(raw(&query)).await).assert_error(place, "invalid_request", Some("xyz"));
    }
}

// shows: RFC9700-4.16-01, RFC9700-4.16-02, RFC9700-4.16-07, FORM-POST-2-01, FORM-POST-2-02, FORM-POST-2-04
#[tokio::test]
async fn the_form_post_page_is_a_form_that_submits_itself_and_nothing_else() {
    let peer = strict(&["https://client.example/cb?a=1&amp=2&b='x'&c=&lt;", "https://client.example/other"]).await;
    let hostile = "\"><script>alert('x')</script>&amp;&quot; <!-- </form> \u{1f980}";
    for (uri, scope, expected) in [
        ("https://client.example/cb?a=1&amp=2&b='x'&c=&lt;", "read", &["code", "iss", "scope", "state"][..]),
        ("https://client.example/other", "unknown", &["error", "error_description", "error_uri", "iss", "state"]),
    ] {
        let more = [("redirect_uri", uri), ("scope", scope), ("state", hostile), ("response_mode", "form_post")];
        let answer = peer.authorize(&common::with(&STRICT, &more)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        let form = Form::read(&answer.body);
        assert_eq!((&*form.action, &*form.method, &*form.names()), (uri, "post", expected));
        assert_eq!((form.input("state"), form.input("iss")), (hostile, ISSUER));
        assert!(!answer.body.contains("alert('x')"));
        // The policy lets exactly the script of the page run, and the script submits the form.
        let policy = answer.header("content-security-policy");
        let hash = STANDARD.encode(Sha256::digest(&form.script));
        let scripts = policy.split("; ").find(|directive| directive.starts_with("script-src"));
        assert_eq!(scripts, Some(&*format!("script-src 'sha256-{hash}'")));
        for directive in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
            assert!(policy.split("; ").any(|own| own == directive), "{policy}");
        }
        assert!(form.script.contains("submit"));
        // For browsers without scripts, and for those that a proxy tells to run none.
        assert!(answer.body.contains(">Continue to the application</button></form>"), "{}", answer.body);
        assert!(!answer.body.contains("<noscript"));
    }
}

// shows: RFC9700-4.2.4-01, RFC9700-4.2.4-06, RFC9700-4.16-01, RFC9700-4.16-02, RFC9700-4.16-05, RFC9700-4.16-06, RFC9700-4.16-07
#[tokio::test]
async fn a_page_of_an_error_can_neither_be_framed_nor_cached_nor_run_anything() {
    let answer = fixture().await.authorize(&[("client_id", "<script>alert(1)</script>")]).await;
    answer.assert_page(400);
    assert!(!answer.body.contains("<script"));
    // Its own style, and nothing else.
    let style = answer.body.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next()).expect("a style");
    assert!(style.contains("prefers-color-scheme: dark"), "{style}");
    let style = STANDARD.encode(Sha256::digest(style));
    let policy = format!("default-src 'none'; style-src 'sha256-{style}'; frame-ancestors 'none'; base-uri 'none'");
    assert_eq!(answer.header("content-security-policy"), policy);
    assert_eq!((answer.header("x-frame-options"), answer.header("cache-control")), ("DENY", "no-store"));
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
}

// shows: RFC6749-3.1.2.2-05, RFC6749-4.1.1-05, RFC6749-4.1.2-08, RFC6749-4.1.2.1-15, RFC6749-B-01, RFC9207-2-01, FORM-POST-2-03
#[tokio::test]
async fn state_comes_back_byte_for_byte_in_every_mode_on_success_and_on_error() {
    let peer = fixture().await;
    let long = "s".repeat(7_000);
    for state in
        [" ", "a b", "a+b", "100%", "%41", "a&b=c", "#?/", "\u{fc}\u{1f980}", "\"'<>&amp;", "0", "null", "state=1", &long]
    {
        for mode in ["query", "fragment", "form_post"] {
            for (scope, expected) in [("read", None), ("unknown", Some("invalid_scope"))] {
                let more = [("response_type", "code"), ("response_mode", mode), ("scope", scope), ("state", state)];
                let sent = Sent::of(&peer.authorize(&pairs(&more)).await);
                assert_eq!((sent.get("state"), sent.get("error")), (Some(state), expected), "{mode}");
            }
        }
    }
}

// shows: RFC6749-3.1-08
#[tokio::test]
async fn a_state_that_was_not_sent_or_is_empty_does_not_come_back_and_one_sent_twice_is_an_error() {
    let peer = fixture().await;
    let base = [("client_id", "pub"), ("redirect_uri", CALLBACK), ("response_type", "code")];
    for empty in ["", "&state", "&state="] {
        let sent = Sent::of(&peer.send(raw(&(form(&base) + empty))).await);
        assert_eq!((sent.get("state"), sent.get("code").is_some()), (None, true), "{empty}");
    }
    for twice in ["&state=a&state=b", "&state=a&state=a", "&state=a&state=", "&state=a&st%61te=b"] {
        Sent::of(&peer.send(raw(&(form(&base) + twice))).await).assert_error(Query, "invalid_request", None);
    }
}

// shows: RFC6749-10.14-01
#[tokio::test]
async fn a_state_with_control_characters_is_refused_and_does_not_come_back() {
    let peer = fixture().await;
    // A browser that posts a form writes CR LF for each of the first three, and no HTML has the fourth.
    for state in ["a\r\nb", "\n", "a\r", "a\0b", "\u{1b}[31m", "\u{7f}", "\u{85}"] {
        for (mode, place) in [("query", Query), ("fragment", Fragment), ("form_post", InForm)] {
            let answer = peer.authorize(&pairs(&[("response_type", "code"), ("response_mode", mode), ("state", state)])).await;
            Sent::of(&answer).assert_error(place, "invalid_request", None);
        }
    }
}

// shows: RFC6749-3.1-10, RFC6749-4.1.2.1-04
#[tokio::test]
async fn every_other_parameter_may_occur_only_once_and_the_error_says_which() {
    let peer = fixture().await;
    let query = form(&pairs(&[("response_type", "code")]));
    for name in ["response_type", "response_mode", "scope", "code_challenge", "code_challenge_method"] {
        let sent = Sent::of(&peer.send(raw(&format!("{query}&{name}=&{name}=code"))).await);
        sent.assert_error(Query, "invalid_request", Some("xyz"));
        assert!(sent.get("error_description").is_some_and(|text| text.contains(name)), "{sent:?}");
    }
}

// shows: RFC6749-3.1.2-02, RFC6749-3.1.2-03
#[tokio::test]
async fn the_query_of_a_redirect_uri_is_kept_byte_for_byte() {
    for (uri, separator) in [
        ("https://client.example/cb?x=1&x=2&blank=&y=%2f+z&flag", "&"),
        ("https://client.example/cb;p=1", "?"),
        ("https://client.example/cb?", ""),
        ("https://client.example/cb?x=1&", ""),
        ("https://client.example/cb?url=https://a.example/?", "&"),
        ("https://client.example?x=%C3%A9", "&"),
        ("com.example.app:/cb?x=1", "&"),
        ("com.example.app://cb", "?"),
    ] {
        let peer = strict(&[uri]).await;
        let own = |text: &str| {
            let query = text.split_once('?').map_or("", |(_, query)| query);
            form_urlencoded::parse(query.as_bytes()).into_owned().collect::<Vec<_>>()
        };
        for (scope, first) in [("read", "code"), ("unknown", "error")] {
            let answer = peer.authorize(&common::with(&STRICT, &[("redirect_uri", uri), ("scope", scope)])).await;
            assert!(answer.location().starts_with(&format!("{uri}{separator}{first}=")), "{answer:?}");
            // The client reads its own parameters as before, then ours.
            let read = own(answer.location());
            assert_eq!(read[..own(uri).len()], own(uri));
            assert_eq!(read[own(uri).len()].0, first);
            assert_eq!(read.last(), Some(&("iss".to_owned(), ISSUER.to_owned())));
        }
        let more = [("redirect_uri", uri), ("response_mode", "fragment")];
        let answer = peer.authorize(&common::with(&STRICT, &more)).await;
        assert!(answer.location().starts_with(&format!("{uri}#code=")), "{answer:?}");
    }
}

// shows: RFC6749-3.1-10
#[test]
fn a_redirect_uri_with_a_parameter_of_the_response_cannot_be_registered() {
    for name in ["code", "state", "iss", "error", "error_description", "error_uri", "access_token", "scope", "st%61te"] {
        let uri = format!("https://client.example/cb?x=1&{name}=2");
        assert_eq!(RedirectUri::parse(&uri), Err(RedirectUriError::ResponseParameter), "{name}");
    }
    assert!(RedirectUri::parse("https://client.example/cb?State=1&xcode=2&x=state").is_ok());
}

// shows: RFC9700-2.1-01, RFC9700-4.1.3-02, RFC8252-7.3-01, RFC8252-8.4-03
#[tokio::test]
async fn only_the_port_of_a_loopback_host_may_differ() {
    for (registered, requested, accepted) in [
        ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb", true),
        ("http://127.0.0.1:1/cb?x", "http://127.0.0.1:2/cb?x", true),
        ("http://127.0.0.1:1/cb", "http://127.0.0.1/cb", true),
        ("http://[::1]/cb", "http://[::1]:61023/cb", true),
        // RFC 9700 section 4.1.3.
        ("http://localhost/cb", "http://localhost:3000/cb", true),
        ("http://localhost:3000/cb", "http://localhost:8080/cb", true),
        ("http://localhost:3000/cb", "http://localhost:3000/", false),
        ("http://localhost/cb", "http://localhost.evil.example:1/cb", false),
        ("http://127.0.0.1/cb", "http://localhost/cb", false),
        ("http://127.0.0.1/cb", "http://[::1]/cb", false),
        ("http://127.0.0.1/cb", "http://127.0.0.1:8080/other", false),
        ("http://127.0.0.1/cb", "http://127.0.0.1:8080/cb/", false),
        ("http://127.0.0.1/cb", "http://127.0.0.1:8080/cb?x=1", false),
        ("http://127.0.0.1/cb", "https://127.0.0.1:8080/cb", false),
        ("http://127.0.0.1/cb", "http://127.0.0.1:8080@evil.example/cb", false),
        ("http://127.0.0.1/cb", "http://127.0.0.1:65536/cb", false),
        ("https://127.0.0.1/cb", "https://127.0.0.1:8080/cb", false),
        ("https://client.example/cb", "https://client.example:443/cb", false),
    ] {
        let peer = strict(&[registered]).await;
        let answer = peer.authorize(&common::with(&STRICT, &[("redirect_uri", requested)])).await;
        match accepted {
            true => assert!(answer.location().starts_with(requested), "{registered} {requested}: {answer:?}"),
            false => answer.assert_page(400),
        }
    }
}

// shows: RFC6749-3.1.2.2-07, RFC6749-3.1.2.3-01, RFC6749-4.1.1-03, RFC8252-7-01
#[tokio::test]
async fn the_redirect_uri_may_be_left_out_if_the_client_has_registered_exactly_one() {
    let one = strict(&[CALLBACK]).await;
    for without in [&STRICT[..], &common::with(&STRICT, &[("redirect_uri", "")])] {
        let sent = Sent::of(&one.authorize(without).await);
        assert_eq!((&*sent.to, sent.get("error")), (CALLBACK, None));
        // RFC 6749 section 4.1.3: then the token request needs none either.
        let redemption = [("grant_type", "authorization_code"), ("client_id", "app"), ("code", sent.code())];
        let answer = one.token(&common::with(&redemption, &[("code_verifier", VERIFIER)])).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    let several = strict(&[CALLBACK, "https://client.example/cb", "com.example.app:/cb"]).await;
    several.authorize(&STRICT).await.assert_page(400);
    for uri in [CALLBACK, "https://client.example/cb", "com.example.app:/cb"] {
        let answer = several.authorize(&common::with(&STRICT, &[("redirect_uri", uri)])).await;
        assert!(answer.location().starts_with(&format!("{uri}?code=")), "{answer:?}");
    }
    several.authorize(&common::with(&STRICT, &[("redirect_uri", "https://client.example/CB")])).await.assert_page(400);
}

// shows: RFC6749-3.1.2.2-04, RFC6749-3.1.2.3-03, RFC6749-3.1.2.4-01, RFC6749-3.1.2.4-02, RFC6749-4.1.2.1-01, RFC6749-4.1.2.1-02
// shows: RFC6749-4.2.1-02, RFC6749-4.2.1-06, RFC6749-4.2.2.1-01, RFC6749-4.2.2.1-02, RFC6749-10.2-02, RFC6749-10.6-04
// shows: RFC6749-10.14-01, RFC9700-2.1-01, RFC9700-4.1.3-01, RFC9700-4.11.2-05, RFC8252-8.4-03
#[tokio::test]
async fn whatever_is_wrong_with_client_or_redirect_uri_is_shown_and_never_redirected() {
    let peer = fixture().await;
    let encoded = |uri: &str| form(&[("redirect_uri", uri)]);
    let client = "client_id=pub";
    let callback = encoded(CALLBACK);
    for (what, query) in [
        ("nothing at all", String::new()),
        ("client missing", callback.clone()),
        ("client empty", format!("client_id=&{callback}")),
        ("client repeated", format!("{client}&{client}&{callback}")),
        ("client repeated and empty", format!("{client}&client_id=&{callback}")),
        ("client unknown", format!("client_id=nobody&{callback}")),
        ("client in another case", format!("client_id=PUB&{callback}")),
        ("client with a blank", format!("client_id=pub%20&{callback}")),
        ("client with a zero byte", format!("client_id=pub%00&{callback}")),
        ("redirect URI repeated", format!("{client}&{callback}&{callback}")),
        ("redirect URI repeated, one foreign", format!("{client}&{callback}&{}", encoded("https://evil.example/"))),
        ("foreign host", format!("{client}&{}", encoded("https://evil.example/callback"))),
        ("foreign host after user name", format!("{client}&{}", encoded("https://ownauth.com@evil.example/callback"))),
        ("trailing slash", format!("{client}&{}", encoded("https://ownauth.com/callback/"))),
        ("trailing blank", format!("{client}&{}", encoded("https://ownauth.com/callback "))),
        ("added query", format!("{client}&{}", encoded("https://ownauth.com/callback?x=1"))),
        ("added fragment", format!("{client}&{}", encoded("https://ownauth.com/callback#x"))),
        ("host in another case", format!("{client}&{}", encoded("https://OwnAuth.com/callback"))),
        ("scheme in another case", format!("{client}&{}", encoded("HTTPS://ownauth.com/callback"))),
        ("http", format!("{client}&{}", encoded("http://ownauth.com/callback"))),
        ("default port", format!("{client}&{}", encoded("https://ownauth.com:443/callback"))),
        ("percent-encoded twice", format!("{client}&{}", encoded("https://ownauth.com/c%61llback"))),
        ("dot segment", format!("{client}&{}", encoded("https://ownauth.com/x/../callback"))),
        ("line break", format!("{client}&{}", encoded("https://ownauth.com/callback\r\nSet-Cookie: a=b"))),
        ("script", format!("{client}&{}", encoded("javascript:alert(1)"))),
        ("not UTF-8", format!("{client}&{callback}&x=%FF")),
        ("malformed percent-encoding", format!("{client}&{callback}&x=%4")),
    ] {
        for rest in ["&response_type=code&state=xyz", "&response_type=token", "", "&response_type=code&response_mode=form_post"] {
            let answer = peer.send(raw(&format!("{query}{rest}"))).await;
            assert_eq!(answer.status, 400, "{what}: {answer:?}");
            answer.assert_page(400);
            assert!(!answer.body.contains("<form"), "{what}");
        }
    }
}

#[tokio::test]
async fn the_error_of_a_page_is_in_the_extensions_of_the_response() {
    let server = strict(&[CALLBACK]).await.server;
    let grantor::Authorization::Respond(response) = server.authorization().handle(raw("client_id=nobody")).await else {
        panic!("a response")
    };
    assert_eq!(response.extensions().get::<OAuthError>().map(OAuthError::code), Some(ErrorCode::InvalidRequest));
}

#[tokio::test]
async fn requests_over_the_limits_are_shown_as_a_page() {
    let peer = fixture().await;
    let base = form(&pairs(&[("response_type", "code")]));
    let at = |length: usize| format!("{base}&x={}", "y".repeat(length - base.len() - 3));
    assert_eq!(peer.send(posted(FORM_TYPE, &at(64 * 1024))).await.status, 303);
    peer.send(posted(FORM_TYPE, &at(64 * 1024 + 1))).await.assert_page(400);
    let many = |count: usize| base.clone() + &"&x=y".repeat(count - 4);
    assert_eq!(peer.send(raw(&many(128))).await.status, 302);
    peer.send(raw(&many(129))).await.assert_page(400);
}

// shows: RFC6749-3.1-07, RFC9700-2.1-09, RFC9700-4.12-01, RFC9700-4.12-02
#[tokio::test]
async fn a_request_by_post_has_its_parameters_in_the_form_and_is_answered_with_303() {
    let peer = fixture().await;
    for (scope, error) in [("read", None), ("unknown", Some("invalid_scope"))] {
        let body = form(&pairs(&[("response_type", "code"), ("scope", scope)]));
        for content_type in [
            "application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded; charset=UTF-8",
            "Application/X-WWW-Form-URLEncoded;charset=utf-8",
        ] {
            let answer = peer.send(posted(Some(content_type), &body)).await;
            let sent = Sent::of(&answer);
            assert_eq!((answer.status.as_u16(), sent.get("error"), sent.get("state")), (303, error, Some("xyz")));
        }
        let answer = peer.send(raw(&body)).await;
        assert_eq!((answer.status.as_u16(), Sent::of(&answer).get("error")), (302, error));
    }
    // The query of a POST is not the request.
    let query = form(&pairs(&[("response_type", "code")]));
    let request = Request::post(format!("/authorize?{query}")).header("content-type", "application/x-www-form-urlencoded");
    peer.send(request.body(Bytes::new()).expect("a request")).await.assert_page(400);
}

#[tokio::test]
async fn a_post_that_is_not_a_form_is_shown_as_a_page() {
    let peer = fixture().await;
    let body = form(&pairs(&[("response_type", "code")]));
    for content_type in [None, Some(""), Some("application/json"), Some("text/plain"), Some("multipart/form-data; boundary=x")] {
        peer.send(posted(content_type, &body)).await.assert_page(400);
    }
}

#[tokio::test]
async fn other_methods_are_refused_with_allow_and_decide_nothing() {
    let peer = fixture().await;
    let uri = format!("/authorize?{}", form(&pairs(&[("response_type", "code")])));
    for (method, status) in [
        (Method::HEAD, 405),
        (Method::PUT, 405),
        (Method::DELETE, 405),
        (Method::PATCH, 405),
        (Method::TRACE, 405),
        (Method::OPTIONS, 204),
    ] {
        let request = Request::builder().method(method.clone()).uri(&uri).header("origin", "https://client.example");
        let request = request.header("access-control-request-method", "GET").body(Bytes::new()).expect("a request");
        let answer = peer.send(request).await;
        assert_eq!((answer.status.as_u16(), answer.header("allow")), (status, "GET, POST, OPTIONS"), "{method}");
        assert_eq!((answer.location(), &*answer.body), ("", ""));
        assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control")), "{answer:?}");
    }
}

// shows: RFC6749-4.1.2.1-11, RFC7636-4.2-02, RFC7636-4.3-01, RFC7636-4.4.1-01, RFC7636-4.4.1-02, RFC7636-4.4.1-03
// shows: RFC7636-4.4.1-04, RFC9700-2.1.1-02, RFC9700-2.1.1-07, RFC9700-2.1.1-08, RFC8252-6-01, RFC8252-6-02, RFC8252-8.1-01
#[tokio::test]
async fn under_oauth21_pkce_with_s256_is_required() {
    let peer = strict(&[CALLBACK]).await;
    let base = [("response_type", "code"), ("client_id", "app"), ("state", "xyz")];
    let (short, long, illegal) = ("a".repeat(42), "a".repeat(44), "a".repeat(42) + "=");
    let explained = |answer: &Answer, with: &str| {
        let sent = Sent::of(answer);
        sent.assert_error(Query, "invalid_request", Some("xyz"));
        assert!(sent.get("error_description").is_some_and(|text| text.contains(with)), "{with}: {sent:?}");
    };
    for (challenge, method, with) in [
        (None, None, "code_challenge is missing"),
        (Some(""), Some("S256"), "code_challenge is missing"),
        (None, Some("S256"), "code_challenge is missing"),
        (Some(VERIFIER), Some("plain"), "transform algorithm"),
        // Without a method it is `plain` (RFC 7636 section 4.3).
        (Some(CHALLENGE), None, "transform algorithm"),
        (Some(CHALLENGE), Some(""), "transform algorithm"),
        (Some(CHALLENGE), Some("s256"), "transform algorithm"),
        (Some(CHALLENGE), Some("S512"), "transform algorithm"),
        (Some(&*short), Some("S256"), "code_challenge"),
        (Some(&*long), Some("S256"), "code_challenge"),
        (Some(&*illegal), Some("S256"), "code_challenge"),
    ] {
        let challenge = challenge.map(|value| ("code_challenge", value));
        let method = method.map(|value| ("code_challenge_method", value));
        let pairs: Vec<_> = base.into_iter().chain(challenge).chain(method).collect();
        explained(&peer.authorize(&pairs).await, with);
    }
    let sent = Sent::of(&peer.authorize(&STRICT).await);
    let redemption = [("grant_type", "authorization_code"), ("client_id", "app"), ("code", sent.code())];
    peer.token(&redemption).await.assert_error(400, "invalid_grant");
    peer.token(&common::with(&redemption, &[("code_verifier", CHALLENGE)])).await.assert_error(400, "invalid_grant");
    assert_eq!(peer.token(&common::with(&redemption, &[("code_verifier", VERIFIER)])).await.status, 200);
}

// shows: RFC7636-4.4-01, RFC7636-4.5-02, RFC7636-5-01, RFC9700-2.1.1-09, RFC9700-4.8.2-01, RFC9700-4.8.2-02, RFC9700-4.8.2-03
#[tokio::test]
async fn under_rfc6749_pkce_may_be_left_out_or_plain_and_binds_the_code_when_it_is_there() {
    let peer = fixture().await;
    for (challenge, method, verifier) in [
        (None, None, None),
        (Some(CHALLENGE), Some("S256"), Some(VERIFIER)),
        (Some(VERIFIER), Some("plain"), Some(VERIFIER)),
        (Some(VERIFIER), None, Some(VERIFIER)),
    ] {
        let challenge = challenge.map(|value| ("code_challenge", value));
        let method = method.map(|value| ("code_challenge_method", value));
        let request: Vec<_> = pairs(&[("response_type", "code")]).into_iter().chain(challenge).chain(method).collect();
        let sent = Sent::of(&peer.authorize(&request).await);
        let base = [("grant_type", "authorization_code"), ("client_id", "pub"), ("redirect_uri", CALLBACK)];
        let base = common::with(&base, &[("code", sent.code())]);
        let with_verifier = common::with(&base, &[("code_verifier", verifier.unwrap_or(VERIFIER))]);
        // In both directions a downgrade is refused, and does not burn the code.
        let (wrong, right) = if verifier.is_some() { (base, with_verifier) } else { (with_verifier, base) };
        peer.token(&wrong).await.assert_error(400, "invalid_grant");
        assert_eq!(peer.token(&right).await.status, 200);
    }
    for (name, value) in [("code_challenge_method", "S256"), ("code_challenge", "short")] {
        let answer = peer.authorize(&pairs(&[("response_type", "code"), (name, value)])).await;
        Sent::of(&answer).assert_error(Query, "invalid_request", Some("xyz"));
    }
    // Where no code is issued, a challenge means nothing.
    let sent = Sent::of(&peer.authorize(&pairs(&[("response_type", "token"), ("code_challenge", "short")])).await);
    assert_eq!(sent.get("error"), None);
}

// shows: RFC6749-3.3-05, RFC6749-4.1.1-04, RFC9700-2.3-01
#[tokio::test]
async fn the_scope_is_what_was_asked_for_within_what_the_client_may_have() {
    let peer = strict(&[CALLBACK]).await;
    for (asked, granted) in [
        ("read", Ok("read")),
        ("write read", Ok("write read")),
        ("read read", Ok("read")),
        ("", Ok("read write")),
        ("admin", Err("the client may not")),
        ("read admin", Err("the client may not")),
        ("unknown", Err("does not know")),
        ("Read", Err("does not know")),
        ("read  write", Err("exactly one space")),
        (" read", Err("exactly one space")),
        ("read\twrite", Err("character")),
        ("\"read\"", Err("character")),
        ("r\u{e9}ad", Err("character")),
    ] {
        let sent = Sent::of(&peer.authorize(&common::with(&STRICT, &[("scope", asked)])).await);
        match granted {
            Ok(scope) => assert_eq!((sent.get("scope"), sent.get("code").is_some()), (Some(scope), true), "{asked}"),
            Err(with) => {
                sent.assert_error(Query, "invalid_scope", Some("xyz"));
                assert!(sent.get("error_description").is_some_and(|text| text.contains(with)), "{asked}: {sent:?}");
            }
        }
    }
}

// shows: RFC6749-3.3-03, RFC6749-4.1.1-04
#[tokio::test]
async fn a_client_gets_its_default_scope_or_none_where_it_has_none() {
    let peer = fixture().await;
    let register = async |client: grantor::ClientBuilder| {
        peer.server.register_client(client.redirect_uri(CALLBACK).build().expect("a client")).await.expect("a registration");
    };
    register(Client::public("default").scope("a b c").default_scope("b")).await;
    register(Client::public("scopeless")).await;
    let base = |id| common::with(&BASE, &[("client_id", id), ("response_type", "code")]);
    assert_eq!(Sent::of(&peer.authorize(&base("default")).await).get("scope"), Some("b"));
    assert_eq!(Sent::of(&peer.authorize(&base("scopeless")).await).names(), ["code", "iss", "state"]);
}

// shows: RFC6749-4.1.2.1-05
#[tokio::test]
async fn a_client_without_the_response_type_is_unauthorized() {
    let peer = fixture().await;
    let code = Client::public("code only").redirect_uri(CALLBACK);
    let token = Client::public("token only").redirect_uri(CALLBACK).grant_types(["implicit"]).response_types(["token"]);
    for client in [code, token] {
        peer.server.register_client(client.build().expect("a client")).await.expect("a registration");
    }
    for (client, response_type, place, error) in [
        ("code only", "code", Query, None),
        ("code only", "token", Fragment, Some("unauthorized_client")),
        ("code only", "code token", Fragment, Some("unauthorized_client")),
        ("code only", "none", Query, Some("unauthorized_client")),
        ("token only", "token", Fragment, None),
        ("token only", "code", Query, Some("unauthorized_client")),
        ("token only", "token code", Fragment, Some("unauthorized_client")),
        ("token only", "id_token", Fragment, Some("unsupported_response_type")),
    ] {
        let sent = Sent::of(&peer.authorize(&pairs(&[("client_id", client), ("response_type", response_type)])).await);
        assert_eq!((sent.place, sent.get("error")), (place, error), "{client} {response_type}");
    }
}

#[tokio::test]
async fn a_server_that_is_switched_off_says_so_by_redirect_and_shows_what_cannot_be_redirected() {
    let peer = fixture().await;
    peer.server.set_available(false);
    for (response_type, mode, place) in [("code", "", Query), ("token", "", Fragment), ("code", "form_post", InForm)] {
        let answer = peer.authorize(&pairs(&[("response_type", response_type), ("response_mode", mode)])).await;
        Sent::of(&answer).assert_error(place, "temporarily_unavailable", Some("xyz"));
    }
    peer.authorize(&pairs(&[("redirect_uri", "https://evil.example/")])).await.assert_page(400);
    let answer = peer.token(&[("grant_type", "password")]).await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "5"));
    peer.server.set_available(true);
    assert_eq!(Sent::of(&peer.authorize(&pairs(&[("response_type", "code")])).await).get("error"), None);
}

async fn watched() -> (WatchedStore, Peer<Legacy<WatchedStore>>) {
    let (store, clock) = (WatchedStore::default(), ManualClock::new(START));
    let server = legacy_server_on(store.clone(), &clock, 0);
    common::register_fixture_clients(&server).await;
    (store, Peer::new(server, Approves, clock))
}

// shows: RFC9207-2-01
#[tokio::test]
async fn a_storage_that_fails_before_the_target_is_known_is_shown_and_after_that_redirected() {
    let (store, peer) = watched().await;
    let pause = Failure::UnavailableFor(Duration::from_millis(6_500));
    for (failure, status, code, retry_after) in
        [(Failure::Broken, 500, "server_error", ""), (pause, 503, "temporarily_unavailable", "7")]
    {
        store.fail("client", failure);
        let answer = peer.authorize(&pairs(&[("response_type", "code")])).await;
        answer.assert_page(status);
        assert_eq!(answer.header("retry-after"), retry_after);
        assert!(answer.body.contains(code) && !answer.body.contains(DRIVER));

        store.fail("begin_family", failure);
        for (response_type, place) in [("code", Query), ("token", Fragment), ("code token", Fragment)] {
            let answer = peer.authorize(&pairs(&[("response_type", response_type)])).await;
            Sent::of(&answer).assert_error(place, code, Some("xyz"));
            assert!(!answer.location().contains("driver"));
        }
        store.heal();
    }
    // `none` issues nothing, so it needs no storage.
    store.fail("begin_family", Failure::Broken);
    assert_eq!(Sent::of(&peer.authorize(&pairs(&[("response_type", "none")])).await).get("error"), None);
}

// shows: RFC6749-4.1.2.1-13, RFC9700-4.2.4-01
#[tokio::test]
async fn error_uri_is_in_the_redirect_on_the_page_and_in_json() {
    let peer = strict(&[CALLBACK]).await;
    let uri = |code: &str| format!("https://docs.example.com/errors?code={code}");
    let sent = Sent::of(&peer.authorize(&common::with(&STRICT, &[("scope", "admin")])).await);
    assert_eq!(sent.get("error_uri"), Some(&*uri("invalid_scope")));
    let answer = peer.authorize(&[]).await;
    answer.assert_page(400);
    assert!(answer.body.contains(&uri("invalid_request")), "{}", answer.body);
    // RFC 9700 section 4.2.4: no links to other sites.
    assert!(!answer.body.contains("href"));
    assert_eq!(peer.token(&[]).await.member("error_uri"), uri("invalid_client"));
    // No `error_uri` where none was set, and none on success.
    assert_eq!(Sent::of(&fixture().await.authorize(&BASE).await).get("error_uri"), None);
    assert_eq!(Sent::of(&peer.authorize(&STRICT).await).get("error_uri"), None);
}

/// RFC 6749 appendix A.9.
// shows: RFC6749-4.1.2.1-14, RFC6749-4.2.2.1-08, RFC6749-5.2-15
#[test]
fn an_error_uri_keeps_to_the_characters_of_the_rfc() {
    for (base, accepted) in [
        ("https://docs.example.com/errors#", true),
        ("https://docs.example.com/errors?a=b&code=", true),
        ("http://docs.example.com/", true),
        ("https://docs.example.com/a b", false),
        ("https://docs.example.com/\"", false),
        ("https://docs.example.com/\\", false),
        ("https://docs.example.com/\u{e9}", false),
        ("https://docs.example.com/\n", false),
        ("/errors", false),
        ("docs.example.com", false),
        ("javascript:alert(1)//", false),
        ("", false),
    ] {
        assert_eq!(ErrorUri::parse(base).is_ok(), accepted, "{base}");
    }
}

/// RFC 6749 section 4.2.
// shows: RFC6749-4.2.1-03, RFC6749-4.2.1-04, RFC6749-4.2.1-05, RFC6749-4.2.2.1-05, RFC6749-4.2.2.1-07
#[tokio::test]
async fn an_implicit_request_needs_neither_redirect_uri_nor_scope_and_its_errors_are_explained() {
    let clock = ManualClock::new(START);
    let server = AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .error_uri(ErrorUri::parse("https://docs.example.com/errors?code=").expect("a URL"))
        .grant(Implicit::new())
        .response_type(Token)
        .build();
    let client = Client::public("app").redirect_uri(CALLBACK).grant_types(["implicit"]).response_types(["token"]);
    let client = client.scope("read write").default_scope("read").build().expect("a client");
    server.register_client(client).await.expect("a registration");
    let peer = Peer::new(server, Approves, clock);
    let request = [("response_type", "token"), ("client_id", "app"), ("state", "xyz")];
    let sent = Sent::of(&peer.authorize(&request).await);
    assert_eq!((sent.place, &*sent.to, sent.get("scope"), sent.get("state")), (Fragment, CALLBACK, Some("read"), Some("xyz")));
    let sent = Sent::of(&peer.authorize(&common::with(&request, &[("scope", "admin")])).await);
    sent.assert_error(Fragment, "invalid_scope", Some("xyz"));
    assert_eq!(sent.get("error_uri"), Some("https://docs.example.com/errors?code=invalid_scope"));
    assert_eq!(sent.get("error_description"), Some("the client may not ask for the scope"));
}

/// Denies, and tells in the description what it saw.
struct Reports;

impl<Sv: Sync> Interaction<Sv> for Reports {
    async fn decide(&self, _: &Sv, http: &Request<Bytes>, request: AuthorizationRequest) -> Decision {
        let own = request.parameter("prompt").unwrap_or("-").to_owned();
        let known = request.parameter("state").or(request.parameter("client_id")).or(request.parameter("code_challenge"));
        let cookie = http.headers().contains_key("cookie");
        let seen = format!(
            "{own} {known:?} {cookie} {} {} {} {:?}",
            request.client().id(),
            request.scope(),
            request.redirect_uri(),
            request.response_mode()
        );
        request.reject(OAuthError::new(ErrorCode::extension("login_required"), seen))
    }
}

#[tokio::test]
async fn unknown_parameters_are_ignored_by_the_library_and_seen_by_the_application() {
    let peer = fixture().await;
    let request = form(&pairs(&[("response_type", "code"), ("scope", "read")])) + "&foo=1&foo=2&prompt=&prompt=none&=x&resource";
    assert_eq!(Sent::of(&peer.send(raw(&request)).await).get("error"), None);
    let Peer { server, clock, .. } = peer;
    let reporting = Peer { service: OAuthService::with(server.clone(), Reports), server, clock };
    let sent = Sent::of(&reporting.send(raw(&request)).await);
    sent.assert_error(Query, "login_required", Some("xyz"));
    assert_eq!(sent.get("error_description"), Some(&*format!("none None false pub read {CALLBACK} Query")));
}

// shows: RFC6749-4.1.2.1-12
#[tokio::test]
async fn what_the_application_writes_into_an_error_stays_within_the_characters_of_the_rfc() {
    let decide = |request: AuthorizationRequest| {
        request.reject(OAuthError::new(ErrorCode::AccessDenied, "\"no\"\\\r\nLocation: https://evil.example \u{e9}"))
    };
    let peer = common::fixture_that(decide).await;
    let sent = Sent::of(&peer.authorize(&pairs(&[("response_type", "code")])).await);
    sent.assert_error(Query, "access_denied", Some("xyz"));
    assert_eq!(sent.get("error_description"), Some("'no'   Location: https://evil.example  "));
}

// shows: RFC6749-3.1-05, RFC9700-2.6-04
#[tokio::test]
async fn a_request_that_came_in_the_clear_is_shown_as_a_page() {
    let peer = fixture().await;
    let query = form(&pairs(&[("response_type", "code")]));
    let mut marked = raw(&query);
    marked.extensions_mut().insert(Transport::Plain);
    let absolute = Request::get(format!("http://as.example.com/authorize?{query}")).body(Bytes::new()).expect("a request");
    for request in [marked, absolute] {
        peer.send(request).await.assert_page(400);
    }
}

#[tokio::test]
async fn a_loopback_issuer_takes_requests_in_the_clear() {
    let clock = ManualClock::new(START);
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(loopback_issuer!("http://127.0.0.1:8080"))
        .storage(Arc::new(MemoryStore::new()))
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .build();
    let client = Client::public("app").redirect_uri(CALLBACK).build().expect("a client");
    server.register_client(client).await.expect("a registration");
    let peer = Peer::new(server, Approves, clock);
    let answer = peer.get(&format!("http://127.0.0.1:8080/authorize?{}", form(&STRICT))).await;
    assert_eq!(answer.status, 302);
    assert_eq!(answer.query()["iss"], "http://127.0.0.1:8080");
}

// shows: RFC6749-3.3-01, RFC6749-3.3-02, RFC6749-4.2.2-06, RFC6749-10.3-06
#[tokio::test]
async fn approving_less_is_told_to_the_client() {
    let decide = |request: AuthorizationRequest| {
        request.approve(Approval::by(subject("username")).scope(Scope::parse("write admin").expect("a scope")))
    };
    let peer = common::fixture_that(decide).await;
    for (response_type, place) in [("code", Query), ("token", Fragment), ("code token", Fragment)] {
        let more = [("response_type", response_type), ("scope", "read write")];
        let sent = Sent::of(&peer.authorize(&pairs(&more)).await);
        assert_eq!((sent.place, sent.get("scope")), (place, Some("write")));
    }
}
