//! A fresh store with the capabilities that it has, and the two simple ways to use it: one step after the other, and steps that
//! are dropped half-way.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::answer::Answer;
use super::by_hand;
use super::history::name;
use super::model::Model;
use super::perform::{Boxed, Capabilities};
use super::report::Finding;
use super::rule::Scenario;
use super::step::{Operation, Step};
use super::world::World;

/// So many times a step may wait before it is taken to wait for good.
const PATIENCE: usize = 256;
/// What is looked up while a dropped step may still be under way can straddle its end; then it is looked up again.
const LOOKS: usize = 5;

pub(super) struct Stage<'a, S> {
    pub(super) store: Arc<S>,
    pub(super) capabilities: &'a Capabilities<S>,
    /// Nothing behind the store goes on by itself: a step that waits alone waits for good.
    pub(super) polled_by_hand: bool,
}

impl<S: Send + Sync + 'static> Stage<'_, S> {
    pub(super) fn perform(&self, step: Step) -> Boxed<Answer> {
        self.capabilities.perform(&self.store, step)
    }

    /// Performs a step while nobody else does anything.
    async fn alone(&self, step: Step) -> Answer {
        let step = self.perform(step);
        if self.polled_by_hand { by_hand::alone(step).await.unwrap_or_else(Answer::none) } else { step.await }
    }

    /// The scenario as far as this store can play it; what earlier ones left does not count.
    pub(super) async fn prepared(&self, scenario: Scenario, world: &World) -> Scenario {
        let restrict = |steps| self.capabilities.restrict(steps);
        let Scenario { before, callers, after } = scenario;
        let callers = callers.into_iter().map(restrict).filter(|steps| !steps.is_empty()).collect();
        let scenario = Scenario { before: restrict(before), callers, after: restrict(after) };
        let mut steps = scenario.before.iter().chain(scenario.callers.iter().flatten()).chain(&scenario.after);
        if steps.any(|step| matches!(step.operation, Operation::PurgeExpired | Operation::PurgeWithProgress)) {
            for step in world.purge_all() {
                self.alone(step).await;
            }
        }
        scenario
    }

    /// Performs the steps one after the other, each by the caller beside it, and compares every answer.
    pub(super) async fn in_turn(&self, how: &str, steps: Vec<(Option<usize>, Step)>) -> Result<Model, Finding> {
        let (mut model, mut told) = (Model::default(), Vec::new());
        for (caller, step) in steps {
            let expected = model.answer(&step);
            let found = self.alone(step.clone()).await;
            let differ = expected != found;
            told.push((caller, step, found));
            if differ {
                let (expected, found) = told.last().map(|(_, _, found)| expected.beside(found)).unwrap_or_default();
                return Err(Finding { how: how.to_owned(), lines: told.iter().map(line).collect(), expected, found });
            }
        }
        Ok(model)
    }

    /// Performs steps that nobody else is in the way of, and gives what the model says of them.
    pub(super) async fn set_up(&self, steps: &[Step]) -> Result<Model, Finding> {
        self.in_turn("beforehand", steps.iter().map(|step| (None, step.clone())).collect()).await
    }

    pub(super) async fn look(&self, steps: &[Step]) -> Vec<(Step, Answer)> {
        let mut looked = Vec::new();
        for step in steps {
            looked.push((step.clone(), self.alone(step.clone()).await));
        }
        looked
    }

    /// Drops the scenario's one step after it waited so many times. Gives whether it came to its end before that.
    pub(super) async fn dropped(&self, scenario: &Scenario, waits: usize) -> Result<bool, Finding> {
        let without = self.set_up(&scenario.before).await?;
        let Some(step) = scenario.callers.first().and_then(|steps| steps.first()) else { return Ok(true) };
        let mut with = without.clone();
        let expected = with.answer(step);
        let impatient = Impatient { step: Some(self.perform(step.clone())), waits };
        let answer = if self.polled_by_hand {
            by_hand::alone(impatient).await.unwrap_or_else(|why| Some(Answer::none(why)))
        } else {
            impatient.await
        };
        let finding = |expected: String, found: String, more: Vec<String>| {
            let how = format!("a step, dropped when it waits for the {}. time", waits + 1);
            let before = scenario.before.iter().map(Step::to_string);
            let lines = before.chain([format!("{step}  ->  dropped")]).chain(more).collect();
            Finding { how, lines, expected, found }
        };
        if let Some(found) = &answer
            && *found != expected
        {
            let (expected, found) = expected.beside(found);
            return Err(finding(expected, found, Vec::new()));
        }
        if answer.is_none() && waits > PATIENCE {
            return Err(finding("an end".to_owned(), format!("it waits for the {PATIENCE}. time"), Vec::new()));
        }
        let mut looked = Vec::new();
        let changes = |step: &Step| {
            matches!(step.operation, Operation::TakePending(_) | Operation::FirstTime(..) | Operation::PollDeferred(..))
        };
        let only_looks = !scenario.after.iter().any(changes);
        for _ in 0..if only_looks { LOOKS } else { 1 } {
            looked = self.look(&scenario.after).await;
            let agrees = |model: &Model| {
                let mut model = model.clone();
                looked.iter().all(|(step, found)| model.answer(step) == *found)
            };
            if agrees(&with) || (answer.is_none() && agrees(&without)) {
                return Ok(answer.is_some());
            }
        }
        let lines = looked.iter().map(|(step, found)| format!("{step}  ->  {found}")).collect();
        Err(finding("nothing of the step, or all of it".to_owned(), "a part of it".to_owned(), lines))
    }
}

/// What a caller did and was told.
fn line((caller, step, found): &(Option<usize>, Step, Answer)) -> String {
    let caller = caller.map(|caller| format!("{}  ", name(caller))).unwrap_or_default();
    format!("{caller}{step}  ->  {found}")
}

/// A step that is dropped when it waits once too often: then it has no output.
struct Impatient {
    step: Option<Boxed<Answer>>,
    waits: usize,
}

impl Future for Impatient {
    type Output = Option<Answer>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Answer>> {
        let Some(step) = &mut self.step else { return Poll::Ready(None) };
        if let Poll::Ready(answer) = step.as_mut().poll(context) {
            return Poll::Ready(Some(answer));
        }
        if self.waits == 0 {
            self.step = None;
            return Poll::Ready(None);
        }
        self.waits -= 1;
        Poll::Pending
    }
}
