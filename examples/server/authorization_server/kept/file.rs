//! The rows in a SQLite file.

use std::fs::OpenOptions;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use grantor::{StoreError, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{Key, seconds};

const SCHEMA: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = FAST;
    CREATE TABLE IF NOT EXISTS kept (key BLOB PRIMARY KEY, text TEXT NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS kept_by_expiry ON kept (expires_at);";

#[derive(Clone)]
pub struct Rows(Arc<Mutex<Connection>>);

impl Rows {
    pub fn open(path: &Path) -> rusqlite::Result<Self> {
        // Readable for its owner only. Where that cannot be, opening it says why.
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let _ = options.open(path);
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    pub async fn put(&self, key: Key, text: String, expires_at: Timestamp) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO kept (key, text, expires_at) VALUES (?1, ?2, ?3)";
        self.run(move |rows| rows.execute(sql, params![key, text, seconds(expires_at.as_unix())]).map(drop)).await
    }

    pub async fn find(&self, key: Key, now: Timestamp) -> Result<Option<String>, StoreError> {
        let sql = "SELECT text FROM kept WHERE key = ?1 AND expires_at > ?2";
        self.run(move |rows| rows.query_row(sql, params![key, seconds(now.as_unix())], |row| row.get(0)).optional()).await
    }

    pub async fn remove(&self, key: Key) -> Result<(), StoreError> {
        self.run(move |rows| rows.execute("DELETE FROM kept WHERE key = ?1", params![key]).map(drop)).await
    }

    pub async fn purge(&self, now: Timestamp) -> Result<(), StoreError> {
        self.run(move |rows| rows.execute("DELETE FROM kept WHERE expires_at <= ?1", params![seconds(now.as_unix())]).map(drop))
            .await
    }

    /// On a thread that may wait for the disk.
    async fn run<T: Send + 'static>(
        &self,
        step: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let rows = self.0.clone();
        let run = move || step(&rows.lock().unwrap_or_else(PoisonError::into_inner));
        let result = tokio::task::spawn_blocking(run).await.map_err(StoreError::failed)?;
        result.map_err(|error| match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DiskFull) => {
                StoreError::Unavailable { retry_after: None }
            }
            _ => StoreError::failed(error),
        })
    }
}
