//! Sessions: opened, found, ended, and who is still to be told.

use rusqlite::{Connection, OptionalExtension as _, Row};

use super::fault::{Fault, taken};
use super::kin;
use super::row::{Bytes, Family, Moment, family_id, hash, issuer_number, parsed};
use crate::client::ClientId;
use crate::storage::{FamilyId, LogoutNotice, SessionKey, SessionRecord};
use crate::values::bearer::TokenHash;
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;
use crate::values::subject::Subject;

/// Those that live at `?1`. The family of a session descends from no other.
const LIVE: &str = "SELECT f.family, s.handle, s.subject, f.created_at, s.clients, s.family
    FROM sessions s JOIN families f ON f.id = s.family
    WHERE f.revoked = 0 AND f.keep_until > ?1 AND s.issuer = (SELECT id FROM issuers WHERE url = ?2)";

fn read(row: &Row<'_>) -> rusqlite::Result<(SessionRecord, i64)> {
    let id = FamilyId::from_bytes(row.get::<_, Bytes<16>>(0)?.0);
    let handle = TokenHash::from_bytes(row.get::<_, Bytes<32>>(1)?.0);
    let subject = parsed(row, 2, |name| Subject::new(name))?;
    let clients = parsed(row, 4, |text| serde_json::from_str::<Vec<ClientId>>(text))?;
    Ok((SessionRecord::new(id, handle, subject, row.get::<_, Moment>(3)?.0, clients), row.get(5)?))
}

fn one(connection: &Connection, issuer: &Issuer, key: SessionKey, now: Timestamp) -> Result<Option<(SessionRecord, i64)>, Fault> {
    let found = match key {
        SessionKey::Id(id) => {
            let query = format!("{LIVE} AND f.family = ?3 AND f.issuer = s.issuer");
            connection.prepare_cached(&query)?.query_row((Moment(now), issuer.as_str(), family_id(&id)), read)
        }
        SessionKey::Handle(handle) => {
            let query = format!("{LIVE} AND s.handle = ?3");
            connection.prepare_cached(&query)?.query_row((Moment(now), issuer.as_str(), hash(&handle)), read)
        }
    };
    Ok(found.optional()?)
}

pub(super) fn find(
    connection: &Connection,
    issuer: &Issuer,
    key: SessionKey,
    now: Timestamp,
) -> Result<Option<SessionRecord>, Fault> {
    Ok(one(connection, issuer, key, now)?.map(|(session, _)| session))
}

/// The newest first.
pub(super) fn list(
    connection: &Connection,
    issuer: &Issuer,
    subject: &Subject,
    now: Timestamp,
) -> Result<Vec<SessionRecord>, Fault> {
    let query = format!("{LIVE} AND s.subject = ?3 ORDER BY f.created_at DESC, f.family");
    let mut list = connection.prepare_cached(&query)?;
    let sessions = list.query_map((Moment(now), issuer.as_str(), subject.as_str()), |row| Ok(read(row)?.0))?;
    Ok(sessions.collect::<Result<_, _>>()?)
}

pub(super) fn open(
    connection: &Connection,
    issuer: &Issuer,
    session: &SessionRecord,
    keep_until: Timestamp,
    now: Timestamp,
) -> Result<SessionRecord, Fault> {
    let known = one(connection, issuer, SessionKey::Handle(session.handle), now)?;
    let number = issuer_number(connection, issuer)?;
    if let Some((mut known, family)) = known {
        known.add(&session.clients);
        let join = "UPDATE sessions SET clients = ?2 WHERE family = ?1";
        connection.prepare_cached(join)?.execute((family, json(&known.clients)?))?;
        kin::keep(connection, number, &known.id, keep_until)?;
        return Ok(known);
    }
    // One that does not live gives way.
    let forget = "DELETE FROM sessions WHERE handle = ?1 AND issuer = ?2";
    connection.prepare_cached(forget)?.execute((hash(&session.handle), number))?;
    let record = session.family()?;
    let begin =
        "INSERT INTO families (family, issuer, client_id, created_at, keep_until, details) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let values = (
        family_id(&record.id),
        number,
        record.client_id.as_str(),
        Moment(record.created_at),
        Moment(keep_until),
        record.details.to_json()?,
    );
    let family = connection.prepare_cached(begin)?.insert(values).map_err(taken("the identifier of a new session is taken"))?;
    let insert = "INSERT INTO sessions (family, issuer, handle, subject, clients) VALUES (?1, ?2, ?3, ?4, ?5)";
    let values = (family, number, hash(&session.handle), session.subject.as_str(), json(&session.clients)?);
    connection.prepare_cached(insert)?.execute(values)?;
    Ok(session.clone())
}

fn json(clients: &[ClientId]) -> Result<String, Fault> {
    Ok(serde_json::to_string(clients).map_err(StoreError::failed)?)
}

pub(super) fn end(
    connection: &Connection,
    issuer: &Issuer,
    key: SessionKey,
    tell_until: Option<Timestamp>,
    now: Timestamp,
) -> Result<Option<SessionRecord>, Fault> {
    let Some((session, number)) = one(connection, issuer, key, now)? else { return Ok(None) };
    connection.prepare_cached("DELETE FROM sessions WHERE family = ?1")?.execute([number])?;
    let issuer = issuer_number(connection, issuer)?;
    if let Some(family) = Family::find(connection, issuer, &session.id)? {
        family.revoke(connection)?;
    }
    if let Some(expires_at) = tell_until {
        let insert = "INSERT INTO logout_notices (session, issuer, client_id, subject, due_at, expires_at)
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        for client_id in &session.clients {
            let values =
                (family_id(&session.id), issuer, client_id.as_str(), session.subject.as_str(), Moment(now), Moment(expires_at));
            connection.prepare_cached(insert)?.execute(values)?;
        }
    }
    Ok(Some(session))
}

const DUE: &str = "SELECT session, client_id FROM logout_notices
    WHERE issuer = (SELECT id FROM issuers WHERE url = ?1) AND due_at <= ?2 AND expires_at > ?2
    ORDER BY due_at, session, client_id LIMIT ?3";

pub(super) fn claim(
    connection: &Connection,
    issuer: &Issuer,
    limit: u32,
    again_at: Timestamp,
    now: Timestamp,
) -> Result<Vec<LogoutNotice>, Fault> {
    let mut due = connection.prepare_cached(DUE)?;
    let due = due.query_map((issuer.as_str(), Moment(now), limit), |row| {
        Ok((FamilyId::from_bytes(row.get::<_, Bytes<16>>(0)?.0), parsed(row, 1, ClientId::parse)?))
    })?;
    let mut due: Vec<(FamilyId, ClientId)> = due.collect::<Result<_, _>>()?;
    due.sort_unstable();
    let take = "UPDATE logout_notices SET due_at = ?4, attempts = attempts + 1
        WHERE session = ?2 AND issuer = (SELECT id FROM issuers WHERE url = ?1) AND client_id = ?3
        RETURNING subject, attempts, expires_at";
    let mut take = connection.prepare_cached(take)?;
    let mut notices = Vec::with_capacity(due.len());
    for (session, client_id) in due {
        let values = (issuer.as_str(), family_id(&session), client_id.as_str(), Moment(again_at));
        let (subject, attempts, expires_at) = take
            .query_row(values, |row| Ok((parsed(row, 0, |name| Subject::new(name))?, row.get(1)?, row.get::<_, Moment>(2)?.0)))?;
        notices.push(LogoutNotice::new(session, client_id, subject, attempts, expires_at));
    }
    Ok(notices)
}

pub(super) fn settle(
    connection: &Connection,
    issuer: &Issuer,
    session: &FamilyId,
    client_id: &ClientId,
    again_at: Option<Timestamp>,
) -> Result<(), Fault> {
    let its = "session = ?1 AND issuer = (SELECT id FROM issuers WHERE url = ?2) AND client_id = ?3";
    let key = (family_id(session), issuer.as_str(), client_id.as_str());
    match again_at {
        None => connection.prepare_cached(&format!("DELETE FROM logout_notices WHERE {its}"))?.execute(key)?,
        Some(due_at) => {
            let (session, issuer, client_id) = key;
            let later = format!("UPDATE logout_notices SET due_at = ?4 WHERE {its}");
            connection.prepare_cached(&later)?.execute((session, issuer, client_id, Moment(due_at)))?
        }
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use rusqlite::params_from_iter;
    use rusqlite::types::Value;

    use super::*;

    #[test]
    fn no_statement_looks_at_a_whole_table() {
        let mut connection = Connection::open_in_memory().unwrap();
        super::super::migrations::migrate(&mut connection, super::super::migrations::MIGRATIONS).unwrap();
        let of_subject = format!("{LIVE} AND s.subject = ?3 ORDER BY f.created_at DESC, f.family");
        let by_handle = format!("{LIVE} AND s.handle = ?3");
        let by_id = format!("{LIVE} AND f.family = ?3 AND f.issuer = s.issuer");
        for statement in [&*of_subject, &by_handle, &by_id, DUE] {
            let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).unwrap();
            let unbound = vec![Value::Null; explain.parameter_count()];
            let plan = explain.query_map(params_from_iter(unbound), |row| row.get(3)).unwrap();
            let plan: Vec<String> = plan.collect::<Result<_, _>>().unwrap();
            assert!(plan.iter().all(|line| !line.starts_with("SCAN")), "{statement}: {plan:?}");
        }
    }
}
