//! Removing what has expired, in portions: each is one short statement, so that requests get their turn in between. Rows that a
//! request holds are left for the next time, so a purge neither waits nor makes anybody wait, and several may run at once.

use std::time::Instant;

use super::fault::column;
use super::row::moment;
use super::run::Database;
use super::statements::Sql;
use crate::storage::CLOCKS_DIFFER;
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;

/// Rows in a portion: whoever commits meanwhile waits until it is on the disk.
const PORTION: i64 = 128;

/// What is removed, one after the other. Families come last, with the codes that are kept as long as they are: everything else in
/// them has expired by then.
#[derive(Debug, Clone, Copy)]
pub(super) enum Expired {
    Salts,
    AccessTokens,
    RefreshTokens,
    Codes,
    Pending,
    Replays,
    SigningKeys,
    Clients,
    LogoutNotices,
    Families,
}

impl Expired {
    pub(super) const ALL: [Self; 10] = [
        Self::Salts,
        Self::AccessTokens,
        Self::RefreshTokens,
        Self::Codes,
        Self::Pending,
        Self::Replays,
        Self::SigningKeys,
        Self::Clients,
        Self::LogoutNotices,
        Self::Families,
    ];

    /// A statement that removes a portion of what has expired at $1 and ended at $3 or later, the oldest first. It looks at $2 rows at
    /// most, and says how many rows it removed, at how many it looked, and when the last of those ended.
    pub(super) fn statement(self) -> String {
        let delete = |table: &str| format!("DELETE FROM {{schema}}.{table}");
        match self {
            Self::Salts => {
                let salts = ended_before("families", "retry_until").replace("{of_purge:", "{shared:");
                portion(&salts, "UPDATE {schema}.families SET salt = NULL, retry_until = NULL")
            }
            Self::AccessTokens => portion(&ended("access_tokens", "expires_at"), &delete("access_tokens")),
            Self::RefreshTokens => portion(&ended("refresh_tokens", "expires_at"), &delete("refresh_tokens")),
            Self::Codes => portion(&(ended("codes", "expires_at") + " AND NOT redeemed"), &delete("codes")),
            Self::Pending => portion(&ended("pending", "expires_at"), &delete("pending")),
            Self::Replays => portion(&ended_before("replays", "expires_at"), &delete("replays")),
            Self::SigningKeys => portion(&ended("signing_keys", "published_until"), &delete("signing_keys")),
            Self::Clients => portion(&ended("clients", "unused_until"), &delete("clients")),
            Self::LogoutNotices => portion(&ended("logout_notices", "expires_at"), &delete("logout_notices")),
            Self::Families => include_str!("sql/purge_families.sql").to_owned(),
        }
    }
}

fn ended(table: &str, end: &str) -> String {
    format!("SELECT ctid, {end} AS ended FROM {{schema}}.{table} WHERE {end} {{<=}} {{of_purge:$1}} AND {end} {{>=}} $3")
}

/// What is of no use any more, also by a clock that is a little behind.
fn ended_before(table: &str, end: &str) -> String {
    ended(table, end).replace("{of_purge:$1}", &format!("({{of_purge:$1}} {{-}} {CLOCKS_DIFFER})"))
}

/// In the order of the index, and from where the last portion ended: what was removed leaves dead rows behind, and to find the way
/// past them each time would cost more than all the rest.
fn portion(find: &str, remove: &str) -> String {
    format!(
        "WITH due AS MATERIALIZED ({find} ORDER BY ended LIMIT $2 FOR UPDATE SKIP LOCKED),
         gone AS ({remove} WHERE ctid {{=}} ANY (ARRAY(SELECT ctid FROM due)) RETURNING 1)
         SELECT (SELECT pg_catalog.count(*) FROM gone), (SELECT pg_catalog.count(*) FROM due),
             (SELECT pg_catalog.max(ended) FROM due)"
    )
}

pub(super) async fn purge(
    database: &Database,
    progress: &mut (dyn FnMut(u64) + Send),
    now: Timestamp,
) -> Result<u64, StoreError> {
    let mut rows = 0;
    for (expired, statement) in &database.statements.purge {
        // An erased salt is not a row.
        let counts = !matches!(expired, Expired::Salts);
        let before = rows;
        let mut so_far = |gone: u64| progress(before + if counts { gone } else { 0 });
        let gone = in_portions(database, statement, &mut so_far, now).await?;
        rows += if counts { gone } else { 0 };
    }
    Ok(rows)
}

/// Those whose windows closed at `closed` or before, by every clock.
pub(super) async fn erase_salts(database: &Database, closed: Timestamp) -> Result<(), StoreError> {
    let now = closed.saturating_add_secs(CLOCKS_DIFFER);
    let salts = database.statements.purge.iter().filter(|(expired, _)| matches!(expired, Expired::Salts));
    for (_, statement) in salts {
        in_portions(database, statement, &mut |_| {}, now).await?;
    }
    Ok(())
}

async fn in_portions(
    database: &Database,
    statement: &Sql,
    so_far: &mut (dyn FnMut(u64) + Send),
    now: Timestamp,
) -> Result<u64, StoreError> {
    let (mut rows, mut ended) = (0, 0);
    loop {
        let start = Instant::now();
        let portion = database.rows(statement, |query| query.bind(moment(now)).bind(PORTION).bind(ended)).await?;
        let Some(row) = portion.first() else { return Ok(rows) };
        let gone: i64 = column(row, 0)?;
        rows += u64::try_from(gone).unwrap_or(0);
        so_far(rows);
        // Without a removal somebody holds all that is left.
        if gone == 0 || column::<i64>(row, 1)? < PORTION {
            return Ok(rows);
        }
        ended = column::<Option<i64>>(row, 2)?.unwrap_or(ended);
        // At least half of the time is the requests'.
        tokio::time::sleep(start.elapsed()).await;
    }
}
