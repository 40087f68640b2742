//! What may be used once: one of many callers is the first, on one instance and on several, also after a restart.

use std::sync::Arc;

use grantor::storage::ReplayKey;
use grantor::{MemoryStore, PostgresStore, PurgeExpired as _, ReplayStore, SqliteStore, issuer};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::common::START;
use crate::common::postgres::{Cluster, fresh_schema};

const CALLERS: usize = 64;
const ROUNDS: usize = 5;

/// Of 64 callers who come at once with one key, to these instances in turn, one is the first.
async fn one_of_64_is_the_first<S: ReplayStore + Clone>(instances: &[S]) {
    for round in 0..ROUNDS {
        let (barrier, mut callers) = (Arc::new(Barrier::new(CALLERS)), JoinSet::new());
        for caller in 0..CALLERS {
            let (store, barrier) = (instances[caller % instances.len()].clone(), barrier.clone());
            callers.spawn(async move {
                barrier.wait().await;
                is_first(&store, &format!("round {round}")).await
            });
        }
        let first = callers.join_all().await.into_iter().filter(|first| *first).count();
        assert_eq!(first, 1, "round {round}");
    }
}

async fn is_first<S: ReplayStore>(store: &S, jti: &str) -> bool {
    let (issuer, until) = (issuer!("https://as.example.com"), START.saturating_add_secs(60));
    store.first_time(&issuer, &ReplayKey::new("dpop", "app", jti), until, START).await.expect("an answer")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_memory() {
    one_of_64_is_the_first(&[MemoryStore::new()]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_over_one_sqlite_file_and_one_after_them() {
    let directory = tempfile::tempdir().expect("a directory");
    let open = || SqliteStore::open(directory.path().join("auth.db")).expect("a store");
    let instances = [open(), open()];
    one_of_64_is_the_first(&instances).await;
    for instance in &instances {
        instance.close().await;
    }
    let after = open();
    assert!(!is_first(&after, "round 0").await);
    // By a clock that is a minute ahead it is of no use any more, and by this one it is.
    assert_eq!(after.purge_expired(START.saturating_add_secs(119)).await.expect("a purge"), 0);
    assert!(!is_first(&after, "round 0").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_over_one_postgres_database_and_one_after_them() {
    let Some(cluster) = Cluster::shared() else { return };
    let schema = fresh_schema();
    let open = async || PostgresStore::open_in(cluster.pool().await, &schema).await.expect("a store");
    one_of_64_is_the_first(&[open().await, open().await]).await;
    let after = open().await;
    assert!(!is_first(&after, "round 0").await);
    assert_eq!(after.purge_expired(START.saturating_add_secs(119)).await.expect("a purge"), 0);
    assert!(!is_first(&after, "round 0").await);
    assert_eq!(after.purge_expired(START.saturating_add_secs(120)).await.expect("a purge"), ROUNDS as u64);
}
