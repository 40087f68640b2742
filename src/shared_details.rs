//! Details of tokens that clients got for themselves. They say nothing but a scope, so those of one scope are the same for all
//! clients and tokens, and are kept once: a token costs no allocation for them, and a store in memory no room.

use std::sync::OnceLock;

use crate::scope::Scope;
use crate::storage::{TokenDetails, TokenFacts};

/// What is kept: so many, each of so few bytes of text. Whatever comes later is not shared.
const SLOTS: usize = 64;
const LONGEST: usize = 256;

pub(crate) struct SharedDetails([OnceLock<TokenDetails>; SLOTS]);

impl SharedDetails {
    pub(crate) const fn new() -> Self {
        Self([const { OnceLock::new() }; SLOTS])
    }

    /// The details with this scope and nothing else, if they are kept.
    pub(crate) fn find(&self, scope: &str) -> Option<&TokenDetails> {
        self.slot(scope).get().filter(|details| details.facts().scope.as_str() == scope)
    }

    /// The details with this scope and nothing else.
    pub(crate) fn of(&self, scope: Scope) -> TokenDetails {
        let text = scope.as_str();
        if let Some(details) = self.find(text) {
            return details.clone();
        }
        let (slot, fits) = (self.slot(text), text.len() <= LONGEST);
        let details = TokenFacts::new(None, scope).into_details();
        if fits {
            // Taken by another scope, or by another thread: then these are not shared.
            let _ = slot.set(details.clone());
        }
        details
    }

    fn slot(&self, scope: &str) -> &OnceLock<TokenDetails> {
        let mixed = scope.bytes().fold(0_usize, |mixed, byte| mixed.wrapping_mul(31).wrapping_add(usize::from(byte)));
        &self.0[mixed % SLOTS]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_say_their_own_scope_whether_shared_or_not() {
        let shared = SharedDetails::new();
        let long = "x".repeat(LONGEST + 1);
        for round in 0..2 {
            for n in 0..300 {
                let text = format!("scope-{n} read");
                let details = shared.of(Scope::parse(&text).unwrap());
                assert_eq!(details, TokenFacts::new(None, Scope::parse(&text).unwrap()).into_details());
                assert!(shared.find(&text).is_none_or(|found| *found == details));
            }
            assert!(shared.0.iter().filter(|slot| slot.get().is_some()).count() > SLOTS / 2, "round {round}");
            assert_eq!(shared.of(Scope::parse(&long).unwrap()).facts().scope.as_str(), long);
            assert!(shared.find(&long).is_none());
            assert!(shared.of(Scope::empty()).facts().scope.is_empty());
        }
    }
}
