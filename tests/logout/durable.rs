//! Who is still to be told is told after a restart as well, and by one instance of several.

use grantor::{ManualClock, SqliteStore};

use crate::common::START;
use crate::provider::{hint, provider_on};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_are_told_after_a_restart() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("auth.db");
    let clock = ManualClock::new(START);
    let store = SqliteStore::open(&path).expect("a store");
    let first = provider_on(store.clone(), clock.clone());
    first.register_all().await;
    let tokens = first.tokens("a").await;
    first.tokens("b").await;
    first.hosts.answer("a.example.com", 0);
    first.assert_signed_out(&first.end(&[("id_token_hint", hint(&tokens))]).await);
    first.deliver().await;
    assert_eq!(first.hosts.posted().len(), 2);
    store.close().await;
    drop(first);

    let second = provider_on(SqliteStore::open(&path).expect("a store"), clock.clone());
    assert!(!second.is_active(&tokens).await);
    second.deliver().await;
    assert_eq!(second.hosts.posted(), []);
    clock.advance(10);
    // Two instances look at the same moment.
    let third = provider_on(SqliteStore::open(&path).expect("a store"), clock.clone());
    tokio::join!(second.deliver(), third.deliver());
    let posted = [second.hosts.posted(), third.hosts.posted()].concat();
    assert_eq!(posted.len(), 1, "{posted:?}");
    assert_eq!(posted[0].0, "https://a.example.com/backchannel?v=1");
    let (_, claims) = second.logout_token(&posted[0].1).await;
    assert_eq!(claims["sub"], "alice");
}

/// Whoever took a notice and came to an end has not told anybody.
#[tokio::test]
async fn what_somebody_took_and_did_not_tell_is_told_by_another() {
    use grantor::{MemoryStore, SessionRecords as _};
    let (store, clock) = (MemoryStore::new(), ManualClock::new(START));
    let provider = provider_on(store.clone(), clock.clone());
    provider.register_all().await;
    let tokens = provider.tokens("a").await;
    provider.assert_signed_out(&provider.end(&[("id_token_hint", hint(&tokens))]).await);
    let (issuer, now) = (provider.peer.server.issuer().clone(), grantor::Clock::now(&clock));
    let taken = store.claim_notices(&issuer, 64, now.saturating_add_secs(120), now).await.expect("a store");
    assert_eq!(taken.len(), 1);
    provider.deliver().await;
    assert_eq!(provider.hosts.posted(), []);
    clock.advance(120);
    provider.deliver().await;
    assert_eq!(provider.hosts.posted().len(), 1);
}
