//! Access tokens and refresh tokens: found without being changed, revoked, rotated.

use super::ROTATION_PATIENCE;
use super::fault::{Fault, column};
use super::row::{Decision, OfFamily, Rows, bytes, family_bytes, moment, read_generation, read_moment};
use super::run::{Database, Query};
use super::statements::Sql;
use crate::storage::{FoundToken, Outliving, Rotation, RotationProposal, TokenDetails, TokenRecord};
use crate::values::bearer::TokenHash;
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;

pub(super) const REVOKE_ACCESS: &str = "UPDATE {schema}.access_tokens SET revoked = true
    WHERE issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND hash {=} $2 AND NOT revoked";

/// Looks a token up with one of the two statements that do.
pub(super) async fn find(
    database: &Database,
    statement: &Sql,
    issuer: &Issuer,
    token: &TokenHash,
    now: Timestamp,
) -> Result<Option<FoundToken>, StoreError> {
    let bind = |query: Query| query.bind(issuer.as_str()).bind(bytes(token)).bind(moment(now));
    database.salts.asked(database, now);
    let Some(row) = database.look_up(statement, bind).await?.pop() else { return Ok(None) };
    let Some(OfFamily { id, client_id, state }) = OfFamily::read(&row, 9)? else { return Ok(None) };
    let details = TokenDetails::from_json(column(&row, 6)?)?;
    let (issued_at, expires_at) = (read_moment(&row, 8)?, read_moment(&row, 4)?);
    let record = TokenRecord::new(*token, id, read_generation(&row, 7)?, client_id, issued_at, expires_at, details);
    Ok(Some(FoundToken::new(record, column(&row, 5)?, state)))
}

pub(super) async fn revoke_access(database: &Database, issuer: &Issuer, token: &TokenHash) -> Result<(), StoreError> {
    let revoke = &database.statements.revoke_access_token;
    database.rows(revoke, |query| query.bind(issuer.as_str()).bind(bytes(token))).await.map(drop)
}

pub(super) async fn rotate(
    database: &Database,
    issuer: &Issuer,
    proposal: &RotationProposal,
    now: Timestamp,
) -> Result<Rotation, StoreError> {
    let RotationProposal { presented, family, generation, salt, retry_until, issue, outliving } = proposal;
    let rows = Rows::new(issue)?;
    let outliving = outliving.as_ref().map(Outliving::to_json).transpose()?;
    let bind = |query, left: f64| {
        let query = rows.bind(query, issuer).bind(bytes(presented)).bind(moment(now));
        let query = rows.bind_owner(query.bind(family_bytes(family)).bind(i64::from(*generation)));
        query
            .bind(salt.as_ref().map(|salt| salt.as_bytes().as_slice()))
            .bind(moment(*retry_until))
            .bind(left)
            .bind(outliving.as_deref())
    };
    let decided = database.decide(&database.statements.rotate_refresh_token, ROTATION_PATIENCE, bind).await?.pop();
    let Some(row) = decided else { return Ok(Rotation::Dead) };
    let decision = Decision::read(&row, &["rotated", "renewed", "retried"])?;
    match (&*decision.outcome, decision.salt) {
        ("rotated", _) => {
            if now < *retry_until {
                database.salts.kept(database, now, *retry_until);
            }
            Ok(Rotation::rotated())
        }
        ("renewed", _) => Ok(Rotation::rotated()),
        ("retried", Some(salt)) => Ok(Rotation::retried(salt)),
        ("replayed", _) => Ok(Rotation::Replayed),
        ("dead", _) => Ok(Rotation::Dead),
        ("late", _) => Err(Fault::TimedOut.into_store_error()),
        ("mismatched", _) => Err(StoreError::failed("a rotation names another family or generation than the token presented")),
        _ => Err(decision.unknown()),
    }
}
