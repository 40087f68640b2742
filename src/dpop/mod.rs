//! DPoP proofs (RFC 9449): read strictly, checked, and good once. What the authorization server and resource servers have in common.

mod nonce;
mod proof;
mod refusal;
mod seen;
mod target;

pub(crate) use nonce::{NonceState, Nonces};
pub(crate) use proof::{Accepted, Expected, ProofRules, header};
pub(crate) use refusal::ProofRefusal;
pub use seen::{ProofMemory, SeenProofs, SharedProofs};

/// The header of requests with a proof (RFC 9449 section 4.1).
pub(crate) const PROOF: http::HeaderName = http::HeaderName::from_static("dpop");
/// The header of answers with a nonce (RFC 9449 section 8).
pub(crate) const NONCE: http::HeaderName = http::HeaderName::from_static("dpop-nonce");
/// The confirmation method (RFC 9449 section 6.1).
pub(crate) const JKT: &str = "jkt";
/// A proof is good for so many seconds before and after its `iat`.
pub(crate) const WINDOW: u64 = 60;
