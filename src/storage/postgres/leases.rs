//! Who gets the next connection. While statements wait for one, a connection that has just served another is handed to them: the
//! pool would test it first, which costs as much as a statement that finds a row.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

use super::fault::Fault;

/// After so many statements a connection goes back to the pool all the same, where the application may be waiting for it too.
const TURNS: u32 = 16;

/// The pool, asked for a connection.
type Asked = Pin<Box<dyn Future<Output = Result<PoolConnection<Postgres>, sqlx::Error>> + Send>>;

#[derive(Clone)]
pub(super) struct Leases {
    pool: PgPool,
    patience: Duration,
    queue: Arc<Mutex<Queue>>,
}

#[derive(Default)]
struct Queue {
    /// The first one first. Some may have gone away.
    waiting: VecDeque<Waiting>,
    /// How many [`Fetcher`]s there are.
    fetchers: usize,
}

struct Waiting {
    since: Instant,
    caller: oneshot::Sender<Result<Lease, sqlx::Error>>,
}

impl Leases {
    pub(super) fn new(pool: PgPool, patience: Duration) -> Self {
        Self { pool, patience, queue: Arc::default() }
    }

    pub(super) const fn pool(&self) -> &PgPool {
        &self.pool
    }

    pub(super) fn is_closed(&self) -> bool {
        self.pool.is_closed()
    }

    /// The pool's next connection, or one that is handed on before.
    pub(super) async fn next(&self) -> Result<Lease, sqlx::Error> {
        let since = Instant::now();
        let mut asked = None;
        if !self.queue().is_in_use() {
            let mut connection = self.ask();
            match poll_fn(|cx| Poll::Ready(connection.as_mut().poll(cx))).await {
                Poll::Ready(connection) => return connection.map(|connection| self.lease(connection)),
                Poll::Pending => asked = Some(connection),
            }
        }
        // As long as the pool itself would let it wait.
        match timeout(self.pool.options().get_acquire_timeout(), self.wait(since, asked)).await {
            Ok(answer) => answer.unwrap_or(Err(sqlx::Error::WorkerCrashed)),
            Err(_) => Err(sqlx::Error::PoolTimedOut),
        }
    }

    fn ask(&self) -> Asked {
        Box::pin(self.pool.acquire())
    }

    /// Gets into the queue, and sees to it that somebody asks the pool.
    fn wait(&self, since: Instant, asked: Option<Asked>) -> oneshot::Receiver<Result<Lease, sqlx::Error>> {
        let (caller, answer) = oneshot::channel();
        let mut queue = self.queue();
        queue.waiting.push_back(Waiting { since, caller });
        if asked.is_some() || queue.fetchers < self.pool.options().get_max_connections() as usize {
            queue.fetchers += 1;
            let fetcher = Fetcher { leases: self.clone(), counted: true };
            drop(queue);
            Handle::current().spawn(fetcher.run(since, asked));
        }
        answer
    }

    /// To the first who still waits; to the pool if there is nobody, or it has had its turns.
    pub(super) fn hand_on(&self, mut lease: Lease) {
        lease.turns += 1;
        if lease.turns < TURNS {
            self.give(lease);
        }
    }

    fn give(&self, lease: Lease) {
        let mut answer = Ok(lease);
        while let Some(waiting) = self.first() {
            match waiting.caller.send(answer) {
                Ok(()) => return,
                Err(refused) => answer = refused,
            }
        }
    }

    fn first(&self) -> Option<Waiting> {
        self.queue().waiting.pop_front()
    }

    /// Tells the first of those who were waiting already when the pool was asked in vain.
    fn fail(&self, asked: Instant, error: sqlx::Error) {
        let mut queue = self.queue();
        if queue.is_in_use()
            && let Some(waiting) = queue.waiting.pop_front_if(|waiting| waiting.since <= asked)
        {
            let _ = waiting.caller.send(Err(error));
        }
    }

    fn lease(&self, connection: PoolConnection<Postgres>) -> Lease {
        Lease { connection, patience: self.patience, turns: 0 }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // Nothing can panic while it is held.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    /// Does anybody wait?
    fn is_in_use(&mut self) -> bool {
        while self.waiting.pop_front_if(|waiting| waiting.caller.is_closed()).is_some() {}
        !self.waiting.is_empty()
    }
}

/// A task that asks the pool for those who wait. It outlives them: the pool would lose a connection that it is testing or opening
/// if the question were dropped.
struct Fetcher {
    leases: Leases,
    /// Is it counted in the queue?
    counted: bool,
}

impl Fetcher {
    async fn run(mut self, mut since: Instant, mut asked: Option<Asked>) {
        loop {
            let connection = asked.take().unwrap_or_else(|| self.leases.ask());
            match timeout(self.leases.patience, connection).await {
                Ok(Ok(connection)) => self.leases.give(self.leases.lease(connection)),
                // Who waits has a time of their own.
                Err(_) | Ok(Err(sqlx::Error::PoolTimedOut)) => {}
                Ok(Err(error)) => self.leases.fail(since, error),
            }
            if !self.goes_on() {
                return;
            }
            since = Instant::now();
        }
    }

    /// In one step: whoever gets into the queue after that finds one fetcher less.
    fn goes_on(&mut self) -> bool {
        let mut queue = self.leases.queue();
        self.counted = queue.is_in_use();
        queue.fetchers -= usize::from(!self.counted);
        self.counted
    }
}

impl Drop for Fetcher {
    fn drop(&mut self) {
        // Still counted if the runtime ends.
        self.leases.queue().fetchers -= usize::from(self.counted);
    }
}

/// A connection that goes back to the pool when this is dropped.
pub(super) struct Lease {
    pub(super) connection: PoolConnection<Postgres>,
    /// How long it may take until the pool has found it good.
    patience: Duration,
    /// How many statements it has served.
    turns: u32,
}

impl Lease {
    pub(super) fn noted(&mut self, fault: &Fault) {
        if matches!(fault, Fault::TimedOut) {
            // It had its time.
            self.patience = Duration::ZERO;
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // The pool asks the connection whether it is good, and would wait without end.
        let (patience, returned) = (self.patience, self.connection.return_to_pool());
        // Outside a runtime nobody can ask, and the connection ends here.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move { timeout(patience, returned).await });
        }
    }
}
