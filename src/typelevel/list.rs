//! Lists as types: plain tuples, such as `(AuthorizationCode, RefreshToken)`. What is folded from facts about the elements of a
//! list stands beside the elements' trait; here is what all lists have.

use super::flag::{Flag, No, Yes};
use super::name::{Key, WireName, is_key_of};
use super::tuples::{up_to_15, up_to_31, up_to_32};

mod sealed {
    pub trait Sealed {}
}
pub(crate) use sealed::Sealed;

/// A tuple of things that have a name on the wire: of up to 16 grant types or response types, or of up to 32 features.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of grant types, response types or features",
    label = "expected a tuple; remember the comma in a one-element list: `(ClientCredentials,)`"
)]
pub trait List: Sealed {
    /// The names in the order of the chain.
    const NAMES: &'static [&'static str];
    /// Is the key of each element that of its name?
    #[doc(hidden)]
    const KEYS_FIT: bool;
    #[doc(hidden)]
    type IsEmpty: Flag;
    /// Does an element have the name whose key is `K`? It goes by name, not by type: two types that claim one `grant_type`
    /// are the same grant.
    #[doc(hidden)]
    type Contains<K: Key>: Flag;
}

/// A tuple with one more element, up to 16.
#[doc(hidden)]
pub trait Append<X> {
    type Output;
    fn append(self, element: X) -> Self::Output;
}

/// A tuple with one more element, up to 32.
#[doc(hidden)]
pub trait AppendLong<X> {
    type Output;
    fn append(self, element: X) -> Self::Output;
}

/// What an element too many runs into: nothing implements it.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "this list is full: a server takes at most 16 grant types, 16 response types and 32 features",
    label = "there is no room for `{Self}`"
)]
pub trait FitsIntoAFullList {}

/// Whether one of these flags is [`Yes`].
macro_rules! any {
    () => { $crate::typelevel::No };
    ($head:ty $(, $tail:ty)*) => { $crate::typelevel::flag::Or<$head, $crate::typelevel::list::any!($($tail),*)> };
}
pub(crate) use any;

macro_rules! is_empty {
    () => {
        Yes
    };
    ($($element:tt)+) => {
        No
    };
}

macro_rules! list {
    ($($T:ident $i:tt),*) => {
        impl<$($T: WireName),*> Sealed for ($($T,)*) {}

        #[doc(hidden)]
        impl<$($T: WireName),*> List for ($($T,)*) {
            const NAMES: &'static [&'static str] = &[$($T::NAME),*];
            const KEYS_FIT: bool = true $(&& is_key_of(<$T::Key as Key>::DIGITS, $T::NAME))*;
            type IsEmpty = is_empty!($($T)*);
            type Contains<Name: Key> = any!($(<$T::Key as Key>::Same<Name>),*);
        }
    };
}
up_to_32!(list);

macro_rules! append {
    ($append:ident: $($T:ident $i:tt),*) => {
        #[diagnostic::do_not_recommend]
        impl<$($T,)* X> $append<X> for ($($T,)*) {
            type Output = ($($T,)* X,);
            fn append(self, element: X) -> Self::Output {
                ($(self.$i,)* element,)
            }
        }
    };
    (full $append:ident, $fits:ident: $($T:ident)*) => {
        impl<$($T,)* X: $fits> $append<X> for ($($T,)*) {
            type Output = Self;
            fn append(self, _: X) -> Self {
                self
            }
        }
    };
}
macro_rules! append_short {
    ($($list:tt)*) => { append!(Append: $($list)*); };
}
macro_rules! append_long {
    ($($list:tt)*) => { append!(AppendLong: $($list)*); };
}
up_to_15!(append_short);
up_to_31!(append_long);
append!(full Append, FitsIntoAFullList: T0 T1 T2 T3 T4 T5 T6 T7 T8 T9 T10 T11 T12 T13 T14 T15);
append!(full AppendLong, FitsIntoAFullList: T0 T1 T2 T3 T4 T5 T6 T7 T8 T9 T10 T11 T12 T13 T14 T15
    T16 T17 T18 T19 T20 T21 T22 T23 T24 T25 T26 T27 T28 T29 T30 T31);
