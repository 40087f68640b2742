//! The authorization server and its endpoints. A server has the endpoints that its lists give it; asking for another is a
//! compile error with one clear message.

use std::fmt;
#[cfg(feature = "jose")]
use std::future::Future;
use std::marker::PhantomData;
use std::sync::atomic::Ordering;
#[cfg(feature = "jose")]
use std::time::Duration;

use http::Extensions;

use crate::client::{CheckedClient, Client, ClientRejected};
use crate::core::{Boxed, Core};
use crate::endpoint::{
    AuthorizationEndpoint, DeviceVerification, IntrospectionEndpoint, MetadataEndpoint, Parts, RevocationEndpoint, TokenEndpoint,
    check_client,
};
use crate::events::{self, About};
use crate::feature::{Cells as _, FeatureList, FeaturesOn, Introspection, KeepsKeys as _, Revocation};
use crate::fetcher::Fetcher;
use crate::grant::{DeviceCode, GrantList};
use crate::http::source::RequestSource;
use crate::issue::KeyringOn as _;
#[cfg(feature = "jose")]
use crate::issue::KeysError;
#[cfg(feature = "jose")]
use crate::jose::KeyId;
use crate::keys::master_keys::MasterKeys;
use crate::response_type::{ResponseTypeList, ResponseTypesOn};
use crate::rules::profile::OAuth21;
use crate::rules::{Enables, HasAuthorizationEndpoint, HasGrant};
use crate::storage::{AuthorizationRecords, ClientRegistry, ClientStore, FamilyId, FamilyRecord, HealthCheck};
use crate::typelevel::List;
use crate::values::error::{OAuthError, StoreError};
use crate::values::issuer::Issuer;
use crate::values::subject::Subject;

/// An authorization server (RFC 6749 section 1.1) with the storage `S`, the grants `G`, the response types `R`, the features `F`
/// and the security profile `P`. Begin with [`builder`](AuthorizationServer::builder).
///
/// The lists are plain tuples in the order of the chain, so the type can be written down without a macro:
///
/// ```
/// # use grantor::{AuthorizationCode, AuthorizationServer, Code, Development, Introspection, MemoryStore, OAuth21, RefreshToken};
/// struct App {
///     server: AuthorizationServer<MemoryStore, (AuthorizationCode, RefreshToken), (Code,), (Introspection,), Development<OAuth21>>,
/// }
/// ```
///
/// # After `.build()`
///
/// | to | use |
/// |---|---|
/// | answer all requests, with axum | `router_with(server, interaction)`, or `router(server)` for a server that only programs use |
/// | answer all requests, with tower | `OAuthService` |
/// | answer requests of one endpoint | [`authorization`](Self::authorization), [`token`](Self::token), [`introspection`](Self::introspection), [`revocation`](Self::revocation), [`metadata`](Self::metadata) |
/// | put clients in | [`register_client`](Self::register_client); [`check_client`](Self::check_client), where they get into the storage by other means |
/// | find a client, list them, or remove one with all that it has | [`find_client`](Self::find_client), [`list_clients`](Self::list_clients), [`remove_client`](Self::remove_client) |
/// | end everything of a client or a person | [`revoke_client`](Self::revoke_client), [`revoke_subject`](Self::revoke_subject) |
/// | show people what they authorized | [`authorizations`](Self::authorizations), [`revoke_authorization`](Self::revoke_authorization) |
/// | check its health, or switch it off | [`health`](Self::health), [`set_available`](Self::set_available) |
/// | be generic over it, or keep it without its type | [`ServesOAuth`](crate::ServesOAuth), [`ErasedServer`](crate::ErasedServer) |
pub struct AuthorizationServer<S, G, R = (), F: FeatureList = (), P = OAuth21> {
    pub(crate) core: Core<S>,
    pub(crate) grants: G,
    pub(crate) responses: R,
    pub(crate) features: F::Cells,
    pub(crate) profile: PhantomData<fn() -> P>,
}

impl<S, G, R, F: FeatureList, P> AuthorizationServer<S, G, R, F, P> {
    /// The issuer (RFC 8414 section 2).
    #[must_use]
    pub fn issuer(&self) -> &Issuer {
        &self.core.issuer
    }

    /// The master keys that the chain was given, if any.
    #[must_use]
    pub fn master_keys(&self) -> Option<&MasterKeys> {
        self.core.master_keys.as_ref()
    }

    /// The fetcher that the chain was given, if any.
    #[must_use]
    pub fn fetcher(&self) -> Option<&Fetcher> {
        self.core.fetcher.as_ref()
    }

    /// The storage that the chain was given.
    #[must_use]
    pub fn storage(&self) -> &S {
        &self.core.storage
    }

    /// Switches the whole server on or off, for instance during maintenance. While it is off, endpoints answer 503
    /// `temporarily_unavailable`, the authorization endpoint by redirect (RFC 6749 section 4.1.2.1).
    pub fn set_available(&self, available: bool) {
        self.core.available.store(available, Ordering::Relaxed);
    }

    /// The token endpoint (RFC 6749 section 3.2).
    pub fn token(&self) -> TokenEndpoint<'_, S, G, F> {
        TokenEndpoint { core: &self.core, grants: &self.grants, features: &self.features }
    }

    /// The authorization endpoint (RFC 6749 section 3.1). It exists if a response type is enabled.
    pub fn authorization(&self) -> AuthorizationEndpoint<'_, S, G, R, F>
    where
        R: ResponseTypesOn<S>,
        R: HasAuthorizationEndpoint<S>,
    {
        let Self { core, grants, responses, features, .. } = self;
        AuthorizationEndpoint { core, grants, responses, features }
    }

    /// Requests of devices, for the page on which people decide about them (RFC 8628 section 3.3). They exist if [`DeviceCode`] is among the
    /// grants.
    pub fn devices(&self) -> DeviceVerification<'_, S, G, R, F>
    where
        G: HasGrant<DeviceCode>,
    {
        let Self { core, grants, responses, features, .. } = self;
        DeviceVerification { core, grants, responses, features }
    }

    /// The introspection endpoint (RFC 7662). It exists if [`Introspection`] is enabled.
    pub fn introspection(&self) -> IntrospectionEndpoint<'_, S, G, F>
    where
        F: FeaturesOn<S>,
        F: Enables<Introspection>,
    {
        IntrospectionEndpoint(self.parts())
    }

    /// The revocation endpoint (RFC 7009). It exists if [`Revocation`] is enabled.
    pub fn revocation(&self) -> RevocationEndpoint<'_, S, G, F>
    where
        F: FeaturesOn<S>,
        F: Enables<Revocation>,
    {
        RevocationEndpoint(self.parts())
    }

    pub(crate) fn parts(&self) -> Parts<'_, S, G, F> {
        Parts { core: &self.core, grants: &self.grants, features: &self.features, responses: &() }
    }

    /// The metadata endpoint (RFC 8414). Every server has it.
    pub fn metadata(&self) -> MetadataEndpoint<'_, S, G, R, F>
    where
        S: ClientStore,
        G: GrantList,
        R: ResponseTypeList,
    {
        MetadataEndpoint { core: &self.core, grants: &self.grants, features: &self.features, responses: &self.responses }
    }
}

impl<S, G: GrantList, R: ResponseTypeList, F: FeatureList, P> AuthorizationServer<S, G, R, F, P> {
    /// The grant types of this server, whether switched on or not, in the order of the chain.
    pub const GRANT_TYPES: &'static [&'static str] = G::NAMES;
    /// The response types of this server, in the order of the chain.
    pub const RESPONSE_TYPES: &'static [&'static str] = R::NAMES;

    /// Can this server serve the client? Ask when a client gets into the storage by other means than
    /// [`register_client`](Self::register_client), so that none finds out at its first request.
    ///
    /// A client that the storage has all the same, perhaps since a server with more features put it there, gets what this server
    /// has: its requests for another grant, response type or scope are refused as the RFCs have it, and a redirect URI to
    /// whose scheme it does not redirect gets a page. One whose authentication method
    /// this server does not have can prove nothing here, so it is treated as one that is not registered, at every endpoint.
    ///
    /// # Errors
    ///
    /// [`ClientRejected`] with every reason: a grant or response type that is not enabled, an unknown scope, an authentication method
    /// that this server does not have, a redirect URI to whose scheme it does not redirect, keys that it would not find or not verify
    /// with, an algorithm with which it does not sign. Documents that the client names are looked at by
    /// [`register_client`](Self::register_client) alone (`sector_identifier_uri`).
    pub fn check_client(&self, client: Client) -> Result<CheckedClient, ClientRejected> {
        check_client::<S, G, R, F>(&self.core, &self.features, &client)?;
        Ok(CheckedClient::new(client))
    }

    /// Checks the client and stores it, in place of an earlier one with the same identifier.
    ///
    /// # Errors
    ///
    /// [`RegisterError`] if the server cannot serve the client, or the storage failed.
    pub fn register_client(&self, client: Client) -> Boxed<'_, Result<(), RegisterError>>
    where
        S: ClientRegistry,
    {
        let (checked, core, features) = (self.check_client(client), &self.core, &self.features);
        Box::pin(async move {
            let checked = checked?;
            if let Some(reason) = features.examine(checked.client(), core.fetcher.as_ref(), core.now()).await {
                return Err(ClientRejected::because(checked.client(), reason).into());
            }
            Ok(core.storage.put_client(&core.issuer, checked).await?)
        })
    }
}

impl<S: Send + Sync, G, R, F: FeatureList, P> AuthorizationServer<S, G, R, F, P> {
    /// What this person has authorized and not taken back, the newest first: for a page that lists it. Show the client by
    /// its [name](Client::shown_name) ([`find_client`](Self::find_client)), and put [`FamilyRecord::id`] into the form of the button that
    /// revokes it.
    ///
    /// They are all there, also those that began where a client [exchanged](crate::TokenExchange) a token of theirs or came with an
    /// [assertion](crate::JwtBearer), so that whatever acts for a person can be taken back; each is forgotten with its last token. An agent
    /// that exchanges a token each minute has ten of them where access tokens live ten minutes: make one entry of those of one client.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the storage failed.
    pub fn authorizations<'a>(&'a self, subject: &'a Subject) -> Boxed<'a, Result<Vec<FamilyRecord>, StoreError>>
    where
        S: AuthorizationRecords,
    {
        Box::pin(self.core.storage.authorizations_of(&self.core.issuer, subject, self.core.now()))
    }

    /// Would a request that came now be served? For the health check of a load balancer: the storage is asked, the way that
    /// requests ask it; and where it signs, that its keys are there and not stale.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the storage does not work; [`StoreError::Unavailable`] while the server is
    /// [switched off](Self::set_available).
    pub fn health(&self) -> Boxed<'_, Result<(), StoreError>>
    where
        S: HealthCheck,
        F: FeaturesOn<S>,
    {
        let (core, keys) = (&self.core, self.features.kept());
        Box::pin(async move {
            if core.check_available().is_err() {
                return Err(StoreError::Unavailable { retry_after: None });
            }
            core.storage.check_health().await?;
            keys.check(core.now())
        })
    }

    /// Counts a request at an endpoint of the application's own that is called `endpoint`, from the source that its extensions say: with the
    /// server's [`RateLimits`](crate::RateLimits), if it has any.
    ///
    /// ```
    /// # use grantor::{AuthorizationServer, ClientCredentials, MemoryStore};
    /// # async fn f(server: &AuthorizationServer<MemoryStore, (ClientCredentials,)>, request: http::Request<bytes::Bytes>) -> http::Response<bytes::Bytes> {
    /// if let Err(too_many) = server.admit("password_reset", request.extensions()).await {
    ///     return server.token().error_response(too_many);
    /// }
    /// # unimplemented!()
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// 429 if there are too many.
    pub fn admit(&self, endpoint: &'static str, request: &Extensions) -> Boxed<'_, Result<(), OAuthError>> {
        Box::pin(self.core.admit(endpoint, request.get::<RequestSource>().copied(), None))
    }

    /// Takes an authorization back: every code and token that descends from it is dead. `false`, and nothing changes, if this
    /// person has no such authorization (any more). Of several calls at the same time more than one may return `true`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the storage failed.
    pub fn revoke_authorization<'a>(
        &'a self,
        subject: &'a Subject,
        authorization: &'a FamilyId,
    ) -> Boxed<'a, Result<bool, StoreError>>
    where
        S: AuthorizationRecords,
    {
        let core = &self.core;
        Box::pin(async move {
            let now = core.now();
            let found = core.storage.family(&core.issuer, authorization, now).await?.filter(|found| found.is_live(now));
            let Some(record) = found.map(|found| found.record).filter(|record| record.subject() == Some(subject)) else {
                return Ok(false);
            };
            core.storage.revoke_family(&core.issuer, authorization, now).await?;
            let (client_id, subject, scope) = (record.client_id(), record.subject(), record.scope());
            events::revoked(
                About { issuer: &core.issuer, client_id, subject, scope, authorization },
                events::Kind::Authorization,
            );
            Ok(true)
        })
    }
}

#[cfg(feature = "jose")]
impl<S: Send + Sync, G, R, F: FeaturesOn<S>, P> AuthorizationServer<S, G, R, F, P> {
    /// Makes the server ready to serve: await it once before. Stored signing keys are read and opened, and made where there are none
    /// yet. Without any this does nothing.
    ///
    /// # Errors
    ///
    /// [`KeysError`]: the storage failed, or a key cannot be opened, as with the wrong master keys. No key is made then.
    pub fn ready(&self) -> Boxed<'_, Result<(), KeysError>> {
        Box::pin(self.features.kept().refresh(&self.core))
    }

    /// Keeps stored signing keys what they have to be: takes over what other instances did, and announces keys that are due. Never ends,
    /// so it is to be spawned, beside [`purge_forever`](crate::storage::purge_forever). A refresh that fails is reported in a
    /// `tracing` event, the next one makes up for it, and [`health`](Self::health) fails once too many did.
    ///
    /// It knows no runtime, so the pause is handed in; how long it is to be, [`Rotation`](crate::Rotation) says:
    ///
    /// ```no_run
    /// # use std::sync::Arc;
    /// # async fn spawn<G, R, F, P>(server: grantor::AuthorizationServer<grantor::MemoryStore, G, R, F, P>) -> Result<(), grantor::KeysError>
    /// # where
    /// #     G: Send + Sync + 'static,
    /// #     R: Send + Sync + 'static,
    /// #     F: grantor::FeaturesOn<grantor::MemoryStore>,
    /// #     P: 'static,
    /// # {
    /// server.ready().await?;
    /// let server = Arc::new(server);
    /// let keeper = server.clone();
    /// tokio::spawn(async move { keeper.keep_keys(tokio::time::sleep).await });
    /// # Ok(())
    /// # }
    /// ```
    pub async fn keep_keys<Pause: Future + Send>(&self, mut pause: impl FnMut(Duration) -> Pause + Send) {
        let keys = self.features.kept();
        loop {
            keys.until_due(&mut pause).await;
            // What goes wrong is in an event, and the next time makes up for it.
            let _ = keys.refresh(&self.core).await;
        }
    }

    /// Withdraws a stored signing key at once, as after a compromise: `kid` is its name in `/jwks`. From now on this instance neither signs
    /// with it nor publishes it, and the others from their next refresh on (a minute, see [`Rotation`](crate::Rotation)); those who verify
    /// tokens, once their cached `/jwks` is over. Another key takes its place. `false` if there is no such key.
    ///
    /// # Errors
    ///
    /// [`KeysError`]. The key may be withdrawn all the same, so look into `/jwks`, or call it again.
    pub fn withdraw_key<'a>(&'a self, kid: &'a KeyId) -> Boxed<'a, Result<bool, KeysError>> {
        Box::pin(self.features.kept().withdraw(&self.core, kid))
    }
}

/// Why a client was not registered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// The server cannot serve it.
    #[error(transparent)]
    Rejected(#[from] ClientRejected),
    /// The storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<S, G: List, R: List, F: FeatureList, P> fmt::Debug for AuthorizationServer<S, G, R, F, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationServer")
            .field("issuer", &self.core.issuer)
            .field("grants", &G::NAMES)
            .field("response_types", &R::NAMES)
            .field("features", &F::NAMES)
            .finish_non_exhaustive()
    }
}
