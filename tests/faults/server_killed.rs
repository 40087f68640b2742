//! `kill -9` of the server under load, again and again over the same store.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Instant;

use tokio::task::block_in_place;

use crate::common::instance::{Instance, Place};
use crate::common::load::{Load, serves_again};
use crate::common::postgres::{Cluster, fresh_schema};
use crate::common::scenario::Scenario;
use crate::common::size::sized;

/// A moment under load: a random number of answers from now.
fn moment() -> usize {
    100 + usize::try_from(RandomState::new().hash_one(()) % 300).expect("a small number")
}

async fn killed_again_and_again(name: &'static str, place: &Place) {
    let mut scenario = Scenario::new(name);
    let mut instance = Instance::start(place, 0);
    for _ in 0..sized(5, 50) {
        let mut load = Load::on(instance.address);
        load.until_acknowledged(moment()).await;
        let killed = Instant::now();
        instance.kill();
        instance = block_in_place(|| Instance::start(place, 0));
        let again = serves_again(instance.address, killed).await;
        scenario.survived(load, instance.address, again).await;
    }
    scenario.finish(instance.address).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() {
    let directory = tempfile::tempdir().expect("a directory");
    killed_again_and_again("server killed, SQLite", &Place::Sqlite(directory.path().join("auth.db"))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() {
    let Some(cluster) = Cluster::shared() else { return };
    let place = Place::Postgres { url: cluster.url(), schema: fresh_schema() };
    killed_again_and_again("server killed, PostgreSQL", &place).await;
}
