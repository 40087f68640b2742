//! Running a statement: in bounded time, and again where that is safe.

use std::sync::{Arc, Weak};
use std::time::Duration;

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::{AssertSqlSafe, PgPool, Postgres};
use tokio::time::Instant;

use super::connections::Connections;
use super::fault::{self, Fault};
use super::salts::Salts;
use super::schema::Schema;
use super::statements::{Sql, Statements};
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;

/// A statement, and the values bound to it so far.
pub(super) type Query = sqlx::query::Query<'static, Postgres, PgArguments>;

/// How much of the time that is left a statement may take to decide: the rest is for its way.
const SHARE: f64 = 0.9;

/// How often a statement is tried.
const ATTEMPTS: usize = 8;

pub(super) const UNWISE_SETTINGS: &str = "SELECT name FROM pg_catalog.pg_settings
    WHERE ((name {=} 'fsync' OR name {=} 'synchronous_commit') AND setting {=} 'off')
        OR (name {=} 'statement_timeout' AND setting {=} '0') OR (name {=} 'server_encoding' AND setting {<>} 'UTF8')";

#[derive(Clone)]
pub(super) struct Database {
    connections: Arc<Connections>,
    pub(super) statements: Arc<Statements>,
    pub(super) salts: Arc<Salts>,
    patience: Duration,
}

/// The same, for a task that does not keep the pool.
pub(super) struct WeakDatabase {
    connections: Weak<Connections>,
    statements: Arc<Statements>,
    salts: Arc<Salts>,
    patience: Duration,
}

impl WeakDatabase {
    /// Nothing if the store is gone, or the pool closed.
    pub(super) fn upgrade(&self) -> Option<Database> {
        let connections = self.connections.upgrade().filter(|connections| !connections.is_closed())?;
        Some(Database { connections, statements: self.statements.clone(), salts: self.salts.clone(), patience: self.patience })
    }
}

impl Database {
    pub(super) fn new(pool: PgPool, schema: &Schema, patience: Duration) -> Self {
        let connections = Arc::new(Connections::new(pool, patience));
        Self { connections, statements: Arc::new(Statements::new(schema)), salts: Arc::default(), patience }
    }

    pub(super) fn downgrade(&self) -> WeakDatabase {
        let connections = Arc::downgrade(&self.connections);
        WeakDatabase { connections, statements: self.statements.clone(), salts: self.salts.clone(), patience: self.patience }
    }

    /// The rows that a statement gives. It is one transaction of its own: done whole or not at all, also when this future is
    /// dropped. Tried again if the database gave it up for the sake of another one.
    pub(super) async fn rows(&self, sql: &Sql, bind: impl Fn(Query) -> Query) -> Result<Vec<PgRow>, StoreError> {
        self.until_done(sql, self.patience, |query, _| bind(query), Fault::is_contention).await
    }

    /// The same with a statement that decides, and is told how many seconds it has for that: what was given up here must not be
    /// done there, when at last it has the lock that it waited for.
    pub(super) async fn decide(
        &self,
        sql: &Sql,
        patience: Duration,
        bind: impl Fn(Query, f64) -> Query,
    ) -> Result<Vec<PgRow>, StoreError> {
        self.until_done(sql, patience, bind, Fault::is_contention).await
    }

    /// The rows that a statement finds. It changes nothing, so it is tried again on another connection if one was lost.
    pub(super) async fn look_up(&self, sql: &Sql, bind: impl Fn(Query) -> Query) -> Result<Vec<PgRow>, StoreError> {
        let again = |fault: &Fault| fault.is_contention() || fault.is_lost_connection();
        self.until_done(sql, self.patience, |query, _| bind(query), again).await
    }

    /// A statement that gives a row, unless the issuer has no number yet. Then it gets one, and the statement is run again.
    pub(super) async fn row_of_issuer(
        &self,
        issuer: &Issuer,
        sql: &Sql,
        bind: impl Fn(Query) -> Query,
    ) -> Result<PgRow, StoreError> {
        if let Some(row) = self.rows(sql, &bind).await?.pop() {
            return Ok(row);
        }
        self.rows(&self.statements.add_issuer, |query| query.bind(issuer.as_str())).await?;
        self.rows(sql, bind).await?.pop().ok_or_else(|| StoreError::failed("the issuer has just been removed from the database"))
    }

    async fn until_done(
        &self,
        sql: &Sql,
        patience: Duration,
        bind: impl Fn(Query, f64) -> Query,
        again: impl Fn(&Fault) -> bool,
    ) -> Result<Vec<PgRow>, StoreError> {
        let until = Instant::now() + patience;
        let mut attempts = 1;
        loop {
            // The database begins to count a little later than we do, by what it takes to get there.
            let query = |left: Duration| bind(sqlx::query(AssertSqlSafe(sql.clone())), left.as_secs_f64() * SHARE);
            match self.connections.run(query, until).await {
                Err(fault) if again(&fault) && attempts < ATTEMPTS => attempts += 1,
                other => return other.map_err(Fault::into_store_error),
            }
        }
    }

    /// # Errors
    ///
    /// [`StoreError::Unavailable`] if the database cannot be reached, or takes no writes.
    pub(super) async fn check_health(&self) -> Result<(), StoreError> {
        let rows = self.look_up(&self.statements.takes_writes, |query| query).await?;
        let takes_writes = rows.first().map_or(Ok(false), |row| fault::column(row, 0))?;
        if takes_writes { Ok(()) } else { Err(StoreError::Unavailable { retry_after: None }) }
    }

    /// Tells the operator if what is committed may be lost with the power, if statements that are given up run on, and if not every
    /// text can be kept.
    pub(super) async fn warn_of_settings(&self) -> Result<(), StoreError> {
        for row in self.look_up(&self.statements.unwise_settings, |query| query).await? {
            let setting: String = fault::column(&row, 0)?;
            if setting == "server_encoding" {
                tracing::warn!(
                    setting,
                    "not UTF8 in PostgreSQL: texts in other languages cannot be kept, and requests with them fail"
                );
            } else if setting == "statement_timeout" {
                tracing::warn!(setting, "not set for this pool: statements that are given up run on beside its connections");
            } else {
                tracing::warn!(setting, "off in PostgreSQL: what was answered may be lost when the database ends unexpectedly");
            }
        }
        Ok(())
    }
}
