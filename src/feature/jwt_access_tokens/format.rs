//! The token format: how JWTs are made, found and revoked.

use std::fmt;
use std::marker::PhantomData;
use std::mem;
use std::slice;
use std::sync::Arc;

use super::algorithms::SignedUnder;
use super::claims::{self, AccessTokenClaims, NewAccessToken};
use super::write::Said;
use super::{jti, read};
use crate::core::Core;
use crate::feature::signing_keys::SigningAlgorithms;
use crate::issue::format::TokenText;
use crate::issue::{AccessToken, AccessTokenPlan, IssueContext, Keyring, TokenFormat};
use crate::jose::{AccessTokenJwt, CompactJws, JoseError, TokenType as _};
use crate::storage::{FamilyStore, FoundToken};
use crate::typelevel::choice::chosen;
use crate::values::clock::Timestamp;
use crate::values::error::{OAuthError, StoreError};

/// JWTs by RFC 9068.
#[doc(hidden)]
pub struct JwtFormat<C, A> {
    pub(super) default_resource: Arc<str>,
    pub(super) claims: C,
    pub(super) signed_under: SignedUnder,
    /// The algorithms that are named there.
    pub(super) algorithms: PhantomData<fn() -> A>,
}

chosen!(impl<C: AccessTokenClaims, A: SigningAlgorithms> JwtFormat<C, A>, names A);

impl<C, A> fmt::Debug for JwtFormat<C, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtFormat").field("default_resource", &self.default_resource).finish_non_exhaustive()
    }
}

impl<S: FamilyStore, C: AccessTokenClaims, A: SigningAlgorithms> TokenFormat<S> for JwtFormat<C, A> {
    const RANDOM: usize = jti::RANDOM_BYTES;

    fn default_resource(&self) -> Option<&Arc<str>> {
        Some(&self.default_resource)
    }

    async fn make<K: Keyring>(
        &self,
        cx: &IssueContext<'_, S>,
        plan: AccessTokenPlan,
        keys: &K,
    ) -> Result<AccessToken, OAuthError> {
        let expires_at = cx.now.saturating_add_secs(plan.lifetime);
        let named = &plan.details.facts().audience;
        let audience = if named.is_empty() { slice::from_ref(&self.default_resource) } else { named };
        let algorithm = self.signed_under.of(audience, keys.algorithms().first().copied())?;
        let client_id = cx.client.id();
        let own = self.claims.claims(NewAccessToken { client_id, details: &plan.details, audience }).await?;
        let own = claims::beside(&plan.claims, claims::members(own)?);
        claims::check(&own)?;
        let issuer = &cx.core.issuer;
        let claims = Said { issuer, client_id, plan: &plan, audience, issued_at: cx.now, expires_at, own: &own }.to_json();
        let mut text = keys.sign::<AccessTokenJwt>(algorithm, &claims, cx.now).await?;
        if text.len() > AccessTokenJwt::MAX_LEN {
            return Err(StoreError::failed("an access token with the claims of the application is too long").into());
        }
        Ok(AccessToken { text: TokenText::Signed(mem::take(&mut *text)), expires_at, record: None })
    }

    async fn find<K: Keyring>(
        &self,
        core: &Core<S>,
        keys: &K,
        token: &str,
        now: Timestamp,
    ) -> Result<Option<FoundToken>, StoreError> {
        let Ok(jws) = CompactJws::decode(token) else { return Ok(None) };
        let own = match read::verify(token, &jws, &core.issuer, &keys.published(), now) {
            Ok(own) => own,
            Err(reason) => {
                tracing::debug!(%reason, "a JWT is no access token of this server");
                if reason == JoseError::UnknownKey {
                    keys.unknown_key(now);
                }
                return Ok(None);
            }
        };
        let Some(family) = core.storage.family(&core.issuer, &own.family, now).await? else { return Ok(None) };
        match own.found(&family, &self.default_resource) {
            Ok(found) => Ok(Some(found)),
            Err(reason) => {
                tracing::error!(%reason, "an access token that this server signed is not what its authorization says");
                Ok(None)
            }
        }
    }

    /// What the token descends from: nothing else of it is kept.
    async fn revoke(&self, core: &Core<S>, found: &FoundToken, now: Timestamp) -> Result<(), StoreError> {
        core.storage.revoke_family(&core.issuer, &found.record.family, now).await
    }
}
