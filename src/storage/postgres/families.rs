//! Authorizations: begun, revoked, listed.

use super::fault::column;
use super::pending;
use super::row::{Rows, bytes, family_bytes, moment, read_client_id, read_family_id, read_moment};
use super::run::{Database, Query};
use crate::clock::Timestamp;
use crate::error::StoreError;
use crate::issuer::Issuer;
use crate::storage::{FamilyId, FamilyRecord, Issue, Spend, Spending, TokenDetails};
use crate::subject::Subject;

pub(super) const REVOKE: &str = "UPDATE {schema}.families SET revoked = true, salt = NULL, retry_until = NULL
    WHERE issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND family {=} $2 AND NOT revoked";

pub(super) const LIST: &str = "SELECT family, client_id, created_at, details FROM {schema}.families
    WHERE issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND subject {=} $2 AND NOT revoked AND keep_until {>} $3
    ORDER BY created_at DESC, family";

pub(super) async fn begin(
    database: &Database,
    issuer: &Issuer,
    family: &FamilyRecord,
    issue: &Issue,
) -> Result<Spending, StoreError> {
    issue.check_owner(&family.id, &family.client_id)?;
    let (rows, details) = (Rows::new(issue)?, family.details.to_json()?);
    let bind = |query| bind_family(rows.bind(query, issuer), family, &details);
    database.row_of_issuer(issuer, &database.statements.begin_family, bind).await?;
    Ok(Spending::First)
}

/// The same as the answer to a request that waits.
pub(super) async fn begin_spending(
    database: &Database,
    issuer: &Issuer,
    family: &FamilyRecord,
    issue: &Issue,
    spend: &Spend,
    now: Timestamp,
) -> Result<Spending, StoreError> {
    issue.check_owner(&family.id, &family.client_id)?;
    let (rows, details) = (Rows::new(issue)?, family.details.to_json()?);
    let bind = |query| {
        let query = bind_family(rows.bind(query, issuer), family, &details);
        query.bind(bytes(&spend.request)).bind(moment(now)).bind(spend.answer.as_str())
    };
    let Some(row) = database.rows(&database.statements.begin_family_spending, bind).await?.pop() else {
        return Ok(Spending::Gone);
    };
    match column::<&str>(&row, 0)? {
        "begun" => Ok(Spending::First),
        _ => pending::decided(database, issuer, &spend.request, now).await,
    }
}

fn bind_family(query: Query, family: &FamilyRecord, details: &str) -> Query {
    query
        .bind(family_bytes(&family.id))
        .bind(family.client_id.as_str())
        .bind(family.subject.as_ref().map(|subject| subject.as_str().as_bytes()))
        .bind(moment(family.created_at))
        .bind(details)
}

pub(super) async fn revoke(database: &Database, issuer: &Issuer, family: &FamilyId) -> Result<(), StoreError> {
    let revoke = &database.statements.revoke_family;
    database.rows(revoke, |query| query.bind(issuer.as_str()).bind(family_bytes(family))).await.map(drop)
}

/// The live ones of a subject, newest first.
pub(super) async fn list(
    database: &Database,
    issuer: &Issuer,
    subject: &Subject,
    now: Timestamp,
) -> Result<Vec<FamilyRecord>, StoreError> {
    let bind = |query: Query| query.bind(issuer.as_str()).bind(subject.as_str().as_bytes()).bind(moment(now));
    let rows = database.look_up(&database.statements.list_families, bind).await?;
    let record = |row| {
        let (id, client_id) = (read_family_id(row, 0)?, read_client_id(row, 1)?);
        let details = TokenDetails::from_json(column(row, 3)?)?;
        Ok(FamilyRecord::new(id, client_id, Some(subject.clone()), read_moment(row, 2)?, details))
    };
    rows.iter().map(record).collect()
}
