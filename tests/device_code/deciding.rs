//! A person types the code, sees who asks for what, and decides (RFC 8628 section 3.3).

use grantor::{Approval, DeviceError, Scope};

use crate::common::browser::Browser;
use crate::common::{START, subject, with};
use crate::{ASKS, Page as _, ask, asked, assert_pending, of, peer, poll};

// shows: RFC8628-3.3-01, RFC8628-3.3.1-04, RFC8628-5.4-01, RFC8628-5.4-02
#[tokio::test]
async fn they_see_which_device_asks_for_what_before_they_can_agree() {
    let peer = peer!();
    let request = http::Request::post("/device_authorization").header("content-type", "application/x-www-form-urlencoded");
    let mut request = request.body(crate::common::form(&ASKS)).unwrap();
    request.extensions_mut().insert(grantor::RequestSource::new([192, 0, 2, 7].into()));
    let user_code = peer.send(request).await.member("user_code");
    peer.clock.advance(30);

    let typed = peer.server.enter_from(&Browser::default(), &user_code, None).await.expect("a code");
    let shown = typed.request();
    assert_eq!((shown.user_code(), shown.source()), (&*user_code, Some([192, 0, 2, 7].into())));
    assert_eq!((shown.requested_at(), shown.expires_at()), (START, START.saturating_add_secs(600)));
    let request = shown.request();
    assert_eq!((&*request.client_name(), request.scope().as_str()), ("Television", "scope read"));
    assert_eq!((request.client().id().as_str(), request.redirect_uri(), request.redirect_host()), ("tv", "", ""));
    // What the page has of it is nothing without the browser's cookie, and nothing shows the code.
    let words = format!("{typed:?} {shown:?}");
    assert!(!words.contains(&user_code) && !words.contains(&user_code.replace('-', "")), "{words}");
    let cookie = typed.set_cookie().to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Secure"), "{cookie}");
}

#[tokio::test]
async fn a_code_is_read_however_it_is_typed() {
    let peer = peer!();
    let (device_code, user_code) = asked(&peer, &ASKS).await;
    for typed in [user_code.to_lowercase(), user_code.replace('-', ""), user_code.replace('-', " . "), format!(" {user_code}\n")]
    {
        assert_eq!(peer.server.typed(&typed).await.user_code(), user_code, "{typed}");
    }
    for wrong in ["", "BCDF", "WDJB-MJHT", "AEIO-UAEI", &user_code[1..], &format!("{user_code}B")] {
        let refused = peer.server.enter_from(&Browser::default(), wrong, None).await;
        assert!(matches!(refused, Err(DeviceError::Unknown)), "{wrong}");
    }
    assert_pending(&poll(&peer, "tv", &device_code).await);
}

#[tokio::test]
async fn they_agree_to_a_part_and_to_nothing_that_was_not_asked_for() {
    let peer = peer!();
    let approve = |scope: &str| Approval::by(subject("alice")).scope(Scope::parse(scope).unwrap());
    let (device_code, user_code) = asked(&peer, &ASKS).await;
    let request = peer.server.typed(&user_code).await;
    let nothing = peer.server.approved(request, approve("write")).await.unwrap_err();
    assert!(matches!(&nothing, DeviceError::Refused(error) if error.code().as_str() == "access_denied"), "{nothing:?}");
    // That decided nothing.
    assert_pending(&poll(&peer, "tv", &device_code).await);
    let request = peer.server.typed(&user_code).await;
    peer.server.approved(request, approve("read write")).await.unwrap();
    assert_eq!(poll(&peer, "tv", &device_code).await.member("scope"), "read");
}

fn ago(seconds: u64) -> grantor::Timestamp {
    grantor::Timestamp::from_unix(START.as_unix() - seconds)
}

/// What holds of the sign-in at the authorization endpoint, holds here.
#[tokio::test]
async fn what_the_client_asks_of_the_sign_in_cannot_be_overlooked() {
    let peer = peer!();
    let (device_code, user_code) = asked(&peer, &with(&ASKS, &[("max_age", "60"), ("acr_values", "phr pwd")])).await;
    let request = peer.server.typed(&user_code).await;
    assert_eq!(request.request().acr_values().collect::<Vec<_>>(), ["phr", "pwd"]);
    assert!(request.request().must_authenticate(Some(ago(120))));
    for long_ago in [None, Some(120)] {
        let request = peer.server.typed(&user_code).await;
        let approval = Approval::by(subject("alice"));
        let approval = match long_ago {
            Some(seconds) => approval.authenticated_at(ago(seconds)),
            None => approval,
        };
        let refused = peer.server.approved(request, approval).await.unwrap_err();
        assert!(matches!(&refused, DeviceError::Refused(error) if error.code().as_str() == "login_required"), "{refused:?}");
    }
    let approval = Approval::by(subject("alice")).authenticated_at(START).acr("phr").username("al");
    peer.server.approved(request, approval).await.unwrap();
    let answer = poll(&peer, "tv", &device_code).await;
    let told = peer.introspect(&answer.member("access_token")).await;
    assert_eq!((&told["acr"], &told["username"], &told["auth_time"]), (&"phr".into(), &"al".into(), &START.as_unix().into()));
}

#[tokio::test]
async fn of_several_decisions_the_first_counts() {
    let peer = peer!();
    let (device_code, user_code) = asked(&peer, &ASKS).await;
    let (hers, his, also) =
        tokio::join!(peer.server.typed(&user_code), peer.server.typed(&user_code), peer.server.typed(&user_code));
    peer.server.approved(hers, Approval::by(subject("alice"))).await.unwrap();
    assert!(matches!(peer.server.approved(his, Approval::by(subject("bob"))).await, Err(DeviceError::Unknown)));
    assert!(matches!(peer.server.denied(also).await, Err(DeviceError::Unknown)));
    assert!(matches!(peer.server.enter_from(&Browser::default(), &user_code, None).await, Err(DeviceError::Unknown)));
    let answer = poll(&peer, "tv", &device_code).await;
    assert_eq!(peer.introspect(&answer.member("access_token")).await["sub"], "alice");
}

/// A double click, a page that was loaded again: who decides the same is told the same.
#[tokio::test]
async fn whoever_clicks_twice_is_told_the_same_twice() {
    let peer = peer!();
    let alice = || Approval::by(subject("alice")).scope(Scope::parse("read").unwrap());
    let (device_code, user_code) = asked(&peer, &ASKS).await;
    let mut browser = Browser::default();
    let handle = peer.server.shown(&mut browser, &user_code).await;
    let resumed = async || peer.server.resumed(&browser, &handle).await.expect("the request");
    let (first, second) = (resumed().await, resumed().await);
    assert!(!first.is_decided());
    peer.server.approved(first, alice()).await.expect("an approval");
    peer.server.approved(second, alice()).await.expect("the same answer");
    let third = resumed().await;
    assert!(third.is_decided());
    peer.server.approved(third, alice()).await.expect("the same answer");

    // Nobody is told that something else was done than they decide.
    for other in [Approval::by(subject("alice")), Approval::by(subject("bob")).scope(Scope::parse("read").unwrap())] {
        assert!(matches!(peer.server.approved(resumed().await, other).await, Err(DeviceError::Unknown)));
    }
    assert!(matches!(peer.server.denied(resumed().await).await, Err(DeviceError::Unknown)));
    assert!(peer.server.resumed(&Browser::default(), &handle).await.is_err(), "another browser");
    // It was done once, and the device gets it once.
    assert_eq!(peer.server.authorizations(&subject("alice")).await.unwrap().len(), 1);
    assert_eq!(poll(&peer, "tv", &device_code).await.member("scope"), "read");
    peer.server.approved(resumed().await, alice()).await.expect("the same answer");
    assert_eq!(peer.server.authorizations(&subject("alice")).await.unwrap().len(), 1);
    peer.clock.advance(600);
    assert!(matches!(peer.server.resumed(&browser, &handle).await, Err(DeviceError::Unknown)));
}

#[tokio::test]
async fn whoever_refuses_twice_is_told_the_same_twice() {
    let peer = peer!();
    let (device_code, user_code) = asked(&peer, &ASKS).await;
    let mut browser = Browser::default();
    let handle = peer.server.shown(&mut browser, &user_code).await;
    let resumed = async || peer.server.resumed(&browser, &handle).await.expect("the request");
    let (first, second) = (resumed().await, resumed().await);
    peer.server.denied(first).await.expect("a refusal");
    peer.server.denied(second).await.expect("the same answer");
    peer.server.denied(resumed().await).await.expect("the same answer");
    let approved = peer.server.approved(resumed().await, Approval::by(subject("alice"))).await;
    assert!(matches!(approved, Err(DeviceError::Unknown)), "{approved:?}");
    poll(&peer, "tv", &device_code).await.assert_error(400, "access_denied");
    assert_eq!(peer.server.authorizations(&subject("alice")).await.unwrap(), []);
}

#[tokio::test]
async fn a_client_that_changed_meanwhile_is_not_agreed_to() {
    let peer = peer!();
    let (device_code, user_code) = asked(&peer, &ASKS).await;
    let less = grantor::Client::public("tv").scope("read").grant_types([crate::DEVICE, "refresh_token"]).build().unwrap();
    peer.server.register_client(less).await.unwrap();
    let refused = peer.server.enter_from(&Browser::default(), &user_code, None).await;
    assert!(matches!(refused, Err(DeviceError::ClientChanged)), "{refused:?}");
    peer.server.remove_client(&grantor::ClientId::parse("tv").unwrap()).await.unwrap();
    assert!(peer.server.enter_from(&Browser::default(), &user_code, None).await.is_err());
    poll(&peer, "tv", &device_code).await.assert_error(401, "invalid_client");
}

/// What they agreed to shows on their page of authorizations at once, and can be taken back before the device has come.
#[tokio::test]
async fn what_was_agreed_to_can_be_taken_back() {
    let peer = peer!();
    for fetched in [false, true] {
        let (device_code, user_code) = asked(&peer, &of("conf")).await;
        peer.server.allowed(&user_code).await;
        let answer = if fetched { Some(poll(&peer, "conf", &device_code).await) } else { None };
        let alice = subject("alice");
        let mine = peer.server.authorizations(&alice).await.unwrap();
        assert_eq!(mine.len(), 1);
        assert!(peer.server.revoke_authorization(&alice, mine[0].id()).await.unwrap());
        match answer {
            Some(answer) => assert!(!peer.is_active(&answer.member("access_token")).await),
            None => poll(&peer, "conf", &device_code).await.assert_error(400, "invalid_grant"),
        }
    }
}

/// The device's requests of a client end with the client's other things.
#[tokio::test]
async fn everything_of_a_client_is_taken_back() {
    let peer = peer!();
    let (device_code, user_code) = asked(&peer, &ASKS).await;
    peer.server.revoke_client(&grantor::ClientId::parse("tv").unwrap()).await.unwrap();
    poll(&peer, "tv", &device_code).await.assert_error(400, "invalid_grant");
    assert!(peer.server.enter_from(&Browser::default(), &user_code, None).await.is_err());
    ask(&peer, &ASKS).await.assert_ok();
}
