//! What happened when several callers met, and whether the contract permits it: each operation is one atomic step, so the
//! answers, and all that is found afterwards, must be those of some order of the steps in which none comes before one that had
//! been answered when it began.

use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::answer::Answer;
use super::model::Model;
use super::step::Step;

/// What callers did, in the order in which it was noted down.
#[derive(Default)]
pub(super) struct History(Mutex<Vec<(usize, Event)>>);

pub(super) enum Event {
    Began(Box<Step>),
    /// The step it is at cannot go on now.
    Waits,
    Answered(Answer),
}

/// A step with its answer, and where in the history both are.
struct Done<'a> {
    step: &'a Step,
    answer: &'a Answer,
    began: usize,
    answered: usize,
}

/// The longest order that explains a part of the history, and why it ends there.
#[derive(Default)]
struct Closest {
    length: usize,
    text: String,
}

impl History {
    pub(super) fn note(&self, caller: usize, event: Event) {
        self.lock().push((caller, event));
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(usize, Event)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The history as text, a line for each event.
    pub(super) fn lines(&self) -> Vec<String> {
        let line = |(caller, event): &(usize, Event)| {
            let caller = name(*caller);
            match event {
                Event::Began(step) => format!("{caller} begins   {step}"),
                Event::Waits => format!("{caller} waits"),
                Event::Answered(answer) => format!("{caller} is told  {answer}"),
            }
        };
        self.lock().iter().map(line).collect()
    }

    /// Is there an order in which the steps give these answers, and then these?
    ///
    /// # Errors
    ///
    /// The longest order that explains a part, and what does not fit.
    pub(super) fn explained(&self, model: &Model, after: &[(Step, Answer)]) -> Result<(), String> {
        let events = self.lock();
        let callers = events.iter().map(|(caller, _)| caller + 1).max().unwrap_or_default();
        let mut done: Vec<Vec<Done<'_>>> = (0..callers).map(|_| Vec::new()).collect();
        let mut begun: Vec<Option<(usize, &Step)>> = vec![None; callers];
        for (at, (caller, event)) in events.iter().enumerate() {
            match event {
                Event::Began(step) => begun[*caller] = Some((at, step)),
                Event::Waits => {}
                Event::Answered(answer) => {
                    let Some((began, step)) = begun[*caller].take() else { continue };
                    done[*caller].push(Done { step, answer, began, answered: at });
                }
            }
        }
        let mut closest = Closest::default();
        let mut order = Vec::new();
        if explained(&done, &mut vec![0; callers], model, after, &mut order, &mut closest) { Ok(()) } else { Err(closest.text) }
    }
}

/// `A` for the first caller.
pub(super) fn name(caller: usize) -> char {
    u8::try_from(caller).ok().filter(|caller| *caller < 26).map_or('?', |caller| char::from(b'A' + caller))
}

/// Tries every next step that can come first among those that are left.
fn explained(
    done: &[Vec<Done<'_>>],
    at: &mut Vec<usize>,
    model: &Model,
    after: &[(Step, Answer)],
    order: &mut Vec<usize>,
    closest: &mut Closest,
) -> bool {
    let next = |at: &[usize], caller: usize| done[caller].get(at[caller]);
    let first_answer = (0..done.len()).filter_map(|caller| next(at, caller)).map(|step| step.answered).min();
    let Some(first_answer) = first_answer else { return follows(model, after, order, closest) };
    for caller in 0..done.len() {
        let Some(step) = next(at, caller).filter(|step| step.began < first_answer) else { continue };
        let mut model = model.clone();
        let expected = model.answer(step.step).beside_others();
        let found = step.answer.clone().beside_others();
        if expected == found {
            at[caller] += 1;
            order.push(caller);
            if explained(done, at, &model, after, order, closest) {
                return true;
            }
            order.pop();
            at[caller] -= 1;
        } else {
            closest.ends(order, &format!("{} is told", name(caller)), &expected.beside(&found));
        }
    }
    false
}

/// Is what was found afterwards what the model says?
fn follows(model: &Model, after: &[(Step, Answer)], order: &[usize], closest: &mut Closest) -> bool {
    let mut model = model.clone();
    after.iter().all(|(step, found)| {
        let (expected, found) = (model.answer(step).beside_others(), found.clone().beside_others());
        if expected != found {
            closest.ends(order, &format!("`{}` gives", step.operation), &expected.beside(&found));
        }
        expected == found
    })
}

impl Closest {
    fn ends(&mut self, order: &[usize], what: &str, (expected, found): &(String, String)) {
        if order.len() < self.length {
            return;
        }
        if order.len() > self.length {
            (self.length, self.text) = (order.len(), String::new());
        }
        // The orders that fail at the same point say the same about it.
        if self.text.lines().count() < 6 {
            let order: String = order.iter().map(|caller| name(*caller)).collect();
            let order = if order.is_empty() { "first".to_owned() } else { format!("after {order}") };
            let _ = writeln!(self.text, "{order}, {what}: {expected} (and not: {found})");
        }
    }
}
