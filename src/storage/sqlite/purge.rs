//! Removing what has expired, in portions: each is one operation in the queue, so that requests get their turn in between.

use rusqlite::Connection;

use super::fault::Fault;
use super::row::Moment;
use crate::clock::Timestamp;

/// Rows in a portion. Their keys are random, so each may be on a page of its own, which the commit has to write.
pub(super) const PORTION: u32 = 32;

/// Pages in the write-ahead log at which a commit folds it into the file, and whoever waits for the writer waits for that too. This
/// is SQLite's own number, and serves many requests best.
const CHECKPOINT: u32 = 1000;

/// While portions fill the log with scattered pages, one after the other, it is done a few pages at a time.
const SMALL_CHECKPOINT: u32 = 100;

/// What is removed, one after the other. Families come last: by then most have nothing left in them.
#[derive(Debug, Clone, Copy)]
pub(super) enum Expired {
    Salts,
    AccessTokens,
    RefreshTokens,
    Codes,
    Interactions,
    Families,
}

impl Expired {
    pub(super) const ALL: [Self; 6] =
        [Self::Salts, Self::AccessTokens, Self::RefreshTokens, Self::Codes, Self::Interactions, Self::Families];

    const fn statement(self) -> &'static str {
        match self {
            Self::Salts => {
                "UPDATE families SET salt = NULL, retry_until = NULL
                 WHERE id IN (SELECT id FROM families WHERE retry_until <= ?1 LIMIT ?2)"
            }
            Self::AccessTokens => {
                "DELETE FROM access_tokens
                 WHERE (hash, issuer) IN (SELECT hash, issuer FROM access_tokens WHERE expires_at <= ?1 LIMIT ?2)"
            }
            Self::RefreshTokens => {
                "DELETE FROM refresh_tokens
                 WHERE (hash, issuer) IN (SELECT hash, issuer FROM refresh_tokens WHERE expires_at <= ?1 LIMIT ?2)"
            }
            Self::Codes => {
                "DELETE FROM codes
                 WHERE id IN (SELECT id FROM codes WHERE redeemed = 0 AND expires_at <= ?1 LIMIT ?2)"
            }
            Self::Interactions => {
                "DELETE FROM interactions WHERE id IN (SELECT id FROM interactions WHERE expires_at <= ?1 LIMIT ?2)"
            }
            Self::Families => "DELETE FROM families WHERE id IN (SELECT id FROM families WHERE keep_until <= ?1 LIMIT ?2)",
        }
    }

    /// Removes a portion, of a row of them.
    pub(super) fn purge(self, connection: &Connection, now: Timestamp) -> Result<Portion, Fault> {
        let portion = self.remove(connection, now)?;
        checkpoint_at(connection, if portion.is_last { CHECKPOINT } else { SMALL_CHECKPOINT })?;
        Ok(portion)
    }

    fn remove(self, connection: &Connection, now: Timestamp) -> Result<Portion, Fault> {
        let before = connection.total_changes();
        let direct = connection.prepare_cached(self.statement())?.execute((Moment(now), PORTION))?;
        // With what went along with the families.
        let changed = connection.total_changes().saturating_sub(before);
        let rows = if matches!(self, Self::Salts) { 0 } else { changed };
        Ok(Portion { rows, is_last: direct < PORTION as usize })
    }
}

/// Removes a portion of each.
pub(super) fn purge_in_passing(connection: &Connection, now: Timestamp) -> Result<(), Fault> {
    Expired::ALL.into_iter().try_for_each(|expired| expired.remove(connection, now).map(drop))?;
    // A row of portions may have been broken off.
    checkpoint_at(connection, CHECKPOINT)
}

fn checkpoint_at(connection: &Connection, pages: u32) -> Result<(), Fault> {
    Ok(connection.pragma_update(None, "wal_autocheckpoint", pages)?)
}

/// What became of a portion.
pub(super) struct Portion {
    pub(super) rows: u64,
    /// Is nothing left?
    pub(super) is_last: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_portion_looks_at_the_whole_table() {
        let mut connection = Connection::open_in_memory().unwrap();
        super::super::migrations::migrate(&mut connection, super::super::migrations::MIGRATIONS).unwrap();
        for expired in Expired::ALL {
            let query = format!("EXPLAIN QUERY PLAN {}", expired.statement());
            let mut explain = connection.prepare(&query).unwrap();
            let plan: Vec<String> = explain.query_map((1, 2), |row| row.get(3)).unwrap().collect::<Result<_, _>>().unwrap();
            assert!(plan.iter().all(|line| !line.starts_with("SCAN")), "{expired:?}: {plan:?}");
        }
    }
}
