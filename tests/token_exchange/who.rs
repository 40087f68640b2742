//! Who may exchange which token: whom the subject token permits.

use super::*;
use crate::common::browser::Browser;
use grantor::{AuthorizationPolicy, AuthorizationRequest, Ongoing, Standing, StillAuthorized};

// shows: ID-CHAINING-5.3-01
#[tokio::test]
async fn only_whom_the_subject_token_permits_exchanges_it_whatever_the_policy_says() {
    let world = permissive().await;
    // It names `agent` and nobody else.
    let token = world.for_agent().await;
    world.exchange("agent", &token, &[]).await.assert_ok();
    for stranger in ["other", "calendar"] {
        world.exchange(stranger, &token, &[]).await.assert_error(400, "invalid_request");
    }
    // It is for the calendar.
    let token = world.begun(&[("resource", CALENDAR)]).await.member("access_token");
    world.exchange("calendar", &token, &[]).await.assert_ok();
    for stranger in ["other", "agent"] {
        world.exchange(stranger, &token, &[]).await.assert_error(400, "invalid_request");
    }
    // It is for another API.
    let token = world.begun(&[("resource", CONTACTS)]).await.member("access_token");
    world.exchange("calendar", &token, &[]).await.assert_error(400, "invalid_request");
    // It is for nobody in particular: an API is no more entitled to it than others.
    let token = world.begun(&[]).await.member("access_token");
    for stranger in ["other", "agent", "calendar"] {
        world.exchange(stranger, &token, &[]).await.assert_error(400, "invalid_request");
    }
    // Whoever got a token makes it narrower.
    let own = world.exchange("agent", &world.for_agent().await, &[]).await.member("access_token");
    world.exchange("agent", &own, &[("scope", "read")]).await.assert_ok();
    world.exchange("other", &own, &[("scope", "read")]).await.assert_error(400, "invalid_request");
}

#[tokio::test]
async fn a_token_that_a_client_got_for_itself_makes_nobody_else_that_client() {
    let world = permissive().await;
    world.policy.set(|_| ExchangeDecision::impersonate());
    let own = world.own_token("agent").await;
    let claims = world.claims(&world.exchange("agent", &own, &[("resource", CALENDAR)]).await).await;
    assert_eq!((&claims["sub"], &claims["client_id"], &claims["aud"]), (&Value::Null, &json!("agent"), &json!(CALENDAR)));
    world.exchange("other", &own, &[]).await.assert_error(400, "invalid_request");
    // Also not the API for which it is.
    let pairs = [("grant_type", "client_credentials"), ("resource", CALENDAR)];
    let token = world.peer.post("/token", Some(&basic("agent", SECRET)), &pairs).await.member("access_token");
    world.exchange("calendar", &token, &[]).await.assert_error(400, "invalid_request");
}

#[tokio::test]
async fn whoever_acts_uses_an_actor_token_of_its_own() {
    let world = permissive().await;
    let (token, own, others) = (world.for_agent().await, world.own_token("agent").await, world.own_token("other").await);
    let acting = |actor| [("actor_token", actor), ("actor_token_type", ACCESS_TOKEN)];
    world.exchange("agent", &token, &acting(&own)).await.assert_ok();
    // Somebody else's, which `agent` came by.
    world.exchange("agent", &token, &acting(&others)).await.assert_error(400, "invalid_request");
    // `other` has one, and the subject token does not name it.
    world.exchange("other", &token, &acting(&others)).await.assert_error(400, "invalid_request");
    // A person's, whom somebody acts for already.
    let acted = world.exchange("agent", &token, &[]).await.member("access_token");
    world.exchange("agent", &token, &acting(&acted)).await.assert_error(400, "invalid_request");
}

/// An attack: `agent` calls the calendar with a token that it got for itself. Alice lets `agent` act for her, and nobody else; a token of
/// hers is at the calendar, too.
#[tokio::test]
async fn an_api_does_not_act_as_a_client_whose_token_it_was_sent() {
    let world = permissive().await;
    let pairs = [("grant_type", "client_credentials"), ("resource", CALENDAR)];
    let sent = world.peer.post("/token", Some(&basic("agent", SECRET)), &pairs).await.member("access_token");
    let acting = [("actor_token", &*sent), ("actor_token_type", ACCESS_TOKEN)];
    let for_the_calendar = world.begun(&[("agent", "agent"), ("resource", CALENDAR)]).await.member("access_token");
    for token in [world.for_agent().await, for_the_calendar] {
        world.exchange("calendar", &token, &acting).await.assert_error(400, "invalid_request");
        assert_eq!(world.policy.count(), 0, "the policy is not even asked");
        world.exchange("agent", &token, &acting).await.assert_ok();
        world.policy.asked.lock().expect("a lock").clear();
    }
}

/// The same with a person's: Alice lets Bob act for her, and he calls the calendar, where a token of hers is, too.
#[tokio::test]
async fn an_api_does_not_act_as_a_person_whose_token_it_was_sent() {
    let world = permissive().await;
    let token = world.begun(&[("deputy", "bob"), ("resource", CALENDAR)]).await.member("access_token");
    let sent = world.begun(&[("person", "bob"), ("agent", "agent"), ("resource", CALENDAR)]).await.member("access_token");
    let acting = |actor| [("actor_token", actor), ("actor_token_type", ACCESS_TOKEN)];
    world.exchange("calendar", &token, &acting(&sent)).await.assert_error(400, "invalid_request");
    assert_eq!(world.policy.count(), 0, "the policy is not even asked");
    // A client that got one of Bob's.
    world.policy.set(|_| ExchangeDecision::impersonate());
    let own = world.exchange("agent", &sent, &[]).await.member("access_token");
    world.policy.set(|_| ExchangeDecision::delegate());
    let claims = world.claims(&world.exchange("agent", &token, &acting(&own)).await).await;
    assert_eq!((&claims["sub"], &claims["act"]), (&json!("alice"), &json!({"sub": "bob"})));
}

#[tokio::test]
async fn where_the_token_names_a_party_no_other_comes_to_act() {
    let world = permissive().await;
    // For the calendar, and `agent` may act: the calendar may exchange it, and not act.
    let token = world.begun(&[("resource", CALENDAR), ("agent", "agent")]).await.member("access_token");
    world.exchange("calendar", &token, &[]).await.assert_error(400, "invalid_request");
    world.exchange("agent", &token, &[]).await.assert_ok();
    world.policy.set(|_| ExchangeDecision::impersonate());
    world.exchange("calendar", &token, &[]).await.assert_ok();
}

/// Says of every authorization what it was told to say.
#[derive(Clone)]
struct Says(Arc<Mutex<Standing>>);

impl AuthorizationPolicy for Says {
    async fn standing(&self, _: Ongoing<'_>) -> Result<Standing, StoreError> {
        Ok(self.0.lock().expect("a lock").clone())
    }
}

#[tokio::test]
async fn a_token_is_exchanged_for_no_more_than_still_stands() {
    let says = Says(Arc::new(Mutex::new(Standing::Stands)));
    let (clock, policy) = (ManualClock::new(START), Arc::new(Policy::default()));
    let asks = StillAuthorized::new(says.clone()).at_introspection();
    let server = server!(MemoryStore::new(), clock, TokenExchange::new(policy.clone()), asks);
    register!(server);
    let world = World { peer: Peer::new(server, ALICE, clock), policy };
    world.policy.set(|_| ExchangeDecision::delegate());
    let (token, own) = (world.for_agent().await, world.own_token("agent").await);
    let now = |standing| *says.0.lock().expect("a lock") = standing;
    now(Standing::NarrowedTo(scope("read")));
    assert_eq!(world.exchange("agent", &token, &[]).await.member("scope"), "read");
    world.exchange("agent", &token, &[("scope", "write")]).await.assert_error(400, "invalid_scope");
    now(Standing::Ended);
    world.exchange("agent", &token, &[]).await.assert_error(400, "invalid_request");
    world.exchange("agent", &own, &[]).await.assert_error(400, "invalid_request");
    now(Standing::Stands);
    world.exchange("agent", &token, &[]).await.assert_ok();
}

/// An application of which people are asked.
fn web(name: &str) -> Client {
    let client = Client::confidential("web", &ClientSecret::parse(SECRET).expect("a secret")).name(name).redirect_uri(CALLBACK);
    client.scope("read write").grant_types(["authorization_code", EXCHANGE]).build().expect("a client")
}

impl World {
    async fn asks(&self) -> AuthorizationRequest {
        let changes = [("client_id", "web"), ("scope", "read")];
        Browser::default().request(&*self.peer.server, &with(&with(&REQUEST, &PKCE), &changes)).await
    }

    /// Alice agrees to what `web` asks for, which gets this token.
    async fn agreed(&self) -> String {
        let approval = Approval::by(subject("alice")).consented();
        let answer = Answer::from(self.peer.server.complete(self.asks().await.approve(approval)).await);
        let code = answer.query().remove("code").expect("a code");
        let redemption = redemption(&code);
        let pairs: Vec<_> = redemption.into_iter().filter(|(name, _)| *name != "client_id").collect();
        self.peer.post("/token", Some(&basic("web", SECRET)), &pairs).await.member("access_token")
    }
}

#[tokio::test]
async fn what_a_client_exchanged_is_nothing_that_the_person_agreed_to() {
    let world = world().await;
    world.peer.server.register_client(web("App")).await.expect("a registration");
    let token = world.agreed().await;
    world.policy.set(|_| ExchangeDecision::impersonate());
    world.exchange("web", &token, &[]).await.assert_ok();
    world.policy.set(|_| ExchangeDecision::delegate());
    world.exchange("web", &token, &[]).await.assert_ok();
    let asks = world.asks().await;
    let before = world.peer.server.authorizations(&subject("alice")).await.expect("a list");
    assert!(before.iter().all(|it| it.scope().contains("read")) && before.len() == 3, "{before:?}");
    let covering: Vec<_> = before.iter().filter(|it| asks.is_covered_by(it)).map(|it| it.parent).collect();
    assert_eq!(covering, [None]);
}

#[tokio::test]
async fn a_client_that_has_changed_does_not_become_what_people_saw_by_an_exchange() {
    let world = permissive().await;
    let register = |name: &str| world.peer.server.register_client(web(name).unvetted());
    register("App").await.expect("a registration");
    let token = world.agreed().await;
    let exchanged = world.exchange("web", &token, &[]).await.member("access_token");
    let before = world.peer.server.authorizations(&subject("alice")).await.expect("a list");
    let shown = web("App").unvetted().fingerprint();
    assert!(before.len() == 2 && before.iter().all(|it| it.client_fingerprint() == Some(&*shown)), "{before:?}");
    register("Bank").await.expect("a registration");
    for token in [&token, &exchanged] {
        world.exchange("web", token, &[]).await.assert_error(400, "invalid_request");
    }
    register("App").await.expect("a registration");
    world.exchange("web", &token, &[]).await.assert_ok();
}
