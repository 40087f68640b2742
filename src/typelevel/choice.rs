//! A choice that one element of a list makes and the others leave open: which token format, which keys. The type is folded over
//! the list, and the value is found on the same way, so there is nothing to unwrap.

use super::flag::{Flag, No};

/// What an element of a list chose; [`Open`] if it leaves the choice to others.
#[doc(hidden)]
pub trait Choice: Send + Sync + 'static {
    /// Was anything chosen?
    type Made: Flag;
    /// This choice if one was made, else the other one.
    type Or<B: Choice>: Choice;
    fn or<'a, B: Choice>(&'a self, other: &'a B) -> &'a Self::Or<B>;
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
}

/// Makes a type a choice.
macro_rules! chosen {
    (impl<$($p:ident $(: $b:path)?),*> $t:ty) => {
        impl<$($p: 'static $(+ $b)?),*> $crate::typelevel::choice::Choice for $t {
            type Made = $crate::typelevel::Yes;
            type Or<Other: $crate::typelevel::choice::Choice> = Self;
            fn or<'a, Other: $crate::typelevel::choice::Choice>(&'a self, _: &'a Other) -> &'a Self {
                self
            }
        }
    };
    ($t:ty) => {
        $crate::typelevel::choice::chosen!(impl<> $t);
    };
}
pub(crate) use chosen;
