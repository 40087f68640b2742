//! What somebody tries who is not the person in front of the device (RFC 8628 section 5).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor::{Approval, DeviceCode, DeviceError, MasterKeys};
use sha2::{Digest as _, Sha256};

use crate::common::browser::Browser;
use crate::common::{subject, with};
use crate::{ASKS, Page as _, asked, assert_pending, of, peer, poll, polling};

/// A link with the code in it, or a form on another site, makes nobody agree (section 5.4).
#[tokio::test]
async fn nobody_agrees_without_having_seen_the_page() {
    let peer = peer!();
    let (device_code, user_code) = asked(&peer, &ASKS).await;
    let (mut mallory, mut alice) = (Browser::default(), Browser::default());
    let planted = peer.server.shown(&mut mallory, &user_code).await;
    let own = peer.server.shown(&mut alice, &user_code).await;
    let code = user_code.replace('-', "");
    for handle in [&planted, &code, &user_code, "", ".", &own[..6], &own[..own.len() - 1], &format!("{}{code}.", &own[..6])] {
        let refused = peer.server.resumed(&alice, handle).await;
        assert!(matches!(refused, Err(DeviceError::NotHere)), "{handle}");
    }
    assert!(matches!(peer.server.resumed(&Browser::default(), &own).await, Err(DeviceError::NotHere)));
    // A handle is for its code alone.
    let (_, another) = asked(&peer, &ASKS).await;
    let swapped = own.replace(&code, &another.replace('-', ""));
    assert!(matches!(peer.server.resumed(&alice, &swapped).await, Err(DeviceError::NotHere)));
    assert_pending(&poll(&peer, "tv", &device_code).await);
    assert!(peer.server.resumed(&alice, &own).await.is_ok());
}

/// A handle that somebody made for a code, with a cookie of their own: nobody learns from it whether the code waits.
#[tokio::test]
async fn a_handle_is_not_made_of_a_code_alone() {
    let peer = peer!();
    let (_, user_code) = asked(&peer, &ASKS).await;
    let mut mallory = Browser::default();
    let (_, own) = asked(&peer, &ASKS).await;
    let handle = peer.server.shown(&mut mallory, &own).await;
    let proof = handle.split_once('.').expect("a proof").1;
    let headers = mallory.headers();
    let cookie = headers[http::header::COOKIE].to_str().expect("text");
    let secret = cookie.split_once('=').expect("a value").1;
    for code in [&*user_code, "BBBB-BBBB"] {
        let letters = code.replace('-', "");
        let purpose = format!("typed {letters}");
        let mut hash = Sha256::new();
        for part in [&(purpose.len() as u64).to_be_bytes()[..], purpose.as_bytes(), secret.as_bytes()] {
            hash.update(part);
        }
        let made = URL_SAFE_NO_PAD.encode(hash.finalize());
        for proof in [proof, &made] {
            let refused = peer.server.resumed(&mallory, &format!("{}{letters}.{proof}", &secret[..6])).await;
            assert!(matches!(refused, Err(DeviceError::NotHere)), "{code}: {refused:?}");
        }
    }
}

// shows: RFC8628-5.1-01
#[tokio::test]
async fn who_guesses_waits_and_others_do_not() {
    let peer = peer!();
    let (device_code, user_code) = asked(&peer, &ASKS).await;
    let browser = Browser::default();
    let sources: Vec<String> = (0..200).map(|number| format!("198.51.100.{number}")).collect();
    let guess = |source| peer.server.enter_from(&browser, "BBBB-BBBB", source);
    for _ in 0..5 {
        assert!(matches!(guess(Some("192.0.2.1")).await, Err(DeviceError::Unknown)));
    }
    let later = guess(Some("192.0.2.1")).await.unwrap_err();
    assert!(matches!(later, DeviceError::TryLater(pause) if pause.as_secs() == 1), "{later:?}");
    let page = crate::Answer::from(later.into_response());
    page.assert_page(429);
    assert_eq!(page.header("retry-after"), "1");
    // Not even the right one: else a guess would be worth its while.
    let right = peer.server.enter_from(&browser, &user_code, Some("192.0.2.1")).await;
    assert!(matches!(right, Err(DeviceError::TryLater(_))));
    assert!(peer.server.enter_from(&browser, &user_code, Some("192.0.2.2")).await.is_ok());
    peer.clock.advance(1);
    assert!(peer.server.enter_from(&browser, &user_code, Some("192.0.2.1")).await.is_ok());

    // From everywhere at once: so many in all. People who come a moment later are served.
    let mut tried = 0_usize;
    loop {
        match guess(sources.get(tried).map(String::as_str)).await {
            Err(DeviceError::Unknown) => tried += 1,
            other => break assert!(matches!(other, Err(DeviceError::TryLater(_))), "{other:?}"),
        }
    }
    assert!((40..60).contains(&tried), "{tried}");
    let later = peer.server.enter_from(&browser, &user_code, Some("192.0.2.3")).await;
    assert!(matches!(later, Err(DeviceError::TryLater(pause)) if pause.as_secs() <= 12), "{later:?}");
    peer.clock.advance(12);
    assert!(peer.server.enter_from(&browser, &user_code, Some("192.0.2.3")).await.is_ok());
    // Longer codes are counted for themselves.
    assert!(matches!(peer.server.enter_from(&browser, "BBBBB-BBBB", Some("192.0.2.4")).await, Err(DeviceError::Unknown)));
    assert_pending(&poll(&peer, "tv", &device_code).await);
}

/// Each of the two codes is good for its own purpose.
#[tokio::test]
async fn no_code_is_good_for_another_purpose() {
    let peer = peer!();
    let (device_code, user_code) = asked(&peer, &of("conf")).await;
    peer.server.allowed(&user_code).await;
    for code in [&device_code, &user_code] {
        let pairs = with(&crate::common::redemption(code), &[("client_id", "conf")]);
        peer.token_conf(&pairs).await.assert_error(400, "unauthorized_client");
        let pairs = with(&crate::common::redemption(code), &[("client_id", "web")]);
        peer.token(&pairs).await.assert_error(400, "invalid_grant");
        peer.refresh(code).await.assert_error(401, "invalid_client");
    }
    poll(&peer, "conf", &user_code).await.assert_error(400, "invalid_grant");
    let hashed = user_code.replace('-', "");
    poll(&peer, "conf", &hashed).await.assert_error(400, "invalid_grant");
    poll(&peer, "conf", &device_code).await.assert_ok();
    // And an authorization code is none of a device.
    let request = with(&with(&crate::common::REQUEST, &crate::common::PKCE), &[("client_id", "web")]);
    let code = peer.code_for(&request).await;
    poll(&peer, "tv", &code).await.assert_error(400, "invalid_grant");
}

/// Under master keys the database alone does not tell the codes, and replaced keys are good for those that wait.
#[tokio::test]
async fn codes_outlive_a_change_of_the_master_keys() {
    let (old, new) = (MasterKeys::from_bytes(&key(1)).unwrap(), MasterKeys::from_bytes(&key(100)).unwrap());
    let before = peer!(DeviceCode::new(), master_keys(old.clone()));
    let (device_code, user_code) = asked(&before, &ASKS).await;
    let (clock, store) = (before.clock.clone(), before.server.storage().clone());
    let after = crate::server!(store.clone(), clock, DeviceCode::new(), master_keys(new.clone().and_before(old).unwrap()));
    let without = crate::server!(store, clock, DeviceCode::new(), master_keys(new));
    assert!(without.enter_from(&Browser::default(), &user_code, None).await.is_err());
    after.allowed(&user_code).await;
    before.token(&polling("tv", &device_code)).await.assert_ok();
}

fn key(first: u8) -> [u8; 32] {
    std::array::from_fn(|place| first + place as u8)
}

#[tokio::test]
async fn a_request_of_another_server_is_not_decided_here() {
    let peer = peer!();
    let (_, user_code) = asked(&peer, &ASKS).await;
    let request = peer.server.typed(&user_code).await;
    let clock = peer.clock.clone();
    let another = grantor::AuthorizationServer::builder()
        .profile(grantor::Development::<grantor::OAuth21>::new())
        .issuer(grantor::issuer!("https://other.example.com"))
        .storage(peer.server.storage().clone())
        .clock(clock)
        .grant(DeviceCode::new())
        .build();
    let refused = another.approved(request, Approval::by(subject("alice"))).await.unwrap_err();
    assert!(matches!(refused, DeviceError::Refused(_)), "{refused:?}");
    assert!(another.enter_from(&Browser::default(), &user_code, None).await.is_err());
}
