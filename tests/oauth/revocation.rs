//! Token revocation (RFC 7009).

use crate::common::{Answer, Peer, SECRET, basic, fixture, fixture_with_window, refreshing, with};

const PASSWORD: [(&str, &str); 3] = [("grant_type", "password"), ("username", "username"), ("password", "password")];

/// The answer to a confidential client.
async fn revoke(peer: &Peer, client: &str, token: &str) -> Answer {
    peer.post("/revoke", Some(&basic(client, SECRET)), &[("token", token)]).await
}

/// 200 and nothing else (section 2.2).
#[track_caller]
fn assert_revoked(answer: &Answer) {
    assert_eq!((answer.status.as_u16(), &*answer.body), (200, ""), "{answer:?}");
    assert!(!answer.headers.contains_key("content-type"), "{answer:?}");
}

/// An access and a refresh token of `conf`.
async fn tokens(peer: &Peer) -> (String, String) {
    let answer = peer.token_conf(&PASSWORD).await;
    (answer.member("access_token"), answer.member("refresh_token"))
}

async fn refresh_conf(peer: &Peer, refresh_token: &str) -> Answer {
    peer.token(&with(&refreshing(refresh_token), &[("client_id", "conf"), ("client_secret", SECRET)])).await
}

// shows: RFC7009-2-02, RFC7009-2.1-02, RFC7009-2.1-07
#[tokio::test]
async fn an_access_token_is_revoked_alone() {
    let peer = fixture().await;
    let (access_token, refresh_token) = tokens(&peer).await;
    let bystander = tokens(&peer).await;
    assert_revoked(&revoke(&peer, "conf", &access_token).await);
    assert!(!peer.is_active(&access_token).await);
    assert!(peer.is_active(&refresh_token).await && peer.is_active(&bystander.0).await && peer.is_active(&bystander.1).await);
    let answer = refresh_conf(&peer, &refresh_token).await;
    assert!(peer.is_active(&answer.member("access_token")).await);
}

// shows: RFC7009-2-01, RFC7009-2.1-07, RFC7009-2.1-08
#[tokio::test]
async fn a_refresh_token_takes_its_access_tokens_with_it_and_nothing_else() {
    let peer = fixture_with_window(60).await;
    let (first_access, first) = tokens(&peer).await;
    let second = refresh_conf(&peer, &first).await;
    let retried = refresh_conf(&peer, &first).await;
    let bystander = tokens(&peer).await;
    assert_revoked(&revoke(&peer, "conf", &second.member("refresh_token")).await);
    let dead = [
        first_access,
        first.clone(),
        second.member("access_token"),
        second.member("refresh_token"),
        retried.member("access_token"),
    ];
    for token in &dead {
        assert!(!peer.is_active(token).await);
    }
    // Within the window of a rotation too.
    for token in [&first, &second.member("refresh_token")] {
        refresh_conf(&peer, token).await.assert_error(400, "invalid_grant");
    }
    assert!(peer.is_active(&bystander.0).await && peer.is_active(&bystander.1).await);
}

/// A client that never got the successor says goodbye with what it has.
#[tokio::test]
async fn a_rotated_refresh_token_still_ends_the_authorization() {
    let peer = fixture().await;
    let (_, first) = tokens(&peer).await;
    let second = refresh_conf(&peer, &first).await;
    assert_revoked(&revoke(&peer, "conf", &first).await);
    assert!(!peer.is_active(&second.member("access_token")).await && !peer.is_active(&second.member("refresh_token")).await);
}

// shows: RFC7009-2.1-03, RFC7009-2.1-04, RFC7009-2.2-02, RFC7009-5-02
#[tokio::test]
async fn a_hint_never_matters() {
    let peer = fixture().await;
    for hint in ["access_token", "refresh_token", "urn:example:other", ""] {
        let (access_token, refresh_token) = tokens(&peer).await;
        for token in [&access_token, &refresh_token] {
            let request = [("token", token.as_str()), ("token_type_hint", hint)];
            assert_revoked(&peer.post("/revoke", Some(&basic("conf", SECRET)), &request).await);
            assert!(!peer.is_active(token).await, "{hint}");
        }
        let request = [("token", "unknown"), ("token_type_hint", hint)];
        assert_revoked(&peer.post("/revoke", Some(&basic("conf", SECRET)), &request).await);
    }
}

// shows: RFC7009-2.2-01
#[tokio::test]
async fn what_is_not_a_token_any_more_or_never_was_is_revoked_already() {
    let peer = fixture().await;
    let (access_token, refresh_token) = tokens(&peer).await;
    let code = peer.code("conf").await;
    let long = "x".repeat(60_000);
    for token in [&access_token, &access_token, &refresh_token, &refresh_token, &access_token, &code, "", "\u{0}", &long] {
        let answer = revoke(&peer, "conf", token).await;
        if token.is_empty() { answer.assert_error(400, "invalid_request") } else { assert_revoked(&answer) }
    }
    let (access_token, refresh_token) = tokens(&peer).await;
    peer.clock.advance(1_209_600);
    for token in [&access_token, &refresh_token] {
        assert_revoked(&revoke(&peer, "conf", token).await);
        // Nobody's any more, so it is nobody's to refuse.
        assert_revoked(&revoke(&peer, "other", token).await);
    }
}

// shows: RFC7009-2.1-06
#[tokio::test]
async fn another_clients_token_is_refused_and_stays_active() {
    let peer = fixture().await;
    let (access_token, refresh_token) = tokens(&peer).await;
    for token in [&access_token, &refresh_token] {
        // Not the resource server's either: it may look, not end.
        for client in ["other", "rs"] {
            revoke(&peer, client, token).await.assert_error(400, "invalid_grant");
        }
        let public = [("token", token.as_str()), ("client_id", "pub")];
        peer.post("/revoke", None, &public).await.assert_error(400, "invalid_grant");
        assert!(peer.is_active(token).await);
    }
    refresh_conf(&peer, &refresh_token).await.assert_ok();
}

#[tokio::test]
async fn a_public_client_revokes_its_own_tokens() {
    let peer = fixture().await;
    let (access_token, refresh_token) = peer.tokens().await;
    for token in [&access_token, &refresh_token] {
        assert_revoked(&peer.post("/revoke", None, &[("token", token), ("client_id", "pub")]).await);
        assert!(!peer.is_active(token).await);
    }
    peer.refresh(&refresh_token).await.assert_error(400, "invalid_grant");
}

// shows: RFC7009-2.1-06, RFC7009-2.2.1-01
#[tokio::test]
async fn the_caller_must_authenticate_and_a_wrong_secret_revokes_nothing() {
    let peer = fixture().await;
    let (token, _) = tokens(&peer).await;
    let token = ("token", token.as_str());
    for (authorization, request) in [
        (None, vec![token]),
        (None, vec![token, ("client_id", "conf")]),
        (None, vec![token, ("client_id", "conf"), ("client_secret", "wrong")]),
        (Some(basic("conf", "wrong")), vec![token]),
        (Some(basic("unknown", SECRET)), vec![token]),
        (Some(format!("Bearer {}", token.1)), vec![token]),
    ] {
        peer.post("/revoke", authorization.as_deref(), &request).await.assert_error(401, "invalid_client");
    }
    assert!(peer.is_active(token.1).await);
    assert_revoked(&peer.post("/revoke", None, &[token, ("client_id", "conf"), ("client_secret", SECRET)]).await);
}

// shows: RFC7009-2.1-01, RFC7009-2.2.1-01
#[tokio::test]
async fn a_request_without_a_token_or_with_two_is_invalid() {
    let peer = fixture().await;
    let (token, _) = tokens(&peer).await;
    for request in [
        vec![],
        vec![("token", "")],
        vec![("token_type_hint", "access_token")],
        vec![("token", token.as_str()), ("token", token.as_str())],
        vec![("token", token.as_str()), ("token_type_hint", "a"), ("token_type_hint", "a")],
    ] {
        peer.post("/revoke", Some(&basic("conf", SECRET)), &request).await.assert_error(400, "invalid_request");
    }
    let in_url = format!("/revoke?token={token}");
    peer.post(&in_url, Some(&basic("conf", SECRET)), &[]).await.assert_error(400, "invalid_request");
    assert!(peer.is_active(&token).await);
}

/// An issued token is dead once its family is, also if it is asked for at that very moment.
#[tokio::test]
async fn a_code_that_was_redeemed_gives_nothing_after_the_revocation() {
    let peer = fixture().await;
    let code = peer.code("pub").await;
    let refresh_token = peer.redeem(&code).await.member("refresh_token");
    assert_revoked(&peer.post("/revoke", None, &[("token", &refresh_token), ("client_id", "pub")]).await);
    for _ in 0..2 {
        peer.redeem(&code).await.assert_error(400, "invalid_grant");
        peer.refresh(&refresh_token).await.assert_error(400, "invalid_grant");
    }
}
