//! Opening a store that has to make or upgrade its schema: broken off half-way, and by several instances at once.

use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;
use std::time::Duration;

use grantor::PostgresStore;
use grantor::storage::SchemaProgress;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection as _, PgPool, Row as _};
use tokio::task::{JoinSet, block_in_place};
use tokio::time::timeout;

use crate::common::caller::Caller;
use crate::common::instance::{Instance, Place, Starting, serving, this_binary};
use crate::common::postgres::{Cluster, fresh_schema};
use crate::common::size::sized;

const TABLES: i64 = 13;
const SIGXFSZ: i32 = 25;

async fn execute(connection: &mut PgConnection, statement: String) {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await.expect("it is done");
}

async fn connect(cluster: &Cluster) -> PgConnection {
    PgConnection::connect(&cluster.url()).await.expect("a connection")
}

async fn tables(connection: &mut PgConnection, schema: &str) -> i64 {
    let count = sqlx::query("SELECT count(*) FROM pg_tables WHERE schemaname = $1").bind(schema.to_owned());
    count.fetch_one(connection).await.expect("a row").get(0)
}

/// A session that has made the last table of the schema and not committed: a migration gets that far, and then waits for it.
async fn obstacle(cluster: &Cluster, schema: &str) -> PgConnection {
    let mut session = connect(cluster).await;
    execute(&mut session, format!("CREATE SCHEMA {schema}")).await;
    execute(&mut session, format!("BEGIN; CREATE TABLE {schema}.interactions (theirs integer)")).await;
    session
}

/// Waits until a migration is at the obstacle.
async fn stuck(connection: &mut PgConnection, schema: &str) {
    let waiting = "SELECT count(*) FROM pg_stat_activity
                   WHERE wait_event_type = 'Lock' AND query LIKE '%CREATE TABLE \"' || $1 || '\".issuers%'";
    let at_it = async {
        while sqlx::query(waiting).bind(schema.to_owned()).fetch_one(&mut *connection).await.expect("a row").get::<i64, _>(0) == 0
        {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(60), at_it).await.expect("the migration does not get there");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_is_killed_half_way() {
    let Some(cluster) = Cluster::start(&[]) else { return };
    for _ in 0..sized(1, 10) {
        let schema = fresh_schema();
        let _obstacle = obstacle(&cluster, &schema).await;
        let (pool, name) = (cluster.pool().await, schema.clone());
        let opening = tokio::spawn(async move { PostgresStore::open_in(pool, &name).await.map(drop) });
        stuck(&mut connect(&cluster).await, &schema).await;
        block_in_place(|| cluster.crash());
        let error = opening.await.expect("no panic").expect_err("it was broken off");
        assert!(matches!(error, grantor::StoreError::Unavailable { .. }), "{error:?}");
        block_in_place(|| cluster.start_again());
        let mut connection = connect(&cluster).await;
        assert_eq!(tables(&mut connection, &schema).await, 0);
        PostgresStore::open_in(cluster.pool().await, &schema).await.expect("a store");
        assert_eq!(tables(&mut connection, &schema).await, TABLES);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_instance_that_upgrades_postgres_is_killed_half_way_and_another_does_it() {
    let Some(cluster) = Cluster::shared() else { return };
    for _ in 0..sized(1, 20) {
        let schema = fresh_schema();
        let mut obstacle = obstacle(cluster, &schema).await;
        let place = Place::Postgres { url: cluster.url(), schema: schema.clone() };
        let first = Instance::launch(&place, 0);
        let mut connection = connect(cluster).await;
        stuck(&mut connection, &schema).await;
        first.kill();
        let second = Instance::launch(&place, 0);
        assert_eq!(tables(&mut connection, &schema).await, 0);
        execute(&mut obstacle, "ROLLBACK".to_owned()).await;
        let second = block_in_place(|| second.ready()).expect("it serves");
        assert_eq!(tables(&mut connection, &schema).await, TABLES);
        Caller::of(second.address).client_credentials().await.expect("an answer").assert_ok();
    }
}

/// A cluster's pool with a setting for each of its sessions.
async fn pool_with(cluster: &Cluster, setting: (&str, &str)) -> PgPool {
    let options: PgConnectOptions = cluster.url().parse().expect("a URL");
    cluster.options().max_connections(2).connect_with(options.options([setting])).await.expect("a pool")
}

/// As it may be while other instances serve.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_that_is_given_up_for_a_deadlock_is_tried_again() {
    let Some(cluster) = Cluster::shared() else { return };
    let schema = fresh_schema();
    let mut obstacle = obstacle(cluster, &schema).await;
    execute(&mut obstacle, "SET LOCAL deadlock_timeout = '60s'".to_owned()).await;
    // Whoever has waited for so long looks whether it is in a deadlock, and is the one that is given up.
    let (pool, name) = (pool_with(cluster, ("deadlock_timeout", "100ms")).await, schema.clone());
    let opening = tokio::spawn(async move { PostgresStore::open_in(pool, &name).await.map(drop) });
    stuck(&mut connect(cluster).await, &schema).await;
    execute(&mut obstacle, format!("CREATE TABLE {schema}.issuers (theirs integer); ROLLBACK")).await;
    opening.await.expect("no panic").expect("a store");
    assert_eq!(tables(&mut connect(cluster).await, &schema).await, TABLES);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_migrates_is_told_that_it_waits_for_a_table() {
    let Some(cluster) = Cluster::shared() else { return };
    let schema = fresh_schema();
    let mut obstacle = obstacle(cluster, &schema).await;
    let (told, mut progress) = tokio::sync::mpsc::unbounded_channel();
    let (pool, name) = (cluster.pool().await, schema.clone());
    let migrating = tokio::spawn(async move {
        PostgresStore::migrate(&pool, &name, None, &mut |step| told.send(step).expect("somebody listens")).await
    });
    let mut steps = Vec::new();
    while steps.last() != Some(&SchemaProgress::Waiting) {
        steps.push(timeout(Duration::from_secs(60), progress.recv()).await.expect("in time").expect("it goes on"));
    }
    execute(&mut obstacle, "ROLLBACK".to_owned()).await;
    migrating.await.expect("no panic").expect("a schema");
    let rest: Vec<_> = std::iter::from_fn(|| progress.try_recv().ok()).collect();
    let Some(SchemaProgress::Making { version, known }) = rest.last() else { panic!("{rest:?}") };
    assert_eq!(version, known, "{rest:?}");
    assert_eq!(tables(&mut connect(cluster).await, &schema).await, TABLES);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_open_a_fresh_schema_at_once_and_one_makes_it() {
    const MANY: usize = 16;
    let Some(cluster) = Cluster::shared() else { return };
    let mut pools = Vec::new();
    for isolation in ["read committed", "serializable"].into_iter().cycle().take(MANY) {
        pools.push(pool_with(cluster, ("default_transaction_isolation", isolation)).await);
    }
    for _ in 0..sized(5, 100) {
        let schema = fresh_schema();
        let barrier = std::sync::Arc::new(tokio::sync::Barrier::new(MANY));
        let mut opening = JoinSet::new();
        for pool in pools.clone() {
            let (barrier, schema) = (barrier.clone(), schema.clone());
            opening.spawn(async move {
                barrier.wait().await;
                PostgresStore::open_in(pool, &schema).await.expect("a store")
            });
        }
        opening.join_all().await;
        // One transaction made everything.
        let pool: &PgPool = &pools[0];
        let made = "SELECT count(*), count(DISTINCT c.xmin::text) FROM pg_class c
                    WHERE relnamespace = to_regnamespace($1) AND relkind = 'r'";
        let made = sqlx::query(made).bind(schema).fetch_one(pool).await.expect("a row");
        assert_eq!((made.get::<i64, _>(0), made.get::<i64, _>(1)), (TABLES, 1));
    }
}

/// The system kills a process that makes a file longer than it may (`SIGXFSZ`), here at every length that the files have in between.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_process_that_makes_a_sqlite_file_is_killed_at_any_length_of_it() {
    let mut killed = 0;
    for blocks in (1..).step_by(sized(16, 1)) {
        let directory = tempfile::tempdir().expect("a directory");
        let place = Place::Sqlite(directory.path().join("auth.db"));
        let mut limited = Command::new("sh");
        // In units of 512 bytes.
        limited.args(["-c", "ulimit -c 0; ulimit -f \"$0\"; exec \"$@\"", &blocks.to_string()]).arg(this_binary());
        let first = block_in_place(|| Starting::by(serving(limited, &place, 0)).ready());
        let Err(status) = first else { break };
        assert_eq!(status.signal(), Some(SIGXFSZ));
        killed += 1;
        let second = block_in_place(|| Instance::start(&place, 0));
        Caller::of(second.address).client_credentials().await.expect("an answer").assert_ok();
    }
    println!("the process that makes a SQLite file: killed at {killed} lengths");
    assert!(killed > 5, "{killed}");
}
