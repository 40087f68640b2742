//! What belongs to a sign-in, and what becomes of it.

use grantor::ClientId;
use serde_json::Value;

use crate::provider::{Provider, hint, provider};

const CONSENTED: [(&str, &str); 2] = [("scope", "openid offline_access"), ("prompt", "consent")];

fn names(clients: &[ClientId]) -> Vec<&str> {
    clients.iter().map(ClientId::as_str).collect()
}

async fn sid(provider: &Provider, tokens: &Value) -> String {
    provider.id_token(tokens).await["sid"].as_str().expect("a sid").to_owned()
}

// shows: OIDC-BACKCHANNEL-2.1-05, OIDC-BACKCHANNEL-2.1-06, OIDC-BACKCHANNEL-2.1-07, OIDC-BACKCHANNEL-2.1-08
#[tokio::test]
async fn a_sign_in_has_one_sid_which_is_not_what_the_application_calls_it() {
    let provider = provider().await;
    let (a, b) = (provider.tokens("a").await, provider.tokens("b").await);
    let first = sid(&provider, &a).await;
    assert_eq!((first.len(), &first), (22, &sid(&provider, &b).await));
    let refreshed = provider.refresh("a", &a).await.json();
    assert_eq!(sid(&provider, &refreshed).await, first);
    provider.app.sign_in("alice", "2");
    assert_ne!(sid(&provider, &provider.tokens("a").await).await, first);
    // Whoever else is signed in under that name.
    provider.app.sign_in("bob", "1");
    assert_ne!(sid(&provider, &provider.tokens("a").await).await, first);
}

// shows: OIDC-BACKCHANNEL-2.7-03, OIDC-BACKCHANNEL-2.7-04
#[tokio::test]
async fn what_was_authorized_for_later_stays() {
    let provider = provider().await;
    let (stays, ends) = (provider.tokens_for("a", &CONSENTED).await, provider.tokens("a").await);
    assert!(stays["scope"].as_str().expect("a scope").contains("offline_access"));
    assert_eq!(sid(&provider, &stays).await, sid(&provider, &ends).await);
    provider.assert_signed_out(&provider.end(&[("id_token_hint", hint(&ends))]).await);
    provider.refresh("a", &ends).await.assert_error(400, "invalid_grant");
    assert!(!provider.is_active(&ends).await && provider.is_active(&stays).await);
    provider.refresh("a", &stays).await.assert_ok();
    // Its client is told all the same.
    provider.deliver().await;
    assert_eq!(provider.hosts.posted().len(), 1);
}

#[tokio::test]
async fn a_code_that_nobody_has_redeemed_ends_too() {
    let provider = provider().await;
    let tokens = provider.tokens("a").await;
    let code = provider.authorize("a", &[]).await.query().remove("code").expect("a code");
    provider.assert_signed_out(&provider.end(&[("id_token_hint", hint(&tokens))]).await);
    provider.redeem("a", &code).await.assert_error(400, "invalid_grant");
}

#[tokio::test]
async fn people_see_where_they_are_signed_in_and_end_it() {
    let provider = provider().await;
    let server = &provider.peer.server;
    let (alice, bob) = (crate::common::subject("alice"), crate::common::subject("bob"));
    let first = provider.tokens("a").await;
    provider.tokens("b").await;
    provider.peer.clock.advance(60);
    provider.app.sign_in("alice", "2");
    let second = provider.tokens("c").await;
    provider.app.sign_in("bob", "3");
    provider.tokens("a").await;

    let sessions = server.sessions(&alice).await.expect("a store");
    let listed: Vec<_> = sessions.iter().map(|session| names(&session.clients)).collect();
    assert_eq!(listed, [vec!["c"], vec!["a", "b"]]);
    assert!(sessions[0].opened_at > sessions[1].opened_at);
    // A session is no authorization, and whoever takes one back does not end the other.
    assert_eq!(server.authorizations(&alice).await.expect("a store").len(), 3);

    let id = &sessions[1].id;
    assert!(server.end_session(&bob, id).await.expect("a store").is_none());
    assert!(provider.is_active(&first).await);
    assert_eq!(names(&server.end_session(&alice, id).await.expect("a store").expect("one").clients), ["a", "b"]);
    assert!(server.end_session(&alice, id).await.expect("a store").is_none());
    assert!(!provider.is_active(&first).await && provider.is_active(&second).await);
    assert_eq!(server.sessions(&alice).await.expect("a store").len(), 1);
    assert!(server.end_session_named(&alice, "1").await.expect("a store").is_none());
    assert!(server.end_session_named(&bob, "2").await.expect("a store").is_none());
    assert!(server.end_session_named(&alice, "2").await.expect("a store").is_some());
    provider.deliver().await;
    assert_eq!(provider.hosts.posted().len(), 2);
}

#[tokio::test]
async fn people_sign_out_everywhere() {
    let provider = provider().await;
    let server = &provider.peer.server;
    let (alice, bob) = (crate::common::subject("alice"), crate::common::subject("bob"));
    let mut tokens = Vec::new();
    for session in ["1", "2", "3"] {
        provider.app.sign_in("alice", session);
        tokens.push(provider.tokens("a").await);
    }
    provider.app.sign_in("bob", "4");
    let others = provider.tokens("b").await;
    assert_eq!(server.end_sessions(&alice).await.expect("a store").len(), 3);
    assert_eq!(server.end_sessions(&alice).await.expect("a store"), []);
    for tokens in &tokens {
        assert!(!provider.is_active(tokens).await);
    }
    assert!(provider.is_active(&others).await);
    assert_eq!(server.sessions(&bob).await.expect("a store").len(), 1);
    provider.deliver().await;
    assert_eq!(provider.hosts.posted().len(), 3);
}

/// Whoever is busy with a page of consent while they sign out elsewhere has to sign in again.
#[tokio::test]
async fn a_sign_in_that_ends_meanwhile_is_not_begun_again_by_its_old_codes() {
    let provider = provider().await;
    let tokens = provider.tokens("a").await;
    let before = sid(&provider, &tokens).await;
    provider.assert_signed_out(&provider.end(&[("id_token_hint", hint(&tokens))]).await);
    // The application says that the same sign-in goes on: it is another one to everybody else.
    provider.app.sign_in("alice", "1");
    let again = provider.tokens("a").await;
    assert_ne!(sid(&provider, &again).await, before);
    assert!(provider.is_active(&again).await && !provider.is_active(&tokens).await);
}

#[tokio::test]
async fn a_client_cannot_take_the_place_of_sessions() {
    let error = grantor::Client::public("urn:grantor:session").redirect_uri("https://x.example.com/").build();
    assert!(error.map(drop).expect_err("refused").to_string().contains("stands for sessions"));
}
