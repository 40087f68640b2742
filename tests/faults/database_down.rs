//! PostgreSQL ends under load and is started again, while the server lives.

use std::time::{Duration, Instant};

use tokio::task::block_in_place;

use crate::common::instance::{Instance, Place};
use crate::common::load::{Load, serves_again};
use crate::common::postgres::{Cluster, fresh_schema};
use crate::common::scenario::Scenario;
use crate::common::size::sized;

async fn ended_again_and_again(name: &'static str, end: fn(&Cluster)) {
    // Durable, as it is when nobody says otherwise.
    let Some(cluster) = Cluster::start(&[]) else { return };
    let place = Place::Postgres { url: cluster.url(), schema: fresh_schema() };
    let instance = Instance::start(&place, 0);
    let (mut scenario, mut recovery) = (Scenario::new(name), Duration::ZERO);
    for _ in 0..sized(1, 20) {
        let mut load = Load::on(instance.address);
        load.until_acknowledged(300).await;
        block_in_place(|| end(&cluster));
        load.until_unavailable(32).await;
        let started = Instant::now();
        let probe = tokio::spawn(serves_again(instance.address, started));
        block_in_place(|| cluster.start_again());
        recovery = recovery.max(started.elapsed());
        let again = probe.await.expect("no panic");
        load.until_acknowledged(300).await;
        scenario.survived(load, instance.address, again).await;
    }
    scenario.finish(instance.address).await;
    println!("{name}: of that, until PostgreSQL accepted connections, at most {} ms", recovery.as_millis());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed() {
    ended_again_and_again("PostgreSQL killed", Cluster::crash).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_by_its_administrator() {
    ended_again_and_again("PostgreSQL stopped", Cluster::stop).await;
}
