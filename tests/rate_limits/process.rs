//! The limits that a process keeps itself.

use std::sync::Arc;

use grantor::{ProcessRateLimits, RateQuota};
use http::{Method, Request};

use super::{HERE, MACHINE, SECRET, THERE, TV, assert_too_many, form, limited, post, token};
use crate::common::{REQUEST, basic, with};

fn quota(at_once: u32, per_minute: u32) -> RateQuota {
    RateQuota::new(at_once, per_minute).expect("a quota")
}

/// Three requests of a source at once, and one more each 20 seconds; of a client as many as it likes.
fn three() -> ProcessRateLimits {
    ProcessRateLimits::new().per_source("token", quota(3, 3)).per_client("token", None)
}

#[tokio::test]
async fn a_source_is_refused_until_the_second_that_it_was_told_and_no_longer() {
    let peer = limited(three()).await;
    for _ in 0..3 {
        token(&peer, HERE, "conf", SECRET).await.assert_ok();
    }
    for passed in 0..20_u32 {
        assert_too_many(&token(&peer, HERE, "conf", SECRET).await, "temporarily_unavailable", &(20 - passed).to_string());
        peer.clock.advance(1);
    }
    token(&peer, HERE, "conf", SECRET).await.assert_ok();
    assert_too_many(&token(&peer, HERE, "conf", SECRET).await, "temporarily_unavailable", "20");
    // Whoever waits for longer has as much as at the beginning, and not more.
    peer.clock.advance(3_600);
    for _ in 0..3 {
        token(&peer, HERE, "conf", SECRET).await.assert_ok();
    }
    assert_too_many(&token(&peer, HERE, "conf", SECRET).await, "temporarily_unavailable", "20");
}

#[tokio::test]
async fn less_than_a_second_is_one() {
    let peer = limited(ProcessRateLimits::new().per_source("token", quota(1, 600))).await;
    token(&peer, HERE, "conf", SECRET).await.assert_ok();
    assert_too_many(&token(&peer, HERE, "conf", SECRET).await, "temporarily_unavailable", "1");
}

#[tokio::test]
async fn other_sources_and_other_endpoints_notice_nothing() {
    let peer = limited(three()).await;
    for _ in 0..10 {
        token(&peer, HERE, "conf", SECRET).await;
    }
    assert_eq!(token(&peer, HERE, "conf", SECRET).await.status, 429);
    token(&peer, THERE, "conf", SECRET).await.assert_ok();
    let introspection = post(HERE, "/introspect", &basic("conf", SECRET), "token=x");
    peer.send(introspection).await.assert_ok();
    // Who has one address of IPv6 has 2^64 of them, and who has one of IPv4 may write it in two ways.
    for address in ["2001:db8::1", "2001:db8::2", "2001:db8:0:0:ffff::3"] {
        token(&peer, address, "conf", SECRET).await.assert_ok();
    }
    assert_eq!(token(&peer, "2001:db8::4", "conf", SECRET).await.status, 429);
    token(&peer, "2001:db8:0:1::1", "conf", SECRET).await.assert_ok();
    assert_eq!(token(&peer, "::ffff:192.0.2.1", "conf", SECRET).await.status, 429);
}

// shows: RFC6749-2.3.1-11
#[tokio::test]
async fn who_guesses_a_secret_keeps_nobody_else_from_using_it() {
    let peer = limited(ProcessRateLimits::new().failures(quota(5, 60)).per_client("token", quota(5, 60))).await;
    for _ in 0..5 {
        token(&peer, HERE, "conf", "a-guess-of-at-least-32-characters-of-text").await.assert_error(401, "invalid_client");
    }
    // Also the right one is not looked at any more, there; nor at an endpoint that would answer as well whether it is right.
    assert_too_many(&token(&peer, HERE, "conf", SECRET).await, "temporarily_unavailable", "1");
    let introspection = post(HERE, "/introspect", &basic("conf", SECRET), "token=x");
    assert_eq!(peer.send(introspection).await.status, 429);
    // The client, which is elsewhere, has all that it had.
    for _ in 0..5 {
        token(&peer, THERE, "conf", SECRET).await.assert_ok();
    }
    assert_eq!(token(&peer, THERE, "conf", SECRET).await.status, 429);
    // One guess each second.
    peer.clock.advance(1);
    token(&peer, HERE, "conf", "another-guess-of-at-least-32-characters").await.assert_error(401, "invalid_client");
    assert_eq!(token(&peer, HERE, "other", SECRET).await.status, 429);
    // The right secret is no guess, however often it comes.
    peer.clock.advance(1);
    for _ in 0..5 {
        token(&peer, HERE, "other", SECRET).await.assert_ok();
    }
}

// shows: RFC6749-2.3.1-11
#[tokio::test]
async fn guesses_that_come_together_are_paid_for_afterwards() {
    let peer = limited(ProcessRateLimits::new().failures(quota(2, 60))).await;
    // Short ones, which are computed on other threads: all are admitted before the first has failed.
    let guesses = (0..20).map(|guess| {
        let request = post(HERE, "/token", &basic("conf", &format!("guess{guess}")), form(&MACHINE));
        peer.send(request)
    });
    let mut guesses: Vec<_> = guesses.map(Box::pin).collect();
    let answers = std::future::poll_fn(|cx| {
        for guess in &mut guesses {
            assert!(guess.as_mut().poll(cx).is_pending(), "an argon2id takes longer");
        }
        std::task::Poll::Ready(())
    });
    answers.await;
    for guess in guesses {
        assert_eq!(guess.await.status, 401);
    }
    // Twenty failed, two were for nothing, and of one more each second this is the first that waits.
    assert_too_many(&token(&peer, HERE, "conf", SECRET).await, "temporarily_unavailable", "19");
    token(&peer, THERE, "conf", SECRET).await.assert_ok();
    peer.clock.advance(19);
    token(&peer, HERE, "conf", SECRET).await.assert_ok();
}

#[tokio::test]
async fn a_client_that_has_proved_who_it_is_has_its_own_quota_wherever_it_is() {
    let limits = ProcessRateLimits::new().per_client("token", quota(3, 60));
    let peer = limited(limits).await;
    for number in 0..50 {
        let answer = peer.send(post(HERE, "/token", "", form(&with(&MACHINE, &[("client_id", "conf")])))).await;
        // Whoever only says that they are the client takes nothing from it.
        assert_eq!(answer.status, if number < 30 { 401 } else { 429 });
    }
    for source in ["198.51.100.1", "198.51.100.2", "198.51.100.3"] {
        token(&peer, source, "conf", SECRET).await.assert_ok();
    }
    assert_too_many(&token(&peer, "198.51.100.4", "conf", SECRET).await, "temporarily_unavailable", "1");
    token(&peer, "198.51.100.4", "other", SECRET).await.assert_ok();
    peer.clock.advance(1);
    token(&peer, "198.51.100.4", "conf", SECRET).await.assert_ok();
}

/// A request to each endpoint that asks.
fn each(source: &str) -> [(&'static str, Request<bytes::Bytes>); 6] {
    let conf = basic("conf", SECRET);
    let pushed = form(&with(&with(&REQUEST, &crate::common::PKCE), &[("client_id", "conf"), ("scope", "read")]));
    let client = serde_json::json!({"redirect_uris": [super::CALLBACK]}).to_string();
    [
        ("token", post(source, "/token", &conf, form(&MACHINE))),
        ("device_authorization", post(source, "/device_authorization", "", "client_id=tv")),
        ("pushed_authorization_request", post(source, "/par", &conf, pushed)),
        ("registration", post(source, "/register", "", client)),
        ("introspection", post(source, "/introspect", &conf, "token=x")),
        ("revocation", post(source, "/revoke", &conf, "token=x")),
    ]
}

// shows: RFC9126-2.3-04
#[tokio::test]
async fn each_endpoint_refuses_in_the_same_way() {
    let one = each(HERE).into_iter().fold(ProcessRateLimits::new(), |limits, (name, _)| limits.per_source(name, quota(1, 60)));
    let peer = limited(one).await;
    for (name, request) in each(HERE) {
        let answer = peer.send(request).await;
        assert!(answer.status.is_success(), "{name}: {answer:?}");
    }
    for (name, request) in each(HERE) {
        let answer = peer.send(request).await;
        assert_eq!(answer.status, 429, "{name}");
        assert_too_many(&answer, "temporarily_unavailable", "1");
    }
    for (name, request) in each(THERE) {
        assert!(peer.send(request).await.status.is_success(), "{name}");
    }
    // Neither the metadata nor the people who sign in are limited.
    for _ in 0..10 {
        let get = |uri: &str| Request::get(uri).extension(grantor::RequestSource::new(HERE.parse().expect("an address")));
        let metadata = get("/.well-known/oauth-authorization-server").body("").expect("a request");
        assert_eq!(peer.send(metadata).await.status, 200);
        let request = format!("/authorize?{}", form(&with(&REQUEST, &[("client_id", "conf"), ("code_challenge", "x")])));
        assert_eq!(peer.send(get(&request).body("").expect("a request")).await.status, 302);
    }
}

#[tokio::test]
async fn a_device_that_polls_is_told_to_slow_down_and_goes_on() {
    let peer = limited(three()).await;
    let asked = peer.send(post(HERE, "/device_authorization", "", "client_id=tv")).await;
    let code = asked.member("device_code");
    let poll = || post(HERE, "/token", "", form(&[("grant_type", TV), ("client_id", "tv"), ("device_code", &code)]));
    peer.send(poll()).await.assert_error(400, "authorization_pending");
    for _ in 0..2 {
        token(&peer, HERE, "conf", SECRET).await.assert_ok();
    }
    // Any other code would end its polling (RFC 8628 section 3.5).
    assert_too_many(&peer.send(poll()).await, "slow_down", "20");
    peer.clock.advance(20);
    peer.send(poll()).await.assert_error(400, "authorization_pending");
}

#[tokio::test]
async fn what_is_no_request_does_not_count() {
    let peer = limited(three()).await;
    let of = |method: Method| {
        let request = Request::builder().method(method).uri("/token").header("origin", "https://app.example.com");
        let request = request.header("access-control-request-method", "POST");
        request.extension(grantor::RequestSource::new(HERE.parse().expect("an address"))).body("").expect("a request")
    };
    for _ in 0..10 {
        assert_eq!(peer.send(of(Method::OPTIONS)).await.status, 204);
        assert_eq!(peer.send(of(Method::HEAD)).await.status, 405);
        assert_eq!(peer.send(of(Method::GET)).await.status, 405);
    }
    for _ in 0..3 {
        token(&peer, HERE, "conf", SECRET).await.assert_ok();
    }
    assert_eq!(token(&peer, HERE, "conf", SECRET).await.status, 429);
    // And a browser that asks whether it may ask learns it all the same.
    let preflight = peer.send(of(Method::OPTIONS)).await;
    assert_eq!((preflight.status.as_u16(), preflight.header("access-control-allow-origin")), (204, "*"));
}

#[tokio::test]
async fn by_a_clock_that_was_set_back_nobody_waits() {
    let peer = limited(three()).await;
    for _ in 0..10 {
        token(&peer, HERE, "conf", SECRET).await;
    }
    assert_eq!(token(&peer, HERE, "conf", SECRET).await.status, 429);
    peer.clock.set(grantor::Timestamp::from_unix(1_600_000_000));
    token(&peer, HERE, "conf", SECRET).await.assert_ok();
    peer.clock.set(grantor::Timestamp::from_unix(u64::MAX));
    token(&peer, HERE, "conf", SECRET).await;
}

#[tokio::test]
async fn servers_may_share_what_a_source_has() {
    let limits = Arc::new(three());
    let (one, another) = (limited(limits.clone()).await, limited(limits).await);
    for peer in [&one, &another, &one] {
        token(peer, HERE, "conf", SECRET).await.assert_ok();
    }
    assert_eq!(token(&another, HERE, "conf", SECRET).await.status, 429);
}

#[tokio::test]
async fn where_nobody_says_from_where_a_request_comes_no_source_is_limited() {
    let peer = limited(three()).await;
    for _ in 0..100 {
        peer.token_conf(&MACHINE).await.assert_ok();
    }
}
