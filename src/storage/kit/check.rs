//! The rules, one after the other, each over a store of its own and each scenario in a world of its own.

use super::Contract;
use super::by_hand::{SCHEDULES, Schedule};
use super::orders::{lengths, ordered, orders};
use super::report::{Finding, Report, Violation};
use super::rule::{self, Kind, Rule, Scenario};
use super::stage::Stage;
use super::world::World;
use crate::values::random::random;

/// So many callers meet where every order is tried.
const FEW: usize = 3;
/// So many callers meet at once.
const MANY: usize = 8;

impl<S: Send + Sync + 'static> Contract<S> {
    pub(super) async fn check(&self) -> Report {
        let mut report = Report::default();
        for rule in rule::all().filter(|rule| self.only.is_none_or(|only| rule.name == only)) {
            if !self.is_asked(rule) {
                report.not_asked.push(rule.name);
                continue;
            }
            let fresh = (self.fresh)().await;
            let (store, capabilities, polled_by_hand) = (fresh.store.clone(), &self.capabilities, self.polled_by_hand);
            match self.check_rule(rule, &Stage { store, capabilities, polled_by_hand }).await {
                Ok(()) => report.kept.push(rule.name),
                Err(finding) => report.violations.push(Violation::new(rule, finding)),
            }
        }
        report
    }

    /// Does the rule say something about a store that can do what this one can?
    fn is_asked(&self, rule: &Rule) -> bool {
        let has_steps = |Scenario { before, callers, .. }| {
            !self.capabilities.restrict(before).is_empty() || !self.capabilities.restrict(callers.concat()).is_empty()
        };
        rule.needs.iter().all(|capability| self.capabilities.has(*capability))
            && (rule.scenarios)(&world(FEW)).into_iter().any(has_steps)
    }

    async fn check_rule(&self, rule: &Rule, stage: &Stage<'_, S>) -> Result<(), Finding> {
        for number in 0..(rule.scenarios)(&world(FEW)).len() {
            match rule.kind {
                Kind::InTurn => {
                    let scenario = scene(rule, number, FEW, stage).await;
                    stage.in_turn("one after the other", ordered(scenario, &[])).await?;
                }
                Kind::Race => {
                    self.in_every_order(rule, number, stage).await?;
                    self.by_every_schedule(rule, number, stage).await?;
                    self.in_rounds(rule, number, stage).await?;
                }
                Kind::Dropped => {
                    let mut waits = 0;
                    while !stage.dropped(&scene(rule, number, FEW, stage).await, waits).await? {
                        waits += 1;
                    }
                }
            }
        }
        Ok(())
    }

    async fn in_every_order(&self, rule: &Rule, number: usize, stage: &Stage<'_, S>) -> Result<(), Finding> {
        for order in orders(&lengths(&scene(rule, number, FEW, stage).await)) {
            let scenario = scene(rule, number, FEW, stage).await;
            stage.in_turn("callers meet, whole steps by turns", ordered(scenario, &order)).await?;
        }
        Ok(())
    }

    async fn by_every_schedule(&self, rule: &Rule, number: usize, stage: &Stage<'_, S>) -> Result<(), Finding> {
        let mut callers = 0;
        for crowd in 2..=FEW {
            // Not every scenario has more callers in a larger crowd.
            let more = scene(rule, number, crowd, stage).await.callers.len();
            if !self.polled_by_hand || std::mem::replace(&mut callers, more) == more {
                continue;
            }
            let (mut schedule, mut left) = (Some(Schedule::default()), SCHEDULES);
            while let Some(mut this) = schedule.take_if(|_| left > 0) {
                stage.by_hand(&scene(rule, number, crowd, stage).await, &mut this).await?;
                (schedule, left) = (this.next(), left - 1);
            }
        }
        Ok(())
    }

    async fn in_rounds(&self, rule: &Rule, number: usize, stage: &Stage<'_, S>) -> Result<(), Finding> {
        // Without a spawner this would be one of the schedules that were tried.
        let rounds = if self.polled_by_hand && self.spawner.is_none() { 0 } else { self.rounds };
        for round in 1..=rounds {
            let (how, scenario) = (format!("callers meet at once, round {round}"), scene(rule, number, MANY, stage).await);
            stage.at_once(&how, &scenario, self.spawner.as_deref()).await?;
        }
        Ok(())
    }
}

/// Names that nothing has been done with, on whatever store. Tests cannot go on without randomness.
fn world(crowd: usize) -> World {
    World::new(format!("{:016x}", u64::from_be_bytes(random().expect("random bytes"))), crowd)
}

/// A scenario of the rule, about to be played, in a world of its own.
async fn scene<S: Send + Sync + 'static>(rule: &Rule, number: usize, crowd: usize, stage: &Stage<'_, S>) -> Scenario {
    let world = world(crowd);
    stage.prepared((rule.scenarios)(&world).into_iter().nth(number).unwrap_or_default(), &world).await
}
