//! Access tokens and refresh tokens: found without being changed, revoked, rotated.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _};

use super::clock;
use super::fault::Fault;
use super::files::Files;
use super::row::{Family, Moment, hash, parsed};
use crate::storage::{FoundToken, Issue, Outliving, Rotation, RotationProposal, TokenDetails, TokenRecord};
use crate::values::bearer::TokenHash;
use crate::values::clock::Timestamp;
use crate::values::issuer::Issuer;

pub(super) fn find_access(
    connection: &Connection,
    issuer: &Issuer,
    token: &TokenHash,
    now: Timestamp,
) -> Result<Option<FoundToken>, Fault> {
    find(connection, "access_tokens", "t.revoked", issuer, token, now)
}

pub(super) fn find_refresh(
    connection: &Connection,
    issuer: &Issuer,
    token: &TokenHash,
    now: Timestamp,
) -> Result<Option<FoundToken>, Fault> {
    find(connection, "refresh_tokens", "0", issuer, token, now)
}

fn find(
    connection: &Connection,
    table: &'static str,
    revoked: &'static str,
    issuer: &Issuer,
    token: &TokenHash,
    now: Timestamp,
) -> Result<Option<FoundToken>, Fault> {
    let query = format!(
        "SELECT {}, t.generation, t.issued_at, t.expires_at, {revoked}, coalesce(t.details, f.details)
         FROM {table} t JOIN families f ON f.id = t.family
         WHERE t.hash = ?1 AND t.issuer = (SELECT id FROM issuers WHERE url = ?2) AND t.expires_at > ?3 AND f.keep_until > ?3",
        Family::COLUMNS
    );
    let found = connection.prepare_cached(&query)?.query_row((hash(token), issuer.as_str(), Moment(now)), |row| {
        let family = Family::read(row)?;
        if !family.is_remembered(now) {
            return Ok(None);
        }
        let [generation, issued_at, expires_at, revoked, details] = Family::columns_after();
        let (issued_at, expires_at) = (row.get::<_, Moment>(issued_at)?.0, row.get::<_, Moment>(expires_at)?.0);
        let details = parsed(row, details, TokenDetails::from_json)?;
        let record = TokenRecord::new(*token, family.id, row.get(generation)?, family.client_id, issued_at, expires_at, details);
        Ok(Some(FoundToken::new(record, row.get(revoked)?, family.state)))
    });
    Ok(found.optional()?.flatten())
}

pub(super) fn revoke_access(connection: &Connection, issuer: &Issuer, token: &TokenHash) -> Result<(), Fault> {
    let revoke = "UPDATE access_tokens SET revoked = 1
                  WHERE hash = ?1 AND issuer = (SELECT id FROM issuers WHERE url = ?2) AND revoked = 0";
    connection.prepare_cached(revoke)?.execute((hash(token), issuer.as_str()))?;
    Ok(())
}

pub(super) fn rotate(
    Files { connection, keys }: &mut Files,
    issuer: &Issuer,
    proposal: &RotationProposal,
    now: Timestamp,
) -> Result<Rotation, Fault> {
    let RotationProposal { presented, family: id, generation, salt, retry_until, issue, outliving } = proposal;
    let query = format!(
        "SELECT {}, t.generation FROM refresh_tokens t JOIN families f ON f.id = t.family
         WHERE t.hash = ?1 AND t.issuer = (SELECT id FROM issuers WHERE url = ?2) AND t.expires_at > ?3",
        Family::COLUMNS
    );
    let read = |row: &rusqlite::Row<'_>| Ok((Family::read(row)?, row.get::<_, u32>(Family::WIDTH)?));
    let values = (hash(presented), issuer.as_str(), Moment(now));
    let Some((family, issued_in)) = connection.prepare_cached(&query)?.query_row(values, read).optional()? else {
        return Ok(Rotation::Dead);
    };
    if (family.id, issued_in) != (*id, *generation) {
        return Err(Fault::refused("a rotation names another family or generation than the token presented"));
    }
    if !family.is_remembered(now) || family.state.revoked {
        return Ok(Rotation::Dead);
    }
    let is_open = family.retry_until.is_some_and(|until| clock::of_retry(now) < until);
    match (family.state.generation.checked_sub(*generation), salt) {
        (Some(0), None) => {
            family.keep_until(connection, issue.keep_family_until)?;
            family.insert(connection, issue)?;
            Ok(Rotation::rotated())
        }
        (Some(0), Some(salt)) => {
            let rotate =
                "UPDATE families SET generation = ?2, masked_salt = ?3, retry_until = ?4, keep_until = max(keep_until, ?5),
                              outliving = ?6
                          WHERE id = ?1";
            // Where retries are off the salt is of no use to anybody.
            let window = now.checked_secs_until(*retry_until).filter(|seconds| *seconds > 0).map(Duration::from_secs);
            let salt = window.map(|window| keys.mask(&family.rotated(*generation), salt, window)).transpose()?;
            let until = window.map(|window| Moment(clock::shared(now).saturating_add_secs(window.as_secs())));
            let outliving = outliving.as_ref().map(Outliving::to_json).transpose()?;
            let values = (family.number, generation.wrapping_add(1), salt, until, Moment(issue.keep_family_until), outliving);
            connection.prepare_cached(rotate)?.execute(values)?;
            family.keep_ancestors_until(connection, issue.keep_family_until)?;
            family.insert(connection, issue)?;
            Ok(Rotation::rotated())
        }
        (Some(1), Some(_)) if is_open => {
            let salt = family.salt.map(|salt| keys.unmask(&family.rotated(*generation), &salt)).transpose()?.flatten();
            let Some(salt) = salt else {
                // Not a replay: nobody who retries in time is taken for a thief, though there is nothing to give any more.
                tracing::warn!("a refresh token cannot be retried: the key of its salt is gone from beside the SQLite file");
                return Ok(Rotation::Dead);
            };
            family.keep_until(connection, issue.keep_family_until)?;
            family.insert(connection, &Issue { refresh_token: None, ..issue.clone() })?;
            Ok(Rotation::retried(salt))
        }
        _ => {
            family.revoke(connection)?;
            Ok(Rotation::Replayed)
        }
    }
}
