//! A database that was restored from yesterday's backup: it has forgotten what came after it.

use std::path::Path;

use super::super::{Host, START};
use super::stored::{Stored, count, here, instance, master};
use super::{kid, verified};
use crate::SqliteStore;
use crate::feature::Rotation;
use crate::jose::KeyId;
use crate::storage::KeyStore as _;
use crate::values::clock::{Clock as _, ManualClock};

const DAY: u64 = 86_400;

/// As the tools of the database would.
fn sql(path: &Path, statements: &str) {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    connection.execute_batch(statements).unwrap();
}

fn back_up(path: &Path) {
    sql(path, "DROP TABLE IF EXISTS backup; CREATE TABLE backup AS SELECT * FROM signing_keys");
}

fn restore(path: &Path) {
    sql(path, "BEGIN; DELETE FROM signing_keys; INSERT INTO signing_keys SELECT * FROM backup; COMMIT");
}

async fn two(path: &Path, clock: &ManualClock) -> [Host<Stored, SqliteStore>; 2] {
    let store = || SqliteStore::open(path).unwrap();
    let [a, b] = [store(), store()];
    let a = instance(&a, clock, master(1), Rotation::DEFAULT).await;
    let b = instance(&b, clock, master(1), Rotation::DEFAULT).await;
    a.0.ready().await.unwrap();
    b.0.ready().await.unwrap();
    [a, b]
}

#[tokio::test]
async fn a_key_that_was_announced_since_is_put_back() {
    let folder = tempfile::tempdir().unwrap();
    let (path, clock) = (folder.path().join("keys.db"), ManualClock::new(START));
    let [a, b] = two(&path, &clock).await;
    clock.advance(75 * DAY);
    back_up(&path);
    clock.advance(DAY);
    a.0.ready().await.unwrap();
    b.0.ready().await.unwrap();
    let announced = a.jwks().await.0;
    assert_eq!(announced.iter().count(), 2);
    restore(&path);
    assert_eq!(count(a.0.storage(), clock.now()).await, 1);
    b.0.ready().await.unwrap();
    a.0.ready().await.unwrap();
    for host in [&a, &b] {
        let keys = host.jwks().await.0;
        assert!(announced.iter().all(|key| keys.iter().any(|it| it == key)));
    }
    assert_eq!(count(a.0.storage(), clock.now()).await, 2);
}

/// Nobody who knew it runs any more: it has not signed anything, and the next one is announced in its place.
#[tokio::test]
async fn a_key_that_nobody_knows_any_more_had_not_signed() {
    let folder = tempfile::tempdir().unwrap();
    let (path, clock) = (folder.path().join("keys.db"), ManualClock::new(START));
    let [a, _] = two(&path, &clock).await;
    clock.advance(75 * DAY);
    back_up(&path);
    clock.advance(DAY);
    a.0.ready().await.unwrap();
    let signed = a.signed().await;
    restore(&path);
    let [a, b] = two(&path, &clock).await;
    assert!(verified(&signed, &b.jwks().await.0).is_some());
    assert_eq!((kid(&a.signed().await), a.jwks().await.0.iter().count()), (kid(&signed), 2));
}

#[tokio::test]
async fn a_key_that_was_withdrawn_since_is_withdrawn_again() {
    let folder = tempfile::tempdir().unwrap();
    let (path, clock) = (folder.path().join("keys.db"), ManualClock::new(START));
    let [a, b] = two(&path, &clock).await;
    let stolen = a.signed().await;
    back_up(&path);
    a.0.withdraw_key(&KeyId::parse(&kid(&stolen)).unwrap()).await.unwrap();
    let signed = a.signed().await;
    restore(&path);
    b.0.ready().await.unwrap();
    assert!(verified(&stolen, &b.jwks().await.0).is_some(), "this instance did not know yet");
    a.0.ready().await.unwrap();
    b.0.ready().await.unwrap();
    for host in [&a, &b] {
        let (keys, _) = host.jwks().await;
        assert!(verified(&stolen, &keys).is_none() && verified(&signed, &keys).is_some());
        assert_eq!(kid(&host.signed().await), kid(&signed));
    }
    let records = a.0.storage().keys(&here(), clock.now()).await.unwrap();
    assert_eq!(records.iter().filter(|record| record.withdrawn_at.is_some()).count(), 1);
}
