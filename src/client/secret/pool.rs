//! A few threads for slow hashes, so that they do not stand in the way of requests. The queue is bounded: whoever comes when it
//! is full is told to come later, rather than that memory fills up.

use std::num::NonZero;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Hashes that may wait.
const QUEUE: usize = 256;
/// Each hash needs 19 MiB while it is computed.
const MAX_THREADS: usize = 4;

type Job = Box<dyn FnOnce() + Send>;

/// The threads end when the pool is dropped.
pub(super) struct Pool(SyncSender<Job>);

impl Pool {
    pub(super) fn start() -> Self {
        let (sender, receiver) = sync_channel(QUEUE);
        let receiver = Arc::new(Mutex::new(receiver));
        let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MAX_THREADS);
        for _ in 0..threads {
            let receiver = receiver.clone();
            // Where no thread can be started the queue is closed, and `run` says so.
            let _ = thread::Builder::new().name("grantor-argon2".to_owned()).spawn(move || work(&receiver));
        }
        Self(sender)
    }

    /// Queues a job; `false` if the queue is full or nobody works on it.
    pub(super) fn run(&self, job: impl FnOnce() + Send + 'static) -> bool {
        self.0.try_send(Box::new(job)).is_ok()
    }
}

fn work(receiver: &Mutex<Receiver<Job>>) {
    loop {
        // The lock is held while waiting, and released before the job runs.
        let job = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            Ok(job) => job(),
            Err(_) => return,
        }
    }
}
