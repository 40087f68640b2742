//! Several callers at once, as a database has them: all wait at a barrier, and then each goes its way.

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use tokio::sync::oneshot;

use super::history::History;
use super::perform::Boxed;
use super::report::Finding;
use super::rule::Scenario;
use super::stage::Stage;
use super::step::Step;

/// A caller of a store, on its way to a thread or a task.
pub type Caller = Boxed<()>;

/// Lets a caller run on a thread of its own: for stores that need no async runtime. See
/// [`Contract::spawner`](super::Contract::spawner).
///
/// # Panics
///
/// If the operating system has no thread left.
pub fn on_a_thread(caller: Caller) {
    thread::spawn(move || block_on(caller));
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// The output of a future, without a runtime: this thread sleeps while it waits.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let (mut future, mut context) = (pin!(future), Context::from_waker(&waker));
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// Lets nobody through before all are there.
struct Barrier {
    missing: AtomicUsize,
    waiting: Mutex<Vec<Waker>>,
}

impl Barrier {
    fn new(callers: usize) -> Self {
        Self { missing: AtomicUsize::new(callers), waiting: Mutex::new(Vec::new()) }
    }

    async fn pass(&self) {
        let mut is_here = false;
        std::future::poll_fn(|context| {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            if !std::mem::replace(&mut is_here, true) && self.missing.fetch_sub(1, Ordering::AcqRel) == 1 {
                waiting.drain(..).for_each(Waker::wake);
            }
            if self.missing.load(Ordering::Acquire) == 0 {
                return Poll::Ready(());
            }
            waiting.push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

impl<S: Send + Sync + 'static> Stage<'_, S> {
    /// Plays the scenario with all callers at once.
    pub(super) async fn at_once(&self, how: &str, scenario: &Scenario, spawn: Option<&dyn Fn(Caller)>) -> Result<(), Finding> {
        let model = self.set_up(&scenario.before).await?;
        let (history, barrier) = (Arc::new(History::default()), Arc::new(Barrier::new(scenario.callers.len())));
        let (mut here, mut ends): (Vec<Option<Caller>>, _) = (Vec::new(), Vec::new());
        for (number, steps) in scenario.callers.iter().enumerate() {
            let (barrier, steps, (end, ended)) = (barrier.clone(), self.caller(number, steps, &history), oneshot::channel());
            let caller: Caller = Box::pin(async move {
                barrier.pass().await;
                steps.await;
                let _ = end.send(());
            });
            match spawn {
                Some(spawn) => spawn(caller),
                None => here.push(Some(caller)),
            }
            ends.push(ended);
        }
        joined(here).await;
        let finding = |expected: String, found: &str| Finding {
            how: how.to_owned(),
            lines: scenario.before.iter().map(Step::to_string).chain(history.lines()).collect(),
            expected,
            found: found.to_owned(),
        };
        for ended in ends {
            ended.await.map_err(|_| finding("an answer for every caller".to_owned(), "a caller was dropped where it ran"))?;
        }
        let after = self.look(&scenario.after).await;
        history.explained(&model, &after).map_err(|closest| finding(closest, "no order of whole steps gives these answers"))
    }
}

/// Polls all of them in turn until each has come to its end.
async fn joined(mut callers: Vec<Option<Caller>>) {
    std::future::poll_fn(move |context| {
        for caller in &mut callers {
            caller.take_if(|caller| caller.as_mut().poll(context).is_ready());
        }
        if callers.iter().all(Option::is_none) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}
