//! What is kept of families, codes and tokens. Rows are small: a token repeats neither its own key nor what its family says.

use crate::client::ClientId;
use crate::clock::Timestamp;
use crate::storage::memory::rows::RandomKey;
use crate::storage::{
    CodeDetails, CodeRecord, FamilyId, FamilyRecord, FamilyState, FoundCode, FoundToken, TokenDetails, TokenRecord,
};
use crate::subject::Subject;
use crate::token::{RotationSalt, TokenHash};

impl RandomKey for TokenHash {
    fn bytes(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl RandomKey for FamilyId {
    fn bytes(&self) -> &[u8] {
        self.as_bytes()
    }
}

pub(super) struct Family {
    pub(super) client_id: ClientId,
    pub(super) subject: Option<Subject>,
    created_at: Timestamp,
    /// Shared with the rows that descend from it.
    details: TokenDetails,
    keep_until: Timestamp,
    /// In a box: few families are within their retry window.
    retry: Option<Box<Retry>>,
    pub(super) generation: u32,
    pub(super) revoked: bool,
}

struct Retry {
    salt: RotationSalt,
    until: Timestamp,
}

impl Family {
    pub(super) fn new(record: FamilyRecord, keep_until: Timestamp) -> Self {
        let FamilyRecord { client_id, subject, created_at, details, .. } = record;
        Self { client_id, subject, created_at, details, keep_until, retry: None, generation: 0, revoked: false }
    }

    pub(super) fn record(&self, id: FamilyId) -> FamilyRecord {
        FamilyRecord::new(id, self.client_id.clone(), self.subject.clone(), self.created_at, self.details.clone())
    }

    pub(super) fn is_remembered(&self, now: Timestamp) -> bool {
        now < self.keep_until
    }

    /// Until when it is kept, if it still is.
    pub(super) fn expiry(&self, now: Timestamp) -> Option<Timestamp> {
        self.is_remembered(now).then_some(self.keep_until)
    }

    pub(super) fn state(&self) -> FamilyState {
        FamilyState::new(self.revoked, self.generation)
    }

    pub(super) fn keep_until(&mut self, moment: Timestamp) {
        self.keep_until = self.keep_until.max(moment);
    }

    pub(super) fn revoke(&mut self) {
        self.revoked = true;
        self.retry = None;
    }

    /// Moves the generation on from `generation`.
    pub(super) fn rotate(&mut self, generation: u32, salt: RotationSalt, retry_until: Timestamp, now: Timestamp) {
        self.generation = generation.wrapping_add(1);
        self.retry = (now < retry_until).then(|| Box::new(Retry { salt, until: retry_until }));
    }

    /// Erases the salt once nobody may retry.
    pub(super) fn close_retry_window(&mut self, now: Timestamp) {
        self.retry.take_if(|retry| now >= retry.until);
    }

    /// The salt, while the window is open.
    pub(super) fn retry_salt(&mut self, now: Timestamp) -> Option<RotationSalt> {
        self.close_retry_window(now);
        self.retry.as_ref().map(|retry| retry.salt)
    }
}

pub(super) struct Code {
    pub(super) family: FamilyId,
    expires_at: Timestamp,
    details: CodeDetails,
    pub(super) redeemed: bool,
}

impl Code {
    pub(super) fn new(record: CodeRecord) -> Self {
        let CodeRecord { family, expires_at, details, .. } = record;
        Self { family, expires_at, details, redeemed: false }
    }

    /// A redeemed code is kept as long as its family, so that a replay is recognised.
    pub(super) fn is_kept(&self, now: Timestamp) -> bool {
        self.redeemed || now < self.expires_at
    }

    /// A moment before which it is kept, if it still is. When its family goes is that one's business.
    pub(super) fn expiry(&self, now: Timestamp) -> Option<Timestamp> {
        let redeemed = self.redeemed.then_some(Timestamp::from_unix(u64::MAX));
        self.is_kept(now).then_some(redeemed.unwrap_or(self.expires_at))
    }

    pub(super) fn found(&self, hash: &TokenHash, family: &Family) -> FoundCode {
        let record = CodeRecord::new(*hash, self.family, family.client_id.clone(), self.expires_at, self.details.clone());
        FoundCode::new(record, self.redeemed, family.state())
    }
}

#[derive(Clone)]
pub(super) struct Token {
    pub(super) family: FamilyId,
    issued_at: Timestamp,
    pub(super) expires_at: Timestamp,
    details: TokenDetails,
    pub(super) generation: u32,
    pub(super) revoked: bool,
}

impl Token {
    pub(super) fn new(record: TokenRecord) -> Self {
        let TokenRecord { family, generation, issued_at, expires_at, details, .. } = record;
        Self { family, issued_at, expires_at, details, generation, revoked: false }
    }

    pub(super) fn is_kept(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }

    /// Until when it is kept, if it still is.
    pub(super) fn expiry(&self, now: Timestamp) -> Option<Timestamp> {
        self.is_kept(now).then_some(self.expires_at)
    }

    pub(super) fn found(self, hash: &TokenHash, family: &Family) -> FoundToken {
        let Self { family: id, issued_at, expires_at, details, generation, revoked } = self;
        let record = TokenRecord::new(*hash, id, generation, family.client_id.clone(), issued_at, expires_at, details);
        FoundToken::new(record, revoked, family.state())
    }
}
