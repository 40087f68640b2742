//! Several callers whose futures are polled by hand: every schedule of their await points, as far as the bounds reach.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use super::history::{Event, History, name};
use super::perform::Boxed;
use super::report::Finding;
use super::rule::Scenario;
use super::stage::Stage;
use super::step::Step;

/// A caller that could go on has to wait for another at most so many times. Nearly every defect shows with one or two.
const SWITCHES: usize = 3;
/// No more schedules than this are tried for one scenario.
pub(super) const SCHEDULES: usize = 3_000;
/// A caller that was polled so often in a row lets another go first: it may be waiting for it.
const IN_A_ROW: usize = 64;
/// So many times the runtime gets a turn before those who wait are taken to wait for good: tokio, for one, lets its own locks
/// wait now and then until the task that polls them has come back to it.
const IDLE: usize = 4;
/// After so many polls nobody will come to an end.
const POLLS: usize = 10_000;

/// Which of the callers that can go on does, each time that several can; what is not decided yet is 0, to stay with the one
/// that was polled last. The second number is how many could.
#[derive(Default)]
pub(super) struct Schedule(Vec<(usize, usize)>);

impl Schedule {
    fn choose(&mut self, at: usize, among: usize) -> usize {
        if at == self.0.len() {
            self.0.push((0, among));
        }
        self.0.get(at).map_or(0, |(choice, _)| *choice).min(among - 1)
    }

    /// The next schedule in depth-first order; `None` after the last.
    pub(super) fn next(mut self) -> Option<Self> {
        while let Some((choice, among)) = self.0.pop() {
            if choice + 1 < among {
                self.0.push((choice + 1, among));
                return Some(self);
            }
        }
        None
    }
}

struct Caller {
    steps: Option<Boxed<()>>,
    woken: Arc<Woken>,
    waker: Waker,
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Release);
    }
}

impl Caller {
    fn new(steps: Boxed<()>) -> Self {
        let woken = Arc::new(Woken(AtomicBool::new(true)));
        Self { steps: Some(steps), waker: Waker::from(woken.clone()), woken }
    }

    fn can_go_on(&self) -> bool {
        self.steps.is_some() && self.woken.0.load(Ordering::Acquire)
    }

    /// Does it wait?
    fn poll(&mut self) -> bool {
        self.woken.0.store(false, Ordering::Release);
        let Some(steps) = &mut self.steps else { return false };
        if steps.as_mut().poll(&mut Context::from_waker(&self.waker)).is_ready() {
            self.steps = None;
            return false;
        }
        true
    }
}

/// The output of a future while nobody else does anything.
///
/// # Errors
///
/// Why it has none.
pub(super) async fn alone<T>(future: impl Future<Output = T>) -> Result<T, &'static str> {
    let mut future = pin!(future);
    let woken = Arc::new(Woken(AtomicBool::new(true)));
    let waker = Waker::from(woken.clone());
    let mut idle = 0;
    for _ in 0..POLLS {
        if !woken.0.swap(false, Ordering::AcqRel) {
            if idle == IDLE {
                return Err("it waits, and nobody wakes it");
            }
            idle += 1;
            yield_once().await;
            continue;
        }
        idle = 0;
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Ok(output);
        }
    }
    Err("it is polled again and again")
}

impl<S: Send + Sync + 'static> Stage<'_, S> {
    /// The steps of one caller, noted down as they begin and end.
    pub(super) fn caller(
        &self,
        caller: usize,
        steps: &[Step],
        history: &Arc<History>,
    ) -> impl Future<Output = ()> + Send + 'static {
        let history = history.clone();
        // A future does nothing before it is polled.
        let steps: Vec<_> = steps.iter().map(|step| (step.clone(), self.perform(step.clone()))).collect();
        async move {
            for (number, (step, performing)) in steps.into_iter().enumerate() {
                if number > 0 {
                    // Between two steps others can come as well as within one.
                    yield_once().await;
                }
                history.note(caller, Event::Began(Box::new(step)));
                let answer = performing.await;
                history.note(caller, Event::Answered(answer));
            }
        }
    }

    /// Plays the scenario by this schedule.
    pub(super) async fn by_hand(&self, scenario: &Scenario, schedule: &mut Schedule) -> Result<(), Finding> {
        let model = self.set_up(&scenario.before).await?;
        let history = Arc::new(History::default());
        let callers = scenario.callers.iter().enumerate();
        let mut callers: Vec<_> =
            callers.map(|(caller, steps)| Caller::new(Box::pin(self.caller(caller, steps, &history)))).collect();
        let finding = |expected: String, found: &str| Finding {
            how: "callers meet, their futures polled by hand".to_owned(),
            lines: scenario.before.iter().map(Step::to_string).chain(history.lines()).collect(),
            expected,
            found: found.to_owned(),
        };
        play(&mut callers, schedule, &history).await.map_err(|stuck| finding("an answer for every caller".to_owned(), &stuck))?;
        let after = self.look(&scenario.after).await;
        history.explained(&model, &after).map_err(|closest| finding(closest, "no order of whole steps gives these answers"))
    }
}

/// Polls the callers until all have come to their end.
async fn play(callers: &mut [Caller], schedule: &mut Schedule, history: &History) -> Result<(), String> {
    let (mut turns, mut idle) = (Turns::default(), 0);
    for _ in 0..POLLS {
        let ready = (0..callers.len()).filter(|caller| callers[*caller].can_go_on()).collect();
        if let Some(caller) = turns.next(ready, schedule) {
            idle = 0;
            if callers[caller].poll() {
                history.note(caller, Event::Waits);
            }
            continue;
        }
        let waiting: String = (0..callers.len()).filter(|caller| callers[*caller].steps.is_some()).map(name).collect();
        if waiting.is_empty() {
            return Ok(());
        }
        if idle == IDLE {
            return Err(format!("{waiting} wait, and nobody wakes them"));
        }
        idle += 1;
        yield_once().await;
    }
    Err(format!("nobody comes to an end in {POLLS} polls"))
}

/// Whose turn it was.
#[derive(Default)]
struct Turns {
    last: usize,
    in_a_row: usize,
    switches: usize,
    decisions: usize,
}

impl Turns {
    /// Who goes on of those who can, as the schedule has it.
    fn next(&mut self, mut ready: Vec<usize>, schedule: &mut Schedule) -> Option<usize> {
        let stays = ready.iter().position(|caller| *caller == self.last).map(|at| ready[..=at].rotate_right(1)).is_some();
        if stays && self.in_a_row >= IN_A_ROW {
            ready.rotate_left(1);
        } else if stays && self.switches >= SWITCHES {
            ready.truncate(1);
        }
        let choice = if ready.len() > 1 { schedule.choose(self.decisions, ready.len()) } else { 0 };
        self.decisions += usize::from(ready.len() > 1);
        let caller = *ready.get(choice)?;
        self.switches += usize::from(stays && caller != self.last);
        self.in_a_row = if caller == self.last { self.in_a_row + 1 } else { 0 };
        self.last = caller;
        Some(caller)
    }
}

/// Pending once.
fn yield_once() -> impl Future<Output = ()> + Send {
    let mut yielded = false;
    std::future::poll_fn(move |context| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
}
