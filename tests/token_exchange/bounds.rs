//! Never more than the subject token has: scope, audience, lifetime; and an end with what it came from.

use super::*;
use grantor::lifetime;

// shows: RFC8693-2.2.1-05, RFC8693-2.2.1-06, ID-CHAINING-2.5-01
#[tokio::test]
async fn the_scope_is_within_that_of_the_subject_token_of_the_client_and_of_the_policy() {
    let world = permissive().await;
    let token = world.for_agent().await;
    let said = world.exchange("agent", &token, &[("scope", "read")]).await;
    assert_eq!((said.member("scope"), world.claims(&said).await["scope"].clone()), ("read".to_owned(), json!("read")));
    for wider in ["admin", "read admin", "openid", "offline_access"] {
        world.exchange("agent", &token, &[("scope", wider)]).await.assert_error(400, "invalid_scope");
    }
    world.exchange("agent", &token, &[("scope", "\"")]).await.assert_error(400, "invalid_scope");
    let narrow = world.begun(&[("agent", "agent"), ("scope", "read")]).await.member("access_token");
    world.exchange("agent", &narrow, &[("scope", "read write")]).await.assert_error(400, "invalid_scope");

    world.policy.set(|_| ExchangeDecision::delegate().scope(scope("write admin")));
    let said = world.exchange("agent", &token, &[]).await;
    assert_eq!(said.member("scope"), "write");
    world.exchange("agent", &token, &[("scope", "read")]).await.assert_error(400, "invalid_scope");
}

#[tokio::test]
async fn nobody_signs_in_to_whoever_exchanges() {
    let world = permissive().await;
    let token = world.begun(&[("agent", "agent"), ("scope", "openid read offline_access")]).await.member("access_token");
    let said = world.exchange("agent", &token, &[]).await;
    assert_eq!((said.member("scope"), said.json()["id_token"].clone()), ("read".to_owned(), Value::Null));
}

#[tokio::test]
async fn a_name_beside_a_resource_widens_nothing() {
    let world = permissive().await;
    let token = world.begun(&[("agent", "agent"), ("scope", "read share")]).await.member("access_token");
    // The calendar does not know `share`, whoever else is named.
    for (targets, granted) in [
        (vec![("resource", CALENDAR)], "read"),
        (vec![("resource", CALENDAR), ("audience", "payroll")], "read"),
        (vec![("audience", "payroll"), ("audience", CALENDAR)], "read"),
        (vec![("audience", "payroll")], "read share"),
    ] {
        let claims = world.claims(&world.exchange("agent", &token, &targets).await).await;
        assert_eq!(claims["scope"], granted, "{targets:?}");
    }
}

// shows: RFC8693-2.1-02, RFC8693-2.1-03, RFC8693-2.1-04, RFC8693-2.1-05, RFC8693-2.1-06, RFC8693-2.2.2-03
#[tokio::test]
async fn the_audience_is_within_that_of_the_subject_token() {
    let world = permissive().await;
    let both = world.begun(&[("agent", "agent"), ("resource", CALENDAR), ("resource", CONTACTS)]).await.member("access_token");
    for (targets, expected) in [
        (vec![], json!([CALENDAR, CONTACTS])),
        (vec![("resource", CALENDAR)], json!(CALENDAR)),
        (vec![("resource", "HTTPS://Calendar.example.com:443/")], json!(CALENDAR)),
        (vec![("audience", CONTACTS)], json!(CONTACTS)),
        (vec![("resource", CALENDAR), ("audience", CONTACTS), ("audience", CONTACTS)], json!([CALENDAR, CONTACTS])),
        (vec![("resource", CONTACTS), ("resource", CALENDAR)], json!([CONTACTS, CALENDAR])),
    ] {
        let claims = world.claims(&world.exchange("agent", &both, &targets).await).await;
        assert_eq!(claims["aud"], expected, "{targets:?}");
    }
    let calendar = world.begun(&[("agent", "agent"), ("resource", CALENDAR)]).await.member("access_token");
    let long = format!("urn:example:{}", "a".repeat(2_100));
    for wrong in [
        vec![("resource", CONTACTS)],
        vec![("audience", CONTACTS)],
        vec![("audience", "https://calendar.example.com/")],
        vec![("resource", CALENDAR), ("resource", CONTACTS)],
        vec![("resource", "/relative")],
        vec![("resource", "https://calendar.example.com#fragment")],
        vec![("resource", &*long)],
        vec![("audience", &*long)],
        vec![("audience", CALENDAR); 17],
        vec![("resource", CALENDAR); 17],
    ] {
        world.exchange("agent", &calendar, &wrong).await.assert_error(400, "invalid_target");
    }
    // One that is for nobody in particular may be made to be for somebody, of those whom the server knows, or by a name of their own.
    let any = world.for_agent().await;
    let claims = world.claims(&world.exchange("agent", &any, &[("resource", CALENDAR)]).await).await;
    assert_eq!(claims["aud"], CALENDAR);
    let claims = world.claims(&world.exchange("agent", &any, &[("audience", "payroll")]).await).await;
    assert_eq!(claims["aud"], "payroll");
    assert_eq!(world.policy.last()["audience"], json!(["payroll"]));
    for unknown in [("resource", "https://unknown.example.com"), ("audience", "https://unknown.example.com")] {
        world.exchange("agent", &any, &[unknown]).await.assert_error(400, "invalid_target");
    }
    // And what came of that is for nobody else.
    let narrowed = world.exchange("agent", &any, &[("resource", CALENDAR)]).await.member("access_token");
    world.exchange("agent", &narrowed, &[("resource", CONTACTS)]).await.assert_error(400, "invalid_target");
}

#[tokio::test]
async fn the_end_is_that_of_the_subject_token_or_of_the_actor_token_at_the_latest() {
    let world = permissive().await;
    let token = world.for_agent().await;
    world.peer.clock.advance(400);
    let said = world.exchange("agent", &token, &[]).await;
    assert_eq!(said.json()["expires_in"], 200);
    world.policy.set(|_| ExchangeDecision::delegate().access_token_lifetime(lifetime!(AccessTokenLifetime, 86_400)));
    let longer = world.exchange("agent", &token, &[]).await;
    assert_eq!(longer.json()["expires_in"], 200);
    world.policy.set(|_| ExchangeDecision::delegate().access_token_lifetime(lifetime!(AccessTokenLifetime, 30)));
    assert_eq!(world.exchange("agent", &token, &[]).await.json()["expires_in"], 30);
    let token = world.for_agent().await;
    let own = world.own_token("agent").await;
    world.peer.clock.advance(590);
    let fresh = world.for_agent().await;
    world.policy.set(|_| ExchangeDecision::delegate());
    let acting = [("actor_token", &*own), ("actor_token_type", ACCESS_TOKEN)];
    assert_eq!(world.exchange("agent", &fresh, &acting).await.json()["expires_in"], 10);
    assert_eq!(world.exchange("agent", &token, &[]).await.json()["expires_in"], 10);
    assert!(!world.peer.is_active(&longer.member("access_token")).await);
}

#[tokio::test]
async fn what_came_of_a_token_ends_with_the_authorization_behind_it() {
    let world = permissive().await;
    let begun = world.begun(&[("agent", "agent")]).await;
    let first = world.exchange("agent", &begun.member("access_token"), &[]).await.member("access_token");
    let second = world.exchange("agent", &first, &[("scope", "read")]).await.member("access_token");
    // Revoking what came of it leaves it alone.
    let other = world.exchange("agent", &first, &[]).await.member("access_token");
    assert_eq!(world.peer.post("/revoke", Some(&basic("agent", SECRET)), &[("token", &other)]).await.status, 200);
    for token in [&first, &second, &begun.member("access_token")] {
        assert!(world.peer.is_active(token).await);
    }
    let pairs = [("client_id", "pub"), ("token", &*begun.member("refresh_token"))];
    assert_eq!(world.peer.post("/revoke", None, &pairs).await.status, 200);
    for token in [&first, &second] {
        assert!(!world.peer.is_active(token).await);
    }
    world.exchange("agent", &first, &[]).await.assert_error(400, "invalid_request");
}

#[tokio::test]
async fn there_are_so_many_exchanges_one_after_the_other() {
    let world = permissive().await;
    world.policy.set(|_| ExchangeDecision::impersonate());
    let mut token = world.for_agent().await;
    for _ in 0..8 {
        token = world.exchange("agent", &token, &[]).await.member("access_token");
    }
    world.exchange("agent", &token, &[]).await.assert_error(400, "invalid_request");
}

// shows: RFC8693-2.2.1-07
#[tokio::test]
async fn a_refresh_token_comes_if_the_policy_says_so_and_ends_with_the_authorization_behind_it() {
    let world = world().await;
    world.policy.set(|_| ExchangeDecision::delegate().with_refresh_token());
    let begun = world.begun(&[("agent", "agent"), ("resource", CALENDAR), ("resource", CONTACTS)]).await;
    let said = world.exchange("agent", &begun.member("access_token"), &[("resource", CALENDAR)]).await;
    world.peer.clock.advance(3_600);
    let refresh = async |token: &str| {
        let pairs = [("grant_type", "refresh_token"), ("refresh_token", token)];
        world.peer.post("/token", Some(&basic("agent", SECRET)), &pairs).await
    };
    let refreshed = refresh(&said.member("refresh_token")).await;
    let claims = world.claims(&refreshed).await;
    let expected = (json!("alice"), json!({"sub": "client:agent"}), json!(CALENDAR));
    assert_eq!((claims["sub"].clone(), claims["act"].clone(), claims["aud"].clone()), expected);

    let pairs = [("client_id", "pub"), ("token", &*begun.member("refresh_token"))];
    assert_eq!(world.peer.post("/revoke", None, &pairs).await.status, 200);
    refresh(&refreshed.member("refresh_token")).await.assert_error(400, "invalid_grant");
    assert!(!world.peer.is_active(&refreshed.member("access_token")).await);
    // Not for a client that did not register the grant.
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let client = Client::confidential("short", &secret).scope("read").grant_types([EXCHANGE]).build().expect("a client");
    world.peer.server.register_client(client).await.expect("a registration");
    let token = world.begun(&[("agent", "short")]).await.member("access_token");
    assert_eq!(world.exchange("short", &token, &[("scope", "read")]).await.json()["refresh_token"], Value::Null);
}

#[tokio::test]
async fn the_authorization_says_from_which_one_it_descends() {
    let world = permissive().await;
    let said = world.exchange("agent", &world.for_agent().await, &[]).await;
    said.assert_ok();
    let all = world.peer.server.authorizations(&subject("alice")).await.expect("a list");
    let find = |client: &str| all.iter().find(|record| record.client_id().as_str() == client).expect("an authorization");
    assert_eq!((find("agent").parent, find("pub").parent), (Some(find("pub").id), None));
    // Alice takes back what the agent may, and nothing else.
    let alice = subject("alice");
    assert!(world.peer.server.revoke_authorization(&alice, find("agent").id()).await.expect("an answer"));
    assert!(!world.peer.is_active(&said.member("access_token")).await);
}
