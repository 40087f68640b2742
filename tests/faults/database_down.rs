//! PostgreSQL ends under load and is started again, while the server lives.

use std::time::{Duration, Instant};

use tokio::task::block_in_place;

use crate::common::instance::{Instance, Place};
use crate::common::load::{Checked, Ledger, Load, serves_again};
use crate::common::postgres::{Cluster, fresh_schema};
use crate::common::report::Report;
use crate::common::size::sized;

async fn ended_again_and_again(scenario: &str, end: fn(&Cluster)) {
    // Durable, as it is when nobody says otherwise.
    let Some(cluster) = Cluster::start(&[]) else { return };
    let place = Place::Postgres { url: cluster.url(), schema: fresh_schema() };
    let instance = Instance::start(&place, 0);
    let (all, mut codes, mut times, mut recovery) = (Ledger::default(), 0, Vec::new(), Duration::ZERO);
    for _ in 0..sized(1, 20) {
        let mut load = Load::on(instance.address);
        load.until_acknowledged(300).await;
        block_in_place(|| end(&cluster));
        load.until_unavailable(32).await;
        let started = Instant::now();
        let probe = tokio::spawn(serves_again(instance.address, started));
        block_in_place(|| cluster.start_again());
        recovery = recovery.max(started.elapsed());
        times.push(probe.await.expect("no panic"));
        load.until_acknowledged(300).await;
        let ledger = load.finish().await;
        let checked = ledger.check(instance.address).await;
        checked.assert_nothing_lost();
        codes += checked.codes;
        all.absorb(&ledger);
    }
    let checked = Checked { codes, ..all.check(instance.address).await };
    println!("{}", Report { scenario, counts: all.counts(), checked, serves_again: times });
    println!("{scenario}: until PostgreSQL accepted connections, of that: at most {} ms", recovery.as_millis());
    checked.assert_nothing_lost();
    assert!(checked.valid > 50 && checked.ended > 50, "{checked:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed() {
    ended_again_and_again("PostgreSQL killed", Cluster::crash).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_by_its_administrator() {
    ended_again_and_again("PostgreSQL stopped and started", Cluster::stop).await;
}
