//! What stores keep. A store indexes the members that have an accessor here (hash, family, client, expiry, state) and keeps
//! the rest verbatim as the JSON text of its details, which is versioned, so that a later release can add to it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{FamilyId, FamilyState};
use crate::client::ClientId;
use crate::values::actor::Actor;
use crate::values::asked::Asked;
use crate::values::bearer::TokenHash;
use crate::values::claims_request::ClaimsRequest;
use crate::values::clock::Timestamp;
use crate::values::details::AuthorizationDetails;
use crate::values::error::StoreError;
use crate::values::lifetime::AccessTokenLifetime;
use crate::values::scope::Scope;
use crate::values::subject::Subject;
use crate::values::version;

/// The version written into new details.
const VERSION: u32 = 1;
/// The version written into details that name a key.
const VERSION_WITH_CONFIRMATION: u32 = 2;
/// The version written into the details of a family that descends from another, and of what is in it.
const VERSION_OF_DESCENDANTS: u32 = 3;
/// The version written into details that name an actor.
const VERSION_WITH_ACTOR: u32 = 4;
/// The version written into details of what only the owner of a key may renew.
const VERSION_OF_BOUND_RENEWALS: u32 = 5;
/// The version written into details that say in detail what is permitted.
const VERSION_WITH_DETAILS: u32 = 6;
/// The latest that is read.
const LATEST: u32 = VERSION_WITH_DETAILS;

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
    /// How the person proved who they are: the class (`acr`), and by what (`amr`; OpenID Connect Core section 2, RFC 8176).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) acr: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) amr: Vec<Arc<str>>,
    /// Claims about the person that were asked for one by one, and approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) claims: Option<Arc<ClaimsRequest>>,
    /// What was shown of a client that nobody vetted ([`Client::fingerprint`](crate::Client::fingerprint)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) client_fingerprint: Option<Arc<str>>,
    /// `true`: the person was not asked, since it came of another token or of what another issuer says. Nothing that they agreed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) unasked: Option<bool>,
    /// The sign-in in which it was authorized, as clients get to see it (`sid`, OpenID Connect Back-Channel Logout section 2.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sid: Option<Arc<str>>,
    /// What the grant decided, for refreshed access tokens too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) access_token_lifetime: Option<AccessTokenLifetime>,
    /// The keys to which the token is bound (`cnf`, RFC 7800 section 3.1). Whoever does not know of it would take the token for a
    /// bearer token, so it raises the version.
    #[serde(rename = "cnf", skip_serializing_if = "Option::is_none")]
    pub(crate) confirmation: Option<serde_json::Value>,
    /// Who acts for the subject (`act`, RFC 8693 section 4.1). Whoever does not know of it would take the token for one that the subject
    /// uses, so it raises the version.
    #[serde(rename = "act", default, skip_serializing_if = "Option::is_none")]
    pub(crate) actor: Option<Box<serde_json::Value>>,
    /// Who may come to act for the subject (`may_act`, RFC 8693 section 4.4). Whoever does not know of it permits less.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) may_act: Option<Box<serde_json::Value>>,
    /// What is permitted, in detail (RFC 9396 section 7). Whoever does not know of it would drop the limits that are in it, and what goes
    /// beyond the scope with it, so it raises the version.
    #[serde(rename = "authorization_details", default, skip_serializing_if = "Option::is_none")]
    pub(crate) granted: Option<AuthorizationDetails>,
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
            acr: None,
            amr: Vec::new(),
            claims: None,
            client_fingerprint: None,
            unasked: None,
            sid: None,
            access_token_lifetime: None,
            confirmation: None,
            actor: None,
            may_act: None,
            granted: None,
            unknown: serde_json::Map::new(),
        }
    }

    /// Says in detail what is permitted.
    pub(crate) fn permits(&mut self, details: Option<AuthorizationDetails>) {
        self.granted = details.filter(|details| !details.is_empty());
        if self.granted.is_some() {
            self.version = self.version.max(VERSION_WITH_DETAILS);
        }
    }

    /// Says who acts for the subject.
    pub(crate) fn acted_by(&mut self, actor: &Actor) {
        self.version = self.version.max(VERSION_WITH_ACTOR);
        self.actor = Some(Box::new(actor.to_value()));
    }

    /// How who acts for the subject is called.
    pub(crate) fn actor_name(&self) -> Option<&str> {
        self.actor.as_ref()?.get("sub")?.as_str()
    }

    /// It belongs to a family that descends from another. A release that does not know of ancestors would take for good what was revoked
    /// with one of them.
    pub(crate) fn descends(&mut self) {
        self.version = self.version.max(VERSION_OF_DESCENDANTS);
    }

    pub(crate) fn into_details(self) -> TokenDetails {
        TokenDetails(Arc::new(self))
    }

    /// Bytes of text in it, about.
    #[cfg(feature = "sqlite")]
    fn size(&self) -> usize {
        let Self {
            subject,
            username,
            scope,
            audience,
            acr,
            amr,
            claims,
            client_fingerprint,
            sid,
            actor,
            may_act,
            granted,
            unknown,
            ..
        } = self;
        let subject = subject.as_ref().map_or(0, |subject| subject.as_str().len());
        let texts: usize = [username, acr, client_fingerprint, sid]
            .into_iter()
            .flatten()
            .chain(audience)
            .chain(amr)
            .map(|text| text.len())
            .sum();
        let claims = claims.as_ref().map_or(0, |claims| claims.size());
        let granted = granted.as_ref().map_or(0, |details| details.size());
        let parties: usize = [actor, may_act].into_iter().flatten().map(|claim| claim.to_string().len()).sum();
        subject + texts + claims + granted + parties + scope.as_str().len() + size_of_unknown(unknown)
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

    /// The same authorization for these resource servers, with another scope; shares the original where neither differs.
    pub(crate) fn aimed(&self, audience: &[Arc<str>], scope: &Scope) -> Self {
        if self.0.audience == audience {
            return self.with_scope(scope);
        }
        TokenFacts { audience: audience.to_vec(), scope: scope.clone(), ..(*self.0).clone() }.into_details()
    }

    /// The same authorization with other details; shares the original where they do not differ.
    pub(crate) fn permitting(&self, details: Option<AuthorizationDetails>) -> Self {
        if self.0.granted == details {
            return self.clone();
        }
        let mut facts = (*self.0).clone();
        facts.permits(details);
        facts.into_details()
    }

    /// The same authorization, bound to a key.
    pub(crate) fn confirmed_by(&self, method: &str, value: serde_json::Value) -> Self {
        let mut facts = (*self.0).clone();
        facts.version = facts.version.max(VERSION_WITH_CONFIRMATION);
        let mut confirmation = match facts.confirmation.take() {
            Some(serde_json::Value::Object(confirmation)) => confirmation,
            _ => serde_json::Map::new(),
        };
        confirmation.insert(method.to_owned(), value);
        facts.confirmation = Some(confirmation.into());
        facts.into_details()
    }

    /// The same authorization, which only the owner of a key may renew. A release that does not know of that would let anybody.
    pub(crate) fn renewable_by(&self, method: &str, value: serde_json::Value) -> Self {
        let mut facts = (*self.confirmed_by(method, value).0).clone();
        facts.version = facts.version.max(VERSION_OF_BOUND_RENEWALS);
        facts.into_details()
    }

    /// The same authorization in a family that descends from another. A release that does not know of ancestors would take for good
    /// what was revoked with one of them.
    pub(crate) fn of_descendant(&self) -> Self {
        let mut facts = (*self.0).clone();
        facts.descends();
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
    pub(super) fn size(&self) -> usize {
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
    /// [`generation`](FamilyState::generation): rotation moves that on, and with it ends all that came before and does not
    /// [outlive](super::Outliving) it.
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
    /// What no store keeps, but the token itself has.
    pub(crate) carried: Option<Arc<Carried>>,
}

/// What a token carries beside what is kept of others.
#[derive(Debug, PartialEq)]
pub(crate) struct Carried {
    /// Its identifier.
    pub(crate) jti: Box<str>,
    /// The claims of the application.
    pub(crate) claims: serde_json::Map<String, serde_json::Value>,
    /// Is its audience the resource that tokens are for which name none?
    pub(crate) for_default_resource: bool,
}

impl FoundToken {
    /// A find from its members.
    #[must_use]
    pub const fn new(record: TokenRecord, revoked: bool, family: FamilyState) -> Self {
        Self { record, revoked, family, carried: None }
    }

    /// Does it name no resource that it is limited to?
    #[cfg(feature = "jose")]
    pub(crate) fn names_no_resource(&self) -> bool {
        let by_default = self.carried.as_ref().is_some_and(|carried| carried.for_default_resource);
        by_default || self.record.details.facts().audience.is_empty()
    }

    /// Is the token good at `now`? The library asks this of every find, whatever the store checked already.
    #[must_use]
    pub fn is_active(&self, now: Timestamp) -> bool {
        let TokenRecord { generation, expires_at, details, .. } = &self.record;
        let is_current = || self.family.is_current(*generation, &details.facts().audience);
        !self.revoked && !self.family.revoked && now < *expires_at && is_current()
    }
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
            assert!(reason.ends_with("details: they have version 7, this release knows 6"), "{reason}");
        };
        let token = |text: &str| TokenDetails::from_json(text)?.to_json();
        let code = |text: &str| CodeDetails::from_json(text)?.to_json();
        refused(token(&TOKEN.replace(":1", ":7")));
        refused(code(&CODE.replace(":1", ":7")));
        refused(code(&CODE.replacen(":1", ":7", 1)));
        // The authorization of a code has a version of its own.
        refused(code(&CODE.replace("n\":{\"v\":1", "n\":{\"v\":7")));
        // A later version may have the members that are known in another form.
        refused(token(&TOKEN.replace(":1", ":7").replace("\"read\"", "[\"read\"]")));
        refused(code(&CODE.replacen(":1", ":7", 1).replace("true", "null")));
    }

    #[test]
    fn an_actor_is_written_in_a_version_that_earlier_releases_refuse() {
        let mut facts = TokenFacts::new(None, Scope::default());
        facts.acted_by(&Actor::new("agent"));
        facts.descends();
        let text = facts.into_details().to_json().unwrap();
        assert_eq!(text, r#"{"v":4,"act":{"sub":"agent"}}"#);
        assert_eq!(TokenDetails::from_json(&text).unwrap().to_json().unwrap(), text);
    }

    #[test]
    fn details_of_an_authorization_are_written_in_a_version_that_earlier_releases_refuse() {
        let details: AuthorizationDetails = serde_json::from_str(r#"[{"type":"payment","amount":7}]"#).unwrap();
        let granted = TokenFacts::new(None, Scope::default()).into_details().permitting(Some(details));
        let text = granted.to_json().unwrap();
        assert_eq!(text, r#"{"v":6,"authorization_details":[{"amount":7,"type":"payment"}]}"#);
        assert_eq!(TokenDetails::from_json(&text).unwrap().to_json().unwrap(), text);
        // Of none nothing is written.
        let none = TokenFacts::new(None, Scope::default()).into_details().permitting(Some(AuthorizationDetails::new()));
        assert_eq!(none.to_json().unwrap(), r#"{"v":1}"#);
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
}
