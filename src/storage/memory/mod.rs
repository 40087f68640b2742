//! A store that lives in the memory of the process, for tests and development. Each operation is one critical section
//! without an `await`, so a dropped future leaves nothing or the whole step. The rules are in [`steps`].

mod clients;
mod keys;
mod kin;
mod pending;
mod replays;
mod row;
mod rows;
mod sessions;
mod shards;
mod steps;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use self::steps::Memory;
use super::{
    AccessTokenStore, Announcement, AuthorizationCodeStore, AuthorizationPage, AuthorizationRecords, ClientRegistry, ClientStore,
    DeferredStore, FamilyId, FamilyRecord, FamilyStore, FoundCode, FoundFamily, FoundPending, FoundToken, HealthCheck, Holder,
    Issue, KeyRecord, KeyStore, Kid, LogoutNotice, PendingRecord, PendingStore, Polled, PurgeExpired, Redemption,
    RefreshTokenStore, RegistrationStore, ReplayKey, ReplayStore, Rotation, RotationProposal, SessionKey, SessionRecord,
    SessionRecords, Spend, Spending,
};
use crate::client::{CheckedClient, Client, ClientId};
use crate::values::bearer::TokenHash;
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;
use crate::values::subject::Subject;

/// Keeps everything in memory, for tests and development: it has every capability, but is not [`Durable`](super::Durable),
/// so only servers with a [`Development`](crate::Development) profile take it. Clones share their data.
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Memory>);

impl MemoryStore {
    /// An empty store. It purges itself as it grows.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl fmt::Debug for MemoryStore {
    /// Counts only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (issuers, rows) = (self.0.issuers().len(), self.0.rows());
        let clients: usize = self.0.clients.counts().iter().map(|(_, clients)| clients).sum();
        f.debug_struct("MemoryStore").field("issuers", &issuers).field("clients", &clients).field("rows", &rows).finish()
    }
}

#[diagnostic::do_not_recommend]
impl ClientStore for MemoryStore {
    async fn client(&self, issuer: &Issuer, id: &str) -> Result<Option<Arc<Client>>, StoreError> {
        Ok(self.0.clients.get(issuer, id))
    }
}

#[diagnostic::do_not_recommend]
impl ClientRegistry for MemoryStore {
    async fn put_client(&self, issuer: &Issuer, client: CheckedClient) -> Result<(), StoreError> {
        self.0.clients.put(issuer, client.into_client());
        Ok(())
    }

    async fn remove_client(&self, issuer: &Issuer, id: &ClientId) -> Result<bool, StoreError> {
        Ok(self.0.clients.remove(issuer, id.as_str()))
    }

    async fn list_clients(&self, issuer: &Issuer, after: Option<&ClientId>, limit: u32) -> Result<Vec<Arc<Client>>, StoreError> {
        Ok(self.0.clients.list(issuer, after.map(ClientId::as_str), limit))
    }
}

#[diagnostic::do_not_recommend]
impl RegistrationStore for MemoryStore {
    async fn add_client(&self, issuer: &Issuer, client: CheckedClient, room: u32, now: Timestamp) -> Result<bool, StoreError> {
        self.0.clients.add(issuer, client.into_client(), room, now)
    }

    async fn replace_client(&self, issuer: &Issuer, was: &Client, client: CheckedClient) -> Result<bool, StoreError> {
        self.0.clients.replace(issuer, was, client.client())
    }

    async fn keep_client(&self, issuer: &Issuer, id: &ClientId, until: Timestamp) -> Result<(), StoreError> {
        self.0.clients.keep(issuer, id.as_str(), until);
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl FamilyStore for MemoryStore {
    async fn begin_family(
        &self,
        issuer: &Issuer,
        family: FamilyRecord,
        issue: Issue,
        spend: Option<Spend>,
        now: Timestamp,
    ) -> Result<Spending, StoreError> {
        self.0.begin_family(issuer, family, issue, spend, now)
    }

    async fn family(&self, issuer: &Issuer, id: &FamilyId, now: Timestamp) -> Result<Option<FoundFamily>, StoreError> {
        Ok(self.0.family(issuer, id, now))
    }

    async fn revoke_family(&self, issuer: &Issuer, family: &FamilyId, _now: Timestamp) -> Result<(), StoreError> {
        self.0.revoke_family(issuer, family);
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl AuthorizationRecords for MemoryStore {
    async fn authorizations_of(
        &self,
        issuer: &Issuer,
        subject: &Subject,
        now: Timestamp,
    ) -> Result<Vec<FamilyRecord>, StoreError> {
        Ok(self.0.authorizations_of(issuer, subject, now))
    }

    async fn list_authorizations(
        &self,
        issuer: &Issuer,
        of: Holder<'_>,
        after: Option<&FamilyId>,
        limit: u32,
        now: Timestamp,
    ) -> Result<AuthorizationPage, StoreError> {
        Ok(self.0.list_authorizations(issuer, of, after, limit, now))
    }

    async fn revoke_authorizations(&self, issuer: &Issuer, of: Holder<'_>, now: Timestamp) -> Result<u64, StoreError> {
        Ok(self.0.revoke_authorizations(issuer, of, now))
    }
}

#[diagnostic::do_not_recommend]
impl AuthorizationCodeStore for MemoryStore {
    async fn find_code(&self, issuer: &Issuer, code: &TokenHash, now: Timestamp) -> Result<Option<FoundCode>, StoreError> {
        Ok(self.0.find_code(issuer, code, now))
    }

    async fn redeem_code(
        &self,
        issuer: &Issuer,
        code: &TokenHash,
        issue: Issue,
        now: Timestamp,
    ) -> Result<Redemption, StoreError> {
        self.0.redeem_code(issuer, code, issue, now)
    }
}

#[diagnostic::do_not_recommend]
impl AccessTokenStore for MemoryStore {
    async fn find_access_token(
        &self,
        issuer: &Issuer,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<FoundToken>, StoreError> {
        Ok(self.0.find_access_token(issuer, token, now))
    }

    async fn revoke_access_token(&self, issuer: &Issuer, token: &TokenHash, _now: Timestamp) -> Result<(), StoreError> {
        self.0.revoke_access_token(issuer, token);
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl RefreshTokenStore for MemoryStore {
    async fn find_refresh_token(
        &self,
        issuer: &Issuer,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<FoundToken>, StoreError> {
        Ok(self.0.find_refresh_token(issuer, token, now))
    }

    async fn rotate_refresh_token(
        &self,
        issuer: &Issuer,
        proposal: RotationProposal,
        now: Timestamp,
    ) -> Result<Rotation, StoreError> {
        self.0.rotate(issuer, proposal, now)
    }
}

#[diagnostic::do_not_recommend]
impl PendingStore for MemoryStore {
    async fn put_pending(&self, issuer: &Issuer, request: PendingRecord, room: u32, now: Timestamp) -> Result<(), StoreError> {
        self.0.pending.put(issuer, request, room, now)
    }

    async fn find_pending(
        &self,
        issuer: &Issuer,
        request: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<FoundPending>, StoreError> {
        Ok(self.0.pending.find(issuer, request, now))
    }

    async fn take_pending(
        &self,
        issuer: &Issuer,
        request: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<PendingRecord>, StoreError> {
        Ok(self.0.pending.take(issuer, request, now))
    }

    async fn decide_pending(&self, issuer: &Issuer, spend: Spend, now: Timestamp) -> Result<Spending, StoreError> {
        let mut pending = self.0.pending.lock();
        let spending = pending.spending(issuer, &spend.request, now);
        if spending == Spending::First {
            pending.keep(issuer, spend);
        }
        Ok(spending)
    }
}

#[diagnostic::do_not_recommend]
impl DeferredStore for MemoryStore {
    async fn put_deferred(
        &self,
        issuer: &Issuer,
        request: PendingRecord,
        alias: TokenHash,
        room: u32,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.0.pending.put_deferred(issuer, request, alias, room, now)
    }

    async fn find_deferred(
        &self,
        issuer: &Issuer,
        alias: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<FoundPending>, StoreError> {
        Ok(self.0.pending.find_deferred(issuer, alias, now))
    }

    async fn poll_deferred(
        &self,
        issuer: &Issuer,
        request: &TokenHash,
        client_id: &ClientId,
        interval: u32,
        now: Timestamp,
    ) -> Result<Option<Polled>, StoreError> {
        Ok(self.0.pending.poll(issuer, request, client_id, interval, now))
    }
}

#[diagnostic::do_not_recommend]
impl ReplayStore for MemoryStore {
    async fn first_time(&self, issuer: &Issuer, key: &ReplayKey, until: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
        self.0.replays.first_time(issuer, key, until, now)
    }
}

#[diagnostic::do_not_recommend]
impl KeyStore for MemoryStore {
    async fn keys(&self, issuer: &Issuer, now: Timestamp) -> Result<Vec<KeyRecord>, StoreError> {
        Ok(self.0.keys.all(issuer, now))
    }

    async fn announce_key(&self, issuer: &Issuer, key: KeyRecord, _now: Timestamp) -> Result<Announcement, StoreError> {
        self.0.keys.announce(issuer, key)
    }

    async fn withdraw_key(&self, issuer: &Issuer, kid: &Kid, now: Timestamp) -> Result<(), StoreError> {
        self.0.keys.withdraw(issuer, kid, now);
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl SessionRecords for MemoryStore {
    async fn open_session(
        &self,
        issuer: &Issuer,
        session: SessionRecord,
        keep_until: Timestamp,
        now: Timestamp,
    ) -> Result<SessionRecord, StoreError> {
        self.0.open_session(issuer, session, keep_until, now)
    }

    async fn session(&self, issuer: &Issuer, session: SessionKey, now: Timestamp) -> Result<Option<SessionRecord>, StoreError> {
        Ok(self.0.session(issuer, session, now))
    }

    async fn sessions_of(&self, issuer: &Issuer, subject: &Subject, now: Timestamp) -> Result<Vec<SessionRecord>, StoreError> {
        Ok(self.0.sessions_of(issuer, subject, now))
    }

    async fn end_session(
        &self,
        issuer: &Issuer,
        session: SessionKey,
        tell_until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Option<SessionRecord>, StoreError> {
        Ok(self.0.end_session(issuer, session, tell_until, now))
    }

    async fn claim_notices(
        &self,
        issuer: &Issuer,
        limit: u32,
        again_at: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<LogoutNotice>, StoreError> {
        Ok(self.0.sessions.claim(issuer, limit, again_at, now))
    }

    async fn settle_notice(
        &self,
        issuer: &Issuer,
        session: &FamilyId,
        client_id: &ClientId,
        again_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        self.0.sessions.settle(issuer, session, client_id, again_at);
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl PurgeExpired for MemoryStore {
    async fn purge_expired(&self, now: Timestamp) -> Result<u64, StoreError> {
        Ok(self.0.purge(now))
    }
}

#[diagnostic::do_not_recommend]
impl HealthCheck for MemoryStore {
    async fn check_health(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
