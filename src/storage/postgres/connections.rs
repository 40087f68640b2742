//! Connections of the application's pool, borrowed for one statement each. What a connection does not answer in time ends there:
//! it neither keeps a request waiting nor its place in the pool.

use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::PgRow;
use sqlx::{Connection as _, PgConnection, PgPool, Postgres};
use tokio::time::{Instant, timeout, timeout_at};

use super::fault::Fault;
use super::leases::{Lease, Leases};
use super::run::Query;

/// After a connection was lost, the others are tested before they are used, for so long.
const SUSPICION: Duration = Duration::from_secs(10);

/// How long to ask why there is no connection.
const EXPLAINING: Duration = Duration::from_millis(500);

pub(super) struct Connections {
    leases: Leases,
    suspicious_until: Mutex<Option<Instant>>,
    explaining: tokio::sync::Mutex<()>,
}

impl Connections {
    pub(super) fn new(pool: PgPool, patience: Duration) -> Self {
        Self {
            leases: Leases::new(pool, patience),
            suspicious_until: Mutex::new(None),
            explaining: tokio::sync::Mutex::default(),
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.leases.is_closed()
    }

    /// Runs the query that is made when there is a connection, and the time that is left is known.
    pub(super) async fn run(&self, query: impl FnOnce(Duration) -> Query, until: Instant) -> Result<Vec<PgRow>, Fault> {
        let mut lease = self.borrow(until).await?;
        let query = query(until.saturating_duration_since(Instant::now()));
        let result = in_time(until, query.fetch_all(&mut *lease.connection)).await;
        match &result {
            Ok(_) => self.leases.hand_on(lease),
            Err(fault) => {
                lease.noted(fault);
                if fault.is_lost_connection() {
                    *self.suspicious_until() = Some(Instant::now() + SUSPICION);
                }
            }
        }
        result
    }

    /// A connection that is good, as far as one can know.
    async fn borrow(&self, until: Instant) -> Result<Lease, Fault> {
        loop {
            let mut lease = match in_time(until, self.leases.next()).await {
                Ok(lease) => lease,
                Err(fault) => return Err(self.explained(fault).await),
            };
            if self.suspicious_until().is_none_or(|until| Instant::now() >= until) {
                return Ok(lease);
            }
            match in_time(until, lease.connection.ping()).await {
                Ok(()) => return Ok(lease),
                Err(fault) => lease.noted(&fault),
            }
        }
    }

    /// One caller at a time asks: where a pool is too small for its load, that is no help.
    async fn explained(&self, fault: Fault) -> Fault {
        match self.explaining.try_lock() {
            Ok(_one) => explained(self.leases.pool(), fault).await,
            Err(_) => fault,
        }
    }

    fn suspicious_until(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.suspicious_until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection for more than one statement, or why there is none.
pub(super) async fn acquired(pool: &PgPool) -> Result<PoolConnection<Postgres>, Fault> {
    match pool.acquire().await {
        Ok(connection) => Ok(connection),
        Err(error) => Err(explained(pool, error.into()).await),
    }
}

/// A pool tries to connect again and again, and in the end says no more than that it took too long. The operator is to know why, so the
/// database is asked once more, without the pool.
pub(super) async fn explained(pool: &PgPool, fault: Fault) -> Fault {
    if !matches!(fault, Fault::TimedOut | Fault::Driver(sqlx::Error::PoolTimedOut)) {
        return fault;
    }
    match timeout(EXPLAINING, PgConnection::connect_with(&pool.connect_options())).await {
        Ok(Err(error)) => Fault::Unreachable(error),
        // It answers: then the pool is too small, or the time was.
        Ok(Ok(connection)) => {
            let _ = timeout(EXPLAINING, connection.close()).await;
            fault
        }
        Err(_) => fault,
    }
}

async fn in_time<T>(until: Instant, step: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, Fault> {
    match timeout_at(until, step).await {
        Ok(result) => Ok(result?),
        Err(_) => Err(Fault::TimedOut),
    }
}

#[cfg(test)]
mod tests {
    use sqlx::postgres::PgPoolOptions;

    use super::*;

    #[tokio::test]
    async fn whoever_waited_in_vain_is_told_why() {
        // Nobody listens there.
        let pool = PgPoolOptions::new().connect_lazy("postgres://auth:hunter2@127.0.0.1:1/auth").unwrap();
        for fault in [Fault::TimedOut, Fault::Driver(sqlx::Error::PoolTimedOut)] {
            let said = explained(&pool, fault).await.to_string();
            assert!(said.contains("Connection refused") && !said.contains("hunter2"), "{said}");
        }
        let said = explained(&pool, Fault::Driver(sqlx::Error::RowNotFound)).await;
        assert!(matches!(said, Fault::Driver(sqlx::Error::RowNotFound)));
    }
}
