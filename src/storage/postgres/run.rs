//! Running a statement: on a connection of the pool, in bounded time, again where callers met at a row.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::{AssertSqlSafe, PgPool, Postgres};
use tokio::time::{Instant, timeout_at};

use super::fault::{self, Fault};
use super::schema::Schema;
use super::statements::{Sql, Statements};
use crate::error::StoreError;
use crate::issuer::Issuer;

/// A statement, and the values bound to it so far.
pub(super) type Query = sqlx::query::Query<'static, Postgres, PgArguments>;

/// How often a statement is tried that the database gave up for the sake of another one.
const ATTEMPTS: usize = 8;

#[derive(Clone)]
pub(super) struct Database {
    pool: PgPool,
    pub(super) statements: Arc<Statements>,
    patience: Duration,
}

impl Database {
    pub(super) fn new(pool: PgPool, schema: &Schema, patience: Duration) -> Self {
        Self { pool, statements: Arc::new(Statements::new(schema)), patience }
    }

    /// The rows that a statement gives. It is one transaction of its own: done whole or not at all, also when this future is
    /// dropped.
    pub(super) async fn rows(&self, sql: &Sql, bind: impl Fn(Query) -> Query) -> Result<Vec<PgRow>, StoreError> {
        let until = Instant::now() + self.patience;
        let mut attempts = 1;
        loop {
            match self.attempt(bind(sqlx::query(AssertSqlSafe(sql.clone()))), until).await {
                Err(fault) if fault.is_contention() && attempts < ATTEMPTS => attempts += 1,
                other => return other.map_err(Fault::into_store_error),
            }
        }
    }

    /// The only row, if there is one.
    pub(super) async fn row(&self, sql: &Sql, bind: impl Fn(Query) -> Query) -> Result<Option<PgRow>, StoreError> {
        Ok(self.rows(sql, bind).await?.into_iter().next())
    }

    /// A statement that gives a row, unless the issuer has no number yet. Then it gets one, and the statement is run again.
    pub(super) async fn row_of_issuer(
        &self,
        issuer: &Issuer,
        sql: &Sql,
        bind: impl Fn(Query) -> Query,
    ) -> Result<PgRow, StoreError> {
        if let Some(row) = self.row(sql, &bind).await? {
            return Ok(row);
        }
        self.rows(&self.statements.add_issuer, |query| query.bind(issuer.as_str())).await?;
        self.row(sql, bind).await?.ok_or_else(|| StoreError::failed("the issuer has just been removed from the database"))
    }

    async fn attempt(&self, query: Query, until: Instant) -> Result<Vec<PgRow>, Fault> {
        let mut connection = in_time(until, self.pool.acquire()).await?;
        match in_time(until, query.fetch_all(&mut *connection)).await {
            Err(Fault::TimedOut) => {
                // It may never answer: the pool should not wait for it either.
                drop(connection.detach());
                Err(Fault::TimedOut)
            }
            other => other,
        }
    }

    /// Tells the operator if what is committed may be lost with the power.
    pub(super) async fn warn_of_settings(&self) -> Result<(), StoreError> {
        let settings: Sql =
            "SELECT name FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit') AND setting = 'off'".into();
        for row in self.rows(&settings, |query| query).await? {
            let setting: String = fault::column(&row, 0)?;
            tracing::warn!(setting, "off in PostgreSQL: what was answered may be lost when the database ends unexpectedly");
        }
        Ok(())
    }
}

async fn in_time<T>(until: Instant, step: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, Fault> {
    match timeout_at(until, step).await {
        Ok(result) => Ok(result?),
        Err(_) => Err(Fault::TimedOut),
    }
}
