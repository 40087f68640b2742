//! The contract as a program: what each operation must answer. Written for nothing but to be compared with the sentences in
//! [`storage`](crate::storage); it shares no code with any store.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::answer::Answer;
use super::step::{Operation, Step};
use crate::client::{Client, ClientId};
use crate::storage::{
    Announcement, CodeRecord, FamilyId, FamilyRecord, FamilyState, FoundCode, FoundFamily, FoundPending, FoundToken, Issue,
    KeyRecord, LogoutNotice, PendingRecord, Polled, Redemption, ReplayKey, Rotation, RotationProposal, SealedKey, SessionKey,
    SessionRecord, Spend, Spending, TokenRecord,
};
use crate::values::bearer::{RotationSalt, TokenHash};
use crate::values::clock::Timestamp;
use crate::values::issuer::Issuer;
use crate::values::subject::Subject;

#[derive(Clone, Default)]
pub(super) struct Model(BTreeMap<Issuer, Tables>);

/// What one issuer has.
#[derive(Clone, Default)]
struct Tables {
    clients: BTreeMap<String, Arc<Client>>,
    families: BTreeMap<FamilyId, Family>,
    codes: BTreeMap<TokenHash, (CodeRecord, Redeemed)>,
    access_tokens: BTreeMap<TokenHash, (TokenRecord, Revoked)>,
    refresh_tokens: BTreeMap<TokenHash, (TokenRecord, Revoked)>,
    /// In the order in which they came.
    pending: Vec<FoundPending>,
    /// By the hash of a request its second key, when it was polled for, and what its client is to wait since.
    deferred: BTreeMap<TokenHash, (TokenHash, Option<(Timestamp, u32)>)>,
    keys: Vec<KeyRecord>,
    /// Until when each is remembered.
    replays: BTreeMap<ReplayKey, Timestamp>,
    sessions: Vec<SessionRecord>,
    /// Each with the moment at which it is due.
    notices: BTreeMap<(FamilyId, ClientId), (LogoutNotice, Timestamp)>,
}

type Redeemed = bool;
type Revoked = bool;

#[derive(Clone)]
struct Family {
    record: FamilyRecord,
    state: FamilyState,
    keep_until: Timestamp,
    retry: Option<(RotationSalt, Timestamp)>,
}

/// Where the contract asks for an error.
struct Refused(&'static str);

impl Family {
    fn revoke(&mut self) {
        self.state.revoked = true;
        self.retry = None;
    }
}

impl Model {
    /// What the step must answer, after all steps before it.
    pub(super) fn answer(&mut self, step: &Step) -> Answer {
        let now = step.now;
        if let Operation::PurgeExpired | Operation::PurgeWithProgress = step.operation {
            return self.0.values_mut().map(|tables| tables.purge(now)).sum::<u64>().into();
        }
        let answer = self.0.entry(step.issuer.clone()).or_default().answer(step.operation.clone(), now);
        answer.unwrap_or_else(|Refused(reason)| Answer::refusal(reason))
    }
}

impl Tables {
    fn answer(&mut self, operation: Operation, now: Timestamp) -> Result<Answer, Refused> {
        Ok(match operation {
            Operation::FindClient(id) => self.clients.get(&id).cloned().into(),
            Operation::PutClient(client) => {
                self.clients.insert(client.client().id().to_string(), client.into_client());
                ().into()
            }
            Operation::RemoveClient(id) => self.clients.remove(id.as_str()).is_some().into(),
            Operation::ListClients(after, limit) => {
                let is_later = |id: &String| after.as_ref().is_none_or(|after| *id.as_bytes() > *after.as_str().as_bytes());
                let later = self.clients.iter().filter(|(id, _)| is_later(id));
                later.take(limit as usize).map(|(_, client)| client.clone()).collect::<Vec<_>>().into()
            }
            Operation::AddClient(client, room) => self.add_client(client.into_client(), room, now)?.into(),
            Operation::ReplaceClient(was, client) => self.replace_client(&was, &client.into_client()).into(),
            Operation::KeepClient(id, until) => {
                self.clients.entry(id.to_string()).and_modify(|kept| {
                    if kept.unused_until().is_some_and(|end| end < until) {
                        *kept = Arc::new((**kept).clone().with_unused_until(Some(until)));
                    }
                });
                ().into()
            }
            Operation::RevokeOfClient(id) => {
                self.pending.retain(|found| found.record.client_id != id);
                self.revoke_all(|family| family.client_id == id, now).into()
            }
            Operation::RevokeOfSubject(subject) => self.revoke_all(|it| it.subject.as_ref() == Some(&subject), now).into(),
            Operation::BeginFamily(family, issue, spend) => self.begin(family, issue, spend, now)?.into(),
            Operation::FindFamily(id) => self.found_family(&id, now).into(),
            Operation::RevokeFamily(id) => {
                self.families.entry(id).and_modify(Family::revoke);
                ().into()
            }
            Operation::AuthorizationsOf(subject) => self.authorizations_of(&subject, now).into(),
            Operation::PagesOfClient(id, after, _) => self.listed(|it| it.client_id == id, after, now).into(),
            Operation::PagesOfSubject(subject, after, _) => {
                self.listed(|it| it.subject.as_ref() == Some(&subject), after, now).into()
            }
            Operation::FindCode(hash) => self.code(&hash, now).into(),
            Operation::RedeemCode(hash, issue) => self.redeem(&hash, issue, now)?.into(),
            Operation::FindAccessToken(hash) => self.token(&self.access_tokens, &hash, now).into(),
            Operation::RevokeAccessToken(hash) => {
                self.access_tokens.entry(hash).and_modify(|row| row.1 = true);
                ().into()
            }
            Operation::FindRefreshToken(hash) => self.token(&self.refresh_tokens, &hash, now).into(),
            Operation::RotateRefreshToken(proposal) => self.rotate(proposal, now)?.into(),
            Operation::PutPending(request, room) => self.put_pending(request, room, now)?.into(),
            Operation::FindPending(hash) => self.pending_mut(&hash, now).map(|found| found.clone()).into(),
            Operation::TakePending(hash) => {
                let taken = self.pending_mut(&hash, now).map(|found| found.record.clone());
                self.pending.retain(|found| found.record.hash != hash);
                taken.into()
            }
            Operation::DecidePending(spend) => self.decide(spend, now).into(),
            Operation::PutDeferred(request, alias, room) => self.put_deferred(request, alias, room, now)?.into(),
            Operation::FindDeferred(alias) => self.by_alias(&alias, now).cloned().into(),
            Operation::PollDeferred(hash, client, interval) => self.poll(&hash, &client, interval, now).into(),
            Operation::FirstTime(key, until) => self.first_time(key, until, now)?.into(),
            Operation::ListKeys() => self.list_keys(now).into(),
            Operation::AnnounceKey(key) => self.announce(*key)?.into(),
            Operation::WithdrawKey(kid) => {
                for key in self.keys.iter_mut().filter(|key| key.kid == kid && key.withdrawn_at.is_none()) {
                    (key.withdrawn_at, key.sealed) = (Some(now), SealedKey::from_bytes([]));
                }
                ().into()
            }
            Operation::OpenSession(session, until) => self.open_session(*session, until, now)?.into(),
            Operation::FindSession(key) => self.session(key, now).map(|place| self.sessions[place].clone()).into(),
            Operation::SessionsOf(subject) => {
                let lives = |it: &&SessionRecord| it.subject == subject && self.state(&it.id, now).is_some_and(|it| !it.revoked);
                let mut live: Vec<_> = self.sessions.iter().filter(lives).cloned().collect();
                live.sort_by_key(|session| Reverse(session.opened_at));
                live.into()
            }
            Operation::EndSession(key, until) => self.end_session(key, until, now).into(),
            Operation::ClaimNotices(limit, again) => self.claim_notices(limit, again, now).into(),
            Operation::SettleNotice(session, client, None) => {
                self.notices.remove(&(session, client));
                ().into()
            }
            Operation::SettleNotice(session, client, Some(again)) => {
                self.notices.entry((session, client)).and_modify(|notice| notice.1 = again);
                ().into()
            }
            Operation::PurgeExpired | Operation::PurgeWithProgress => self.purge(now).into(),
        })
    }

    fn add_client(&mut self, client: Arc<Client>, room: u32, now: Timestamp) -> Result<bool, Refused> {
        let ends_later = |client: &&Arc<Client>| client.unused_until().is_some_and(|end| now < end);
        if self.clients.values().filter(ends_later).count() >= room as usize {
            return Ok(false);
        }
        refuse_if(self.clients.contains_key(client.id().as_str()), "the identifier is taken")?;
        self.clients.insert(client.id().to_string(), client);
        Ok(true)
    }

    fn replace_client(&mut self, was: &Client, client: &Arc<Client>) -> bool {
        let Some(kept) = self.clients.get_mut(client.id().as_str()) else { return false };
        let is_same = kept.to_json().ok() == was.to_json().ok();
        if is_same {
            let end = client.unused_until().map(|end| end.max(kept.unused_until().unwrap_or(end)));
            *kept = Arc::new((**client).clone().with_unused_until(end));
        }
        is_same
    }

    fn family(&self, id: &FamilyId, now: Timestamp) -> Option<&Family> {
        self.families.get(id).filter(|family| now < family.keep_until)
    }

    /// What the family descends from, the nearest first.
    fn ancestors(&self, id: &FamilyId) -> Vec<FamilyId> {
        let parent = |id: &FamilyId| self.families.get(id)?.record.parent;
        std::iter::successors(parent(id), parent).collect()
    }

    /// The state of a family that is remembered.
    fn state(&self, id: &FamilyId, now: Timestamp) -> Option<FamilyState> {
        let state = self.family(id, now)?.state.clone();
        let is_revoked = |ancestor: &FamilyId| self.families.get(ancestor).is_some_and(|family| family.state.revoked);
        Some(FamilyState { revoked: state.revoked || self.ancestors(id).iter().any(is_revoked), ..state })
    }

    fn found_family(&self, id: &FamilyId, now: Timestamp) -> Option<FoundFamily> {
        let Family { record, keep_until, .. } = self.family(id, now)?;
        Some(FoundFamily::new(record.clone(), self.state(id, now)?, *keep_until))
    }

    fn begin(&mut self, record: FamilyRecord, issue: Issue, spend: Option<Spend>, now: Timestamp) -> Result<Spending, Refused> {
        if let Some(spend) = &spend {
            match self.pending_mut(&spend.request, now) {
                None => return Ok(Spending::Gone),
                Some(FoundPending { answer: Some(answer), .. }) => return Ok(Spending::Second(answer.clone())),
                Some(_) => {}
            }
        }
        if let Some(parent) = record.parent {
            if self.state(&parent, now).is_none_or(|state| state.revoked) {
                return Ok(Spending::Orphaned);
            }
            if self.ancestors(&parent).len() >= FamilyRecord::MAX_ANCESTORS {
                return Ok(Spending::TooDeep);
            }
        }
        refuse_if(self.families.contains_key(&record.id), "the identifier is taken")?;
        self.check(&issue, &record.id, &record.client_id)?;
        let state = FamilyState::new(false, 0);
        let family = Family { keep_until: issue.keep_family_until, state, retry: None, record };
        let id = family.record.id;
        self.families.insert(id, family);
        self.insert(&id, issue);
        Ok(spend.map_or(Spending::First, |spend| self.decide(spend, now)))
    }

    fn pending_mut(&mut self, hash: &TokenHash, now: Timestamp) -> Option<&mut FoundPending> {
        self.pending.iter_mut().find(|found| found.record.hash == *hash && now < found.record.expires_at)
    }

    fn put_pending(&mut self, request: PendingRecord, room: u32, now: Timestamp) -> Result<(), Refused> {
        refuse_if(self.pending.iter().any(|found| found.record.hash == request.hash), "the hash is taken")?;
        let beside = |found: &&FoundPending| {
            let FoundPending { record, answer, .. } = found;
            (record.owner, record.kind) == (request.owner, request.kind) && answer.is_none() && now < record.expires_at
        };
        let mut keys: Vec<_> = self.pending.iter().filter(beside).map(|found| found.record.hash).collect();
        let room = room as usize;
        while keys.len() + 1 > room {
            let gone = keys.remove(room / 2);
            self.pending.retain(|found| found.record.hash != gone);
        }
        self.deferred.remove(&request.hash);
        self.pending.push(FoundPending::new(request, None));
        Ok(())
    }

    fn by_alias(&self, alias: &TokenHash, now: Timestamp) -> Option<&FoundPending> {
        let has_it = |found: &&FoundPending| self.deferred.get(&found.record.hash).is_some_and(|(own, _)| own == alias);
        self.pending.iter().find(|found| has_it(found) && now < found.record.expires_at)
    }

    fn put_deferred(&mut self, request: PendingRecord, alias: TokenHash, room: u32, now: Timestamp) -> Result<bool, Refused> {
        if self.by_alias(&alias, now).is_some() {
            return Ok(false);
        }
        let hash = request.hash;
        self.put_pending(request, room, now)?;
        let deferred = &self.deferred;
        self.pending.retain(|found| deferred.get(&found.record.hash).is_none_or(|(own, _)| *own != alias));
        self.deferred.retain(|_, (own, _)| *own != alias);
        self.deferred.insert(hash, (alias, None));
        Ok(true)
    }

    fn poll(&mut self, hash: &TokenHash, client: &ClientId, interval: u32, now: Timestamp) -> Option<Polled> {
        let found = self.pending_mut(hash, now).filter(|found| found.record.client_id == *client)?.clone();
        let (_, before) = self.deferred.get_mut(hash)?;
        if found.answer.is_some() {
            return Some(Polled::new(found, false));
        }
        let (last, kept) = before.unzip();
        let counts = kept.unwrap_or(0).max(interval);
        let passed = last.and_then(|last| last.checked_secs_until(now));
        let too_soon = passed.is_some_and(|passed| passed < u64::from(counts));
        let slower = u64::from(interval).max(passed.unwrap_or(0)) + 5;
        let next = if too_soon { counts.max(u32::try_from(slower).unwrap_or(u32::MAX)) } else { counts };
        *before = Some((now, next));
        Some(Polled::new(found, too_soon))
    }

    fn decide(&mut self, spend: Spend, now: Timestamp) -> Spending {
        match self.pending_mut(&spend.request, now) {
            None => Spending::Gone,
            Some(FoundPending { answer: Some(answer), .. }) => Spending::Second(answer.clone()),
            Some(found) => {
                found.answer = Some(spend.answer);
                Spending::First
            }
        }
    }

    fn first_time(&mut self, key: ReplayKey, until: Timestamp, now: Timestamp) -> Result<bool, Refused> {
        refuse_if(until > now.saturating_add_secs(ReplayKey::MAX_SECS), "the key is to be remembered for too long")?;
        let is_remembered = self.replays.get(&key).is_some_and(|until| now < *until);
        if until <= now || is_remembered {
            return Ok(false);
        }
        self.replays.insert(key, until);
        Ok(true)
    }

    fn list_keys(&self, now: Timestamp) -> Vec<KeyRecord> {
        let mut keys: Vec<_> = self.keys.iter().filter(|key| now < key.times.published_until).cloned().collect();
        keys.sort_by(|one, other| (&one.algorithm, one.generation).cmp(&(&other.algorithm, other.generation)));
        keys
    }

    fn announce(&mut self, key: KeyRecord) -> Result<Announcement, Refused> {
        if self.keys.iter().any(|it| (&it.algorithm, it.generation) == (&key.algorithm, key.generation)) {
            return Ok(Announcement::AnotherWas);
        }
        refuse_if(self.keys.iter().any(|it| it.kid == key.kid), "the kid is taken")?;
        self.keys.push(key);
        Ok(Announcement::Announced)
    }

    /// The place of one that lives.
    fn session(&self, key: SessionKey, now: Timestamp) -> Option<usize> {
        let lives = |it: &SessionRecord| self.state(&it.id, now).is_some_and(|state| !state.revoked);
        self.sessions.iter().position(|it| it.is(key) && lives(it))
    }

    fn open_session(&mut self, session: SessionRecord, until: Timestamp, now: Timestamp) -> Result<SessionRecord, Refused> {
        if let Some(place) = self.session(SessionKey::Handle(session.handle), now) {
            let known = &mut self.sessions[place];
            known.add(&session.clients);
            let known = known.clone();
            self.families.entry(known.id).and_modify(|family| family.keep_until = family.keep_until.max(until));
            return Ok(known);
        }
        refuse_if(self.families.contains_key(&session.id), "the identifier is taken")?;
        let record = session.family().map_err(|_| Refused("the family of a session"))?;
        let state = FamilyState::new(false, 0);
        self.families.insert(session.id, Family { record, state, keep_until: until, retry: None });
        self.sessions.retain(|it| it.handle != session.handle);
        self.sessions.push(session.clone());
        Ok(session)
    }

    fn end_session(&mut self, key: SessionKey, until: Option<Timestamp>, now: Timestamp) -> Option<SessionRecord> {
        let session = self.sessions.remove(self.session(key, now)?);
        self.families.entry(session.id).and_modify(Family::revoke);
        for client in session.clients.iter().filter(|_| until.is_some()) {
            let notice = LogoutNotice::new(session.id, client.clone(), session.subject.clone(), 0, until.unwrap_or(now));
            self.notices.insert((session.id, client.clone()), (notice, now));
        }
        Some(session)
    }

    fn claim_notices(&mut self, limit: u32, again: Timestamp, now: Timestamp) -> Vec<LogoutNotice> {
        let due = |(notice, due_at): &&mut (LogoutNotice, Timestamp)| *due_at <= now && now < notice.expires_at;
        let mut due: Vec<_> = self.notices.values_mut().filter(due).collect();
        // Those that are due at one moment stay in their order.
        due.sort_by_key(|(_, due_at)| *due_at);
        due.truncate(limit as usize);
        due.sort_by_key(|(notice, _)| (notice.session, notice.client_id.clone()));
        let take = |(notice, due_at): &mut (LogoutNotice, Timestamp)| {
            (*due_at, notice.attempts) = (again, notice.attempts + 1);
            notice.clone()
        };
        due.into_iter().map(take).collect()
    }

    fn authorizations_of(&self, subject: &Subject, now: Timestamp) -> Vec<FamilyRecord> {
        let is_live = |family: &&Family| self.state(&family.record.id, now).is_some_and(|state| !state.revoked);
        let live = self.families.values().filter(is_live);
        let mut records: Vec<_> = live.map(|it| it.record.clone()).filter(|it| it.subject.as_ref() == Some(subject)).collect();
        records.sort_by_key(|record| Reverse(record.created_at));
        records
    }

    /// In the order of their identifiers, as the map is.
    fn listed(&self, theirs: impl Fn(&FamilyRecord) -> bool, after: Option<FamilyId>, now: Timestamp) -> Vec<FamilyRecord> {
        let is_live = |family: &&Family| self.state(&family.record.id, now).is_some_and(|state| !state.revoked);
        let live = self.families.values().filter(is_live).map(|family| &family.record);
        let later = live.filter(|record| after.is_none_or(|after| record.id.as_bytes() > after.as_bytes()));
        later.filter(|record| theirs(record)).cloned().collect()
    }

    fn revoke_all(&mut self, theirs: impl Fn(&FamilyRecord) -> bool, now: Timestamp) -> u64 {
        let is_live = |family: &&mut Family| theirs(&family.record) && !family.state.revoked && now < family.keep_until;
        self.families.values_mut().filter(is_live).map(Family::revoke).count() as u64
    }

    fn code(&self, hash: &TokenHash, now: Timestamp) -> Option<FoundCode> {
        let (record, redeemed) = self.codes.get(hash).filter(|(record, redeemed)| *redeemed || now < record.expires_at)?;
        Some(FoundCode::new(record.clone(), *redeemed, self.state(&record.family, now)?))
    }

    fn token(
        &self,
        tokens: &BTreeMap<TokenHash, (TokenRecord, Revoked)>,
        hash: &TokenHash,
        now: Timestamp,
    ) -> Option<FoundToken> {
        let (record, revoked) = tokens.get(hash).filter(|(record, _)| now < record.expires_at)?;
        Some(FoundToken::new(record.clone(), *revoked, self.state(&record.family, now)?))
    }

    fn redeem(&mut self, hash: &TokenHash, issue: Issue, now: Timestamp) -> Result<Redemption, Refused> {
        let Some(found) = self.code(hash, now) else { return Ok(Redemption::Dead) };
        let (id, client) = (found.record.family, found.record.client_id);
        if found.redeemed {
            self.families.entry(id).and_modify(Family::revoke);
            return Ok(Redemption::AlreadyRedeemed);
        }
        if found.family.revoked {
            return Ok(Redemption::Dead);
        }
        self.check(&issue, &id, &client)?;
        self.insert(&id, issue);
        self.codes.entry(*hash).and_modify(|row| row.1 = true);
        Ok(Redemption::redeemed())
    }

    fn rotate(&mut self, proposal: RotationProposal, now: Timestamp) -> Result<Rotation, Refused> {
        let RotationProposal { presented, family: id, generation: g, salt, retry_until, mut issue, outliving } = proposal;
        let found = self.token(&self.refresh_tokens, &presented, now).filter(|found| !found.family.revoked);
        let Some(found) = found else { return Ok(Rotation::Dead) };
        refuse_if((found.record.family, found.record.generation) != (id, g), "the proposal is for another token")?;
        let f = found.family.generation;
        let retry = self.families.get(&id).and_then(|family| family.retry).filter(|(_, until)| now < *until);
        let rotates = g == f;
        match retry {
            _ if rotates => {
                self.check(&issue, &id, &found.record.client_id)?;
                self.insert(&id, issue);
                if let Some(salt) = salt {
                    self.families.entry(id).and_modify(|family| {
                        family.state.generation = g + 1;
                        family.state.outliving = outliving;
                        family.retry = (now < retry_until).then_some((salt, retry_until));
                    });
                }
                Ok(Rotation::rotated())
            }
            Some((kept, _)) if g + 1 == f && salt.is_some() => {
                issue.refresh_token = None;
                self.check(&issue, &id, &found.record.client_id)?;
                self.insert(&id, issue);
                Ok(Rotation::retried(kept))
            }
            _ => {
                self.families.entry(id).and_modify(Family::revoke);
                Ok(Rotation::Replayed)
            }
        }
    }

    /// Every row is for this family and its client, and none of the hashes is taken.
    fn check(&self, issue: &Issue, family: &FamilyId, client: &ClientId) -> Result<(), Refused> {
        let Issue { code, access_token, refresh_token, .. } = issue;
        let codes = code.iter().map(|row| (&row.family, &row.client_id));
        let mut rows = codes.chain(access_token.iter().chain(refresh_token).map(|row| (&row.family, &row.client_id)));
        refuse_if(rows.any(|row| row != (family, client)), "a row is for another family or client")?;
        let taken = code.as_ref().is_some_and(|row| self.codes.contains_key(&row.hash))
            || access_token.as_ref().is_some_and(|row| self.access_tokens.contains_key(&row.hash))
            || refresh_token.as_ref().is_some_and(|row| self.refresh_tokens.contains_key(&row.hash));
        refuse_if(taken, "a hash is taken")
    }

    fn insert(&mut self, family: &FamilyId, issue: Issue) {
        let Issue { code, access_token, refresh_token, keep_family_until } = issue;
        for id in self.ancestors(family).iter().chain([family]) {
            self.families.entry(*id).and_modify(|kept| kept.keep_until = kept.keep_until.max(keep_family_until));
        }
        self.codes.extend(code.map(|row| (row.hash, (row, false))));
        self.access_tokens.extend(access_token.map(|row| (row.hash, (row, false))));
        self.refresh_tokens.extend(refresh_token.map(|row| (row.hash, (row, false))));
    }

    fn rows(&self) -> usize {
        let Self {
            families,
            codes,
            access_tokens,
            refresh_tokens,
            pending,
            replays,
            keys,
            sessions,
            notices,
            clients,
            deferred: _,
        } = self;
        let ending = clients.values().filter(|client| client.unused_until().is_some()).count();
        let others = pending.len() + replays.len() + keys.len() + sessions.len() + notices.len() + ending;
        families.len() + codes.len() + access_tokens.len() + refresh_tokens.len() + others
    }

    fn purge(&mut self, now: Timestamp) -> u64 {
        let before = self.rows();
        self.families.retain(|_, family| now < family.keep_until);
        for family in self.families.values_mut() {
            family.retry.take_if(|(_, until)| until.saturating_add_secs(60) <= now);
        }
        let families = &self.families;
        self.codes.retain(|_, (row, redeemed)| families.contains_key(&row.family) && (*redeemed || now < row.expires_at));
        for tokens in [&mut self.access_tokens, &mut self.refresh_tokens] {
            tokens.retain(|_, (row, _)| families.contains_key(&row.family) && now < row.expires_at);
        }
        self.pending.retain(|found| now < found.record.expires_at);
        self.replays.retain(|_, until| now < until.saturating_add_secs(60));
        self.keys.retain(|key| now < key.times.published_until);
        self.clients.retain(|_, client| client.unused_until().is_none_or(|end| now < end));
        self.sessions.retain(|session| families.contains_key(&session.id));
        self.notices.retain(|_, (notice, _)| now < notice.expires_at);
        (before - self.rows()) as u64
    }
}

fn refuse_if(refused: bool, reason: &'static str) -> Result<(), Refused> {
    if refused { Err(Refused(reason)) } else { Ok(()) }
}
