//! Requests that wait to be decided: looked at as often as one likes, decided once.

use rusqlite::{Connection, OptionalExtension as _, Row};

use super::fault::{Fault, taken};
use super::row::{Bytes, Moment, hash, issuer_number, parsed};
use crate::client::ClientId;
use crate::storage::{FoundPending, PendingKind, PendingRecord, Spend, Spending};
use crate::values::bearer::TokenHash;
use crate::values::clock::Timestamp;
use crate::values::issuer::Issuer;

const WAITING: &str = "SELECT id FROM pending
    WHERE owner = ?1 AND issuer = ?2 AND kind = ?3 AND answer IS NULL AND expires_at > ?4 ORDER BY id";

pub(super) fn put(
    connection: &Connection,
    issuer: &Issuer,
    request: &PendingRecord,
    room: u32,
    now: Timestamp,
) -> Result<(), Fault> {
    insert(connection, issuer_number(connection, issuer)?, request, None, room, now)
}

/// With its second key, if it has one.
pub(super) fn insert(
    connection: &Connection,
    number: i64,
    request: &PendingRecord,
    alias: Option<&TokenHash>,
    room: u32,
    now: Timestamp,
) -> Result<(), Fault> {
    let PendingRecord { hash: key, kind, owner, client_id, expires_at, details } = request;
    let mut waiting = connection.prepare_cached(WAITING)?;
    let waiting = waiting.query_map((hash(owner), number, kind.as_str(), Moment(now)), |row| row.get::<_, i64>(0))?;
    let waiting = waiting.collect::<Result<Vec<_>, _>>()?;
    let room = usize::try_from(room.max(1)).unwrap_or(usize::MAX);
    let surplus = (waiting.len() + 1).saturating_sub(room);
    let mut remove = connection.prepare_cached("DELETE FROM pending WHERE id = ?1")?;
    for id in waiting.iter().skip(room / 2).take(surplus) {
        remove.execute([id])?;
    }
    let put = "INSERT INTO pending (hash, issuer, kind, owner, client_id, expires_at, details, alias)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let (kind, owner, alias) = (kind.as_str(), hash(owner), alias.map(hash));
    let values = (hash(key), number, kind, owner, client_id.as_str(), Moment(*expires_at), details, alias);
    connection.prepare_cached(put)?.execute(values).map_err(taken("the hash of a pending request is taken"))?;
    Ok(())
}

/// From the columns kind, owner, client_id, expires_at, details.
pub(super) fn read(row: &Row<'_>, key: &TokenHash) -> rusqlite::Result<PendingRecord> {
    let kind = parsed(row, 0, |word| PendingKind::parse(word).ok_or_else(|| format!("`{word}` is no kind of request")))?;
    let owner = TokenHash::from_bytes(row.get::<_, Bytes<32>>(1)?.0);
    let client_id = parsed(row, 2, ClientId::parse)?;
    Ok(PendingRecord::new(*key, kind, owner, client_id, row.get::<_, Moment>(3)?.0, row.get(4)?))
}

pub(super) fn find(
    connection: &Connection,
    issuer: &Issuer,
    request: &TokenHash,
    now: Timestamp,
) -> Result<Option<FoundPending>, Fault> {
    let find = "SELECT kind, owner, client_id, expires_at, details, answer FROM pending
                WHERE hash = ?1 AND issuer = (SELECT id FROM issuers WHERE url = ?2) AND expires_at > ?3";
    let found = connection
        .prepare_cached(find)?
        .query_row((hash(request), issuer.as_str(), Moment(now)), |row| Ok(FoundPending::new(read(row, request)?, row.get(5)?)));
    Ok(found.optional()?)
}

pub(super) fn take(
    connection: &Connection,
    issuer: &Issuer,
    request: &TokenHash,
    now: Timestamp,
) -> Result<Option<PendingRecord>, Fault> {
    let take = "DELETE FROM pending WHERE hash = ?1 AND issuer = (SELECT id FROM issuers WHERE url = ?2)
                RETURNING kind, owner, client_id, expires_at, details";
    let taken = connection.prepare_cached(take)?.query_row((hash(request), issuer.as_str()), |row| read(row, request));
    Ok(taken.optional()?.filter(|request| now < request.expires_at))
}

/// Keeps the answer if there is none.
pub(super) fn decide(connection: &Connection, issuer: &Issuer, spend: &Spend, now: Timestamp) -> Result<Spending, Fault> {
    match undecided(connection, issuer, spend, now)? {
        Ok(request) => keep(connection, request, spend).map(|()| Spending::First),
        Err(spending) => Ok(spending),
    }
}

/// The number of the request, if it waits for this decision; else what becomes of that.
pub(super) fn undecided(
    connection: &Connection,
    issuer: &Issuer,
    spend: &Spend,
    now: Timestamp,
) -> Result<Result<i64, Spending>, Fault> {
    let find = "SELECT id, answer FROM pending
                WHERE hash = ?1 AND issuer = (SELECT id FROM issuers WHERE url = ?2) AND expires_at > ?3";
    let values = (hash(&spend.request), issuer.as_str(), Moment(now));
    let found = connection.prepare_cached(find)?.query_row(values, |row| Ok((row.get::<_, i64>(0)?, row.get(1)?)));
    match found.optional()? {
        None => Ok(Err(Spending::Gone)),
        Some((_, Some(answer))) => Ok(Err(Spending::Second(answer))),
        Some((id, None)) => Ok(Ok(id)),
    }
}

/// Keeps the answer to a request.
pub(super) fn keep(connection: &Connection, request: i64, spend: &Spend) -> Result<(), Fault> {
    connection.prepare_cached("UPDATE pending SET answer = ?2 WHERE id = ?1")?.execute((request, &spend.answer))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_owner_has_is_found_by_an_index() {
        let mut connection = Connection::open_in_memory().unwrap();
        super::super::migrations::migrate(&mut connection, super::super::migrations::MIGRATIONS).unwrap();
        let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {WAITING}")).unwrap();
        let plan = explain.query_map(([0_u8; 32], 1, "suspended", 0), |row| row.get(3)).unwrap();
        let plan = plan.collect::<Result<Vec<String>, _>>().unwrap();
        assert!(plan[0].contains("USING INDEX pending_of_owner (owner=? AND issuer=? AND kind=?)"), "{plan:?}");
    }
}
