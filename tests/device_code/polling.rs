//! The device asks until its person has decided (RFC 8628 sections 3.4 and 3.5).

use grantor::Approval;

use crate::common::{SECRET, basic, lacking, subject};
use crate::{ASKS, Page as _, asked, assert_pending, of, peer, poll, polling};

// shows: RFC8628-3.4-01, RFC8628-3.4-02, RFC8628-3.4-03, RFC8628-3.5-01, RFC8628-3.3-01
#[tokio::test]
async fn it_waits_and_gets_what_its_person_agreed_to() {
    let peer = peer!();
    for client in ["tv", "conf"] {
        let (device_code, user_code) = asked(&peer, &of(client)).await;
        for _ in 0..3 {
            assert_pending(&poll(&peer, client, &device_code).await);
            peer.clock.advance(5);
        }
        peer.server.allowed(&user_code).await;
        let answer = poll(&peer, client, &device_code).await;
        answer.assert_ok();
        assert_eq!(answer.json()["scope"], "scope read");
        let told = peer.introspect(&answer.member("access_token")).await;
        assert_eq!((&told["active"], &told["sub"], &told["client_id"]), (&true.into(), &"alice".into(), &client.into()));
        // And it goes on.
        let pairs = [("grant_type", "refresh_token"), ("client_id", client), ("refresh_token", &answer.member("refresh_token"))];
        peer.post("/token", crate::secret_of(client).as_deref(), &pairs).await.assert_ok();
    }
}

// shows: RFC8628-3.5-02, RFC8628-3.5-06
#[tokio::test]
async fn who_comes_too_soon_is_told_to_slow_down_and_is_in_time_once_it_does() {
    let peer = peer!();
    let (device_code, user_code) = asked(&peer, &ASKS).await;
    let mut polls = Vec::new();
    for wait in [0, 4, 9, 14, 10, 15, 15] {
        peer.clock.advance(wait);
        polls.push(poll(&peer, "tv", &device_code).await.member("error"));
    }
    let (waits, slower) = ("authorization_pending", "slow_down");
    // From the first warning on ten seconds, from the second one fourteen, as it waited nine.
    assert_eq!(polls, [waits, slower, slower, waits, slower, waits, waits]);
    // A decision is told at once.
    peer.server.allowed(&user_code).await;
    poll(&peer, "tv", &device_code).await.assert_ok();
}

// shows: RFC8628-3.5-03
#[tokio::test]
async fn a_request_that_is_denied_or_abandoned_ends() {
    let peer = peer!();
    let (device_code, user_code) = asked(&peer, &ASKS).await;
    let request = peer.server.typed(&user_code).await;
    peer.server.denied(request).await.expect("a refusal");
    for _ in 0..2 {
        poll(&peer, "tv", &device_code).await.assert_error(400, "access_denied");
    }
    assert!(peer.server.enter_from(&Default::default(), &user_code, None).await.is_err());

    let (device_code, user_code) = asked(&peer, &ASKS).await;
    peer.clock.advance(599);
    assert_pending(&poll(&peer, "tv", &device_code).await);
    let request = peer.server.typed(&user_code).await;
    peer.clock.advance(1);
    poll(&peer, "tv", &device_code).await.assert_error(400, "expired_token");
    assert!(peer.server.enter_from(&Default::default(), &user_code, None).await.is_err());
    assert!(peer.server.approved(request, Approval::by(subject("alice"))).await.is_err());
    peer.clock.advance(299);
    poll(&peer, "tv", &device_code).await.assert_error(400, "expired_token");
    peer.clock.advance(1);
    poll(&peer, "tv", &device_code).await.assert_error(400, "invalid_grant");
}

#[tokio::test]
async fn what_was_approved_has_to_be_fetched_in_time_and_once() {
    let peer = peer!();
    let (device_code, user_code) = asked(&peer, &ASKS).await;
    peer.clock.advance(590);
    peer.server.allowed(&user_code).await;
    peer.clock.advance(10);
    poll(&peer, "tv", &device_code).await.assert_error(400, "expired_token");

    let (device_code, user_code) = asked(&peer, &ASKS).await;
    peer.server.allowed(&user_code).await;
    let answer = poll(&peer, "tv", &device_code).await;
    answer.assert_ok();
    assert!(peer.is_active(&answer.member("access_token")).await);
    // Whoever has it twice was not alone with it.
    poll(&peer, "tv", &device_code).await.assert_error(400, "invalid_grant");
    assert!(!peer.is_active(&answer.member("access_token")).await);
    assert!(!peer.is_active(&answer.member("refresh_token")).await);
}

#[tokio::test]
async fn it_is_for_the_client_that_asked() {
    let peer = peer!();
    let (device_code, user_code) = asked(&peer, &of("conf")).await;
    assert_pending(&poll(&peer, "conf", &device_code).await);
    // Others neither learn of it nor make its owner wait.
    for other in ["tv", "other"] {
        poll(&peer, other, &device_code).await.assert_error(400, "invalid_grant");
    }
    peer.post("/token", None, &polling("conf", &device_code)).await.assert_error(401, "invalid_client");
    peer.post("/token", Some(&basic("conf", "wrong")), &polling("conf", &device_code)).await.assert_error(401, "invalid_client");
    peer.clock.advance(5);
    assert_pending(&poll(&peer, "conf", &device_code).await);
    peer.server.allowed(&user_code).await;
    poll(&peer, "other", &device_code).await.assert_error(400, "invalid_grant");
    peer.post("/token", Some(&basic("conf", SECRET)), &polling("conf", &device_code)).await.assert_ok();
}

#[tokio::test]
async fn what_is_no_request_of_a_device_is_refused() {
    let peer = peer!();
    for lacks in lacking(&polling("tv", "x"), "device_code") {
        peer.token(&lacks).await.assert_error(400, "invalid_request");
    }
    let mut twice = polling("tv", "x");
    twice.push(("device_code", "x"));
    peer.token(&twice).await.assert_error(400, "invalid_request");
    let long = "x".repeat(60_000);
    for code in ["x", "\0", &long, "'; --"] {
        poll(&peer, "tv", code).await.assert_error(400, "invalid_grant");
    }
    poll(&peer, "web", "x").await.assert_error(400, "unauthorized_client");
}
