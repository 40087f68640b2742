//! The types of a server, as a list.

use super::detail::AuthorizationDetail;
use crate::typelevel::flag::{Holds, Not};
use crate::typelevel::tuples::up_to_16;
use crate::typelevel::{List, WireName};

/// The types of authorization details that a server has: a tuple of one to 16, each with a name of its own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of authorization details types",
    label = "expected a tuple with at least one type; remember the comma in a one-element list: `(Payment,)`"
)]
pub trait DetailTypes: List + Send + Sync + 'static {
    /// The same list, where it is one: what is made of another is no error of its own.
    #[doc(hidden)]
    type Listed: DetailTypes;
    /// Calls with the type of this name, if there is one.
    #[doc(hidden)]
    fn visit<V: Visit>(name: &str, visit: V) -> Option<V::Output>;
}

/// What is done with a type, whichever it is.
#[doc(hidden)]
pub trait Visit {
    type Output;
    fn visit<T: AuthorizationDetail>(self) -> Self::Output;
}

/// No type of a list has the name of one before it. Apart from [`DetailTypes`]: what is wrong is said once.
#[doc(hidden)]
pub trait EachOnce {}

/// Each name once: which type a detail is of is known by its name alone.
///
/// Where it does not hold, the compiler says: *the authorization details type of `…` is there twice*.
#[diagnostic::on_unimplemented(
    message = "the authorization details type of `{X}` is there twice",
    label = "remove one of them, or give it another name: the list has a type with this name already",
    note = "the member `type` says of which type a detail is (RFC 9396 section 2); the types before it are `{Self}`"
)]
pub trait LacksDetailType<X> {}
#[diagnostic::do_not_recommend]
impl<L: List, X: WireName> LacksDetailType<X> for L where Not<L::Contains<X::Key>>: Holds {}

macro_rules! detail_types {
    () => {};
    ($($T:ident $i:tt),+) => {
        detail_types!(@ [$($T)+] [] [] $($T)+);
    };
    // Of each the list of those before it.
    (@ [$($all:ident)+] [$($bounds:tt)*] [$($before:ident)*] $next:ident $($rest:ident)*) => {
        detail_types!(@ [$($all)+] [$($bounds)* { ($($before,)*) $next }] [$($before)* $next] $($rest)*);
    };
    (@ [$($T:ident)+] [$({ $before:tt $next:ident })*] [$($before_last:ident)*]) => {
        #[doc(hidden)]
        impl<$($T: AuthorizationDetail),+> DetailTypes for ($($T,)+) {
            type Listed = Self;
            fn visit<V: Visit>(name: &str, visit: V) -> Option<V::Output> {
                $(if name == $T::NAME {
                    return Some(visit.visit::<$T>());
                })+
                None
            }
        }

        impl<$($T: WireName),+> EachOnce for ($($T,)+) where $($before: LacksDetailType<$next>,)* {}
    };
}
up_to_16!(detail_types);
