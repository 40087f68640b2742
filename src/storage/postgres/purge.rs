//! Removing what has expired, in portions: each is one short statement, so that requests get their turn in between. Rows that a
//! request holds are left for the next time, so a purge neither waits nor makes anybody wait, and several may run at once.

use super::fault::column;
use super::row::moment;
use super::run::Database;
use crate::clock::Timestamp;
use crate::error::StoreError;

/// Rows in a portion. Their keys are random, so each may be on a page of its own, which the database has to write.
const PORTION: i64 = 512;

/// What is removed, one after the other. Families come last, after the codes that are kept as long as they are: everything else in
/// them has expired by then.
#[derive(Debug, Clone, Copy)]
pub(super) enum Expired {
    Salts,
    AccessTokens,
    RefreshTokens,
    Codes,
    Interactions,
    CodesOfFamilies,
    Families,
}

impl Expired {
    pub(super) const ALL: [Self; 7] = [
        Self::Salts,
        Self::AccessTokens,
        Self::RefreshTokens,
        Self::Codes,
        Self::Interactions,
        Self::CodesOfFamilies,
        Self::Families,
    ];

    /// A statement that removes a portion, of at most $2 rows, of what has expired at $1; it gives their number.
    pub(super) fn statement(self) -> String {
        match self {
            Self::Salts => "WITH gone AS (UPDATE {schema}.families SET salt = NULL, retry_until = NULL WHERE ctid = ANY(ARRAY(
                     SELECT ctid FROM {schema}.families WHERE retry_until <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED
                 )) RETURNING 1) SELECT count(*) FROM gone"
                .to_owned(),
            Self::AccessTokens => delete("access_tokens", "expires_at <= $1"),
            Self::RefreshTokens => delete("refresh_tokens", "expires_at <= $1"),
            Self::Codes => delete("codes", "NOT redeemed AND expires_at <= $1"),
            Self::Interactions => delete("interactions", "expires_at <= $1"),
            // Locks the family too, in the order of a redemption: one that has just been prolonged by another clock is seen as it
            // is now, and keeps its codes.
            Self::CodesOfFamilies => "WITH gone AS (DELETE FROM {schema}.codes WHERE ctid = ANY(ARRAY(
                     SELECT c.ctid FROM {schema}.families f JOIN {schema}.codes c ON c.issuer = f.issuer AND c.family = f.family
                     WHERE f.keep_until <= $1 LIMIT $2 FOR UPDATE OF c, f SKIP LOCKED
                 )) RETURNING 1) SELECT count(*) FROM gone"
                .to_owned(),
            Self::Families => delete("families", "keep_until <= $1"),
        }
    }
}

fn delete(table: &str, expired: &str) -> String {
    format!(
        "WITH gone AS (DELETE FROM {{schema}}.{table} WHERE ctid = ANY(ARRAY(
             SELECT ctid FROM {{schema}}.{table} WHERE {expired} LIMIT $2 FOR UPDATE SKIP LOCKED
         )) RETURNING 1) SELECT count(*) FROM gone"
    )
}

pub(super) async fn purge(database: &Database, now: Timestamp) -> Result<u64, StoreError> {
    let mut rows = 0;
    for (expired, statement) in &database.statements.purge {
        loop {
            let gone = database.rows(statement, |query| query.bind(moment(now)).bind(PORTION)).await?;
            let gone: i64 = gone.first().map_or(Ok(0), |row| column(row, 0))?;
            // An erased salt is not a row.
            if !matches!(expired, Expired::Salts) {
                rows += u64::try_from(gone).unwrap_or(0);
            }
            if gone < PORTION {
                break;
            }
        }
    }
    Ok(rows)
}
