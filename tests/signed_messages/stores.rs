//! What is good once is good once at all instances, over each storage.

use std::sync::Arc;

use grantor::{
    AccessTokenStore, AuthorizationCodeStore, ClientRegistry, ManualClock, MemoryStore, PendingStore, PostgresStore,
    PushedAuthorizationRequests, ReplayStore, RequestObjects, SqliteStore,
};
use serde_json::json;
use tokio::task::JoinSet;

use crate::common::postgres::{Cluster, fresh_schema};
use crate::common::{Approves, Peer, SECRET, START, basic};
use crate::{app, object, server};

async fn three_instances<S>(stores: [S; 3])
where
    S: ClientRegistry + AuthorizationCodeStore + AccessTokenStore + PendingStore + ReplayStore,
{
    let clock = ManualClock::new(START);
    let instances = stores.map(|store| {
        let server = server!(
            store,
            clock,
            enable(PushedAuthorizationRequests::required()),
            enable(RequestObjects::inline_keys().required().once())
        );
        Arc::new(Peer::new(server, Approves, clock.clone()))
    });
    instances[0].server.register_client(app().build().expect("a client")).await.expect("a registration");
    for round in 0..3 {
        let request = object(json!({"jti": format!("j{round}")}));
        let mut callers = JoinSet::new();
        for caller in 0..9 {
            let (peer, request) = (instances[caller % 3].clone(), request.clone());
            callers.spawn(async move {
                peer.post("/par", Some(&basic("app", SECRET)), &[("client_id", "app"), ("request", &request)])
                    .await
                    .status
                    .as_u16()
            });
        }
        let mut said = callers.join_all().await;
        said.sort_unstable();
        assert_eq!(said, [&[201][..], &[400; 8]].concat(), "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_memory() {
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
