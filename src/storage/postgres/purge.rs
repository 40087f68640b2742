//! Removing what has expired, in portions: each is one short statement, so that requests get their turn in between. Rows that a
//! request holds are left for the next time, so a purge neither waits nor makes anybody wait, and several may run at once.

use std::time::Instant;

use super::fault::column;
use super::row::moment;
use super::run::Database;
use crate::clock::Timestamp;
use crate::error::StoreError;

/// Rows in a portion: whoever commits meanwhile waits until it is on the disk.
const PORTION: i64 = 128;

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

    /// A statement that removes a portion, of at most $2 rows, of what has expired at $1 and ended at $3 or later, the oldest first;
    /// it gives their number, and when the last of them ended.
    pub(super) fn statement(self) -> String {
        let delete = |table: &str| format!("DELETE FROM {{schema}}.{table}");
        match self {
            Self::Salts => portion(
                "SELECT ctid, retry_until AS ended FROM {schema}.families WHERE retry_until <= $1 AND retry_until >= $3",
                "",
                "UPDATE {schema}.families SET salt = NULL, retry_until = NULL",
            ),
            Self::AccessTokens => portion(&ended("access_tokens", "expires_at"), "", &delete("access_tokens")),
            Self::RefreshTokens => portion(&ended("refresh_tokens", "expires_at"), "", &delete("refresh_tokens")),
            Self::Codes => portion(&(ended("codes", "expires_at") + " AND NOT redeemed"), "", &delete("codes")),
            Self::Interactions => portion(&ended("interactions", "expires_at"), "", &delete("interactions")),
            // Locks the family too, in the order of a redemption: one that has just been prolonged by another clock is seen as it
            // is now, and keeps its codes.
            Self::CodesOfFamilies => portion(
                "SELECT c.ctid, f.keep_until AS ended
                 FROM {schema}.families f JOIN {schema}.codes c ON c.issuer = f.issuer AND c.family = f.family
                 WHERE f.keep_until <= $1 AND f.keep_until >= $3",
                "OF c, f",
                &delete("codes"),
            ),
            // While somebody holds a code of it, a family stays: without it, nothing would find the code any more.
            Self::Families => portion(
                &(ended("families", "keep_until")
                    + " AND NOT EXISTS (SELECT FROM {schema}.codes c WHERE c.issuer = families.issuer AND c.family = families.family)"),
                "",
                &delete("families"),
            ),
        }
    }
}

fn ended(table: &str, end: &str) -> String {
    format!("SELECT ctid, {end} AS ended FROM {{schema}}.{table} WHERE {end} <= $1 AND {end} >= $3")
}

/// In the order of the index, and from where the last portion ended: what was removed leaves dead rows behind, and to find the way
/// past them each time would cost more than all the rest.
fn portion(find: &str, locked: &str, remove: &str) -> String {
    format!(
        "WITH due AS MATERIALIZED ({find} ORDER BY ended LIMIT $2 FOR UPDATE {locked} SKIP LOCKED),
         gone AS ({remove} WHERE ctid = ANY(ARRAY(SELECT ctid FROM due)) RETURNING 1)
         SELECT (SELECT count(*) FROM gone), (SELECT max(ended) FROM due)"
    )
}

pub(super) async fn purge(database: &Database, now: Timestamp) -> Result<u64, StoreError> {
    let mut rows = 0;
    for (expired, statement) in &database.statements.purge {
        let mut ended = 0;
        loop {
            let start = Instant::now();
            let portion = database.rows(statement, |query| query.bind(moment(now)).bind(PORTION).bind(ended)).await?;
            let Some(row) = portion.first() else { break };
            let gone: i64 = column(row, 0)?;
            // An erased salt is not a row.
            if !matches!(expired, Expired::Salts) {
                rows += u64::try_from(gone).unwrap_or(0);
            }
            if gone < PORTION {
                break;
            }
            ended = column::<Option<i64>>(row, 1)?.unwrap_or(ended);
            // At least half of the time is the requests'.
            tokio::time::sleep(start.elapsed()).await;
        }
    }
    Ok(rows)
}
