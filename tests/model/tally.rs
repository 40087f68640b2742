//! What happened how often, so that a model that agrees because nothing happens is noticed.

use std::collections::BTreeMap;

use super::rules::{Expected, Issued};

#[derive(Debug, Clone, Default)]
pub struct Tally(BTreeMap<&'static str, u64>);

impl Tally {
    /// All that there is to count.
    const KINDS: [&'static str; 17] = [
        "active",
        "error page",
        "inactive",
        "nobody signed out",
        "nobody told",
        "not taken back",
        "nothing",
        "redirected",
        "redirected with an error",
        "refused",
        "replayed, and revoked for it",
        "revoked",
        "same refresh token again",
        "signed out",
        "taken back",
        "tokens",
        "told",
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
            Expected::SignedOut(ended) if ended.is_empty() => "nobody signed out",
            Expected::SignedOut(_) => "signed out",
            Expected::Told(told) if told.is_empty() => "nobody told",
            Expected::Told(_) => "told",
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
