//! What a request has to have, and what is wrong with it otherwise (RFC 8693 section 2).

use super::*;

// shows: RFC8693-2.1-01, RFC8693-2.2.1-01, RFC8693-2.2.1-02, RFC8693-2.2.1-03, RFC8693-2.2.1-04, RFC8693-2.1-07, RFC8693-2.1-08
#[tokio::test]
async fn a_token_is_exchanged_for_one_that_says_what_it_is() {
    let world = permissive().await;
    let token = world.for_agent().await;
    for changes in [vec![], vec![("requested_token_type", ACCESS_TOKEN)], vec![("requested_token_type", "")]] {
        let answer = world.exchange("agent", &token, &changes).await;
        answer.assert_ok();
        let said = answer.json();
        assert_eq!((&said["issued_token_type"], &said["token_type"]), (&json!(ACCESS_TOKEN), &json!("Bearer")));
        assert_eq!((&said["expires_in"], &said["scope"]), (&json!(600), &json!("read write")));
        assert_eq!(said["refresh_token"], Value::Null);
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_ne!(said["access_token"], json!(token));
    }
    // It has no effect on the one that was exchanged (section 2.1).
    assert!(world.peer.is_active(&token).await);
}

// shows: RFC8693-2.1-09, RFC8693-2.1-10, RFC8693-2.1-11, RFC8693-2.1-12, RFC8693-2.1-13, RFC8693-2.2.2-01, RFC8693-2.2.2-02, RFC8693-2.2.2-04
#[tokio::test]
async fn what_is_missing_repeated_or_of_another_type_is_invalid_request() {
    let world = permissive().await;
    let token = world.for_agent().await;
    let own = world.own_token("agent").await;
    let saml = "urn:ietf:params:oauth:token-type:saml2";
    let refresh_token = "urn:ietf:params:oauth:token-type:refresh_token";
    for changes in [
        vec![("subject_token", "")],
        vec![("subject_token_type", "")],
        vec![("subject_token_type", saml)],
        vec![("subject_token_type", refresh_token)],
        vec![("subject_token_type", "access_token")],
        vec![("subject_token_type", ID_TOKEN)],
        vec![("subject_token_type", ACCESS_TOKEN), ("subject_token_type", ACCESS_TOKEN)],
        vec![("subject_token", &*token), ("subject_token", &*token)],
        vec![("actor_token", &*own)],
        vec![("actor_token_type", ACCESS_TOKEN)],
        vec![("actor_token", &*own), ("actor_token_type", saml)],
        vec![("actor_token", "unknown"), ("actor_token_type", ACCESS_TOKEN)],
        vec![("requested_token_type", refresh_token)],
        vec![("requested_token_type", JWT)],
        vec![("requested_token_type", ID_JAG)],
        vec![("requested_token_type", ACCESS_TOKEN), ("requested_token_type", ACCESS_TOKEN)],
    ] {
        let answer = world.exchange("agent", &token, &changes).await;
        answer.assert_error(400, "invalid_request");
        assert!(!answer.member("error_description").is_empty(), "{changes:?}");
    }
    assert_eq!(world.policy.count(), 0, "nobody is asked about what is no request");
}

// shows: RFC8693-2.1-14
#[tokio::test]
async fn a_token_that_is_not_good_is_exchanged_for_nothing() {
    let world = permissive().await;
    let answer = world.begun(&[("agent", "agent")]).await;
    let (token, refresh_token) = (answer.member("access_token"), answer.member("refresh_token"));
    let long = "a".repeat(60_000);
    for wrong in ["unknown", &refresh_token, &long, "a.b.c", "\u{e9}"] {
        world.exchange("agent", wrong, &[]).await.assert_error(400, "invalid_request");
        world.exchange("agent", wrong, &[("subject_token_type", JWT)]).await.assert_error(400, "invalid_request");
    }
    world.exchange("agent", &token, &[]).await.assert_ok();
    world.peer.clock.advance(600);
    world.exchange("agent", &token, &[]).await.assert_error(400, "invalid_request");

    let token = world.for_agent().await;
    let revoked = world.peer.post("/revoke", None, &[("client_id", "pub"), ("token", &token)]).await;
    assert_eq!(revoked.status, 200);
    world.exchange("agent", &token, &[]).await.assert_error(400, "invalid_request");
}

#[tokio::test]
async fn whoever_may_not_use_the_grant_or_does_not_authenticate_gets_nothing() {
    let world = permissive().await;
    let token = world.for_agent().await;
    world.exchange("nobody", &token, &[]).await.assert_error(400, "unauthorized_client");
    // Its own, but it does not authenticate.
    world.exchange("pub", &token, &[]).await.assert_error(400, "unauthorized_client");
    let answer = world.peer.post("/token", Some(&basic("agent", "wrong")), &[("grant_type", EXCHANGE)]).await;
    assert_eq!(answer.status, 401);
    assert_eq!(world.policy.count(), 0);

    let (clock, policy) = (ManualClock::new(START), Arc::new(Policy::default()));
    let server = server!(MemoryStore::new(), clock, TokenExchange::new(policy.clone()).public_clients());
    register!(server);
    let world = World { peer: Peer::new(server, ALICE, clock), policy };
    world.policy.set(|_| ExchangeDecision::delegate());
    let token = world.for_agent().await;
    world.exchange("pub", &token, &[("scope", "read")]).await.assert_ok();
}

#[tokio::test]
async fn the_policy_denies_by_default_and_its_failure_is_no_yes() {
    let world = world().await;
    let token = world.for_agent().await;
    world.exchange("agent", &token, &[]).await.assert_error(400, "invalid_request");
    assert_eq!(
        world.policy.last(),
        json!({
            "client": "agent", "issuer": null, "subject": "alice", "subject's client": "pub", "actor": null,
            "scope": "read write", "audience": [], "now": START.as_unix(),
        })
    );
    world.policy.fails();
    world.exchange("agent", &token, &[]).await.assert_error(500, "server_error");
    const STEP_UP: grantor::ErrorCode = grantor::ErrorCode::extension("insufficient_user_authentication");
    world.policy.set(|_| ExchangeDecision::refuse(grantor::OAuthError::new(STEP_UP, "sign in with a second factor")));
    world.exchange("agent", &token, &[]).await.assert_error(400, "insufficient_user_authentication");
}
