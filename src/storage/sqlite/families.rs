//! Authorizations: begun, revoked, listed.

use rusqlite::Connection;

use super::fault::{Fault, taken};
use super::row::{Bytes, Family, Moment, family_id, issuer_number, parsed};
use crate::client::ClientId;
use crate::clock::Timestamp;
use crate::issuer::Issuer;
use crate::storage::{FamilyId, FamilyRecord, FamilyState, Issue, TokenDetails};
use crate::subject::Subject;

pub(super) fn begin(connection: &Connection, issuer: &Issuer, record: &FamilyRecord, issue: &Issue) -> Result<(), Fault> {
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
    family.insert(connection, issue)
}

pub(super) fn revoke(connection: &Connection, issuer: &Issuer, id: &FamilyId) -> Result<(), Fault> {
    let revoke = "UPDATE families SET revoked = 1, salt = NULL, retry_until = NULL
                  WHERE family = ?1 AND issuer = (SELECT id FROM issuers WHERE url = ?2)";
    connection.prepare_cached(revoke)?.execute((family_id(id), issuer.as_str()))?;
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
