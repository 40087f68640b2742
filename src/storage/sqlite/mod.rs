//! A durable store in one SQLite file. The async methods hand each operation to a thread and wait for its answer: look-ups to
//! one of the [`reader`] threads, everything that changes something to the one [`writer`], which commits in groups. The rules
//! of the contract are in one file for each kind of row.

mod clients;
mod clock;
mod codes;
mod connection;
mod contract;
mod deferred;
mod families;
mod fault;
mod files;
mod inspection;
mod kin;
mod listing;
mod migrations;
mod pending;
mod purge;
mod queue;
mod reader;
mod replays;
mod retry_keys;
mod revocations;
mod row;
mod sessions;
mod signing_keys;
#[cfg(test)]
mod tests;
mod tokens;
mod writer;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;

use self::fault::Fault;
use self::files::Files;
use self::queue::Capacity;
use self::reader::Readers;
use self::retry_keys::{Pace, RetryKeys};
use self::writer::Writer;
use crate::storage::{SchemaProgress, SchemaStatus};
use crate::values::error::StoreError;

/// Keeps everything in one SQLite file: durable, with every capability of the contract, and without anything to set up.
///
/// ```
/// use grantor::{AuthorizationServer, ClientCredentials, SqliteStore, issuer};
///
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("auth.db");
/// let store = SqliteStore::open(&path)?;
/// let server = AuthorizationServer::builder()
///     .issuer(issuer!("https://auth.example.com"))
///     .storage(store.clone())
///     .grant(ClientCredentials::new())
///     .build();
/// // .. serve; when the server ends:
/// # let _ = server;
/// # async move {
/// store.close().await;
/// # };
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Clones are the same store. What is answered is on the disk (`synchronous = FULL`): it survives the end of the process and of
/// the power. Operations that wait at the same time share one commit, so the cost of a write to the disk is divided among them.
///
/// Nothing here waits without end. Where more operations wait than the queue holds (4,096, or 16 MiB of them), another process keeps the file locked for
/// five seconds, or the disk is full, the answer is [`StoreError::Unavailable`], and the next request is tried afresh.
///
/// Several processes on one machine may open the file at the same time. It has to be on a local file system: SQLite's
/// write-ahead log does not work over a network. Two more files lie beside it while it is open (`-wal` and `-shm`); a backup is
/// made with SQLite's own means (`VACUUM INTO`, `.backup`), or of the file once the store is closed.
///
/// A fourth file, `-retry`, has the keys that answer whoever sends a refresh token again within its
/// [retry window](crate::RetryWindow). Each is overwritten when its windows have closed, at most fifteen seconds after that, by the
/// system's time; the store does it by itself, also when nobody asks anything. Without a key the salts of the rotations are worthless,
/// wherever a copy of the database is. Leave the file out of backups. If it is lost, retries of the last seconds are `invalid_grant`,
/// and nothing is revoked.
///
/// The file does not grow forever:
/// every so many operations remove a portion of what expired more than an hour ago. Where that is not soon enough (a quiet server keeps its last
/// expired rows), spawn [`purge_forever`](super::purge_forever).
#[derive(Clone)]
pub struct SqliteStore(Arc<Inner>);

struct Inner {
    path: PathBuf,
    writer: Writer,
    readers: Readers,
    /// Since it was opened: what makes the file grow.
    insertions: AtomicU64,
    /// The readers', then the writer's.
    threads: Vec<JoinHandle<()>>,
}

/// What tests want smaller.
#[derive(Clone, Copy)]
struct Limits {
    /// How long to wait for another process.
    patience: Duration,
    /// What may wait; as much again may wait to be looked up.
    queue: Capacity,
    /// Of the keys under which salts are masked.
    pace: Pace,
}

impl Limits {
    const DEFAULT: Self =
        Self { patience: Duration::from_secs(5), queue: Capacity { items: 4096, bytes: 16 << 20 }, pace: Pace::DEFAULT };
}

impl SqliteStore {
    /// Opens the file, and creates it if it is not there, for its owner alone (mode 0600 where modes exist). A schema that an
    /// earlier release made is brought up to date.
    ///
    /// This reads and writes the file before it returns: call it when the server starts.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if the file cannot be opened, is not this store's, or was made by a later release;
    /// [`StoreError::Unavailable`] if another process keeps it locked, or the disk is full.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_with(path.as_ref(), Limits::DEFAULT)
    }

    /// Which schema the file has, without changing anything: it is opened for reading, and made by nobody. For a tool that is not to bring
    /// the schema up to date while servers of an earlier release use it. Reads the file before it returns.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if there is no such file, it is no SQLite database, or another application's;
    /// [`StoreError::Unavailable`] if another process keeps it locked.
    pub fn inspect(path: impl AsRef<Path>) -> Result<SchemaStatus, StoreError> {
        inspection::inspect(path.as_ref(), Limits::DEFAULT.patience)
    }

    /// Brings the schema up to date, as [`open`](Self::open) does, and says meanwhile which version it makes. All in one transaction, so
    /// that a migration that breaks off leaves the file as it was.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn migrate(path: impl AsRef<Path>, mut progress: impl FnMut(SchemaProgress)) -> Result<(), StoreError> {
        let path = connection::prepare_file(path.as_ref())?;
        let opened = connection::open_writer(&path, Limits::DEFAULT.patience);
        opened.and_then(|mut connection| prepare_schema(&mut connection, &mut progress)).map_err(Fault::into_store_error)
    }

    fn open_with(path: &Path, limits: Limits) -> Result<Self, StoreError> {
        let Limits { patience, queue, pace } = limits;
        let path = connection::prepare_file(path)?;
        let open_writer = {
            let path = path.clone();
            move || connection::open_writer(&path, patience)
        };
        let mut connection = open_writer().map_err(Fault::into_store_error)?;
        prepare_schema(&mut connection, &mut |_| {}).map_err(Fault::into_store_error)?;
        let (readers, mut threads) = Readers::start(|| connection::open_reader(&path, patience), queue)?;
        let files = Files { connection, keys: RetryKeys::beside(&path, pace) };
        let (writer, thread) = Writer::start(files, queue, open_writer)?;
        threads.push(thread);
        Ok(Self(Arc::new(Inner { path, writer, readers, insertions: AtomicU64::new(0), threads })))
    }

    /// Finishes what was begun, and closes the file. Every operation after that fails, on all clones. Keys of retries that are still
    /// possible stay in the file `-retry`, for the next start.
    ///
    /// Dropping the last clone does the same, but keeps the thread that drops it waiting.
    pub async fn close(&self) {
        let Inner { writer, readers, .. } = &*self.0;
        // The writer goes last: then it can fold the write-ahead log into the file.
        readers.close();
        readers.ended().await;
        writer.close();
        writer.ended().await;
    }
}

/// Makes the schema, or brings it up to date. What an earlier release erased, or is erased here, is then in no file any more.
fn prepare_schema(connection: &mut Connection, progress: &mut dyn FnMut(SchemaProgress)) -> Result<(), Fault> {
    let is_behind = migrations::is_behind(connection, migrations::MIGRATIONS)?;
    if is_behind {
        // Before as well: should this process be killed below, nobody would know that it is still to be done.
        connection::empty_log(connection)?;
    }
    migrations::migrate_with_progress(connection, migrations::MIGRATIONS, progress)?;
    if is_behind {
        connection::empty_log(connection)?;
    }
    Ok(())
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.readers.close();
        let writer = self.threads.pop();
        for reader in self.threads.drain(..) {
            // A thread that panicked has told its callers already.
            let _ = reader.join();
        }
        self.writer.close();
        let _ = writer.map(JoinHandle::join);
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.0.path).finish_non_exhaustive()
    }
}
