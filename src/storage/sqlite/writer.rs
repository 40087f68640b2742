//! The one thread that writes. It takes all operations that wait, runs them in one transaction, and commits once: one `fsync`
//! serves everybody who came while the one before was running. Answers go out after the commit.

use std::sync::Arc;
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::fault::{self, Fault};
use super::queue::{Queue, Worker};
use crate::error::StoreError;

/// The most operations in one transaction, so that the first does not wait too long for the last.
const GROUP: usize = 256;

/// An operation in the queue.
trait Operation: Send {
    /// Does it; `false` if what it did is to be undone. It is done again if another one of the group failed, and all was undone.
    fn run(&mut self, connection: &Connection) -> bool;
    /// Tells the caller, after the commit or its failure.
    fn answer(self: Box<Self>, group: Option<&GroupFault>);
}

/// What befell a whole group.
enum GroupFault {
    /// Another process holds the lock, or there is no reading the file.
    NotBegun(Arc<rusqlite::Error>),
    /// SQLite rolled back everything because of what happened to one operation, which has the reason.
    RolledBack,
    /// It could not be committed.
    Failed(Arc<rusqlite::Error>),
}

impl GroupFault {
    fn to_store_error(&self) -> StoreError {
        match self {
            Self::RolledBack => fault::later(1),
            Self::NotBegun(error) | Self::Failed(error) => fault::driver(error),
        }
    }

    fn report(&self) {
        match self {
            Self::RolledBack => {}
            Self::NotBegun(error) | Self::Failed(error) => fault::report(error),
        }
    }
}

impl From<rusqlite::Error> for GroupFault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(Arc::new(error))
    }
}

struct Pending<R, F> {
    step: F,
    outcome: Option<Result<R, Fault>>,
    caller: oneshot::Sender<Result<R, StoreError>>,
}

impl<R: Send, F: Fn(&Connection) -> Result<R, Fault> + Send> Operation for Pending<R, F> {
    fn run(&mut self, connection: &Connection) -> bool {
        self.outcome = Some((self.step)(connection));
        matches!(self.outcome, Some(Ok(_)))
    }

    fn answer(self: Box<Self>, group: Option<&GroupFault>) {
        let answer = match (self.outcome, group) {
            // Its own reason is the better one.
            (Some(Err(fault)), _) => Err(fault.into_store_error()),
            (_, Some(fault)) => Err(fault.to_store_error()),
            (Some(Ok(result)), None) => Ok(result),
            (None, None) => Err(fault::no_answer()),
        };
        // A caller that was dropped does not hear of it; the step is done all the same.
        let _ = self.caller.send(answer);
    }
}

type Answer<R> = oneshot::Receiver<Result<R, StoreError>>;

pub(super) struct Writer {
    queue: Arc<Queue<Box<dyn Operation>>>,
}

impl Writer {
    /// Starts the thread. `reopen` replaces a connection that cannot be brought back to a sound state.
    pub(super) fn start(
        connection: Connection,
        capacity: usize,
        reopen: impl Fn() -> Result<Connection, Fault> + Send + 'static,
    ) -> Result<(Self, JoinHandle<()>), StoreError> {
        let queue = Arc::new(Queue::new(capacity, 1));
        let theirs = queue.clone();
        let work = move || work(&theirs, connection, &reopen);
        let thread = thread::Builder::new().name("grantor-sqlite-w".to_owned()).spawn(work).map_err(StoreError::failed)?;
        Ok((Self { queue }, thread))
    }

    /// Queues a step, which may run more than once. Once queued it is done, whole, whether or not the caller waits for it.
    pub(super) fn enqueue<R, F>(&self, step: F) -> Result<Answer<R>, StoreError>
    where
        R: Send + 'static,
        F: Fn(&Connection) -> Result<R, Fault> + Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        self.queue.push(Box::new(Pending { step, outcome: None, caller })).map_err(fault::refused)?;
        Ok(answer)
    }

    /// Queues a step and waits for its answer.
    pub(super) async fn run<R, F>(&self, step: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: Fn(&Connection) -> Result<R, Fault> + Send + 'static,
    {
        self.enqueue(step)?.await.map_err(|_| fault::no_answer())?
    }

    pub(super) fn close(&self) {
        self.queue.close();
    }

    pub(super) async fn ended(&self) {
        let _ = self.queue.ended().await;
    }
}

fn work(queue: &Queue<Box<dyn Operation>>, connection: Connection, reopen: &impl Fn() -> Result<Connection, Fault>) {
    let _worker = Worker(queue);
    // Declared after the worker, so dropped before it: whoever waits for the end finds the file closed.
    let mut connection = connection;
    loop {
        let mut group = queue.take(GROUP);
        if group.is_empty() {
            return;
        }
        let outcome = commit(&connection, &mut group);
        if let Err(fault) = &outcome {
            fault.report();
            if matches!(fault, GroupFault::NotBegun(_)) {
                // Who came while this group was waiting for the lock has waited long enough.
                group.append(&mut queue.take_rest());
            }
            if !is_sound(&connection)
                && let Ok(fresh) = reopen()
            {
                connection = fresh;
            }
        }
        for operation in group {
            operation.answer(outcome.as_ref().err());
        }
    }
}

/// Runs all operations and commits them. On an error nothing of them is in the file.
fn commit(connection: &Connection, group: &mut [Box<dyn Operation>]) -> Result<(), GroupFault> {
    begin(connection)?;
    if !group.iter_mut().all(|operation| operation.run(connection)) {
        if connection.is_autocommit() {
            return Err(GroupFault::RolledBack);
        }
        execute(connection, "ROLLBACK")?;
        begin(connection)?;
        run_in_savepoints(connection, group)?;
    }
    execute(connection, "COMMIT")?;
    Ok(())
}

fn begin(connection: &Connection) -> Result<(), GroupFault> {
    execute(connection, "BEGIN IMMEDIATE").map_err(|error| GroupFault::NotBegun(Arc::new(error)))?;
    Ok(())
}

/// After one operation failed: what it did is undone, and the others are done. For each savepoint SQLite copies every page that
/// is changed, so there are none as long as all goes well, which is nearly always.
fn run_in_savepoints(connection: &Connection, group: &mut [Box<dyn Operation>]) -> Result<(), GroupFault> {
    for operation in group {
        execute(connection, "SAVEPOINT operation")?;
        if !operation.run(connection) {
            if connection.is_autocommit() {
                return Err(GroupFault::RolledBack);
            }
            execute(connection, "ROLLBACK TO operation")?;
        }
        execute(connection, "RELEASE operation")?;
    }
    Ok(())
}

fn execute(connection: &Connection, statement: &str) -> rusqlite::Result<usize> {
    connection.prepare_cached(statement)?.execute(())
}

/// Ends what a failed group left behind. Is the connection good for the next one?
fn is_sound(connection: &Connection) -> bool {
    if !connection.is_autocommit() {
        // What it says does not matter: the question is asked again.
        let _ = execute(connection, "ROLLBACK");
    }
    connection.is_autocommit()
}
