//! Where the keys of an authorization server come from.

use std::future::Future;
use std::sync::Arc;

use super::VerifierError;
use crate::jose::Jwks;
use crate::values::clock::Timestamp;

/// The keys with which an authorization server signs access tokens: [`RemoteJwks`](crate::RemoteJwks); the [`AuthorizationServer`](crate::AuthorizationServer) itself
/// where it is in the same process; or a [`Jwks`] that does not change.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not have the keys of an authorization server",
    label = "not `VerificationKeys`",
    note = "use `RemoteJwks` with the server's `jwks_uri` (RFC 8414 section 2), the `AuthorizationServer` itself in its own process, or a `Jwks` that does not change"
)]
pub trait VerificationKeys: Send + Sync + 'static {
    /// The keys as they are known.
    ///
    /// # Errors
    ///
    /// [`VerifierError`] if none are, now.
    fn keys(&self, now: Timestamp) -> impl Future<Output = Result<Arc<Jwks>, VerifierError>> + Send;

    /// A token names a key that is not among the `known`: others, if the server has others by now. Whoever sends tokens chooses what
    /// they name, so an implementation bounds how often it asks.
    ///
    /// # Errors
    ///
    /// [`VerifierError`] if nobody can say.
    fn newer(&self, known: &Arc<Jwks>, now: Timestamp) -> impl Future<Output = Result<Option<Arc<Jwks>>, VerifierError>> + Send;
}

/// Keys that do not change: those of a server that does not rotate them, or of a test.
impl VerificationKeys for Jwks {
    async fn keys(&self, _: Timestamp) -> Result<Arc<Jwks>, VerifierError> {
        Ok(Arc::new(self.clone()))
    }

    async fn newer(&self, _: &Arc<Jwks>, _: Timestamp) -> Result<Option<Arc<Jwks>>, VerifierError> {
        Ok(None)
    }
}

impl<K: VerificationKeys> VerificationKeys for Arc<K> {
    fn keys(&self, now: Timestamp) -> impl Future<Output = Result<Arc<Jwks>, VerifierError>> + Send {
        K::keys(self, now)
    }

    fn newer(&self, known: &Arc<Jwks>, now: Timestamp) -> impl Future<Output = Result<Option<Arc<Jwks>>, VerifierError>> + Send {
        K::newer(self, known, now)
    }
}
