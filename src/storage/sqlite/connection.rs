//! Opening connections: the file and its mode, and the settings that every connection has.

use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::fault::Fault;
use super::migrations;
use crate::values::error::StoreError;

/// Statements that a connection keeps prepared: all that this store has.
const STATEMENTS: usize = 64;

/// Makes the file if it is not there, readable for its owner only, and gives its full path: SQLite takes some names, such as
/// `:memory:`, for something else than a file.
pub(super) fn prepare_file(path: &Path) -> Result<PathBuf, StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        // The files that SQLite puts beside it get the same mode.
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(StoreError::failed(error)),
    }
    path.canonicalize().map_err(StoreError::failed)
}

/// The connection that writes. `patience` is how long it waits for other processes.
pub(super) fn open_writer(path: &Path, patience: Duration) -> Result<Connection, Fault> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE, patience)?;
    // Before anything is changed, were it only the mode; at one moment, since another process may be making the schema.
    let moment = connection.unchecked_transaction()?;
    migrations::check_owner(&moment)?;
    drop(moment);
    use_wal(&connection, patience)?;
    connection.execute_batch(
        // FULL: a commit is on the disk before anybody hears of it. FAST: what is erased is overwritten with the page it is on.
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = FAST; PRAGMA cache_size = -16384;",
    )?;
    Ok(connection)
}

/// Writes all of the log into the file and empties it: what was erased is in neither any more. Other processes may hinder it.
pub(super) fn empty_log(connection: &Connection) -> Result<(), Fault> {
    let is_hindered: bool = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| row.get(0))?;
    if is_hindered {
        tracing::warn!("the log of the SQLite file could not be emptied, others use it: it goes when all of them have ended");
    }
    Ok(())
}

/// A connection for look-ups.
pub(super) fn open_reader(path: &Path, patience: Duration) -> Result<Connection, Fault> {
    Ok(open(path, OpenFlags::SQLITE_OPEN_READ_ONLY, patience)?)
}

fn open(path: &Path, access: OpenFlags, patience: Duration) -> rusqlite::Result<Connection> {
    // One thread at a time uses a connection, so SQLite needs no lock of its own.
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(patience)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.execute_batch("PRAGMA trusted_schema = OFF;")?;
    Ok(connection)
}

/// Write-ahead logging: readers and the writer do not wait for each other. The file remembers it. While another process does
/// the same to a new file, SQLite answers `SQLITE_BUSY` at once.
fn use_wal(connection: &Connection, patience: Duration) -> Result<(), Fault> {
    let until = Instant::now() + patience;
    let mode: String = loop {
        match connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0)) {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && Instant::now() < until => {
                thread::sleep(Duration::from_millis(5));
            }
            other => break other?,
        }
    };
    if mode.eq_ignore_ascii_case("wal") {
        Ok(())
    } else {
        Err(Fault::refused("SQLite cannot use write-ahead logging there: put the database on a local file system"))
    }
}
