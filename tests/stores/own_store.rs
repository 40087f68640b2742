//! The store that the manual shows, `examples/own_store`: it keeps the contract, and real flows run against it as against any
//! other.

use std::sync::Arc;

use bytes::Bytes;
use grantor::storage::contract::Contract;
use grantor::{
    Approval, AuthorizationCode, AuthorizationServer, Client, ClientSecret, Code, Development, Introspection, Issuer,
    ManualClock, OAuth21, PurgeExpired, RefreshToken, ResumeError, Scope, Split, SuspendsRequests,
};
use http::{HeaderMap, Request, header};

use crate::common::{self, Approves, Legacy, PKCE, Peer, REQUEST, SECRET, START, basic, fixture_on, form, subject, with};
use crate::store::OwnStore;

type Shared = Peer<Legacy<Arc<OwnStore>>>;

/// A server over the store, with a retry window of ten seconds; and the store.
async fn served() -> (Shared, Arc<OwnStore>) {
    let store = Arc::new(OwnStore::default());
    (fixture_on(store.clone(), 10).await, store)
}

#[test]
fn the_manual_keeps_its_word_about_the_length() {
    assert!(include_str!("../../examples/own_store/store.rs").lines().count() <= 175);
}

#[tokio::test]
async fn it_keeps_the_contract() {
    Contract::new(async || OwnStore::default()).whole().polled_by_hand().run().await.assert_kept();
}

#[tokio::test]
async fn a_code_becomes_tokens_that_introspection_knows() {
    let (peer, _) = served().await;
    let code = peer.code("pub").await;
    // Neither the wrong client nor the wrong verifier burns it.
    peer.token_conf(&with(&common::redemption(&code), &[("client_id", "conf")])).await.assert_error(400, "invalid_grant");
    let wrong = "a-verifier-of-somebody-else-that-is-long-enough";
    peer.token(&with(&common::redemption(&code), &[("code_verifier", wrong)])).await.assert_error(400, "invalid_grant");
    let answer = peer.redeem(&code).await;
    answer.assert_ok();
    let claims = peer.introspect(&answer.member("access_token")).await;
    assert_eq!(
        (&claims["active"], &claims["sub"], &claims["scope"]),
        (&true.into(), &"username".into(), &"scope read write".into())
    );
    assert!(peer.is_active(&answer.member("refresh_token")).await);
    peer.clock.advance(600);
    assert!(!peer.is_active(&answer.member("access_token")).await);
    assert!(peer.is_active(&answer.member("refresh_token")).await);
}

#[tokio::test]
async fn an_expired_code_is_refused() {
    let (peer, _) = served().await;
    let code = peer.code("pub").await;
    peer.clock.advance(60);
    peer.redeem(&code).await.assert_error(400, "invalid_grant");
}

#[tokio::test]
async fn a_replayed_code_ends_its_tokens_even_after_a_purge() {
    for purges in [false, true] {
        let (peer, store) = served().await;
        let code = peer.code("pub").await;
        let answer = peer.redeem(&code).await;
        peer.clock.advance(61);
        if purges {
            assert_eq!(store.purge_expired(START.saturating_add_secs(61)).await.expect("a purge"), 0);
        }
        assert!(peer.is_active(&answer.member("access_token")).await);
        peer.redeem(&code).await.assert_error(400, "invalid_grant");
        assert!(!peer.is_active(&answer.member("access_token")).await);
        peer.refresh(&answer.member("refresh_token")).await.assert_error(400, "invalid_grant");
    }
}

#[tokio::test]
async fn a_refresh_token_is_replaced_and_may_be_retried_for_a_while() {
    let (peer, _) = served().await;
    let (access_token, refresh_token) = peer.tokens().await;
    let first = peer.refresh(&refresh_token).await;
    peer.clock.advance(9);
    let again = peer.refresh(&refresh_token).await;
    assert_eq!(first.member("refresh_token"), again.member("refresh_token"));
    assert_ne!(first.member("access_token"), again.member("access_token"));
    assert!(!peer.is_active(&access_token).await);
    for answer in [&first, &again] {
        assert!(peer.is_active(&answer.member("access_token")).await);
    }
    peer.refresh(&first.member("refresh_token")).await.assert_ok();
}

#[tokio::test]
async fn a_replayed_refresh_token_ends_its_family() {
    // After the window; within it, but after the successor was used.
    for (pause, uses_successor) in [(10, false), (0, true)] {
        let (peer, _) = served().await;
        let (_, refresh_token) = peer.tokens().await;
        let mut newest = peer.refresh(&refresh_token).await;
        peer.clock.advance(pause);
        if uses_successor {
            newest = peer.refresh(&newest.member("refresh_token")).await;
        }
        assert!(peer.is_active(&newest.member("access_token")).await);
        peer.refresh(&refresh_token).await.assert_error(400, "invalid_grant");
        assert!(!peer.is_active(&newest.member("access_token")).await);
        peer.refresh(&newest.member("refresh_token")).await.assert_error(400, "invalid_grant");
    }
}

#[tokio::test]
async fn revoking() {
    let (peer, _) = served().await;
    let (access_token, refresh_token) = peer.tokens().await;
    let revoke = async |token: &str| peer.post("/revoke", None, &[("client_id", "pub"), ("token", token)]).await;
    assert_eq!(revoke(&access_token).await.status, 200);
    assert_eq!((peer.is_active(&access_token).await, peer.is_active(&refresh_token).await), (false, true));
    let answer = peer.refresh(&refresh_token).await;
    assert_eq!(revoke(&answer.member("refresh_token")).await.status, 200);
    assert!(!peer.is_active(&answer.member("access_token")).await);
    assert_eq!(revoke("unknown").await.status, 200);
}

#[tokio::test]
async fn other_grants_have_families_too() {
    let (peer, _) = served().await;
    let answer = peer.token_conf(&[("grant_type", "client_credentials"), ("scope", "read")]).await;
    answer.assert_ok();
    assert_eq!(peer.introspect(&answer.member("access_token")).await["client_id"], "conf");
    let password = [("grant_type", "password"), ("username", "username"), ("password", "password"), ("client_id", "pub")];
    peer.refresh(&peer.token(&password).await.member("refresh_token")).await.assert_ok();
}

#[tokio::test]
async fn a_person_takes_an_approval_back() {
    let (peer, _) = served().await;
    let (older, _) = peer.tokens().await;
    peer.clock.advance(1);
    let (newer, _) = peer.tokens().await;
    let person = subject("username");
    let list = peer.server.authorizations(&person).await.expect("a list");
    assert_eq!(list.iter().map(|it| it.created_at.as_unix() - START.as_unix()).collect::<Vec<_>>(), [1, 0]);
    assert!(peer.server.authorizations(&subject("somebody")).await.expect("a list").is_empty());
    peer.server.revoke_authorization(&person, &list[0].id).await.expect("revoked");
    assert_eq!((peer.is_active(&older).await, peer.is_active(&newer).await), (true, false));
    assert_eq!(peer.server.authorizations(&person).await.expect("a list").len(), 1);
}

#[tokio::test]
async fn an_interaction_comes_back_in_its_browser_until_it_is_decided() {
    let (peer, _) = served().await;
    let uri = format!("/authorize?{}", form(&with(&REQUEST, &PKCE)));
    let request = Request::get(uri).body(Bytes::new()).expect("a request");
    let grantor::Authorization::Interact(valid) = peer.server.authorization().handle(request).await else { panic!("refused") };
    let suspended = peer.server.suspend(valid).await.expect("suspended");
    let cookie = suspended.set_cookie().to_str().expect("text").split(';').next().unwrap_or_default();
    let browser = HeaderMap::from_iter([(header::COOKIE, cookie.parse().expect("a header"))]);
    let lost = |resumed| matches!(resumed, Err(ResumeError::NotFound));
    assert!(lost(peer.server.resume(suspended.handle(), &HeaderMap::new()).await));
    let approval = Approval::by(subject("username")).scope(Scope::parse("scope").expect("a scope"));
    let approve = async || {
        let resumed = peer.server.resume(suspended.handle(), &browser).await.expect("the request");
        common::Answer::from(peer.server.authorization().complete(resumed.approve(approval.clone())).await)
    };
    let (response, again) = (approve().await, approve().await);
    assert_eq!(response.location(), again.location());
    peer.redeem(&response.query()["code"]).await.assert_ok();
}

#[tokio::test]
async fn two_issuers_have_nothing_in_common() {
    let store = Arc::new(OwnStore::default());
    let clock = ManualClock::new(START);
    let tenant = async |host: &str| {
        let server = AuthorizationServer::builder()
            .profile(Development::<OAuth21>::new())
            .issuer(Issuer::parse(&format!("https://{host}.example.com")).expect("an issuer"))
            // As two stores, of which each is the whole.
            .storage(Split::new(store.clone(), store.clone()))
            .clock(clock.clone())
            .grant(AuthorizationCode::new())
            .grant(RefreshToken::new())
            .response_type(Code)
            .enable(Introspection::new())
            .build();
        let grants = ["authorization_code", "refresh_token"];
        let client = Client::public("pub").redirect_uri(common::CALLBACK).scope("scope read write").grant_types(grants);
        server.register_client(client.build().expect("a client")).await.expect("a registration");
        if host == "a" {
            let secret = ClientSecret::parse(SECRET).expect("a secret");
            let rs = Client::confidential("rs", &secret).grant_types::<String>([]).introspects_any_token();
            server.register_client(rs.build().expect("a client")).await.expect("a registration");
        }
        Peer::new(server, Approves, clock.clone())
    };
    let (a, b) = (tenant("a").await, tenant("b").await);
    let code = a.code("pub").await;
    b.redeem(&code).await.assert_error(400, "invalid_grant");
    let answer = a.redeem(&code).await;
    answer.assert_ok();
    b.redeem(&code).await.assert_error(400, "invalid_grant");
    b.refresh(&answer.member("refresh_token")).await.assert_error(400, "invalid_grant");
    assert!(a.is_active(&answer.member("access_token")).await);
    let unknown = b.post("/introspect", Some(&basic("rs", SECRET)), &[("token", &answer.member("access_token"))]).await;
    unknown.assert_error(401, "invalid_client");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn races() {
    let over_own_store = async |window| Arc::new(fixture_on(OwnStore::default(), window).await);
    over_own_store(0).await.races_for_a_code().await;
    over_own_store(0).await.races_for_a_refresh_token().await;
    over_own_store(10).await.races_within_the_window().await;
}
