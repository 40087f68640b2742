//! The PostgreSQL store under the real handlers: the races, and what outlives the process or is seen by another instance.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use grantor::storage::contract::Contract;
use grantor::storage::{FamilyId, FamilyStore as _, HealthCheck as _, PurgeExpired as _};
use grantor::testing::{Hook, Hooked};
use grantor::{PostgresStore, StoreError, Timestamp, issuer};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, PgPool, Postgres, Transaction};

use crate::common::postgres::{Cluster, fresh_schema};
use crate::common::proxy::{Mode, Proxy};
use crate::common::{self, Answer, Legacy, Peer, START, fixture_on};

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

/// A store, with the pool that it has and the name of its schema, which has an issuer with the number 1.
async fn store_with_an_issuer(cluster: &Cluster) -> (PostgresStore, PgPool, String) {
    let pool = PostgresStore::pool_options().max_connections(4).connect(&cluster.url()).await.expect("a pool");
    let schema = fresh_schema();
    let store = PostgresStore::open_in(pool.clone(), &schema).await.expect("a store");
    execute(&pool, &format!("INSERT INTO {schema}.issuers (url) VALUES ('https://as.example.com')")).await;
    (store, pool, schema)
}

async fn execute(pool: &PgPool, statements: &str) {
    sqlx::raw_sql(AssertSqlSafe(statements)).execute(pool).await.expect("statements");
}

async fn rows(pool: &PgPool, schema: &str) -> i64 {
    let all = format!(
        "SELECT (SELECT count(*) FROM {schema}.families) + (SELECT count(*) FROM {schema}.access_tokens)
         + (SELECT count(*) FROM {schema}.codes)"
    );
    count(pool, all).await
}

async fn count(pool: &PgPool, select: String) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(select)).fetch_one(pool).await.expect("a count")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_given_up_waits_no_longer_in_the_database() {
    let Some(cluster) = Cluster::shared() else { return };
    let (store, pool, schema) = store_with_an_issuer(cluster).await;
    let mut holder = pool.begin().await.expect("a transaction");
    let lock = format!("LOCK TABLE {schema}.families");
    sqlx::raw_sql(AssertSqlSafe(lock)).execute(&mut *holder).await.expect("a lock");
    let error = store.revoke_family(&issuer!("https://as.example.com"), &FamilyId::from_bytes([1; 16]), START).await;
    assert!(matches!(error, Err(StoreError::Unavailable { .. })), "{error:?}");
    let waiting = format!("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%{schema}%'");
    for attempt in 0.. {
        if count(&pool, waiting.clone()).await == 0 {
            break;
        }
        assert!(attempt < 30, "it still waits");
        // The database tells nobody when a session of it has stopped waiting.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    holder.rollback().await.expect("an end");
}

/// A pool of the application's own, whose sessions have no limit.
async fn without_limit(cluster: &Cluster) -> PgPool {
    PgPoolOptions::new().max_connections(4).connect(&cluster.url()).await.expect("a pool")
}

/// Holds the rows of a table.
async fn hold(pool: &PgPool, table: &str) -> Transaction<'static, Postgres> {
    let mut holder = pool.begin().await.expect("a transaction");
    let hold = format!("SELECT 1 FROM {table} FOR UPDATE");
    sqlx::raw_sql(AssertSqlSafe(hold)).execute(&mut *holder).await.expect("a lock");
    holder
}

/// Waits until no session of the database is at a statement for the schema.
async fn is_quiet(pool: &PgPool, schema: &str) {
    let active = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%\"{schema}\"%' AND pid <> pg_backend_pid()"
    );
    while count(pool, active.clone()).await > 0 {
        tokio::task::yield_now().await;
    }
}

/// The same request again, as late as a client sends it that does what `Retry-After` says.
async fn comes_again(peer: &Peer<Legacy<PostgresStore>>, began: Instant, given_up: &Answer, refresh_token: &str) -> Answer {
    given_up.assert_error(503, "temporarily_unavailable");
    let retry_after: u64 = given_up.header("retry-after").parse().expect("seconds");
    peer.clock.advance(began.elapsed().as_secs() + retry_after);
    peer.refresh(refresh_token).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_that_was_given_up_is_not_done_later_and_the_client_may_come_again() {
    let Some(cluster) = Cluster::shared() else { return };
    let (pool, schema) = (without_limit(cluster).await, fresh_schema());
    let peer = fixture_on(PostgresStore::open_in(pool.clone(), &schema).await.expect("a store"), 5).await;
    let (access_token, refresh_token) = peer.tokens().await;
    let holder = hold(&pool, &format!("{schema}.families")).await;
    let began = Instant::now();
    let given_up = peer.refresh(&refresh_token).await;
    holder.rollback().await.expect("an end");
    is_quiet(&pool, &schema).await;
    // A rotation would have ended it.
    assert!(peer.is_active(&access_token).await);
    let answer = comes_again(&peer, began, &given_up, &refresh_token).await;
    answer.assert_ok();
    peer.refresh(&answer.member("refresh_token")).await.assert_ok();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redemption_that_was_given_up_is_not_done_later() {
    let Some(cluster) = Cluster::shared() else { return };
    let (pool, schema) = (without_limit(cluster).await, fresh_schema());
    let peer = fixture_on(PostgresStore::open_in(pool.clone(), &schema).await.expect("a store"), 5).await;
    let code = peer.code("pub").await;
    let holder = hold(&pool, &format!("{schema}.codes")).await;
    peer.redeem(&code).await.assert_error(503, "temporarily_unavailable");
    holder.rollback().await.expect("an end");
    is_quiet(&pool, &schema).await;
    peer.redeem(&code).await.assert_ok();
}

/// The store behind the proxy, which loses the answer to the next rotation if it is told to.
struct LosesRotations {
    proxy: Proxy,
    pool: PgPool,
    loses: AtomicBool,
}

impl Hook for LosesRotations {
    async fn around<T: Send>(
        &self,
        name: &'static str,
        step: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        if name == "rotate_refresh_token" && self.loses.swap(false, Ordering::SeqCst) {
            // The connection goes back to the pool after a round trip of its own.
            while self.pool.num_idle() == 0 {
                tokio::task::yield_now().await;
            }
            self.proxy.set(Mode::SwallowAnswers);
        }
        step.await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_whose_rotation_was_done_and_the_answer_lost_may_come_again() {
    let Some(cluster) = Cluster::shared() else { return };
    let (direct, schema) = (cluster.pool().await, fresh_schema());
    let proxy = Proxy::to(cluster.port()).await;
    let pool = cluster.options().max_connections(1).connect(&proxy.url()).await.expect("a pool");
    let store = PostgresStore::open_in(pool.clone(), &schema).await.expect("a store");
    let hook = Arc::new(LosesRotations { proxy, pool, loses: AtomicBool::new(false) });
    let peer = fixture_on(Hooked { inner: store.clone(), hook: hook.clone() }, 5).await;
    // The connection has the statement prepared after this: then one message asks for a rotation.
    peer.refresh(&peer.tokens().await.1).await.assert_ok();
    let (_, refresh_token) = peer.tokens().await;
    hook.loses.store(true, Ordering::SeqCst);
    let began = Instant::now();
    let given_up = peer.refresh(&refresh_token).await;
    is_quiet(&direct, &schema).await;
    assert_eq!(count(&direct, format!("SELECT count(*) FROM {schema}.families WHERE generation = 1")).await, 2);
    hook.proxy.set(Mode::Pass);
    let peer = Peer::new(common::legacy_server_on(store, &peer.clock, 5), common::Approves, peer.clock.clone());
    let answer = comes_again(&peer, began, &given_up, &refresh_token).await;
    answer.assert_ok();
    // The one successor, which the first rotation made.
    assert_eq!(count(&direct, format!("SELECT count(*) FROM {schema}.refresh_tokens")).await, 4);
    peer.refresh(&answer.member("refresh_token")).await.assert_ok();
}

async fn salts(pool: &PgPool, schema: &str) -> i64 {
    count(pool, format!("SELECT count(*) FROM {schema}.families WHERE salt IS NOT NULL")).await
}

/// The time of the store's task, which is not that of the requests.
async fn passes(pool: &PgPool, seconds: u64) {
    // It gets to where it waits for the time.
    for _ in 0..20 {
        count(pool, "SELECT 1::bigint".to_owned()).await;
    }
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

async fn salts_become(pool: &PgPool, schema: &str, expected: i64) {
    let become_so = async {
        while salts(pool, schema).await != expected {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), become_so).await.expect("salts stay");
}

#[tokio::test]
async fn salts_go_when_their_window_has_closed_though_nobody_purges() {
    let Some(cluster) = Cluster::shared() else { return };
    let (pool, schema) = (cluster.pool().await, fresh_schema());
    let peer = fixture_on(PostgresStore::open_in(cluster.pool().await, &schema).await.expect("a store"), 5).await;
    // One that an earlier process left behind: it goes when this one has something to do.
    peer.tokens().await;
    execute(&pool, &format!("UPDATE {schema}.families SET salt = '', retry_until = 1")).await;
    assert!(!peer.is_active("unknown").await);
    passes(&pool, 60).await;
    salts_become(&pool, &schema, 0).await;

    let (_, first) = peer.tokens().await;
    peer.refresh(&first).await.assert_ok();
    peer.clock.advance(50);
    passes(&pool, 50).await;
    let (_, second) = peer.tokens().await;
    let successor = peer.refresh(&second).await;
    assert_eq!(salts(&pool, &schema).await, 2);
    // The first window closed a minute ago, and the second is open.
    peer.clock.advance(4);
    passes(&pool, 16).await;
    salts_become(&pool, &schema, 1).await;
    assert_eq!(peer.refresh(&second).await.member("refresh_token"), successor.member("refresh_token"));
    passes(&pool, 65).await;
    salts_become(&pool, &schema, 0).await;
}

/// Longer than its pool lets a statement take otherwise.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_waits_for_another_that_makes_the_schema() {
    let Some(cluster) = Cluster::shared() else { return };
    let options: PgConnectOptions = cluster.url().parse().expect("options");
    let pool = PgPool::connect_with(options.options([("statement_timeout", "1s")])).await.expect("a pool");
    let schema = fresh_schema();
    let mut maker = pool.begin().await.expect("a transaction");
    let lock = format!("SELECT pg_advisory_xact_lock(hashtextextended('grantor {schema}', 0))");
    sqlx::raw_sql(AssertSqlSafe(lock)).execute(&mut *maker).await.expect("the lock");
    let waiting = tokio::spawn({
        let schema = schema.clone();
        async move { PostgresStore::open_in(pool, &schema).await }
    });
    // The limit is by the database's clock, which nobody sets.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(!waiting.is_finished(), "it did not wait");
    maker.rollback().await.expect("an end");
    waiting.await.expect("no panic").expect("a store");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_takes_no_writes_is_not_well() {
    let Some(cluster) = Cluster::shared() else { return };
    let (store, _, schema) = store_with_an_issuer(cluster).await;
    store.check_health().await.expect("it is well");
    let options: PgConnectOptions = cluster.url().parse().expect("options");
    let options = options.options([("default_transaction_read_only", "on")]);
    let pool = cluster.options().connect_with(options).await.expect("a pool");
    let store = PostgresStore::open_in(pool, &schema).await.expect("it is readable");
    let health = store.check_health().await;
    assert!(matches!(health, Err(StoreError::Unavailable { .. })), "{health:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_purge_of_many_portions_leaves_nothing_behind() {
    let Some(cluster) = Cluster::shared() else { return };
    let (store, pool, schema) = store_with_an_issuer(cluster).await;
    // 300 end in one second, and 300 one after the other. Every second family has a code that was redeemed.
    let fill = format!(
        "INSERT INTO {schema}.families (issuer, family, client_id, created_at, details, keep_until)
         SELECT 1, int8send(i), 'c', 0, '', greatest(i, 300) FROM generate_series(1, 600) i;
         INSERT INTO {schema}.access_tokens (issuer, hash, family, generation, issued_at, expires_at)
         SELECT 1, family, family, 0, 0, keep_until FROM {schema}.families;
         INSERT INTO {schema}.codes (issuer, hash, family, expires_at, redeemed, details)
         SELECT 1, int8send(i), int8send(i), 0, true, '' FROM generate_series(2, 600, 2) i"
    );
    execute(&pool, &fill).await;
    assert_eq!(store.purge_expired(Timestamp::from_unix(299)).await.expect("a purge"), 0);
    assert_eq!(rows(&pool, &schema).await, 1_500);
    assert_eq!(store.purge_expired(Timestamp::from_unix(600)).await.expect("a purge"), 1_500);
    assert_eq!(rows(&pool, &schema).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_family_stays_for_the_next_purge_while_somebody_holds_its_code() {
    let Some(cluster) = Cluster::shared() else { return };
    let (store, pool, schema) = store_with_an_issuer(cluster).await;
    let fill = format!(
        "INSERT INTO {schema}.families (issuer, family, client_id, created_at, details, keep_until) VALUES (1, '', 'c', 0, '', 9);
         INSERT INTO {schema}.codes (issuer, hash, family, expires_at, redeemed, details) VALUES (1, '', '', 0, true, '')"
    );
    execute(&pool, &fill).await;
    let mut holder = pool.begin().await.expect("a transaction");
    let hold = format!("SELECT 1 FROM {schema}.codes FOR UPDATE");
    sqlx::raw_sql(AssertSqlSafe(hold)).execute(&mut *holder).await.expect("a lock");
    assert_eq!(store.purge_expired(Timestamp::from_unix(10)).await.expect("a purge"), 0);
    holder.rollback().await.expect("an end");
    assert_eq!(store.purge_expired(Timestamp::from_unix(10)).await.expect("a purge"), 2);
    assert_eq!(rows(&pool, &schema).await, 0);
}
