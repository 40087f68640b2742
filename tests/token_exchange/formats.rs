//! Access tokens that are JWTs: subject and actor tokens, and what comes of them.

use super::*;
use grantor::{Es256, JwtAccessTokens, SigningKeys};

macro_rules! jwt_world {
    () => {{
        let (clock, policy) = (ManualClock::new(START), Arc::new(Policy::default()));
        let exchange = TokenExchange::new(policy.clone());
        let keys = SigningKeys::ephemeral().algorithm(Es256);
        let indicators = ResourceIndicators::new(resources());
        let server = server!(MemoryStore::new(), clock, exchange, keys, JwtAccessTokens::new(CALENDAR), indicators);
        register!(server);
        let world = World { peer: Peer::new(server, ALICE, clock), policy };
        world.policy.set(|_| ExchangeDecision::delegate());
        world
    }};
}

/// What the token itself says.
fn said(answer: &Answer) -> Value {
    let token = answer.member("access_token");
    serde_json::from_slice(&jws::decode(token.split('.').nth(1).expect("claims"))).expect("JSON")
}

#[tokio::test]
async fn a_jwt_says_who_acts_and_who_may() {
    let world = jwt_world!();
    let begun = world.begun(&[("agent", "agent")]).await;
    assert_eq!(said(&begun)["may_act"], json!({"sub": "client:agent"}));
    let token = begun.member("access_token");
    for kind in [ACCESS_TOKEN, JWT] {
        let answer = world.exchange("agent", &token, &[("subject_token_type", kind)]).await;
        let (own, known) = (said(&answer), world.claims(&answer).await);
        for claims in [&own, &known] {
            let expected = (&json!("alice"), &json!("agent"), &json!({"sub": "client:agent"}), &json!(CALENDAR));
            assert_eq!((&claims["sub"], &claims["client_id"], &claims["act"], &claims["aud"]), expected);
            assert_eq!(claims["may_act"], Value::Null);
        }
        assert_eq!(answer.member("issued_token_type"), ACCESS_TOKEN);
    }
    let own = world.own_token("agent").await;
    let acting = [("actor_token", &*own), ("actor_token_type", ACCESS_TOKEN)];
    assert_eq!(said(&world.exchange("agent", &token, &acting).await)["act"], json!({"sub": "client:agent"}));
    // The default resource is one, too: the API exchanges it, and it is for no other.
    world.exchange("calendar", &world.begun(&[]).await.member("access_token"), &[]).await.assert_ok();
    world.exchange("agent", &token, &[("resource", CONTACTS)]).await.assert_error(400, "invalid_target");
}

#[tokio::test]
async fn a_jwt_ends_with_the_authorization_behind_it() {
    let world = jwt_world!();
    let begun = world.begun(&[("agent", "agent")]).await;
    let token = begun.member("access_token");
    world.peer.clock.advance(500);
    let answer = world.exchange("agent", &token, &[]).await;
    let own = said(&answer);
    assert_eq!((own["exp"].as_u64(), answer.json()["expires_in"].as_u64()), (Some(START.as_unix() + 600), Some(100)));
    let first = answer.member("access_token");
    let second = world.exchange("agent", &first, &[("scope", "read")]).await.member("access_token");
    let revoked = world.peer.post("/revoke", None, &[("client_id", "pub"), ("token", &*token)]).await;
    assert_eq!(revoked.status, 200);
    assert!(!world.peer.is_active(&first).await && !world.peer.is_active(&second).await);
    world.exchange("agent", &first, &[]).await.assert_error(400, "invalid_request");
}

#[tokio::test]
async fn a_jwt_of_the_right_form_that_somebody_else_made_is_none() {
    let (world, other) = (jwt_world!(), jwt_world!());
    let token = other.for_agent().await;
    world.exchange("agent", &token, &[]).await.assert_error(400, "invalid_request");
    world.exchange("agent", &token, &[("subject_token_type", JWT)]).await.assert_error(400, "invalid_request");
}
