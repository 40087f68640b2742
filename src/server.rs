//! The authorization server and its endpoints. A server has the endpoints that its lists give it; asking for another is a
//! compile error with one clear message.

use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::Ordering;

use crate::authentication;
use crate::client::{CheckedClient, Client, ClientRejected, ServedHere};
use crate::core::{Boxed, Core};
use crate::endpoint::Parts;
use crate::endpoint::{AuthorizationEndpoint, IntrospectionEndpoint, MetadataEndpoint, RevocationEndpoint, TokenEndpoint};
use crate::error::StoreError;
use crate::events;
use crate::feature::{FeatureList, FeaturesOn, Introspection, Revocation};
use crate::grant::GrantList;
use crate::issuer::Issuer;
use crate::master_keys::MasterKeys;
use crate::profile::OAuth21;
use crate::response_type::{ResponseTypeList, ResponseTypesOn};
use crate::rules::{Enables, HasAuthorizationEndpoint};
use crate::storage::{AuthorizationRecords, ClientRegistry, ClientStore, FamilyId, FamilyRecord, HealthCheck};
use crate::subject::Subject;
use crate::typelevel::name::KeyOf;
use crate::typelevel::{Flag, List};

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
        Parts { core: &self.core, grants: PhantomData, features: &self.features }
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
    /// that this server does not have, a redirect URI to whose scheme it does not redirect.
    pub fn check_client(&self, client: Client) -> Result<CheckedClient, ClientRejected> {
        let here = ServedHere {
            grant_types: G::NAMES,
            response_types: R::NAMES,
            authentication_methods: &authentication::supported(&self.features),
            scopes: self.core.scopes.as_ref(),
            introspection: <F as List>::Contains::<KeyOf<Introspection>>::VALUE,
            private_use_schemes: &self.core.private_use_schemes,
        };
        here.check(&client)?;
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
        let (checked, core) = (self.check_client(client), &self.core);
        Box::pin(async move { Ok(core.storage.put_client(&core.issuer, checked?).await?) })
    }
}

impl<S: Send + Sync, G, R, F: FeatureList, P> AuthorizationServer<S, G, R, F, P> {
    /// What this person has authorized and not taken back, the newest first: for a page that lists it. Show the client by
    /// its name, which `server.storage().client(server.issuer(), ..)` finds (with [`ClientStore`](crate::ClientStore) in scope), and put [`FamilyRecord::id`] into the form of the button that revokes it.
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
    /// requests ask it.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the storage does not work; [`StoreError::Unavailable`] while the server is
    /// [switched off](Self::set_available).
    pub fn health(&self) -> Boxed<'_, Result<(), StoreError>>
    where
        S: HealthCheck,
    {
        let core = &self.core;
        Box::pin(async move {
            if core.check_available().is_err() {
                return Err(StoreError::Unavailable { retry_after: None });
            }
            core.storage.check_health().await
        })
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
        let (core, listed) = (&self.core, self.authorizations(subject));
        Box::pin(async move {
            let Some(record) = listed.await?.into_iter().find(|record| record.id == *authorization) else {
                return Ok(false);
            };
            core.storage.revoke_family(&core.issuer, authorization, core.now()).await?;
            events::revoked(&core.issuer, &record.client_id, events::Kind::Authorization);
            Ok(true)
        })
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
