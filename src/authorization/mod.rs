//! The authorization request after validation (RFC 6749 section 4.1.1): a value that only validation can make, that a person's
//! decision consumes, and that survives login and consent in the storage.

mod decision;
mod request;
mod response;
mod suspend;
mod target;

pub use decision::{Approval, Decision};
pub(crate) use decision::{ApprovedRequest, Decided};
pub use request::AuthorizationRequest;
pub use response::AuthorizationResponse;
pub(crate) use suspend::{Browser, StoredRequest};
pub use suspend::{ResumeError, Suspended};
pub(crate) use target::RedirectTarget;
pub use target::ResponseMode;
