//! Regression tests for the defects of `seed/pitfalls.md` with severity C or H, named by their ids. Covered by other tests:
//!
//! | id | where |
//! |---|---|
//! | D-02 | `acceptance_authorization::b33_without_a_signed_in_person_the_application_gets_the_request_and_the_client_no_code` |
//! | D-03 | `acceptance_authorization::n25_every_error_of_a_response_with_a_token_is_in_the_fragment` |
//! | D-17 | `acceptance_authorization::n02_a_challenge_without_method_is_plain_or_refused_at_once` |
//! | D-25 | `acceptance_token::b38_a_code_is_not_redeemed_with_another_redirect_uri_even_if_registered` |
//! | D-26 | `races::n06_of_64_redemptions_of_one_code_one_wins_and_its_tokens_are_dead` |
//! | D-27 | `acceptance_token::n07_a_replayed_code_is_refused_and_its_tokens_revoked` |
//! | D-45 | `races::n08_of_64_refreshes_without_window_one_wins_and_the_family_is_dead` |

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use grantor::{
    Authorization, AuthorizationCode, AuthorizationRequest, AuthorizationServer, Client, Code, Development, ErrorUri,
    ManualClock, MemoryStore, Parameters, Rfc6749, TokenRequest, Transport, issuer,
};
use http::{HeaderMap, HeaderValue, Method, Request, header};
use sha2::{Digest as _, Sha256};

use crate::common::SentBack as _;
use crate::common::html_form::Form;
use crate::common::moody_store::Mood;
use crate::common::{
    self, Answer, Approves, CALLBACK, Decides, PKCE, Pairs, Peer, REQUEST, SECRET, VERIFIER, basic, fixture, fixture_that,
    fixture_with_window, form, moody_fixture, redemption, refreshing, with,
};

const FORM: &str = "application/x-www-form-urlencoded";

// shows: RFC6749-3.1.2.3-02, RFC6749-3.1.2.4-02, RFC6749-4.2.1-06, RFC9700-2.1-02, RFC9700-4.11.2-03
#[tokio::test]
async fn d01_nothing_is_redirected_to_a_foreign_host_whatever_else_is_wrong() {
    let peer = moody_fixture().await;
    let evil = with(&REQUEST, &[("redirect_uri", "https://evil.example/p")]);
    let assert_harmless = |answer: &Answer, status| {
        answer.assert_page(status);
        assert!(!answer.body.contains("evil.example"), "{answer:?}");
    };
    for change in [
        ("state", "xyz"),
        ("state", ""),
        ("response_type", ""),
        ("response_type", "unknown"),
        ("response_type", "token"),
        ("response_mode", "fragment"),
        ("response_mode", "form_post"),
        ("response_mode", "pigeon"),
        ("scope", "unknown"),
        ("code_challenge_method", "S256"),
        ("client_id", ""),
        ("client_id", "nobody"),
    ] {
        let request = with(&evil, &[change]);
        assert_harmless(&peer.authorize(&request).await, 400);
        assert_harmless(&peer.post("/authorize", None, &request).await, 400);
        assert_harmless(&peer.get(&format!("http://as.example.com/authorize?{}", form(&request))).await, 400);
        let twice = [&request[..], &[("scope", "scope"), ("state", "x")]].concat();
        assert_harmless(&peer.authorize(&twice).await, 400);
        peer.server.set_available(false);
        assert_harmless(&peer.authorize(&request).await, 400);
        peer.server.set_available(true);
    }
    for pair in [[("redirect_uri", CALLBACK), evil[4]], [evil[4], ("redirect_uri", CALLBACK)]] {
        assert_harmless(&peer.authorize(&[&REQUEST[..], &pair].concat()).await, 400);
    }
    peer.server.storage().hook.set(Mood::ClientsFail);
    assert_harmless(&peer.authorize(&evil).await, 500);
}

// shows: OAUTH-RESPONSES-7-01
#[tokio::test]
async fn d04_no_access_token_is_ever_in_a_query() {
    let peer = fixture().await;
    for response_type in ["token", "code token", "token code"] {
        for mode in ["", "query", "fragment", "form_post", "query fragment", "QUERY"] {
            let request = with(&REQUEST, &[("response_type", response_type), ("response_mode", mode)]);
            for answer in [peer.authorize(&request).await, peer.post("/authorize", None, &request).await] {
                let before_fragment = answer.location().split('#').next().unwrap_or_default();
                assert_eq!(before_fragment, if mode == "form_post" { "" } else { CALLBACK }, "{response_type} {answer:?}");
            }
        }
    }
}

// shows: RFC6749-10.14-01
#[tokio::test]
async fn d06_form_post_carries_errors_too_and_nothing_of_it_can_break_out() {
    let state = "\"><script>alert(1)</script>&amp;'";
    let action = "https://ownauth.com/callback?a=1&b='2'";
    for decide in
        [Decides(AuthorizationRequest::deny), Decides(|request| request.approve(grantor::Approval::by(common::subject("a"))))]
    {
        let peer = fixture_that(decide.0).await;
        peer.register(Client::public("app").redirect_uri(action).scope("scope")).await;
        let request = [("client_id", "app"), ("redirect_uri", action), ("state", state), ("response_mode", "form_post")];
        let answer = peer.authorize(&with(&REQUEST, &request)).await;
        answer.assert_page(200);
        let form = Form::read(&answer.body);
        assert_eq!((&*form.method, &*form.action, form.input("state")), ("post", action, state));
        let hash = STANDARD.encode(Sha256::digest(&form.script));
        assert!(answer.header("content-security-policy").contains(&format!("script-src 'sha256-{hash}'")), "{answer:?}");
        assert!(form.names().contains(&"code") != form.names().contains(&"error"), "{form:?}");
    }
}

// shows: RFC6749-4.1.3-09
#[tokio::test]
async fn d30_a_code_of_one_client_is_nothing_to_another_and_stays_good() {
    let peer = fixture().await;
    let code = peer.code("pub").await;
    let stolen = with(&redemption(&code), &[("client_id", "other")]);
    peer.post("/token", Some(&basic("other", SECRET)), &stolen).await.assert_error(400, "invalid_grant");
    let answer = peer.redeem(&code).await;
    answer.assert_ok();
    // Nor does another client's replay end the tokens.
    peer.post("/token", Some(&basic("other", SECRET)), &stolen).await.assert_error(400, "invalid_grant");
    assert!(peer.is_active(&answer.member("access_token")).await);
}

// shows: RFC9700-4.15-01
#[tokio::test]
async fn d31_the_subject_travels_from_the_approval_to_every_token() {
    let peer = fixture().await;
    let (access_token, mut refresh_token) = peer.tokens().await;
    let mut tokens = vec![access_token, refresh_token.clone()];
    for _ in 0..3 {
        for token in tokens {
            let claims = peer.introspect(&token).await;
            assert_eq!([&claims["sub"], &claims["username"], &claims["client_id"]], ["username", "username", "pub"]);
        }
        let answer = peer.refresh(&refresh_token).await;
        refresh_token = answer.member("refresh_token");
        tokens = vec![answer.member("access_token"), refresh_token.clone()];
    }
}

// shows: RFC6749-2.3.1-07, RFC6749-4.4.2-04
#[tokio::test]
async fn d34_an_empty_secret_authenticates_nobody_anywhere() {
    let peer = fixture().await;
    let (access_token, _) = peer.tokens().await;
    for client in ["pub", "conf", "rs", "nobody"] {
        let in_body = [("client_id", client), ("client_secret", "")];
        for (header, body) in [(Some(basic(client, "")), &[][..]), (None, &in_body[..]), (None, &in_body[..1])] {
            let request = [body, &[("grant_type", "client_credentials"), ("token", &access_token)]].concat();
            let answer = peer.post("/token", header.as_deref(), &request).await;
            match (client, &header) {
                // It may say who it is. That is no authentication, and does not do for this grant.
                ("pub", None) => answer.assert_error(400, "unauthorized_client"),
                _ => answer.assert_error(401, "invalid_client"),
            }
            peer.post("/introspect", header.as_deref(), &request).await.assert_error(401, "invalid_client");
            if client != "pub" || header.is_some() {
                peer.post("/revoke", header.as_deref(), &request).await.assert_error(401, "invalid_client");
            }
        }
    }
    assert!(peer.is_active(&access_token).await);
}

/// What the application says about the transport counts; what a header says never does.
// shows: RFC6749-2.3.1-10
#[tokio::test]
async fn d40_forwarding_headers_change_nothing_in_either_direction() {
    let peer = fixture().await;
    let (_, mut refresh_token) = peer.tokens().await;
    let origin = "http://as.example.com";
    for (origin, mark, plain) in [
        ("", None, false),
        ("", Some(Transport::Tls), false),
        ("", Some(Transport::Plain), true),
        (origin, None, true),
        (origin, Some(Transport::Tls), false),
        ("https://as.example.com", None, false),
    ] {
        for forwarded in ["", "http", "https", "http,https", "https,http"] {
            let build = |method, path: &str, body: String| {
                let mut request = Request::builder().method(method).uri(format!("{origin}{path}"));
                request = request.header(header::CONTENT_TYPE, FORM);
                if !forwarded.is_empty() {
                    request = request.header("x-forwarded-proto", forwarded).header("x-forwarded-ssl", "on");
                    request = request.header("forwarded", format!("proto={forwarded}"));
                }
                let mut request = request.body(body).expect("a request");
                mark.map(|mark| request.extensions_mut().insert(mark));
                request
            };
            let answer = peer.send(build(Method::GET, &format!("/authorize?{}", form(&REQUEST)), String::new())).await;
            if plain {
                answer.assert_page(400)
            } else {
                assert_eq!(answer.status, 302, "{origin} {mark:?} {forwarded}")
            }
            let answer = peer.send(build(Method::POST, "/token", form(&refreshing(&refresh_token)))).await;
            if plain {
                answer.assert_error(400, "invalid_request");
            } else {
                refresh_token = answer.member("refresh_token");
            }
        }
    }
}

// shows: RFC9700-4.14.2-04
#[tokio::test]
async fn d44_a_replay_after_the_retry_window_ends_the_successor_and_its_tokens() {
    for (later, retried) in [(4, true), (5, false)] {
        let peer = fixture_with_window(5).await;
        let (_, first) = peer.tokens().await;
        let rotated = peer.refresh(&first).await;
        peer.clock.advance(later);
        let again = peer.refresh(&first).await;
        if retried {
            assert_eq!(again.member("refresh_token"), rotated.member("refresh_token"));
        } else {
            again.assert_error(400, "invalid_grant");
        }
        for token in ["access_token", "refresh_token"] {
            assert_eq!(peer.is_active(&rotated.member(token)).await, retried);
        }
    }
}

#[tokio::test]
async fn d56_d63_a_client_sees_and_ends_its_own_tokens_whatever_the_hint() {
    let peer = fixture().await;
    let conf = basic("conf", SECRET);
    for kind in ["access_token", "refresh_token"] {
        for hint in [&[][..], &["access_token"], &["refresh_token"], &["unknown"], &[""]] {
            let code = peer.code("conf").await;
            let redemption: Pairs<'_> = redemption(&code).into_iter().filter(|(name, _)| *name != "client_id").collect();
            let token = peer.token_conf(&redemption).await.member(kind);
            let hints = hint.iter().map(|hint| ("token_type_hint", *hint));
            let request: Pairs<'_> = [("token", &*token)].into_iter().chain(hints).collect();
            assert_eq!(peer.post("/introspect", Some(&conf), &request).await.json()["active"], true, "{kind} {hint:?}");
            let answer = peer.post("/revoke", Some(&conf), &request).await;
            assert_eq!((answer.status.as_u16(), &*answer.body), (200, ""), "{kind} {hint:?}");
            assert_eq!(peer.post("/introspect", Some(&conf), &request).await.body, r#"{"active":false}"#, "{kind} {hint:?}");
        }
    }
}

// shows: RFC6749-5.2-02, RFC6749-5.2-12, RFC6749-5.2-14
#[tokio::test]
async fn d65_errors_have_the_registered_members_and_the_configured_error_uri() {
    let clock = ManualClock::new(common::START);
    let server = AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .error_uri(ErrorUri::parse("https://docs.example.com/errors#").expect("a URL"))
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .build();
    let client = Client::public("pub").redirect_uri(CALLBACK).scope("scope").build().expect("a client");
    server.register_client(client).await.expect("a registration");
    let peer = Peer::new(server, Approves, clock);
    for (request, error) in [
        (vec![("client_id", "pub")], "invalid_request"),
        (vec![("client_id", "nobody")], "invalid_client"),
        (redemption("unknown").to_vec(), "invalid_grant"),
        (vec![("client_id", "pub"), ("grant_type", "password")], "unsupported_grant_type"),
    ] {
        let body = peer.token(&request).await.json();
        let members: Vec<_> = body.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(members, ["error", "error_description", "error_uri"]);
        assert!(body["error_description"].as_str().is_some_and(|text| !text.is_empty()), "{body}");
        assert_eq!([&body["error"], &body["error_uri"]], [error, &format!("https://docs.example.com/errors#{error}")]);
    }
    let query = peer.authorize(&REQUEST).await.query();
    assert_eq!(query["error_uri"], "https://docs.example.com/errors#invalid_request");
    assert!(!query["error_description"].is_empty() && !query.contains_key("description"));
    // Without the setting the member is not there at all.
    assert_eq!(fixture().await.refresh("unknown").await.json().get("error_uri"), None);
}

#[tokio::test]
async fn d67_the_headers_of_two_responses_are_independent() {
    let peer = fixture().await;
    let authorize = format!("/authorize?{}", form(&REQUEST));
    let form_post = format!("{authorize}&response_mode=form_post");
    let requests = [
        (Method::GET, &*authorize),
        (Method::GET, &form_post),
        (Method::GET, "/authorize"),
        (Method::DELETE, "/authorize"),
        (Method::POST, "/token"),
        (Method::POST, "/introspect"),
        (Method::POST, "/revoke"),
        (Method::GET, "/.well-known/oauth-authorization-server"),
        (Method::GET, "/nowhere"),
    ];
    let ask = async |(method, path): &(Method, &str)| {
        let request = Request::builder().method(method).uri(*path).header(header::CONTENT_TYPE, FORM);
        peer.service.answer(request.body(Bytes::new()).expect("a request")).await
    };
    for request in &requests {
        let mut response = ask(request).await;
        for (_, value) in response.headers_mut() {
            *value = HeaderValue::from_static("changed");
        }
        response.headers_mut().insert(header::SET_COOKIE, HeaderValue::from_static("session=1"));
        for request in &requests {
            let response = ask(request).await;
            assert!(!response.headers().contains_key(header::SET_COOKIE));
            assert!(response.headers().values().all(|value| value != "changed"));
        }
    }
}

/// What goes into the log of an application that formats with `{:?}`. What this library logs itself: `acceptance_other` N-32.
#[tokio::test]
async fn d68_no_type_shows_a_secret_when_formatted_for_debugging() {
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, HeaderValue::from_str(&basic("conf", SECRET)).expect("a header"));
    let body = form(&[
        ("grant_type", "password"),
        ("username", "username"),
        ("password", "password"),
        ("foo", "hunter2"),
        ("code_verifier", VERIFIER),
    ]);
    let parameters = Parameters::parse(body.as_bytes()).expect("parameters");
    let Peer { server, .. } = fixture().await;
    let token_request = TokenRequest::new(grantor::Call::new(&Method::POST, &headers, &parameters));
    let mut shown = vec![format!("{token_request:?} {parameters:?}")];
    let tokens = server.token().exchange(token_request).await.expect("tokens");
    shown.push(format!("{tokens:?}"));

    let plain = [("code_challenge", VERIFIER), ("code_challenge_method", "plain"), ("state", "the-state")];
    let http = Request::get(format!("/authorize?{}", form(&with(&REQUEST, &plain)))).body(Bytes::new()).expect("a request");
    let Authorization::Interact(request) = server.authorization().handle(http).await else { panic!("nothing to decide") };
    shown.push(format!("{request:?}"));
    let suspended = server.authorization().suspend(request).await.expect("a handle");
    shown.push(format!("{suspended:?}"));
    let secret = grantor::ClientSecret::parse(SECRET).expect("a secret");
    shown.push(format!("{secret:?} {:?} {server:?}", Client::confidential("conf", &secret)));

    let basic = basic("conf", SECRET);
    for shown in shown {
        for secret in
            [SECRET, &basic["Basic ".len()..], "hunter2", VERIFIER, "the-state", suspended.handle(), tokens.access_token()]
        {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
}

/// Every parameter of every endpoint: different, equal or empty the second time.
// shows: RFC6749-3.1-10, RFC6749-3.2-08, RFC6749-5.2-03
#[tokio::test]
async fn d71_a_known_parameter_that_occurs_twice_is_refused() {
    let peer = fixture().await;
    let twice = |base: &[(&'static str, &'static str)], name| {
        let first = base.iter().find(|(known, _)| *known == name).map_or("1", |(_, value)| *value);
        let base = with(base, &[(name, first)]);
        [first, "2", ""].map(|second| [&base[..], &[(name, second)]].concat())
    };
    for name in ["client_id", "redirect_uri"] {
        for request in twice(&REQUEST, name) {
            peer.authorize(&request).await.assert_page(400);
            peer.post("/authorize", None, &request).await.assert_page(400);
        }
    }
    let request = [&REQUEST[..], &PKCE].concat();
    for name in ["response_type", "response_mode", "scope", "code_challenge", "code_challenge_method"] {
        for request in twice(&request, name) {
            let answer = peer.authorize(&request).await;
            if name == "response_mode" {
                assert_eq!(answer.query()["error"], "invalid_request", "{answer:?}");
            } else {
                answer.assert_query_error("invalid_request");
            }
        }
    }
    for request in twice(&request, "state") {
        let query = peer.authorize(&request).await.query();
        assert_eq!((&*query["error"], query.get("state")), ("invalid_request", None));
    }
    let as_conf = [("client_id", "conf"), ("client_secret", SECRET)];
    for (path, names) in [
        (
            "/token",
            &["grant_type", "scope", "code", "redirect_uri", "code_verifier", "refresh_token", "username", "password"][..],
        ),
        ("/introspect", &["token", "token_type_hint"]),
        ("/revoke", &["token", "token_type_hint"]),
    ] {
        for name in names.iter().chain(&["client_id", "client_secret"]) {
            for request in twice(&as_conf, name) {
                peer.post(path, None, &request).await.assert_error(400, "invalid_request");
            }
        }
    }
}

// shows: RFC6749-3.1-09, RFC6749-3.2-07, RFC7662-2.1-06
#[tokio::test]
async fn d72_unknown_parameters_are_ignored_at_every_endpoint() {
    let peer = fixture().await;
    let unknown =
        [("foo", "1"), ("foo", "2"), ("prompt", "none"), ("", "x"), ("\u{e9} &", "\u{0}"), ("Scope", "x"), ("code[]", "x")];
    let also = |base: &[(&'static str, &'static str)]| [base, &unknown].concat();
    let code = peer.code_for(&also(&[&REQUEST[..], &PKCE].concat())).await;
    let tokens = peer.token(&[&redemption(&code)[..], &unknown].concat()).await;
    tokens.assert_ok();
    let refresh_token = tokens.member("refresh_token");
    let tokens = peer.token(&[&refreshing(&refresh_token)[..], &unknown].concat()).await;
    tokens.assert_ok();
    let access_token = tokens.member("access_token");
    let token = [&[("token", &*access_token)][..], &unknown].concat();
    let introspected = peer.post("/introspect", Some(&basic("rs", SECRET)), &token).await;
    assert_eq!(introspected.json()["active"], true);
    assert_eq!(peer.post("/revoke", None, &[&token[..], &[("client_id", "pub")]].concat()).await.status, 200);
    assert!(!peer.is_active(&access_token).await);
    assert_eq!(peer.get(&format!("/.well-known/oauth-authorization-server?{}", form(&unknown))).await.status, 200);
}
