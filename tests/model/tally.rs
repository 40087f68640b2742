//! What happened how often, so that a model that agrees because nothing happens is noticed.

use std::collections::BTreeMap;

use super::rules::{Expected, Issued};

#[derive(Debug, Clone, Default)]
pub struct Tally(BTreeMap<&'static str, u64>);

impl Tally {
    /// All that there is to count.
    const KINDS: [&'static str; 13] = [
        "active",
        "error page",
        "inactive",
        "nothing",
        "not taken back",
        "redirected",
        "redirected with an error",
        "refused",
        "replayed, and revoked for it",
        "revoked",
        "same refresh token again",
        "taken back",
        "tokens",
    ];

    /// `revoked` is whether an authorization ended with this.
    pub fn count(&mut self, expected: &Expected, revoked: bool) {
        let kind = match expected {
            Expected::Nothing => "nothing",
            Expected::Refused(_) if revoked => "replayed, and revoked for it",
            Expected::Refused(_) => "refused",
            Expected::Tokens(Issued { again: true, .. }) => "same refresh token again",
            Expected::Tokens(_) => "tokens",
            Expected::Page => "error page",
            Expected::RedirectedError(..) => "redirected with an error",
            Expected::Redirected { .. } => "redirected",
            Expected::Revoked => "revoked",
            Expected::Claims(Some(_)) => "active",
            Expected::Claims(None) => "inactive",
            Expected::TakenBack(true) => "taken back",
            Expected::TakenBack(false) => "not taken back",
        };
        *self.0.entry(kind).or_default() += 1;
    }

    pub fn add(&mut self, other: &Self) {
        for (kind, count) in &other.0 {
            *self.0.entry(kind).or_default() += count;
        }
    }

    /// Every kind of thing happened.
    pub fn assert_complete(&self) {
        let missing: Vec<_> = Self::KINDS.into_iter().filter(|kind| !self.0.contains_key(kind)).collect();
        assert!(missing.is_empty(), "in all the steps there was none of {missing:?}: {self:?}");
    }
}
