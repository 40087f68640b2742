//! Assertions of no profile (RFC 7523 section 3).

use super::*;
use crate::common::browser::Browser;
use crate::common::{CALLBACK, PKCE, REQUEST};
use grantor::{
    AuthorizationCode, AuthorizationServer, Code, Development, JwtBearer, ManualClock, MemoryStore, OAuth21, issuer, lifetime,
};
use std::sync::Arc;

/// What a good assertion says, at the start of the clock. Each time another `jti`.
fn claims() -> Value {
    static COUNT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let (now, jti) = (START.as_unix(), COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
    json!({"iss": IDP, "sub": "u-1", "aud": ISSUER, "exp": now + 300, "jti": format!("jti-{jti}"), "email": "a@example.com"})
}

fn signed(claims: &Value) -> String {
    jws::signed(r#"{"alg":"ES256","typ":"JWT"}"#, &claims.to_string(), key())
}

fn with(changes: Value) -> String {
    signed(&changed(claims(), &changes))
}

// shows: RFC7523-2.1-01, RFC7521-4.1-01, RFC7521-4.1-02, RFC7521-4.1-03, RFC7523BIS-2-01, RFC7523BIS-4-02
#[tokio::test]
async fn an_assertion_is_good_for_an_access_token_about_whom_the_policy_says() {
    let accounts = Arc::new(Accounts::default());
    let peer = peer!(JwtBearer::new(issuers(), accounts.clone()));
    let answer = present(&peer, "app", &signed(&claims()), &[]).await;
    let known = claims_of(&peer, &answer).await;
    let expected = (&json!("alice"), &json!("Alice"), &json!("app"), &json!("read"));
    assert_eq!((&known["sub"], &known["username"], &known["client_id"], &known["scope"]), expected);
    assert_eq!((&answer.json()["refresh_token"], &answer.json()["token_type"]), (&Value::Null, &json!("Bearer")));
    assert_eq!(
        accounts.asked.lock().expect("a lock").last(),
        Some(&json!({
            "client": "app", "iss": IDP, "sub": "u-1", "scope": "read", "resources": [], "email": "a@example.com", "actor": null,
            "left": 300,
        }))
    );
    // Any of several audiences, and the URL of the token endpoint.
    for aud in [json!(["https://x.example.com", ISSUER]), json!(format!("{ISSUER}/token"))] {
        present(&peer, "app", &with(json!({"aud": aud})), &[]).await.assert_ok();
    }
    let acted = claims_of(&peer, &present(&peer, "app", &with(json!({"act": {"sub": "bot"}})), &[]).await).await;
    assert_eq!(acted["act"], json!({"sub": "bot", "iss": IDP}));
}

// shows: RFC7523-3.1-01, RFC7523-3.1-02, RFC7523-3.1-03, RFC7521-4.1.1-01, RFC7521-4.1.1-02, RFC7521-5.1-01, RFC7521-5.1-02, ID-CHAINING-2.4.2-01, ID-CHAINING-2.4.2-02, ID-CHAINING-2.4.2-05
#[tokio::test]
async fn whatever_is_wrong_with_an_assertion_is_invalid_grant_and_nobody_is_asked() {
    let accounts = Arc::new(Accounts::default());
    let peer = peer!(JwtBearer::new(issuers(), accounts.clone()));
    let now = START.as_unix();
    for changes in [
        json!({"iss": null}),
        json!({"iss": 1}),
        json!({"iss": "HTTPS://idp.example.com"}),
        json!({"iss": "app", "sub": "app"}),
        json!({"sub": null}),
        json!({"sub": ""}),
        json!({"aud": null}),
        json!({"aud": "https://AS.example.com"}),
        json!({"aud": [1]}),
        json!({"exp": null}),
        json!({"exp": "soon"}),
        json!({"exp": now}),
        json!({"exp": now + 311}),
        json!({"iat": now - 100, "exp": now + 201}),
        json!({"iat": now + 11}),
        json!({"nbf": now + 11}),
        json!({"jti": null}),
        json!({"jti": ""}),
        json!({"scope": 1}),
        json!({"act": "bot"}),
        json!({"amr": 1}),
        json!({"cnf": {"jkt": 1}}),
        json!({"cnf": {"x5t#S256": "x"}}),
        json!({"cnf": {"jkt": "x", "x5t#S256": "x"}}),
        json!({"cnf": "x"}),
        json!({"authorization_details": []}),
    ] {
        let answer = present(&peer, "app", &with(changes.clone()), &[]).await;
        assert_eq!((answer.status.as_u16(), &*answer.member("error")), (400, "invalid_grant"), "{changes}: {answer:?}");
        assert!(answer.member("error_description").starts_with("the assertion"), "{answer:?}");
    }
    let text = claims().to_string();
    for header in ["oauth-id-jag+jwt", "at+jwt", "client-authentication+jwt"] {
        let header = format!(r#"{{"alg":"ES256","typ":"{header}"}}"#);
        present(&peer, "app", &jws::signed(&header, &text, key()), &[]).await.assert_error(400, "invalid_grant");
    }
    let stranger = jws::signed(r#"{"alg":"ES256"}"#, &text, &jws::key(Algorithm::Es256));
    let twice = jws::signed(r#"{"alg":"ES256"}"#, &text.replacen('{', r#"{"sub":"u-1","#, 1), key());
    let long = "a".repeat(20_000);
    for wrong in [stranger, twice, "a.b.c".to_owned(), "a".to_owned(), long] {
        present(&peer, "app", &wrong, &[]).await.assert_error(400, "invalid_grant");
    }
    present(&peer, "app", "", &[]).await.assert_error(400, "invalid_request");
    let good = signed(&claims());
    present(&peer, "app", &good, &[("assertion", &good)]).await.assert_error(400, "invalid_request");
    present(&peer, "nobody", &good, &[]).await.assert_error(400, "unauthorized_client");
    present(&peer, "pub", &good, &[]).await.assert_error(400, "unauthorized_client");
    let answer = peer.post("/token", Some(&basic("app", "wrong")), &[("grant_type", GRANT), ("assertion", &good)]).await;
    assert_eq!((answer.status.as_u16(), accounts.count()), (401, 0));
    // None of that used it up.
    present(&peer, "app", &good, &[]).await.assert_ok();
}

// shows: ID-CHAINING-2.4.2-03, ID-CHAINING-2.4.2-04
#[tokio::test]
async fn whom_nobody_knows_here_gets_nothing_and_it_is_not_used_up() {
    let accounts = Arc::new(Accounts::default());
    let peer = peer!(JwtBearer::new(issuers(), accounts.clone()));
    present(&peer, "app", &with(json!({"sub": "u-2"})), &[]).await.assert_error(400, "invalid_grant");
    let good = signed(&claims());
    accounts.decides(|| Ok(AssertionDecision::deny()));
    present(&peer, "app", &good, &[]).await.assert_error(400, "invalid_grant");
    accounts.decides(|| Err(StoreError::Unavailable { retry_after: None }));
    assert_eq!(present(&peer, "app", &good, &[]).await.status, 503);
    accounts.decides(|| Ok(alice().scope(grantor::Scope::parse("write").expect("a scope"))));
    present(&peer, "app", &good, &[]).await.assert_error(400, "invalid_scope");
    accounts.decides(|| Ok(alice().access_token_lifetime(lifetime!(AccessTokenLifetime, 60))));
    assert_eq!(present(&peer, "app", &good, &[]).await.json()["expires_in"], 60);
}

// shows: ID-CHAINING-5.5-01, ID-CHAINING-5.4-02
#[tokio::test]
async fn an_assertion_is_good_once_unless_it_is_said_otherwise() {
    let accounts = Arc::new(Accounts::default());
    let peer = peer!(JwtBearer::new(issuers(), accounts.clone()));
    let good = signed(&claims());
    let (one, other) = tokio::join!(present(&peer, "app", &good, &[]), present(&peer, "app", &good, &[]));
    let [mut first, mut second] = [one.status.as_u16(), other.status.as_u16()];
    if first > second {
        std::mem::swap(&mut first, &mut second);
    }
    assert_eq!((first, second), (200, 400));
    present(&peer, "other", &good, &[]).await.assert_error(400, "invalid_grant");

    let peer = peer!(JwtBearer::new(issuers(), accounts.clone()).reusable());
    for _ in 0..3 {
        present(&peer, "app", &good, &[]).await.assert_ok();
    }
    present(&peer, "app", &with(json!({"jti": null})), &[]).await.assert_ok();
}

// shows: RFC7521-4.1-04, RFC7521-4.1-05, RFC7521-4.1-06
#[tokio::test]
async fn scope_and_lifetime_are_within_those_of_the_assertion() {
    let accounts = Arc::new(Accounts::default());
    let peer = peer!(JwtBearer::new(issuers(), accounts.clone()));
    let scoped = |scope: &str| with(json!({"scope": scope}));
    for (said, asked, granted) in
        [("read write admin", None, "read write"), ("read write", Some("write"), "write"), ("read", Some("read write"), "read")]
    {
        let asked: Vec<_> = asked.into_iter().map(|scope| ("scope", scope)).collect();
        assert_eq!(present(&peer, "app", &scoped(said), &asked).await.member("scope"), granted);
    }
    for (said, asked) in [("admin", ""), ("read", "write"), ("read", "\"")] {
        present(&peer, "app", &scoped(said), &[("scope", asked)]).await.assert_error(400, "invalid_scope");
    }
    present(&peer, "app", &signed(&claims()), &[("scope", "admin")]).await.assert_error(400, "invalid_scope");
    accounts.decides(|| Ok(alice().access_token_lifetime(lifetime!(AccessTokenLifetime, 86_400))));
    assert_eq!(present(&peer, "app", &signed(&claims()), &[]).await.json()["expires_in"], 600);
}

#[tokio::test]
async fn clients_that_do_not_authenticate_are_served_where_that_is_said() {
    let accounts = Arc::new(Accounts::default());
    let peer = peer!(JwtBearer::new(issuers(), accounts.clone()).public_clients());
    present(&peer, "pub", &signed(&claims()), &[]).await.assert_ok();
    let said = peer.get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(said["authorization_grant_profiles_supported"], Value::Null);
}

/// An ID token would say that somebody signed in to the client, and nobody did.
#[tokio::test]
async fn nobody_signs_in_by_an_assertion() {
    let peer = peer!(JwtBearer::new(issuers(), Arc::new(Accounts::default())));
    let wide = "openid read offline_access";
    for (said, asked, granted) in [
        (json!({}), Some(wide), Some("read")),
        (json!({"scope": wide}), None, Some("read")),
        (json!({"scope": wide}), Some("openid read"), Some("read")),
        (json!({}), Some("openid"), None),
        (json!({"scope": wide}), Some("openid"), None),
        (json!({"scope": "openid offline_access"}), None, None),
    ] {
        let asked: Vec<_> = asked.into_iter().map(|scope| ("scope", scope)).collect();
        let answer = present(&peer, "app", &with(said), &asked).await;
        match granted {
            Some(granted) => assert_eq!(answer.member("scope"), granted, "{asked:?}"),
            None => answer.assert_error(400, "invalid_scope"),
        }
    }
}

#[tokio::test]
async fn what_another_issuer_says_is_nothing_that_the_person_agreed_to() {
    let clock = ManualClock::new(START);
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .grant(JwtBearer::new(issuers(), Arc::new(Accounts::default())))
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .build();
    let app = || {
        let client = Client::confidential("app", &ClientSecret::parse(SECRET).expect("a secret")).redirect_uri(CALLBACK);
        client.scope("read").default_scope("read").grant_types([GRANT, "authorization_code"]).build().expect("a client")
    };
    server.register_client(app()).await.expect("a registration");
    let peer = Peer::new(server, Approves, clock);
    present(&peer, "app", &signed(&claims()), &[]).await.assert_ok();
    let request = crate::common::with(&[&REQUEST[..], &PKCE].concat(), &[("client_id", "app"), ("scope", "read")]);
    let asks = Browser::default().request(&*peer.server, &request).await;
    let [before] = &peer.server.authorizations(&crate::common::subject("alice")).await.expect("a list")[..] else {
        panic!("one authorization")
    };
    assert!(before.client_id() == asks.client().id() && !asks.is_covered_by(before), "{before:?}");
    // What nobody vetted is remembered as it is.
    peer.server.register_client(app().unvetted()).await.expect("a registration");
    present(&peer, "app", &signed(&claims()), &[]).await.assert_ok();
    let before = peer.server.authorizations(&crate::common::subject("alice")).await.expect("a list");
    let shown: Vec<_> = before.iter().filter_map(|it| it.client_fingerprint()).collect();
    assert_eq!(shown, [&*app().unvetted().fingerprint()]);
}
