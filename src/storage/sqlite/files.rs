//! What the writer writes to: the database, and the keys of salts beside it.

use std::ops::Deref;

use rusqlite::Connection;

use super::clock;
use super::fault::Fault;
use super::retry_keys::RetryKeys;
use super::row::Moment;
use crate::values::clock::Timestamp;

/// Asks whether anybody may retry a rotation after `?1`, also by a clock that is a minute behind.
pub(super) const A_WINDOW_IS_OPEN: &str = "SELECT 1 FROM families WHERE retry_until > ?1 - 60 LIMIT 1";

/// The database, with the keys that are read and written under its lock.
pub(super) struct Files {
    pub(super) connection: Connection,
    pub(super) keys: RetryKeys,
}

impl Deref for Files {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl Files {
    /// Overwrites all keys if no window is open at `now`. Under the lock.
    pub(super) fn erase_keys(&mut self, now: Timestamp) -> Result<(), Fault> {
        if !self.keys.are_there()? {
            return Ok(());
        }
        if !self.connection.prepare_cached(A_WINDOW_IS_OPEN)?.exists([Moment(clock::shared(now))])? {
            self.keys.erase_all()?;
        }
        Ok(())
    }
}
