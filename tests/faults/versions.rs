//! Two versions of the schema side by side: a later release has upgraded it while this one serves.

use std::time::{Duration, Instant};

use grantor::{PostgresStore, StoreError};
use sqlx::{AssertSqlSafe, PgPool};
use tokio::task::block_in_place;

use crate::common::caller::Caller;
use crate::common::instance::{Instance, Place};
use crate::common::load::{Load, serves_again};
use crate::common::postgres::{Cluster, fresh_schema};
use crate::common::scenario::Scenario;
use crate::common::size::sized;

/// The version of the schema that this release knows.
const KNOWN: usize = 8;

/// What a later release's migration would do, which this release may survive.
async fn upgrade(pool: &PgPool, schema: &str, version: usize, compatible_from: usize) {
    let statements = format!(
        "ALTER TABLE {schema}.families ADD COLUMN later_{version} text NOT NULL DEFAULT 'later';
         ALTER TABLE {schema}.codes ADD COLUMN later_{version} text;
         ALTER TABLE {schema}.access_tokens ADD COLUMN later_{version} text;
         ALTER TABLE {schema}.refresh_tokens ADD COLUMN later_{version} text;
         CREATE TABLE {schema}.later_{version} (x integer);
         CREATE INDEX ON {schema}.access_tokens (later_{version});
         UPDATE {schema}.schema_version SET version = {version}, compatible_from = {compatible_from};"
    );
    // One transaction. It may meet statements that lock the tables in another order, and holds up whoever comes after it: it asks for
    // a moment, gives way and is tried again, as migrations are.
    let statements = format!("SET LOCAL lock_timeout TO '200ms'; {statements}");
    while let Err(error) = sqlx::raw_sql(AssertSqlSafe(statements.clone())).execute(pool).await {
        let code = error.as_database_error().and_then(|error| error.code().map(String::from));
        assert!(matches!(code.as_deref(), Some("40P01" | "55P03")), "{error}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_later_release_upgrades_the_schema_under_load() {
    let Some(cluster) = Cluster::shared() else { return };
    let (pool, schema) = (cluster.pool().await, fresh_schema());
    let place = Place::Postgres { url: cluster.url(), schema: schema.clone() };
    let running = Instance::start(&place, 0);
    let mut scenario = Scenario::new("schema upgraded, PostgreSQL");
    let rounds = sized(3, 30);
    for version in KNOWN + 1..KNOWN + 1 + rounds {
        let mut load = Load::on(running.address);
        load.until_acknowledged(100).await;
        let began = Instant::now();
        upgrade(&pool, &schema, version, 1).await;
        let again = serves_again(running.address, began).await;
        load.until_acknowledged(100).await;
        // One more of this release starts, and serves what the other one issued.
        let second = block_in_place(|| Instance::start(&place, 0));
        scenario.survived(load, second.address, again).await;
        second.kill();
    }
    let counts = scenario.finish(running.address).await;
    assert_eq!((counts.unavailable, counts.unanswered), (0, 0));

    // A migration that leaves no earlier release working keeps out what starts after it. Nobody tells what runs already.
    upgrade(&pool, &schema, KNOWN + 1 + rounds, KNOWN + 1).await;
    let error = PostgresStore::open_in(pool.clone(), &schema).await.expect_err("it cannot serve this");
    let words =
        format!("the schema in PostgreSQL has version {}, this release knows {KNOWN}: use a later release", KNOWN + 1 + rounds);
    assert!(matches!(&error, StoreError::Failed(reason) if reason.to_string() == words), "{error:?}");
    Caller::of(running.address).client_credentials().await.expect("an answer").assert_ok();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn schemas_of_two_names_in_one_database_do_not_see_each_other() {
    let Some(cluster) = Cluster::shared() else { return };
    let [here, there] = [(), ()].map(|()| {
        let place = Place::Postgres { url: cluster.url(), schema: fresh_schema() };
        Instance::start(&place, 0)
    });
    let [here, there] = [here.address, there.address].map(Caller::of);
    let (access_token, refresh_token) = here.tokens().await;
    let code = here.code().await.expect("an answer").query().remove("code").expect("a code");
    assert!(!there.is_active(&access_token).await && !there.is_active(&refresh_token).await);
    there.redeem(&code).await.expect("an answer").assert_error(400, "invalid_grant");
    there.refresh(&refresh_token).await.expect("an answer").assert_error(400, "invalid_grant");
    assert_eq!(there.revoke("pub", &refresh_token).await.expect("an answer").status, 200);
    assert!(here.is_active(&access_token).await);
    here.redeem(&code).await.expect("an answer").assert_ok();
    here.refresh(&refresh_token).await.expect("an answer").assert_ok();
}
