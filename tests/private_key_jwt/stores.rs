//! An assertion is good once for all instances of a server, whichever store they share.

use grantor::{AccessTokenStore, RefreshTokenStore};
use grantor::{ClientRegistry, FamilyStore, ManualClock, PostgresStore, PrivateKeyJwt, ReplayStore, SqliteStore};
use tokio::task::JoinSet;

use crate::common::postgres::{Cluster, fresh_schema};
use crate::common::{Approves, Peer, START};
use crate::{assertion, claims, job, says, server};

const ROUNDS: usize = 5;
const CALLERS: usize = 16;

/// Of many who send one assertion at once, to two instances in turn, one is who it says; and none afterwards.
async fn one_of_many<S>(stores: [S; 2])
where
    S: ClientRegistry + FamilyStore + AccessTokenStore + RefreshTokenStore + ReplayStore,
{
    let clock = ManualClock::new(START);
    let instances = stores.map(|store| {
        let server = server!(store, clock, PrivateKeyJwt::inline_keys());
        std::sync::Arc::new(Peer::new(server, Approves, clock.clone()))
    });
    instances[0].server.register_client(job().build().expect("a client")).await.expect("a registration");
    for round in 0..ROUNDS {
        let assertion = assertion(&claims("job"));
        let mut callers = JoinSet::new();
        for caller in 0..CALLERS {
            let (peer, assertion) = (instances[caller % 2].clone(), assertion.clone());
            callers.spawn(async move { says(&peer, &assertion).await });
        }
        let answers = callers.join_all().await;
        let (good, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| *answer == "200");
        assert_eq!(good.len(), 1, "round {round}: {answers:?}");
        assert!(refused.iter().all(|answer| *answer == "401 invalid_client"), "{answers:?}");
        for peer in &instances {
            assert_eq!(says(peer, &assertion).await, "401 invalid_client");
        }
    }
}

// shows: RFC7523-3-16
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_one_sqlite_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let open = || SqliteStore::open(directory.path().join("auth.db")).expect("a store");
    one_of_many([open(), open()]).await;
}

// shows: RFC7523-3-16
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_one_postgres_database() {
    let Some(cluster) = Cluster::shared() else { return };
    let schema = fresh_schema();
    let open = async || PostgresStore::open_in(cluster.pool().await, &schema).await.expect("a store");
    one_of_many([open().await, open().await]).await;
}
