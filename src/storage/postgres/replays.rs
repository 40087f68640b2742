//! What may be used once.

use super::fault::column;
use super::row::moment;
use super::run::{Database, Query};
use crate::storage::{ReplayKey, comes_too_late};
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;

pub(super) async fn first_time(
    database: &Database,
    issuer: &Issuer,
    key: &ReplayKey,
    until: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    if comes_too_late(until, now)? {
        return Ok(false);
    }
    let bind = |query: Query| query.bind(issuer.as_str()).bind(key.as_bytes().as_slice()).bind(moment(until)).bind(moment(now));
    column(&database.row_of_issuer(issuer, &database.statements.first_time, bind).await?, 0)
}
