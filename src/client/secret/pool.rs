//! A few threads for slow hashes, so that they do not stand in the way of requests. The queue is bounded: whoever comes when it
//! is full is told to come later, rather than that memory fills up.

use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Hashes that may wait.
const QUEUE: usize = 256;
/// Each hash needs 19 MiB while it is computed.
const MAX_THREADS: usize = 4;

type Job = Box<dyn FnOnce() + Send>;

/// The threads end when the pool is dropped, each after the hash that it computes.
pub(super) struct Pool {
    queue: SyncSender<Job>,
    closed: Arc<AtomicBool>,
}

impl Pool {
    /// `None` if no thread can be started now.
    pub(super) fn start() -> Option<Self> {
        let (queue, receiver) = sync_channel(QUEUE);
        let closed = Arc::new(AtomicBool::new(false));
        let receiver = Arc::new(Mutex::new(receiver));
        let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MAX_THREADS);
        let started = (0..threads).filter(|_| {
            let (receiver, closed) = (receiver.clone(), closed.clone());
            thread::Builder::new().name("grantor-argon2".to_owned()).spawn(move || work(&receiver, &closed)).is_ok()
        });
        (started.count() > 0).then_some(Self { queue, closed })
    }

    /// Queues a job; `false` if the queue is full or nobody works on it.
    pub(super) fn run(&self, job: impl FnOnce() + Send + 'static) -> bool {
        self.queue.try_send(Box::new(job)).is_ok()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::Relaxed);
    }
}

fn work(receiver: &Mutex<Receiver<Job>>, closed: &AtomicBool) {
    loop {
        // The lock is held while waiting, and released before the job runs.
        let job = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            // Nobody waits for what is still queued when the pool is dropped.
            Ok(job) if !closed.load(Ordering::Relaxed) => job(),
            _ => return,
        }
    }
}
