//! Who gets the next connection. While statements wait for one, a connection that has just served another is handed to them: the
//! pool would test it first, which costs as much as a statement that finds a row.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use futures_channel::oneshot;
use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres};
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::fault::Fault;

/// After so many statements a connection goes back to the pool all the same, where the application may be waiting for it too.
const TURNS: u32 = 16;

type Acquired = Result<PoolConnection<Postgres>, sqlx::Error>;
type Acquiring = Pin<Box<dyn Future<Output = Acquired> + Send>>;

#[derive(Clone)]
pub(super) struct Leases {
    pool: PgPool,
    patience: Duration,
    queue: Arc<Mutex<Queue>>,
}

#[derive(Default)]
struct Queue {
    /// The first one first. Some may have gone away.
    waiting: VecDeque<oneshot::Sender<Result<Lease, sqlx::Error>>>,
    /// How many tasks ask the pool on behalf of those who wait.
    fetching: usize,
}

impl Leases {
    pub(super) fn new(pool: PgPool, patience: Duration) -> Self {
        Self { pool, patience, queue: Arc::default() }
    }

    /// The pool's next connection, or one that is handed on before.
    pub(super) async fn next(&self) -> Result<Lease, sqlx::Error> {
        let mut acquiring = None;
        if !self.queue().is_in_use() {
            let mut asked: Acquiring = Box::pin(self.pool.acquire());
            match poll_fn(|cx| Poll::Ready(asked.as_mut().poll(cx))).await {
                Poll::Ready(acquired) => return acquired.map(|connection| self.lease(connection)),
                Poll::Pending => acquiring = Some(asked),
            }
        }
        self.wait(acquiring).await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
    }

    /// Gets into the queue, and sees to it that somebody asks the pool.
    fn wait(&self, acquiring: Option<Acquiring>) -> oneshot::Receiver<Result<Lease, sqlx::Error>> {
        let (sender, receiver) = oneshot::channel();
        let mut queue = self.queue();
        queue.waiting.push_back(sender);
        if acquiring.is_some() || queue.fetching < self.pool.options().get_max_connections() as usize {
            queue.fetching += 1;
            let fetcher = Fetcher { leases: self.clone(), counted: true };
            drop(queue);
            // Never given up half-way: the pool would lose a connection that it tests or opens just then.
            Handle::current().spawn(fetcher.run(acquiring));
        }
        receiver
    }

    /// To the first who still waits; to the pool if there is nobody, or it has had its turns.
    pub(super) fn hand_on(&self, mut lease: Lease) {
        lease.turns += 1;
        if lease.turns < TURNS {
            self.give(Ok(lease));
        }
    }

    fn give(&self, mut lease: Result<Lease, sqlx::Error>) {
        // The guard of the queue ends with the condition: what is dropped here may ask for it.
        while let Some(waiting) = self.first() {
            match waiting.send(lease) {
                Ok(()) => return,
                Err(refused) => lease = refused,
            }
        }
    }

    fn first(&self) -> Option<oneshot::Sender<Result<Lease, sqlx::Error>>> {
        self.queue().waiting.pop_front()
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
        while self.waiting.front().is_some_and(oneshot::Sender::is_canceled) {
            self.waiting.pop_front();
        }
        !self.waiting.is_empty()
    }
}

struct Fetcher {
    leases: Leases,
    /// Is it counted in the queue?
    counted: bool,
}

impl Fetcher {
    /// Asks the pool for as long as anybody waits.
    async fn run(mut self, mut acquiring: Option<Acquiring>) {
        loop {
            let acquired = match acquiring.take() {
                Some(acquiring) => acquiring.await,
                None => self.leases.pool.acquire().await,
            };
            self.leases.give(acquired.map(|connection| self.leases.lease(connection)));
            if !self.goes_on() {
                return;
            }
        }
    }

    /// In one step: whoever gets into the queue after that finds one fetcher less.
    fn goes_on(&mut self) -> bool {
        let mut queue = self.leases.queue();
        self.counted = queue.is_in_use();
        queue.fetching -= usize::from(!self.counted);
        self.counted
    }
}

impl Drop for Fetcher {
    fn drop(&mut self) {
        // Also when the runtime ends.
        self.leases.queue().fetching -= usize::from(self.counted);
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
