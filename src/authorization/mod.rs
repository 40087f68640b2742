//! The authorization request after validation (RFC 6749 section 4.1.1): a value that only validation can make, that a person's
//! decision consumes, and that survives login and consent in the storage.

mod asked;
mod browser;
mod decision;
mod hooks;
mod pending;
mod request;
mod response;
mod suspend;
mod target;
mod validate;

pub use asked::Asked;
pub(crate) use browser::{Browser, is_from_another_site};
pub use decision::{Approval, Decision};
pub(crate) use decision::{ApprovedRequest, Decided};
pub use hooks::{RequestHooks, Unpacked};
pub(crate) use pending::{Answer, Outcome, Pending, Settling, Waiting, decide_in};
pub use request::AuthorizationRequest;
pub use response::AuthorizationResponse;
pub use suspend::{ResumeError, Suspended};
pub use target::ResponseMode;
pub(crate) use validate::{Refusal, Valid, Validation};
