//! What the kit found.

use std::fmt;

use super::rule::Rule;

/// Which rules a store keeps, and how it violates the others.
#[must_use = "`assert_kept` fails a test if a rule is violated"]
#[derive(Debug, Default)]
pub struct Report {
    pub(super) kept: Vec<&'static str>,
    pub(super) not_asked: Vec<&'static str>,
    pub(super) violations: Vec<Violation>,
}

/// A rule that a store does not keep, with what was done to find that out.
#[derive(Debug)]
pub struct Violation {
    rule: &'static str,
    sentence: &'static str,
    found: Finding,
}

/// What was done, what the contract says, and what the store did.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) how: String,
    pub(super) lines: Vec<String>,
    pub(super) expected: String,
    pub(super) found: String,
}

impl Report {
    /// Panics with every violation in words, if there is one; and if nothing was checked, because no capability was named.
    ///
    /// # Panics
    ///
    /// If the store does not keep the contract.
    #[track_caller]
    pub fn assert_kept(&self) {
        assert!(!self.kept.is_empty() || !self.violations.is_empty(), "nothing was checked: name what the store can do");
        assert!(self.violations.is_empty(), "{self}");
    }

    /// The violated rules, in the order in which they were checked.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// The names of the rules that the store keeps, as far as could be seen.
    pub fn kept(&self) -> impl Iterator<Item = &'static str> {
        self.kept.iter().copied()
    }

    /// The names of the rules that say nothing about this store, because it lacks the capability.
    pub fn not_asked(&self) -> impl Iterator<Item = &'static str> {
        self.not_asked.iter().copied()
    }
}

impl Violation {
    pub(super) const fn new(rule: &'static Rule, found: Finding) -> Self {
        Self { rule: rule.name, sentence: rule.sentence, found }
    }

    /// The name of the rule.
    #[must_use]
    pub const fn rule(&self) -> &'static str {
        self.rule
    }

    /// The sentence of the contract that is violated.
    #[must_use]
    pub const fn sentence(&self) -> &'static str {
        self.sentence
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kept, violated) = (self.kept.len(), self.violations.len());
        write!(f, "of the storage contract {kept} rules are kept, {violated} violated, {} not asked", self.not_asked.len())?;
        self.violations.iter().try_for_each(|violation| write!(f, "\n\n{violation}"))
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { how, lines, expected, found } = &self.found;
        write!(f, "`{}` is violated: \"{}\"\n  {how}:", self.rule, self.sentence)?;
        lines.iter().try_for_each(|line| write!(f, "\n    {line}"))?;
        write!(f, "\n  expected: {}\n  found:    {}", expected.trim_end().replace('\n', "\n            "), found)
    }
}
