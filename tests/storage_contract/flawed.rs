//! A store that is right but for one flaw, which it has where people make it. Tables are lists, and a lock is the transaction;
//! some flaws let go of it half-way.

use std::sync::Arc;

use grantor::storage::*;
use grantor::{Client, Clock as _, Issuer, RotationSalt, StoreError, Subject, SystemClock, Timestamp, TokenHash, issuer};
use serde_json::Value;
use tokio::sync::{Mutex, MutexGuard, Semaphore};

use crate::flaw::Flaw::{self, *};

pub type Result<T> = std::result::Result<T, StoreError>;

pub struct Flawed {
    pub flaw: Option<Flaw>,
    tables: Mutex<Tables>,
    /// For the flaw of that name.
    reserved: Semaphore,
}

#[derive(Default)]
pub struct Tables {
    pub clients: Vec<(Issuer, Arc<Client>)>,
    pub families: Vec<Family>,
    codes: Vec<Row<CodeRecord>>,
    access_tokens: Vec<Row<TokenRecord>>,
    refresh_tokens: Vec<Row<TokenRecord>>,
    pub requests: Vec<Row<FoundPending>>,
    pub deferred: Vec<Deferred>,
    pub replays: Vec<(Issuer, ReplayKey, Timestamp)>,
    pub keys: Vec<(Issuer, KeyRecord)>,
    pub sessions: Vec<(Issuer, SessionRecord)>,
    pub notices: Vec<Notice>,
}

/// What a deferred request has beside others.
#[derive(Clone)]
pub struct Deferred {
    pub issuer: Issuer,
    pub request: TokenHash,
    pub alias: TokenHash,
    pub polled: Option<(Timestamp, u32)>,
}

pub struct Notice {
    pub issuer: Issuer,
    pub notice: LogoutNotice,
    pub due_at: Timestamp,
}

#[derive(Clone)]
pub struct Family {
    pub issuer: Issuer,
    pub record: FamilyRecord,
    pub state: FamilyState,
    pub keep_until: Timestamp,
    retry: Option<(RotationSalt, Timestamp)>,
    /// Its revocation is nothing to what descends from it.
    pub ends_alone: bool,
    /// An ancestor was revoked while it was there.
    pub inherits: bool,
}

impl Family {
    pub fn beginning(issuer: &Issuer, record: FamilyRecord, keep_until: Timestamp) -> Self {
        let (issuer, state) = (issuer.clone(), FamilyState::new(false, 0));
        Self { issuer, record, state, keep_until, retry: None, ends_alone: false, inherits: false }
    }
}

#[derive(Clone)]
pub struct Row<R> {
    pub issuer: Issuer,
    pub record: R,
    /// The code was redeemed, the access token was revoked.
    spent: bool,
    /// For those who revoke rows instead of families.
    dead: bool,
}

impl<R> Row<R> {
    pub fn new(issuer: &Issuer, record: R) -> Self {
        Self { issuer: issuer.clone(), record, spent: false, dead: false }
    }
}

/// Lets go of the lock, lets others come, and takes the lock again: if this is the flaw.
macro_rules! pause {
    ($store:ident, $tables:ident, $flaw:pat) => {
        if matches!($store.flaw, Some($flaw)) {
            drop($tables);
            tokio::task::yield_now().await;
            $tables = $store.lock().await;
        }
    };
}

pub(crate) use pause;

pub fn refuse_if(refused: bool) -> Result<()> {
    if refused { Err(StoreError::failed("refused")) } else { Ok(()) }
}

impl Flawed {
    pub fn new(flaw: Option<Flaw>) -> Self {
        Self { flaw, tables: Mutex::default(), reserved: Semaphore::new(1) }
    }

    pub fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    pub async fn lock(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().await
    }

    pub fn issuer(&self, issuer: &Issuer) -> Issuer {
        if self.has(IssuerIgnored) { issuer!("https://any.example.com") } else { issuer.clone() }
    }

    pub fn now(&self, now: Timestamp) -> Timestamp {
        if self.has(ClockOfTheDatabase) { SystemClock.now() } else { now }
    }

    pub fn same(&self, this: &TokenHash, that: &TokenHash) -> bool {
        let length = if self.has(HashesTruncated) { 16 } else { 32 };
        this.as_bytes()[..length] == that.as_bytes()[..length]
    }

    pub fn is_before(&self, now: Timestamp, moment: Timestamp) -> bool {
        if self.has(MomentsWrap) { now.as_unix().cast_signed() < moment.as_unix().cast_signed() } else { now < moment }
    }

    fn token_lives(&self, now: Timestamp, token: &TokenRecord) -> bool {
        match self.flaw {
            Some(TokensLiveLonger) => now <= token.expires_at,
            Some(TokensDieEarly) => now.saturating_add_secs(1) < token.expires_at,
            _ => self.is_before(now, token.expires_at),
        }
    }

    fn code_lives(&self, now: Timestamp, code: &Row<CodeRecord>) -> bool {
        let forgiven = self.has(ExpiredReplayOfACodeForgiven);
        let lives = if self.has(CodesLiveLonger) { now <= code.record.expires_at } else { now < code.record.expires_at };
        lives || (code.spent && !forgiven)
    }

    /// What the flaw makes of the details of a row.
    fn details(&self, details: &mut TokenDetails, family: &TokenDetails) -> Result<()> {
        if self.has(DetailsOfTheFamily) {
            *details = family.clone();
        }
        if self.has(UnknownDetailsDropped) {
            let mut value: Value = serde_json::from_str(&details.to_json()?).map_err(StoreError::failed)?;
            let known = ["v", "subject", "username", "scope", "audience", "auth_time", "access_token_lifetime"];
            value.as_object_mut().expect("an object").retain(|name, _| known.contains(&name.as_str()));
            *details = TokenDetails::from_json(&value.to_string())?;
        }
        Ok(())
    }
}

impl Tables {
    pub fn family(&self, store: &Flawed, issuer: &Issuer, id: &FamilyId, now: Timestamp) -> Option<&Family> {
        let family = self.families.iter().find(|it| it.issuer == *issuer && it.record.id == *id);
        family.filter(|it| store.is_before(now, it.keep_until))
    }

    fn family_mut(&mut self, issuer: &Issuer, id: &FamilyId) -> Option<&mut Family> {
        self.families.iter_mut().find(|it| it.issuer == *issuer && it.record.id == *id)
    }

    fn code(
        &mut self,
        store: &Flawed,
        issuer: &Issuer,
        hash: &TokenHash,
        now: Timestamp,
    ) -> Option<(&mut Row<CodeRecord>, FoundCode)> {
        let mut codes = self.codes.iter();
        let at = codes.position(|it| it.issuer == *issuer && store.same(&it.record.hash, hash) && store.code_lives(now, it))?;
        let row = self.codes[at].clone();
        let state = self.state(store, self.family(store, issuer, &row.record.family, now)?, row.dead)?;
        Some((&mut self.codes[at], FoundCode::new(row.record, row.spent, state)))
    }

    fn token(
        &self,
        store: &Flawed,
        rows: &[Row<TokenRecord>],
        issuer: &Issuer,
        hash: &TokenHash,
        now: Timestamp,
    ) -> Option<FoundToken> {
        let row = rows.iter().find(|it| it.issuer == *issuer && store.same(&it.record.hash, hash))?;
        let family = self.family(store, issuer, &row.record.family, now).filter(|_| store.token_lives(now, &row.record))?;
        Some(FoundToken::new(row.record.clone(), row.spent, self.state(store, family, row.dead)?))
    }

    fn check(&self, store: &Flawed, issuer: &Issuer, family: &FamilyRecord, issue: &Issue) -> Result<()> {
        let tokens = issue.access_token.iter().chain(&issue.refresh_token).map(|row| (row.family, &row.client_id));
        let mut owners = issue.code.iter().map(|row| (row.family, &row.client_id)).chain(tokens);
        refuse_if(!store.has(RowsOfAnybody) && owners.any(|owner| owner != (family.id, &family.client_id)))?;
        let is_taken = |rows: &[Row<TokenRecord>], token: &Option<TokenRecord>| {
            token.as_ref().is_some_and(|new| rows.iter().any(|it| it.issuer == *issuer && store.same(&it.record.hash, &new.hash)))
        };
        let mut codes = issue.code.iter().flat_map(|new| self.codes.iter().map(move |it| (new, it)));
        let code = codes.any(|(new, it)| it.issuer == *issuer && store.same(&it.record.hash, &new.hash));
        refuse_if(
            code || is_taken(&self.access_tokens, &issue.access_token) || is_taken(&self.refresh_tokens, &issue.refresh_token),
        )
    }

    fn insert(&mut self, store: &Flawed, issuer: &Issuer, family: &FamilyId, issue: Issue) -> Result<()> {
        let Issue { code, mut access_token, mut refresh_token, keep_family_until, .. } = issue;
        let latest = !store.has(FamiliesKeptUntilTheLastWord);
        if let Some(family) = self.family_mut(issuer, family) {
            let before = if latest { family.keep_until } else { keep_family_until };
            family.keep_until = before.max(keep_family_until);
            for token in access_token.iter_mut().chain(&mut refresh_token) {
                store.details(&mut token.details, &family.record.details)?;
            }
        }
        if !store.has(AncestorsKeptAfter) {
            self.keep_ancestors(store, issuer, family, keep_family_until);
        }
        if store.has(CollisionOverwrites) {
            self.codes.retain(|it| code.as_ref().is_none_or(|new| new.hash != it.record.hash));
            self.access_tokens.retain(|it| access_token.as_ref().is_none_or(|new| new.hash != it.record.hash));
            self.refresh_tokens.retain(|it| refresh_token.as_ref().is_none_or(|new| new.hash != it.record.hash));
        }
        self.codes.extend(code.map(|row| Row::new(issuer, row)));
        self.access_tokens.extend(access_token.map(|row| Row::new(issuer, row)));
        self.refresh_tokens.extend(refresh_token.map(|row| Row::new(issuer, row)));
        Ok(())
    }

    /// Checks and inserts, in one step.
    fn store(&mut self, store: &Flawed, issuer: &Issuer, family: &FamilyRecord, issue: Issue) -> Result<()> {
        match self.check(store, issuer, family, &issue) {
            Err(error) if store.has(CollisionLeavesRows) => {
                let only = |part: Issue| self.check(store, issuer, family, &part).is_ok().then_some(part);
                let mut code = issue.clone();
                (code.access_token, code.refresh_token) = (None, None);
                if let Some(code) = only(code) {
                    self.insert(store, issuer, &family.id, code)?;
                }
                Err(error)
            }
            Err(_) if store.has(CollisionOverwrites) => self.insert(store, issuer, &family.id, issue),
            checked => checked.and_then(|()| self.insert(store, issuer, &family.id, issue)),
        }
    }

    pub fn revoke(&mut self, issuer: &Issuer, id: &FamilyId) {
        if let Some(family) = self.family_mut(issuer, id) {
            (family.state.revoked, family.retry) = (true, None);
        }
        self.mark_descendants(issuer, id);
        self.kill(issuer, id, true);
        self.kill(issuer, id, false);
    }

    fn kill(&mut self, issuer: &Issuer, id: &FamilyId, access_tokens: bool) {
        if access_tokens {
            let tokens = self.access_tokens.iter_mut().filter(|it| it.issuer == *issuer && it.record.family == *id);
            tokens.for_each(|token| token.dead = true);
        } else {
            let tokens = self.refresh_tokens.iter_mut().filter(|it| it.issuer == *issuer && it.record.family == *id);
            tokens.for_each(|token| token.dead = true);
            let codes = self.codes.iter_mut().filter(|it| it.issuer == *issuer && it.record.family == *id);
            codes.for_each(|code| code.dead = true);
        }
    }
}

impl FamilyStore for Flawed {
    async fn begin_family(
        &self,
        issuer: &Issuer,
        mut record: FamilyRecord,
        issue: Issue,
        spend: Option<Spend>,
        now: Timestamp,
    ) -> Result<Spending> {
        let (issuer, now, mut tables) = (self.issuer(issuer), self.now(now), self.lock().await);
        if let Some(spend) = &spend {
            let spending = tables.spending(self, &issuer, &spend.request, now);
            let ignored = spending == Spending::Gone && self.has(FamiliesAnswerNothing);
            if spending != Spending::First && !ignored {
                return Ok(spending);
            }
        }
        pause!(self, tables, DecidesInTwoSteps);
        if let (Some(spend), true) = (&spend, self.has(OrphansDecide)) {
            tables.keep(self, &issuer, spend.clone());
        }
        if let Some(refused) = tables.refused(self, &issuer, &record, now) {
            return Ok(refused);
        }
        pause!(self, tables, RevocationWalksDown);
        let is_taken = tables.family_mut(&issuer, &record.id).is_some();
        refuse_if(is_taken && !self.has(CollisionOverwrites))?;
        if self.has(SubjectsTrimmed) {
            let trimmed = record.subject.as_ref().and_then(|subject| Subject::new(subject.as_str().trim()).ok());
            record.subject = trimmed.or(record.subject);
        }
        let as_sent = record.details.clone();
        self.details(&mut record.details, &as_sent)?;
        let (state, keep_until) = (FamilyState::new(false, 0), issue.keep_family_until);
        let family = Family { state, ..Family::beginning(&issuer, record.clone(), keep_until) };
        let checked = tables.check(self, &issuer, &record, &issue);
        if checked.is_ok() || self.has(CollisionOverwrites) {
            pause!(self, tables, InsertsCheckThenAct);
            tables.families.push(family);
            pause!(self, tables, BeginsInTwoSteps);
            tables.insert(self, &issuer, &record.id, issue)?;
            pause!(self, tables, AncestorsKeptAfter);
            tables.keep_ancestors(self, &issuer, &record.id, keep_until);
            pause!(self, tables, AnswersAfterTheFamily);
            if let Some(spend) = spend.filter(|_| !self.has(FamiliesForgetTheAnswer)) {
                tables.keep(self, &issuer, spend);
            }
            return Ok(Spending::First);
        }
        if self.has(CollisionLeavesRows) {
            tables.families.push(family);
        }
        checked.map(|()| Spending::First)
    }

    async fn family(&self, issuer: &Issuer, id: &FamilyId, now: Timestamp) -> Result<Option<FoundFamily>> {
        let (issuer, now, tables) = (self.issuer(issuer), self.now(now), self.lock().await);
        Ok(tables.found_family(self, &issuer, id, now))
    }

    async fn revoke_family(&self, issuer: &Issuer, id: &FamilyId, _: Timestamp) -> Result<()> {
        let (issuer, mut tables) = (self.issuer(issuer), self.lock().await);
        let Some(family) = tables.family_mut(&issuer, id).cloned() else { return refuse_if(self.has(RevocationOfNothingFails)) };
        match self.flaw {
            Some(RevocationDeletes) => tables.families.retain(|it| it.issuer != issuer || it.record.id != *id),
            Some(RevocationOfTheClient | IssuerIgnoredInRevocation) => {
                let of_client = self.has(RevocationOfTheClient);
                for it in &mut tables.families {
                    let theirs = it.issuer == issuer && it.record.client_id == family.record.client_id;
                    it.state.revoked |= if of_client { theirs } else { it.record.id == *id };
                }
            }
            Some(RevokesRowByRow) => {
                tables.kill(&issuer, id, true);
                pause!(self, tables, RevokesRowByRow);
                tables.revoke(&issuer, id);
            }
            _ => tables.revoke(&issuer, id),
        }
        Ok(())
    }
}

impl AuthorizationCodeStore for Flawed {
    async fn find_code(&self, issuer: &Issuer, code: &TokenHash, now: Timestamp) -> Result<Option<FoundCode>> {
        let (issuer, now, mut tables) = (self.issuer(issuer), self.now(now), self.lock().await);
        Ok(tables.code(self, &issuer, code, now).map(|(row, found)| {
            row.spent |= self.has(LookUpRedeems);
            found
        }))
    }

    async fn redeem_code(&self, issuer: &Issuer, code: &TokenHash, mut issue: Issue, now: Timestamp) -> Result<Redemption> {
        let (issuer, now, mut tables) = (self.issuer(issuer), self.now(now), self.lock().await);
        let found = tables.code(self, &issuer, code, now).map(|(row, found)| {
            row.spent |= self.has(DeadCodesBurn);
            found
        });
        pause!(self, tables, RedeemChecksThenActs | RevocationMissesTheNew);
        let Some(found) = found else { return Ok(Redemption::Dead) };
        let id = found.record.family;
        if found.redeemed {
            refuse_if(self.has(SecondRedemptionFails))?;
            let old_is_forgiven = self.has(OldReplayForgiven) && found.family.generation >= 3;
            if !self.has(ReplayOfACodeForgiven) && !old_is_forgiven {
                tables.revoke(&issuer, &id);
                tables.end_alone(self, &issuer, &id);
            }
            return Ok(Redemption::AlreadyRedeemed);
        }
        let Some(family) = tables.family_mut(&issuer, &id).filter(|_| !found.family.revoked) else { return Ok(Redemption::Dead) };
        let record = family.record.clone();
        if self.has(RedemptionForgetsRefreshToken) {
            issue.refresh_token = None;
        }
        if self.has(RedeemsInTwoSteps) {
            tables.check(self, &issuer, &record, &issue)?;
        } else {
            tables.store(self, &issuer, &record, issue.clone())?;
        }
        for row in tables.codes.iter_mut().filter(|it| it.issuer == issuer && self.same(&it.record.hash, code)) {
            row.spent = true;
        }
        if self.has(RedeemsInTwoSteps) {
            pause!(self, tables, RedeemsInTwoSteps);
            tables.insert(self, &issuer, &id, issue)?;
        }
        Ok(Redemption::redeemed())
    }
}

impl AccessTokenStore for Flawed {
    async fn find_access_token(&self, issuer: &Issuer, token: &TokenHash, now: Timestamp) -> Result<Option<FoundToken>> {
        let (issuer, now, tables) = (self.issuer(issuer), self.now(now), self.lock().await);
        let found = tables.token(self, &tables.access_tokens, &issuer, token, now);
        Ok(if self.has(LookUpPanics) { Some(found.expect("the token is there")) } else { found })
    }

    async fn revoke_access_token(&self, issuer: &Issuer, token: &TokenHash, _: Timestamp) -> Result<()> {
        let (issuer, mut tables) = (self.issuer(issuer), self.lock().await);
        let is_it = |it: &Row<TokenRecord>| it.issuer == issuer && self.same(&it.record.hash, token);
        let Some(at) = tables.access_tokens.iter().position(is_it) else { return Ok(()) };
        let row = tables.access_tokens[at].clone();
        let family = tables.family_mut(&issuer, &row.record.family).cloned();
        pause!(self, tables, AccessRevocationWritesBack);
        if let Some(family) = family.filter(|_| self.has(AccessRevocationWritesBack)) {
            tables.families.retain(|it| it.issuer != issuer || it.record.id != family.record.id);
            tables.families.push(family);
        }
        if self.has(AccessTokenTakesItsFamily) {
            tables.revoke(&issuer, &row.record.family);
        }
        tables.access_tokens.retain(|it| !is_it(it));
        pause!(self, tables, AccessRevocationReplaces);
        tables.access_tokens.push(Row { spent: true, ..row });
        Ok(())
    }
}

impl RefreshTokenStore for Flawed {
    async fn find_refresh_token(&self, issuer: &Issuer, token: &TokenHash, now: Timestamp) -> Result<Option<FoundToken>> {
        let (issuer, now, tables) = (self.issuer(issuer), self.now(now), self.lock().await);
        Ok(tables.token(self, &tables.refresh_tokens, &issuer, token, now))
    }

    async fn rotate_refresh_token(&self, issuer: &Issuer, proposal: RotationProposal, now: Timestamp) -> Result<Rotation> {
        let (issuer, now, mut tables) = (self.issuer(issuer), self.now(now), self.lock().await);
        if self.has(DroppedRotationLeaks) {
            self.reserved.acquire().await.expect("never closed").forget();
            pause!(self, tables, DroppedRotationLeaks);
            self.reserved.add_permits(1);
        }
        let RotationProposal { presented, family: id, generation, salt, retry_until, mut issue, outliving, .. } = proposal;
        let Some(found) = tables.token(self, &tables.refresh_tokens, &issuer, &presented, now) else { return Ok(Rotation::Dead) };
        if found.family.revoked && !self.has(DeadFamiliesReplay) {
            return Ok(Rotation::Dead);
        }
        refuse_if((found.record.family, found.record.generation) != (id, generation) && !self.has(RowsOfAnybody))?;
        let Some(family) = tables.family_mut(&issuer, &id).cloned() else { return Ok(Rotation::Dead) };
        let retry = family.retry.filter(|(_, until)| now < *until);
        pause!(self, tables, RotateChecksThenActs | RevocationMissesTheNew);
        if generation == found.family.generation && !found.family.revoked {
            if self.has(RotatesInTwoSteps) {
                tables.check(self, &issuer, &family.record, &issue)?;
            } else {
                tables.store(self, &issuer, &family.record, issue.clone())?;
            }
            let keeps_salt = self.has(SaltKeptWithoutWindow) || now < retry_until;
            let until = if self.has(SaltKeptWithoutWindow) { now.saturating_add_secs(10) } else { retry_until };
            if let Some(family) = tables.family_mut(&issuer, &id).filter(|_| salt.is_some() || self.has(RenewalRotates)) {
                family.state.generation = match self.flaw {
                    Some(GenerationStays) => generation,
                    Some(GenerationsInAByte) => (generation + 1) & 0xff,
                    _ => generation + 1,
                };
                let stays = self.has(NothingOutlives) || (self.has(OutlivesForEver) && outliving.is_none());
                if !stays {
                    family.state.outliving = outliving;
                }
                family.retry = salt.filter(|_| keeps_salt).map(|salt| (salt, until));
            }
            let until = issue.keep_family_until;
            if self.has(RotatesInTwoSteps) {
                pause!(self, tables, RotatesInTwoSteps);
                tables.insert(self, &issuer, &id, issue)?;
            }
            pause!(self, tables, AncestorsKeptAfter);
            tables.keep_ancestors(self, &issuer, &id, until);
            return Ok(Rotation::rotated());
        }
        if let Some((salt, _)) = retry.filter(|_| salt.is_some() && generation + 1 == found.family.generation) {
            let successor = issue.refresh_token.take();
            tables.store(self, &issuer, &family.record, issue)?;
            if self.has(TwoSuccessors) {
                let is_new = |new: &TokenRecord| tables.refresh_tokens.iter().all(|it| it.record.hash != new.hash);
                let second = successor.filter(is_new).map(|row| Row::new(&issuer, row));
                tables.refresh_tokens.extend(second);
            }
            pause!(self, tables, RetryWritesBack);
            if let Some(family_now) = tables.family_mut(&issuer, &id) {
                if self.has(RetryWritesBack) {
                    (family_now.state, family_now.retry) = (family.state, family.retry);
                }
                if self.has(RetryOpensTheWindow) {
                    family_now.retry = Some((salt, retry_until));
                }
            }
            return Ok(Rotation::retried(salt));
        }
        if !self.has(ReplayForgiven) {
            tables.revoke(&issuer, &id);
            tables.end_alone(self, &issuer, &id);
        }
        Ok(Rotation::Replayed)
    }
}

impl PurgeExpired for Flawed {
    async fn purge_expired(&self, now: Timestamp) -> Result<u64> {
        let now = self.now(now).saturating_add_secs(u64::from(self.has(PurgeIsEarly)));
        let mut tables = self.lock().await;
        let is_over = |moment: Timestamp| !self.is_before(now, moment);
        let forgotten = |tables: &Tables| -> Vec<(Issuer, FamilyId)> {
            let takes = |it: &&Family| {
                let dead = self.has(PurgeTakesTheDead) && it.state.revoked;
                is_over(it.keep_until) || dead || (self.has(PurgeTakesAncestors) && tables.has_nothing_left(it, now))
            };
            tables.families.iter().filter(takes).map(|it| (it.issuer.clone(), it.record.id)).collect()
        };
        let keeps_replays = !self.has(PurgeForgetsReplays);
        let expired = |it: &Row<CodeRecord>| is_over(it.record.expires_at) && !(it.spent && keeps_replays);
        let mut gone = forgotten(&tables);
        let chosen = tables.codes.iter().filter(|it| expired(it));
        let codes: Vec<_> = chosen.map(|it| (it.issuer.clone(), it.record.hash)).collect();
        pause!(self, tables, PurgeChoosesThenDeletes);
        if !self.has(PurgeChoosesThenDeletes) {
            gone = forgotten(&tables);
        }
        let before = tables.rows();
        tables.families.retain(|it| !gone.contains(&(it.issuer.clone(), it.record.id)));
        tables.codes.retain(|it| {
            !codes.contains(&(it.issuer.clone(), it.record.hash)) && !gone.contains(&(it.issuer.clone(), it.record.family))
        });
        tables
            .access_tokens
            .retain(|it| !is_over(it.record.expires_at) && !gone.contains(&(it.issuer.clone(), it.record.family)));
        let generations: Vec<_> = tables.families.iter().map(|it| (it.record.id, it.state.generation)).collect();
        tables.refresh_tokens.retain(|it| {
            let is_current = generations.contains(&(it.record.family, it.record.generation));
            let stays = !is_over(it.record.expires_at) && !gone.contains(&(it.issuer.clone(), it.record.family));
            self.has(PurgeForgetsRefreshTokens) || (stays && (is_current || !self.has(PurgeTakesTheDead)))
        });
        if !self.has(PurgeForgetsRequests) {
            tables.requests.retain(|it| !is_over(it.record.record.expires_at));
        }
        let grace = if self.has(KeysPurgedAtOnce) { 0 } else { 60 };
        tables.replays.retain(|(_, _, until)| !is_over(until.saturating_add_secs(grace)));
        tables.keys.retain(|(_, key)| !is_over(key.times.published_until) || self.has(PurgeForgetsSigningKeys));
        tables.clients.retain(|(_, it)| !it.unused_until().is_some_and(is_over) || self.has(PurgeForgetsClients));
        tables.purge_sessions(self, &is_over);
        let kept = if self.has(PurgeErasesSaltsAtOnce) { 0 } else { 60 };
        let mut salts = 0;
        for family in tables.families.iter_mut().filter(|_| !self.has(PurgeKeepsSalts)) {
            salts += family.retry.take_if(|(_, until)| is_over(until.saturating_add_secs(kept))).map_or(0, |_| 1);
        }
        Ok((before - tables.rows()) as u64 + if self.has(PurgeCountsSalts) { salts } else { 0 })
    }

    async fn purge_with_progress(&self, progress: &mut (dyn FnMut(u64) + Send), now: Timestamp) -> Result<u64> {
        let rows = self.purge_expired(now).await?;
        match self.flaw {
            Some(ProgressOfPortions) => [rows / 2, rows - rows / 2].into_iter().for_each(progress),
            Some(NoProgress) => {}
            _ => progress(rows),
        }
        Ok(rows)
    }
}

impl Tables {
    /// Has everything expired that was issued in it?
    fn has_nothing_left(&self, family: &Family, now: Timestamp) -> bool {
        let is_its = |row: &Row<TokenRecord>| row.record.family == family.record.id && now < row.record.expires_at;
        self.codes.iter().all(|row| row.record.family != family.record.id)
            && !self.access_tokens.iter().chain(&self.refresh_tokens).any(is_its)
    }

    fn rows(&self) -> usize {
        let tokens = self.access_tokens.len() + self.refresh_tokens.len();
        let ending = self.clients.iter().filter(|(_, it)| it.unused_until().is_some()).count();
        let others =
            self.requests.len() + self.replays.len() + self.keys.len() + ending + self.sessions.len() + self.notices.len();
        self.families.len() + self.codes.len() + tokens + others
    }
}
