//! The one thread that writes. It takes all operations that wait, runs them in one transaction, and commits once: one `fsync`
//! serves everybody who came while the one before was running. Answers go out after the commit.

use std::sync::Arc;
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::fault::{self, Fault};
use super::files::Files;
use super::queue::{Capacity, Queue, Taken, Worker};
use crate::values::error::StoreError;

/// The most operations in one transaction, so that the first does not wait too long for the last.
const GROUP: usize = 256;

/// An operation in the queue.
trait Operation: Send {
    /// Does it; `false` if what it did is to be undone. It is done again if another one of the group failed, and all was undone.
    fn run(&mut self, files: &mut Files) -> bool;
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

impl<R: Send, F: Fn(&mut Files) -> Result<R, Fault> + Send> Operation for Pending<R, F> {
    fn run(&mut self, files: &mut Files) -> bool {
        self.outcome = Some((self.step)(files));
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

/// Overwrites the keys that are due. Nobody asked for it, so only the operator hears if it fails.
struct EraseKeys {
    /// Is the store being closed?
    at_the_end: bool,
}

impl Operation for EraseKeys {
    fn run(&mut self, files: &mut Files) -> bool {
        let erased = files.keys.erase_dead();
        let erased = if self.at_the_end { erased.and_then(|()| files.keys.remove_empty()) } else { erased };
        if let Err(error) = erased {
            tracing::warn!(detail = %error, "keys of closed retry windows could not be erased beside the SQLite file");
        }
        // It changed nothing in the database.
        true
    }

    fn answer(self: Box<Self>, _: Option<&GroupFault>) {}
}

type Answer<R> = oneshot::Receiver<Result<R, StoreError>>;

pub(super) struct Writer {
    queue: Arc<Queue<Box<dyn Operation>>>,
}

impl Writer {
    /// Starts the thread. `reopen` replaces a connection that cannot be brought back to a sound state.
    pub(super) fn start(
        files: Files,
        capacity: Capacity,
        reopen: impl Fn() -> Result<Connection, Fault> + Send + 'static,
    ) -> Result<(Self, JoinHandle<()>), StoreError> {
        let queue = Arc::new(Queue::new(capacity, 1));
        let theirs = queue.clone();
        let work = move || work(&theirs, files, &reopen);
        let thread = thread::Builder::new().name("grantor-sqlite-w".to_owned()).spawn(work).map_err(StoreError::failed)?;
        Ok((Self { queue }, thread))
    }

    /// Queues a step, which may run more than once, and holds on to so many bytes besides what is in it. Once queued it is done,
    /// whole, whether or not the caller waits for it.
    pub(super) fn enqueue<R, F>(&self, bytes: usize, step: F) -> Result<Answer<R>, StoreError>
    where
        R: Send + 'static,
        F: Fn(&mut Files) -> Result<R, Fault> + Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        let pending = Box::new(Pending { step, outcome: None, caller });
        let bytes = bytes.saturating_add(size_of_val(&*pending));
        self.queue.push(pending, bytes).map_err(fault::refused)?;
        Ok(answer)
    }

    /// Queues a step that holds on to nothing of any size, and waits for its answer.
    pub(super) async fn run<R, F>(&self, step: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: Fn(&mut Files) -> Result<R, Fault> + Send + 'static,
    {
        self.run_with(0, step).await
    }

    /// Queues a step that holds on to so many bytes, and waits for its answer.
    pub(super) async fn run_with<R, F>(&self, bytes: usize, step: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: Fn(&mut Files) -> Result<R, Fault> + Send + 'static,
    {
        self.enqueue(bytes, step)?.await.map_err(|_| fault::no_answer())?
    }

    pub(super) fn close(&self) {
        self.queue.close();
    }

    pub(super) async fn ended(&self) {
        let _ = self.queue.ended().await;
    }
}

fn work(queue: &Queue<Box<dyn Operation>>, files: Files, reopen: &impl Fn() -> Result<Connection, Fault>) {
    let _worker = Worker(queue);
    // Declared after the worker, so dropped before it: whoever waits for the end finds the files closed.
    let mut files = files;
    loop {
        let mut group = match queue.take_within(GROUP, files.keys.pause()) {
            Taken::Items(group) => group,
            Taken::TooLate => Vec::new(),
            Taken::Closed => break,
        };
        if files.keys.have_dead() {
            group.push(Box::new(EraseKeys { at_the_end: false }));
        }
        if !group.is_empty() {
            serve(queue, &mut files, group, reopen);
        }
    }
    if files.keys.have_file() {
        serve(queue, &mut files, vec![Box::new(EraseKeys { at_the_end: true })], reopen);
    }
}

fn serve(
    queue: &Queue<Box<dyn Operation>>,
    files: &mut Files,
    mut group: Vec<Box<dyn Operation>>,
    reopen: &impl Fn() -> Result<Connection, Fault>,
) {
    let outcome = commit(files, &mut group);
    if let Err(fault) = &outcome {
        fault.report();
        if matches!(fault, GroupFault::NotBegun(_)) {
            // Who came while this group was waiting for the lock has waited long enough.
            group.append(&mut queue.take_rest());
        }
        if !is_sound(files)
            && let Ok(fresh) = reopen()
        {
            files.connection = fresh;
        }
    }
    for operation in group {
        operation.answer(outcome.as_ref().err());
    }
}

/// Runs all operations and commits them. On an error nothing of them is in the file.
fn commit(files: &mut Files, group: &mut [Box<dyn Operation>]) -> Result<(), GroupFault> {
    begin(files)?;
    if !group.iter_mut().all(|operation| operation.run(files)) {
        if files.is_autocommit() {
            return Err(GroupFault::RolledBack);
        }
        execute(files, "ROLLBACK")?;
        begin(files)?;
        run_in_savepoints(files, group)?;
    }
    execute(files, "COMMIT")?;
    Ok(())
}

fn begin(files: &mut Files) -> Result<(), GroupFault> {
    execute(files, "BEGIN IMMEDIATE").map_err(|error| GroupFault::NotBegun(Arc::new(error)))?;
    // While nobody had the lock another process may have changed them.
    files.keys.forget();
    Ok(())
}

/// After one operation failed: what it did is undone, and the others are done. For each savepoint SQLite copies every page that
/// is changed, so there are none as long as all goes well, which is nearly always.
fn run_in_savepoints(files: &mut Files, group: &mut [Box<dyn Operation>]) -> Result<(), GroupFault> {
    for operation in group {
        execute(files, "SAVEPOINT operation")?;
        if !operation.run(files) {
            if files.is_autocommit() {
                return Err(GroupFault::RolledBack);
            }
            execute(files, "ROLLBACK TO operation")?;
        }
        execute(files, "RELEASE operation")?;
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
