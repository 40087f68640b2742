//! Requests that wait to be decided, as stores keep them, and what becomes of a decision.

use std::fmt;

use crate::client::ClientId;
use crate::values::bearer::TokenHash;
use crate::values::clock::Timestamp;

/// What waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum PendingKind {
    /// An authorization request whose person signs in or consents.
    Suspended,
    /// An authorization request that a client pushed (RFC 9126), whether a browser has come with it or not.
    Pushed,
    /// A request of a device, whose person is somewhere else (RFC 8628).
    Deferred,
}

impl PendingKind {
    /// The word that a store keeps.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Suspended => "suspended",
            Self::Pushed => "pushed",
            Self::Deferred => "deferred",
        }
    }

    /// The kind of a word that a store kept.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Suspended, Self::Pushed, Self::Deferred].into_iter().find(|kind| kind.as_str() == word)
    }
}

/// A request that waits (see [`PendingStore`]).
///
/// [`PendingStore`]: crate::storage::PendingStore
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct PendingRecord {
    /// The key: of a suspended request, a hash over the handle and the cookie of the browser that began it.
    pub hash: TokenHash,
    /// What waits.
    pub kind: PendingKind,
    /// Whose it is: a hash over the browser's cookie, or over the client's identifier. Not a key: one owner may have several.
    pub owner: TokenHash,
    /// The client that asked.
    pub client_id: ClientId,
    /// Valid while `now < expires_at`.
    pub expires_at: Timestamp,
    /// The request as JSON text, versioned, to be kept verbatim.
    pub details: String,
}

impl PendingRecord {
    /// A record from its members.
    #[must_use]
    pub fn new(
        hash: TokenHash,
        kind: PendingKind,
        owner: TokenHash,
        client_id: ClientId,
        expires_at: Timestamp,
        details: String,
    ) -> Self {
        Self { hash, kind, owner, client_id, expires_at, details }
    }
}

impl fmt::Debug for PendingRecord {
    /// Without the details: `state` is among them, and with the `plain` method the verifier.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingRecord")
            .field("hash", &self.hash)
            .field("kind", &self.kind)
            .field("client_id", &self.client_id)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// A request as found: with what became of it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FoundPending {
    /// The record as it was put.
    pub record: PendingRecord,
    /// The answer of the decision, if there was one: the text of [`Spend::answer`].
    pub answer: Option<String>,
}

impl FoundPending {
    /// A find from its members.
    #[must_use]
    pub const fn new(record: PendingRecord, answer: Option<String>) -> Self {
        Self { record, answer }
    }
}

/// A decision about a request that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spend {
    /// The key of the request.
    pub request: TokenHash,
    /// What is to be kept with it, verbatim: JSON text, versioned, without any code or token.
    pub answer: String,
}

impl Spend {
    pub(crate) const fn new(request: TokenHash, answer: String) -> Self {
        Self { request, answer }
    }
}

/// What became of a decision, or of the beginning of a family.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Spending {
    /// This call decided; or there was nothing to spend.
    First,
    /// Another call did, before: this is the answer that was kept.
    Second(String),
    /// The request is not there any more.
    Gone,
    /// The family was to descend from one that is revoked, or not there any more.
    Orphaned,
    /// The family was to descend from one that has as many ancestors as a family may have.
    TooDeep,
}
