//! Requests whose answer is fetched later: kept under a second key, and polled.

use super::fault::column;
use super::pending::read;
use super::row::{bytes, moment, read_hash};
use super::run::{Database, Query};
use crate::client::ClientId;
use crate::storage::{FoundPending, PendingRecord, Polled};
use crate::values::bearer::TokenHash;
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;

pub(super) async fn put(
    database: &Database,
    issuer: &Issuer,
    request: &PendingRecord,
    alias: &TokenHash,
    room: u32,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let PendingRecord { hash, kind, owner, client_id, expires_at, details } = request;
    let room = i64::from(room.max(1));
    let bind = |query: Query| {
        let query = query.bind(issuer.as_str()).bind(bytes(hash)).bind(kind.as_str()).bind(bytes(owner)).bind(client_id.as_str());
        let query = query.bind(moment(*expires_at)).bind(details.as_str()).bind(room / 2).bind(moment(now)).bind(room - 1);
        query.bind(bytes(alias))
    };
    let row = database.row_of_issuer(issuer, &database.statements.put_deferred, bind).await?;
    column(&row, 0)
}

pub(super) async fn find(
    database: &Database,
    issuer: &Issuer,
    alias: &TokenHash,
    now: Timestamp,
) -> Result<Option<FoundPending>, StoreError> {
    let bind = |query: Query| query.bind(issuer.as_str()).bind(bytes(alias)).bind(moment(now));
    let found = database.look_up(&database.statements.find_deferred, bind).await?.pop();
    found.map(|row| Ok(FoundPending::new(read(&row, &read_hash(&row, 6)?)?, column(&row, 5)?))).transpose()
}

pub(super) async fn poll(
    database: &Database,
    issuer: &Issuer,
    request: &TokenHash,
    client_id: &ClientId,
    interval: u32,
    now: Timestamp,
) -> Result<Option<Polled>, StoreError> {
    let bind = |query: Query| {
        let query = query.bind(issuer.as_str()).bind(bytes(request)).bind(client_id.as_str());
        query.bind(moment(now)).bind(i64::from(interval))
    };
    let polled = database.rows(&database.statements.poll_deferred, bind).await?.pop();
    let read = |row| Ok(Polled::new(FoundPending::new(read(&row, request)?, column(&row, 5)?), column(&row, 6)?));
    polled.map(read).transpose()
}
