//! The flaws of stores in clients that register themselves.

use std::sync::Arc;

use grantor::storage::RegistrationStore;
use grantor::{CheckedClient, Client, ClientId, Issuer, Timestamp};

use crate::flaw::Flaw::*;
use crate::flawed::{Flawed, Result, pause, refuse_if};

impl RegistrationStore for Flawed {
    async fn add_client(&self, issuer: &Issuer, client: CheckedClient, room: u32, now: Timestamp) -> Result<bool> {
        let (issuer, client, mut tables) = (self.issuer(issuer), client.into_client(), self.lock().await);
        let counts = |it: &Client| it.unused_until().is_some_and(|end| now < end) || self.has(EveryClientCounts);
        let there = tables.clients.iter().filter(|(owner, it)| *owner == issuer && counts(it)).count();
        if there >= room as usize && !self.has(RegistrationsPileUp) {
            return Ok(false);
        }
        let is_there = |(owner, it): &(Issuer, Arc<Client>)| *owner == issuer && it.id() == client.id();
        refuse_if(tables.clients.iter().any(is_there) && !self.has(AddedInPlace))?;
        tables.clients.retain(|it| !is_there(it));
        tables.clients.push((issuer, client));
        Ok(true)
    }

    async fn replace_client(&self, issuer: &Issuer, was: &Client, client: CheckedClient) -> Result<bool> {
        let (issuer, client, mut tables) = (self.issuer(issuer), client.into_client(), self.lock().await);
        let is_there = |(owner, it): &(Issuer, Arc<Client>)| *owner == issuer && it.id() == client.id();
        let kept = tables.clients.iter().find(|it| is_there(it)).map(|(_, it)| it.clone());
        let is_same = match &kept {
            Some(kept) => self.has(ReplacesWhateverIsThere) || kept.to_json()? == was.to_json()?,
            None => self.has(ReplacementBringsBack),
        };
        if !is_same {
            return Ok(false);
        }
        pause!(self, tables, ReplacesCheckThenAct);
        let kept = kept.and_then(|kept| kept.unused_until()).filter(|_| !self.has(ReplacementEndsEarlier));
        let end = client.unused_until().map(|end| kept.map_or(end, |kept| kept.max(end)));
        tables.clients.retain(|it| !is_there(it));
        pause!(self, tables, ReplacesInTwoSteps);
        tables.clients.push((issuer, Arc::new((*client).clone().with_unused_until(end))));
        Ok(true)
    }

    async fn keep_client(&self, issuer: &Issuer, id: &ClientId, until: Timestamp) -> Result<()> {
        let (issuer, mut tables) = (self.issuer(issuer), self.lock().await);
        let kept = tables.clients.iter_mut().find(|(owner, it)| *owner == issuer && it.id() == id);
        if let Some((_, kept)) = kept {
            let moves = match kept.unused_until() {
                Some(end) => end < until || self.has(UseEndsEarlier),
                None => self.has(UseGivesAnEnd),
            };
            if moves {
                *kept = Arc::new((**kept).clone().with_unused_until(Some(until)));
            }
        }
        Ok(())
    }
}
