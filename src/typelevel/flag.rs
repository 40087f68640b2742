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
    /// `T`, of which rustc asks nothing more if there is no such flag.
    #[doc(hidden)]
    type Keep<T>;
    #[doc(hidden)]
    fn keep<T>(it: T) -> Self::Keep<T>;
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
    type Keep<T> = T;
    fn keep<T>(it: T) -> T {
        it
    }
}

impl Flag for No {
    const VALUE: bool = false;
    type Not = Yes;
    type Or<B: Flag> = B;
    type Same<B: Flag> = B::Not;
    type Keep<T> = T;
    fn keep<T>(it: T) -> T {
        it
    }
}

pub(crate) type Not<A> = <A as Flag>::Not;
pub(crate) type Or<A, B> = <A as Flag>::Or<B>;
/// If `A` then `B`.
pub(crate) type Implies<A, B> = Or<Not<A>, B>;

/// Both or neither.
pub(crate) type Same<A, B> = <A as Flag>::Same<B>;

/// Satisfied by [`Yes`] only: turns a computed flag into an obligation.
#[doc(hidden)]
pub trait Holds: Flag {}
impl Holds for Yes {}
