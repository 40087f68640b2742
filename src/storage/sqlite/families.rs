//! Authorizations: begun, revoked, listed.

use rusqlite::Connection;

use super::fault::{Fault, taken};
use super::pending;
use super::row::{Bytes, Family, Moment, family_id, issuer_number, parsed};
use crate::client::ClientId;
use crate::clock::Timestamp;
use crate::issuer::Issuer;
use crate::storage::{FamilyId, FamilyRecord, FamilyState, Issue, Spend, Spending, TokenDetails};
use crate::subject::Subject;

const REVOKE: &str = "UPDATE families SET revoked = 1, masked_salt = NULL, retry_until = NULL
    WHERE family = ?1 AND issuer = (SELECT id FROM issuers WHERE url = ?2)";

pub(super) fn begin(
    connection: &Connection,
    issuer: &Issuer,
    record: &FamilyRecord,
    issue: &Issue,
    spend: Option<&Spend>,
    now: Timestamp,
) -> Result<Spending, Fault> {
    if let Some(spend) = spend {
        let spending = pending::decide(connection, issuer, spend, now)?;
        if spending != Spending::First {
            return Ok(spending);
        }
    }
    let insert = "INSERT INTO families (family, issuer, client_id, subject, created_at, keep_until, details)
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let issuer = issuer_number(connection, issuer)?;
    let values = (
        family_id(&record.id),
        issuer,
        record.client_id.as_str(),
        record.subject.as_ref().map(Subject::as_str),
        Moment(record.created_at),
        Moment(issue.keep_family_until),
        record.details.to_json()?,
    );
    let number = connection.prepare_cached(insert)?.insert(values).map_err(taken("the identifier of a new family is taken"))?;
    let family = Family {
        number,
        issuer,
        id: record.id,
        client_id: record.client_id.clone(),
        keep_until: issue.keep_family_until,
        state: FamilyState::new(false, 0),
        salt: None,
        retry_until: None,
    };
    family.insert(connection, issue)?;
    Ok(Spending::First)
}

pub(super) fn revoke(connection: &Connection, issuer: &Issuer, id: &FamilyId) -> Result<(), Fault> {
    connection.prepare_cached(REVOKE)?.execute((family_id(id), issuer.as_str()))?;
    Ok(())
}

/// The live ones of a subject, newest first.
pub(super) fn list(
    connection: &Connection,
    issuer: &Issuer,
    subject: &Subject,
    now: Timestamp,
) -> Result<Vec<FamilyRecord>, Fault> {
    let query = "SELECT family, client_id, created_at, details FROM families
                 WHERE issuer = (SELECT id FROM issuers WHERE url = ?1) AND subject = ?2 AND revoked = 0 AND keep_until > ?3
                 ORDER BY created_at DESC, family";
    let mut list = connection.prepare_cached(query)?;
    let records = list.query_map((issuer.as_str(), subject.as_str(), Moment(now)), |row| {
        let id = FamilyId::from_bytes(row.get::<_, Bytes<16>>(0)?.0);
        let (client_id, details) = (parsed(row, 1, ClientId::parse)?, parsed(row, 3, TokenDetails::from_json)?);
        Ok(FamilyRecord::new(id, client_id, Some(subject.clone()), row.get::<_, Moment>(2)?.0, details))
    })?;
    Ok(records.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revoking_changes_one_row_whatever_is_in_the_family() {
        let mut connection = Connection::open_in_memory().unwrap();
        super::super::migrations::migrate(&mut connection, super::super::migrations::MIGRATIONS).unwrap();
        let issuer = Issuer::parse("https://as.example.com").unwrap();
        let id = FamilyId::from_bytes([1; 16]);
        let rows = "INSERT INTO issuers (url) VALUES ('https://as.example.com');
            WITH n AS (SELECT value FROM generate_series_of_100)
            INSERT INTO families (family, issuer, client_id, created_at, keep_until, details)
            SELECT CAST(printf('%016d', value) AS BLOB), 1, 'c', 0, 9, '{}' FROM n;
            INSERT INTO families (id, family, issuer, client_id, created_at, keep_until, details)
            VALUES (1000, x'01010101010101010101010101010101', 1, 'c', 0, 9, '{}');
            INSERT INTO access_tokens (hash, issuer, family, generation, issued_at, expires_at)
            SELECT CAST(value AS BLOB), 1, 1000, 0, 0, 9 FROM generate_series_of_100;
            INSERT INTO refresh_tokens SELECT hash, issuer, family, generation, issued_at, expires_at, details FROM access_tokens;";
        let series = "CREATE TEMPORARY VIEW generate_series_of_100 AS
            WITH RECURSIVE n (value) AS (VALUES (1) UNION ALL SELECT value + 1 FROM n LIMIT 100) SELECT value FROM n;";
        connection.execute_batch(&format!("{series}{rows}")).unwrap();

        let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {REVOKE}")).unwrap();
        let plan: Vec<String> =
            explain.query_map((family_id(&id), issuer.as_str()), |row| row.get(3)).unwrap().collect::<Result<_, _>>().unwrap();
        let by_key = |line: &String| line.starts_with("SEARCH families") && line.contains("(family=? AND issuer=?)");
        assert!(plan.iter().any(by_key) && plan.iter().all(|line| !line.starts_with("SCAN")), "{plan:?}");
        // Triggers and foreign keys are counted too.
        let before = connection.total_changes();
        revoke(&connection, &issuer, &id).unwrap();
        assert_eq!(connection.total_changes() - before, 1);
        let revoked: i64 = connection.query_row("SELECT count(*) FROM families WHERE revoked", (), |row| row.get(0)).unwrap();
        assert_eq!(revoked, 1);
    }
}
