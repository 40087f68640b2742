//! The flaws of stores in what they keep of requests that wait.

use grantor::storage::*;
use grantor::{Issuer, Timestamp, TokenHash};

use crate::flaw::Flaw::*;
use crate::flawed::{Flawed, Result, Row, Tables, pause, refuse_if};

impl PendingStore for Flawed {
    async fn put_pending(&self, issuer: &Issuer, mut record: PendingRecord, room: u32, now: Timestamp) -> Result<()> {
        let (issuer, now, mut tables) = (self.issuer(issuer), self.now(now), self.lock().await);
        let is_it = |it: &Row<FoundPending>| it.issuer == issuer && self.same(&it.record.record.hash, &record.hash);
        if self.has(CollisionOverwrites) {
            tables.requests.retain(|it| !is_it(it));
        }
        refuse_if(tables.requests.iter().any(is_it))?;
        if self.has(RequestsTrimmed) {
            record.details = record.details.trim().to_owned();
        }
        pause!(self, tables, InsertsCheckThenAct);
        if !self.has(RequestsPileUp) {
            tables.make_room(self, &issuer, &record, room, now);
        }
        if self.has(SuspendsInTwoSteps) {
            let mut empty = record.clone();
            empty.details.clear();
            tables.requests.push(Row::new(&issuer, FoundPending::new(empty, None)));
            pause!(self, tables, SuspendsInTwoSteps);
            tables.requests.retain(|it| it.record.record.hash != record.hash);
        }
        tables.deferred.retain(|it| it.issuer != issuer || it.request != record.hash);
        tables.requests.push(Row::new(&issuer, FoundPending::new(record, None)));
        Ok(())
    }

    async fn find_pending(&self, issuer: &Issuer, hash: &TokenHash, now: Timestamp) -> Result<Option<FoundPending>> {
        let (issuer, now, mut tables) = (self.issuer(issuer), self.now(now), self.lock().await);
        let found = tables.request(self, &issuer, hash, now).cloned();
        if self.has(LookUpTakes) {
            tables.requests.retain(|it| it.record.record.hash != *hash);
        }
        Ok(found)
    }

    async fn take_pending(&self, issuer: &Issuer, hash: &TokenHash, now: Timestamp) -> Result<Option<PendingRecord>> {
        let (issuer, now, mut tables) = (self.issuer(issuer), self.now(now), self.lock().await);
        let found = tables.request(self, &issuer, hash, now).map(|found| found.record.clone());
        pause!(self, tables, TakesInTwoSteps);
        if !self.has(RequestsStay) {
            tables.requests.retain(|it| it.issuer != issuer || !self.same(&it.record.record.hash, hash));
        }
        Ok(found)
    }

    async fn decide_pending(&self, issuer: &Issuer, mut spend: Spend, now: Timestamp) -> Result<Spending> {
        let (issuer, now, mut tables) = (self.issuer(issuer), self.now(now), self.lock().await);
        let spending = tables.spending(self, &issuer, &spend.request, now);
        if spending != Spending::First && !self.has(LastAnswerCounts) {
            return Ok(spending);
        }
        if self.has(AnswersTrimmed) {
            spend.answer = spend.answer.trim().to_owned();
        }
        if self.has(DecisionErasesFirst) {
            let unanswered = tables.requests.clone();
            tables.requests.retain(|it| it.record.record.hash != spend.request);
            pause!(self, tables, DecisionErasesFirst);
            tables.requests = unanswered;
        }
        tables.keep(self, &issuer, spend);
        Ok(spending)
    }
}

impl Tables {
    pub fn request(&self, store: &Flawed, issuer: &Issuer, hash: &TokenHash, now: Timestamp) -> Option<&FoundPending> {
        let mut theirs = self.requests.iter().filter(|it| it.issuer == *issuer).map(|it| &it.record);
        let found = theirs.find(|it| store.same(&it.record.hash, hash));
        found.filter(|it| store.is_before(now, it.record.expires_at) || store.has(RequestsDoNotExpire))
    }

    pub fn spending(&self, store: &Flawed, issuer: &Issuer, hash: &TokenHash, now: Timestamp) -> Spending {
        let Some(found) = self.request(store, issuer, hash, now) else { return Spending::Gone };
        found.answer.clone().map_or(Spending::First, Spending::Second)
    }

    pub fn keep(&mut self, store: &Flawed, issuer: &Issuer, spend: Spend) {
        let mut theirs = self.requests.iter_mut().filter(|it| it.issuer == *issuer);
        if let Some(row) = theirs.find(|it| store.same(&it.record.record.hash, &spend.request)) {
            row.record.answer = Some(spend.answer);
        }
    }

    /// With its place, as another step needs it.
    pub fn put(&mut self, store: &Flawed, issuer: &Issuer, record: PendingRecord, room: u32, now: Timestamp) -> Result<()> {
        refuse_if(self.requests.iter().any(|it| it.issuer == *issuer && it.record.record.hash == record.hash))?;
        self.make_room(store, issuer, &record, room, now);
        self.requests.push(Row::new(issuer, FoundPending::new(record, None)));
        Ok(())
    }

    fn make_room(&mut self, store: &Flawed, issuer: &Issuer, record: &PendingRecord, room: u32, now: Timestamp) {
        let beside = |it: &&Row<FoundPending>| {
            let FoundPending { record: other, answer, .. } = &it.record;
            let same = it.issuer == *issuer && (other.owner, other.kind) == (record.owner, record.kind);
            same && answer.is_none() && store.is_before(now, other.expires_at)
        };
        let waiting: Vec<_> = self.requests.iter().filter(beside).map(|it| it.record.record.hash).collect();
        let surplus = (waiting.len() + 1).saturating_sub(room as usize);
        let oldest = if store.has(OldestGivesWay) { 0 } else { room as usize / 2 };
        let gone: Vec<_> = waiting.into_iter().skip(oldest).take(surplus).collect();
        self.requests.retain(|it| it.issuer != *issuer || !gone.contains(&it.record.record.hash));
    }
}
