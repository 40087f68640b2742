//! The authorization request after validation (RFC 6749 section 4.1.1): a value that only validation can make, that a person's
//! decision consumes, and that survives login and consent in the storage.

mod browser;
mod decision;
mod request;
mod suspend;
mod target;

pub(crate) use browser::{Browser, is_from_another_site};
pub use decision::{Approval, Decision};
pub(crate) use decision::{ApprovedRequest, Decided};
pub use request::AuthorizationRequest;
pub use suspend::{ResumeError, Suspended};
pub(crate) use suspend::{StoredRequest, is_too_large};
pub(crate) use target::RedirectTarget;
pub use target::ResponseMode;
