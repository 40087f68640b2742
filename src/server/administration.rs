//! When a person or a client goes.

use std::sync::Arc;

use http::StatusCode;

use crate::administration;
use crate::authentication::{self, LookUpError};
use crate::client::{Client, ClientId};
use crate::core::Boxed;
#[cfg(feature = "jose")]
use crate::feature::HooksOn as _;
use crate::feature::{FeatureList, FeaturesOn};
use crate::server::AuthorizationServer;
use crate::storage::{AuthorizationRecords, ClientRegistry, ClientStore, Holder};
use crate::values::error::StoreError;
use crate::values::subject::Subject;

impl<S: ClientStore, G, R, F: FeaturesOn<S>, P> AuthorizationServer<S, G, R, F, P> {
    /// The client with this identifier as the endpoints know it: a registered one, or one that a document describes
    /// ([`ClientMetadataDocuments`](crate::ClientMetadataDocuments)). `None` if there is none, or none that this server could serve. The
    /// document is fetched unless it is kept, and that takes as long as its host likes, within the fetcher's
    /// [bounds](crate::Fetcher); a page that lists many does not wait for each.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the storage failed; [`StoreError::Unavailable`] if the document cannot be had now.
    pub fn find_client<'a>(&'a self, id: &'a ClientId) -> Boxed<'a, Result<Option<Arc<Client>>, StoreError>> {
        let (core, features) = (&self.core, &self.features);
        Box::pin(async move {
            match authentication::find(core, features, id.as_str()).await {
                Ok(found) => Ok(found),
                Err(LookUpError::Store(error)) => Err(error),
                Err(LookUpError::Feature(error)) if error.status() == StatusCode::SERVICE_UNAVAILABLE => {
                    Err(StoreError::Unavailable { retry_after: error.retry_after() })
                }
                // There is a document, and it describes no client.
                Err(LookUpError::Feature(_)) => Ok(None),
            }
        })
    }
}

impl<S: Send + Sync, G, R, F: FeatureList, P> AuthorizationServer<S, G, R, F, P> {
    /// The registered clients whose identifiers come after this one, ordered by identifier, byte by byte; at most `limit`. A page
    /// begins after the last client of the page before it, and the first one after `None`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the storage failed.
    pub fn list_clients<'a>(&'a self, after: Option<&'a ClientId>, limit: u32) -> Boxed<'a, Result<Vec<Arc<Client>>, StoreError>>
    where
        S: ClientRegistry,
    {
        Box::pin(self.core.storage.list_clients(&self.core.issuer, after, limit))
    }

    /// Removes a client and ends all that it has, as [`revoke_client`](Self::revoke_client) does. `false` if there was no such client;
    /// what it had ends all the same, so whoever was told of an error calls again.
    ///
    /// A client that is registered under the same identifier afterwards begins with nothing: codes and tokens of the one before are
    /// dead. Only what was being answered when the client was removed may still come out, as
    /// [`revoke_client`](Self::revoke_client) says; so let a minute pass before an identifier is used again, and call this once more
    /// before.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the storage failed. The client may be removed all the same.
    pub fn remove_client<'a>(&'a self, id: &'a ClientId) -> Boxed<'a, Result<bool, StoreError>>
    where
        S: ClientRegistry + AuthorizationRecords,
    {
        let (core, ended) = (&self.core, self.revoke_client(id));
        Box::pin(async move {
            let removed = administration::remove_client(&core.storage, &core.issuer, id, ended).await?;
            Ok(removed.was_there)
        })
    }

    /// Ends all that this client has: codes, access tokens and refresh tokens, whoever authorized them, what descends from those, and
    /// the authorization requests that wait. Says how many authorizations that were. The client stays registered, and can begin anew.
    ///
    /// What was issued when this was called is dead when it has answered, on all instances. A request that was being answered
    /// meanwhile may still get its tokens. JWT access tokens are good until they expire for those who ask nobody.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the storage failed. Some of it may have ended all the same; call again.
    pub fn revoke_client<'a>(&'a self, id: &'a ClientId) -> Boxed<'a, Result<u64, StoreError>>
    where
        S: AuthorizationRecords,
    {
        self.revoke_all(Holder::Client(id))
    }

    fn revoke_all<'a>(&'a self, of: Holder<'a>) -> Boxed<'a, Result<u64, StoreError>>
    where
        S: AuthorizationRecords,
    {
        let core = &self.core;
        Box::pin(async move { administration::end_all(&core.storage, &core.issuer, of, core.now()).await })
    }
}

impl<S: Send + Sync, G, R, F: FeaturesOn<S>, P> AuthorizationServer<S, G, R, F, P> {
    /// Ends all that this person authorized, for whichever client, as [`revoke_client`](Self::revoke_client) does for a client, and with
    /// [`RpInitiatedLogout`](crate::RpInitiatedLogout) or [`BackChannelLogout`](crate::BackChannelLogout) every
    /// [sign-in](crate::Approval::session) of theirs; with the second, the clients are told. Says how many authorizations that were. End the
    /// sessions of your application first, so that nobody approves in the person's name meanwhile: of a request that waits nobody knows yet
    /// whose it will be.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the storage failed. Some of it may have ended all the same; call again.
    pub fn revoke_subject<'a>(&'a self, subject: &'a Subject) -> Boxed<'a, Result<u64, StoreError>>
    where
        S: AuthorizationRecords,
    {
        let revoked = self.revoke_all(Holder::Subject(subject));
        #[cfg(feature = "jose")]
        let signed_out = self.features.sign_out(&self.core, subject, self.tells());
        Box::pin(async move {
            // First, so that nothing begins in one.
            #[cfg(feature = "jose")]
            signed_out.await?;
            revoked.await
        })
    }
}
