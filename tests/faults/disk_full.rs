//! The disk runs full under load, and has space again later.

use std::process::Command;
use std::time::Instant;

use sqlx::AssertSqlSafe;

use crate::common::caller::Caller;
use crate::common::instance::{Instance, Place, Starting, serving, this_binary};
use crate::common::load::{Load, serves_again};
use crate::common::postgres::{Cluster, fresh_schema, unprivileged};
use crate::common::scenario::Scenario;
use crate::common::size::sized;
use crate::small_disk::SmallDisk;

/// What takes the space from an instance, and gives it back.
trait Scarce {
    fn fill(&self, instance: &Instance);
    fn empty(&self, instance: &Instance);
}

impl Scarce for SmallDisk {
    fn fill(&self, _: &Instance) {
        self.fill();
    }

    fn empty(&self, _: &Instance) {
        self.empty();
    }
}

/// The length that a file of the process may have (`RLIMIT_FSIZE`). To write past it fails, as past a quota.
struct Limit;

impl Limit {
    fn set(instance: &Instance, bytes: &str) {
        let mut prlimit = Command::new("prlimit");
        prlimit.arg("--pid").arg(instance.pid().to_string()).arg(format!("--fsize={bytes}:unlimited"));
        assert!(prlimit.status().expect("prlimit, of util-linux").success());
    }
}

impl Scarce for Limit {
    fn fill(&self, instance: &Instance) {
        Self::set(instance, "4096");
    }

    fn empty(&self, instance: &Instance) {
        Self::set(instance, "unlimited");
    }
}

/// An instance that such a limit does not kill.
fn start(place: &Place) -> Instance {
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"]).arg(this_binary());
    Starting::by(serving(shell, place, 0)).ready().expect("it serves")
}

async fn full_again_and_again(name: &'static str, place: &Place, disk: &impl Scarce) {
    let mut scenario = Scenario::new(name);
    let mut instance = start(place);
    for _ in 0..sized(2, 20) {
        let mut load = Load::on(instance.address);
        load.until_acknowledged(100).await;
        disk.fill(&instance);
        load.until_unavailable(200).await;
        // What changes nothing is served all the while.
        let caller = Caller::of(instance.address);
        for token in load.ledger.valid(20) {
            caller.is_active(&token).await;
        }
        load.until_unavailable(200).await;
        disk.empty(&instance);
        let again = serves_again(instance.address, Instant::now()).await;
        load.until_acknowledged(100).await;
        scenario.survived(load, instance.address, again).await;
        // What was acknowledged is on the disk, and not only with the process.
        instance.kill();
        instance = start(place);
    }
    scenario.finish(instance.address).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sqlite() {
    let Some(disk) = SmallDisk::mount(32) else { return };
    full_again_and_again("disk full, SQLite", &Place::Sqlite(disk.path().join("auth.db")), &disk).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn quota_of_sqlite() {
    if Command::new("prlimit").arg("--version").output().is_err() {
        eprintln!("left out: prlimit is not installed (Debian: util-linux)");
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    full_again_and_again("quota reached, SQLite", &Place::Sqlite(directory.path().join("auth.db")), &Limit).await;
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
    // Before the disk is gone.
    cluster.stop();
}
