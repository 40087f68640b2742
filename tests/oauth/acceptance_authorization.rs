//! The acceptance cases of the authorization endpoint, named by their ids. Those with ID tokens are in `acceptance_openid.rs`.

use bytes::Bytes;
use grantor::{Authorization, Client, Decision, Transport};
use http::{Method, Request, Response, header};

use crate::common::SentBack as _;
use crate::common::moody_store::Mood;
use crate::common::{
    CALLBACK, PKCE, Peer, REQUEST, VERIFIER, fixture, fixture_that, form, lacking, modern_fixture, moody_fixture, redemption,
    refreshing, with,
};

const EVIL: (&str, &str) = ("redirect_uri", "https://evil.example/p");

/// The names of what came back, sorted.
fn names(parameters: &std::collections::BTreeMap<String, String>) -> Vec<&str> {
    let mut names: Vec<_> = parameters.keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

// shows: RFC6749-3.1-06, RFC6749-4.1.2-01, RFC6749-4.1.2-08, RFC7636-4.4-02
#[tokio::test]
async fn b01_a_code_comes_with_state_and_scope() {
    let answer = fixture().await.authorize(&REQUEST).await;
    assert_eq!(answer.status, 302);
    assert!(answer.location().starts_with(&format!("{CALLBACK}?")), "{answer:?}");
    let query = answer.query();
    assert_eq!(names(&query), ["code", "iss", "scope", "state"]);
    assert_eq!((&*query["state"], &*query["scope"], &*query["iss"]), ("xyz", "scope", "https://as.example.com"));
    assert_eq!((answer.header("cache-control"), answer.header("referrer-policy")), ("no-store", "no-referrer"));
}

#[tokio::test]
async fn b03_plain_pkce_works_where_it_is_enabled_and_is_refused_elsewhere() {
    let plain = with(&REQUEST, &[("code_challenge", VERIFIER), ("code_challenge_method", "plain")]);
    let peer = fixture().await;
    peer.redeem(&peer.code_for(&plain).await).await.assert_ok();
    modern_fixture().await.authorize(&plain).await.assert_query_error("invalid_request");
}

// shows: RFC7636-4.2-02, RFC9700-2.1.1-07
#[tokio::test]
async fn b04_s256_pkce_works_and_the_code_is_unknown_afterwards() {
    let peer = fixture().await;
    let answer = peer.authorize(&with(&REQUEST, &PKCE)).await;
    let query = answer.query();
    assert_eq!((&*query["state"], &*query["scope"]), ("xyz", "scope"));
    peer.redeem(&query["code"]).await.assert_ok();
    peer.redeem(&query["code"]).await.assert_error(400, "invalid_grant");
}

// shows: RFC6749-4.2.1-01, RFC6749-4.2.2-01, RFC6749-4.2.2-02, RFC6749-4.2.2-03, RFC6749-4.2.2-05, RFC6749-4.2.2-07
// shows: RFC6749-4.2.2-08
#[tokio::test]
async fn b07_b08_an_implicit_response_is_in_the_fragment_and_has_no_refresh_token() {
    let peer = fixture().await;
    let answer = peer.authorize(&with(&REQUEST, &[("response_type", "token")])).await;
    let fragment = answer.fragment();
    assert_eq!((answer.status.as_u16(), answer.query().len()), (302, 0));
    assert_eq!(names(&fragment), ["access_token", "expires_in", "iss", "scope", "state", "token_type"]);
    assert_eq!([&*fragment["state"], &fragment["scope"], &fragment["token_type"]], ["xyz", "scope", "Bearer"]);
    assert!(fragment["expires_in"].parse::<u32>().is_ok_and(|seconds| seconds > 0));
    assert!(peer.is_active(&fragment["access_token"]).await);
}

// shows: RFC6749-3.1.1-02, OAUTH-RESPONSES-5-01, OAUTH-RESPONSES-5-09
#[tokio::test]
async fn b14_code_token_is_in_the_fragment_in_whatever_order_it_is_asked_for() {
    let peer = fixture().await;
    for response_type in ["code token", "token code"] {
        let answer = peer.authorize(&with(&with(&REQUEST, &PKCE), &[("response_type", response_type)])).await;
        let fragment = answer.fragment();
        assert_eq!((answer.status.as_u16(), answer.query().len()), (302, 0));
        assert_eq!(names(&fragment), ["access_token", "code", "expires_in", "iss", "scope", "state", "token_type"]);
        assert!(peer.is_active(&fragment["access_token"]).await);
        peer.redeem(&fragment["code"]).await.assert_ok();
    }
}

// shows: RFC9207-4-04, OAUTH-RESPONSES-4-01, OAUTH-RESPONSES-4-02, OAUTH-RESPONSES-4-03, OAUTH-RESPONSES-4-04
#[tokio::test]
async fn b15_response_type_none_returns_state_and_issuer_alone() {
    let answer = fixture().await.authorize(&with(&REQUEST, &[("response_type", "none")])).await;
    assert_eq!((answer.status.as_u16(), answer.location().contains('#')), (302, false));
    assert_eq!(names(&answer.query()), ["iss", "state"]);
    assert_eq!(answer.query()["state"], "xyz");
}

// shows: FORM-POST-2-03
#[tokio::test]
async fn b17_form_post_is_a_page_with_a_form_that_submits_itself() {
    for (response_type, fields) in [
        ("code", &["code", "scope", "state", "iss"][..]),
        ("token", &["access_token", "token_type", "expires_in", "scope", "state", "iss"]),
        ("code token", &["code", "access_token", "token_type", "expires_in", "scope", "state", "iss"]),
        ("none", &["state", "iss"]),
    ] {
        let request = with(&REQUEST, &[("response_type", response_type), ("response_mode", "form_post")]);
        let answer = fixture().await.authorize(&request).await;
        answer.assert_page(200);
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(answer.body.contains(&format!(r#"<form method="post" action="{CALLBACK}">"#)), "{answer:?}");
        let script = answer.body.split_once("<script>").and_then(|(_, rest)| rest.split_once("</script>"));
        assert!(script.is_some_and(|(script, _)| script.contains("submit")), "{answer:?}");
        let inputs = answer.body.split(r#"<input type="hidden" name=""#).skip(1);
        let present: Vec<_> = inputs.map(|input| input.split('"').next().unwrap_or_default()).collect();
        assert_eq!(present, fields);
    }
}

// shows: OAUTH-RESPONSES-5-02, OAUTH-RESPONSES-7-01
#[tokio::test]
async fn b18_response_mode_query_is_refused_for_a_response_with_a_token() {
    let peer = fixture().await;
    for response_type in ["token", "code token"] {
        let request = with(&REQUEST, &[("response_type", response_type), ("response_mode", "query")]);
        peer.authorize(&request).await.assert_fragment_error("invalid_request");
    }
    let request = with(&REQUEST, &[("response_mode", "query")]);
    assert!(peer.authorize(&request).await.query().contains_key("code"));
}

// shows: RFC6749-4.1.1-02
#[tokio::test]
async fn b20_b21_without_a_known_client_there_is_a_page_and_no_challenge() {
    let peer = fixture().await;
    for request in lacking(&REQUEST, "client_id").into_iter().chain([with(&REQUEST, &[("client_id", "nobody")])]) {
        peer.authorize(&request).await.assert_page(400);
    }
}

// shows: RFC6749-3.1-08, RFC6749-3.1.2.3-01, RFC6749-4.1.1-03
#[tokio::test]
async fn b22_a_missing_redirect_uri_is_the_only_registered_one_or_an_error_page() {
    let peer = fixture().await;
    let second = "https://ownauth.com/second";
    peer.register(Client::public("two").redirect_uri(CALLBACK).redirect_uri(second).scope("scope")).await;
    for request in lacking(&REQUEST, "redirect_uri") {
        let code = peer.code_for(&request).await;
        let [redemption, _] = lacking(&redemption(&code), "code_verifier");
        let [redemption, _] = lacking(&redemption, "redirect_uri");
        peer.token(&redemption).await.assert_ok();
        peer.authorize(&with(&request, &[("client_id", "two")])).await.assert_page(400);
    }
}

// shows: RFC6749-3.1.2.3-02, RFC6749-10.1-04, RFC6749-10.6-04
#[tokio::test]
async fn b23_an_unregistered_redirect_uri_is_a_page() {
    let peer = fixture().await;
    for uri in
        [EVIL.1, "https://ownauth.com/callback/", "https://ownauth.com/callback?x=1", "http://ownauth.com/callback", "/callback"]
    {
        peer.authorize(&with(&REQUEST, &[("redirect_uri", uri)])).await.assert_page(400);
    }
}

// shows: RFC6749-3.1-08, RFC6749-3.1.1-01, RFC6749-3.1.1-03, RFC6749-4.1.1-01, RFC6749-4.1.2.1-03, RFC6749-4.1.2.1-04
// shows: RFC6749-4.1.2.1-07
#[tokio::test]
async fn b24_b25_a_missing_or_unknown_response_type_is_redirected_only_to_a_valid_target() {
    let peer = fixture().await;
    let unknown = ["code code", "code ", "id", "CODE"].map(|kind| with(&REQUEST, &[("response_type", kind)]));
    let missing = lacking(&REQUEST, "response_type").map(|request| (request, "invalid_request"));
    for (request, error) in missing.into_iter().chain(unknown.map(|request| (request, "unsupported_response_type"))) {
        peer.authorize(&request).await.assert_query_error(error);
        peer.authorize(&with(&request, &[EVIL])).await.assert_page(400);
        peer.authorize(&with(&request, &[("client_id", "nobody")])).await.assert_page(400);
    }
}

// shows: RFC6749-4.1.2.1-04, RFC7636-4.4.1-03
#[tokio::test]
async fn b26_b27_a_challenge_that_is_missing_or_of_an_unknown_method_is_refused() {
    let peer = fixture().await;
    let request = with(&REQUEST, &PKCE);
    for request in lacking(&request, "code_challenge") {
        peer.authorize(&request).await.assert_query_error("invalid_request");
    }
    for method in ["S512", "s256", "PLAIN", "none"] {
        let request = with(&request, &[("code_challenge_method", method)]);
        peer.authorize(&request).await.assert_query_error("invalid_request");
    }
}

// shows: RFC6749-4.1.2.1-03, RFC6749-4.1.2.1-08
#[tokio::test]
async fn b29_an_unknown_scope_is_an_error_where_the_response_would_be() {
    let peer = fixture().await;
    for scope in ["unknown", "scope unknown", "scope  read", "\"scope\""] {
        let request = with(&REQUEST, &[("scope", scope)]);
        peer.authorize(&request).await.assert_query_error("invalid_scope");
        for response_type in ["token", "code token"] {
            peer.authorize(&with(&request, &[("response_type", response_type)])).await.assert_fragment_error("invalid_scope");
        }
    }
}

// shows: RFC6749-4.1.2.1-05
#[tokio::test]
async fn b30_a_response_type_that_the_client_has_not_registered_is_unauthorized_client() {
    let peer = fixture().await;
    peer.register(Client::public("only-code").redirect_uri(CALLBACK).scope("scope")).await;
    let request = with(&REQUEST, &[("client_id", "only-code")]);
    peer.authorize(&with(&request, &[("response_type", "none")])).await.assert_query_error("unauthorized_client");
    for response_type in ["token", "code token", "token code"] {
        let request = with(&request, &[("response_type", response_type)]);
        peer.authorize(&request).await.assert_fragment_error("unauthorized_client");
    }
}

// shows: RFC6749-3.1-05, RFC6749-3.2-04, RFC6749-10.9-01
#[tokio::test]
async fn b31_a_request_in_the_clear_is_refused_without_a_redirect() {
    let peer = fixture().await;
    let path = format!("/authorize?{}", form(&REQUEST));
    peer.get(&format!("http://as.example.com{path}")).await.assert_page(400);
    let marked = Request::get(path).extension(Transport::Plain).body(Bytes::new()).expect("a request");
    peer.send(marked).await.assert_page(400);
    let token = Request::post("http://as.example.com/token").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    peer.send(token.body(form(&refreshing("x"))).expect("a request")).await.assert_error(400, "invalid_request");
}

#[tokio::test]
async fn b32_other_methods_are_405_with_allow() {
    let peer = fixture().await;
    for method in [Method::DELETE, Method::PUT, Method::HEAD] {
        let request = Request::builder().method(method).uri(format!("/authorize?{}", form(&REQUEST)));
        let answer = peer.send(request.body(Bytes::new()).expect("a request")).await;
        assert_eq!((answer.status.as_u16(), answer.header("allow"), answer.location()), (405, "GET, POST, OPTIONS", ""));
    }
    assert_eq!(peer.get("/token").await.header("allow"), "POST, OPTIONS");
}

// shows: RFC6749-3.1-01, RFC6749-4.1.1-06, RFC8252-8.6-01, RFC8252-8.6-02
#[tokio::test]
async fn b33_without_a_signed_in_person_the_application_gets_the_request_and_the_client_no_code() {
    let http = Request::get(format!("/authorize?{}", form(&REQUEST))).body(Bytes::new()).expect("a request");
    let Peer { server, .. } = fixture().await;
    let Authorization::Interact(request) = server.authorization().handle(http).await else { panic!("nothing to decide") };
    assert_eq!((request.client().id().as_str(), request.scope().as_str()), ("pub", "scope"));

    let login = |_| Decision::page(Response::new("sign in".into()));
    let answer = fixture_that(login).await.authorize(&REQUEST).await;
    assert_eq!((answer.status.as_u16(), &*answer.body, answer.location()), (200, "sign in", ""));
}

// shows: RFC6749-4.1.2.1-02, RFC9700-4.11.2-03
#[tokio::test]
async fn n01_an_error_is_never_redirected_to_a_foreign_redirect_uri() {
    let [request, empty] = lacking(&with(&REQUEST, &[EVIL]), "response_type");
    let peer = fixture().await;
    peer.authorize(&request).await.assert_page(400);
    peer.authorize(&empty).await.assert_page(400);
    peer.authorize(&[EVIL]).await.assert_page(400);
}

// shows: RFC7636-4.3-02, RFC7636-4.5-02
#[tokio::test]
async fn n02_a_challenge_without_method_is_plain_or_refused_at_once() {
    let request = with(&REQUEST, &[("code_challenge", VERIFIER)]);
    let peer = fixture().await;
    let code = peer.code_for(&request).await;
    let redemption = redemption(&code);
    let other = VERIFIER.to_uppercase();
    for wrong in lacking(&redemption, "code_verifier").into_iter().chain([with(&redemption, &[("code_verifier", &other)])]) {
        peer.token(&wrong).await.assert_error(400, "invalid_grant");
    }
    peer.token(&redemption).await.assert_ok();
    modern_fixture().await.authorize(&request).await.assert_query_error("invalid_request");
}

/// Every way in which an implicit or hybrid request fails after its target is known.
// shows: RFC6749-4.1.1-06, RFC6749-4.2.2.1-03, RFC6749-4.2.2.1-09, RFC9207-2-01
#[tokio::test]
async fn n25_every_error_of_a_response_with_a_token_is_in_the_fragment() {
    let peer = moody_fixture().await;
    for response_type in ["token", "code token", "token id_token"] {
        let request = with(&REQUEST, &[("response_type", response_type)]);
        let known = response_type != "token id_token";
        let unless_unknown = |error| if known { error } else { "unsupported_response_type" };
        for (change, error) in [
            (("scope", "unknown"), unless_unknown("invalid_scope")),
            (("response_mode", "query"), unless_unknown("invalid_request")),
            (("response_mode", "pigeon"), unless_unknown("invalid_request")),
        ] {
            peer.authorize(&with(&request, &[change])).await.assert_fragment_error(error);
        }
        let twice: Vec<_> = request.iter().copied().chain([("scope", "scope")]).collect();
        peer.authorize(&twice).await.assert_fragment_error("invalid_request");
        if known {
            let denying = fixture_that(grantor::AuthorizationRequest::deny).await;
            denying.authorize(&request).await.assert_fragment_error("access_denied");
            peer.server.storage().hook.set(Mood::TokensFail);
            peer.authorize(&request).await.assert_fragment_error("server_error");
            peer.server.storage().hook.set(Mood::Sound);
        }
        peer.server.set_available(false);
        peer.authorize(&request).await.assert_fragment_error("temporarily_unavailable");
        peer.server.set_available(true);
    }
}

// shows: RFC6749-3.1.2-02, RFC6749-3.1.2-03
#[tokio::test]
async fn n26_the_registered_redirect_uri_is_kept_byte_for_byte() {
    let peer = fixture().await;
    for (index, uri) in [
        "https://ownauth.com/cb?x=1&x=2&blank=&y=z",
        "https://ownauth.com/cb;p=1",
        "https://ownauth.com/cb?a=%2F%20b+c&d",
        "com.example.app:/cb",
    ]
    .into_iter()
    .enumerate()
    {
        let id = format!("uri-{index}");
        peer.register(Client::public(&*id).redirect_uri(uri).scope("scope")).await;
        let answer = peer.authorize(&with(&REQUEST, &[("client_id", &*id), ("redirect_uri", uri)])).await;
        let separator = if uri.contains('?') { '&' } else { '?' };
        assert!(answer.location().starts_with(&format!("{uri}{separator}code=")), "{answer:?}");
    }
}

// shows: RFC6749-4.1.2.1-06
#[tokio::test]
async fn n27_a_denial_keeps_the_state() {
    let peer = fixture_that(grantor::AuthorizationRequest::deny).await;
    peer.authorize(&REQUEST).await.assert_query_error("access_denied");
    let state = "a b&c=d#\u{e9}%41+";
    let answer = peer.authorize(&with(&REQUEST, &[("state", state)])).await;
    assert_eq!(answer.query()["state"], state);
}

// shows: RFC6749-3.1-07
#[tokio::test]
async fn n28_a_posted_form_is_the_same_as_a_query() {
    let peer = fixture().await;
    let answer = peer.post("/authorize", None, &with(&REQUEST, &PKCE)).await;
    // 303, so that the browser does not post on (RFC 9700 section 4.12).
    assert_eq!((answer.status.as_u16(), names(&answer.query())), (303, vec!["code", "iss", "scope", "state"]));
    peer.redeem(&answer.query()["code"]).await.assert_ok();
    peer.post("/authorize", None, &with(&REQUEST, &[EVIL])).await.assert_page(400);
    // What is in the query of a POST is not part of the request.
    peer.post(&format!("/authorize?{}", form(&REQUEST)), None, &[]).await.assert_page(400);
}
