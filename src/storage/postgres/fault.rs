//! What goes wrong in the database, and what callers are told of it.

use std::time::Duration;

use sqlx::postgres::{PgRow, Postgres};
use sqlx::{Decode, Row, Type};

use crate::values::error::StoreError;

/// When callers may come again, if the database was not to be had.
pub(super) const RETRY_AFTER: Duration = Duration::from_secs(1);

const LOCK_NOT_AVAILABLE: &str = "55P03";

/// Why a statement did not succeed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error(transparent)]
    Driver(#[from] sqlx::Error),
    #[error("PostgreSQL did not answer in time")]
    TimedOut,
    /// The pool had no connection in time, as this is what the database said to the next one.
    #[error("PostgreSQL cannot be reached: {0}")]
    Unreachable(sqlx::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What PostgreSQL says, without the detail that it adds, which shows whole rows.
#[derive(Debug, thiserror::Error)]
#[error("PostgreSQL: {message} (SQLSTATE {code})")]
struct Refused {
    message: String,
    code: String,
}

impl Fault {
    fn code(&self) -> Option<String> {
        match self {
            Self::Driver(sqlx::Error::Database(error)) => error.code().map(Into::into),
            _ => None,
        }
    }

    /// Did the database give the statement up for the sake of another one? (`serialization_failure`, `deadlock_detected`.)
    pub(super) fn is_contention(&self) -> bool {
        matches!(self.code().as_deref(), Some("40001" | "40P01"))
    }

    /// Was a lock not to be had in the time that the session grants? (`lock_not_available`.)
    pub(super) fn is_lock_timeout(&self) -> bool {
        self.code().as_deref() == Some(LOCK_NOT_AVAILABLE)
    }

    /// Is the connection gone? Then it is not known whether the statement was done.
    pub(super) fn is_lost_connection(&self) -> bool {
        match self {
            // A protocol error is what a message looks like that was cut off.
            Self::Driver(sqlx::Error::Io(_) | sqlx::Error::Protocol(_)) => true,
            // The database ends the session, or ends altogether.
            _ => self.code().is_some_and(|code| code.starts_with("08") || code.starts_with("57P0")),
        }
    }

    /// May the same statement succeed later, without anybody changing it?
    fn is_transient(&self) -> bool {
        let no_connection = matches!(
            self,
            Self::TimedOut
                | Self::Unreachable(_)
                | Self::Driver(sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed)
        );
        no_connection || self.is_lost_connection() || self.code().is_some_and(|code| is_transient_code(&code))
    }

    pub(super) fn into_store_error(self) -> StoreError {
        if self.is_transient() || self.is_contention() {
            // The operator is told what callers are not.
            tracing::warn!(detail = %self, "PostgreSQL is unavailable");
            return StoreError::Unavailable { retry_after: Some(RETRY_AFTER) };
        }
        match self {
            Self::Store(error) => error,
            Self::Driver(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                StoreError::failed("the hash or identifier of a row to be stored is taken")
            }
            Self::Driver(sqlx::Error::Database(error)) => StoreError::failed(Refused {
                message: error.message().to_owned(),
                code: error.code().unwrap_or_default().into_owned(),
            }),
            other => StoreError::failed(other),
        }
    }
}

/// Classes and codes of SQLSTATE (PostgreSQL, appendix A).
fn is_transient_code(code: &str) -> bool {
    // Insufficient resources: no space, no memory, too many connections. The operator intervenes: a start that is not finished, a
    // statement cancelled. A lock that was not to be had; a primary that has become a replica.
    ["53", "57"].iter().any(|class| code.starts_with(class)) || matches!(code, LOCK_NOT_AVAILABLE | "25006")
}

/// A column of a row, by its position.
pub(super) fn column<'r, T: Decode<'r, Postgres> + Type<Postgres>>(row: &'r PgRow, index: usize) -> Result<T, StoreError> {
    row.try_get(index).map_err(StoreError::failed)
}
