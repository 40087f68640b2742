//! One authorization for several APIs, and tokens for each, whatever keeps it.

use std::sync::Arc;

use grantor::{MemoryStore, PostgresStore, ResourceIndicators, SqliteStore};

use crate::common::postgres::{Cluster, fresh_schema};
use crate::{ALL, ANYTHING, CALENDAR, CONTACTS, Flow, Keeps, peer_on, resources};

/// RFC 8707 section 2.2, figures 2 to 6, with identifiers that are not spelled as they are registered.
async fn tokens_for_each<S: Keeps>(store: S) {
    let peer = peer_on(store, ResourceIndicators::new(resources())).await;
    let flow = Flow(&peer);
    let code = flow.code(ALL, &["HTTPS://Calendar.Example.com:443/", CONTACTS, CALENDAR]).await;
    let first = flow.redeem(&code, &["https://calendar.example.com/"]).await;
    flow.aimed_at(&first, &[CALENDAR], "events:read events:write").await;
    assert_eq!(first.json()["expires_in"], 120);

    // The refresh token is bound to the whole grant, whatever the access token is for.
    let second = flow.refresh(&first.member("refresh_token"), &["https://CONTACTS.example.com/api/"]).await;
    flow.aimed_at(&second, &[CONTACTS], "contacts:read").await;
    assert_eq!(second.json()["expires_in"], 600);
    let third = flow.refresh(&second.member("refresh_token"), &[]).await;
    flow.aimed_at(&third, &[CALENDAR, CONTACTS], ALL).await;
    assert_eq!(third.json()["expires_in"], 120);

    // A retry is for what it names, and leaves the others available.
    let refresh_token = third.member("refresh_token");
    let answers = [flow.refresh(&refresh_token, &[CONTACTS]).await, flow.refresh(&refresh_token, &[CONTACTS]).await];
    assert_eq!(answers[0].member("refresh_token"), answers[1].member("refresh_token"));
    for answer in &answers {
        flow.aimed_at(answer, &[CONTACTS], "contacts:read").await;
    }
    let last = flow.refresh(&answers[1].member("refresh_token"), &[CALENDAR]).await;
    flow.aimed_at(&last, &[CALENDAR], "events:read events:write").await;
    // With less scope besides.
    let pairs = [("scope", "events:read"), ("resource", CALENDAR)];
    let narrower = peer.token(&crate::common::with(&crate::refreshing(&last.member("refresh_token")), &pairs)).await;
    flow.aimed_at(&narrower, &[CALENDAR], "events:read").await;
    let whole = flow.refresh(&narrower.member("refresh_token"), &[]).await;
    flow.aimed_at(&whole, &[CALENDAR, CONTACTS], ALL).await;
}

/// Tokens for the API that was refreshed for end with the rotation, those for others live until they expire.
async fn tokens_of_others_outlive<S: Keeps>(store: S) {
    let peer = peer_on(store, ResourceIndicators::new(resources())).await;
    let flow = Flow(&peer);
    let first = flow.begun(ALL, &[CALENDAR, CONTACTS, ANYTHING]).await;
    let calendar = flow.refresh(&first.member("refresh_token"), &[CALENDAR]).await;
    let contacts = flow.refresh(&calendar.member("refresh_token"), &[CONTACTS]).await;
    let [whole, calendar, contacts] = [&first, &calendar, &contacts].map(|answer| answer.member("access_token"));
    let refresh_token = |answer: &crate::common::Answer| answer.member("refresh_token");
    // The first was for all, and so for what was refreshed.
    assert!(!peer.is_active(&whole).await);
    assert!(peer.is_active(&calendar).await && peer.is_active(&contacts).await);

    flow.refresh(&refresh_token(&first), &[CALENDAR]).await.assert_error(400, "invalid_grant");
    assert!(!peer.is_active(&calendar).await && !peer.is_active(&contacts).await, "a replay ends them all");

    let first = flow.begun(ALL, &[CALENDAR, CONTACTS]).await;
    let contacts = flow.refresh(&refresh_token(&first), &[CONTACTS]).await;
    let mut latest = contacts.clone();
    let mut before: Option<String> = None;
    for _ in 0..3 {
        latest = flow.refresh(&refresh_token(&latest), &[CALENDAR]).await;
        let token = latest.member("access_token");
        if let Some(before) = before.replace(token) {
            assert!(!peer.is_active(&before).await, "tokens for the same API end");
        }
        assert!(peer.is_active(&contacts.member("access_token")).await);
    }
    // Another refresh for it.
    let next = flow.refresh(&refresh_token(&latest), &[CONTACTS]).await;
    assert!(!peer.is_active(&contacts.member("access_token")).await);
    assert!(peer.is_active(&latest.member("access_token")).await);
    // One for all ends all.
    let last = flow.refresh(&refresh_token(&next), &[]).await;
    assert!(!peer.is_active(&next.member("access_token")).await && !peer.is_active(&latest.member("access_token")).await);
    // A rotated refresh token is not good, whatever outlives.
    let calendar = flow.refresh(&refresh_token(&last), &[CALENDAR]).await;
    assert!(!peer.is_active(&refresh_token(&last)).await && peer.is_active(&refresh_token(&calendar)).await);
    let contacts = flow.refresh(&refresh_token(&calendar), &[CONTACTS]).await;
    // What outlives ends with its own time, and with the authorization.
    peer.clock.advance(119);
    assert!(peer.is_active(&calendar.member("access_token")).await);
    peer.clock.advance(1);
    assert!(!peer.is_active(&calendar.member("access_token")).await && peer.is_active(&contacts.member("access_token")).await);
    let calendar = flow.refresh(&refresh_token(&contacts), &[CALENDAR]).await;
    let revoked = peer.post("/revoke", None, &[("client_id", "pub"), ("token", &refresh_token(&calendar))]).await;
    assert_eq!(revoked.status, 200, "{revoked:?}");
    assert!(!peer.is_active(&contacts.member("access_token")).await && !peer.is_active(&calendar.member("access_token")).await);
}

/// What both do on a store.
async fn several<S: Keeps + Clone>(store: S) {
    tokens_for_each(store.clone()).await;
    tokens_of_others_outlive(store).await;
}

// shows: RFC8707-2-01, RFC8707-2-06, RFC8707-2-08, RFC8707-2.2-01, RFC8707-2.2-02
#[tokio::test]
async fn an_authorization_for_two_apis_gives_tokens_for_each() {
    several(Arc::new(MemoryStore::new())).await;
}

#[tokio::test]
async fn an_authorization_for_two_apis_gives_tokens_for_each_on_sqlite() {
    let directory = tempfile::tempdir().expect("a directory");
    several(SqliteStore::open(directory.path().join("auth.db")).expect("a store")).await;
}

#[tokio::test]
async fn an_authorization_for_two_apis_gives_tokens_for_each_on_postgres() {
    let Some(cluster) = Cluster::shared() else { return };
    several(PostgresStore::open_in(cluster.pool().await, &fresh_schema()).await.expect("a store")).await;
}
