//! Every compile-time rule, one trait each, with the message that people get. The first line names the mistake in the words of
//! the RFCs, the label says what to write instead, a note cites the section.
//!
//! Two patterns. A rule about finished lists (`.build()`, the server's accessors) has a *verdict* parameter that defaults to a
//! computed flag and a single implementation for `Yes`: where the flag is `No` the obligation fails at its root, so rustc prints
//! these words and points at the method. A rule about the argument of a method has a blanket implementation that is hidden from
//! the message with `do_not_recommend`: there the verdict pattern would be unified before the argument is known.
//!
//! What becomes of an argument is an associated type of the rule that lets it in (`Accepted`, `Permitted`). If it is refused there
//! is no such type, so that rustc asks nothing about it further down the chain: one mistake gives one error.
//!
//! Where such a rule follows from a trait that users implement, which has no such type, it has two implementations, one of which
//! never applies (`NeverImplemented`). Of one alone rustc would take the type without a look at its conditions.

/// The two implementations of `$rule` for whatever is a `$what`.
macro_rules! accepts {
    ($rule:ident: $what:ident) => {
        accepts!(@ impl<It: $what> $rule<$crate::typelevel::Yes>);
        accepts!(@ impl<It: $crate::typelevel::taken::NeverImplemented> $rule<$crate::typelevel::No>);
    };
    (@ impl<It: $what:path> $rule:ident<$is:path>) => {
        #[diagnostic::do_not_recommend]
        impl<It: $what> $rule<$is> for It {
            type Accepted = Self;
            fn accepted(self) -> Self {
                self
            }
        }
    };
}

mod added;
mod asked_for;
mod built;
mod chosen;
mod fapi2;
pub(crate) mod profile;
mod state;

#[cfg(feature = "jose")]
pub use crate::feature::LacksAlgorithm;
#[doc(hidden)]
pub use crate::feature::{DecidesRegistrations, JudgesHosts, JudgesRedirectUris, KnowsResources};
#[cfg(feature = "jose")]
#[doc(hidden)]
pub use crate::feature::{KnowsPeople, SaysClaims, SignsPeopleOut};
#[doc(hidden)]
pub use crate::grant::DecidesExchanges;
#[cfg(feature = "jose")]
#[doc(hidden)]
pub use crate::grant::{DecidesAssertions, DecidesIdJags};
pub use added::*;
pub use asked_for::*;
pub use built::*;
pub use chosen::*;
pub use fapi2::*;
pub use profile::AcceptsStorage;
pub use state::{Given, Gives, NoFetcher, NoIssuer, NoStorage, Stored};
