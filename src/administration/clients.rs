//! Clients: registered, changed, removed with all that they have.

use std::sync::Arc;

use super::{Administration, remove_client};
use crate::client::{CheckedClient, Client, ClientId};
use crate::storage::{AuthorizationRecords, ClientRegistry, ClientStore, Holder, RegistrationStore};
use crate::values::error::StoreError;

/// What went with a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RemovedClient {
    /// Was there such a client?
    pub was_there: bool,
    /// How many authorizations ended.
    pub authorizations: u64,
}

impl<S: ClientStore> Administration<S> {
    /// The registered client with this identifier; `None` if there is none, or its end has come.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the storage failed.
    pub async fn client(&self, id: &ClientId) -> Result<Option<Arc<Client>>, StoreError> {
        let found = self.storage.client(&self.issuer, id.as_str()).await?;
        let now = self.now();
        Ok(found.filter(|client| client.unused_until().is_none_or(|end| now < end)))
    }
}

impl<S: ClientRegistry> Administration<S> {
    /// The registered clients whose identifiers come after this one, ordered by identifier, byte by byte; at most `limit`. The first page
    /// begins after `None`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the storage failed.
    pub async fn clients(&self, after: Option<&ClientId>, limit: u32) -> Result<Vec<Arc<Client>>, StoreError> {
        self.storage.list_clients(&self.issuer, after, limit).await
    }

    /// Removes a client and ends all that it has, as [`AuthorizationServer::remove_client`](crate::AuthorizationServer::remove_client) does:
    /// also what a client had that is not there any more, so whoever was told of an error calls again.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the storage failed. The client may be removed all the same.
    pub async fn remove_client(&self, id: &ClientId) -> Result<RemovedClient, StoreError>
    where
        S: AuthorizationRecords,
    {
        remove_client(&self.storage, &self.issuer, id, self.end_authorizations(Holder::Client(id))).await
    }
}

impl<S: RegistrationStore> Administration<S> {
    /// Stores a client in place of none: `false`, and nothing changes, if its identifier is taken. Of several callers one gets `true`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the storage failed.
    pub async fn add_client(&self, client: Client) -> Result<bool, StoreError> {
        let id = client.id().clone();
        let is_there = async || Ok::<_, StoreError>(self.storage.client(&self.issuer, id.as_str()).await?.is_some());
        if is_there().await? {
            return Ok(false);
        }
        match self.storage.add_client(&self.issuer, CheckedClient::new(client), u32::MAX, self.now()).await {
            // Somebody else came first.
            Err(StoreError::Failed(_)) if is_there().await? => Ok(false),
            other => other,
        }
    }

    /// Stores `client` in place of `was`, as it was seen: `false`, and nothing changes, if it is another one by now, or gone. So nobody's
    /// change is lost; look again, and change that.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the storage failed.
    pub async fn change_client(&self, was: &Client, client: Client) -> Result<bool, StoreError> {
        self.storage.replace_client(&self.issuer, was, CheckedClient::new(client)).await
    }
}
