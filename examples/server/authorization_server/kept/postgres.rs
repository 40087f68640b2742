//! The rows in a PostgreSQL database, in a schema of their own. Its clock says what has expired: all instances share it.

use grantor::StoreError;
use sqlx::{PgPool, Row as _};

use super::{Key, seconds};

/// Of several instances that start at once one makes the table: what they wait for is this lock.
const PREPARE: &str = "BEGIN;
    SELECT pg_advisory_xact_lock(hashtext('grantor_example'));
    CREATE SCHEMA IF NOT EXISTS grantor_example;
    CREATE TABLE IF NOT EXISTS grantor_example.kept (key BYTEA PRIMARY KEY, text TEXT NOT NULL, expires_at BIGINT NOT NULL);
    CREATE INDEX IF NOT EXISTS kept_by_expiry ON grantor_example.kept (expires_at);
    COMMIT;";

/// Makes the table, if it is not there: where somebody else has made it, this role need not be allowed to.
pub async fn prepare(pool: &PgPool) -> sqlx::Result<()> {
    let is_there = sqlx::query("SELECT to_regclass('grantor_example.kept') IS NOT NULL").fetch_one(pool).await?;
    if is_there.try_get(0)? {
        return Ok(());
    }
    sqlx::raw_sql(PREPARE).execute(pool).await.map(drop)
}

pub async fn put(pool: &PgPool, key: Key, text: String, lifetime_secs: u64) -> Result<(), StoreError> {
    let sql = "INSERT INTO grantor_example.kept (key, text, expires_at) VALUES ($1, $2, extract(epoch FROM now())::bigint + $3)
        ON CONFLICT (key) DO UPDATE SET text = excluded.text, expires_at = excluded.expires_at";
    let query = sqlx::query(sql).bind(key).bind(text).bind(seconds(lifetime_secs));
    query.execute(pool).await.map(drop).map_err(fault)
}

pub async fn find(pool: &PgPool, key: Key) -> Result<Option<String>, StoreError> {
    let query =
        sqlx::query("SELECT text FROM grantor_example.kept WHERE key = $1 AND expires_at > extract(epoch FROM now())::bigint");
    let row = query.bind(key).fetch_optional(pool).await.map_err(fault)?;
    row.map(|row| row.try_get(0)).transpose().map_err(fault)
}

pub async fn remove(pool: &PgPool, key: Key) -> Result<(), StoreError> {
    let query = sqlx::query("DELETE FROM grantor_example.kept WHERE key = $1").bind(key);
    query.execute(pool).await.map(drop).map_err(fault)
}

pub async fn purge(pool: &PgPool) -> Result<(), StoreError> {
    let query = sqlx::query("DELETE FROM grantor_example.kept WHERE expires_at <= extract(epoch FROM now())::bigint");
    query.execute(pool).await.map(drop).map_err(fault)
}

fn fault(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => {
            StoreError::Unavailable { retry_after: None }
        }
        error => StoreError::failed(error),
    }
}
