//! What a constructor takes that an application implements. If it is refused there is no type of what comes out, so that rustc asks
//! nothing more about it where that goes into a chain: one mistake gives one error. [`rules`](crate::rules) says more of the pattern.

/// What nothing is.
#[doc(hidden)]
pub trait NeverImplemented {}

/// The two implementations of `$rule`, whose `Is` the compiler finds, for whatever is a `$what`. Of one alone rustc would take the type
/// without a look at its conditions.
macro_rules! taken {
    ($rule:ident: $what:ident) => {
        $crate::typelevel::taken::taken!(@ impl<It: $what> $rule<$crate::typelevel::Yes>);
        $crate::typelevel::taken::taken!(@ impl<It: $what + $crate::typelevel::taken::NeverImplemented> $rule<$crate::typelevel::No>);
    };
    (@ impl<It: $what:ident $(+ $never:path)?> $rule:ident<$is:path>) => {
        #[diagnostic::do_not_recommend]
        impl<It: $what $(+ $never)?> $rule<$is> for It {
            type Taken = Self;
            fn taken(self) -> Self {
                self
            }
        }
    };
}
pub(crate) use taken;
