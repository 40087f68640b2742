//! `kill -9` of the server under load, again and again over the same store.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Instant;

use crate::common::instance::{Instance, Place};
use crate::common::load::{Checked, Ledger, Load, serves_again};
use crate::common::postgres::{Cluster, fresh_schema};
use crate::common::report::Report;
use crate::common::size::sized;

/// A moment under load: a random number of answers from now.
fn moment() -> usize {
    100 + usize::try_from(RandomState::new().hash_one(()) % 300).expect("a small number")
}

async fn killed_again_and_again(scenario: &str, place: &Place) {
    let (all, mut codes, mut times) = (Ledger::default(), 0, Vec::new());
    let mut instance = Instance::start(place, 0);
    for _ in 0..sized(5, 50) {
        let mut load = Load::on(instance.address);
        load.until_acknowledged(moment()).await;
        let killed = Instant::now();
        instance.kill();
        instance = Instance::start(place, 0);
        times.push(serves_again(instance.address, killed).await);
        let ledger = load.finish().await;
        let checked = ledger.check(instance.address).await;
        checked.assert_nothing_lost();
        codes += checked.codes;
        all.absorb(&ledger);
    }
    // And no later death has taken from the earlier ones.
    let checked = Checked { codes, ..all.check(instance.address).await };
    println!("{}", Report { scenario, counts: all.counts(), checked, serves_again: times });
    checked.assert_nothing_lost();
    assert!(checked.valid > 100 && checked.ended > 100, "{checked:?}");
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
