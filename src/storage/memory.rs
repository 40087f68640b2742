//! A store that lives in the memory of the process, for tests and development. Each operation is one critical section
//! without an `await`, so a dropped future leaves nothing or the whole step. The rules are in [`steps`].

mod clients;
mod row;
mod rows;
mod shards;
mod steps;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use self::steps::Memory;
use super::{
    AccessTokenStore, AuthorizationCodeStore, AuthorizationRecords, ClientRegistry, ClientStore, FamilyId, FamilyRecord,
    FamilyStore, FoundCode, FoundToken, HealthCheck, InteractionRecord, InteractionStore, Issue, PurgeExpired, Redemption,
    RefreshTokenStore, Rotation, RotationProposal,
};
use crate::client::{CheckedClient, Client};
use crate::clock::Timestamp;
use crate::error::StoreError;
use crate::issuer::Issuer;
use crate::subject::Subject;
use crate::token::TokenHash;

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
}

#[diagnostic::do_not_recommend]
impl FamilyStore for MemoryStore {
    async fn begin_family(&self, issuer: &Issuer, family: FamilyRecord, issue: Issue, now: Timestamp) -> Result<(), StoreError> {
        self.0.begin_family(issuer, family, issue, now)
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
impl InteractionStore for MemoryStore {
    async fn put_interaction(&self, issuer: &Issuer, interaction: InteractionRecord, now: Timestamp) -> Result<(), StoreError> {
        self.0.put_interaction(issuer, interaction, now)
    }

    async fn take_interaction(
        &self,
        issuer: &Issuer,
        interaction: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<InteractionRecord>, StoreError> {
        Ok(self.0.take_interaction(issuer, interaction, now))
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
