//! The keys of an authorization server in the same process.

use std::sync::Arc;

use crate::feature::FeaturesOn;
use crate::issue::{Choices as _, Keyring as _};
use crate::issuers::{VerificationKeys, VerifierError};
use crate::jose::Jwks;
use crate::server::AuthorizationServer;
use crate::values::clock::Timestamp;

/// The keys of a server in the same process, whatever becomes of them.
#[diagnostic::do_not_recommend]
impl<S, G, R, F, P> VerificationKeys for AuthorizationServer<S, G, R, F, P>
where
    S: Send + Sync + 'static,
    G: Send + Sync + 'static,
    R: Send + Sync + 'static,
    F: FeaturesOn<S> + 'static,
    P: 'static,
{
    async fn keys(&self, _: Timestamp) -> Result<Arc<Jwks>, VerifierError> {
        Ok(self.features.keys().published())
    }

    async fn newer(&self, known: &Arc<Jwks>, _: Timestamp) -> Result<Option<Arc<Jwks>>, VerifierError> {
        let keys = self.features.keys();
        keys.unknown_key(self.core.now());
        Ok(Some(keys.published()).filter(|keys| !Arc::ptr_eq(keys, known)))
    }
}
