//! The steps of the contract as plain functions. Each holds all its locks at once, so that nobody sees half of it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::client::ClientId;
use crate::clock::Timestamp;
use crate::error::StoreError;
use crate::issuer::Issuer;
use crate::storage::memory::clients::Clients;
use crate::storage::memory::pending::Pending;
use crate::storage::memory::row::{Code, Family, Token};
use crate::storage::memory::shards::{Both, Locked, SHARDS, Sharded};
use crate::storage::{
    FamilyId, FamilyRecord, FoundCode, FoundToken, Issue, Redemption, Rotation, RotationProposal, Spend, Spending, TokenRecord,
};
use crate::subject::Subject;
use crate::token::TokenHash;

#[derive(Default)]
pub(super) struct Memory {
    pub(super) clients: Clients,
    codes: Sharded<TokenHash, Code>,
    families: Sharded<FamilyId, Family>,
    pub(super) access_tokens: Sharded<TokenHash, Token>,
    refresh_tokens: Sharded<TokenHash, Token>,
    pub(super) pending: Pending,
}

impl Memory {
    pub(super) fn begin_family(
        &self,
        issuer: &Issuer,
        record: FamilyRecord,
        issue: Issue,
        spend: Option<Spend>,
        now: Timestamp,
    ) -> Result<Spending, StoreError> {
        // Before all other locks, and to the end of the step.
        let pending = spend.map(|spend| (self.pending.lock(), spend));
        if let Some((pending, spend)) = &pending {
            let spending = pending.spending(issuer, &spend.request, now);
            if spending != Spending::First {
                return Ok(spending);
            }
        }
        let codes = self.codes.lock_both(issuer, [issue.code.as_ref().map(|code| &code.hash), None]);
        let mut touched = self.touch(issuer, codes, &record.id, &issue, None);
        if touched.families.get(&record.id).is_some() {
            return Err(StoreError::failed("the identifier of a new family is taken"));
        }
        touched.check(&issue, &record.id, &record.client_id)?;
        let until = issue.keep_family_until;
        let mut grown = touched.families.insert(record.id, Family::new(record, until), until, now);
        grown = touched.insert(issue, now) || grown;
        if let Some((mut pending, spend)) = pending {
            pending.keep(issuer, spend);
        }
        drop(touched);
        self.purge_if(grown, now);
        Ok(Spending::First)
    }

    pub(super) fn revoke_family(&self, issuer: &Issuer, id: &FamilyId) {
        if let Some(family) = self.families.lock(issuer, id).get_mut(id) {
            family.revoke();
        }
    }

    /// Looks at every family: this store is for development.
    pub(super) fn authorizations_of(&self, issuer: &Issuer, subject: &Subject, now: Timestamp) -> Vec<FamilyRecord> {
        let live = |family: &Family| family.subject.as_ref() == Some(subject) && !family.revoked && family.is_remembered(now);
        let families = self.families.lock_all(issuer);
        let live = families.iter().flat_map(Locked::iter).filter(|(_, family)| live(family));
        let mut records: Vec<_> = live.map(|(id, family)| family.record(*id)).collect();
        records.sort_unstable_by_key(|record| (Reverse(record.created_at), record.id));
        records
    }

    pub(super) fn find_code(&self, issuer: &Issuer, hash: &TokenHash, now: Timestamp) -> Option<FoundCode> {
        let codes = self.codes.lock(issuer, hash);
        let code = codes.get(hash).filter(|code| code.is_kept(now))?;
        let families = self.families.lock(issuer, &code.family);
        let family = families.get(&code.family).filter(|family| family.is_remembered(now))?;
        Some(code.found(hash, family))
    }

    pub(super) fn redeem_code(
        &self,
        issuer: &Issuer,
        hash: &TokenHash,
        issue: Issue,
        now: Timestamp,
    ) -> Result<Redemption, StoreError> {
        let mut codes = self.codes.lock_both(issuer, [Some(hash), issue.code.as_ref().map(|code| &code.hash)]);
        let Some(code) = codes.get_mut(hash).filter(|code| code.is_kept(now)) else { return Ok(Redemption::Dead) };
        let (id, redeemed) = (code.family, code.redeemed);
        let mut touched = self.touch(issuer, codes, &id, &issue, None);
        let Some(family) = touched.families.get_mut(&id).filter(|family| family.is_remembered(now)) else {
            return Ok(Redemption::Dead);
        };
        // Asked before anything else: of all who present the code, one redeems it and every other is a replay.
        if redeemed {
            family.revoke();
            return Ok(Redemption::AlreadyRedeemed);
        }
        if family.revoked {
            return Ok(Redemption::Dead);
        }
        let client_id = family.client_id.clone();
        touched.check(&issue, &id, &client_id)?;
        touched.keep_family(&id, &issue);
        if let Some(code) = touched.codes.get_mut(hash) {
            code.redeemed = true;
        }
        self.finish(touched, issue, false, now);
        Ok(Redemption::redeemed())
    }

    pub(super) fn find_access_token(&self, issuer: &Issuer, hash: &TokenHash, now: Timestamp) -> Option<FoundToken> {
        self.find_token(&self.access_tokens, issuer, hash, now)
    }

    pub(super) fn revoke_access_token(&self, issuer: &Issuer, hash: &TokenHash) {
        if let Some(token) = self.access_tokens.lock(issuer, hash).get_mut(hash) {
            token.revoked = true;
        }
    }

    pub(super) fn find_refresh_token(&self, issuer: &Issuer, hash: &TokenHash, now: Timestamp) -> Option<FoundToken> {
        self.find_token(&self.refresh_tokens, issuer, hash, now)
    }

    /// Reads the token to learn its family, which is to be locked first; then the family. If that is alive in the token's
    /// generation, it was so a moment before, when the token was read: nothing that ends a token is ever taken back. Otherwise
    /// the token is read again beside it, so that the answer never mixes two moments.
    fn find_token(
        &self,
        tokens: &Sharded<TokenHash, Token>,
        issuer: &Issuer,
        hash: &TokenHash,
        now: Timestamp,
    ) -> Option<FoundToken> {
        let read = || tokens.lock(issuer, hash).get(hash).filter(|token| token.is_kept(now)).cloned();
        let token = read()?;
        let families = self.families.lock(issuer, &token.family);
        let family = families.get(&token.family).filter(|family| family.is_remembered(now))?;
        let alive = !family.revoked && family.generation == token.generation;
        Some(if alive { token } else { read()? }.found(hash, family))
    }

    pub(super) fn rotate(&self, issuer: &Issuer, proposal: RotationProposal, now: Timestamp) -> Result<Rotation, StoreError> {
        let RotationProposal { presented, family: id, generation, salt, retry_until, mut issue } = proposal;
        let codes = self.codes.lock_both(issuer, [issue.code.as_ref().map(|code| &code.hash), None]);
        let mut touched = self.touch(issuer, codes, &id, &issue, Some(&presented));
        let Some(token) = touched.refresh_tokens.get_mut(&presented).filter(|token| token.is_kept(now)) else {
            return Ok(Rotation::Dead);
        };
        if (token.family, token.generation) != (id, generation) {
            return Err(StoreError::failed("a rotation names another family or generation than the token presented"));
        }
        let family = touched.families.get_mut(&id).filter(|family| family.is_remembered(now) && !family.revoked);
        let Some(family) = family else { return Ok(Rotation::Dead) };
        let (client_id, retry_salt) = (family.client_id.clone(), family.retry_salt(now));
        let rotation = match (family.generation.checked_sub(generation), retry_salt) {
            (Some(0), _) => Rotation::rotated(),
            (Some(1), Some(salt)) => {
                issue.refresh_token = None;
                Rotation::retried(salt)
            }
            _ => {
                family.revoke();
                return Ok(Rotation::Replayed);
            }
        };
        touched.check(&issue, &id, &client_id)?;
        if let (Rotation::Rotated(_), Some(family)) = (&rotation, touched.families.get_mut(&id)) {
            family.rotate(generation, salt, retry_until, now);
        }
        touched.keep_family(&id, &issue);
        self.finish(touched, issue, false, now);
        Ok(rotation)
    }

    /// Locks the rest of what a step touches, after its codes.
    fn touch<'a>(
        &'a self,
        issuer: &'a Issuer,
        codes: Both<'a, TokenHash, Code>,
        family: &FamilyId,
        issue: &Issue,
        presented: Option<&TokenHash>,
    ) -> Touched<'a> {
        let families = self.families.lock(issuer, family);
        let access_token = issue.access_token.as_ref().map(|token| &token.hash);
        let access_tokens = self.access_tokens.lock_both(issuer, [access_token, None]);
        let refresh_token = issue.refresh_token.as_ref().map(|token| &token.hash);
        let refresh_tokens = self.refresh_tokens.lock_both(issuer, [refresh_token, presented]);
        Touched { codes, families, access_tokens, refresh_tokens }
    }

    /// Inserts what was checked, and gives the locks back.
    fn finish(&self, mut touched: Touched<'_>, issue: Issue, grown: bool, now: Timestamp) {
        let grown = touched.insert(issue, now) || grown;
        drop(touched);
        self.purge_if(grown, now);
    }

    /// A development server may run for weeks without anybody purging it. Waiting until the rows have doubled keeps the cost
    /// of an insertion constant on average.
    fn purge_if(&self, grown: bool, now: Timestamp) {
        if grown {
            self.purge(now);
        }
    }

    /// Removes what no look-up finds any more, and so changes no answer. Shard by shard: nobody waits for all of it.
    pub(super) fn purge(&self, now: Timestamp) -> u64 {
        let mut forgotten: BTreeMap<Issuer, HashSet<FamilyId>> = BTreeMap::new();
        let families = self.families.retain(|issuer, id, family| {
            family.close_retry_window(now);
            if !family.is_remembered(now) {
                forgotten.entry(issuer.clone()).or_default().insert(*id);
            }
            family.expiry(now)
        });
        let remembered = |issuer: &Issuer, id: &FamilyId| !forgotten.get(issuer).is_some_and(|ids| ids.contains(id));
        let codes = self.codes.retain(|issuer, _, code| code.expiry(now).filter(|_| remembered(issuer, &code.family)));
        let tokens = [&self.access_tokens, &self.refresh_tokens]
            .map(|tokens| tokens.retain(|issuer, _, token| token.expiry(now).filter(|_| remembered(issuer, &token.family))));
        let pending = self.pending.purge(now);
        // Not before an insertion for each row that is left.
        let share = self.rows() / SHARDS;
        self.families.purged(share);
        self.codes.purged(share);
        self.access_tokens.purged(share);
        self.refresh_tokens.purged(share);
        families + codes + tokens.iter().sum::<u64>() + pending
    }

    /// How many rows there are that may expire.
    pub(super) fn rows(&self) -> usize {
        let Self { codes, families, access_tokens, refresh_tokens, pending, .. } = self;
        codes.rows() + families.rows() + access_tokens.rows() + refresh_tokens.rows() + pending.rows()
    }

    /// The issuers that have a client or a row.
    pub(super) fn issuers(&self) -> BTreeSet<Issuer> {
        let Self { clients, codes, families, access_tokens, refresh_tokens, pending } = self;
        let clients = clients.counts().into_iter().map(|(issuer, _)| issuer);
        let tokens = access_tokens.issuers().into_iter().chain(refresh_tokens.issuers());
        let rows = codes.issuers().into_iter().chain(families.issuers()).chain(tokens).chain(pending.issuers());
        clients.chain(rows).collect()
    }
}

/// What a step touches, locked.
struct Touched<'a> {
    codes: Both<'a, TokenHash, Code>,
    families: Locked<'a, FamilyId, Family>,
    access_tokens: Both<'a, TokenHash, Token>,
    refresh_tokens: Both<'a, TokenHash, Token>,
}

impl Touched<'_> {
    /// Can all rows be inserted? They belong to the family and its client, and none is there already.
    fn check(&mut self, issue: &Issue, family: &FamilyId, client: &ClientId) -> Result<(), StoreError> {
        let Issue { code, access_token, refresh_token, .. } = issue;
        issue.check_owner(family, client)?;
        let taken = code.as_ref().is_some_and(|row| self.codes.get_mut(&row.hash).is_some())
            || access_token.as_ref().is_some_and(|row| self.access_tokens.get_mut(&row.hash).is_some())
            || refresh_token.as_ref().is_some_and(|row| self.refresh_tokens.get_mut(&row.hash).is_some());
        if taken { Err(StoreError::failed("the hash of a row to be stored is taken")) } else { Ok(()) }
    }

    fn keep_family(&mut self, id: &FamilyId, issue: &Issue) {
        if let Some(family) = self.families.get_mut(id) {
            family.keep_until(issue.keep_family_until);
        }
    }

    /// Inserts what [`check`](Self::check) found insertable; says whether a purge is due.
    fn insert(&mut self, issue: Issue, now: Timestamp) -> bool {
        let Issue { code, access_token, refresh_token, .. } = issue;
        let code = code.is_some_and(|row| {
            let (hash, expiry) = (row.hash, row.expires_at);
            self.codes.insert(hash, Code::new(row), expiry, now)
        });
        let insert = |tokens: &mut Both<'_, TokenHash, Token>, row: TokenRecord| {
            let (hash, expiry) = (row.hash, row.expires_at);
            tokens.insert(hash, Token::new(row), expiry, now)
        };
        let access_token = access_token.is_some_and(|row| insert(&mut self.access_tokens, row));
        let refresh_token = refresh_token.is_some_and(|row| insert(&mut self.refresh_tokens, row));
        code || access_token || refresh_token
    }
}
