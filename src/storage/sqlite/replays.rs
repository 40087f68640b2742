//! What may be used once.

use rusqlite::Connection;

use super::fault::Fault;
use super::row::{Bytes, Moment, issuer_number};
use crate::storage::ReplayKey;
use crate::values::clock::Timestamp;
use crate::values::issuer::Issuer;

pub(super) fn first_time(
    connection: &Connection,
    issuer: &Issuer,
    key: &ReplayKey,
    until: Timestamp,
    now: Timestamp,
) -> Result<bool, Fault> {
    let remember = "INSERT INTO replays (hash, issuer, expires_at) VALUES (?1, ?2, ?3)
                    ON CONFLICT (hash, issuer) DO UPDATE SET expires_at = ?3 WHERE expires_at <= ?4";
    let values = (Bytes(*key.as_bytes()), issuer_number(connection, issuer)?, Moment(until), Moment(now));
    Ok(connection.prepare_cached(remember)?.execute(values)? == 1)
}
