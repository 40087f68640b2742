//! What one issuer has, and the steps of the contract on it as plain functions. Rows are small: a token does not repeat its
//! own key, nor what its family says.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use crate::client::{Client, ClientId};
use crate::clock::Timestamp;
use crate::error::StoreError;
use crate::storage::memory::keys::RandomKeyMap;
use crate::storage::{
    CodeDetails, CodeRecord, FamilyId, FamilyRecord, FamilyState, FoundCode, FoundToken, InteractionRecord, Issue, Redemption,
    Rotation, RotationProposal, TokenDetails, TokenRecord,
};
use crate::subject::Subject;
use crate::token::{RotationSalt, TokenHash};

/// So few rows are not worth a purge by themselves.
const ROWS_WITHOUT_PURGE: usize = 1024;

#[derive(Default)]
pub(super) struct Tenant {
    clients: HashMap<Box<str>, Arc<Client>>,
    families: RandomKeyMap<FamilyId, Family>,
    issued: Issued,
    interactions: RandomKeyMap<TokenHash, InteractionRecord>,
    /// With more rows than this the next insertion purges first.
    purge_above: usize,
}

struct Family {
    client_id: ClientId,
    subject: Option<Subject>,
    created_at: Timestamp,
    /// Shared with the rows that descend from it.
    details: TokenDetails,
    keep_until: Timestamp,
    /// In a box: few families are within their retry window.
    retry: Option<Box<Retry>>,
    generation: u32,
    revoked: bool,
}

struct Retry {
    salt: RotationSalt,
    until: Timestamp,
}

/// The rows that belong to families.
#[derive(Default)]
struct Issued {
    codes: RandomKeyMap<TokenHash, Code>,
    access_tokens: RandomKeyMap<TokenHash, Token>,
    refresh_tokens: RandomKeyMap<TokenHash, Token>,
}

struct Code {
    family: FamilyId,
    expires_at: Timestamp,
    details: CodeDetails,
    redeemed: bool,
}

struct Token {
    family: FamilyId,
    issued_at: Timestamp,
    expires_at: Timestamp,
    details: TokenDetails,
    generation: u32,
    revoked: bool,
}

impl Tenant {
    pub(super) fn clients(&self) -> usize {
        self.clients.len()
    }

    /// How many rows there are that may expire.
    pub(super) fn rows(&self) -> usize {
        self.families.len() + self.issued.len() + self.interactions.len()
    }

    pub(super) fn client(&self, id: &str) -> Option<Arc<Client>> {
        self.clients.get(id).cloned()
    }

    pub(super) fn put_client(&mut self, client: Arc<Client>) {
        self.clients.insert(client.id().as_str().into(), client);
    }

    pub(super) fn begin_family(&mut self, record: FamilyRecord, issue: Issue, now: Timestamp) -> Result<(), StoreError> {
        self.purge_if_grown(now);
        if self.families.contains_key(&record.id) {
            return Err(StoreError::failed("the identifier of a new family is taken"));
        }
        self.issued.check(&issue, &record.id, &record.client_id)?;
        self.families.insert(record.id, Family::new(record, issue.keep_family_until));
        self.issued.insert(issue);
        Ok(())
    }

    pub(super) fn revoke_family(&mut self, id: &FamilyId) {
        if let Some(family) = self.families.get_mut(id) {
            family.revoke();
        }
    }

    /// Looks at every family: this store is for development.
    pub(super) fn authorizations_of(&self, subject: &Subject, now: Timestamp) -> Vec<FamilyRecord> {
        let live = |family: &Family| family.subject.as_ref() == Some(subject) && !family.revoked && family.is_remembered(now);
        let live = self.families.iter().filter(|(_, family)| live(family));
        let mut records: Vec<_> = live.map(|(id, family)| family.record(*id)).collect();
        records.sort_unstable_by_key(|record| (Reverse(record.created_at), record.id));
        records
    }

    pub(super) fn find_code(&self, hash: &TokenHash, now: Timestamp) -> Option<FoundCode> {
        let code = self.issued.codes.get(hash).filter(|code| code.is_kept(now))?;
        let family = self.families.get(&code.family).filter(|family| family.is_remembered(now))?;
        let (client_id, details) = (family.client_id.clone(), code.details.clone());
        let record = CodeRecord::new(*hash, code.family, client_id, code.expires_at, details);
        Some(FoundCode::new(record, code.redeemed, family.state()))
    }

    pub(super) fn redeem_code(&mut self, hash: &TokenHash, issue: Issue, now: Timestamp) -> Result<Redemption, StoreError> {
        self.purge_if_grown(now);
        let Some(code) = self.issued.codes.get(hash).filter(|code| code.is_kept(now)) else { return Ok(Redemption::Dead) };
        let id = code.family;
        let Some(family) = self.families.get_mut(&id).filter(|family| family.is_remembered(now)) else {
            return Ok(Redemption::Dead);
        };
        // Asked before anything else: of all who present the code, one redeems it and every other is a replay.
        if code.redeemed {
            family.revoke();
            return Ok(Redemption::AlreadyRedeemed);
        }
        if family.revoked {
            return Ok(Redemption::Dead);
        }
        self.issued.check(&issue, &id, &family.client_id)?;
        family.keep_until(issue.keep_family_until);
        self.issued.insert(issue);
        if let Some(code) = self.issued.codes.get_mut(hash) {
            code.redeemed = true;
        }
        Ok(Redemption::redeemed())
    }

    pub(super) fn find_access_token(&self, hash: &TokenHash, now: Timestamp) -> Option<FoundToken> {
        self.find_token(&self.issued.access_tokens, hash, now)
    }

    pub(super) fn revoke_access_token(&mut self, hash: &TokenHash) {
        if let Some(token) = self.issued.access_tokens.get_mut(hash) {
            token.revoked = true;
        }
    }

    pub(super) fn find_refresh_token(&self, hash: &TokenHash, now: Timestamp) -> Option<FoundToken> {
        self.find_token(&self.issued.refresh_tokens, hash, now)
    }

    fn find_token(&self, tokens: &RandomKeyMap<TokenHash, Token>, hash: &TokenHash, now: Timestamp) -> Option<FoundToken> {
        let token = tokens.get(hash).filter(|token| now < token.expires_at)?;
        let family = self.families.get(&token.family).filter(|family| family.is_remembered(now))?;
        let &Token { family: id, issued_at, expires_at, generation, revoked, .. } = token;
        let (client_id, details) = (family.client_id.clone(), token.details.clone());
        let record = TokenRecord::new(*hash, id, generation, client_id, issued_at, expires_at, details);
        Some(FoundToken::new(record, revoked, family.state()))
    }

    pub(super) fn rotate(&mut self, proposal: RotationProposal, now: Timestamp) -> Result<Rotation, StoreError> {
        self.purge_if_grown(now);
        let RotationProposal { presented, family: id, generation, salt, retry_until, mut issue } = proposal;
        let Some(token) = self.issued.refresh_tokens.get(&presented).filter(|token| now < token.expires_at) else {
            return Ok(Rotation::Dead);
        };
        if (token.family, token.generation) != (id, generation) {
            return Err(StoreError::failed("a rotation names another family or generation than the token presented"));
        }
        let Some(family) = self.families.get_mut(&id).filter(|family| family.is_remembered(now) && !family.revoked) else {
            return Ok(Rotation::Dead);
        };
        family.close_retry_window(now);
        let retry_salt = family.retry.as_ref().map(|retry| retry.salt);
        match (family.generation.checked_sub(generation), retry_salt) {
            (Some(0), _) => {
                self.issued.check(&issue, &id, &family.client_id)?;
                family.generation = generation.wrapping_add(1);
                family.retry = (now < retry_until).then(|| Box::new(Retry { salt, until: retry_until }));
                family.keep_until(issue.keep_family_until);
                self.issued.insert(issue);
                Ok(Rotation::rotated())
            }
            (Some(1), Some(salt)) => {
                issue.refresh_token = None;
                self.issued.check(&issue, &id, &family.client_id)?;
                family.keep_until(issue.keep_family_until);
                self.issued.insert(issue);
                Ok(Rotation::retried(salt))
            }
            _ => {
                family.revoke();
                Ok(Rotation::Replayed)
            }
        }
    }

    pub(super) fn put_interaction(&mut self, interaction: InteractionRecord, now: Timestamp) -> Result<(), StoreError> {
        self.purge_if_grown(now);
        if self.interactions.contains_key(&interaction.hash) {
            return Err(StoreError::failed("the hash of a suspended request is taken"));
        }
        self.interactions.insert(interaction.hash, interaction);
        Ok(())
    }

    pub(super) fn take_interaction(&mut self, hash: &TokenHash, now: Timestamp) -> Option<InteractionRecord> {
        self.interactions.remove(hash).filter(|interaction| now < interaction.expires_at)
    }

    /// A development server may run for weeks without anybody purging it. Waiting until the rows have doubled keeps the cost
    /// of an insertion constant on average.
    fn purge_if_grown(&mut self, now: Timestamp) {
        if self.rows() > self.purge_above.max(ROWS_WITHOUT_PURGE) {
            self.purge(now);
        }
    }

    /// Removes what no look-up finds any more, and so changes no answer.
    pub(super) fn purge(&mut self, now: Timestamp) -> u64 {
        let before = self.rows();
        self.families.retain(|_, family| {
            family.close_retry_window(now);
            family.is_remembered(now)
        });
        let families = &self.families;
        self.issued.codes.retain(|_, code| code.is_kept(now) && families.contains_key(&code.family));
        for tokens in [&mut self.issued.access_tokens, &mut self.issued.refresh_tokens] {
            tokens.retain(|_, token| now < token.expires_at && families.contains_key(&token.family));
        }
        self.interactions.retain(|_, interaction| now < interaction.expires_at);
        self.purge_above = self.rows().saturating_mul(2);
        before.saturating_sub(self.rows()) as u64
    }
}

impl Family {
    fn new(record: FamilyRecord, keep_until: Timestamp) -> Self {
        let FamilyRecord { client_id, subject, created_at, details, .. } = record;
        Self { client_id, subject, created_at, details, keep_until, retry: None, generation: 0, revoked: false }
    }

    fn record(&self, id: FamilyId) -> FamilyRecord {
        FamilyRecord::new(id, self.client_id.clone(), self.subject.clone(), self.created_at, self.details.clone())
    }

    fn is_remembered(&self, now: Timestamp) -> bool {
        now < self.keep_until
    }

    fn state(&self) -> FamilyState {
        FamilyState::new(self.revoked, self.generation)
    }

    fn keep_until(&mut self, moment: Timestamp) {
        self.keep_until = self.keep_until.max(moment);
    }

    fn revoke(&mut self) {
        self.revoked = true;
        self.retry = None;
    }

    /// Erases the salt once nobody may retry.
    fn close_retry_window(&mut self, now: Timestamp) {
        self.retry.take_if(|retry| now >= retry.until);
    }
}

impl Code {
    /// A redeemed code is kept as long as its family, so that a replay is recognised.
    fn is_kept(&self, now: Timestamp) -> bool {
        self.redeemed || now < self.expires_at
    }
}

impl Issued {
    fn len(&self) -> usize {
        self.codes.len() + self.access_tokens.len() + self.refresh_tokens.len()
    }

    /// Can all rows be inserted? They belong to the family and its client, and none is there already.
    fn check(&self, issue: &Issue, family: &FamilyId, client: &ClientId) -> Result<(), StoreError> {
        let Issue { code, access_token, refresh_token, .. } = issue;
        let ours = |id: &FamilyId, client_id: &ClientId| id == family && client_id == client;
        let mut tokens = access_token.iter().chain(refresh_token);
        if !(code.iter().all(|row| ours(&row.family, &row.client_id)) && tokens.all(|row| ours(&row.family, &row.client_id))) {
            return Err(StoreError::failed("a row to be stored belongs to another family or client"));
        }
        let taken = code.as_ref().is_some_and(|row| self.codes.contains_key(&row.hash))
            || access_token.as_ref().is_some_and(|row| self.access_tokens.contains_key(&row.hash))
            || refresh_token.as_ref().is_some_and(|row| self.refresh_tokens.contains_key(&row.hash));
        if taken { Err(StoreError::failed("the hash of a row to be stored is taken")) } else { Ok(()) }
    }

    /// Inserts what [`check`](Self::check) found insertable.
    fn insert(&mut self, issue: Issue) {
        if let Some(CodeRecord { hash, family, expires_at, details, .. }) = issue.code {
            self.codes.insert(hash, Code { family, expires_at, details, redeemed: false });
        }
        if let Some(record) = issue.access_token {
            self.access_tokens.insert(record.hash, Token::from(record));
        }
        if let Some(record) = issue.refresh_token {
            self.refresh_tokens.insert(record.hash, Token::from(record));
        }
    }
}

impl From<TokenRecord> for Token {
    fn from(record: TokenRecord) -> Self {
        let TokenRecord { family, generation, issued_at, expires_at, details, .. } = record;
        Self { family, issued_at, expires_at, details, generation, revoked: false }
    }
}
