//! What every endpoint of a server shares: issuer, storage, clock and settings. It knows nothing of grants.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::authentication::Clients;
use crate::authorization::Waiting;
use crate::client::{Client, ClientId, ClientSecrets, PrivateUseSchemes, SecretVerifier};
use crate::clock::{Clock, Timestamp};
use crate::endpoints::Endpoints;
use crate::error::{ErrorCode, StoreError, TokenError};
use crate::issuer::Issuer;
use crate::lifetime::{AccessTokenLifetime, InteractionLifetime};
use crate::limits::{PendingPerBrowser, PendingRequests, RequestBytes};
use crate::master_keys::MasterKeys;
use crate::scope::Scope;
use crate::settings::ErrorUri;
use crate::shared_details;
use crate::storage::{ClientStore, TokenDetails};

/// What a method returns that needs a capability which not every storage has, instead of being an `async fn`: of that, rustc
/// reports the missing capability three times when it is awaited. Not for hot paths.
pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The shared part of an authorization server.
pub struct Core<S> {
    pub(crate) issuer: Issuer,
    pub(crate) storage: S,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) endpoints: Endpoints,
    /// What the server knows; `None` if it leaves that to its clients' records.
    pub(crate) scopes: Option<Scope>,
    pub(crate) access_token_lifetime: AccessTokenLifetime,
    pub(crate) interaction_lifetime: InteractionLifetime,
    pub(crate) request_bytes: RequestBytes,
    pub(crate) pending_per_browser: PendingPerBrowser,
    pub(crate) pending_requests: PendingRequests,
    pub(crate) waiting: Waiting,
    pub(crate) error_uri: Option<ErrorUri>,
    pub(crate) private_use_schemes: PrivateUseSchemes,
    pub(crate) master_keys: Option<MasterKeys>,
    /// The issuer is `http` on a loopback address.
    pub(crate) loopback: bool,
    pub(crate) available: AtomicBool,
    pub(crate) secrets: SecretVerifier,
}

impl<S> Core<S> {
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// # Errors
    ///
    /// `temporarily_unavailable` while the server is switched off.
    pub(crate) fn check_available(&self) -> Result<(), TokenError> {
        if self.available.load(Ordering::Relaxed) { Ok(()) } else { Err(TokenError::unavailable(None)) }
    }

    /// The scope that a client gets: what it asked for, if it may; its default if it asked for none (RFC 6749 section 3.3).
    pub(crate) fn permitted_scope(&self, client: &Client, requested: Option<&str>) -> Result<Scope, TokenError> {
        let Some(requested) = requested else { return Ok(self.known(client.default_scope())) };
        let requested = Scope::parse(requested).map_err(|error| TokenError::invalid_scope(error.to_string()))?;
        self.check_permitted(client, &requested)?;
        Ok(requested)
    }

    /// What is kept of a token that a client gets for itself, with the scope as in [`permitted_scope`](Self::permitted_scope).
    pub(crate) fn details_for(&self, client: &Client, requested: Option<&str>) -> Result<TokenDetails, TokenError> {
        if let Some(details) = requested.and_then(shared_details::find) {
            self.check_permitted(client, &details.facts().scope)?;
            return Ok(details);
        }
        Ok(shared_details::of(self.permitted_scope(client, requested)?))
    }

    fn check_permitted(&self, client: &Client, requested: &Scope) -> Result<(), TokenError> {
        if self.scopes.as_ref().is_some_and(|known| !requested.is_subset_of(known)) {
            return Err(TokenError::new(ErrorCode::InvalidScope, "this server does not know the scope"));
        }
        if !requested.is_subset_of(client.scope()) {
            return Err(TokenError::new(ErrorCode::InvalidScope, "the client may not ask for the scope"));
        }
        Ok(())
    }

    fn known(&self, scope: &Scope) -> Scope {
        self.scopes.as_ref().map_or_else(|| scope.clone(), |known| scope.intersection(known))
    }
}

impl<S: ClientStore> Clients for Core<S> {
    /// The registered client. What cannot be an identifier is not looked up: not every database takes a NUL or 60 KiB for a key.
    /// And what was found is the one that was asked for, whatever the database thinks of upper and lower case.
    async fn find(&self, id: &str) -> Result<Option<Arc<Client>>, StoreError> {
        if !ClientId::permits(id) {
            return Ok(None);
        }
        let client = self.storage.client(&self.issuer, id).await?;
        Ok(client.filter(|client| client.id().as_str() == id))
    }

    async fn verify(&self, id: &str, secrets: Option<&ClientSecrets>, presented: &str) -> Result<bool, StoreError> {
        let valid = secrets.map(|secrets| secrets.valid(|| self.now())).unwrap_or_default();
        self.secrets.verify(id, valid, presented).await
    }
}

impl<S> fmt::Debug for Core<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}
