//! The contract as a program: what each operation must answer. Written for nothing but to be compared with the sentences in
//! [`storage`](crate::storage); it shares no code with any store.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::answer::Answer;
use super::step::{Operation, Step};
use crate::client::{Client, ClientId};
use crate::clock::Timestamp;
use crate::issuer::Issuer;
use crate::storage::{
    CodeRecord, FamilyId, FamilyRecord, FamilyState, FoundCode, FoundPending, FoundToken, Issue, PendingRecord, Redemption,
    Rotation, RotationProposal, Spend, Spending, TokenRecord,
};
use crate::subject::Subject;
use crate::token::{RotationSalt, TokenHash};

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
        if let Operation::PurgeExpired = step.operation {
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
            Operation::BeginFamily(family, issue, spend) => self.begin(family, issue, spend, now)?.into(),
            Operation::RevokeFamily(id) => {
                self.families.entry(id).and_modify(Family::revoke);
                ().into()
            }
            Operation::AuthorizationsOf(subject) => self.authorizations_of(&subject, now).into(),
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
            Operation::PurgeExpired => self.purge(now).into(),
        })
    }

    fn family(&self, id: &FamilyId, now: Timestamp) -> Option<&Family> {
        self.families.get(id).filter(|family| now < family.keep_until)
    }

    fn begin(&mut self, record: FamilyRecord, issue: Issue, spend: Option<Spend>, now: Timestamp) -> Result<Spending, Refused> {
        if let Some(spend) = &spend {
            match self.pending_mut(&spend.request, now) {
                None => return Ok(Spending::Gone),
                Some(FoundPending { answer: Some(answer), .. }) => return Ok(Spending::Second(answer.clone())),
                Some(_) => {}
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
        self.pending.push(FoundPending::new(request, None));
        Ok(())
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

    fn authorizations_of(&self, subject: &Subject, now: Timestamp) -> Vec<FamilyRecord> {
        let live = self.families.values().filter(|family| now < family.keep_until && !family.state.revoked);
        let mut records: Vec<_> = live.map(|it| it.record.clone()).filter(|it| it.subject.as_ref() == Some(subject)).collect();
        records.sort_by_key(|record| Reverse(record.created_at));
        records
    }

    fn code(&self, hash: &TokenHash, now: Timestamp) -> Option<FoundCode> {
        let (record, redeemed) = self.codes.get(hash).filter(|(record, redeemed)| *redeemed || now < record.expires_at)?;
        Some(FoundCode::new(record.clone(), *redeemed, self.family(&record.family, now)?.state))
    }

    fn token(
        &self,
        tokens: &BTreeMap<TokenHash, (TokenRecord, Revoked)>,
        hash: &TokenHash,
        now: Timestamp,
    ) -> Option<FoundToken> {
        let (record, revoked) = tokens.get(hash).filter(|(record, _)| now < record.expires_at)?;
        Some(FoundToken::new(record.clone(), *revoked, self.family(&record.family, now)?.state))
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
        let RotationProposal { presented, family: id, generation: g, salt, retry_until, mut issue } = proposal;
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
                self.families.entry(id).and_modify(|family| {
                    family.state.generation = g + 1;
                    family.retry = (now < retry_until).then_some((salt, retry_until));
                });
                Ok(Rotation::rotated())
            }
            Some((kept, _)) if g + 1 == f => {
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
        if let Some(family) = self.families.get_mut(family) {
            family.keep_until = family.keep_until.max(keep_family_until);
        }
        self.codes.extend(code.map(|row| (row.hash, (row, false))));
        self.access_tokens.extend(access_token.map(|row| (row.hash, (row, false))));
        self.refresh_tokens.extend(refresh_token.map(|row| (row.hash, (row, false))));
    }

    fn rows(&self) -> usize {
        let Self { families, codes, access_tokens, refresh_tokens, pending, clients: _ } = self;
        families.len() + codes.len() + access_tokens.len() + refresh_tokens.len() + pending.len()
    }

    fn purge(&mut self, now: Timestamp) -> u64 {
        let before = self.rows();
        self.families.retain(|_, family| now < family.keep_until);
        for family in self.families.values_mut() {
            family.retry.take_if(|(_, until)| *until <= now);
        }
        let families = &self.families;
        self.codes.retain(|_, (row, redeemed)| families.contains_key(&row.family) && (*redeemed || now < row.expires_at));
        for tokens in [&mut self.access_tokens, &mut self.refresh_tokens] {
            tokens.retain(|_, (row, _)| families.contains_key(&row.family) && now < row.expires_at);
        }
        self.pending.retain(|found| now < found.record.expires_at);
        (before - self.rows()) as u64
    }
}

fn refuse_if(refused: bool, reason: &'static str) -> Result<(), Refused> {
    if refused { Err(Refused(reason)) } else { Ok(()) }
}
