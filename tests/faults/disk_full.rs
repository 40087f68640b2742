//! The disk runs full under load, and has space again later.

use std::time::Instant;

use sqlx::AssertSqlSafe;

use crate::common::caller::Caller;
use crate::common::instance::{Instance, Place};
use crate::common::load::{Checked, Ledger, Load, serves_again};
use crate::common::postgres::{Cluster, fresh_schema, unprivileged};
use crate::common::report::Report;
use crate::common::size::sized;
use crate::small_disk::SmallDisk;

async fn full_again_and_again(scenario: &str, place: &Place, disk: &SmallDisk) {
    let mut instance = Instance::start(place, 0);
    let (all, mut codes, mut times) = (Ledger::default(), 0, Vec::new());
    for _ in 0..sized(2, 20) {
        let mut load = Load::on(instance.address);
        load.until_acknowledged(100).await;
        disk.fill();
        load.until_unavailable(200).await;
        // What changes nothing is served all the while.
        let caller = Caller::of(instance.address);
        for token in load.ledger.valid(20) {
            caller.is_active(&token).await;
        }
        load.until_unavailable(200).await;
        disk.empty();
        times.push(serves_again(instance.address, Instant::now()).await);
        load.until_acknowledged(100).await;
        let ledger = load.finish().await;
        let checked = ledger.check(instance.address).await;
        checked.assert_nothing_lost();
        codes += checked.codes;
        all.absorb(&ledger);
        // What was acknowledged is on the disk, and not only with the process.
        instance.kill();
        instance = Instance::start(place, 0);
    }
    let checked = Checked { codes, ..all.check(instance.address).await };
    println!("{}", Report { scenario, counts: all.counts(), checked, serves_again: times });
    checked.assert_nothing_lost();
    assert!(checked.valid > 50 && checked.ended > 50, "{checked:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sqlite() {
    let Some(disk) = SmallDisk::mount(32) else { return };
    full_again_and_again("disk full, SQLite", &Place::Sqlite(disk.path().join("auth.db")), &disk).await;
}

/// Of the tables: where there is no space for its log, PostgreSQL ends, which is another scenario.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_postgres() {
    let Some(cluster) = Cluster::start(&[]) else { return };
    let Some(disk) = SmallDisk::mount(64) else { return };
    let pool = cluster.pool().await;
    let folder = disk.folder_of(unprivileged());
    for statement in [
        format!("CREATE TABLESPACE small LOCATION '{}'", folder.display()),
        "ALTER ROLE grantor SET default_tablespace = small".to_owned(),
    ] {
        sqlx::query(AssertSqlSafe(statement)).execute(&pool).await.expect("a tablespace");
    }
    let place = Place::Postgres { url: cluster.url(), schema: fresh_schema() };
    full_again_and_again("disk full, PostgreSQL", &place, &disk).await;
    pool.close().await;
    cluster.stop();
}
