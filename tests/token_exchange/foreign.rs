//! Tokens of an issuer that the operator trusts.

use super::*;
use grantor::Subject;

/// What a good token says, at the start of the clock.
fn claims() -> Value {
    let now = START.as_unix();
    json!({"iss": IDP, "sub": "u-1", "aud": ISSUER, "iat": now, "exp": now + 300, "scope": "read write admin"})
}

fn changed(changes: Value) -> Value {
    let mut claims = claims();
    let members = claims.as_object_mut().expect("an object");
    members.extend(changes.as_object().expect("an object").clone());
    members.retain(|_, value| !value.is_null());
    claims
}

fn signed(claims: &Value) -> String {
    jws::signed(r#"{"alg":"ES256","typ":"JWT"}"#, &claims.to_string(), key())
}

/// Knows `u-1` of the identity provider as `alice`.
async fn knowing() -> World {
    let world = world().await;
    world.policy.set(|exchange| {
        let who = exchange.subject_token();
        match (who.issuer(), who.subject()) {
            (Some(IDP), Some("u-1")) => ExchangeDecision::delegate().subject(Subject::new("alice").expect("a subject")),
            (None, _) => ExchangeDecision::delegate(),
            _ => ExchangeDecision::deny(),
        }
    });
    world
}

const AS_JWT: [(&str, &str); 1] = [("subject_token_type", JWT)];

#[tokio::test]
async fn a_jwt_of_a_trusted_issuer_is_exchanged_for_a_token_about_whom_the_policy_says() {
    let world = knowing().await;
    let said = world.exchange("agent", &signed(&claims()), &AS_JWT).await;
    let known = world.claims(&said).await;
    assert_eq!((&known["sub"], &known["act"]), (&json!("alice"), &json!({"sub": "client:agent"})));
    // Within what the client may have.
    assert_eq!((&known["scope"], said.json()["expires_in"].as_u64()), (&json!("read write"), Some(300)));
    assert_eq!((&world.policy.last()["issuer"], &world.policy.last()["subject"]), (&json!(IDP), &json!("u-1")));
    // It is for whom the request says, where the server knows that.
    let token = signed(&claims());
    let aimed = world.exchange("agent", &token, &[AS_JWT[0], ("resource", CALENDAR)]).await;
    assert_eq!(world.claims(&aimed).await["aud"], CALENDAR);
    let aimed = world.exchange("agent", &token, &[AS_JWT[0], ("resource", "https://unknown.example.com")]).await;
    aimed.assert_error(400, "invalid_target");
    // More than it says is not granted, and without a scope of its own the client's default.
    world
        .exchange("agent", &signed(&changed(json!({"scope": "read"}))), &[AS_JWT[0], ("scope", "write")])
        .await
        .assert_error(400, "invalid_scope");
    let unscoped = world.exchange("agent", &signed(&changed(json!({"scope": null}))), &AS_JWT).await;
    assert_eq!(unscoped.member("scope"), "read");
    // Nobody signs in to whoever exchanges, also where the token has no scope.
    let unscoped = signed(&changed(json!({"scope": null})));
    let said = world.exchange("agent", &unscoped, &[AS_JWT[0], ("scope", "openid read offline_access")]).await;
    assert_eq!(said.member("scope"), "read");
    for asked in ["openid", "openid offline_access"] {
        world.exchange("agent", &unscoped, &[AS_JWT[0], ("scope", asked)]).await.assert_error(400, "invalid_scope");
    }
    // Somebody whom the policy does not know.
    world.exchange("agent", &signed(&changed(json!({"sub": "u-2"}))), &AS_JWT).await.assert_error(400, "invalid_request");
}

#[tokio::test]
async fn a_policy_that_does_not_say_who_it_is_grants_nothing() {
    let world = permissive().await;
    world.exchange("agent", &signed(&claims()), &AS_JWT).await.assert_error(500, "server_error");
}

#[tokio::test]
async fn whatever_is_wrong_with_it_is_invalid_request_and_nobody_is_asked() {
    let world = knowing().await;
    let now = START.as_unix();
    let wrong = [
        json!({"iss": null}),
        json!({"iss": "https://idp.example.com/"}),
        json!({"sub": null}),
        json!({"sub": ""}),
        json!({"aud": null}),
        json!({"aud": []}),
        json!({"aud": "https://other.example.com"}),
        json!({"aud": {"a": 1}}),
        json!({"exp": null}),
        json!({"exp": now}),
        json!({"exp": now + 3_611}),
        json!({"iat": now + 11}),
        json!({"nbf": now + 11}),
        json!({"scope": ["read"]}),
        json!({"scope": "\u{e9}"}),
        json!({"act": "agent"}),
        json!({"act": {"client_id": "agent"}}),
        json!({"may_act": {}}),
    ];
    for changes in &wrong {
        let answer = world.exchange("agent", &signed(&changed(changes.clone())), &AS_JWT).await;
        assert_eq!((answer.status.as_u16(), &*answer.member("error")), (400, "invalid_request"), "{changes}");
    }
    let text = claims().to_string();
    for header in [r#"{"alg":"none"}"#, r#"{"alg":"ES256","typ":"oauth-id-jag+jwt"}"#, r#"{"alg":"ES256","typ":"at+jwt"}"#] {
        world.exchange("agent", &jws::signed(header, &text, key()), &AS_JWT).await.assert_error(400, "invalid_request");
    }
    let stranger = jws::key(Algorithm::Es256);
    let forged = jws::signed(r#"{"alg":"ES256"}"#, &text, &stranger);
    world.exchange("agent", &forged, &AS_JWT).await.assert_error(400, "invalid_request");
    // A key of another algorithm, of the same issuer, is not trusted.
    let ed = jws::key(Algorithm::EdDsa);
    world.exchange("agent", &jws::signed(r#"{"alg":"EdDSA"}"#, &text, &ed), &AS_JWT).await.assert_error(400, "invalid_request");
    assert_eq!(world.policy.count(), 0);

    let endpoint = signed(&changed(json!({"aud": ["https://other.example.com", "https://as.example.com/token"]})));
    world.exchange("agent", &endpoint, &AS_JWT).await.assert_ok();
    let access_token = jws::signed(r#"{"alg":"ES256","typ":"at+jwt"}"#, &text, key());
    world.exchange("agent", &access_token, &[]).await.assert_ok();
}

#[tokio::test]
async fn whom_it_names_may_exchange_it_and_nobody_else() {
    let world = knowing().await;
    let may_act = |party: Value| signed(&changed(json!({"may_act": party})));
    // A party without an issuer is one of the issuer's own.
    let theirs = may_act(json!({"sub": "client:agent"}));
    world.exchange("agent", &theirs, &AS_JWT).await.assert_error(400, "invalid_request");
    let ours = may_act(json!({"sub": "client:agent", "iss": ISSUER}));
    world.exchange("agent", &ours, &AS_JWT).await.assert_ok();
    world.exchange("other", &ours, &AS_JWT).await.assert_error(400, "invalid_request");
    // The party of an actor token, as in appendix A.2.
    let admin = signed(&changed(json!({"sub": "admin", "scope": null})));
    let acting = [AS_JWT[0], ("actor_token", &*admin), ("actor_token_type", JWT)];
    let said = world.exchange("other", &may_act(json!({"sub": "admin"})), &acting).await;
    assert_eq!(world.claims(&said).await["act"], json!({"sub": "admin", "iss": IDP}));
    world.exchange("other", &may_act(json!({"sub": "somebody"})), &acting).await.assert_error(400, "invalid_request");
}

#[tokio::test]
async fn who_acted_there_stays_with_the_issuer_that_knows_them() {
    let world = knowing().await;
    let token = signed(&changed(json!({"act": {"sub": "bot", "act": {"sub": "client:agent", "iss": ISSUER}}})));
    let said = world.exchange("agent", &token, &AS_JWT).await;
    let expected = json!({"sub": "client:agent", "act": {"sub": "bot", "iss": IDP, "act": {"sub": "client:agent"}}});
    assert_eq!(world.claims(&said).await["act"], expected);
}

#[tokio::test]
async fn a_server_that_trusts_nobody_takes_its_own_tokens_alone() {
    let (clock, policy) = (ManualClock::new(START), Arc::new(Policy::default()));
    let server = server!(MemoryStore::new(), clock, TokenExchange::new(policy.clone()));
    register!(server);
    let world = World { peer: Peer::new(server, ALICE, clock), policy };
    world.policy.set(|_| ExchangeDecision::delegate());
    world.exchange("agent", &signed(&claims()), &AS_JWT).await.assert_error(400, "invalid_request");
    world.exchange("agent", &world.for_agent().await, &AS_JWT).await.assert_ok();
}

#[test]
fn issuers_are_trusted_once_each() {
    let idp = || TrustedIssuer::new(IDP, Jwks::of([key().public_key()]));
    let error = TrustedIssuers::new([idp(), idp()]).expect_err("twice").to_string();
    assert_eq!(error, "the issuer `https://idp.example.com` is there twice");
    let none: [TrustedIssuer<Jwks>; 0] = [];
    assert_eq!(TrustedIssuers::new(none).expect_err("none"), grantor::TrustedIssuersError::Empty);
}

/// Nobody proves to have the key.
#[tokio::test]
async fn a_client_that_does_not_authenticate_uses_no_token_that_is_bound_to_a_key() {
    let (clock, policy) = (ManualClock::new(START), Arc::new(Policy::default()));
    let exchange = TokenExchange::new(policy.clone()).trusting(issuers()).public_clients();
    let server = server!(MemoryStore::new(), clock, exchange, ResourceIndicators::new(resources()));
    register!(server);
    let world = World { peer: Peer::new(server, ALICE, clock), policy };
    world.policy.set(|_| ExchangeDecision::delegate().subject(Subject::new("alice").expect("a subject")));
    let own = world.begun(&[]).await.member("access_token");
    let (free, bound) = (signed(&claims()), signed(&changed(json!({"cnf": {"jkt": "x"}}))));
    let acting = |actor| [("actor_token", actor), ("actor_token_type", JWT)];
    world.exchange("pub", &own, &acting(&free)).await.assert_ok();
    world.exchange("pub", &own, &acting(&bound)).await.assert_error(400, "invalid_request");
    world.exchange("pub", &free, &AS_JWT).await.assert_ok();
    world.exchange("pub", &bound, &AS_JWT).await.assert_error(400, "invalid_request");
}
