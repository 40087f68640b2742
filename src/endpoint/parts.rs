//! The parts of a server that its endpoints and routes use.

use std::sync::Arc;

use bytes::Bytes;
use http::Response;

use crate::authentication::{self, Accepts as _};
use crate::authorization::{Refusal, Valid, Validation};
use crate::client::{Client, ClientRejected, ClientRejection, ServedHere};
use crate::core::Core;
use crate::endpoint::MetadataEndpoint;
use crate::endpoint::lookup::{RefreshTokens as _, RunsOn};
use crate::extension::metadata::Metadata;
use crate::extension::route::{RouteView, TokenKind};
use crate::feature::RICH_REQUESTS;
use crate::feature::{Cells, FeatureList, FeaturesOn, Here, HooksOn as _, Introspection, PushedAuthorizationRequests};
use crate::grant;
use crate::http::call::Call;
use crate::issue::{Choices as _, IssueHooks as _, TokenFormat as _};
use crate::response_type::ResponseTypeList;
use crate::storage::{ClientStore, FoundToken};
use crate::token::claims::TokenClaims;
use crate::typelevel::{List, WireName};
use crate::values::asked::Asked;
use crate::values::clock::Timestamp;
use crate::values::error::{OAuthError, StoreError};

/// What a server shares with its endpoints.
#[doc(hidden)]
pub struct Parts<'a, S, G, F: FeatureList, R = ()> {
    pub(crate) core: &'a Core<S>,
    pub(crate) grants: &'a G,
    pub(crate) features: &'a F::Cells,
    /// For the routes of features that have to know all of the server.
    pub(crate) responses: &'a R,
}

debug_handle!(Parts<S, G>);

impl<S, G, F: FeatureList, R> Parts<'_, S, G, F, R> {
    /// Is the feature switched on? That it is enabled, the type says.
    pub(super) fn has<T: WireName>(&self) -> bool {
        self.features.is_on(T::NAME)
    }
}

impl<S: ClientStore, G: RunsOn<S>, F: FeaturesOn<S>, R: ResponseTypeList> RouteView<S> for Parts<'_, S, G, F, R> {
    type Features = F::Cells;

    fn core(&self) -> &Core<S> {
        self.core
    }

    fn features(&self) -> &F::Cells {
        self.features
    }

    fn is_on(&self, feature: &str) -> bool {
        self.features.is_on(feature)
    }

    /// The kind of token that a hint does not decide: RFC 7662 section 2.1 and RFC 7009 section 2.1 want the search extended to
    /// all kinds whatever the hint says, and two look-ups cost the same in either order, so there is one order.
    async fn find_token(&self, token: &str, now: Timestamp) -> Result<Option<(TokenKind, FoundToken)>, StoreError> {
        if let Some(found) = self.features.format().find(self.core, self.features.keys(), token, now).await? {
            return Ok(Some((TokenKind::Access, found)));
        }
        let found = G::Refresh::find(&self.core.storage, &self.core.issuer, token, now).await?;
        Ok(found.map(|found| (TokenKind::Refresh, found)))
    }

    async fn validate(&self, call: &Call<'_>, client: Arc<Client>) -> Result<Valid, Refusal> {
        let Self { core, grants, features, responses } = *self;
        let validation = Validation::new(core, features, grant::facts(grants), responses.active(), features.keys());
        validation.validate_direct(call, client).await
    }

    async fn validate_deferred(&self, call: &Call<'_>, client: &Client) -> Result<Asked, OAuthError> {
        let Self { core, grants, features, responses } = *self;
        let validation = Validation::new(core, features, grant::facts(grants), responses.active(), features.keys());
        validation.validate_deferred(call, client).await
    }

    fn describe(&self) -> Metadata {
        let Self { core, grants, features, responses } = *self;
        MetadataEndpoint::<S, G, R, F> { core, grants, features, responses }.document()
    }

    fn check_client(&self, client: &Client) -> Result<(), ClientRejected> {
        check_client::<S, G, R, F>(self.core, self.features, client)
    }

    async fn examine(&self, client: &Client, now: Timestamp) -> Option<ClientRejection> {
        self.features.examine(client, self.core.fetcher.as_ref(), now).await
    }

    async fn admits(&self, found: &mut FoundToken) -> Result<bool, StoreError> {
        self.features.admit(self.core, found).await
    }

    async fn encode(
        &self,
        call: &Call<'_>,
        client: &Client,
        claims: Option<&TokenClaims>,
    ) -> Result<Option<Response<Bytes>>, OAuthError> {
        self.features.encode(self.core, self.features.keys(), call, client, claims).await
    }
}

/// Can a server with these lists serve the client?
pub(crate) fn check_client<S, G: List, R: List, F: FeatureList>(
    core: &Core<S>,
    features: &F::Cells,
    client: &Client,
) -> Result<(), ClientRejected> {
    let here = ServedHere {
        grant_types: G::NAMES,
        response_types: R::NAMES,
        authentication_methods: &authentication::supported(&core.manners, features),
        scopes: core.scopes.as_ref(),
        introspection: features.is_on(<Introspection as WireName>::NAME),
        brings_response_mode: &|mode| features.brings_response_mode(mode),
        pushing: features.is_on(<PushedAuthorizationRequests as WireName>::NAME),
        request_objects: features.opens_signed_requests(),
        details: features.is_on(RICH_REQUESTS),
        binds_to_keys: features.binds_to_keys(),
        binds_to_certificates: features.binds_to_certificates(),
        redirects: core.redirect_rules(),
    };
    let mut reasons = Vec::new();
    let on_it = Here { algorithms: <F::Cells as Cells>::SIGNING_ALGORITHMS, fetcher: core.fetcher.as_ref() };
    features.check_client(client, on_it, &mut reasons);
    here.check(client, reasons)
}
