//! Stores that an earlier release made and filled: opened by this one, with all that is in them.
//!
//! `tests/fixtures` has a dump of each, made by the release itself; the credentials are in its first lines.

mod between;

use std::collections::HashMap;

use grantor::storage::{FamilyId, FamilyRecord, Issue, PendingKind, PendingRecord, Spending, TokenRecord};
use grantor::{
    AccessTokenStore, ClientId, ClientStore, DeferredStore, ManualClock, PostgresStore, RefreshTokenStore, ResumeError,
    SqliteStore, TokenHash, issuer,
};
use sqlx::AssertSqlSafe;

use crate::common::browser::Browser;
use crate::common::postgres::{Cluster, fresh_schema};
use crate::common::{Approves, Legacy, PKCE, Peer, REQUEST, START, legacy_server_on, subject, with};

/// Of each version of the schema: the dump, and whether whoever was signing in goes on.
const SQLITE: [(&str, bool); 3] = [
    (include_str!("../fixtures/version_1.sqlite.sql"), false),
    (include_str!("../fixtures/version_3.sqlite.sql"), true),
    (include_str!("../fixtures/version_8.sqlite.sql"), true),
];
const POSTGRES: [(&str, bool); 3] = [
    (include_str!("../fixtures/version_1.postgres.sql"), false),
    (include_str!("../fixtures/version_2.postgres.sql"), true),
    (include_str!("../fixtures/version_7.postgres.sql"), true),
];

/// The lines `-- name=value` of a dump.
fn credentials(dump: &str) -> HashMap<&str, &str> {
    dump.lines().filter_map(|line| line.strip_prefix("-- ")?.split_once('=')).collect()
}

/// All that was issued before is good, once, and what this release adds works beside it.
async fn serves_what_was_there<S>(store: S, (dump, still_signing_in): (&'static str, bool))
where
    S: ClientStore + AccessTokenStore + RefreshTokenStore + DeferredStore + Clone,
{
    let (was, clock) = (credentials(dump), ManualClock::new(START));
    let peer: Peer<Legacy<S>> = Peer::new(legacy_server_on(store.clone(), &clock, 5), Approves, clock);
    assert!(peer.is_active(was["access"]).await && peer.is_active(was["refresh"]).await);
    descends_from_what_was_there(&store, was["access"]).await;
    peer.refresh(was["refresh"]).await.assert_ok();
    peer.redeem(was["code"]).await.assert_ok();
    peer.redeem(was["redeemed"]).await.assert_error(400, "invalid_grant");

    let (name, value) = was["cookie"].split_once('=').expect("a cookie");
    let mut browser = Browser { cookies: vec![(name.to_owned(), value.to_owned())] };
    let resumed = browser.resume(&*peer.server, was["handle"]).await;
    assert!(if still_signing_in { resumed.is_ok() } else { matches!(resumed, Err(ResumeError::NotFound)) }, "{resumed:?}");
    let handle = browser.begin_with(&*peer.server, &with(&REQUEST, &PKCE)).await;
    assert_eq!(browser.cookies.len(), 1);
    assert!(browser.resume(&*peer.server, &handle).await.is_ok());
    peer.tokens().await;
    a_device_is_served(&store).await;
}

/// What is kept of requests has a second key now.
async fn a_device_is_served<S: DeferredStore>(store: &S) {
    let (issuer, now, until) = (issuer!("https://as.example.com"), START, START.saturating_add_secs(60));
    let [request, alias, owner] = ["request", "alias", "owner"].map(TokenHash::of);
    let client = ClientId::parse("pub").expect("an identifier");
    let record = PendingRecord::new(request, PendingKind::Deferred, owner, client.clone(), until, "{}".to_owned());
    assert!(store.put_deferred(&issuer, record, alias, 10, now).await.expect("an answer"));
    assert!(store.find_deferred(&issuer, &alias, now).await.expect("an answer").is_some());
    assert!(store.poll_deferred(&issuer, &request, &client, 5, now).await.is_ok_and(|polled| polled.is_some()));
}

/// A family begins under one that was there, which knew of no parents.
async fn descends_from_what_was_there<S: AccessTokenStore>(store: &S, access_token: &str) {
    let issuer = issuer!("https://as.example.com");
    let found = store.find_access_token(&issuer, &TokenHash::of(access_token), START).await.expect("an answer").expect("a token");
    let parent = store.family(&issuer, &found.record.family, START).await.expect("an answer").expect("its family");
    assert_eq!((parent.record.parent, parent.record.subject()), (None, Some(&subject("username"))));
    let FamilyRecord { id, client_id, subject, created_at, details, .. } = parent.record;
    let child = FamilyRecord::new(FamilyId::from_bytes([7; 16]), client_id.clone(), subject, created_at, details);
    let child = child.descending_from(id);
    let (hash, until) = (TokenHash::of("descends"), START.saturating_add_secs(60));
    let token = TokenRecord::new(hash, child.id, 0, client_id, START, until, child.details.clone());
    let issue = Issue::new(None, Some(token), None);
    let begun = store.begin_family(&issuer, child.clone(), issue, None, START).await;
    assert!(matches!(begun, Ok(Spending::First)), "{begun:?}");
    let found = store.find_access_token(&issuer, &hash, START).await.expect("an answer").expect("the token");
    assert!(found.is_active(START));
    assert_eq!(store.family(&issuer, &child.id, START).await.expect("an answer").expect("the family").record, child);
}

async fn a_sqlite_file((dump, still_signing_in): (&'static str, bool)) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("auth.db");
    rusqlite::Connection::open(&path).expect("a file").execute_batch(dump).expect("an older store");
    for _ in 0..2 {
        // The second time there is nothing to upgrade.
        SqliteStore::open(&path).expect("a store").close().await;
    }
    serves_what_was_there(SqliteStore::open(&path).expect("a store"), (dump, still_signing_in)).await;
}

#[tokio::test]
async fn a_sqlite_file_of_version_1() {
    a_sqlite_file(SQLITE[0]).await;
}

#[tokio::test]
async fn a_sqlite_file_of_version_3() {
    a_sqlite_file(SQLITE[1]).await;
}

#[tokio::test]
async fn a_sqlite_file_of_version_8() {
    a_sqlite_file(SQLITE[2]).await;
}

async fn a_postgres_schema((dump, still_signing_in): (&'static str, bool)) {
    let Some(cluster) = Cluster::shared() else { return };
    let (pool, schema) = (cluster.pool().await, fresh_schema());
    sqlx::raw_sql(AssertSqlSafe(dump.replace("{schema}", &schema))).execute(&pool).await.expect("an older store");
    let store = PostgresStore::open_in(pool.clone(), &schema).await.expect("a store");
    PostgresStore::open_in(pool.clone(), &schema).await.expect("nothing to upgrade");
    serves_what_was_there(store, (dump, still_signing_in)).await;

    // The releases before still serve; this is what the first one does with suspended requests.
    let version = format!("SELECT version, compatible_from FROM {schema}.schema_version");
    let version: (i64, i64) = sqlx::query_as(AssertSqlSafe(version)).fetch_one(&pool).await.expect("a version");
    assert_eq!(version, (8, 1));
    let suspend = format!(
        "INSERT INTO {schema}.interactions (issuer, hash, client_id, expires_at, details)
         SELECT id, '\\x00', 'pub', 1, '{{}}' FROM {schema}.issuers"
    );
    sqlx::raw_sql(AssertSqlSafe(suspend)).execute(&pool).await.expect("suspended");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_schema_of_version_1_while_the_release_before_still_serves() {
    a_postgres_schema(POSTGRES[0]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_schema_of_version_2_while_the_release_before_still_serves() {
    a_postgres_schema(POSTGRES[1]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_schema_of_version_7_while_the_release_before_still_serves() {
    a_postgres_schema(POSTGRES[2]).await;
}
