//! Delegation and impersonation: what the tokens say (RFC 8693 sections 1.1 and 4).

use super::*;
use grantor::TokenClaims;

#[tokio::test]
async fn delegation_says_who_acts_and_impersonation_does_not() {
    let world = permissive().await;
    let token = world.for_agent().await;
    let claims = world.claims(&world.exchange("agent", &token, &[]).await).await;
    assert_eq!((&claims["sub"], &claims["client_id"]), (&json!("alice"), &json!("agent")));
    assert_eq!((&claims["act"], &claims["may_act"]), (&json!({"sub": "client:agent"}), &Value::Null));
    // Who they are, and how they signed in, is known as before.
    assert_eq!((&claims["username"], &claims["auth_time"]), (&json!("Alice"), &json!(START.as_unix())));
    assert_eq!((&claims["acr"], &claims["amr"]), (&json!("urn:example:pwd"), &json!(["pwd"])));
    let subject_token = world.peer.introspect(&token).await;
    assert_eq!((&subject_token["act"], &subject_token["may_act"]), (&Value::Null, &json!({"sub": "client:agent"})));

    world.policy.set(|_| ExchangeDecision::impersonate());
    let claims = world.claims(&world.exchange("agent", &token, &[]).await).await;
    assert_eq!((&claims["sub"], &claims["act"]), (&json!("alice"), &Value::Null));
}

#[tokio::test]
async fn the_subject_of_the_actor_token_acts() {
    let world = permissive().await;
    let token = world.for_agent().await;
    let own = world.own_token("agent").await;
    let acting = [("actor_token", &*own), ("actor_token_type", ACCESS_TOKEN)];
    let claims = world.claims(&world.exchange("agent", &token, &acting).await).await;
    assert_eq!((&claims["act"], &world.policy.last()["actor"]), (&json!({"sub": "client:agent"}), &json!("agent")));
}

// shows: RFC8693-4.1-01
#[tokio::test]
async fn who_acted_before_stays_and_counts_for_nothing() {
    let world = permissive().await;
    let token = world.begun(&[("agent", "agent"), ("resource", CALENDAR)]).await.member("access_token");
    let first = world.exchange("agent", &token, &[]).await.member("access_token");
    let second = world.exchange("calendar", &first, &[]).await;
    let claims = world.claims(&second).await;
    assert_eq!(claims["act"], json!({"sub": "client:calendar", "act": {"sub": "client:agent"}}));
    // Prior actors may do nothing with it.
    world.exchange("agent", &second.member("access_token"), &[("scope", "read")]).await.assert_error(400, "invalid_request");

    let claims: TokenClaims = serde_json::from_value(claims).expect("claims");
    let actor = claims.actor().expect("an actor");
    assert_eq!((actor.subject(), actor.prior().map(Actor::subject)), ("client:calendar", Some("client:agent")));
    assert_eq!((claims.person(), claims.may_act()), (Some("alice"), None));
    // Impersonation does not wash it off.
    world.policy.set(|_| ExchangeDecision::impersonate());
    let washed = world.claims(&world.exchange("calendar", &first, &[]).await).await;
    assert_eq!(washed["act"], json!({"sub": "client:agent"}));
}

#[tokio::test]
async fn so_many_act_one_after_the_other() {
    let (clock, policy) = (ManualClock::new(START), Arc::new(Policy::default()));
    let server = server!(MemoryStore::new(), clock, TokenExchange::new(policy.clone()).actors(2));
    register!(server);
    let world = World { peer: Peer::new(server, ALICE, clock), policy };
    world.policy.set(|_| ExchangeDecision::delegate());
    let mut token = world.for_agent().await;
    for _ in 0..2 {
        token = world.exchange("agent", &token, &[]).await.member("access_token");
    }
    world.exchange("agent", &token, &[]).await.assert_error(400, "invalid_request");
    world.policy.set(|_| ExchangeDecision::impersonate());
    world.exchange("agent", &token, &[]).await.assert_ok();
}
