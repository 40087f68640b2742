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
    [rules::kept::RULES, rules::time::RULES, rules::keys::RULES]
        .into_iter()
        .chain([
            rules::clients::RULES,
            rules::registrations::RULES,
            rules::families::RULES,
            rules::descendants::RULES,
            rules::codes::RULES,
            rules::tokens::RULES,
        ])
        .chain([
            rules::pending::RULES,
            rules::deferred::RULES,
            rules::replays::RULES,
            rules::signing_keys::RULES,
            rules::sessions::RULES,
        ])
        .chain([rules::purge::RULES, rules::walks::RULES, rules::races::RULES, rules::dropped::RULES])
        .flatten()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// The documentation as running text, without the marks of comments and links.
    fn prose(source: &str) -> String {
        let lines =
            source.lines().filter_map(|line| line.trim().strip_prefix("//")).map(|line| line.trim_start_matches(['/', '!']));
        let text = lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ");
        let mut pieces = text.split("](");
        let first = pieces.next().unwrap_or_default().to_owned();
        let text = pieces.fold(first, |text, piece| text + piece.split_once(')').map_or(piece, |(_, rest)| rest));
        text.replace(['[', ']'], "").to_lowercase()
    }

    #[test]
    fn each_sentence_stands_in_the_contract() {
        let sources = [
            include_str!("../mod.rs"),
            include_str!("../family.rs"),
            include_str!("../record.rs"),
            include_str!("../issue.rs"),
            include_str!("../pending.rs"),
            include_str!("../deferred.rs"),
            include_str!("../registrations.rs"),
            include_str!("../replay.rs"),
            include_str!("../key.rs"),
            include_str!("../session.rs"),
        ];
        let contract = sources.map(prose).concat();
        for rule in all() {
            for part in rule.sentence.split(" .. ") {
                let part = part.trim_end_matches('.');
                assert!(contract.contains(&part.to_lowercase()), "{}: {part}", rule.name);
            }
        }
    }

    #[test]
    fn each_rule_has_a_name_of_its_own() {
        let names: HashSet<_> = all().map(|rule| rule.name).collect();
        assert_eq!(names.len(), all().count());
    }
}
