//! What a server insists on, as types.

use crate::feature::BoundTokens;
use crate::typelevel::{Flag, List, No, Yes};

mod sealed {
    pub trait Sealed {}
}

/// Whether every token of a server is bound to a key.
pub trait DpopPolicy: sealed::Sealed + Send + Sync + 'static {
    /// Are token requests without a proof refused?
    #[doc(hidden)]
    type Assures: List;
}

/// Clients may bind their tokens.
#[derive(Debug, Clone, Copy)]
pub struct DpopOptional;

/// Clients have to bind their tokens.
#[derive(Debug, Clone, Copy)]
pub struct DpopRequired;

/// Whether proofs have to have a nonce of the server.
pub trait NoncePolicy: sealed::Sealed + Send + Sync + 'static {
    /// They are derived from master keys.
    #[doc(hidden)]
    type Given: Flag;
}

/// Proofs need no nonce.
#[derive(Debug, Clone, Copy)]
pub struct NoDpopNonces;

/// Proofs need a nonce of the server.
#[derive(Debug, Clone, Copy)]
pub struct DpopNonces;

impl sealed::Sealed for DpopOptional {}
impl sealed::Sealed for DpopRequired {}
impl sealed::Sealed for NoDpopNonces {}
impl sealed::Sealed for DpopNonces {}

impl DpopPolicy for DpopOptional {
    type Assures = ();
}

impl DpopPolicy for DpopRequired {
    type Assures = (BoundTokens,);
}

impl NoncePolicy for NoDpopNonces {
    type Given = No;
}

impl NoncePolicy for DpopNonces {
    type Given = Yes;
}
