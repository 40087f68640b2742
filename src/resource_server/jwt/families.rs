//! Whether what a token descends from still stands.

use std::fmt;
use std::future::Future;

use crate::feature::authorization_of;
use crate::resource_server::VerifierError;
use crate::storage::FamilyStore;
use crate::token::claims::TokenClaims;
use crate::values::clock::Timestamp;
use crate::values::issuer::Issuer;

/// Who knows of revocations: [`Families`], or nobody.
#[doc(hidden)]
pub trait Revocations: Send + Sync + 'static {
    /// Does what this token descends from still stand?
    fn stands(&self, token: &TokenClaims, now: Timestamp) -> impl Future<Output = Result<bool, VerifierError>> + Send;
}

/// Nobody: a token is good until it expires.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct NoFamilies;

impl Revocations for NoFamilies {
    async fn stands(&self, _: &TokenClaims, _: Timestamp) -> Result<bool, VerifierError> {
        Ok(true)
    }
}

/// The store of the authorization server.
#[doc(hidden)]
pub struct Families<S> {
    store: S,
    issuer: Issuer,
}

impl<S> Families<S> {
    pub(super) const fn new(store: S, issuer: Issuer) -> Self {
        Self { store, issuer }
    }
}

impl<S: FamilyStore> Revocations for Families<S> {
    async fn stands(&self, token: &TokenClaims, now: Timestamp) -> Result<bool, VerifierError> {
        let Some((family, generation)) = token.token_id().and_then(authorization_of) else { return Ok(false) };
        let found = self.store.family(&self.issuer, &family, now).await?;
        Ok(found.is_some_and(|found| {
            let is_its_client = token.client_id() == Some(found.record.client_id.as_str());
            is_its_client && found.is_live(now) && found.state.is_current(generation, token.audience_names())
        }))
    }
}

impl<S> fmt::Debug for Families<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Families").field("issuer", &self.issuer.as_str()).finish_non_exhaustive()
    }
}
