//! Whether a request proves to have the key to which its token is bound, as a resource server that asks for that sees it. How it is
//! proved is behind a trait, so that a server without it has nothing of it.

use http::HeaderValue;

use super::challenge::Fault;
use super::{Presented, TokenScheme};
use crate::core::Boxed;
use crate::values::clock::Timestamp;

/// The confirmation method of keys that requests prove to have (RFC 9449 section 6.1).
pub(super) const JKT: &str = "jkt";

/// Checks proofs, and remembers them.
#[cfg_attr(not(feature = "jose"), allow(dead_code, reason = "proofs are signed"))]
pub(super) trait Possession: Send + Sync {
    /// By which algorithms keys are proved, separated by spaces.
    fn algorithms(&self) -> String;
    /// Are tokens refused that are bound to no key?
    fn refuses_bearer_tokens(&self) -> bool;
    /// Does the request prove to have the key with this thumbprint? If so, what its client is to put into its next proof, if something
    /// newer than it has.
    fn check<'a>(
        &'a self,
        presented: Presented<'a>,
        thumbprint: &'a str,
        now: Timestamp,
    ) -> Boxed<'a, Result<Option<HeaderValue>, Refused>>;
    /// What clients are to put into their next proof, if anything.
    fn nonce(&self, now: Timestamp) -> Option<HeaderValue>;
}

/// A request that is not let through.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) fault: Fault,
    /// How it presented its token, if it can be made out.
    pub(super) scheme: Option<TokenScheme>,
    /// What its client is to put into its next proof.
    pub(super) nonce: Option<HeaderValue>,
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self { fault, scheme: None, nonce: None }
    }
}
