//! What one instance of a server binds the others know, whichever store they share.

use grantor::{
    AccessTokenStore, AuthorizationCodeStore, ClientRegistry, ManualClock, MutualTls, PostgresStore, RefreshTokenStore,
    SqliteStore,
};
use serde_json::json;

use crate::common::postgres::{Cluster, fresh_schema};
use crate::common::{Approves, Peer, START};
use crate::{MACHINE, ask, bound_to, clients, code, other, own, redeeming, refreshing, said, server, thumbprint, verified};

async fn known_to_all<S>(stores: [S; 2])
where
    S: ClientRegistry + AuthorizationCodeStore + AccessTokenStore + RefreshTokenStore,
{
    let clock = ManualClock::new(START);
    let [one, two] = stores.map(|store| Peer::new(server!(store, clock, enable(MutualTls::new())), Approves, clock.clone()));
    for client in clients() {
        one.server.register_client(client.build().expect("a client")).await.expect("a registration");
    }
    assert_eq!(said(&ask(&two, "tls", &MACHINE, verified(own())).await), "200 Bearer");
    let tokens = ask(&one, "bound", &redeeming(&code(&two, "bound").await), verified(own())).await;
    assert_eq!(bound_to(&two, &tokens).await, json!({"x5t#S256": thumbprint(own())}));
    let refresh = tokens.member("refresh_token");
    assert_eq!(said(&ask(&two, "bound", &refreshing(&refresh), verified(other())).await), "400 invalid_grant");
    let next = ask(&two, "bound", &refreshing(&refresh), verified(own())).await;
    assert_eq!(bound_to(&one, &next).await, json!({"x5t#S256": thumbprint(own())}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_one_sqlite_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let open = || SqliteStore::open(directory.path().join("auth.db")).expect("a store");
    known_to_all([open(), open()]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_one_postgres_database() {
    let Some(cluster) = Cluster::shared() else { return };
    let schema = fresh_schema();
    let open = async || PostgresStore::open_in(cluster.pool().await, &schema).await.expect("a store");
    known_to_all([open().await, open().await]).await;
}
