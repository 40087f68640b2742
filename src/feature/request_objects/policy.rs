//! What a server insists on, as types: whether requests have to be signed, and whether a request object is good once.

use crate::feature::SignedRequests;
use crate::typelevel::List;

mod sealed {
    pub trait Sealed {}
}

/// Have authorization requests to be signed? [`SigningOptional`] or [`SigningRequired`].
pub trait RequestSigningPolicy: sealed::Sealed + Send + Sync + 'static {
    #[doc(hidden)]
    type Assures: List;
}

/// Requests may be signed.
#[derive(Debug, Clone, Copy)]
pub struct SigningOptional;

/// Requests have to be signed.
#[derive(Debug, Clone, Copy)]
pub struct SigningRequired;

impl sealed::Sealed for SigningOptional {}
impl sealed::Sealed for SigningRequired {}
impl RequestSigningPolicy for SigningOptional {
    type Assures = ();
}
impl RequestSigningPolicy for SigningRequired {
    type Assures = (SignedRequests,);
}

/// May a request object come again? [`Repeatable`] or [`OnlyOnce`].
pub trait RepetitionPolicy: sealed::Sealed + Send + Sync + 'static {
    #[doc(hidden)]
    const ONCE: bool;
}

/// A request object may come again while it has not expired.
#[derive(Debug, Clone, Copy)]
pub struct Repeatable;

/// A request object is good once.
#[derive(Debug, Clone, Copy)]
pub struct OnlyOnce;

impl sealed::Sealed for Repeatable {}
impl sealed::Sealed for OnlyOnce {}
impl RepetitionPolicy for Repeatable {
    const ONCE: bool = false;
}
impl RepetitionPolicy for OnlyOnce {
    const ONCE: bool = true;
}
