//! What goes wrong inside the store, and what callers are told of it.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{ErrorCode, ffi};

use super::queue::Refused;
use crate::values::error::StoreError;

/// Why a step did not succeed.
#[derive(Debug)]
pub(super) enum Fault {
    Driver(rusqlite::Error),
    /// The file with the keys.
    Keys(io::Error),
    Store(StoreError),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::Error::FromSqlConversionFailure as Unreadable;
        match error {
            // Of a row that the library cannot read it says why; the driver adds nothing to that.
            Unreadable(column, kind, reason) => match reason.downcast::<StoreError>() {
                Ok(reason) => Self::Store(*reason),
                Err(reason) => Self::Driver(Unreadable(column, kind, reason)),
            },
            error => Self::Driver(error),
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Keys(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Fault {
    /// What the contract forbids, in words.
    pub(super) fn refused(words: &'static str) -> Self {
        Self::Store(StoreError::failed(words))
    }

    pub(super) fn into_store_error(self) -> StoreError {
        match self {
            Self::Driver(error) => {
                report(&error);
                driver(&Arc::new(error))
            }
            Self::Keys(error) => keys(error),
            Self::Store(error) => error,
        }
    }
}

/// An error of the file with the keys as callers see it.
fn keys(error: io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            tracing::error!(detail = %error, "no space is left for the keys beside the SQLite file");
            later(10)
        }
        _ => StoreError::failed(error),
    }
}

/// Names what a unique key keeps from being stored twice.
pub(super) fn taken(words: &'static str) -> impl FnOnce(rusqlite::Error) -> Fault {
    move |error| match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => Fault::refused(words),
        _ => error.into(),
    }
}

/// Does the file system not take what is written? A quota that is used up, or a log that outgrows what is left while its index is
/// extended, is not `SQLITE_FULL` for SQLite but a write that failed.
fn is_full(error: &rusqlite::Error) -> bool {
    let extended = error.sqlite_error().map(|error| error.extended_code);
    error.sqlite_error_code() == Some(ErrorCode::DiskFull)
        || matches!(extended, Some(ffi::SQLITE_IOERR_WRITE | ffi::SQLITE_IOERR_SHMSIZE))
}

/// An error of SQLite as callers see it; there may be many. Another process held the lock for too long, or the disk is full:
/// then trying again may help. Everything else is for the operator.
pub(super) fn driver(error: &Arc<rusqlite::Error>) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => later(1),
        _ if is_full(error) => later(10),
        _ => StoreError::failed(error.clone()),
    }
}

/// Tells the operator, once, what callers are not told.
pub(super) fn report(error: &rusqlite::Error) {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            tracing::warn!(detail = %error, "another process keeps the SQLite file locked");
        }
        _ if is_full(error) => tracing::error!(detail = %error, "no space is left for the SQLite file"),
        // Part of what each caller gets.
        _ => {}
    }
}

pub(super) fn refused(refused: Refused) -> StoreError {
    match refused {
        Refused::Full => later(1),
        Refused::Closed => StoreError::failed("the store is closed"),
    }
}

/// A thread dropped the question without an answer: it panicked, or the system ended it.
pub(super) fn no_answer() -> StoreError {
    StoreError::failed("the thread of the store ended before it answered")
}

pub(super) fn later(seconds: u64) -> StoreError {
    StoreError::Unavailable { retry_after: Some(Duration::from_secs(seconds)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_room_for_the_keys_is_for_later_and_everything_else_for_the_operator() {
        use io::ErrorKind::{FileTooLarge, PermissionDenied, QuotaExceeded, StorageFull};

        let told = |kind| Fault::from(io::Error::from(kind)).into_store_error();
        let is_for_later = |kind| matches!(told(kind), StoreError::Unavailable { retry_after: Some(_) });
        assert!([FileTooLarge, QuotaExceeded, StorageFull].into_iter().all(is_for_later));
        assert!(matches!(told(PermissionDenied), StoreError::Failed(_)));
    }
}
