//! What stores keep. A store indexes the members that have an accessor here (hash, family, client, expiry, state) and keeps
//! the rest verbatim as the JSON text of its details, which is versioned, so that a later release can add to it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::authorization::Asked;
use crate::client::ClientId;
use crate::clock::Timestamp;
use crate::error::StoreError;
use crate::lifetime::AccessTokenLifetime;
use crate::random::{Draw, NoRandomness};
use crate::scope::Scope;
use crate::subject::Subject;
use crate::token::{RotationSalt, TokenHash};
use crate::version;

/// Identifies a family: all that descends from one authorization. The moment in which it began, as in its tokens, and 104 random
/// bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FamilyId([u8; 16]);

impl FamilyId {
    pub(crate) fn generate(draw: &mut Draw) -> Result<Self, NoRandomness> {
        Ok(Self(draw.key()?))
    }

    /// An identifier that a store read back.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes that a store keeps.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for FamilyId {
    /// 22 characters of base64url: for the form with which a person takes an authorization back. It is no secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl FromStr for FamilyId {
    type Err = NotAFamilyId;
    fn from_str(text: &str) -> Result<Self, NotAFamilyId> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or(NotAFamilyId)
    }
}

/// A text that does not identify a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an authorization is identified by 22 characters of base64url")]
pub struct NotAFamilyId;

/// The version written into new details.
const VERSION: u32 = 1;
/// The version written into details that name a key.
const VERSION_WITH_CONFIRMATION: u32 = 2;
/// The latest that is read.
const LATEST: u32 = VERSION_WITH_CONFIRMATION;

/// What an authorization is about: who, what scope, for whom. Kept verbatim by stores; shared, so a clone is cheap.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenDetails(Arc<TokenFacts>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct TokenFacts {
    #[serde(rename = "v")]
    version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<Subject>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) username: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Scope::is_empty")]
    pub(crate) scope: Scope,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) audience: Vec<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) auth_time: Option<Timestamp>,
    /// What the grant decided, for refreshed access tokens too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) access_token_lifetime: Option<AccessTokenLifetime>,
    /// The keys to which the token is bound (`cnf`, RFC 7800 section 3.1). Whoever does not know of it would take the token for a
    /// bearer token, so it raises the version.
    #[serde(rename = "cnf", skip_serializing_if = "Option::is_none")]
    pub(crate) confirmation: Option<serde_json::Value>,
    /// What a later release added without raising the version. Kept, so that a row survives being read and written by an older
    /// instance.
    #[serde(flatten)]
    unknown: serde_json::Map<String, serde_json::Value>,
}

impl TokenFacts {
    pub(crate) fn new(subject: Option<Subject>, scope: Scope) -> Self {
        Self {
            version: VERSION,
            subject,
            username: None,
            scope,
            audience: Vec::new(),
            auth_time: None,
            access_token_lifetime: None,
            confirmation: None,
            unknown: serde_json::Map::new(),
        }
    }

    pub(crate) fn into_details(self) -> TokenDetails {
        TokenDetails(Arc::new(self))
    }

    /// Bytes of text in it, about.
    #[cfg(feature = "sqlite")]
    fn size(&self) -> usize {
        let Self { subject, username, scope, audience, unknown, .. } = self;
        let names = subject.as_ref().map_or(0, |subject| subject.as_str().len()) + username.as_ref().map_or(0, |name| name.len());
        let audience: usize = audience.iter().map(|name| name.len()).sum();
        names + scope.as_str().len() + audience + size_of_unknown(unknown)
    }
}

/// Bytes of what a later version wrote.
#[cfg(feature = "sqlite")]
fn size_of_unknown(unknown: &serde_json::Map<String, serde_json::Value>) -> usize {
    if unknown.is_empty() { 0 } else { serde_json::to_string(unknown).map_or(0, |text| text.len()) }
}

impl TokenDetails {
    pub(crate) fn facts(&self) -> &TokenFacts {
        &self.0
    }

    /// Bytes of memory, about.
    #[cfg(feature = "sqlite")]
    pub(crate) fn size(&self) -> usize {
        size_of::<TokenFacts>() + self.0.size()
    }

    /// The same authorization with another scope; shares the original where the scope does not differ.
    pub(crate) fn with_scope(&self, scope: &Scope) -> Self {
        if self.0.scope == *scope {
            return self.clone();
        }
        TokenFacts { scope: scope.clone(), ..(*self.0).clone() }.into_details()
    }

    /// The same authorization, bound to a key.
    pub(crate) fn confirmed_by(&self, method: &str, value: serde_json::Value) -> Self {
        let mut facts = (*self.0).clone();
        facts.version = VERSION_WITH_CONFIRMATION;
        let mut confirmation = match facts.confirmation.take() {
            Some(serde_json::Value::Object(confirmation)) => confirmation,
            _ => serde_json::Map::new(),
        };
        confirmation.insert(method.to_owned(), value);
        facts.confirmation = Some(confirmation.into());
        facts.into_details()
    }

    /// The `token_type` of an access token with these details (RFC 6749 section 7.1, RFC 9449 section 5).
    pub(crate) fn token_type(&self) -> &'static str {
        let confirmation = self.0.confirmation.as_ref();
        if confirmation.is_some_and(|cnf| cnf.get("jkt").is_some()) { "DPoP" } else { "Bearer" }
    }

    /// The text that a store keeps.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if the details cannot be written as JSON.
    pub fn to_json(&self) -> Result<String, StoreError> {
        serde_json::to_string(&*self.0).map_err(StoreError::failed)
    }

    /// Details from the text that a store kept.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if the text is not what [`to_json`](Self::to_json) wrote, or a later release wrote it in a version
    /// that this one does not know.
    pub fn from_json(text: &str) -> Result<Self, StoreError> {
        let facts: TokenFacts = version::read("token details", LATEST, text, |facts: &TokenFacts| facts.version)?;
        Ok(facts.into_details())
    }
}

/// What a code stands for: the authorization, and what binds the code to the request it answered.
#[derive(Debug, Clone, PartialEq)]
pub struct CodeDetails(Arc<CodeFacts>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct CodeFacts {
    #[serde(rename = "v")]
    version: u32,
    pub(crate) authorization: Arc<TokenFacts>,
    /// The request that the code answers.
    #[serde(flatten)]
    pub(crate) asked: Arc<Asked>,
    #[serde(flatten)]
    unknown: serde_json::Map<String, serde_json::Value>,
}

impl CodeFacts {
    pub(crate) fn new(authorization: &TokenDetails, asked: Arc<Asked>) -> Self {
        Self { version: VERSION, authorization: authorization.0.clone(), asked, unknown: serde_json::Map::new() }
    }

    pub(crate) fn into_details(self) -> CodeDetails {
        CodeDetails(Arc::new(self))
    }
}

impl CodeDetails {
    pub(crate) fn facts(&self) -> &CodeFacts {
        &self.0
    }

    /// Bytes of memory, about.
    #[cfg(feature = "sqlite")]
    fn size(&self) -> usize {
        let CodeFacts { authorization, asked, unknown, .. } = &*self.0;
        size_of::<CodeFacts>() + authorization.size() + asked.size() + size_of_unknown(unknown)
    }

    pub(crate) fn authorization(&self) -> TokenDetails {
        TokenDetails(self.0.authorization.clone())
    }

    /// The text that a store keeps.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if the details cannot be written as JSON.
    pub fn to_json(&self) -> Result<String, StoreError> {
        serde_json::to_string(&*self.0).map_err(StoreError::failed)
    }

    /// Details from the text that a store kept.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if the text is not what [`to_json`](Self::to_json) wrote, or a later release wrote it, or the
    /// authorization in it, in a version that this one does not know.
    pub fn from_json(text: &str) -> Result<Self, StoreError> {
        let latest = |facts: &CodeFacts| facts.version.max(facts.authorization.version);
        Ok(version::read("code details", LATEST, text, latest)?.into_details())
    }
}

/// An authorization: the root from which codes and tokens descend.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FamilyRecord {
    /// Its identifier.
    pub id: FamilyId,
    /// The client that was authorized.
    pub client_id: ClientId,
    /// Who authorized it; `None` where a client acts for itself.
    pub subject: Option<Subject>,
    /// When it began.
    pub created_at: Timestamp,
    /// Who, what scope, for whom.
    pub details: TokenDetails,
}

impl FamilyRecord {
    /// A record from its members.
    #[must_use]
    pub fn new(
        id: FamilyId,
        client_id: ClientId,
        subject: Option<Subject>,
        created_at: Timestamp,
        details: TokenDetails,
    ) -> Self {
        Self { id, client_id, subject, created_at, details }
    }

    /// The scope that was authorized.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.details.facts().scope
    }

    /// The name by which people know the subject, if it was given.
    #[must_use]
    pub fn username(&self) -> Option<&str> {
        self.details.facts().username.as_deref()
    }

    /// The resource servers for which its tokens are meant.
    pub fn audience(&self) -> impl Iterator<Item = &str> {
        self.details.facts().audience.iter().map(|name| &**name)
    }
}

/// An authorization code (RFC 6749 section 4.1.2).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CodeRecord {
    /// The key.
    pub hash: TokenHash,
    /// The authorization that it stands for.
    pub family: FamilyId,
    /// The client that may redeem it.
    pub client_id: ClientId,
    /// Valid while `now < expires_at`.
    pub expires_at: Timestamp,
    /// The authorization and what binds the code.
    pub details: CodeDetails,
}

impl CodeRecord {
    /// A record from its members.
    #[must_use]
    pub fn new(hash: TokenHash, family: FamilyId, client_id: ClientId, expires_at: Timestamp, details: CodeDetails) -> Self {
        Self { hash, family, client_id, expires_at, details }
    }
}

/// An access token or a refresh token.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TokenRecord {
    /// The key.
    pub hash: TokenHash,
    /// The authorization from which it descends.
    pub family: FamilyId,
    /// How many rotations the family had seen when this was issued. A token is good only in the family's current
    /// [`generation`](FamilyState::generation): rotation moves that on, and with it ends all that came before.
    pub generation: u32,
    /// The client to which it was issued.
    pub client_id: ClientId,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Valid while `now < expires_at`.
    pub expires_at: Timestamp,
    /// Who, what scope, for whom.
    pub details: TokenDetails,
}

impl TokenRecord {
    /// A record from its members.
    #[must_use]
    pub fn new(
        hash: TokenHash,
        family: FamilyId,
        generation: u32,
        client_id: ClientId,
        issued_at: Timestamp,
        expires_at: Timestamp,
        details: TokenDetails,
    ) -> Self {
        Self { hash, family, generation, client_id, issued_at, expires_at, details }
    }
}

/// The state of a family, as every look-up of something in it reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FamilyState {
    /// Was it revoked?
    pub revoked: bool,
    /// How many times its refresh token was rotated: 0 at first.
    pub generation: u32,
}

impl FamilyState {
    /// A state from its members.
    #[must_use]
    pub const fn new(revoked: bool, generation: u32) -> Self {
        Self { revoked, generation }
    }
}

/// A code as found: with what became of it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FoundCode {
    /// The record as inserted.
    pub record: CodeRecord,
    /// Was it redeemed before?
    pub redeemed: bool,
    /// The state of its family.
    pub family: FamilyState,
}

impl FoundCode {
    /// A find from its members.
    #[must_use]
    pub const fn new(record: CodeRecord, redeemed: bool, family: FamilyState) -> Self {
        Self { record, redeemed, family }
    }

    /// Is the code good at `now`? The library asks this of every find, whatever the store checked already.
    #[must_use]
    pub fn is_redeemable(&self, now: Timestamp) -> bool {
        !self.redeemed && !self.family.revoked && now < self.record.expires_at
    }
}

/// A token as found: with what became of it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FoundToken {
    /// The record as inserted.
    pub record: TokenRecord,
    /// Was this token itself revoked? (A refresh token never is: its family is.)
    pub revoked: bool,
    /// The state of its family.
    pub family: FamilyState,
}

impl FoundToken {
    /// A find from its members.
    #[must_use]
    pub const fn new(record: TokenRecord, revoked: bool, family: FamilyState) -> Self {
        Self { record, revoked, family }
    }

    /// Is the token good at `now`? The library asks this of every find, whatever the store checked already.
    #[must_use]
    pub fn is_active(&self, now: Timestamp) -> bool {
        !self.revoked && !self.family.revoked && self.family.generation == self.record.generation && now < self.record.expires_at
    }
}

/// Rows to be stored in one step, or not at all. Whatever is `None` is not there: a server without the refresh token grant
/// never hands a refresh token to its store.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Issue {
    /// An authorization code.
    pub code: Option<CodeRecord>,
    /// An access token.
    pub access_token: Option<TokenRecord>,
    /// A refresh token.
    pub refresh_token: Option<TokenRecord>,
    /// The family must be remembered at least until then, revoked or not: the latest expiry of these rows. A store keeps the
    /// maximum of all it was told.
    pub keep_family_until: Timestamp,
}

impl Issue {
    pub(crate) fn new(code: Option<CodeRecord>, access_token: Option<TokenRecord>, refresh_token: Option<TokenRecord>) -> Self {
        let expiries = [
            code.as_ref().map(|code| code.expires_at),
            access_token.as_ref().map(|token| token.expires_at),
            refresh_token.as_ref().map(|token| token.expires_at),
        ];
        let keep_family_until = expiries.into_iter().flatten().max().unwrap_or(Timestamp::from_unix(0));
        Self { code, access_token, refresh_token, keep_family_until }
    }

    /// Bytes of memory that it holds on to, about; rows may share some of them.
    #[cfg(feature = "sqlite")]
    pub(crate) fn size(&self) -> usize {
        let code = self.code.as_ref().map_or(0, |code| code.details.size());
        let tokens = self.access_token.iter().chain(&self.refresh_token);
        tokens.map(|token| token.details.size()).sum::<usize>() + code
    }

    /// The family and the client of each row.
    pub(crate) fn owners(&self) -> impl Iterator<Item = (FamilyId, &ClientId)> {
        let tokens = self.access_token.iter().chain(&self.refresh_token);
        let code = self.code.iter().map(|row| (row.family, &row.client_id));
        code.chain(tokens.map(|row| (row.family, &row.client_id)))
    }

    /// # Errors
    ///
    /// [`StoreError::Failed`] if a row belongs to another family or client.
    pub(crate) fn check_owner(&self, family: &FamilyId, client_id: &ClientId) -> Result<(), StoreError> {
        if self.owners().all(|owner| owner == (*family, client_id)) { Ok(()) } else { Err(foreign_row()) }
    }
}

pub(crate) fn foreign_row() -> StoreError {
    StoreError::failed("a row to be stored belongs to another family or client")
}

/// A rotation that the library proposes (see [`RefreshTokenStore::rotate_refresh_token`]).
///
/// [`RefreshTokenStore::rotate_refresh_token`]: crate::storage::RefreshTokenStore::rotate_refresh_token
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RotationProposal {
    /// The hash of the refresh token that the client presented.
    pub presented: TokenHash,
    /// Its family.
    pub family: FamilyId,
    /// The generation in which it was issued. It is the current one of the family, or this is a retry or a replay.
    pub generation: u32,
    /// To be kept with the family until `retry_until`, then erased.
    pub salt: RotationSalt,
    /// Until then, exclusive, the same token may be presented again. Equal to `now` when retries are off.
    pub retry_until: Timestamp,
    /// The successor and its access token, both of generation `generation + 1`. On a retry only the access token is
    /// stored: the successor is there already.
    pub issue: Issue,
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = r#"{"v":1,"scope":"read"}"#;
    const CODE: &str = r#"{"v":1,"authorization":{"v":1,"scope":"read"},"redirect_uri":"https://app/",
        "redirect_uri_was_sent":true,"response_type":"code"}"#;

    #[test]
    fn details_of_a_later_version_are_refused() {
        let refused = |read: Result<String, StoreError>| {
            let Err(StoreError::Failed(reason)) = read else { panic!("{read:?}") };
            let reason = reason.to_string();
            assert!(reason.ends_with("details: they have version 3, this release knows 2"), "{reason}");
        };
        let token = |text: &str| TokenDetails::from_json(text)?.to_json();
        let code = |text: &str| CodeDetails::from_json(text)?.to_json();
        refused(token(&TOKEN.replace(":1", ":3")));
        refused(code(&CODE.replace(":1", ":3")));
        refused(code(&CODE.replacen(":1", ":3", 1)));
        // The authorization of a code has a version of its own.
        refused(code(&CODE.replace("n\":{\"v\":1", "n\":{\"v\":3")));
        // A later version may have the members that are known in another form.
        refused(token(&TOKEN.replace(":1", ":3").replace("\"read\"", "[\"read\"]")));
        refused(code(&CODE.replacen(":1", ":3", 1).replace("true", "null")));
    }

    #[test]
    fn the_error_of_damaged_details_shows_no_value() {
        for damaged in [TOKEN.replace("\"read\"", "12345"), TOKEN.replace('}', ""), TOKEN.replace("read", "12345\\u0000")] {
            let Err(StoreError::Failed(reason)) = TokenDetails::from_json(&damaged) else { panic!("{damaged}") };
            let (shown, all) = (reason.to_string(), format!("{reason:?}"));
            assert!(shown.starts_with("token details cannot be read") && shown.contains("line 1, column"), "{shown}");
            assert!(!shown.contains("12345") && !all.contains("12345"), "{all}");
        }
    }

    #[test]
    fn what_a_later_release_added_to_details_is_kept() {
        let more = |text: &str| text.replace("{\"v\"", "{\"later\":[1],\"v\"");
        let token = TokenDetails::from_json(&more(TOKEN)).unwrap().to_json().unwrap();
        let code = CodeDetails::from_json(&more(CODE)).unwrap().to_json().unwrap();
        assert_eq!((token.matches("\"later\":[1]").count(), code.matches("\"later\":[1]").count()), (1, 2));
    }

    #[test]
    fn families_of_one_moment_begin_alike_and_differ() {
        let now = Timestamp::from_unix(1_800_000_000);
        let [one, other, later] =
            [now, now, now.saturating_add_secs(1)].map(|now| FamilyId::generate(&mut Draw::at(now)).unwrap().0);
        assert_eq!(one[..3], other[..3]);
        assert_ne!(one[..3], later[..3]);
        assert!(one[3..].iter().zip(&other[3..]).filter(|(one, other)| one != other).count() > 6);
    }
}
