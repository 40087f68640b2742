//! Requests that wait to be decided: looked at as often as one likes, decided once.

use sqlx::postgres::PgRow;

use super::fault::column;
use super::row::{bytes, moment, read_client_id, read_hash, read_moment};
use super::run::{Database, Query};
use crate::storage::{FoundPending, PendingKind, PendingRecord, Spend, Spending};
use crate::values::bearer::TokenHash;
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;

pub(super) async fn put(
    database: &Database,
    issuer: &Issuer,
    request: &PendingRecord,
    room: u32,
    now: Timestamp,
) -> Result<(), StoreError> {
    let PendingRecord { hash, kind, owner, client_id, expires_at, details } = request;
    let room = i64::from(room.max(1));
    let bind = |query: Query| {
        let query = query.bind(issuer.as_str()).bind(bytes(hash)).bind(kind.as_str()).bind(bytes(owner)).bind(client_id.as_str());
        query.bind(moment(*expires_at)).bind(details.as_str()).bind(room / 2).bind(moment(now)).bind(room - 1)
    };
    database.row_of_issuer(issuer, &database.statements.put_pending, bind).await.map(drop)
}

/// From the columns kind, owner, client_id, expires_at, details.
pub(super) fn read(row: &PgRow, key: &TokenHash) -> Result<PendingRecord, StoreError> {
    let kind: &str = column(row, 0)?;
    let kind = PendingKind::parse(kind).ok_or_else(|| StoreError::failed(format!("`{kind}` is no kind of request")))?;
    let (owner, client_id) = (read_hash(row, 1)?, read_client_id(row, 2)?);
    Ok(PendingRecord::new(*key, kind, owner, client_id, read_moment(row, 3)?, column(row, 4)?))
}

pub(super) async fn find(
    database: &Database,
    issuer: &Issuer,
    request: &TokenHash,
    now: Timestamp,
) -> Result<Option<FoundPending>, StoreError> {
    let bind = |query: Query| query.bind(issuer.as_str()).bind(bytes(request)).bind(moment(now));
    let found = database.look_up(&database.statements.find_pending, bind).await?.pop();
    found.map(|row| Ok(FoundPending::new(read(&row, request)?, column(&row, 5)?))).transpose()
}

pub(super) async fn take(
    database: &Database,
    issuer: &Issuer,
    request: &TokenHash,
    now: Timestamp,
) -> Result<Option<PendingRecord>, StoreError> {
    let bind = |query: Query| query.bind(issuer.as_str()).bind(bytes(request));
    let taken = database.rows(&database.statements.take_pending, bind).await?.pop();
    let taken = taken.map(|row| read(&row, request)).transpose()?;
    Ok(taken.filter(|taken| now < taken.expires_at))
}

pub(super) async fn decide(database: &Database, issuer: &Issuer, spend: &Spend, now: Timestamp) -> Result<Spending, StoreError> {
    let bind =
        |query: Query| query.bind(issuer.as_str()).bind(bytes(&spend.request)).bind(spend.answer.clone()).bind(moment(now));
    match database.rows(&database.statements.decide_pending, bind).await?.pop() {
        Some(_) => Ok(Spending::First),
        None => decided(database, issuer, &spend.request, now).await,
    }
}

/// What somebody else decided before.
pub(super) async fn decided(
    database: &Database,
    issuer: &Issuer,
    request: &TokenHash,
    now: Timestamp,
) -> Result<Spending, StoreError> {
    let found = find(database, issuer, request, now).await?;
    Ok(found.and_then(|found| found.answer).map_or(Spending::Gone, Spending::Second))
}
