//! The endpoint: who may push what, and what comes back.

use std::collections::HashSet;

use grantor::{ClientSecret, Endpoints, PushedAuthorizationRequests, PushedRequestLifetime, RequestBytes, lifetime};
use http::{Method, Request};

use crate::common::{CALLBACK, SECRET, basic, form, lacking, with};
use crate::{PREFIX, bring, clients, peer, push, pushed, redeem, request};

// shows: RFC9126-2.2-01, RFC9126-2.2-02, RFC9126-2.2-03, RFC9126-7.1-01, RFC9126-2.1-02, RFC9126-2-02
#[tokio::test]
async fn a_request_is_pushed_brought_approved_and_redeemed() {
    let peer = peer!();
    for client in ["pub", "conf"] {
        let answer = push(&peer, &request(client)).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (201, "application/json"), "{answer:?}");
        assert_eq!((answer.header("cache-control"), &answer.json()["expires_in"]), ("no-store", &60.into()));
        let uri = answer.member("request_uri");
        let reference = uri.strip_prefix(PREFIX).expect("the form of RFC 9126 section 2.2");
        assert!(reference.len() >= 43 && reference.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)), "{uri}");
        let answer = bring(&peer, client, &uri).await;
        assert_eq!(answer.status, 302, "{answer:?}");
        assert!(answer.location().starts_with(CALLBACK));
        redeem(&peer, client, &answer).await.assert_ok();
    }
    let metadata = peer.get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(metadata["pushed_authorization_request_endpoint"], "https://as.example.com/par");
    assert!(metadata.get("require_pushed_authorization_requests").is_none());
}

// shows: RFC9126-2.2-02
#[tokio::test]
async fn no_reference_is_like_another() {
    let peer = peer!();
    let mut seen = HashSet::new();
    for _ in 0..50 {
        let uri = pushed(&peer, &request("pub")).await;
        // Behind the moment, which is the same for all of them.
        for at in (PREFIX.len() + 8..uri.len() - 8).step_by(8) {
            assert!(seen.insert(uri[at..at + 8].to_owned()), "{uri}");
        }
    }
}

// shows: RFC9126-2.3-04, RFC9126-2-01
#[tokio::test]
async fn nothing_but_a_post_with_a_form() {
    let peer = peer!();
    let body = form(&request("pub"));
    for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE] {
        let request = Request::builder().method(method).uri(format!("/par?{body}")).body(String::new()).expect("a request");
        let answer = peer.send(request).await;
        assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, "POST, OPTIONS"), "{answer:?}");
    }
    let json = Request::post("/par").header("content-type", "application/json").body(body.clone()).expect("a request");
    peer.send(json).await.assert_error(400, "invalid_request");
    let plain = Request::post("/par").header("content-type", "application/x-www-form-urlencoded");
    let plain = plain.extension(grantor::Transport::Plain).body(body.clone()).expect("a request");
    peer.send(plain).await.assert_error(400, "invalid_request");
    // Not in the URL.
    let query = Request::post(format!("/par?{body}")).header("content-type", "application/x-www-form-urlencoded");
    peer.send(query.body(String::new()).expect("a request")).await.assert_error(401, "invalid_client");
}

// shows: RFC9126-2.1-02, RFC9126-2.3-01
#[tokio::test]
async fn clients_authenticate_as_at_the_token_endpoint() {
    let peer = peer!();
    let conf = request("conf");
    // In the body.
    let answer = peer.post("/par", None, &with(&conf, &[("client_secret", SECRET)])).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    // Not at all, with a wrong secret, as somebody else, twice.
    peer.post("/par", None, &conf).await.assert_error(401, "invalid_client");
    peer.post("/par", Some(&basic("conf", "wrong")), &conf).await.assert_error(401, "invalid_client");
    peer.post("/par", Some(&basic("nobody", SECRET)), &request("nobody")).await.assert_error(401, "invalid_client");
    peer.post("/par", None, &request("nobody")).await.assert_error(401, "invalid_client");
    peer.post("/par", Some(&basic("other", SECRET)), &conf).await.assert_error(400, "invalid_request");
    let both = with(&conf, &[("client_secret", SECRET)]);
    peer.post("/par", Some(&basic("conf", SECRET)), &both).await.assert_error(400, "invalid_request");
    // The client_id is of the request, too.
    for without in lacking(&conf, "client_id") {
        peer.post("/par", Some(&basic("conf", SECRET)), &without).await.assert_error(400, "invalid_request");
    }
}

// shows: RFC9126-2.1-03, RFC9126-2.1-01
#[tokio::test]
async fn a_request_uri_is_not_pushed() {
    let peer = peer!();
    let uri = pushed(&peer, &request("conf")).await;
    for value in [&*uri, "https://app.example.com/request.jwt", ""] {
        push(&peer, &with(&request("conf"), &[("request_uri", value)])).await.assert_error(400, "invalid_request");
        push(&peer, &[("client_id", "conf"), ("request_uri", value)]).await.assert_error(400, "invalid_request");
    }
    assert_eq!(bring(&peer, "conf", &uri).await.status, 302);
}

// shows: RFC9126-2.1-04, RFC9126-2.3-01
#[tokio::test]
async fn what_is_wrong_with_a_request_is_told_to_the_client_as_json() {
    let peer = peer!();
    for client in ["pub", "conf"] {
        let request = request(client);
        for (changes, code) in [
            (("redirect_uri", "https://evil.example.com/"), "invalid_request"),
            (("response_type", "token"), "unsupported_response_type"),
            (("response_type", ""), "invalid_request"),
            (("response_mode", "telepathy"), "invalid_request"),
            (("scope", "admin"), "invalid_scope"),
            (("code_challenge", ""), "invalid_request"),
            (("code_challenge_method", "plain"), "invalid_request"),
            (("max_age", "soon"), "invalid_request"),
            (("request", "e30.e30."), "request_not_supported"),
            (("state", "\u{7}"), "invalid_request"),
        ] {
            let answer = push(&peer, &with(&request, &[changes])).await;
            answer.assert_error(400, code);
            assert_eq!(answer.location(), "");
        }
    }
}

// shows: RFC9126-2.3-01
#[tokio::test]
async fn parameters_do_not_repeat() {
    let peer = peer!();
    let request = request("conf");
    for name in ["client_id", "redirect_uri", "state", "scope", "response_type", "code_challenge", "request"] {
        let (_, value) = request.iter().find(|(known, _)| *known == name).copied().unwrap_or((name, "a"));
        let mut twice = request.clone();
        twice.extend([(name, value), (name, value)]);
        push(&peer, &twice).await.assert_error(400, "invalid_request");
    }
    let mut twice = request.clone();
    twice.extend([("client_secret", SECRET), ("client_secret", SECRET)]);
    peer.post("/par", None, &twice).await.assert_error(400, "invalid_request");
}

#[tokio::test]
async fn a_request_is_bounded() {
    let peer = peer!(PushedAuthorizationRequests::new(), request_bytes(RequestBytes::new(1_024).expect("a limit")));
    push(&peer, &with(&request("pub"), &[("more", &"x".repeat(1_024))])).await.assert_error(400, "invalid_request");
    // What counts is what is kept.
    let long = "x".repeat(4_096);
    let answer = push(&peer, &with(&request("pub"), &[("client_assertion", &long), ("client_assertion_type", &long)])).await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

#[tokio::test]
async fn the_application_sees_what_the_library_does_not_know_and_no_credentials() {
    let peer = peer!();
    let more = [("client_secret", SECRET), ("color", "blue"), ("color", "red"), ("client_assertion_type", "")];
    let mut pairs = request("conf");
    pairs.extend(more);
    let answer = peer.post("/par", None, &pairs).await;
    let uri = answer.member("request_uri");
    let browser = crate::common::browser::Browser::default();
    let request = browser.request(&*peer.server, &crate::brought("conf", &uri)).await;
    assert_eq!(request.parameters("color").collect::<Vec<_>>(), ["blue", "red"]);
    assert_eq!(request.parameter("client_secret"), None);
    assert_eq!((request.scope().as_str(), request.client().id().as_str()), ("scope", "conf"));
}

#[tokio::test]
async fn lifetime_and_place_are_settings() {
    let feature = PushedAuthorizationRequests::new().lifetime(lifetime!(PushedRequestLifetime, 5));
    let endpoints = Endpoints::new().pushed_authorization_request("/as/par").expect("a path");
    let peer = peer!(feature, endpoints(endpoints));
    let answer = peer.post("/as/par", None, &request("pub")).await;
    assert_eq!(answer.json()["expires_in"], 5);
    assert_eq!(peer.post("/par", None, &request("pub")).await.status, 404);
    let metadata = peer.get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(metadata["pushed_authorization_request_endpoint"], "https://as.example.com/as/par");
    for seconds in [4, 601] {
        assert!(PushedRequestLifetime::from_secs(seconds).is_err());
    }
}

#[tokio::test]
async fn a_client_that_may_not_ask_may_not_push() {
    let peer = peer!();
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let job = grantor::Client::confidential("job", &secret).grant_types(["refresh_token"]).redirect_uri(CALLBACK).scope("scope");
    peer.server.register_client(job.build().expect("a client")).await.expect("a registration");
    push(&peer, &request("job")).await.assert_error(400, "unauthorized_client");
    // Nor while the server is switched off, whoever it is.
    assert_eq!(clients().len(), 3);
    peer.server.set_available(false);
    let answer = push(&peer, &request("conf")).await;
    assert_eq!((answer.status.as_u16(), &*answer.member("error")), (503, "temporarily_unavailable"));
}
