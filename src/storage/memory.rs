//! A store that lives in the memory of the process, for tests and development. Each operation is one critical section
//! without an `await`, so a dropped future leaves nothing or the whole step. The rules are in [`tenant`].

mod keys;
mod tenant;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use self::tenant::Tenant;
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
pub struct MemoryStore(Arc<Mutex<HashMap<Box<str>, Tenant>>>);

impl MemoryStore {
    /// An empty store. It purges itself as it grows.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Box<str>, Tenant>> {
        // No step can leave half a state: every check comes before the first change, so a poisoned lock is sound.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A step on what the issuer has; `None` if it has nothing.
    fn existing<R>(&self, issuer: &Issuer, step: impl FnOnce(&mut Tenant) -> R) -> Option<R> {
        self.lock().get_mut(issuer.as_str()).map(step)
    }

    /// A step that may give the issuer its first row.
    fn with<R>(&self, issuer: &Issuer, step: impl FnOnce(&mut Tenant) -> R) -> R {
        let mut tenants = self.lock();
        match tenants.get_mut(issuer.as_str()) {
            Some(tenant) => step(tenant),
            None => step(tenants.entry(issuer.as_str().into()).or_default()),
        }
    }
}

impl fmt::Debug for MemoryStore {
    /// Counts only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenants = self.lock();
        let (clients, rows) =
            tenants.values().fold((0, 0), |(clients, rows), tenant| (clients + tenant.clients(), rows + tenant.rows()));
        f.debug_struct("MemoryStore").field("issuers", &tenants.len()).field("clients", &clients).field("rows", &rows).finish()
    }
}

#[diagnostic::do_not_recommend]
impl ClientStore for MemoryStore {
    async fn client(&self, issuer: &Issuer, id: &str) -> Result<Option<Arc<Client>>, StoreError> {
        Ok(self.existing(issuer, |tenant| tenant.client(id)).flatten())
    }
}

#[diagnostic::do_not_recommend]
impl ClientRegistry for MemoryStore {
    async fn put_client(&self, issuer: &Issuer, client: CheckedClient) -> Result<(), StoreError> {
        self.with(issuer, |tenant| tenant.put_client(client.into_client()));
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl FamilyStore for MemoryStore {
    async fn begin_family(&self, issuer: &Issuer, family: FamilyRecord, issue: Issue, now: Timestamp) -> Result<(), StoreError> {
        self.with(issuer, |tenant| tenant.begin_family(family, issue, now))
    }

    async fn revoke_family(&self, issuer: &Issuer, family: &FamilyId, _now: Timestamp) -> Result<(), StoreError> {
        self.existing(issuer, |tenant| tenant.revoke_family(family));
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
        Ok(self.existing(issuer, |tenant| tenant.authorizations_of(subject, now)).unwrap_or_default())
    }
}

#[diagnostic::do_not_recommend]
impl AuthorizationCodeStore for MemoryStore {
    async fn find_code(&self, issuer: &Issuer, code: &TokenHash, now: Timestamp) -> Result<Option<FoundCode>, StoreError> {
        Ok(self.existing(issuer, |tenant| tenant.find_code(code, now)).flatten())
    }

    async fn redeem_code(
        &self,
        issuer: &Issuer,
        code: &TokenHash,
        issue: Issue,
        now: Timestamp,
    ) -> Result<Redemption, StoreError> {
        self.existing(issuer, |tenant| tenant.redeem_code(code, issue, now)).unwrap_or(Ok(Redemption::Dead))
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
        Ok(self.existing(issuer, |tenant| tenant.find_access_token(token, now)).flatten())
    }

    async fn revoke_access_token(&self, issuer: &Issuer, token: &TokenHash, _now: Timestamp) -> Result<(), StoreError> {
        self.existing(issuer, |tenant| tenant.revoke_access_token(token));
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
        Ok(self.existing(issuer, |tenant| tenant.find_refresh_token(token, now)).flatten())
    }

    async fn rotate_refresh_token(
        &self,
        issuer: &Issuer,
        proposal: RotationProposal,
        now: Timestamp,
    ) -> Result<Rotation, StoreError> {
        self.existing(issuer, |tenant| tenant.rotate(proposal, now)).unwrap_or(Ok(Rotation::Dead))
    }
}

#[diagnostic::do_not_recommend]
impl InteractionStore for MemoryStore {
    async fn put_interaction(&self, issuer: &Issuer, interaction: InteractionRecord, now: Timestamp) -> Result<(), StoreError> {
        self.with(issuer, |tenant| tenant.put_interaction(interaction, now))
    }

    async fn take_interaction(
        &self,
        issuer: &Issuer,
        interaction: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<InteractionRecord>, StoreError> {
        Ok(self.existing(issuer, |tenant| tenant.take_interaction(interaction, now)).flatten())
    }
}

#[diagnostic::do_not_recommend]
impl PurgeExpired for MemoryStore {
    async fn purge_expired(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut tenants = self.lock();
        let purged = tenants.values_mut().map(|tenant| tenant.purge(now)).sum();
        tenants.retain(|_, tenant| tenant.clients() + tenant.rows() > 0);
        Ok(purged)
    }
}

#[diagnostic::do_not_recommend]
impl HealthCheck for MemoryStore {
    async fn check_health(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
