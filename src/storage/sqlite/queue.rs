//! A bounded queue between the async callers and the threads that do the work. Callers never wait here: a full queue refuses.
//! It knows how many threads serve it, so that nobody queues for threads that are gone.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    arrived: Condvar,
    capacity: usize,
}

struct State<T> {
    waiting: VecDeque<T>,
    closed: bool,
    workers: usize,
    /// Dropped when the last worker ends.
    ended: Vec<oneshot::Sender<()>>,
}

/// Why something was not queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    Full,
    Closed,
}

impl<T> Queue<T> {
    /// An empty queue, which this many [`Worker`]s will serve.
    pub(super) fn new(capacity: usize, workers: usize) -> Self {
        let state = State { waiting: VecDeque::new(), closed: false, workers, ended: Vec::new() };
        Self { state: Mutex::new(state), arrived: Condvar::new(), capacity }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Nothing below can panic half-way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn push(&self, item: T) -> Result<(), Refused> {
        let mut state = self.lock();
        if state.closed {
            return Err(Refused::Closed);
        }
        if state.waiting.len() >= self.capacity {
            return Err(Refused::Full);
        }
        state.waiting.push_back(item);
        drop(state);
        self.arrived.notify_one();
        Ok(())
    }

    /// Waits for work and takes what there is, up to `max`, oldest first; nothing once the queue is closed and worked off.
    pub(super) fn take(&self, max: usize) -> Vec<T> {
        let mut state = self.lock();
        loop {
            if !state.waiting.is_empty() {
                let count = max.min(state.waiting.len());
                return state.waiting.drain(..count).collect();
            }
            if state.closed {
                return Vec::new();
            }
            state = self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes all that waits now.
    pub(super) fn take_rest(&self) -> Vec<T> {
        self.lock().waiting.drain(..).collect()
    }

    /// Refuses what comes from now on. What waits is still worked off.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_all();
    }

    /// Resolves, to an error, when the last worker has ended.
    pub(super) fn ended(&self) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        let mut state = self.lock();
        if state.workers > 0 {
            state.ended.push(sender);
        }
        receiver
    }

    fn worker_ended(&self) {
        let mut state = self.lock();
        state.workers = state.workers.saturating_sub(1);
        if state.workers > 0 {
            return;
        }
        state.closed = true;
        // Dropping them tells their callers. Not under the lock: a caller may be woken right here.
        let (waiting, ended) = (std::mem::take(&mut state.waiting), std::mem::take(&mut state.ended));
        drop(state);
        drop((waiting, ended));
    }
}

/// Held by each thread that serves the queue. However the thread ends, the queue learns of it.
pub(super) struct Worker<'a, T>(pub(super) &'a Queue<T>);

impl<T> Drop for Worker<'_, T> {
    fn drop(&mut self) {
        self.0.worker_ended();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue_and_a_closed_one_refuse() {
        let queue = Queue::new(2, 1);
        assert_eq!((queue.push(1), queue.push(2), queue.push(3)), (Ok(()), Ok(()), Err(Refused::Full)));
        assert_eq!(queue.take(1), [1]);
        assert_eq!(queue.push(4), Ok(()));
        queue.close();
        assert_eq!(queue.push(5), Err(Refused::Closed));
        assert_eq!((queue.take(9), queue.take(9)), (vec![2, 4], vec![]));
    }

    #[test]
    fn when_the_last_worker_ends_whoever_waits_is_told() {
        let queue = Queue::new(2, 2);
        let (item, mut caller) = oneshot::channel::<()>();
        queue.push(item).unwrap();
        let mut ended = queue.ended();
        drop(Worker(&queue));
        let waits = |receiver: &mut oneshot::Receiver<()>| receiver.try_recv() == Err(oneshot::error::TryRecvError::Empty);
        assert!(waits(&mut caller) && waits(&mut ended));
        drop(Worker(&queue));
        assert!(!waits(&mut caller) && !waits(&mut ended) && !waits(&mut queue.ended()));
        assert_eq!(queue.push(oneshot::channel().0), Err(Refused::Closed));
    }
}
