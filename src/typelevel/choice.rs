//! A choice that one element of a list makes and the others leave open: which token format, which keys. The type is folded over
//! the list, and the value is found on the same way, so there is nothing to unwrap.

use super::flag::{And, Flag, No, Yes};
use super::name::{Key, WireName};
use super::tuples::up_to_16;

/// What an element of a list chose; [`Open`] if it leaves the choice to others.
#[doc(hidden)]
pub trait Choice: Send + Sync + 'static {
    /// Was anything chosen?
    type Made: Flag;
    /// This choice if one was made, else the other one.
    type Or<B: Choice>: Choice;
    fn or<'a, B: Choice>(&'a self, other: &'a B) -> &'a Self::Or<B>;
    /// Is the one with this name among what was chosen, where that is several, as the algorithms of keys are?
    type Has<Name: Key>: Flag;
    /// Has another choice all that this one names?
    type AllIn<Other: Choice>: Flag;
}

/// No choice.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Open;

impl Choice for Open {
    type Made = No;
    type Or<B: Choice> = B;
    fn or<'a, B: Choice>(&'a self, other: &'a B) -> &'a B {
        other
    }
    type Has<Name: Key> = No;
    type AllIn<Other: Choice> = Yes;
}

/// Makes a type a choice: one that `has` the elements of a list, or that `names` those of one.
macro_rules! chosen {
    (impl<$($p:ident $(: $b:path)?),*> $t:ty $(, has $has:ty)? $(, names $names:ty)?) => {
        impl<$($p: 'static $(+ $b)?),*> $crate::typelevel::choice::Choice for $t {
            type Made = $crate::typelevel::Yes;
            type Or<Other: $crate::typelevel::choice::Choice> = Self;
            fn or<'a, Other: $crate::typelevel::choice::Choice>(&'a self, _: &'a Other) -> &'a Self {
                self
            }
            type Has<Name: $crate::typelevel::name::Key> = $crate::typelevel::choice::chosen!(@has Name $($has)?);
            type AllIn<Other: $crate::typelevel::choice::Choice> = $crate::typelevel::choice::chosen!(@all_in Other $($names)?);
        }
    };
    (@has $name:ident) => { $crate::typelevel::No };
    (@has $name:ident $list:ty) => { <$list as $crate::typelevel::List>::Contains<$name> };
    (@all_in $other:ident) => { $crate::typelevel::Yes };
    (@all_in $other:ident $names:ty) => { <$names as $crate::typelevel::choice::Names>::AllIn<$other> };
    ($t:ty) => {
        $crate::typelevel::choice::chosen!(impl<> $t);
    };
}
pub(crate) use chosen;

/// A list of names, of which a choice may have all.
#[doc(hidden)]
#[cfg_attr(not(feature = "jose"), allow(dead_code, reason = "only what signs names algorithms"))]
pub trait Names {
    type AllIn<Other: Choice>: Flag;
}

macro_rules! names {
    ($($A:ident $i:tt),*) => {
        impl<$($A: WireName),*> Names for ($($A,)*) {
            type AllIn<Other: Choice> = names!(@ Other $($A)*);
        }
    };
    (@ $other:ident) => { Yes };
    (@ $other:ident $head:ident $($tail:ident)*) => { And<<$other as Choice>::Has<<$head as WireName>::Key>, names!(@ $other $($tail)*)> };
}
up_to_16!(names);
