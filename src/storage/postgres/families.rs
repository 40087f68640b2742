//! Authorizations: begun, found, revoked, listed.

use sqlx::postgres::PgRow;

use super::fault::column;
use super::pending;
use super::row::{OfFamily, Rows, bytes, family_bytes, moment, read_id, read_moment};
use super::run::{Database, Query};
use crate::storage::{FamilyId, FamilyRecord, FoundFamily, Issue, Spend, Spending, TokenDetails};
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;
use crate::values::subject::Subject;

pub(super) const REVOKE: &str = "UPDATE {schema}.families SET revoked = true, salt = NULL, retry_until = NULL
    WHERE issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND family {=} $2 AND NOT revoked";

pub(super) const LIST: &str =
    "SELECT f.family, f.client_id, false, f.generation, f.keep_until, f.subject, f.created_at, f.details,
        f.ancestors[1], f.outliving
    FROM {schema}.families f
    WHERE f.issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND f.subject {=} $2 AND f.keep_until {>} $3
        AND NOT f.revoked AND NOT {is_revoked}
    ORDER BY f.created_at DESC, f.family";

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

/// The same as one that descends from another, whether it answers a request or not.
pub(super) async fn begin_descendant(
    database: &Database,
    issuer: &Issuer,
    (family, parent): (&FamilyRecord, &FamilyId),
    issue: &Issue,
    spend: Option<&Spend>,
    now: Timestamp,
) -> Result<Spending, StoreError> {
    issue.check_owner(&family.id, &family.client_id)?;
    let (rows, details) = (Rows::new(issue)?, family.details.to_json()?);
    let bind = |query| {
        let query = bind_family(rows.bind(query, issuer), family, &details);
        let query = query.bind(spend.map(|spend| bytes(&spend.request))).bind(moment(now));
        query.bind(spend.map(|spend| spend.answer.as_str())).bind(family_bytes(parent))
    };
    let decided = database.rows(&database.statements.begin_descendant, bind).await?.pop();
    match (decided.as_ref().map_or(Ok("gone"), |row| column(row, 0))?, spend) {
        ("begun", _) => Ok(Spending::First),
        ("gone", Some(_)) => Ok(Spending::Gone),
        ("decided", Some(spend)) => pending::decided(database, issuer, &spend.request, now).await,
        ("too deep", _) => Ok(Spending::TooDeep),
        _ => Ok(Spending::Orphaned),
    }
}

pub(super) async fn find(
    database: &Database,
    issuer: &Issuer,
    id: &FamilyId,
    now: Timestamp,
) -> Result<Option<FoundFamily>, StoreError> {
    let bind = |query: Query| query.bind(issuer.as_str()).bind(family_bytes(id)).bind(moment(now));
    let row = database.look_up(&database.statements.find_family, bind).await?.pop();
    row.map_or(Ok(None), |row| read(&row))
}

/// From the columns of [`OfFamily`] and keep_until, subject, created_at, details, parent, outliving.
pub(super) fn read(row: &PgRow) -> Result<Option<FoundFamily>, StoreError> {
    let Some(OfFamily { id, client_id, state }) = OfFamily::read(row, 9)? else { return Ok(None) };
    let subject = column::<Option<&[u8]>>(row, 5)?.map(read_subject).transpose()?;
    let details = TokenDetails::from_json(column(row, 7)?)?;
    let mut record = FamilyRecord::new(id, client_id, subject, read_moment(row, 6)?, details);
    record.parent = column::<Option<&[u8]>>(row, 8)?.map(read_id).transpose()?;
    Ok(Some(FoundFamily::new(record, state, read_moment(row, 4)?)))
}

pub(super) fn read_subject(bytes: &[u8]) -> Result<Subject, StoreError> {
    Subject::new(std::str::from_utf8(bytes).map_err(StoreError::failed)?).map_err(StoreError::failed)
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
    rows.iter().filter_map(|row| read(row).transpose()).map(|found| Ok(found?.record)).collect()
}
