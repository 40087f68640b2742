//! The flaws of stores in their clients, and in what they do with all that a client or a person has.

use std::sync::Arc;

use grantor::storage::*;
use grantor::{CheckedClient, Client, ClientId, Issuer, Subject, Timestamp};

use crate::flaw::Flaw::*;
use crate::flawed::{Family, Flawed, Result, pause, refuse_if};

impl ClientStore for Flawed {
    async fn client(&self, issuer: &Issuer, id: &str) -> Result<Option<Arc<Client>>> {
        let (issuer, tables) = (self.issuer(issuer), self.lock().await);
        let same = |other: &str| if self.has(ClientsFoldCase) { other.eq_ignore_ascii_case(id) } else { other == id };
        let found = tables.clients.iter().find(|(owner, it)| *owner == issuer && same(it.id().as_str())).map(|it| it.1.clone());
        let found = found.map(|it| if self.has(EndsForgotten) { Arc::new((*it).clone().with_unused_until(None)) } else { it });
        refuse_if(self.has(UnknownClientFails) && found.is_none())?;
        Ok(found)
    }
}

impl ClientRegistry for Flawed {
    async fn put_client(&self, issuer: &Issuer, client: CheckedClient) -> Result<()> {
        let (issuer, client, mut tables) = (self.issuer(issuer), client.into_client(), self.lock().await);
        let is_there = |(owner, it): &(Issuer, Arc<Client>)| *owner == issuer && it.id() == client.id();
        if self.has(ClientsStayTheFirst) && tables.clients.iter().any(is_there) {
            return Ok(());
        }
        tables.clients.retain(|it| !is_there(it));
        pause!(self, tables, ClientsReplacedInTwoSteps);
        tables.clients.push((issuer, client));
        Ok(())
    }

    async fn remove_client(&self, issuer: &Issuer, id: &ClientId) -> Result<bool> {
        let (issuer, mut tables) = (self.issuer(issuer), self.lock().await);
        let same = |other: &ClientId| match self.flaw {
            Some(RemovalFoldsCase) => other.as_str().eq_ignore_ascii_case(id.as_str()),
            _ => other == id,
        };
        let before = tables.clients.len();
        tables.clients.retain(|(owner, it)| *owner != issuer || !same(it.id()));
        let removed = tables.clients.len() < before;
        refuse_if(self.has(RemovalOfNothingFails) && !removed)?;
        Ok(removed)
    }

    async fn list_clients(&self, issuer: &Issuer, after: Option<&ClientId>, limit: u32) -> Result<Vec<Arc<Client>>> {
        let (issuer, tables) = (self.issuer(issuer), self.lock().await);
        let is_later = |it: &ClientId| after.is_none_or(|after| *it > *after || (self.has(PagesOverlap) && it == after));
        let later = tables.clients.iter().filter(|(owner, it)| *owner == issuer && is_later(it.id()));
        let mut clients: Vec<_> = later.map(|(_, it)| it.clone()).collect();
        match self.flaw {
            Some(ClientsAsTheyCame) => {}
            Some(ClientsOrderedWithoutCase) => clients.sort_by_key(|it| it.id().as_str().to_lowercase()),
            _ => clients.sort_by(|one, other| one.id().cmp(other.id())),
        }
        clients.truncate(limit as usize);
        Ok(clients)
    }
}

impl AuthorizationRecords for Flawed {
    async fn authorizations_of(&self, issuer: &Issuer, subject: &Subject, now: Timestamp) -> Result<Vec<FamilyRecord>> {
        let (issuer, now, tables) = (self.issuer(issuer), self.now(now), self.lock().await);
        let kept = tables.families.iter().filter(|it| it.issuer == issuer && self.is_before(now, it.keep_until));
        let live = kept.filter(|it| !it.state.revoked && tables.state(self, it, false).is_some_and(|state| !state.revoked));
        let same = |other: &Subject| match self.flaw {
            Some(SubjectsFoldCase) => other.as_str().eq_ignore_ascii_case(subject.as_str()),
            Some(SubjectsTrimmed) => other.as_str().trim() == subject.as_str().trim(),
            _ => other == subject,
        };
        let mut records: Vec<_> = live.map(|it| it.record.clone()).filter(|it| it.subject.as_ref().is_some_and(same)).collect();
        records.sort_by_key(|record| record.created_at);
        if !self.has(OldestFirst) {
            records.reverse();
        }
        Ok(records)
    }

    async fn list_authorizations(
        &self,
        issuer: &Issuer,
        of: Holder<'_>,
        after: Option<&FamilyId>,
        limit: u32,
        now: Timestamp,
    ) -> Result<AuthorizationPage> {
        let (issuer, now, tables) = (self.issuer(issuer), self.now(now), self.lock().await);
        let kept = tables.families.iter().filter(|it| it.issuer == issuer && self.is_before(now, it.keep_until));
        let lives = |it: &&Family| {
            let orphans = self.has(PagesOfOrphans);
            !it.state.revoked && (orphans || tables.state(self, it, false).is_some_and(|state| !state.revoked))
        };
        let is_later =
            |id: &FamilyId| after.is_none_or(|after| id > after || (self.has(PagesOfAuthorizationsOverlap) && id == after));
        let theirs = |record: &FamilyRecord| match of {
            Holder::Client(id) if self.has(PagesFoldCase) => record.client_id.as_str().eq_ignore_ascii_case(id.as_str()),
            _ => of.holds(&record.client_id, record.subject.as_ref()),
        };
        let live = kept.filter(lives).map(|it| it.record.clone());
        let mut records: Vec<_> = live.filter(|record| theirs(record) && is_later(&record.id)).collect();
        match self.flaw {
            Some(PagesAsTheyBegan) => records.sort_by_key(|record| record.created_at),
            _ => records.sort_by_key(|record| record.id),
        }
        if self.has(PagesEndEarly) {
            records.truncate(limit.max(1) as usize);
        }
        Ok(AuthorizationPage::of(records, limit))
    }

    async fn revoke_authorizations(&self, issuer: &Issuer, of: Holder<'_>, now: Timestamp) -> Result<u64> {
        let (issuer, now, mut tables) = (self.issuer(issuer), self.now(now), self.lock().await);
        if let Holder::Client(id) = of
            && !self.has(RequestsOutliveTheirClient)
        {
            tables.requests.retain(|it| it.issuer != issuer || it.record.record.client_id != *id);
        }
        let theirs = |record: &FamilyRecord| match (self.flaw, of) {
            (Some(HoldersFoldCase), Holder::Subject(subject)) => {
                record.subject.as_ref().is_some_and(|it| it.as_str().eq_ignore_ascii_case(subject.as_str()))
            }
            (Some(HoldersFoldCase), Holder::Client(id)) => record.client_id.as_str().eq_ignore_ascii_case(id.as_str()),
            _ => of.holds(&record.client_id, record.subject.as_ref()),
        };
        let ours = |it: &&Family| it.issuer == issuer || self.has(HoldersOfEveryIssuer);
        let live = |it: &&Family| (!it.state.revoked && self.is_before(now, it.keep_until)) || self.has(CountsTheDead);
        let found = tables.families.iter().filter(ours).filter(live).filter(|it| theirs(&it.record));
        let mut found: Vec<_> = found.map(|it| (it.issuer.clone(), it.record.id)).collect();
        if self.has(RevokesOnePage) {
            found.truncate(32);
        }
        found.iter().for_each(|(issuer, id)| tables.revoke(issuer, id));
        Ok(found.len() as u64)
    }
}
