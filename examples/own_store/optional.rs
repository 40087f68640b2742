//! Capabilities that few servers ask for.

use grantor::storage::{
    Announcement, AuthorizationPage, AuthorizationRecords, FamilyId, FamilyRecord, Holder, KeyRecord, KeyStore, Kid,
    PurgeExpired, RegistrationStore, ReplayKey, ReplayStore, SealedKey, SessionRecord,
};
use grantor::{CheckedClient, Client, ClientId, Issuer, Subject, Timestamp};
use std::sync::Arc;
use tokio::sync::Mutex;

use super::descent::state;
use super::sessions::Sessions;
use super::{Family, OwnStore, Result, check, keys};

/// Tables beside those of the store.
#[derive(Default)]
pub struct Tables {
    /// What may be used once, and until when it is remembered.
    replays: Mutex<Vec<(Issuer, ReplayKey, Timestamp)>>,
    keys: Mutex<Vec<(Issuer, KeyRecord)>>,
    pub deferred: Mutex<Vec<super::pending::deferred::Deferred>>,
    pub sessions: Sessions,
}

impl RegistrationStore for OwnStore {
    async fn add_client(&self, issuer: &Issuer, client: CheckedClient, room: u32, now: Timestamp) -> Result<bool> {
        let (mut clients, client) = (self.clients.lock().await, client.into_client());
        let theirs = || clients.iter().filter(|(owner, _)| owner == issuer).map(|(_, it)| it);
        if theirs().filter(|it| it.unused_until().is_some_and(|end| now < end)).count() >= room as usize {
            return Ok(false);
        }
        check(theirs().all(|it| it.id() != client.id()))?;
        clients.push((issuer.clone(), client));
        Ok(true)
    }
    async fn replace_client(&self, issuer: &Issuer, was: &Client, client: CheckedClient) -> Result<bool> {
        let (mut clients, client) = (self.clients.lock().await, client.into_client());
        let kept = clients.iter_mut().find(|(owner, it)| owner == issuer && it.id() == client.id());
        let Some((_, kept)) = kept else { return Ok(false) };
        if kept.to_json()? != was.to_json()? {
            return Ok(false);
        }
        let end = client.unused_until().map(|end| end.max(kept.unused_until().unwrap_or(end)));
        *kept = Arc::new((*client).clone().with_unused_until(end));
        Ok(true)
    }
    async fn keep_client(&self, issuer: &Issuer, id: &ClientId, until: Timestamp) -> Result<()> {
        let mut clients = self.clients.lock().await;
        let theirs = clients.iter_mut().filter(|(owner, it)| owner == issuer && it.id() == id).map(|(_, it)| it);
        for client in theirs.filter(|it| it.unused_until().is_some_and(|end| end < until)) {
            *client = Arc::new((**client).clone().with_unused_until(Some(until)));
        }
        Ok(())
    }
}

impl ReplayStore for OwnStore {
    async fn first_time(&self, issuer: &Issuer, key: &ReplayKey, until: Timestamp, now: Timestamp) -> Result<bool> {
        check(until <= now.saturating_add_secs(ReplayKey::MAX_SECS))?;
        let mut replays = self.more.replays.lock().await;
        let is_it = |(owner, it, _): &(Issuer, ReplayKey, Timestamp)| owner == issuer && it == key;
        if until <= now || replays.iter().any(|it| is_it(it) && now < it.2) {
            return Ok(false);
        }
        replays.retain(|it| !is_it(it));
        replays.push((issuer.clone(), *key, until));
        Ok(true)
    }
}

impl KeyStore for OwnStore {
    async fn keys(&self, issuer: &Issuer, now: Timestamp) -> Result<Vec<KeyRecord>> {
        let all = self.more.keys.lock().await;
        let theirs = all.iter().filter(|(owner, it)| owner == issuer && now < it.times.published_until);
        let mut keys: Vec<_> = theirs.map(|(_, it)| it.clone()).collect();
        keys.sort_by_key(|it| (it.algorithm.clone(), it.generation));
        Ok(keys)
    }
    async fn announce_key(&self, issuer: &Issuer, key: KeyRecord, _: Timestamp) -> Result<Announcement> {
        let mut all = self.more.keys.lock().await;
        let mut theirs = all.iter().filter(|(owner, _)| owner == issuer).map(|(_, it)| it);
        if theirs.clone().any(|it| (&it.algorithm, it.generation) == (&key.algorithm, key.generation)) {
            return Ok(Announcement::AnotherWas);
        }
        check(theirs.all(|it| it.kid != key.kid))?;
        all.push((issuer.clone(), key));
        Ok(Announcement::Announced)
    }
    async fn withdraw_key(&self, issuer: &Issuer, kid: &Kid, now: Timestamp) -> Result<()> {
        let mut all = self.more.keys.lock().await;
        for (_, key) in all.iter_mut().filter(|(owner, it)| owner == issuer && it.kid == *kid) {
            key.withdrawn_at.get_or_insert(now);
            key.sealed = SealedKey::from_bytes([]);
        }
        Ok(())
    }
}

impl AuthorizationRecords for OwnStore {
    async fn authorizations_of(&self, issuer: &Issuer, subject: &Subject, now: Timestamp) -> Result<Vec<FamilyRecord>> {
        let families = self.families.lock().await;
        let kept = families.iter().enumerate().filter(|(_, it)| it.issuer == *issuer && now < it.keep_until);
        let live = kept.filter(|(at, _)| !state(&families, *at).revoked).map(|(_, it)| &it.record);
        let mut records: Vec<_> = live.filter(|it| it.subject.as_ref() == Some(subject)).cloned().collect();
        records.sort_by_key(|record| std::cmp::Reverse(record.created_at));
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
        let families = self.families.lock().await;
        let kept = families.iter().enumerate().filter(|(_, it)| it.issuer == *issuer && now < it.keep_until);
        let live = kept.filter(|(at, _)| !state(&families, *at).revoked).map(|(_, it)| &it.record);
        let later = live.filter(|it| after.is_none_or(|after| it.id > *after));
        let theirs = later.filter(|it| of.holds(&it.client_id, it.subject.as_ref()));
        let mut records: Vec<_> = theirs.cloned().collect();
        records.sort_by_key(|record| record.id);
        Ok(AuthorizationPage::of(records, limit))
    }
    async fn revoke_authorizations(&self, issuer: &Issuer, of: Holder<'_>, now: Timestamp) -> Result<u64> {
        if let Holder::Client(id) = of {
            self.pending.lock().await.retain(|(owner, it)| owner != issuer || it.record.client_id != *id);
        }
        let mut families = self.families.lock().await;
        let live = families.iter_mut().filter(|it| it.issuer == *issuer && !it.state.revoked && now < it.keep_until);
        let theirs = live.filter(|it| of.holds(&it.record.client_id, it.record.subject.as_ref()));
        Ok(theirs.map(|it| it.revoke(())).count() as u64)
    }
}

impl PurgeExpired for OwnStore {
    async fn purge_expired(&self, now: Timestamp) -> Result<u64> {
        // By a clock that is a little behind, these are remembered still.
        let replays = self.more.replays.lock().await.extract_if(.., |it| it.2.saturating_add_secs(60) <= now).count();
        let signing = self.more.keys.lock().await.extract_if(.., |(_, it)| it.times.published_until <= now).count();
        let clients = self.clients.lock().await.extract_if(.., |(_, it)| it.unused_until().is_some_and(|end| end <= now)).count();
        let pending = self.pending.lock().await.extract_if(.., |(_, it)| it.record.expires_at <= now).count();
        let told = self.more.sessions.notices.lock().await.extract_if(.., |it| it.1.expires_at <= now).count();
        let (mut sessions, mut families) = (self.more.sessions.live.lock().await, self.families.lock().await);
        let rows = |families: &[Family]| families.iter().map(|it| 1 + it.issues.iter().flat_map(keys).count()).sum::<usize>();
        let before = rows(&families);
        families.retain(|it| now < it.keep_until);
        let is_forgotten = |(issuer, session): &mut (Issuer, SessionRecord)| {
            !families.iter().any(|it| it.issuer == *issuer && it.record.id == session.id)
        };
        let ended = sessions.extract_if(.., is_forgotten).count();
        for Family { issues, spent, retry, .. } in families.iter_mut() {
            retry.take_if(|(_, until)| until.saturating_add_secs(60) <= now);
            for issue in issues.iter_mut() {
                // A redeemed code stays with its family: it is what a replay is recognised by.
                issue.code.take_if(|row| row.expires_at <= now && !spent.contains(&row.hash));
                issue.access_token.take_if(|row| row.expires_at <= now);
                issue.refresh_token.take_if(|row| row.expires_at <= now);
            }
            issues.retain(|issue| keys(issue).next().is_some());
        }
        Ok((signing + replays + clients + pending + told + ended + before - rows(&families)) as u64)
    }
}
