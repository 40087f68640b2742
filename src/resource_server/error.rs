//! What an operator is told: of a setting that cannot be used, and of a verifier that gives no answer.

use std::error::Error;

use super::VerifierError;
use super::challenge::Fault;

/// A setting of a [`ResourceServer`](super::ResourceServer) that it cannot use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResourceServerError {
    /// A realm with characters other than printable ASCII.
    #[error("a realm is printable ASCII (RFC 9110 section 5.6.4)")]
    Realm,
    /// Not a URL of RFC 9728 section 3.
    #[error("the metadata URL must be https, or http on a loopback host, without user name and fragment (RFC 9728 section 3)")]
    ResourceMetadata,
    /// Not a URL below which a resource server can be.
    #[error("the base URL must be https, or http on a loopback host, without user name, query and fragment")]
    BaseUrl,
    /// Not values that a challenge can carry.
    #[error("`acr_values` are printable ASCII without quote and backslash, one space between them (RFC 9470 section 3)")]
    AcrValues,
}

/// Tells the operator what went wrong, and returns what the request is told.
pub(super) fn reported(error: VerifierError) -> Fault {
    match error {
        VerifierError::Unavailable { retry_after } => {
            tracing::warn!(?retry_after, "access tokens cannot be verified now");
            Fault::Unavailable { retry_after }
        }
        error @ VerifierError::Failed(_) => {
            let detail: &dyn Error = &error;
            tracing::error!(detail, "verifying an access token failed");
            Fault::Failed
        }
    }
}
