//! Requests whose answer is fetched later: kept under a second key, and polled.

use rusqlite::{Connection, OptionalExtension as _};

use super::fault::Fault;
use super::row::{Bytes, Moment, hash, issuer_number};
use super::{clock, pending};
use crate::client::ClientId;
use crate::storage::{FoundPending, PendingRecord, Polled, Polling};
use crate::values::bearer::TokenHash;
use crate::values::clock::Timestamp;
use crate::values::issuer::Issuer;

pub(super) fn put(
    connection: &Connection,
    issuer: &Issuer,
    request: &PendingRecord,
    alias: &TokenHash,
    room: u32,
    now: Timestamp,
) -> Result<bool, Fault> {
    let number = issuer_number(connection, issuer)?;
    let forget = "DELETE FROM pending WHERE alias = ?1 AND issuer = ?2 AND expires_at <= ?3";
    connection.prepare_cached(forget)?.execute((hash(alias), number, Moment(now)))?;
    let is_there = "SELECT 1 FROM pending WHERE alias = ?1 AND issuer = ?2";
    if connection.prepare_cached(is_there)?.exists((hash(alias), number))? {
        return Ok(false);
    }
    pending::insert(connection, number, request, Some(alias), room, now)?;
    Ok(true)
}

pub(super) fn find(
    connection: &Connection,
    issuer: &Issuer,
    alias: &TokenHash,
    now: Timestamp,
) -> Result<Option<FoundPending>, Fault> {
    let find = "SELECT kind, owner, client_id, expires_at, details, answer, hash FROM pending
                WHERE alias = ?1 AND issuer = (SELECT id FROM issuers WHERE url = ?2) AND expires_at > ?3";
    let found = connection.prepare_cached(find)?.query_row((hash(alias), issuer.as_str(), Moment(now)), |row| {
        let key = TokenHash::from_bytes(row.get::<_, Bytes<32>>(6)?.0);
        Ok(FoundPending::new(pending::read(row, &key)?, row.get(5)?))
    });
    Ok(found.optional()?)
}

pub(super) fn poll(
    connection: &Connection,
    issuer: &Issuer,
    request: &TokenHash,
    client_id: &ClientId,
    interval: u32,
    now: Timestamp,
) -> Result<Option<Polled>, Fault> {
    let find = "SELECT kind, owner, client_id, expires_at, details, answer, id, polled_at, poll_interval FROM pending
                WHERE hash = ?1 AND issuer = (SELECT id FROM issuers WHERE url = ?2) AND client_id = ?3 AND expires_at > ?4
                    AND alias IS NOT NULL";
    let values = (hash(request), issuer.as_str(), client_id.as_str(), Moment(now));
    let found = connection.prepare_cached(find)?.query_row(values, |row| {
        let found = FoundPending::new(pending::read(row, request)?, row.get(5)?);
        let before = row.get::<_, Option<Moment>>(7)?.zip(row.get::<_, Option<u32>>(8)?);
        let before = before.map(|(moment, interval)| Polling { at: moment.0, interval });
        Ok((found, row.get::<_, i64>(6)?, before))
    });
    let Some((found, id, before)) = found.optional()? else { return Ok(None) };
    if found.answer.is_some() {
        return Ok(Some(Polled::new(found, false)));
    }
    let (polling, too_soon) = Polling::next(before, interval, clock::shared(now));
    let polled = "UPDATE pending SET polled_at = ?2, poll_interval = ?3 WHERE id = ?1";
    connection.prepare_cached(polled)?.execute((id, Moment(polling.at), polling.interval))?;
    Ok(Some(Polled::new(found, too_soon)))
}
