//! The PostgreSQL store under the real handlers: the races, and what outlives the process or is seen by another instance.

mod common;

use std::sync::Arc;

use common::postgres::Cluster;
use common::{Legacy, Peer, fixture_on};
use grantor::PostgresStore;
use grantor::storage::contract::Contract;

/// The server of the acceptance cases on tables of its own.
async fn peer(cluster: &Cluster, window: u64) -> Arc<Peer<Legacy<PostgresStore>>> {
    Arc::new(fixture_on(cluster.store().await, window).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_redemptions_of_one_code_one_wins_and_its_tokens_are_dead() {
    let Some(cluster) = Cluster::shared() else { return };
    peer(cluster, 0).await.races_for_a_code().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_refreshes_without_window_one_wins_and_the_family_is_dead() {
    let Some(cluster) = Cluster::shared() else { return };
    peer(cluster, 0).await.races_for_a_refresh_token().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_refreshes_within_the_window_all_get_the_same_successor() {
    let Some(cluster) = Cluster::shared() else { return };
    peer(cluster, 5).await.races_within_the_window().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_store_keeps_the_contract() {
    let Some(cluster) = Cluster::shared() else { return };
    let full = std::env::var_os("GRANTOR_FULL").is_some();
    let contract = Contract::new(|| cluster.store()).whole().rounds(if full { 500 } else { 8 });
    contract.spawner(|caller| drop(tokio::spawn(caller))).run().await.assert_kept();
}
