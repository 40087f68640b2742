//! What a later release wrote in a version that this one does not know is refused, and never taken for something less: an
//! access token that is bound to a key, say, for one that is good for whoever has it. And nothing is spent by the attempt.

mod common;

use std::sync::{Mutex, OnceLock};

use common::captured_log::CapturedLog;
use common::postgres::{Cluster, fresh_schema};
use common::{Answer, Legacy, Peer, SECRET, START, basic, fixture_on, subject};
use grantor::{
    AccessTokenStore, AuthorizationCodeStore, AuthorizationRecords, ClientRegistry, LocalVerifier, PostgresStore, PurgeExpired,
    RefreshTokenStore, ResourceServer, Scope, SqliteStore, StoreError, Timestamp, TokenHash,
};
use http::Request;
use sqlx::AssertSqlSafe;

const REASON: &str = "details: they have version 7, this release knows 6";
const TABLES: [&str; 4] = ["families", "codes", "access_tokens", "refresh_tokens"];

fn log() -> &'static CapturedLog {
    static LOG: OnceLock<CapturedLog> = OnceLock::new();
    LOG.get_or_init(CapturedLog::begin)
}

/// 500, with the reason in the log and not on the wire.
#[track_caller]
fn assert_refused(log: &CapturedLog, answer: &Answer) {
    answer.assert_error(500, "server_error");
    assert!(!answer.body.contains("version") && !answer.body.contains("active"), "{answer:?}");
    assert!(log.text().contains(REASON));
}

/// The status of an API's answer to a request with the token.
async fn at_the_resource_server<S: AccessTokenStore + Clone>(peer: &Peer<Legacy<S>>, token: &str) -> u16 {
    let verifier = LocalVerifier::new(peer.server.storage().clone(), peer.server.issuer().clone()).clock(peer.clock.clone());
    let request = Request::builder().header("authorization", format!("Bearer {token}")).body(()).expect("a request");
    let authorized = ResourceServer::new(verifier).authenticate(&request.into_parts().0, &Scope::empty()).await;
    authorized.map_or_else(|challenge| challenge.to_response().status().as_u16(), |_| 200)
}

/// `execute` runs a statement on the store's tables behind its back.
async fn later_versions_are_refused<S>(store: S, execute: impl AsyncFn(String))
where
    S: ClientRegistry
        + AuthorizationCodeStore
        + AccessTokenStore
        + RefreshTokenStore
        + AuthorizationRecords
        + PurgeExpired
        + Clone,
{
    let rewrite = async |from: &str, to: &str| {
        for table in TABLES {
            execute(format!("UPDATE {table} SET details = replace(details, '{from}', '{to}')")).await;
        }
    };
    let log = log();
    let peer = fixture_on(store, 0).await;
    let (access_token, refresh_token) = peer.tokens().await;
    let code = peer.code("pub").await;
    assert_eq!(at_the_resource_server(&peer, &access_token).await, 200);
    let found = peer.server.storage().find_access_token(peer.server.issuer(), &TokenHash::of(&access_token), START).await;
    let family = found.expect("an answer").expect("the token").record.family;

    let (ours, later) = (r#""v":1"#, r#""v":7,"cnf":{"jkt":"x"}"#);
    rewrite(ours, later).await;
    for token in [&access_token, &refresh_token] {
        assert_refused(log, &peer.post("/introspect", Some(&basic("rs", SECRET)), &[("token", token)]).await);
        assert_refused(log, &peer.post("/revoke", None, &[("client_id", "pub"), ("token", token)]).await);
    }
    assert_eq!(at_the_resource_server(&peer, &access_token).await, 500);
    assert_refused(log, &peer.refresh(&refresh_token).await);
    assert_refused(log, &peer.redeem(&code).await);
    let family = peer.server.storage().family(peer.server.issuer(), &family, START).await;
    assert!(matches!(&family, Err(StoreError::Failed(_))), "{family:?}");
    let listed = peer.server.authorizations(&subject("username")).await;
    assert!(matches!(listed, Err(StoreError::Failed(_))), "{listed:?}");

    // Nothing was spent or revoked by that.
    rewrite(later, ours).await;
    assert!(peer.is_active(&access_token).await);
    peer.redeem(&code).await.assert_ok();
    peer.refresh(&refresh_token).await.assert_ok();

    // What a later release wrote is purged like everything else.
    rewrite(ours, later).await;
    assert!(peer.server.storage().purge_expired(Timestamp::from_unix(START.as_unix() * 2)).await.expect("a purge") > 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("auth.db");
    let store = SqliteStore::open(&file).expect("a store");
    let connection = Mutex::new(rusqlite::Connection::open(&file).expect("a connection"));
    later_versions_are_refused(store, async |statement| {
        connection.lock().expect("no panic").execute_batch(&statement).expect("a statement");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    let Some(cluster) = Cluster::shared() else { return };
    let (pool, schema) = (cluster.pool().await, fresh_schema());
    let store = PostgresStore::open_in(pool.clone(), &schema).await.expect("a store");
    later_versions_are_refused(store, async |statement| {
        let statement = statement.replace("UPDATE ", &format!("UPDATE {schema}."));
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&pool).await.expect("a statement");
    })
    .await;
}
