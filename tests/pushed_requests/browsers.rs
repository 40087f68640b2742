//! Browsers come with a `request_uri`: once, again, in two tabs, too late; and their persons sign in.

use grantor::{Approval, ManualClock, ResumeError};

use crate::common::SentBack as _;
use crate::common::browser::Browser;
use crate::common::{Approves, Peer, subject};
use crate::{assert_invalid, bring, brought, decided, peer, pushed, redeem, request};

// shows: RFC9126-4-03, RFC9126-4-02, RFC9126-7.3-01, RFC9126-4-01
#[tokio::test]
async fn coming_again_works_until_it_is_decided() {
    let peer = peer!();
    let uri = pushed(&peer, &request("conf")).await;
    // F5, and another browser.
    for _ in 0..3 {
        let request = Browser::default().request(&*peer.server, &brought("conf", &uri)).await;
        assert_eq!((request.scope().as_str(), request.is_decided()), ("scope", false));
        drop(request);
    }
    let answer = bring(&peer, "conf", &uri).await;
    redeem(&peer, "conf", &answer).await.assert_ok();
    for _ in 0..2 {
        assert_invalid(&bring(&peer, "conf", &uri).await);
    }
}

#[tokio::test]
async fn a_refusal_is_a_decision() {
    let peer = peer!();
    let uri = pushed(&peer, &request("conf")).await;
    let request = Browser::default().request(&*peer.server, &brought("conf", &uri)).await;
    decided(&*peer.server, request.deny()).await.assert_query_error("access_denied");
    assert_invalid(&bring(&peer, "conf", &uri).await);
}

// shows: RFC9126-4-04
#[tokio::test]
async fn an_expired_one_is_invalid() {
    let peer = peer!();
    let uri = pushed(&peer, &request("conf")).await;
    peer.clock.advance(59);
    drop(Browser::default().request(&*peer.server, &brought("conf", &uri)).await);
    peer.clock.advance(1);
    assert_invalid(&bring(&peer, "conf", &uri).await);
}

#[tokio::test]
async fn who_came_in_time_has_as_long_as_anybody_to_sign_in() {
    let peer = peer!();
    let (uri, mut browser) = (pushed(&peer, &request("conf")).await, Browser::default());
    peer.clock.advance(59);
    let handle = browser.begin_with(&*peer.server, &brought("conf", &uri)).await;
    peer.clock.advance(600);
    let request = browser.resume(&*peer.server, &handle).await.expect("the request");
    assert_eq!((request.scope().as_str(), request.client().id().as_str()), ("scope", "conf"));
    let answer = decided(&*peer.server, request.approve(Approval::by(subject("alice")))).await;
    redeem(&peer, "conf", &answer).await.assert_ok();
    peer.clock.advance(1);
    assert!(matches!(browser.resume(&*peer.server, &handle).await, Err(ResumeError::NotFound)));
}

/// The form is sent twice: the first answer again, as for any request.
#[tokio::test]
async fn who_decides_the_same_again_gets_the_same_answer() {
    let peer = peer!();
    let (uri, mut browser) = (pushed(&peer, &request("conf")).await, Browser::default());
    let handle = browser.begin_with(&*peer.server, &brought("conf", &uri)).await;
    // Suspended again, it keeps its handle.
    let request = browser.resume(&*peer.server, &handle).await.expect("the request");
    let again = peer.server.authorization().suspend(request).await.expect("it waits");
    assert_eq!(again.handle(), handle);
    let mut answers = Vec::new();
    for _ in 0..2 {
        let request = browser.resume(&*peer.server, &handle).await.expect("the request");
        answers.push(decided(&*peer.server, request.approve(Approval::by(subject("alice")))).await);
    }
    assert_eq!(answers[0].location(), answers[1].location());
    redeem(&peer, "conf", &answers[0]).await.assert_ok();
    // Somebody else does not.
    let request = browser.resume(&*peer.server, &handle).await.expect("the request");
    decided(&*peer.server, request.approve(Approval::by(subject("bob")))).await.assert_page(400);
}

/// Two tabs of one browser, and one of another: whichever decides, it is decided for all of them.
#[tokio::test]
async fn one_decision_counts_for_all_tabs() {
    let peer = peer!();
    let (uri, mut browser, mut other) = (pushed(&peer, &request("conf")).await, Browser::default(), Browser::default());
    let pairs = brought("conf", &uri);
    let handles = [browser.begin_with(&*peer.server, &pairs).await, browser.begin_with(&*peer.server, &pairs).await];
    let elsewhere = other.begin_with(&*peer.server, &pairs).await;
    let visit = Browser::default().request(&*peer.server, &pairs).await;
    let mut codes = Vec::new();
    for handle in &handles {
        let request = browser.resume(&*peer.server, handle).await.expect("the request");
        codes.push(decided(&*peer.server, request.approve(Approval::by(subject("alice")))).await);
    }
    assert_eq!(codes[0].location(), codes[1].location());
    let request = other.resume(&*peer.server, &elsewhere).await.expect("the request");
    decided(&*peer.server, request.approve(Approval::by(subject("bob")))).await.assert_page(400);
    // One that came before and is decided at once, by somebody else and by her.
    decided(&*peer.server, visit.approve(Approval::by(subject("bob")))).await.assert_page(400);
    redeem(&peer, "conf", &codes[0]).await.assert_ok();
}

/// At once, by the same person: two clicks on one link. Both answers are the same, and good.
#[tokio::test]
async fn two_visits_that_meet_get_one_answer() {
    let peer = peer!();
    let uri = pushed(&peer, &request("conf")).await;
    let pairs = brought("conf", &uri);
    let visits =
        [Browser::default().request(&*peer.server, &pairs).await, Browser::default().request(&*peer.server, &pairs).await];
    let mut answers = Vec::new();
    for visit in visits {
        answers.push(decided(&*peer.server, visit.approve(Approval::by(subject("alice")))).await);
    }
    assert_eq!(answers[0].location(), answers[1].location());
    redeem(&peer, "conf", &answers[1]).await.assert_ok();
    redeem(&peer, "conf", &answers[0]).await.assert_error(400, "invalid_grant");
}

/// A form of another site that posts is asked for again as a GET, with the `request_uri`.
#[tokio::test]
async fn a_post_works_as_a_get_does() {
    let peer = peer!();
    let uri = pushed(&peer, &request("conf")).await;
    let answer = peer.post("/authorize", None, &brought("conf", &uri)).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    redeem(&peer, "conf", &answer).await.assert_ok();
}

/// What may have changed since it was pushed is asked again.
// shows: RFC9126-4-05, RFC9126-4-06, RFC9126-2.1-05, RFC9126-2.1-06
#[tokio::test]
async fn what_was_taken_from_the_client_meanwhile_it_does_not_get() {
    let narrower = || {
        let secret = grantor::ClientSecret::parse(crate::common::SECRET).expect("a secret");
        grantor::Client::confidential("conf", &secret).redirect_uri(crate::common::CALLBACK)
    };
    let elsewhere = || {
        let secret = grantor::ClientSecret::parse(crate::common::SECRET).expect("a secret");
        grantor::Client::confidential("conf", &secret).redirect_uri("https://elsewhere.example.com/").scope("scope")
    };
    for client in [narrower(), elsewhere()] {
        let peer = peer!();
        let (uri, mut browser) = (pushed(&peer, &request("conf")).await, Browser::default());
        let handle = browser.begin_with(&*peer.server, &brought("conf", &uri)).await;
        peer.server.register_client(client.build().expect("a client")).await.expect("a registration");
        assert_invalid(&bring(&peer, "conf", &uri).await);
        assert!(matches!(browser.resume(&*peer.server, &handle).await, Err(ResumeError::ClientChanged)));
    }
    let peer = peer!();
    let uri = pushed(&peer, &request("conf")).await;
    let id = grantor::ClientId::parse("conf").expect("an identifier");
    assert!(peer.server.remove_client(&id).await.expect("it is removed"));
    bring(&peer, "conf", &uri).await.assert_page(400);
}

#[tokio::test]
async fn a_server_that_is_switched_off_says_so_to_the_client() {
    let peer = peer!();
    let uri = pushed(&peer, &request("conf")).await;
    peer.server.set_available(false);
    bring(&peer, "conf", &uri).await.assert_query_error("temporarily_unavailable");
    peer.server.set_available(true);
    redeem(&peer, "conf", &bring(&peer, "conf", &uri).await).await.assert_ok();
}

/// Instances whose clocks differ: each judges by its own.
#[tokio::test]
async fn clocks_may_differ_by_less_than_the_lifetime() {
    let store = grantor::MemoryStore::new();
    let instance = |clock: &ManualClock| {
        let server = crate::server!(store.clone(), clock, grantor::PushedAuthorizationRequests::new());
        Peer::new(server, Approves, clock.clone())
    };
    let right = instance(&ManualClock::new(crate::common::START));
    for client in crate::clients() {
        right.server.register_client(client.build().expect("a client")).await.expect("a registration");
    }
    for (skew, good) in [(-30, true), (30, true), (59, true), (61, false)] {
        let at = crate::common::START.as_unix().saturating_add_signed(skew);
        let off = instance(&ManualClock::new(grantor::Timestamp::from_unix(at)));
        let uri = pushed(&right, &request("conf")).await;
        let answer = bring(&off, "conf", &uri).await;
        match good {
            true => assert_eq!(answer.status, 302, "{skew}: {answer:?}"),
            false => assert_invalid(&answer),
        }
    }
}
