//! Clients are told (OpenID Connect Back-Channel Logout).

use serde_json::{Value, json};

use crate::common::SentBack as _;
use crate::common::captured_log::CapturedLog;
use crate::provider::{ISSUER, Provider, event, hint, provider};

const A: &str = "https://a.example.com/backchannel?v=1";
const B: &str = "https://b.example.com/backchannel?v=1";

async fn sign_out(provider: &Provider, tokens: &Value) {
    provider.assert_signed_out(&provider.end(&[("id_token_hint", hint(tokens))]).await);
}

fn urls(posted: &[(String, String)]) -> Vec<&str> {
    posted.iter().map(|(url, _)| url.as_str()).collect()
}

// shows: OIDC-BACKCHANNEL-2.2-02, OIDC-BACKCHANNEL-2.2-03, OIDC-BACKCHANNEL-2.2-10, OIDC-BACKCHANNEL-2.3-01, OIDC-BACKCHANNEL-2.4-01, OIDC-BACKCHANNEL-2.4-02, OIDC-BACKCHANNEL-2.4-03, OIDC-BACKCHANNEL-2.4-04, OIDC-BACKCHANNEL-2.4-05, OIDC-BACKCHANNEL-2.4-06, OIDC-BACKCHANNEL-2.4-07, OIDC-BACKCHANNEL-2.4-08, OIDC-BACKCHANNEL-2.4-09, OIDC-BACKCHANNEL-2.4-10, OIDC-BACKCHANNEL-2.4-11, OIDC-BACKCHANNEL-2.4-13, OIDC-BACKCHANNEL-2.4-14, OIDC-BACKCHANNEL-2.4-16, OIDC-BACKCHANNEL-2.4-18, OIDC-BACKCHANNEL-2.4-20, OIDC-BACKCHANNEL-2.5-01, OIDC-BACKCHANNEL-2.5-02, OIDC-BACKCHANNEL-2.5-04, OIDC-BACKCHANNEL-2.6-03, OIDC-BACKCHANNEL-2.6-04, OIDC-BACKCHANNEL-4-02
#[tokio::test]
async fn each_client_of_the_sign_in_is_told_once() {
    let provider = provider().await;
    let a = provider.tokens("a").await;
    provider.tokens("a").await;
    provider.tokens("b").await;
    provider.tokens("c").await;
    provider.deliver().await;
    assert_eq!(provider.hosts.posted(), []);
    sign_out(&provider, &a).await;
    provider.deliver().await;
    let posted = provider.hosts.posted();
    assert_eq!(urls(&posted), [A, B]);
    let sid = provider.id_token(&a).await["sid"].clone();
    let now = grantor::Clock::now(&provider.peer.clock).as_unix();
    let mut seen = Vec::new();
    for ((_, body), client) in posted.iter().zip(["a", "b"]) {
        let (header, mut claims) = provider.logout_token(body).await;
        assert_eq!((&header["typ"], &header["alg"]), (&json!("logout+jwt"), &json!("RS256")));
        seen.push(claims.as_object_mut().expect("an object").remove("jti").expect("a jti"));
        let expected = json!({
            "iss": ISSUER, "sub": "alice", "aud": client, "iat": now, "exp": now + 120, "events": event(), "sid": sid
        });
        assert_eq!(claims, expected);
    }
    assert_ne!(seen[0], seen[1]);
    // It is done, and stays so.
    provider.peer.clock.advance(7_200);
    provider.deliver().await;
    assert_eq!(provider.hosts.posted(), []);
}

#[tokio::test]
async fn clients_of_other_sign_ins_are_not_told() {
    let provider = provider().await;
    let a = provider.tokens("a").await;
    provider.app.sign_in("alice", "2");
    provider.tokens("b").await;
    provider.app.sign_in("alice", "1");
    sign_out(&provider, &a).await;
    provider.deliver().await;
    assert_eq!(urls(&provider.hosts.posted()), [A]);
}

// shows: OIDC-BACKCHANNEL-2.5-04, OIDC-BACKCHANNEL-2.5-05, OIDC-BACKCHANNEL-2.8-02
#[tokio::test]
async fn who_does_not_take_it_is_told_again_later_and_later() {
    let provider = provider().await;
    let a = provider.tokens("a").await;
    provider.tokens("b").await;
    for (status, expected) in [(0, 1), (400, 1), (501, 1), (302, 1), (201, 1), (204, 0)] {
        provider.app.sign_in("alice", "1");
        let tokens = if provider.is_active(&a).await { a.clone() } else { provider.tokens("a").await };
        provider.hosts.answer("a.example.com", status);
        sign_out(&provider, &tokens).await;
        provider.deliver().await;
        assert!(urls(&provider.hosts.posted()).contains(&A));
        provider.deliver().await;
        assert_eq!(provider.hosts.posted(), [], "{status}");
        provider.hosts.answer("a.example.com", 200);
        provider.peer.clock.advance(10);
        provider.deliver().await;
        assert_eq!(provider.hosts.posted().len(), expected, "{status}");
    }
}

// shows: OIDC-BACKCHANNEL-2.5-05
#[tokio::test]
async fn pauses_grow_and_after_a_day_it_is_given_up() {
    let provider = provider().await;
    let a = provider.tokens("a").await;
    provider.hosts.answer("a.example.com", 500);
    sign_out(&provider, &a).await;
    let (mut told, mut second) = (Vec::new(), 0);
    while second < 2 * 86_400 {
        provider.deliver().await;
        if !provider.hosts.posted().is_empty() {
            told.push(second);
        }
        provider.peer.clock.advance(5);
        second += 5;
    }
    assert_eq!(told[..9], [0, 10, 30, 70, 150, 310, 630, 1_270, 2_170]);
    let last = *told.last().expect("one");
    assert!((85_500..86_400).contains(&last), "{last}");
}

/// Each token is made for its attempt: one that was made before would have expired.
#[tokio::test]
async fn each_attempt_has_a_token_of_its_own() {
    let provider = provider().await;
    let a = provider.tokens("a").await;
    provider.hosts.answer("a.example.com", 500);
    sign_out(&provider, &a).await;
    provider.deliver().await;
    let first = provider.hosts.posted().remove(0).1;
    provider.peer.clock.advance(600);
    provider.deliver().await;
    let second = provider.hosts.posted().remove(0).1;
    let ((_, first), (_, second)) = (provider.logout_token(&first).await, provider.logout_token(&second).await);
    assert_ne!(first["jti"], second["jti"]);
    assert_eq!(second["exp"], json!(second["iat"].as_u64().expect("a number") + 120));
    assert_eq!(second["iat"], json!(first["iat"].as_u64().expect("a number") + 600));
    assert_eq!((&first["sid"], &first["sub"]), (&second["sid"], &second["sub"]));
}

// shows: OIDC-BACKCHANNEL-2.3-02
#[tokio::test]
async fn many_are_told_at_the_same_time_but_not_too_many() {
    let provider = provider().await;
    for number in 0..100 {
        let name = format!("client-{number}");
        provider.register_told(&name, &format!("https://{name}.example.com/out")).await;
        provider.tokens(&name).await;
    }
    let a = provider.tokens("a").await;
    sign_out(&provider, &a).await;
    provider.deliver().await;
    assert_eq!(provider.hosts.posted().len(), 101);
    assert_eq!(provider.hosts.most_at_once(), 6);
}

const SHARED: &str = "https://shared.example.com/out";

/// Alice signs in to so many clients that are told at one host.
async fn shared(provider: &Provider, names: std::ops::Range<usize>) -> Value {
    let mut tokens = Value::Null;
    for number in names {
        let name = format!("client-{number}");
        provider.register_told(&name, &format!("{SHARED}?{number}")).await;
        tokens = provider.tokens(&name).await;
    }
    tokens
}

#[tokio::test]
async fn all_of_one_host_are_told_at_the_first_attempt() {
    let provider = provider().await;
    let tokens = shared(&provider, 0..30).await;
    sign_out(&provider, &tokens).await;
    provider.deliver().await;
    assert_eq!(provider.hosts.posted().len(), 30);
}

/// Two tasks tell clients at the same time, and the host is slow. Whom nobody asked has not failed.
#[tokio::test]
async fn whose_host_is_busy_is_told_a_moment_later() {
    let log = CapturedLog::default();
    // Where there is one subscriber alone, an event that another thread emits first is taken for one that nobody wants, and stays that.
    let _another = tracing::Dispatch::new(CapturedLog::default());
    let _guard = tracing::subscriber::set_default(log.clone());
    let provider = provider().await;
    let first = shared(&provider, 0..6).await;
    sign_out(&provider, &first).await;
    provider.hosts.hold(true);
    let second = async {
        provider.hosts.asked_at_once(6).await;
        provider.app.sign_in("alice", "2");
        let second = shared(&provider, 6..10).await;
        sign_out(&provider, &second).await;
        provider.deliver().await;
    };
    let release = async {
        // As many as go to one host.
        provider.hosts.asked_at_once(8).await;
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        provider.hosts.hold(false);
    };
    tokio::join!(provider.deliver(), second, release);
    assert_eq!(provider.hosts.posted().len(), 8);
    provider.deliver().await;
    assert_eq!(provider.hosts.posted(), []);
    provider.peer.clock.advance(1);
    provider.deliver().await;
    assert_eq!(provider.hosts.posted().len(), 2);
    assert!(log.text().contains("client_id=client-9") && !log.text().contains("too many documents"), "{}", log.text());
}

/// The rules for URLs that strangers name hold for what is posted as well.
#[tokio::test]
async fn nobody_is_told_at_an_address_inside() {
    let provider = provider().await;
    provider.register_told("in", "https://inside.example.com/out").await;
    let tokens = provider.tokens("in").await;
    sign_out(&provider, &tokens).await;
    provider.deliver().await;
    assert_eq!(provider.hosts.posted(), []);
    for uri in ["https://10.0.0.1/", "https://[::1]/", "https://a.example.com:8080/", "https://user@a.example.com/"] {
        let client = grantor::Client::public("x").redirect_uri("https://x.example.com/").backchannel_logout_uri(uri).build();
        let Ok(client) = client else { continue };
        let error = provider.peer.server.check_client(client).expect_err(uri).to_string();
        assert!(error.contains("backchannel_logout_uri"), "{error}");
    }
}

#[tokio::test]
async fn a_client_that_is_gone_or_changes_its_mind_is_not_told() {
    let provider = provider().await;
    let a = provider.tokens("a").await;
    provider.tokens("b").await;
    sign_out(&provider, &a).await;
    let id = grantor::ClientId::parse("a").expect("an identifier");
    assert!(provider.peer.server.remove_client(&id).await.expect("a store"));
    provider.register_told("b", "https://elsewhere.example.com/out").await;
    provider.deliver().await;
    assert_eq!(urls(&provider.hosts.posted()), ["https://elsewhere.example.com/out"]);
    provider.peer.clock.advance(3_600);
    provider.deliver().await;
    assert_eq!(provider.hosts.posted(), []);
}

// shows: OIDC-RPLOGOUT-2.1-02, OIDC-RPLOGOUT-2.1-03, OIDC-RPLOGOUT-2.1-04, OIDC-BACKCHANNEL-2.1-01, OIDC-BACKCHANNEL-2.1-02, OIDC-BACKCHANNEL-2.1-03, OIDC-BACKCHANNEL-2.1-04
#[tokio::test]
async fn the_metadata_says_so() {
    let provider = provider().await;
    let metadata = provider.peer.get("/.well-known/openid-configuration").await.json();
    assert_eq!(metadata["end_session_endpoint"], "https://as.example.com/end_session");
    assert_eq!(metadata["backchannel_logout_supported"], true);
    assert_eq!(metadata["backchannel_logout_session_supported"], true);
    assert!(metadata.get("frontchannel_logout_supported").is_none() && metadata.get("check_session_iframe").is_none());
}

/// Whom a client asked for decides before anything of the sign-in is noted.
#[tokio::test]
async fn a_client_that_was_refused_is_told_of_nothing() {
    let provider = provider().await;
    let bob = r#"{"id_token":{"sub":{"value":"bob"}}}"#;
    let refused = async |client| provider.authorize(client, &[("claims", bob)]).await.assert_query_error("login_required");
    refused("b").await;
    let alice = crate::common::subject("alice");
    assert_eq!(provider.peer.server.sessions(&alice).await.expect("a store"), []);
    let a = provider.tokens("a").await;
    refused("b").await;
    sign_out(&provider, &a).await;
    provider.deliver().await;
    assert_eq!(urls(&provider.hosts.posted()), [A]);
}

/// Whoever is gone is signed in nowhere any more, and one call says so to everybody.
#[tokio::test]
async fn the_clients_of_a_person_who_goes_are_told() {
    let provider = provider().await;
    let server = &provider.peer.server;
    let (alice, bob) = (crate::common::subject("alice"), crate::common::subject("bob"));
    let consented = [("scope", "openid offline_access"), ("prompt", "consent")];
    let mut hers = vec![provider.tokens("a").await, provider.tokens_for("a", &consented).await];
    provider.app.sign_in("alice", "2");
    hers.push(provider.tokens("b").await);
    provider.app.sign_in("bob", "3");
    let his = provider.tokens("b").await;
    assert_eq!(server.revoke_subject(&alice).await.expect("a store"), 3);
    assert_eq!(server.sessions(&alice).await.expect("a store"), []);
    for tokens in &hers {
        assert!(!provider.is_active(tokens).await);
    }
    provider.deliver().await;
    let posted = provider.hosts.posted();
    assert_eq!(urls(&posted), [A, B]);
    assert_eq!(provider.logout_token(&posted[1].1).await.1["sub"], "alice");
    // Nobody else is signed out.
    assert!(provider.is_active(&his).await);
    assert_eq!(server.sessions(&bob).await.expect("a store").len(), 1);
    assert_eq!(server.revoke_subject(&alice).await.expect("a store"), 0);
    provider.deliver().await;
    assert_eq!(provider.hosts.posted(), []);
}

/// The same of an operator with the store alone: the server that has it tells them.
#[tokio::test]
async fn they_are_told_too_where_an_operator_ends_it() {
    let (store, clock) = (grantor::MemoryStore::new(), grantor::ManualClock::new(crate::common::START));
    let provider = crate::provider::provider_on(store.clone(), clock.clone());
    provider.register_all().await;
    let (a, alice) = (provider.tokens("a").await, crate::common::subject("alice"));
    let operator = grantor::Administration::new(grantor::issuer!("https://as.example.com"), store).clock(clock);
    let ended = operator.end_sessions(&alice).await.expect("a store");
    assert_eq!((ended.len(), ended[0].clients[0].as_str()), (1, "a"));
    assert_eq!(operator.end_sessions(&alice).await.expect("a store"), []);
    assert!(!provider.is_active(&a).await);
    provider.deliver().await;
    assert_eq!(urls(&provider.hosts.posted()), [A]);
}
