//! Removing what has expired, in portions: each is one operation in the queue, so that requests get their turn in between.

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

use super::clock;
use super::fault::Fault;
use super::files::Files;
use super::row::Moment;
use crate::storage::CLOCKS_DIFFER;
use crate::values::clock::Timestamp;

const _: () = assert!(CLOCKS_DIFFER == 60);

/// Rows in a portion. What was issued long before may be on pages of its own, which the commit has to write.
pub(super) const PORTION: usize = 32;

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

    /// Finds the keys of what has expired at `?1`; where a clock that is a minute behind would miss it, a minute before.
    const fn find(self) -> &'static str {
        match self {
            Self::Salts => "SELECT id FROM families WHERE retry_until <= ?1 - 60",
            Self::AccessTokens => "SELECT hash, issuer FROM access_tokens WHERE expires_at <= ?1",
            Self::RefreshTokens => "SELECT hash, issuer FROM refresh_tokens WHERE expires_at <= ?1",
            Self::Codes => "SELECT id FROM codes WHERE redeemed = 0 AND expires_at <= ?1",
            Self::Pending => "SELECT id FROM pending WHERE expires_at <= ?1",
            Self::Replays => "SELECT hash, issuer FROM replays WHERE expires_at <= ?1 - 60",
            Self::SigningKeys => "SELECT id FROM signing_keys WHERE published_until <= ?1",
            Self::Clients => "SELECT client_id, issuer FROM clients WHERE unused_until <= ?1",
            Self::LogoutNotices => "SELECT session, issuer, client_id FROM logout_notices WHERE expires_at <= ?1",
            Self::Families => "SELECT id FROM families WHERE keep_until <= ?1",
        }
    }

    /// Removes the one with a key. A statement for many would make a table of their keys first, which costs more than all the rest.
    const fn remove(self) -> &'static str {
        match self {
            Self::Salts => "UPDATE families SET masked_salt = NULL, retry_until = NULL WHERE id = ?1",
            Self::AccessTokens => "DELETE FROM access_tokens WHERE hash = ?1 AND issuer = ?2",
            Self::RefreshTokens => "DELETE FROM refresh_tokens WHERE hash = ?1 AND issuer = ?2",
            Self::Codes => "DELETE FROM codes WHERE id = ?1",
            Self::Pending => "DELETE FROM pending WHERE id = ?1",
            Self::Replays => "DELETE FROM replays WHERE hash = ?1 AND issuer = ?2",
            Self::SigningKeys => "DELETE FROM signing_keys WHERE id = ?1",
            Self::Clients => "DELETE FROM clients WHERE client_id = ?1 AND issuer = ?2",
            Self::LogoutNotices => "DELETE FROM logout_notices WHERE session = ?1 AND issuer = ?2 AND client_id = ?3",
            Self::Families => "DELETE FROM families WHERE id = ?1",
        }
    }

    /// Removes a portion, of a row of them.
    pub(super) fn purge(self, files: &mut Files, now: Timestamp) -> Result<Portion, Fault> {
        let portion = self.remove_portion(files, now)?;
        if portion.is_last && matches!(self, Self::Salts) {
            files.erase_keys(now)?;
        }
        checkpoint_at(files, if portion.is_last { CHECKPOINT } else { SMALL_CHECKPOINT })?;
        Ok(portion)
    }

    fn remove_portion(self, connection: &Connection, now: Timestamp) -> Result<Portion, Fault> {
        // The limit is not a parameter: SQLite would prepare the statement anew for each value.
        let mut find = connection.prepare_cached(&format!("{} LIMIT {PORTION}", self.find()))?;
        let width = find.column_count();
        let key = |row: &Row<'_>| (0..width).map(|column| row.get(column)).collect();
        let now = if matches!(self, Self::Salts) { clock::shared(now) } else { clock::of_purge(now) };
        let keys: Vec<Vec<Value>> = find.query_map([Moment(now)], key)?.collect::<Result<_, _>>()?;
        let before = connection.total_changes();
        let mut remove = connection.prepare_cached(self.remove())?;
        for key in &keys {
            remove.execute(params_from_iter(key))?;
        }
        // With what went along with the families.
        let changed = connection.total_changes().saturating_sub(before);
        let rows = if matches!(self, Self::Salts) { 0 } else { changed };
        Ok(Portion { rows, is_last: keys.len() < PORTION })
    }
}

/// Seconds for which an expired row is left to whoever purges, who counts it.
const NEGLECT: u64 = 3_600;

/// Removes a portion of each kind of row that expired long ago. Salts are no rows, and go at once.
pub(super) fn purge_in_passing(files: &mut Files, now: Timestamp) -> Result<(), Fault> {
    let long_ago = Timestamp::from_unix(now.as_unix().saturating_sub(NEGLECT));
    for expired in Expired::ALL {
        expired.remove_portion(files, if matches!(expired, Expired::Salts) { now } else { long_ago })?;
    }
    files.erase_keys(now)?;
    // A row of portions may have been broken off.
    checkpoint_at(files, CHECKPOINT)
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
    use super::super::files::A_WINDOW_IS_OPEN;
    use super::*;

    #[test]
    fn no_portion_looks_at_the_whole_table() {
        let mut connection = Connection::open_in_memory().unwrap();
        super::super::migrations::migrate(&mut connection, super::super::migrations::MIGRATIONS).unwrap();
        let plan = |statement: &str| {
            let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).unwrap();
            let unbound = vec![Value::Null; explain.parameter_count()];
            let steps = explain.query_map(params_from_iter(unbound), |row| row.get(3)).unwrap();
            steps.collect::<Result<Vec<String>, _>>().unwrap()
        };
        let statements = Expired::ALL.into_iter().flat_map(|expired| [expired.find(), expired.remove()]);
        for statement in statements.chain([A_WINDOW_IS_OPEN]) {
            let plan = plan(statement);
            assert!(plan.iter().all(|line| !line.starts_with("SCAN")), "{statement}: {plan:?}");
        }
    }
}
