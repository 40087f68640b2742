//! Connections of the application's pool, borrowed for one statement each. What a connection does not answer in time ends there:
//! it neither keeps a request waiting nor its place in the pool.

use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sqlx::postgres::PgRow;
use sqlx::{Connection as _, PgPool};
use tokio::time::{Instant, timeout_at};

use super::fault::Fault;
use super::leases::{Lease, Leases};
use super::run::Query;

/// After a connection was lost, the others are tested before they are used, for so long.
const SUSPICION: Duration = Duration::from_secs(10);

pub(super) struct Connections {
    leases: Leases,
    suspicious_until: Mutex<Option<Instant>>,
}

impl Connections {
    pub(super) fn new(pool: PgPool, patience: Duration) -> Self {
        Self { leases: Leases::new(pool, patience), suspicious_until: Mutex::new(None) }
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
            let mut lease = in_time(until, self.leases.next()).await?;
            if self.suspicious_until().is_none_or(|until| Instant::now() >= until) {
                return Ok(lease);
            }
            match in_time(until, lease.connection.ping()).await {
                Ok(()) => return Ok(lease),
                Err(fault) => lease.noted(&fault),
            }
        }
    }

    fn suspicious_until(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.suspicious_until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn in_time<T>(until: Instant, step: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, Fault> {
    match timeout_at(until, step).await {
        Ok(result) => Ok(result?),
        Err(_) => Err(Fault::TimedOut),
    }
}
