//! The authorization request after validation (RFC 6749 section 4.1.1): a value that only validation can make, that a person's
//! decision consumes, and that survives login and consent in the storage.

mod browser;
mod consent;
mod decision;
mod deferred;
mod details;
mod hooks;
mod info;
mod joining;
mod parameters;
mod pending;
mod pushed;
mod request;
mod response;
mod sign_in;
mod suspend;
mod target;
mod validate;

pub(crate) use browser::{Browser, is_from_another_site};
pub(crate) use decision::Decided;
pub use decision::{Approval, ApprovedRequest, Decision};
pub(crate) use deferred::{Deferred, was_approved};
pub use deferred::{DeviceRequest, TypedCode};
pub use details::DecisionRefused;
pub use hooks::{Checking, Once, OwnKeys, RequestHooks, Unpacked};
pub(crate) use info::GrantFacts;
pub use info::ResponseTypeInfo;
#[cfg(feature = "jose")]
pub(crate) use joining::Joining;
pub(crate) use parameters::words;
pub(crate) use pending::{Answer, Outcome, Pending, Settling, decide_in};
pub(crate) use pushed::{Kept, Place, Pushed};
pub use request::AuthorizationRequest;
pub use response::AuthorizationResponse;
pub use sign_in::Needs;
pub use suspend::{ResumeError, Suspended};
pub(crate) use target::RedirectTarget;
pub(crate) use validate::{INVALID_REQUEST_URI, Validation, of_requests};
pub use validate::{Refusal, Valid};
