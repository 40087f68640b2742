//! The steps of the contract as plain functions. Each holds all its locks at once, so that nobody sees half of it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::client::ClientId;
use crate::storage::memory::clients::Clients;
use crate::storage::memory::keys::Keys;
use crate::storage::memory::kin::Kin;
use crate::storage::memory::pending::Pending;
use crate::storage::memory::replays::Replays;
use crate::storage::memory::row::{Code, Family, Token};
use crate::storage::memory::sessions::Sessions;
use crate::storage::memory::shards::{Both, SHARDS, Sharded};
use crate::storage::{
    AuthorizationPage, FamilyId, FamilyRecord, FoundCode, FoundFamily, FoundToken, Holder, Issue, Redemption, Rotation,
    RotationProposal, Spend, Spending, TokenRecord,
};
use crate::values::bearer::TokenHash;
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;
use crate::values::subject::Subject;

#[derive(Default)]
pub(super) struct Memory {
    pub(super) clients: Clients,
    codes: Sharded<TokenHash, Code>,
    families: Sharded<FamilyId, Family>,
    pub(super) access_tokens: Sharded<TokenHash, Token>,
    refresh_tokens: Sharded<TokenHash, Token>,
    pub(super) pending: Pending,
    pub(super) replays: Replays,
    pub(super) keys: Keys,
    pub(super) sessions: Sessions,
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
        let (spending, grown) = self.begin(issuer, record, issue, spend, now)?;
        self.purge_if(grown, now);
        Ok(spending)
    }

    /// The same without a purge; says whether one is due.
    pub(super) fn begin(
        &self,
        issuer: &Issuer,
        record: FamilyRecord,
        issue: Issue,
        spend: Option<Spend>,
        now: Timestamp,
    ) -> Result<(Spending, bool), StoreError> {
        // Before all other locks but that of sessions, and to the end of the step.
        let pending = spend.map(|spend| (self.pending.lock(), spend));
        if let Some((pending, spend)) = &pending {
            let spending = pending.spending(issuer, &spend.request, now);
            if spending != Spending::First {
                return Ok((spending, false));
            }
        }
        let codes = self.codes.lock_both(issuer, [issue.code.as_ref().map(|code| &code.hash), None]);
        let (families, lineage) = match self.families.lock_beginning(issuer, &record, now) {
            Ok(begins) => begins,
            Err(refused) => return Ok((refused, false)),
        };
        let mut touched = self.touch(issuer, codes, families, &issue, None);
        let id = record.id;
        if touched.families.get(&id).is_some() {
            return Err(StoreError::failed("the identifier of a new family is taken"));
        }
        touched.check(&issue, &id, &record.client_id)?;
        let until = issue.keep_family_until;
        if let Some(lineage) = &lineage {
            touched.families.keep_ancestors_until(lineage, until);
        }
        let mut grown = touched.families.insert(id, Family::new(record, lineage, until), until, now);
        grown = touched.insert(issue, now) || grown;
        if let Some((mut pending, spend)) = pending {
            pending.keep(issuer, spend);
        }
        Ok((Spending::First, grown))
    }

    pub(super) fn keep_family(&self, issuer: &Issuer, id: &FamilyId, moment: Timestamp) {
        self.families.lock_kin(issuer, id).keep_until(id, moment);
    }

    pub(super) fn family(&self, issuer: &Issuer, id: &FamilyId, now: Timestamp) -> Option<FoundFamily> {
        self.families.read_kin(issuer, id, now, |family, state| family.found(*id, state))
    }

    pub(super) fn revoke_family(&self, issuer: &Issuer, id: &FamilyId) {
        if let Some(family) = self.families.lock(issuer, id).get_mut(id) {
            family.revoke();
        }
    }

    /// Looks at every family: this store is for development.
    pub(super) fn authorizations_of(&self, issuer: &Issuer, subject: &Subject, now: Timestamp) -> Vec<FamilyRecord> {
        let families = Kin::Several(self.families.lock_all(issuer));
        let theirs = families.iter().filter(|(_, family)| family.subject.as_ref() == Some(subject));
        let live = theirs.filter(|(id, _)| families.remembered(id, now).is_some_and(|(_, state)| !state.revoked));
        let mut records: Vec<_> = live.map(|(id, family)| family.record(*id)).collect();
        records.sort_unstable_by_key(|record| (Reverse(record.created_at), record.id));
        records
    }

    /// Looks at every family, too.
    pub(super) fn list_authorizations(
        &self,
        issuer: &Issuer,
        of: Holder<'_>,
        after: Option<&FamilyId>,
        limit: u32,
        now: Timestamp,
    ) -> AuthorizationPage {
        let families = Kin::Several(self.families.lock_all(issuer));
        let later = families.iter().filter(|(id, _)| after.is_none_or(|after| id > after));
        let theirs = later.filter(|(_, family)| of.holds(&family.client_id, family.subject.as_ref()));
        let live = theirs.filter(|(id, _)| families.remembered(id, now).is_some_and(|(_, state)| !state.revoked));
        let mut records: Vec<_> = live.map(|(id, family)| family.record(*id)).collect();
        records.sort_unstable_by_key(|record| record.id);
        AuthorizationPage::of(records, limit)
    }

    /// Shard by shard: nobody waits for all of it.
    pub(super) fn revoke_authorizations(&self, issuer: &Issuer, of: Holder<'_>, now: Timestamp) -> u64 {
        if let Holder::Client(id) = of {
            self.pending.remove_of(issuer, id);
        }
        let mut revoked = 0;
        self.families.for_each(issuer, |family| {
            if of.holds(&family.client_id, family.subject.as_ref()) && !family.revoked && family.is_remembered(now) {
                family.revoke();
                revoked += 1;
            }
        });
        revoked
    }

    pub(super) fn find_code(&self, issuer: &Issuer, hash: &TokenHash, now: Timestamp) -> Option<FoundCode> {
        let codes = self.codes.lock(issuer, hash);
        let code = codes.get(hash).filter(|code| code.is_kept(now))?;
        self.families.read_kin(issuer, &code.family, now, |family, state| code.found(hash, family, state))
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
        let mut touched = self.touch(issuer, codes, self.families.lock_kin(issuer, &id), &issue, None);
        let Some((family, state)) = touched.families.remembered(&id, now) else { return Ok(Redemption::Dead) };
        // Asked before anything else: of all who present the code, one redeems it and every other is a replay.
        if redeemed {
            touched.revoke_family(&id);
            return Ok(Redemption::AlreadyRedeemed);
        }
        if state.revoked {
            return Ok(Redemption::Dead);
        }
        let client_id = family.client_id.clone();
        touched.check(&issue, &id, &client_id)?;
        touched.families.keep_until(&id, issue.keep_family_until);
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
        let id = token.family;
        let found = self.families.read_kin(issuer, &id, now, |family, state| {
            let alive = !state.revoked && state.generation == token.generation;
            let token = if alive { Some(token) } else { read() };
            token.map(|token| token.found(hash, family, state))
        });
        found.flatten()
    }

    pub(super) fn rotate(&self, issuer: &Issuer, proposal: RotationProposal, now: Timestamp) -> Result<Rotation, StoreError> {
        let RotationProposal { presented, family: id, generation, salt, retry_until, mut issue, outliving } = proposal;
        let codes = self.codes.lock_both(issuer, [issue.code.as_ref().map(|code| &code.hash), None]);
        let mut touched = self.touch(issuer, codes, self.families.lock_kin(issuer, &id), &issue, Some(&presented));
        let Some(token) = touched.refresh_tokens.get_mut(&presented).filter(|token| token.is_kept(now)) else {
            return Ok(Rotation::Dead);
        };
        if (token.family, token.generation) != (id, generation) {
            return Err(StoreError::failed("a rotation names another family or generation than the token presented"));
        }
        let is_dead = touched.families.remembered(&id, now).is_none_or(|(_, state)| state.revoked);
        let Some(family) = touched.families.get_mut(&id).filter(|_| !is_dead) else { return Ok(Rotation::Dead) };
        let (client_id, retry_salt) = (family.client_id.clone(), family.retry_salt(now));
        let rotation = match (family.generation.checked_sub(generation), retry_salt) {
            (Some(0), _) => Rotation::rotated(),
            (Some(1), Some(retry_salt)) if salt.is_some() => {
                issue.refresh_token = None;
                Rotation::retried(retry_salt)
            }
            _ => {
                family.revoke();
                return Ok(Rotation::Replayed);
            }
        };
        touched.check(&issue, &id, &client_id)?;
        if let (Rotation::Rotated(_), Some(salt), Some(family)) = (&rotation, salt, touched.families.get_mut(&id)) {
            family.rotate(generation, salt, retry_until, outliving, now);
        }
        touched.families.keep_until(&id, issue.keep_family_until);
        self.finish(touched, issue, false, now);
        Ok(rotation)
    }

    /// Locks the rest of what a step touches, after its codes and families.
    fn touch<'a>(
        &'a self,
        issuer: &'a Issuer,
        codes: Both<'a, TokenHash, Code>,
        families: Kin<'a>,
        issue: &Issue,
        presented: Option<&TokenHash>,
    ) -> Touched<'a> {
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
    pub(super) fn purge_if(&self, grown: bool, now: Timestamp) {
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
        let others = self.pending.purge(now)
            + self.replays.purge(now)
            + self.keys.purge(now)
            + self.clients.purge(now)
            + self.sessions.purge(now, remembered);
        // Not before an insertion for each row that is left.
        let share = self.rows() / SHARDS;
        self.families.purged(share);
        self.codes.purged(share);
        self.access_tokens.purged(share);
        self.refresh_tokens.purged(share);
        families + codes + tokens.iter().sum::<u64>() + others
    }

    /// How many rows there are that may expire.
    pub(super) fn rows(&self) -> usize {
        let Self { codes, families, access_tokens, refresh_tokens, pending, replays, keys, sessions, clients: _ } = self;
        let others = pending.rows() + replays.rows() + keys.rows() + sessions.rows();
        codes.rows() + families.rows() + access_tokens.rows() + refresh_tokens.rows() + others
    }

    /// The issuers that have a client or a row.
    pub(super) fn issuers(&self) -> BTreeSet<Issuer> {
        let Self { clients, codes, families, access_tokens, refresh_tokens, pending, replays, keys, sessions } = self;
        let clients = clients.counts().into_iter().map(|(issuer, _)| issuer);
        let tokens = access_tokens.issuers().into_iter().chain(refresh_tokens.issuers());
        let rows = codes.issuers().into_iter().chain(families.issuers()).chain(tokens).chain(pending.issuers());
        clients.chain(rows).chain(replays.issuers()).chain(keys.issuers()).chain(sessions.issuers()).collect()
    }
}

/// What a step touches, locked.
struct Touched<'a> {
    codes: Both<'a, TokenHash, Code>,
    families: Kin<'a>,
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

    fn revoke_family(&mut self, id: &FamilyId) {
        if let Some(family) = self.families.get_mut(id) {
            family.revoke();
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
