//! Stores that an earlier release made and filled: opened by this one, with all that is in them.
//!
//! `tests/fixtures` has a dump of each, made by the release itself; the credentials are in its first lines.

mod common;

use std::collections::HashMap;

use common::browser::Browser;
use common::postgres::{Cluster, fresh_schema};
use common::{Approves, Legacy, PKCE, Peer, REQUEST, START, legacy_server_on, with};
use grantor::{
    AccessTokenStore, AuthorizationCodeStore, ClientStore, ManualClock, PendingStore, PostgresStore, RefreshTokenStore,
    ResumeError, SqliteStore,
};
use sqlx::AssertSqlSafe;

const SQLITE: &str = include_str!("fixtures/version_1.sqlite.sql");
const POSTGRES: &str = include_str!("fixtures/version_1.postgres.sql");

/// The lines `-- name=value` of a dump.
fn credentials(dump: &str) -> HashMap<&str, &str> {
    dump.lines().filter_map(|line| line.strip_prefix("-- ")?.split_once('=')).collect()
}

/// All that was issued before is good, once, and what this release adds works beside it.
async fn serves_what_was_there<S>(store: S, dump: &'static str)
where
    S: ClientStore + AuthorizationCodeStore + AccessTokenStore + RefreshTokenStore + PendingStore,
{
    let (was, clock) = (credentials(dump), ManualClock::new(START));
    let peer: Peer<Legacy<S>> = Peer::new(legacy_server_on(store, &clock, 5), Approves, clock);
    assert!(peer.is_active(was["access"]).await && peer.is_active(was["refresh"]).await);
    peer.refresh(was["refresh"]).await.assert_ok();
    peer.redeem(was["code"]).await.assert_ok();
    peer.redeem(was["redeemed"]).await.assert_error(400, "invalid_grant");

    // Who was signing in starts again.
    let (name, value) = was["cookie"].split_once('=').expect("a cookie");
    let mut browser = Browser { cookies: vec![(name.to_owned(), value.to_owned())] };
    let lost = browser.resume(&*peer.server, was["handle"]).await;
    assert!(matches!(lost, Err(ResumeError::NotFound)), "{lost:?}");
    let handle = browser.begin_with(&*peer.server, &with(&REQUEST, &PKCE)).await;
    assert_eq!(browser.cookies.len(), 1);
    assert!(browser.resume(&*peer.server, &handle).await.is_ok());
    peer.tokens().await;
}

#[tokio::test]
async fn a_sqlite_file_of_version_1() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("auth.db");
    rusqlite::Connection::open(&path).expect("a file").execute_batch(SQLITE).expect("a store of version 1");
    for _ in 0..2 {
        // The second time there is nothing to upgrade.
        SqliteStore::open(&path).expect("a store").close().await;
    }
    serves_what_was_there(SqliteStore::open(&path).expect("a store"), SQLITE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_schema_of_version_1_while_the_release_before_still_serves() {
    let Some(cluster) = Cluster::shared() else { return };
    let (pool, schema) = (cluster.pool().await, fresh_schema());
    sqlx::raw_sql(AssertSqlSafe(POSTGRES.replace("{schema}", &schema))).execute(&pool).await.expect("a store of version 1");
    let store = PostgresStore::open_in(pool.clone(), &schema).await.expect("a store");
    PostgresStore::open_in(pool.clone(), &schema).await.expect("nothing to upgrade");
    serves_what_was_there(store, POSTGRES).await;

    // What the release before does with suspended requests.
    let version = format!("SELECT version, compatible_from FROM {schema}.schema_version");
    let version: (i64, i64) = sqlx::query_as(AssertSqlSafe(version)).fetch_one(&pool).await.expect("a version");
    assert_eq!(version, (2, 1));
    let suspend = format!(
        "INSERT INTO {schema}.interactions (issuer, hash, client_id, expires_at, details)
         SELECT id, '\\x00', 'pub', 1, '{{}}' FROM {schema}.issuers"
    );
    sqlx::raw_sql(AssertSqlSafe(suspend)).execute(&pool).await.expect("suspended");
}
