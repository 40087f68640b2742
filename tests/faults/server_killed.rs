//! `kill -9` of the server under load, again and again over the same store.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Instant;

use tokio::task::block_in_place;

use crate::common::caller::Caller;
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

/// The answer of a rotation was on its way when the server was killed: the client asks again, after the restart or at another process
/// that serves the same file, and is told the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_retry_on_sqlite_finds_its_successor_after_a_kill_and_at_another_process() {
    let directory = tempfile::tempdir().expect("a directory");
    let place = Place::Sqlite(directory.path().join("auth.db"));
    let [here, there] = [(); 2].map(|()| block_in_place(|| Instance::start(&place, 5)));
    let (killed, other) = (Caller::of(here.address), Caller::of(there.address));
    for _ in 0..3 {
        let (_, refresh_token) = killed.tokens().await;
        let successor = killed.refresh(&refresh_token).await.expect("an answer").member("refresh_token");
        assert_eq!(other.refresh(&refresh_token).await.expect("an answer").member("refresh_token"), successor);
    }
    let (_, refresh_token) = killed.tokens().await;
    let successor = killed.refresh(&refresh_token).await.expect("an answer").member("refresh_token");
    here.kill();
    assert_eq!(other.refresh(&refresh_token).await.expect("an answer").member("refresh_token"), successor);
    there.kill();
    let again = block_in_place(|| Instance::start(&place, 5));
    let caller = Caller::of(again.address);
    let answer = caller.refresh(&refresh_token).await.expect("an answer");
    assert_eq!(answer.member("refresh_token"), successor);
    assert!(caller.is_active(&answer.member("access_token")).await);
    // It is the one that counts.
    caller.refresh(&successor).await.expect("an answer").assert_ok();
}
