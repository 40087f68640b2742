//! Everything of a person or a client ends. A person's families have an index; those of a client have none, which every family would
//! have to pay for, and so all are looked at, in portions. What a process whose clock is ahead takes for forgotten lives for others, and is
//! revoked too.

use rusqlite::Connection;

use super::clock;
use super::fault::Fault;
use super::row::Moment;
use crate::client::ClientId;
use crate::values::clock::Timestamp;
use crate::values::issuer::Issuer;
use crate::values::subject::Subject;

/// So many families are looked at in one operation: a millisecond, for which requests wait.
const PORTION: u32 = 512;

const OF_SUBJECT: &str = "UPDATE families SET revoked = 1, masked_salt = NULL, retry_until = NULL
    WHERE issuer = (SELECT id FROM issuers WHERE url = ?1) AND subject = ?2 AND revoked = 0 AND keep_until > ?3";

pub(super) fn of_subject(connection: &Connection, issuer: &Issuer, subject: &Subject, now: Timestamp) -> Result<u64, Fault> {
    let values = (issuer.as_str(), subject.as_str(), Moment(clock::of_purge(now)));
    Ok(connection.prepare_cached(OF_SUBJECT)?.execute(values)? as u64)
}

/// What became of a portion.
pub(super) struct Portion {
    pub(super) revoked: u64,
    /// The number of the last family that was looked at; nothing if there are no more.
    pub(super) last: Option<i64>,
}

/// Families come in the order of their numbers, which grow: one that begins meanwhile is looked at too.
const LAST: &str = "SELECT max(id) FROM (SELECT id FROM families WHERE id > ?1 ORDER BY id LIMIT ?2)";

const OF_CLIENT: &str = "UPDATE families SET revoked = 1, masked_salt = NULL, retry_until = NULL
    WHERE id > ?1 AND id <= ?2 AND issuer = (SELECT id FROM issuers WHERE url = ?3) AND client_id = ?4 AND revoked = 0
        AND keep_until > ?5";

const REQUESTS: &str = "DELETE FROM pending WHERE issuer = (SELECT id FROM issuers WHERE url = ?1) AND client_id = ?2";

/// A portion of those that come after the family of this number; with the first, what the client has waiting.
pub(super) fn of_client(
    connection: &Connection,
    issuer: &Issuer,
    client_id: &ClientId,
    after: i64,
    now: Timestamp,
) -> Result<Portion, Fault> {
    if after == 0 {
        connection.prepare_cached(REQUESTS)?.execute((issuer.as_str(), client_id.as_str()))?;
    }
    let last: Option<i64> = connection.prepare_cached(LAST)?.query_row((after, PORTION), |row| row.get(0))?;
    let Some(last) = last else { return Ok(Portion { revoked: 0, last }) };
    let values = (after, last, issuer.as_str(), client_id.as_str(), Moment(clock::of_purge(now)));
    let revoked = connection.prepare_cached(OF_CLIENT)?.execute(values)? as u64;
    Ok(Portion { revoked, last: Some(last) })
}

#[cfg(test)]
mod tests {
    use rusqlite::params_from_iter;
    use rusqlite::types::Value;

    use super::*;

    #[test]
    fn no_statement_looks_at_more_families_than_its_portion() {
        let mut connection = Connection::open_in_memory().unwrap();
        super::super::migrations::migrate(&mut connection, super::super::migrations::MIGRATIONS).unwrap();
        for statement in [OF_SUBJECT, OF_CLIENT, LAST] {
            let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).unwrap();
            let unbound = vec![Value::Null; explain.parameter_count()];
            let plan = explain.query_map(params_from_iter(unbound), |row| row.get(3)).unwrap();
            let plan: Vec<String> = plan.collect::<Result<_, _>>().unwrap();
            assert!(plan.iter().any(|line| line.starts_with("SEARCH families")), "{statement}: {plan:?}");
            assert!(plan.iter().all(|line| !line.starts_with("SCAN families")), "{statement}: {plan:?}");
        }
    }
}
