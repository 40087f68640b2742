//! Families: all that descends from one authorization each.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::outliving::is_current;
use super::{Outliving, TokenDetails};
use crate::client::ClientId;
use crate::values::bearer::Bearer;
use crate::values::clock::Timestamp;
use crate::values::details::AuthorizationDetails;
use crate::values::random::{Draw, MOMENT, NoRandomness};
use crate::values::scope::Scope;
use crate::values::subject::Subject;

/// Identifies a family: all that descends from one authorization. The moment in which it began, as in its tokens, and 104 random
/// bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FamilyId([u8; 16]);

impl FamilyId {
    pub(crate) fn generate(draw: &mut Draw) -> Result<Self, NoRandomness> {
        Ok(Self(draw.key()?))
    }

    /// Always the same of the same secret and moment.
    pub(crate) fn derived(secret: &Bearer, draw: &Draw) -> Self {
        let mut bytes = [0; 16];
        let (moment, random) = bytes.split_at_mut(MOMENT);
        moment.copy_from_slice(&draw.moment());
        let hash = secret.hash();
        let (_, last) = hash.as_bytes().split_at(hash.as_bytes().len() - random.len());
        random.copy_from_slice(last);
        Self(bytes)
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
        f.write_str(std::str::from_utf8(&self.text()).unwrap_or_default())
    }
}

impl FamilyId {
    /// Its 22 characters.
    pub(crate) fn text(self) -> [u8; 22] {
        let mut text = [0; 22];
        // 16 bytes always fill 22 characters: the result can only be Ok.
        let _ = URL_SAFE_NO_PAD.encode_slice(self.0, &mut text);
        text
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
    /// The family that it descends from, as where a token was exchanged for another (RFC 8693); `None` where it is the first.
    pub parent: Option<FamilyId>,
    /// When it began.
    pub created_at: Timestamp,
    /// Who, what scope, for whom.
    pub details: TokenDetails,
}

impl FamilyRecord {
    /// So many ancestors a family has at most.
    pub const MAX_ANCESTORS: usize = 8;

    /// A record from its members, of a family that descends from no other. A store that reads one that does sets
    /// [`parent`](Self::parent).
    #[must_use]
    pub fn new(
        id: FamilyId,
        client_id: ClientId,
        subject: Option<Subject>,
        created_at: Timestamp,
        details: TokenDetails,
    ) -> Self {
        Self { id, client_id, subject, parent: None, created_at, details }
    }

    /// The same, as a family that is about to begin and descends from another: the revocation of that one, or of one that it
    /// descends from, counts for this one. A release that knows nothing of it does not read the details any more; so the details of
    /// every token in the family have to be made of these.
    #[must_use]
    pub fn descending_from(self, parent: FamilyId) -> Self {
        Self { parent: Some(parent), details: self.details.of_descendant(), ..self }
    }

    /// Its identifier.
    #[must_use]
    pub const fn id(&self) -> &FamilyId {
        &self.id
    }

    /// The client that was authorized.
    #[must_use]
    pub const fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// Who authorized it; `None` where a client acts for itself.
    #[must_use]
    pub const fn subject(&self) -> Option<&Subject> {
        self.subject.as_ref()
    }

    /// When it began.
    #[must_use]
    pub const fn created_at(&self) -> Timestamp {
        self.created_at
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

    /// What was authorized in detail, if anything was (RFC 9396).
    #[must_use]
    pub fn authorization_details(&self) -> Option<&AuthorizationDetails> {
        self.details.facts().granted.as_ref()
    }

    /// When the subject signed in for it, if that was said.
    #[must_use]
    pub fn auth_time(&self) -> Option<Timestamp> {
        self.details.facts().auth_time
    }

    /// What was shown to the person of the client ([`Client::fingerprint`](crate::Client::fingerprint)), if nobody had vetted it.
    #[must_use]
    pub fn client_fingerprint(&self) -> Option<&str> {
        self.details.facts().client_fingerprint.as_deref()
    }

    /// The class of the authentication (`acr`), if that was said.
    #[must_use]
    pub fn acr(&self) -> Option<&str> {
        self.details.facts().acr.as_deref()
    }

    /// By what the subject proved who they are (`amr`), if that was said.
    pub fn amr(&self) -> impl Iterator<Item = &str> {
        self.details.facts().amr.iter().map(|name| &**name)
    }
}

/// The state of a family, as every look-up of something in it reports.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FamilyState {
    /// Was it revoked, or one of its ancestors?
    pub revoked: bool,
    /// How many times its refresh token was rotated: 0 at first.
    pub generation: u32,
    /// Which access tokens of earlier generations are good all the same, as the last rotation said.
    pub outliving: Option<Outliving>,
}

impl FamilyState {
    /// A state from its members, in which nothing of earlier generations is good.
    #[must_use]
    pub const fn new(revoked: bool, generation: u32) -> Self {
        Self { revoked, generation, outliving: None }
    }

    /// The same with what outlived the rotations.
    #[must_use]
    pub fn with_outliving(self, outliving: Option<Outliving>) -> Self {
        Self { outliving, ..self }
    }

    /// Is a token of this generation and for this audience still good, as far as rotations go?
    pub(crate) fn is_current(&self, of: u32, audience: &[Arc<str>]) -> bool {
        is_current(self.outliving.as_ref(), self.generation, of, audience)
    }
}

/// A family as found: with what became of it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FoundFamily {
    /// The record as it was begun.
    pub record: FamilyRecord,
    /// What became of it.
    pub state: FamilyState,
    /// It is remembered while `now < keep_until`: the latest moment that was said, by what was issued in it and in its descendants.
    pub keep_until: Timestamp,
}

impl FoundFamily {
    /// A find from its members.
    #[must_use]
    pub const fn new(record: FamilyRecord, state: FamilyState, keep_until: Timestamp) -> Self {
        Self { record, state, keep_until }
    }

    /// Is the authorization good at `now`? The library asks this of every find, whatever the store checked already.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        !self.state.revoked && now < self.keep_until
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::TokenFacts;

    #[test]
    fn what_descends_is_written_in_a_version_that_earlier_releases_refuse() {
        let details = TokenFacts::new(None, Scope::default()).into_details();
        let (id, client_id) = (FamilyId::from_bytes([1; 16]), ClientId::parse("app").unwrap());
        let record = FamilyRecord::new(id, client_id, None, Timestamp::from_unix(0), details);
        assert!(record.details.to_json().unwrap().starts_with(r#"{"v":1"#));
        let descends = record.descending_from(FamilyId::from_bytes([2; 16])).details;
        let narrower = descends.with_scope(&Scope::parse("read").unwrap());
        for details in [descends.confirmed_by("jkt", "key".into()), descends, narrower] {
            assert!(details.to_json().unwrap().starts_with(r#"{"v":3"#), "{details:?}");
        }
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
