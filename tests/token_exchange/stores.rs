//! The same over each storage: what descends ends with what it descends from, and is kept in a version that says so.

use super::*;
use common::postgres::Cluster;
use grantor::{AccessTokenStore, AuthorizationCodeStore, ClientRegistry, RefreshTokenStore, SqliteStore};

async fn ends_with_its_parent<S>(store: S)
where
    S: ClientRegistry + AuthorizationCodeStore + AccessTokenStore + RefreshTokenStore,
{
    let (clock, policy) = (ManualClock::new(START), Arc::new(Policy::default()));
    let server = server!(store, clock, TokenExchange::new(policy.clone()));
    register!(server);
    let world = World { peer: Peer::new(server, ALICE, clock), policy };
    world.policy.set(|_| ExchangeDecision::delegate().with_refresh_token());
    let begun = world.begun(&[("agent", "agent")]).await;
    let first = world.exchange("agent", &begun.member("access_token"), &[]).await;
    let claims = world.claims(&first).await;
    assert_eq!(claims["act"], json!({"sub": "client:agent"}));
    let second = world.exchange("agent", &first.member("access_token"), &[("scope", "read")]).await;
    let pairs = [("client_id", "pub"), ("token", &*begun.member("refresh_token"))];
    assert_eq!(world.peer.post("/revoke", None, &pairs).await.status, 200);
    for answer in [&first, &second] {
        assert!(!world.peer.is_active(&answer.member("access_token")).await);
        assert!(!world.peer.is_active(&answer.member("refresh_token")).await);
    }
}

#[tokio::test]
async fn in_memory() {
    ends_with_its_parent(MemoryStore::new()).await;
}

#[tokio::test]
async fn in_a_sqlite_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("auth.db");
    ends_with_its_parent(SqliteStore::open(&path).expect("a store")).await;
    // An older release refuses what it would take for a token that nobody acts with, and that nothing ends.
    let rows = rusqlite::Connection::open(&path).expect("a file");
    let mut query = rows.prepare("SELECT details FROM families").expect("a query");
    let details: Vec<String> = query.query_map([], |row| row.get(0)).expect("rows").map(|row| row.expect("a text")).collect();
    let acted: Vec<_> = details.iter().filter(|text| text.contains(r#""act":{"sub":"client:agent""#)).collect();
    assert!(acted.len() == 2 && acted.iter().all(|text| text.starts_with(r#"{"v":4,"#)), "{details:?}");
}

#[tokio::test]
async fn in_a_postgres_database() {
    let Some(cluster) = Cluster::shared() else { return };
    ends_with_its_parent(cluster.store().await).await;
}
