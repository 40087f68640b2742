//! What a chain has not decided yet, and what it has.

use std::fmt;
use std::marker::PhantomData;

use crate::fetcher::{Addresses, Fetcher};
use crate::typelevel::{Flag, No, Yes};

/// No issuer was chosen yet.
#[derive(Debug)]
pub struct NoIssuer;

/// No storage was chosen yet.
#[derive(Debug)]
pub struct NoStorage;

/// The storage that was chosen.
#[derive(Debug)]
pub struct Stored<S>(pub(crate) S);

/// No fetcher was given yet.
#[derive(Debug)]
pub struct NoFetcher;

/// What the chain was given that not every server needs: `K` says whether there are master keys, `D` is the fetcher, if there is one, and
/// `L` says whether there are rate limits.
pub struct Given<K = No, D = NoFetcher, L = No>(PhantomData<fn() -> K>, PhantomData<fn() -> D>, PhantomData<fn() -> L>);

impl<K, D, L> fmt::Debug for Given<K, D, L> {
    /// It is all in its type.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Given")
    }
}

/// What a [`Given`] says, for the rules of `.build()`.
#[doc(hidden)]
pub trait Gives {
    type MasterKeys: Flag;
    type Fetcher: Flag;
    /// The fetcher connects to addresses of special use.
    type PrivateAddresses: Flag;
}

impl<K: Flag, L> Gives for Given<K, NoFetcher, L> {
    type MasterKeys = K;
    type Fetcher = No;
    type PrivateAddresses = No;
}

impl<K: Flag, A: Addresses, L> Gives for Given<K, Fetcher<A>, L> {
    type MasterKeys = K;
    type Fetcher = Yes;
    type PrivateAddresses = A::Private;
}
