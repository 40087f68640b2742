//! Authorizations: listed, looked at, ended.

use super::{Administration, end_all};
use crate::client::ClientId;
use crate::events::{self, About};
use crate::storage::{AuthorizationPage, AuthorizationRecords, FamilyId, FamilyRecord, FamilyStore, FoundFamily, Holder};
use crate::values::error::StoreError;

impl<S: FamilyStore> Administration<S> {
    /// The authorization with this identifier, also one that was revoked, until it is forgotten; `None` if there is none. A sign-in is none.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the storage failed.
    pub async fn authorization(&self, id: &FamilyId) -> Result<Option<FoundFamily>, StoreError> {
        let found = self.storage.family(&self.issuer, id, self.now()).await?;
        Ok(found.filter(|found| found.record.client_id().as_str() != ClientId::OF_SESSIONS))
    }

    /// Ends an authorization, with all that descends from it, and says what it was. `None`, and nothing changes, if there is none, or it
    /// has ended.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the storage failed.
    pub async fn end_authorization(&self, id: &FamilyId) -> Result<Option<FamilyRecord>, StoreError> {
        let now = self.now();
        let Some(record) = self.authorization(id).await?.filter(|found| found.is_live(now)).map(|found| found.record) else {
            return Ok(None);
        };
        self.storage.revoke_family(&self.issuer, id, now).await?;
        let (client_id, subject, scope) = (record.client_id(), record.subject(), record.scope());
        let about = About { issuer: &self.issuer, client_id, subject, scope, authorization: id };
        events::revoked(about, events::Kind::Authorization);
        Ok(Some(record))
    }
}

impl<S: AuthorizationRecords> Administration<S> {
    /// A page of what a client or a person has and nobody ended, ordered by identifier, after this one: see
    /// [`list_authorizations`](AuthorizationRecords::list_authorizations). A page may have none although more come.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the storage failed.
    pub async fn authorizations(
        &self,
        of: Holder<'_>,
        after: Option<&FamilyId>,
        limit: u32,
    ) -> Result<AuthorizationPage, StoreError> {
        if is_of_sessions(of) {
            return Ok(AuthorizationPage::default());
        }
        self.storage.list_authorizations(&self.issuer, of, after, limit, self.now()).await
    }

    /// Ends all that a client has, or that a person authorized, and says how many authorizations that were: as
    /// [`revoke_client`](crate::AuthorizationServer::revoke_client) and [`revoke_subject`](crate::AuthorizationServer::revoke_subject) do; but
    /// the sign-ins of a person go on until `end_sessions` ends them, for which the store has to keep such.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the storage failed. Some of it may have ended all the same; call again.
    pub async fn end_authorizations(&self, of: Holder<'_>) -> Result<u64, StoreError> {
        if is_of_sessions(of) {
            return Ok(0);
        }
        end_all(&self.storage, &self.issuer, of, self.now()).await
    }
}

/// Sign-ins stand under the name of a client that nobody is: they end as [`Administration::end_sessions`] ends them, which has their clients told.
fn is_of_sessions(of: Holder<'_>) -> bool {
    of.client().is_some_and(|id| id.as_str() == ClientId::OF_SESSIONS)
}
