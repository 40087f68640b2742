//! Erasing salts whose retry window has closed, also where nobody purges: with the refresh token before it, a salt is the current
//! one. A task of the store's own does it, beside the requests and in no round trip of theirs.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::sleep;

use super::purge;
use super::run::{Database, WeakDatabase};
use crate::events;
use crate::values::clock::Timestamp;

/// How long a salt stays when its window has closed. Instances whose clocks differ by less do not close each other's windows.
const CLOCKS_DIFFER: Duration = Duration::from_secs(crate::storage::CLOCKS_DIFFER);

/// What is to be erased. It waits as long as a window lasts, and then erases those that have closed by the clock of the database; where
/// the time of the requests is that of a test, those that close no later than that one.
#[derive(Default)]
pub(super) struct Salts {
    state: Mutex<State>,
    /// Those of an earlier process are seen to.
    looked_back: AtomicBool,
}

#[derive(Default)]
struct State {
    /// What was opened since the task went to sleep.
    next: Option<Window>,
    is_running: bool,
}

#[derive(Clone, Copy)]
struct Window {
    closes: Timestamp,
    lasts: Duration,
}

impl Salts {
    /// A salt is kept from `now` until `closes`.
    pub(super) fn kept(self: &Arc<Self>, database: &Database, now: Timestamp, closes: Timestamp) {
        let lasts = Duration::from_secs(now.checked_secs_until(closes).unwrap_or_default());
        self.note(database, Window { closes, lasts });
    }

    /// A request came at `now`. The first one has the salts erased that an earlier process left behind.
    pub(super) fn asked(self: &Arc<Self>, database: &Database, now: Timestamp) {
        if !self.looked_back.load(Ordering::Relaxed) && !self.looked_back.swap(true, Ordering::Relaxed) {
            self.note(database, Window { closes: now, lasts: Duration::ZERO });
        }
    }

    fn note(self: &Arc<Self>, database: &Database, window: Window) {
        let mut state = self.state();
        state.next = Some(window.after(state.next));
        if !state.is_running
            && let Ok(runtime) = Handle::try_current()
        {
            state.is_running = true;
            drop(state);
            runtime.spawn(Eraser { salts: self.clone(), is_running: true }.run(database.downgrade()));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing can panic while it is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Window {
    /// One that covers both.
    fn after(self, other: Option<Self>) -> Self {
        let Some(other) = other else { return self };
        Self { closes: self.closes.max(other.closes), lasts: self.lasts.max(other.lasts) }
    }
}

/// The task. It ends when no window was opened while it slept, and with the store.
struct Eraser {
    salts: Arc<Salts>,
    is_running: bool,
}

impl Eraser {
    async fn run(mut self, database: WeakDatabase) {
        while let Some(window) = self.next() {
            sleep(window.lasts + CLOCKS_DIFFER).await;
            let Some(database) = database.upgrade() else { return };
            if let Err(error) = purge::erase_salts(&database, window.closes).await {
                events::not_purged(&error);
                let mut state = self.salts.state();
                state.next = Some(window.after(state.next));
            }
        }
    }

    /// In one step: whoever opens a window after that starts another task.
    fn next(&mut self) -> Option<Window> {
        let mut state = self.salts.state();
        let next = state.next.take();
        state.is_running = next.is_some();
        self.is_running = next.is_some();
        next
    }
}

impl Drop for Eraser {
    fn drop(&mut self) {
        if self.is_running {
            // The runtime ends, or the store.
            self.salts.state().is_running = false;
        }
    }
}
