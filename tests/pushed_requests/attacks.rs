//! What somebody else makes of a `request_uri`, and of the browser that carries it.

use grantor::{Approval, AuthorizationCode, AuthorizationServer, Client, ManualClock, MemoryStore, ResumeError};

use crate::common::SentBack as _;
use crate::common::browser::Browser;
use crate::common::{Approves, CALLBACK, Peer, START, subject, with};
use crate::{PREFIX, assert_invalid, bring, brought, decided, peer, push, pushed, redeem, request};

// shows: RFC9126-2.2-04
#[tokio::test]
async fn somebody_elses_is_refused_and_stays_theirs() {
    let peer = peer!();
    let uri = pushed(&peer, &request("conf")).await;
    for client in ["other", "pub"] {
        assert_invalid(&bring(&peer, client, &uri).await);
    }
    // Nor without saying whose it is.
    peer.authorize(&[("request_uri", &uri)]).await.assert_page(400);
    redeem(&peer, "conf", &bring(&peer, "conf", &uri).await).await.assert_ok();
}

// shows: RFC9126-7.3-01
#[tokio::test]
async fn a_replayed_one_is_refused_whoever_is_there() {
    let peer = peer!();
    let uri = pushed(&peer, &request("conf")).await;
    let answer = bring(&peer, "conf", &uri).await;
    assert_invalid(&bring(&peer, "conf", &uri).await);
    redeem(&peer, "conf", &answer).await.assert_ok();
    assert_invalid(&bring(&peer, "conf", &uri).await);
}

/// The reference is in URLs; a handle made of it is good for nothing without the browser's cookie.
#[tokio::test]
async fn a_handle_is_of_the_browser_that_came() {
    let peer = peer!();
    let (uri, mut hers, mut mallorys) = (pushed(&peer, &request("conf")).await, Browser::default(), Browser::default());
    let pairs = brought("conf", &uri);
    let handle = hers.begin_with(&*peer.server, &pairs).await;
    let planted = mallorys.begin_with(&*peer.server, &pairs).await;
    for (browser, handle) in [(&mallorys, &handle), (&hers, &planted), (&Browser::default(), &handle)] {
        assert!(matches!(browser.resume(&*peer.server, handle).await, Err(ResumeError::NotFound)));
    }
    // Made up, cut, and of parts of both.
    let reference = uri.strip_prefix(PREFIX).expect("a reference");
    let (head, proof) = handle.split_at(6 + reference.len());
    assert_eq!(&head[6..], reference);
    for made in [head.to_owned(), format!("{head}{}", &planted[head.len()..]), handle[..handle.len() - 1].to_owned()] {
        assert!(matches!(hers.resume(&*peer.server, &made).await, Err(ResumeError::NotFound)), "{made}");
    }
    // What is known of one request leads to no other.
    let another = pushed(&peer, &request("conf")).await;
    let made = [&head[..6], another.strip_prefix(PREFIX).expect("a reference"), proof].concat();
    assert!(matches!(hers.resume(&*peer.server, &made).await, Err(ResumeError::NotFound)));
    assert!(hers.resume(&*peer.server, &handle).await.is_ok());
}

/// A person is sent to the request of somebody else, and both decide: nobody gets what the other was granted.
#[tokio::test]
async fn the_code_of_one_person_is_not_for_another() {
    let peer = peer!();
    let (uri, mut hers, mut mallorys) = (pushed(&peer, &request("conf")).await, Browser::default(), Browser::default());
    let pairs = brought("conf", &uri);
    let (handle, other) = (hers.begin_with(&*peer.server, &pairs).await, mallorys.begin_with(&*peer.server, &pairs).await);
    let approved = |request: grantor::AuthorizationRequest, who| request.approve(Approval::by(subject(who)));
    let request = hers.resume(&*peer.server, &handle).await.expect("the request");
    let answer = decided(&*peer.server, approved(request, "alice")).await;
    let request = mallorys.resume(&*peer.server, &other).await.expect("it is decided, which she may learn");
    assert!(request.is_decided());
    decided(&*peer.server, approved(request, "mallory")).await.assert_page(400);
    redeem(&peer, "conf", &answer).await.assert_ok();
}

/// Two issuers over one store.
#[tokio::test]
async fn a_request_of_another_issuer_does_not_exist_here() {
    let (store, clock) = (MemoryStore::new(), ManualClock::new(START));
    let one = crate::server!(store.clone(), clock, grantor::PushedAuthorizationRequests::new());
    let other = AuthorizationServer::builder()
        .profile(grantor::Development::<grantor::OAuth21>::new())
        .issuer(grantor::issuer!("https://other.example.com"))
        .storage(store)
        .clock(clock.clone())
        .grant(AuthorizationCode::new())
        .response_type(grantor::Code)
        .enable(grantor::PushedAuthorizationRequests::new())
        .build();
    let client = || Client::public("pub").redirect_uri(CALLBACK).scope("scope").build().expect("a client");
    one.register_client(client()).await.expect("a registration");
    other.register_client(client()).await.expect("a registration");
    let (one, other) = (Peer::new(one, Approves, clock.clone()), Peer::new(other, Approves, clock));
    let uri = pushed(&one, &request("pub")).await;
    let (mut browser, pairs) = (Browser::default(), brought("pub", &uri));
    let handle = browser.begin_with(&*one.server, &pairs).await;
    assert_invalid(&bring(&other, "pub", &uri).await);
    assert!(matches!(browser.resume(&*other.server, &handle).await, Err(ResumeError::NotFound)));
    redeem(&one, "pub", &bring(&one, "pub", &uri).await).await.assert_ok();
}

// shows: RFC9126-4-05
#[tokio::test]
async fn what_a_browser_adds_or_changes_does_not_count() {
    let peer = peer!();
    let uri = pushed(&peer, &request("conf")).await;
    let swapped = [
        ("scope", "scope read write"),
        ("state", "mallory"),
        ("redirect_uri", "https://evil.example.com/"),
        ("response_type", "token"),
        ("response_mode", "form_post"),
        ("code_challenge", "mallorys-mallorys-mallorys-mallorys-mallorys"),
        ("code_challenge_method", "plain"),
        ("color", "red"),
        ("request", "e30.e30."),
    ];
    let pairs = with(&brought("conf", &uri), &swapped);
    let request = Browser::default().request(&*peer.server, &pairs).await;
    assert_eq!((request.scope().as_str(), request.redirect_uri(), request.response_type()), ("scope", CALLBACK, "code"));
    assert_eq!(request.parameter("color"), None);
    let answer = decided(&*peer.server, request.approve(Approval::by(subject("alice")))).await;
    assert!(answer.location().starts_with(CALLBACK), "{answer:?}");
    redeem(&peer, "conf", &answer).await.assert_ok();
}

#[tokio::test]
async fn what_is_no_request_uri_of_ours_is_refused() {
    let peer = peer!();
    let uri = pushed(&peer, &request("conf")).await;
    let longer = format!("{uri}A");
    let long = format!("{PREFIX}{}", "A".repeat(5_000));
    let upper = uri.to_uppercase();
    for value in [PREFIX, &longer, &long, &uri[..uri.len() - 1], &format!("{PREFIX}\u{0}"), &format!("{PREFIX}../../x")] {
        assert_invalid(&bring(&peer, "conf", value).await);
    }
    // Request objects, which this server has not: told to the client where it is known, else on a page (RFC 9101 section 7).
    for value in ["https://app.example.com/request.jwt", "urn:example:x", &upper] {
        let answer = bring(&peer, "conf", value).await;
        // Its only redirect URI is known, and nothing else.
        assert_eq!(answer.query().get("error").map(String::as_str), Some("request_uri_not_supported"), "{answer:?}");
        let pairs = with(&request("conf"), &[("request_uri", value)]);
        peer.authorize(&pairs).await.assert_query_error("request_uri_not_supported");
    }
    // Twice.
    let twice = [("client_id", "conf"), ("request_uri", &*uri), ("request_uri", &*uri)];
    peer.authorize(&twice).await.assert_page(400);
    assert_eq!(bring(&peer, "conf", &uri).await.status, 302);
}

/// Of a public client anybody may push: those that came before stay good, and there is room for others.
#[tokio::test]
async fn who_pushes_much_does_not_push_others_out() {
    let limit = grantor::PendingRequests::new(100).expect("a limit");
    let peer = peer!(grantor::PushedAuthorizationRequests::new(), pending_requests(limit));
    let hers = pushed(&peer, &request("conf")).await;
    for _ in 0..49 {
        pushed(&peer, &request("pub")).await;
    }
    let answer = push(&peer, &request("pub")).await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "660"), "{answer:?}");
    for _ in 0..50 {
        pushed(&peer, &request("conf")).await;
    }
    let answer = push(&peer, &request("conf")).await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "660"), "{answer:?}");
    redeem(&peer, "conf", &bring(&peer, "conf", &hers).await).await.assert_ok();
    // What is decided makes room.
    pushed(&peer, &request("conf")).await;
}
