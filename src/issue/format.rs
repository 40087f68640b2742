//! How access tokens are made and found. At most one feature of a server chooses; without one they are [`Opaque`].

use std::fmt;
use std::future::Future;

use zeroize::Zeroizing;

use crate::clock::Timestamp;
use crate::core::Core;
use crate::error::{StoreError, TokenError};
use crate::issue::step::Place;
use crate::issue::{IssueContext, Keyring};
use crate::storage::{AccessTokenStore, FamilyId, FoundToken, TokenDetails, TokenRecord};
use crate::token::{Bearer, TokenHash};
use crate::typelevel::choice::chosen;

/// A format of access tokens that runs on the storage `S`.
#[doc(hidden)]
pub trait TokenFormat<S>: Send + Sync + 'static {
    /// Makes a token. Stores nothing: what it wants stored is in the answer.
    fn make<K: Keyring>(
        &self,
        cx: &IssueContext<'_, S>,
        plan: AccessTokenPlan,
        keys: &K,
    ) -> impl Future<Output = Result<AccessToken, TokenError>> + Send;

    /// Finds a token that was presented, whatever became of it.
    fn find(
        &self,
        core: &Core<S>,
        token: &str,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<FoundToken>, StoreError>> + Send;

    /// Revokes a token that was found.
    fn revoke(&self, core: &Core<S>, found: &FoundToken, now: Timestamp) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// What an access token is to say.
#[doc(hidden)]
#[derive(Debug)]
pub struct AccessTokenPlan {
    pub(crate) details: TokenDetails,
    pub(crate) family: FamilyId,
    pub(crate) generation: u32,
    /// Seconds.
    pub(crate) lifetime: u64,
    /// A text that nobody has had: the token, or what makes it unique.
    pub(crate) fresh: Bearer,
}

impl AccessTokenPlan {
    pub(super) fn new<S>(cx: &IssueContext<'_, S>, details: &TokenDetails, place: Place, fresh: Bearer) -> Self {
        let decided = details.facts().access_token_lifetime.or(cx.client.access_token_lifetime());
        let lifetime = decided.unwrap_or(cx.core.access_token_lifetime).as_secs();
        Self { details: details.clone(), family: place.family, generation: place.generation, lifetime, fresh }
    }
}

/// An access token that nobody has yet, and the row that the storage is to keep for it, if any.
#[doc(hidden)]
#[derive(Debug)]
pub struct AccessToken {
    pub(crate) text: TokenText,
    pub(crate) record: Option<TokenRecord>,
}

/// The text of an access token.
pub(crate) enum TokenText {
    Opaque(Bearer),
    /// One of another format, which may be of any length.
    #[allow(dead_code, reason = "formats that sign make it")]
    Signed(Zeroizing<String>),
}

impl TokenText {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Opaque(token) => token.as_str(),
            Self::Signed(text) => text,
        }
    }

    /// Bytes.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Opaque(_) => Bearer::LEN,
            Self::Signed(text) => text.len(),
        }
    }
}

impl fmt::Debug for TokenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenText(..)")
    }
}

/// Random strings that are looked up in the storage, which keeps their hash (RFC 6749 section 1.4).
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Opaque;

chosen!(Opaque);

impl<S: AccessTokenStore> TokenFormat<S> for Opaque {
    async fn make<K: Keyring>(&self, cx: &IssueContext<'_, S>, plan: AccessTokenPlan, _: &K) -> Result<AccessToken, TokenError> {
        let AccessTokenPlan { details, family, generation, lifetime, fresh: token } = plan;
        let expires_at = cx.now.saturating_add_secs(lifetime);
        let client_id = cx.client.id().clone();
        let record = TokenRecord::new(token.hash(), family, generation, client_id, cx.now, expires_at, details);
        Ok(AccessToken { text: TokenText::Opaque(token), record: Some(record) })
    }

    fn find(
        &self,
        core: &Core<S>,
        token: &str,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<FoundToken>, StoreError>> + Send {
        let hash = TokenHash::of(token);
        async move { core.storage.find_access_token(&core.issuer, &hash, now).await }
    }

    async fn revoke(&self, core: &Core<S>, found: &FoundToken, now: Timestamp) -> Result<(), StoreError> {
        core.storage.revoke_access_token(&core.issuer, &found.record.hash, now).await
    }
}
