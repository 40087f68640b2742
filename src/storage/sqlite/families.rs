//! Authorizations: begun, found, revoked, listed.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::fault::{Fault, taken};
use super::row::{Family, Moment, family_id, issuer_number, parsed};
use super::{kin, pending};
use crate::storage::{FamilyId, FamilyRecord, FoundFamily, Issue, Spend, Spending, TokenDetails};
use crate::values::clock::Timestamp;
use crate::values::issuer::Issuer;
use crate::values::subject::Subject;

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
    let undecided = match spend.map(|spend| pending::undecided(connection, issuer, spend, now)).transpose()? {
        Some(Err(spending)) => return Ok(spending),
        Some(Ok(request)) => Some(request),
        None => None,
    };
    let issuer = issuer_number(connection, issuer)?;
    if let Some(parent) = &record.parent
        && let Some(refused) = kin::refused(connection, issuer, parent, now)?
    {
        return Ok(refused);
    }
    if let (Some(request), Some(spend)) = (undecided, spend) {
        pending::keep(connection, request, spend)?;
    }
    let insert = "INSERT INTO families (family, issuer, client_id, subject, created_at, keep_until, details, parent)
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let values = (
        family_id(&record.id),
        issuer,
        record.client_id.as_str(),
        record.subject.as_ref().map(Subject::as_str),
        Moment(record.created_at),
        Moment(issue.keep_family_until),
        record.details.to_json()?,
        record.parent.as_ref().map(family_id),
    );
    let number = connection.prepare_cached(insert)?.insert(values).map_err(taken("the identifier of a new family is taken"))?;
    let family = Family::beginning(number, issuer, record, issue.keep_family_until);
    family.keep_ancestors_until(connection, issue.keep_family_until)?;
    family.insert(connection, issue)?;
    Ok(Spending::First)
}

pub(super) fn find(
    connection: &Connection,
    issuer: &Issuer,
    id: &FamilyId,
    now: Timestamp,
) -> Result<Option<FoundFamily>, Fault> {
    let query = format!(
        "SELECT {}, f.subject, f.created_at, f.details FROM families f
         WHERE f.family = ?1 AND f.issuer = (SELECT id FROM issuers WHERE url = ?2)",
        Family::COLUMNS
    );
    let found = connection.prepare_cached(&query)?.query_row((family_id(id), issuer.as_str()), |row| {
        let family = Family::read(row)?;
        Ok(if family.is_remembered(now) { Some(found(row, family)?) } else { None })
    });
    Ok(found.optional()?.flatten())
}

/// From the columns of the family and three more: subject, created_at, details.
pub(super) fn found(row: &Row<'_>, family: Family) -> rusqlite::Result<FoundFamily> {
    let Family { id, client_id, parent, state, keep_until, .. } = family;
    let [subject, created_at, details] = Family::columns_after();
    let subject = match row.get_ref(subject)? {
        ValueRef::Null => None,
        _ => Some(parsed(row, subject, |name| Subject::new(name))?),
    };
    let details = parsed(row, details, TokenDetails::from_json)?;
    let mut record = FamilyRecord::new(id, client_id, subject, row.get::<_, Moment>(created_at)?.0, details);
    record.parent = parent;
    Ok(FoundFamily::new(record, state, keep_until))
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
    let query = format!(
        "SELECT {}, f.subject, f.created_at, f.details FROM families f
         WHERE f.issuer = (SELECT id FROM issuers WHERE url = ?1) AND f.subject = ?2 AND f.keep_until > ?3
             AND f.revoked = 0 AND NOT {}
         ORDER BY f.created_at DESC, f.family",
        Family::COLUMNS,
        kin::IS_REVOKED
    );
    let mut list = connection.prepare_cached(&query)?;
    let values = (issuer.as_str(), subject.as_str(), Moment(now));
    let records = list.query_map(values, |row| Ok(found(row, Family::read(row)?)?.record))?;
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
