//! A few threads for look-ups, each with a connection that cannot write. A look-up is one statement, and so sees the file as it
//! was at one moment: whatever was committed before it began.

use std::num::NonZero;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::fault::{self, Fault};
use super::queue::{Capacity, Queue, Worker};
use crate::values::error::StoreError;

const MAX_THREADS: usize = 4;

type LookUp = Box<dyn FnOnce(&Connection) + Send>;

pub(super) struct Readers {
    queue: Arc<Queue<LookUp>>,
}

impl Readers {
    /// Starts the threads.
    pub(super) fn start(
        open: impl Fn() -> Result<Connection, Fault>,
        capacity: Capacity,
    ) -> Result<(Self, Vec<JoinHandle<()>>), StoreError> {
        let threads = thread::available_parallelism().map_or(1, NonZero::get).clamp(2, MAX_THREADS);
        let connections = (0..threads).map(|_| open()).collect::<Result<Vec<_>, _>>().map_err(Fault::into_store_error)?;
        let readers = Self { queue: Arc::new(Queue::new(capacity, threads)) };
        let mut handles = Vec::new();
        for connection in connections {
            let queue = readers.queue.clone();
            let thread = thread::Builder::new().name("grantor-sqlite-r".to_owned()).spawn(move || work(&queue, connection));
            match thread {
                Ok(thread) => handles.push(thread),
                Err(error) => {
                    // Ends those that were started.
                    readers.close();
                    return Err(StoreError::failed(error));
                }
            }
        }
        Ok((readers, handles))
    }

    /// Looks something up that holds on to nothing of any size.
    pub(super) async fn run<R, F>(&self, look_up: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: FnOnce(&Connection) -> Result<R, Fault> + Send + 'static,
    {
        self.run_with(0, look_up).await
    }

    /// Looks something up, holding on to so many bytes until then.
    pub(super) async fn run_with<R, F>(&self, bytes: usize, look_up: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: FnOnce(&Connection) -> Result<R, Fault> + Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        let job = move |connection: &Connection| {
            // Nobody waits for a look-up whose caller was dropped.
            if !caller.is_closed() {
                let _ = caller.send(look_up(connection).map_err(Fault::into_store_error));
            }
        };
        let bytes = bytes.saturating_add(size_of_val(&job));
        self.queue.push(Box::new(job), bytes).map_err(fault::refused)?;
        answer.await.map_err(|_| fault::no_answer())?
    }

    pub(super) fn close(&self) {
        self.queue.close();
    }

    pub(super) async fn ended(&self) {
        let _ = self.queue.ended().await;
    }
}

fn work(queue: &Queue<LookUp>, connection: Connection) {
    let _worker = Worker(queue);
    // Declared after the worker, so dropped before it.
    let connection = connection;
    loop {
        // One at a time, so that the other threads have work too.
        let next = queue.take(1);
        if next.is_empty() {
            return;
        }
        for look_up in next {
            look_up(&connection);
        }
    }
}
