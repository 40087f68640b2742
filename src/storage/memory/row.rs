//! What is kept of families, codes and tokens. Rows are small: a token repeats neither its own key nor what its family says.

use std::sync::Arc;

use crate::client::ClientId;
use crate::storage::memory::kin::Lineage;
use crate::storage::memory::rows::RandomKey;
use crate::storage::{
    CLOCKS_DIFFER, CodeDetails, CodeRecord, FamilyId, FamilyRecord, FamilyState, FoundCode, FoundFamily, FoundToken, Outliving,
    TokenDetails, TokenRecord,
};
use crate::values::bearer::{RotationSalt, TokenHash};
use crate::values::clock::Timestamp;
use crate::values::subject::Subject;

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
    /// In a box: few families descend from others or are within their retry window.
    rare: Option<Box<Rare>>,
    pub(super) generation: u32,
    pub(super) revoked: bool,
}

/// What most families do not have.
#[derive(Default)]
struct Rare {
    lineage: Option<Arc<Lineage>>,
    retry: Option<Retry>,
    outliving: Option<Outliving>,
}

impl Rare {
    fn is_empty(&self) -> bool {
        let Self { lineage, retry, outliving } = self;
        lineage.is_none() && retry.is_none() && outliving.is_none()
    }
}

struct Retry {
    salt: RotationSalt,
    until: Timestamp,
}

impl Family {
    pub(super) fn new(record: FamilyRecord, lineage: Option<Arc<Lineage>>, keep_until: Timestamp) -> Self {
        let FamilyRecord { client_id, subject, created_at, details, .. } = record;
        let rare = lineage.map(|lineage| Box::new(Rare { lineage: Some(lineage), ..Rare::default() }));
        Self { client_id, subject, created_at, details, keep_until, rare, generation: 0, revoked: false }
    }

    pub(super) fn record(&self, id: FamilyId) -> FamilyRecord {
        let Self { client_id, subject, created_at, details, .. } = self;
        let mut record = FamilyRecord::new(id, client_id.clone(), subject.clone(), *created_at, details.clone());
        record.parent = self.lineage().and_then(|lineage| lineage.parent());
        record
    }

    /// What it descends from, if anything.
    pub(super) fn lineage(&self) -> Option<&Arc<Lineage>> {
        self.rare.as_ref()?.lineage.as_ref()
    }

    pub(super) fn found(&self, id: FamilyId, state: FamilyState) -> FoundFamily {
        FoundFamily::new(self.record(id), state, self.keep_until)
    }

    pub(super) fn is_remembered(&self, now: Timestamp) -> bool {
        now < self.keep_until
    }

    /// Until when it is kept, if it still is.
    pub(super) fn expiry(&self, now: Timestamp) -> Option<Timestamp> {
        self.is_remembered(now).then_some(self.keep_until)
    }

    pub(super) fn keep_until(&mut self, moment: Timestamp) {
        self.keep_until = self.keep_until.max(moment);
    }

    pub(super) fn revoke(&mut self) {
        self.revoked = true;
        self.keep_retry(None);
    }

    /// Moves the generation on from `generation`.
    pub(super) fn rotate(
        &mut self,
        generation: u32,
        salt: RotationSalt,
        retry_until: Timestamp,
        outliving: Option<Outliving>,
        now: Timestamp,
    ) {
        self.generation = generation.wrapping_add(1);
        if self.rare.is_some() || outliving.is_some() {
            self.rare.get_or_insert_default().outliving = outliving;
        }
        self.keep_retry((now < retry_until).then_some(Retry { salt, until: retry_until }));
    }

    /// Erases the salt once nobody may retry, by whatever clock.
    pub(super) fn close_retry_window(&mut self, now: Timestamp) {
        if self.retry().is_some_and(|retry| now >= retry.until.saturating_add_secs(CLOCKS_DIFFER)) {
            self.keep_retry(None);
        }
    }

    /// The salt, while the window is open.
    pub(super) fn retry_salt(&self, now: Timestamp) -> Option<RotationSalt> {
        self.retry().filter(|retry| now < retry.until).map(|retry| retry.salt)
    }

    /// Its state, whose own flag is not all that revokes it.
    pub(super) fn state(&self, revoked: bool) -> FamilyState {
        let outliving = self.rare.as_ref().and_then(|rare| rare.outliving.clone());
        FamilyState::new(revoked, self.generation).with_outliving(outliving)
    }

    fn retry(&self) -> Option<&Retry> {
        self.rare.as_ref()?.retry.as_ref()
    }

    fn keep_retry(&mut self, retry: Option<Retry>) {
        if self.rare.is_some() || retry.is_some() {
            self.rare.get_or_insert_default().retry = retry;
            self.rare.take_if(|rare| rare.is_empty());
        }
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

    pub(super) fn found(&self, hash: &TokenHash, family: &Family, state: FamilyState) -> FoundCode {
        let record = CodeRecord::new(*hash, self.family, family.client_id.clone(), self.expires_at, self.details.clone());
        FoundCode::new(record, self.redeemed, state)
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

    pub(super) fn found(self, hash: &TokenHash, family: &Family, state: FamilyState) -> FoundToken {
        let Self { family: id, issued_at, expires_at, details, generation, revoked } = self;
        let record = TokenRecord::new(*hash, id, generation, family.client_id.clone(), issued_at, expires_at, details);
        FoundToken::new(record, revoked, state)
    }
}
