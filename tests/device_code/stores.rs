//! Three instances of a server over one database: each knows what another was asked, and a request is decided, and fetched, once for all.

use std::sync::Arc;

use grantor::{
    AccessTokenStore, Approval, ClientRegistry, DeferredStore, DeviceCode, ManualClock, MemoryStore, PostgresStore, PurgeExpired,
    RefreshTokenStore, Split, SqliteStore,
};
use tokio::task::JoinSet;

use crate::common::postgres::{Cluster, fresh_schema};
use crate::common::{Approves, Peer, START, subject};
use crate::{Page as _, asked, assert_pending, clients, of, poll, server};

const ROUNDS: usize = 5;
const CALLERS: usize = 9;

async fn three_instances<S>(stores: [S; 3])
where
    S: ClientRegistry + DeferredStore + AccessTokenStore + RefreshTokenStore + PurgeExpired,
{
    let clock = ManualClock::new(START);
    let instances = stores.map(|store| {
        let server = server!(store, clock, DeviceCode::new());
        Arc::new(Peer::new(server, Approves, clock.clone()))
    });
    for client in clients() {
        instances[0].server.register_client(client.build().expect("a client")).await.expect("a registration");
    }
    for round in 0..ROUNDS {
        let (device_code, user_code) = asked(&instances[round % 3], &of("conf")).await;
        assert_pending(&poll(&instances[0], "conf", &device_code).await);
        poll(&instances[1], "conf", &device_code).await.assert_error(400, "slow_down");
        // Several people at once: one of them decides. Or one who clicks often: they are told the same each time.
        let (mut people, is_one) = (Vec::new(), round % 2 == 1);
        for caller in 0..CALLERS {
            let peer = instances[caller % 3].clone();
            let name = if is_one { format!("round-{round}") } else { format!("round-{round}-{caller}") };
            people.push((peer.server.typed(&user_code).await, Approval::by(subject(&name)), peer));
        }
        let mut callers = JoinSet::new();
        for (request, approval, peer) in people {
            callers.spawn(async move { peer.server.approved(request, approval).await.is_ok() });
        }
        let told = callers.join_all().await.into_iter().filter(|decided| *decided).count();
        assert_eq!(told, if is_one { CALLERS } else { 1 }, "round {round}");
        // A device that asks several times at once: it is answered once.
        let mut callers = JoinSet::new();
        for caller in 0..CALLERS {
            let (peer, code) = (instances[caller % 3].clone(), device_code.clone());
            callers.spawn(async move { poll(&peer, "conf", &code).await.status });
        }
        assert_eq!(callers.join_all().await.into_iter().filter(|status| *status == 200).count(), 1, "round {round}");
    }
    // Denied here, told there.
    let (device_code, user_code) = asked(&instances[0], &of("tv")).await;
    let request = instances[1].server.typed(&user_code).await;
    instances[1].server.denied(request).await.expect("a refusal");
    poll(&instances[2], "tv", &device_code).await.assert_error(400, "access_denied");
    // Nothing of it stays.
    clock.advance(1_209_600 + 900);
    assert!(instances[0].server.storage().purge_expired(grantor::Clock::now(&clock)).await.expect("a purge") > 0);
    poll(&instances[2], "tv", &device_code).await.assert_error(400, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_memory() {
    let store = MemoryStore::new();
    three_instances([store.clone(), store.clone(), store]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_one_sqlite_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let open = || SqliteStore::open(directory.path().join("auth.db")).expect("a store");
    three_instances([open(), open(), open()]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_one_postgres_database() {
    let Some(cluster) = Cluster::shared() else { return };
    let schema = fresh_schema();
    let open = async || PostgresStore::open_in(cluster.pool().await, &schema).await.expect("a store");
    three_instances([open().await, open().await, open().await]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_clients_here_and_everything_else_there() {
    let (clients, tokens) = (MemoryStore::new(), MemoryStore::new());
    let split = || Arc::new(Split::new(clients.clone(), tokens.clone()));
    three_instances([split(), split(), split()]).await;
}
