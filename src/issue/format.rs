//! How access tokens are made and found. At most one feature of a server chooses; without one they are [`Opaque`].

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::core::Core;
use crate::issue::step::Place;
use crate::issue::{IssueContext, Keyring};
use crate::storage::{AccessTokenStore, FamilyId, FoundToken, TokenDetails, TokenRecord};
use crate::typelevel::choice::chosen;
use crate::values::bearer::{Bearer, ENTROPY, TokenHash};
use crate::values::clock::Timestamp;
use crate::values::error::{OAuthError, StoreError};
use crate::values::lifetime::AccessTokenLifetime;

/// A format of access tokens that runs on the storage `S`.
#[doc(hidden)]
pub trait TokenFormat<S>: Send + Sync + 'static {
    /// For whom tokens of this format are if nobody says it.
    fn default_resource(&self) -> Option<&Arc<str>> {
        None
    }
    /// How many random bytes the fresh text of a [plan](AccessTokenPlan) has to have: all of them where it is the token.
    const RANDOM: usize = ENTROPY;

    /// Makes a token. Stores nothing: what it wants stored is in the answer.
    fn make<K: Keyring>(
        &self,
        cx: &IssueContext<'_, S>,
        plan: AccessTokenPlan,
        keys: &K,
    ) -> impl Future<Output = Result<AccessToken, OAuthError>> + Send;

    /// Finds a token that was presented, whatever became of it.
    fn find<K: Keyring>(
        &self,
        core: &Core<S>,
        keys: &K,
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
    /// What else it says, where the format can say it.
    #[cfg_attr(not(feature = "jose"), allow(dead_code, reason = "formats that sign read it"))]
    pub(crate) claims: Map<String, Value>,
    /// A text that nobody has had: the token, or what makes it unique.
    pub(crate) fresh: Bearer,
}

impl AccessTokenPlan {
    pub(super) fn new<S>(
        cx: &IssueContext<'_, S>,
        details: &TokenDetails,
        place: Place,
        fresh: Bearer,
        lifetime: Option<AccessTokenLifetime>,
        claims: Map<String, Value>,
    ) -> Self {
        let decided = lifetime.or(details.facts().access_token_lifetime).or(cx.client.access_token_lifetime());
        let lifetime = decided.unwrap_or(cx.core.access_token_lifetime).as_secs();
        Self { details: details.clone(), family: place.family, generation: place.generation, lifetime, claims, fresh }
    }

    /// It ends then at the latest.
    pub(super) fn until<S>(mut self, cx: &IssueContext<'_, S>, not_after: Option<Timestamp>) -> Self {
        if let Some(end) = not_after {
            self.lifetime = self.lifetime.min(end.as_unix().saturating_sub(cx.now.as_unix()));
        }
        self
    }
}

/// An access token that nobody has yet, and the row that the storage is to keep for it, if any.
#[doc(hidden)]
#[derive(Debug)]
pub struct AccessToken {
    pub(crate) text: TokenText,
    /// Until then the storage has to remember the family.
    pub(crate) expires_at: Timestamp,
    pub(crate) record: Option<TokenRecord>,
}

/// The text of an access token.
#[doc(hidden)]
pub enum TokenText {
    Opaque(Bearer),
    /// One of another format, which may be of any length. It is not erased: long as it is, that would take longer than what is written of
    /// it, and the response is a copy that nobody erases.
    Signed(String),
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
    async fn make<K: Keyring>(&self, cx: &IssueContext<'_, S>, plan: AccessTokenPlan, _: &K) -> Result<AccessToken, OAuthError> {
        let AccessTokenPlan { details, family, generation, lifetime, fresh: token, .. } = plan;
        let expires_at = cx.now.saturating_add_secs(lifetime);
        let client_id = cx.client.id().clone();
        let record = TokenRecord::new(token.hash(), family, generation, client_id, cx.now, expires_at, details);
        Ok(AccessToken { text: TokenText::Opaque(token), expires_at, record: Some(record) })
    }

    fn find<K: Keyring>(
        &self,
        core: &Core<S>,
        _: &K,
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
