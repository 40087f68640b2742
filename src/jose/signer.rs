//! Keys that stay elsewhere.

use std::error::Error;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::sign::SigningKey;
use super::{PublicKey, Signature};
use crate::typelevel::taken::taken;
use crate::values::error::OAuthError;

/// A private key that this process does not have, as in a key management service or a hardware security module.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot sign",
    label = "not a `Signer`",
    note = "implement `Signer` for `{Self}`: it has a public key and signs bytes with the private one, wherever that is"
)]
pub trait Signer: Send + Sync + 'static {
    /// The public key: it never changes.
    fn key(&self) -> &PublicKey;

    /// Signs these bytes under the algorithm of the key; they are not hashed yet. [`Signature::fixed`] and [`Signature::from_der`] take
    /// what services answer. It is verified with the public key before anybody gets to see it.
    ///
    /// An implementation limits the time it takes: nothing above it does.
    ///
    /// # Errors
    ///
    /// [`SignerError`].
    fn sign(&self, input: &[u8]) -> impl Future<Output = Result<Signature, SignerError>> + Send;
}

/// It signs. `Is` is found by the compiler.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot sign",
    label = "not a `Signer`",
    note = "implement `Signer` for `{Self}`: it has a public key and signs bytes with the private one, wherever that is"
)]
pub trait ASigner<Is>: Sized {
    type Taken: Signer;
    fn taken(self) -> Self::Taken;
}
taken!(ASigner: Signer);

impl<S: Signer> Signer for Arc<S> {
    fn key(&self) -> &PublicKey {
        S::key(self)
    }

    fn sign(&self, input: &[u8]) -> impl Future<Output = Result<Signature, SignerError>> + Send {
        S::sign(self, input)
    }
}

/// A [`Signer`] whose signatures have been verified.
#[derive(Debug, Clone)]
pub struct External<S>(pub S);

impl<S: Signer> SigningKey for External<S> {
    fn public_key(&self) -> &PublicKey {
        self.0.key()
    }

    async fn signature(&self, input: &[u8]) -> Result<Signature, SignerError> {
        let signature = self.0.sign(input).await?;
        self.0.key().verify(input, signature.as_bytes()).map_err(|_| SignerError::WrongSignature)?;
        Ok(signature)
    }
}

/// Why there is no signature. What goes to clients shows nothing of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignerError {
    /// Who has the key cannot be reached or has no capacity now; the same request may succeed later.
    #[error("what signs is unavailable")]
    Unavailable {
        /// What to tell the client in `Retry-After` (whole seconds, rounded up).
        retry_after: Option<Duration>,
    },
    /// The signature is not that of the public key, so the two do not belong together.
    #[error("what signs does not have the private key that belongs to the public one")]
    WrongSignature,
    /// Anything else.
    #[error("signing failed")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

impl SignerError {
    /// Anything else than that it is unavailable.
    pub fn failed(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed(error.into())
    }
}

impl From<SignerError> for OAuthError {
    /// The client learns whether to retry: always, unless what signs has another key than it says. The operator reads the detail in the
    /// event.
    fn from(error: SignerError) -> Self {
        let detail: &dyn Error = &error;
        match error {
            SignerError::Unavailable { retry_after } => {
                tracing::warn!(?retry_after, "what signs is unavailable");
                Self::unavailable(retry_after)
            }
            SignerError::Failed(_) => {
                tracing::error!(detail, "signing failed");
                Self::unavailable(None)
            }
            SignerError::WrongSignature => {
                tracing::error!(detail, "signing failed");
                Self::unexpected()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::error::ErrorCode;

    #[test]
    fn clients_learn_whether_to_retry_and_nothing_else() {
        let busy = OAuthError::from(SignerError::Unavailable { retry_after: Some(Duration::from_secs(7)) });
        assert_eq!((busy.code(), busy.retry_after()), (ErrorCode::TemporarilyUnavailable, Some(Duration::from_secs(7))));
        for (error, code) in [
            (SignerError::failed("key projects/p does not exist"), ErrorCode::TemporarilyUnavailable),
            (SignerError::WrongSignature, ErrorCode::ServerError),
        ] {
            let told = OAuthError::from(error);
            assert_eq!(told.code(), code);
            assert!(!format!("{told}").contains("key"), "{told}");
        }
    }
}
