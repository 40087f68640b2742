//! A rule: a sentence of the contract, and what is done to see whether a store keeps it.

use super::rules;
use super::step::{Capability, Step};
use super::world::World;

/// One rule of the contract.
pub(super) struct Rule {
    /// Its name in a report.
    pub(super) name: &'static str,
    /// The sentence, as the contract has it.
    pub(super) sentence: &'static str,
    /// Without these it says nothing about a store.
    pub(super) needs: &'static [Capability],
    pub(super) kind: Kind,
    /// What is done. The same list for every world with the same crowd.
    pub(super) scenarios: fn(&World) -> Vec<Scenario>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Steps one after the other.
    InTurn,
    /// Steps of several callers, in every order and at once.
    Race,
    /// A step whose future is dropped at each point at which it waits.
    Dropped,
}

/// What is done before, by callers who meet, and after.
#[derive(Default)]
pub(super) struct Scenario {
    pub(super) before: Vec<Step>,
    pub(super) callers: Vec<Vec<Step>>,
    pub(super) after: Vec<Step>,
}

impl Scenario {
    /// Steps one after the other.
    pub(super) fn in_turn<const N: usize>(steps: [Vec<Step>; N]) -> Self {
        Self { before: steps.into_iter().flatten().collect(), ..Self::default() }
    }
}

/// All rules, in the order in which they are checked: what others build on comes first.
pub(super) fn all() -> impl Iterator<Item = &'static Rule> {
    [rules::rows::RULES, rules::clients::RULES, rules::families::RULES, rules::codes::RULES, rules::tokens::RULES]
        .into_iter()
        .chain([rules::purge::RULES, rules::races::RULES, rules::dropped::RULES])
        .flatten()
}
