//! A bounded queue between the async callers and the threads that do the work. Callers never wait here: a full queue refuses.
//! It knows how many threads serve it, so that nobody queues for threads that are gone.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

/// Whoever has waited for so long looks up, and waits on.
const A_WHILE: Duration = Duration::from_secs(3_600);

pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    arrived: Condvar,
    capacity: Capacity,
}

/// What may wait.
#[derive(Debug, Clone, Copy)]
pub(super) struct Capacity {
    pub(super) items: usize,
    /// Of all together, as each said when it came. One that is larger than that waits alone.
    pub(super) bytes: usize,
}

struct State<T> {
    /// Each with its bytes.
    waiting: VecDeque<(T, usize)>,
    bytes: usize,
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

/// What came of waiting for a while.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken<T> {
    Items(Vec<T>),
    TooLate,
    /// The queue is closed and worked off.
    Closed,
}

impl<T> State<T> {
    fn take(&mut self, max: usize) -> Vec<T> {
        let count = max.min(self.waiting.len());
        let (items, bytes): (Vec<T>, Vec<usize>) = self.waiting.drain(..count).unzip();
        self.bytes = self.bytes.saturating_sub(bytes.into_iter().sum());
        items
    }
}

impl<T> Queue<T> {
    /// An empty queue, which this many [`Worker`]s will serve.
    pub(super) fn new(capacity: Capacity, workers: usize) -> Self {
        let state = State { waiting: VecDeque::new(), bytes: 0, closed: false, workers, ended: Vec::new() };
        Self { state: Mutex::new(state), arrived: Condvar::new(), capacity }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Nothing below can panic half-way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues an item that takes so many bytes of memory, about.
    pub(super) fn push(&self, item: T, bytes: usize) -> Result<(), Refused> {
        let mut state = self.lock();
        if state.closed {
            return Err(Refused::Closed);
        }
        let together = state.bytes.saturating_add(bytes);
        let too_large = together > self.capacity.bytes && !state.waiting.is_empty();
        if state.waiting.len() >= self.capacity.items || too_large {
            return Err(Refused::Full);
        }
        state.waiting.push_back((item, bytes));
        state.bytes = together;
        drop(state);
        self.arrived.notify_one();
        Ok(())
    }

    /// Waits for work and takes what there is, up to `max`, oldest first; nothing once the queue is closed and worked off.
    pub(super) fn take(&self, max: usize) -> Vec<T> {
        loop {
            match self.take_within(max, A_WHILE) {
                Taken::Items(items) => return items,
                Taken::TooLate => {}
                Taken::Closed => return Vec::new(),
            }
        }
    }

    /// As [`take`](Self::take), but waits no longer than so.
    pub(super) fn take_within(&self, max: usize, patience: Duration) -> Taken<T> {
        let until = Instant::now() + patience.min(A_WHILE);
        let mut state = self.lock();
        loop {
            if !state.waiting.is_empty() {
                return Taken::Items(state.take(max));
            }
            if state.closed {
                return Taken::Closed;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Taken::TooLate;
            }
            (state, _) = self.arrived.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes all that waits now.
    pub(super) fn take_rest(&self) -> Vec<T> {
        self.lock().take(usize::MAX)
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
        let (waiting, ended) = (state.take(usize::MAX), std::mem::take(&mut state.ended));
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

    fn queue<T>(items: usize, bytes: usize, workers: usize) -> Queue<T> {
        Queue::new(Capacity { items, bytes }, workers)
    }

    #[test]
    fn a_full_queue_and_a_closed_one_refuse() {
        let queue = queue(2, usize::MAX, 1);
        assert_eq!((queue.push(1, 0), queue.push(2, 0), queue.push(3, 0)), (Ok(()), Ok(()), Err(Refused::Full)));
        assert_eq!(queue.take(1), [1]);
        assert_eq!(queue.push(4, 0), Ok(()));
        queue.close();
        assert_eq!(queue.push(5, 0), Err(Refused::Closed));
        assert_eq!((queue.take(9), queue.take(9)), (vec![2, 4], vec![]));
    }

    #[test]
    fn full_in_bytes_is_full_too() {
        let queue = queue(9, 100, 1);
        assert_eq!((queue.push(1, 60), queue.push(2, 41), queue.push(3, 40)), (Ok(()), Err(Refused::Full), Ok(())));
        assert_eq!((queue.push(4, 1), queue.push(5, 0)), (Err(Refused::Full), Ok(())));
        // What is taken makes room again.
        assert_eq!(queue.take(1), [1]);
        assert_eq!((queue.push(6, 61), queue.push(7, 60)), (Err(Refused::Full), Ok(())));
        assert_eq!(queue.take_rest(), [3, 5, 7]);
        // What is larger than the whole room is not refused for ever, but waits alone.
        assert_eq!((queue.push(8, usize::MAX), queue.push(9, 1)), (Ok(()), Err(Refused::Full)));
        assert_eq!((queue.take(1), queue.push(9, 1)), (vec![8], Ok(())));
    }

    #[test]
    fn whoever_waits_for_a_while_is_told_what_came_of_it() {
        let queue = queue(9, 9, 1);
        assert_eq!(queue.take_within(9, Duration::ZERO), Taken::<u8>::TooLate);
        queue.push(1, 0).unwrap();
        queue.close();
        assert_eq!(queue.take_within(9, Duration::ZERO), Taken::Items(vec![1]));
        assert_eq!(queue.take_within(9, Duration::MAX), Taken::Closed);
    }

    #[test]
    fn when_the_last_worker_ends_whoever_waits_is_told() {
        let queue = queue(2, 9, 2);
        let (item, mut caller) = oneshot::channel::<()>();
        queue.push(item, 0).unwrap();
        let mut ended = queue.ended();
        drop(Worker(&queue));
        let waits = |receiver: &mut oneshot::Receiver<()>| receiver.try_recv() == Err(oneshot::error::TryRecvError::Empty);
        assert!(waits(&mut caller) && waits(&mut ended));
        drop(Worker(&queue));
        assert!(!waits(&mut caller) && !waits(&mut ended) && !waits(&mut queue.ended()));
        assert_eq!(queue.push(oneshot::channel().0, 0), Err(Refused::Closed));
    }
}
