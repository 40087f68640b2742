//! The authorization request after validation (RFC 6749 section 4.1.1): a value that only validation can make, that a person's
//! decision consumes, and that survives login and consent in the storage.

mod decision;
mod request;
mod suspend;
mod target;

pub use decision::{Approval, Decision};
pub(crate) use decision::{ApprovedRequest, Decided};
pub use request::AuthorizationRequest;
pub(crate) use suspend::{Browser, StoredRequest, is_too_large};
pub use suspend::{ResumeError, Suspended};
pub(crate) use target::RedirectTarget;
pub use target::ResponseMode;
