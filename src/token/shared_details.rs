//! Details of tokens that clients got for themselves. They say nothing but a scope, so those of one scope are the same for all
//! servers, clients and tokens, and each thread keeps them once: a token costs no allocation for them, a store in memory no room,
//! and threads do not wait for each other to count references.

use std::cell::RefCell;

use crate::storage::{TokenDetails, TokenFacts};
use crate::values::scope::Scope;
use crate::values::slot;

/// What a thread keeps: so many, each of so few bytes of text.
const SLOTS: usize = 64;
const LONGEST: usize = 256;

thread_local! {
    static KEPT: RefCell<[Option<TokenDetails>; SLOTS]> = const { RefCell::new([const { None }; SLOTS]) };
}

/// The details with this scope and nothing else, if they are kept.
pub(crate) fn find(scope: &str) -> Option<TokenDetails> {
    let found = |kept: &RefCell<[Option<TokenDetails>; SLOTS]>| {
        let kept = kept.borrow();
        kept[slot::of(scope, SLOTS)].as_ref().filter(|details| details.facts().scope.as_str() == scope).cloned()
    };
    // A thread that ends keeps nothing any more.
    KEPT.try_with(found).ok()?
}

/// The details with this scope and nothing else. They are kept in the place of those that had their slot.
pub(crate) fn of(scope: Scope) -> TokenDetails {
    if let Some(details) = find(scope.as_str()) {
        return details;
    }
    let (slot, fits) = (slot::of(scope.as_str(), SLOTS), scope.as_str().len() <= LONGEST);
    let details = TokenFacts::new(None, scope).into_details();
    if fits {
        let _ = KEPT.try_with(|kept| kept.borrow_mut()[slot] = Some(details.clone()));
    }
    details
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_say_their_own_scope_whether_shared_or_not() {
        let long = "x".repeat(LONGEST + 1);
        for _ in 0..2 {
            for n in 0..300 {
                let text = format!("scope-{n} read");
                assert!(find(&text).is_none_or(|found| found.facts().scope.as_str() == text));
                let details = of(Scope::parse(&text).unwrap());
                assert_eq!(details, TokenFacts::new(None, Scope::parse(&text).unwrap()).into_details());
                assert_eq!(find(&text), Some(details));
            }
            assert_eq!(of(Scope::parse(&long).unwrap()).facts().scope.as_str(), long);
            assert!(find(&long).is_none());
            assert!(of(Scope::empty()).facts().scope.is_empty());
        }
    }
}
