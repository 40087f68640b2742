//! The flaws of stores in requests whose answer is fetched later.

use grantor::storage::*;
use grantor::{ClientId, Issuer, Timestamp, TokenHash};

use crate::flaw::Flaw::*;
use crate::flawed::{Deferred, Flawed, Result, Tables, pause};

impl DeferredStore for Flawed {
    async fn put_deferred(
        &self,
        issuer: &Issuer,
        record: PendingRecord,
        alias: TokenHash,
        room: u32,
        now: Timestamp,
    ) -> Result<bool> {
        let (own, then, mut tables) = (self.issuer(issuer), self.now(now), self.lock().await);
        if let Some(found) = tables.behind(self, &own, &alias, then) {
            let overwrites = self.has(AliasesOverwrite) || (self.has(DecidedAliasesAreFree) && found.answer.is_some());
            if !overwrites {
                return Ok(false);
            }
        }
        if self.has(ExpiredAliasesStay) && tables.deferred.iter().any(|it| it.issuer == own && it.alias == alias) {
            return Ok(false);
        }
        pause!(self, tables, AliasChecksThenActs);
        let request = record.hash;
        let room = if self.has(DeferredPileUp) { u32::MAX } else { room };
        let before = (tables.requests.clone(), tables.deferred.clone());
        tables.forget(&own, &alias);
        tables.put(self, &own, record, room, then).inspect_err(|_| (tables.requests, tables.deferred) = before)?;
        pause!(self, tables, DefersInTwoSteps);
        tables.deferred.retain(|it| it.issuer != own || it.request != request);
        tables.deferred.push(Deferred { issuer: own, request, alias, polled: None });
        Ok(true)
    }

    async fn find_deferred(&self, issuer: &Issuer, alias: &TokenHash, now: Timestamp) -> Result<Option<FoundPending>> {
        let (issuer, now, mut tables) = (self.issuer(issuer), self.now(now), self.lock().await);
        let found = tables.behind(self, &issuer, alias, now).cloned();
        if self.has(LookUpTakesAlias) {
            tables.deferred.retain(|it| it.alias != *alias);
        }
        Ok(found)
    }

    async fn poll_deferred(
        &self,
        issuer: &Issuer,
        request: &TokenHash,
        client_id: &ClientId,
        interval: u32,
        now: Timestamp,
    ) -> Result<Option<Polled>> {
        let (issuer, now, mut tables) = (self.issuer(issuer), self.now(now), self.lock().await);
        let found = tables.request(self, &issuer, request, now).cloned();
        let found = found.filter(|found| found.record.client_id == *client_id || self.has(AnybodyPolls));
        let its = |it: &&mut Deferred| it.issuer == issuer && it.request == *request;
        let Some((found, before)) = found.zip(tables.deferred.iter_mut().find(its).map(|it| it.polled)) else { return Ok(None) };
        if found.answer.is_some() && !self.has(DecisionsWait) {
            let answer = found.answer.filter(|_| !self.has(PollsSayNothing));
            return Ok(Some(Polled::new(FoundPending::new(found.record, answer), false)));
        }
        let counts = before.map_or(interval, |(_, kept)| kept.max(interval));
        let passed = before.and_then(|(last, _)| last.checked_secs_until(now)).and_then(|it| u32::try_from(it).ok());
        let too_soon = passed.filter(|passed| *passed < counts && !self.has(NeverTooSoon));
        let slower = |passed: u32| match (self.has(SlowsDownForNobody), self.has(SlowsDownForEver)) {
            (true, _) => counts,
            (_, true) => counts + 5,
            _ => counts.max(passed.max(interval) + 5),
        };
        let polled = Some((now, too_soon.map_or(counts, slower)));
        pause!(self, tables, PollChecksThenActs);
        if let Some(row) = tables.deferred.iter_mut().find(its) {
            row.polled = polled;
        }
        Ok(Some(Polled::new(found, too_soon.is_some())))
    }
}

impl Tables {
    fn behind(&self, store: &Flawed, issuer: &Issuer, alias: &TokenHash, now: Timestamp) -> Option<&FoundPending> {
        let mut its =
            self.deferred.iter().filter(|it| (it.issuer == *issuer || store.has(AliasesOfEveryIssuer)) && it.alias == *alias);
        its.find_map(|it| self.request(store, &it.issuer, &it.request, now))
    }

    /// What is behind an alias gives way.
    fn forget(&mut self, issuer: &Issuer, alias: &TokenHash) {
        let gone = self
            .deferred
            .extract_if(.., |it| it.issuer == *issuer && it.alias == *alias)
            .map(|it| it.request)
            .collect::<Vec<_>>();
        self.requests.retain(|it| it.issuer != *issuer || !gone.contains(&it.record.record.hash));
    }
}
