//! The end of what a client or a person has: of operators, and of the server.

use std::future::Future;

use super::RemovedClient;
use crate::client::ClientId;
use crate::events;
use crate::storage::{AuthorizationRecords, ClientRegistry, Holder};
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;

/// Ends all of a holder's authorizations, and says how many.
pub(crate) async fn end_all<S: AuthorizationRecords>(
    storage: &S,
    issuer: &Issuer,
    of: Holder<'_>,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let authorizations = storage.revoke_authorizations(issuer, of, now).await?;
    events::revoked_all(issuer, of.client(), of.subject(), authorizations);
    Ok(authorizations)
}

/// Removes a client, and then ends all that it has, which `ending` does.
pub(crate) async fn remove_client<S: ClientRegistry>(
    storage: &S,
    issuer: &Issuer,
    id: &ClientId,
    ending: impl Future<Output = Result<u64, StoreError>> + Send,
) -> Result<RemovedClient, StoreError> {
    // First, so that nothing new begins.
    let was_there = storage.remove_client(issuer, id).await?;
    if was_there {
        events::client_removed(issuer, id);
    }
    Ok(RemovedClient { was_there, authorizations: ending.await? })
}
