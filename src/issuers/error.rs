//! Why nobody knows what a token of another server is worth.

use std::error::Error;
use std::time::Duration;

use crate::values::error::StoreError;

/// Why a verifier has no answer. The detail goes into a `tracing` event; whoever sent the request sees 503 or 500.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifierError {
    /// The authorization server or its store cannot be reached now; the same request may succeed later.
    #[error("access tokens cannot be verified now")]
    Unavailable {
        /// What to say in `Retry-After` (whole seconds, rounded up).
        retry_after: Option<Duration>,
    },
    /// Anything else, such as an answer that makes no sense or wrong credentials of the resource server itself.
    #[error("verifying an access token failed")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

impl VerifierError {
    /// Wraps the error of an implementation.
    pub fn failed(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed(source.into())
    }
}

impl From<StoreError> for VerifierError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable { retry_after } => Self::Unavailable { retry_after },
            error => Self::failed(error),
        }
    }
}
