//! Booleans as types. Only [`Yes`] and [`No`] implement [`Flag`], so every operator can be an associated type and no caller
//! needs a `where` clause to use one.

mod sealed {
    pub trait Sealed {}
}

/// A boolean known to the compiler: [`Yes`] or [`No`].
pub trait Flag: sealed::Sealed + Send + Sync + 'static {
    /// The same as a value.
    const VALUE: bool;
    #[doc(hidden)]
    type Not: Flag;
    #[doc(hidden)]
    type Or<B: Flag>: Flag;
    #[doc(hidden)]
    type Same<B: Flag>: Flag;
}

/// True.
#[derive(Debug, Clone, Copy)]
pub struct Yes;

/// False.
#[derive(Debug, Clone, Copy)]
pub struct No;

impl sealed::Sealed for Yes {}
impl sealed::Sealed for No {}

impl Flag for Yes {
    const VALUE: bool = true;
    type Not = No;
    type Or<B: Flag> = Self;
    type Same<B: Flag> = B;
}

impl Flag for No {
    const VALUE: bool = false;
    type Not = Yes;
    type Or<B: Flag> = B;
    type Same<B: Flag> = B::Not;
}

pub(crate) type Not<A> = <A as Flag>::Not;
pub(crate) type Or<A, B> = <A as Flag>::Or<B>;
/// Both.
pub(crate) type And<A, B> = Not<Or<Not<A>, Not<B>>>;
/// If `A` then `B`.
pub(crate) type Implies<A, B> = Or<Not<A>, B>;

/// Both or neither.
pub(crate) type Same<A, B> = <A as Flag>::Same<B>;

/// Known here, as the flags of a type parameter are not. What is asked further goes through [`Told`](Known::Told), so that rustc
/// asks nothing if the flag is not known.
#[doc(hidden)]
pub trait Known: Flag {
    type Told<T>;
    fn told<T>(it: T) -> Self::Told<T>;
}
impl Known for Yes {
    type Told<T> = T;
    fn told<T>(it: T) -> T {
        it
    }
}
impl Known for No {
    type Told<T> = T;
    fn told<T>(it: T) -> T {
        it
    }
}

/// Satisfied by [`Yes`] only: turns a computed flag into an obligation.
#[doc(hidden)]
pub trait Holds: Flag {}
impl Holds for Yes {}
