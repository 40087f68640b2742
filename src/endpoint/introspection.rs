//! The introspection endpoint (RFC 7662).

use std::marker::PhantomData;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};

use crate::claims::{INACTIVE, TokenClaims};
use crate::client::{Client, ClientAuthenticationMethod, authentication};
use crate::core::Core;
use crate::endpoint::{POST_ONLY, form, respond};
use crate::endpoints::Endpoints;
use crate::error::{StoreError, TokenError};
use crate::feature::{Feature, FeatureFor, Introspection, RouteParts, ServesRoute};
use crate::http_response;
use crate::lookup::{RunsOn, TokenKind, find_token};
use crate::metadata::{Metadata, MetadataContext};
use crate::parameters::{Parameter, Parameters};
use crate::storage::{AccessTokenStore, ClientStore};
use crate::token::TokenHash;
use crate::typelevel::Yes;

/// The parameters of introspection and revocation requests.
pub(super) const PARAMETERS: &[Parameter] = &[Parameter::once("token"), Parameter::once("token_type_hint")];

/// The introspection endpoint (RFC 7662 section 2):
/// [`AuthorizationServer::introspection`](crate::AuthorizationServer::introspection).
#[derive(Debug)]
#[must_use = "call `.handle(request)`"]
pub struct IntrospectionEndpoint<'a, S, G> {
    pub(crate) core: &'a Core<S>,
    pub(crate) grants: PhantomData<fn() -> G>,
}

impl<S: ClientStore + AccessTokenStore, G: RunsOn<S>> IntrospectionEndpoint<'_, S, G> {
    /// Answers an introspection request. The caller must authenticate with a secret (section 2.1). It sees the tokens issued to
    /// itself and, if its record says that it is a resource server, those meant for it, or all; every other token looks like one
    /// that does not exist (sections 2.2 and 4).
    pub async fn handle(self, request: Request<Bytes>) -> Response<Bytes> {
        if request.method() != Method::POST {
            return http_response::other_method(request.method(), POST_ONLY);
        }
        respond(self.core, self.answer(&request).await)
    }

    async fn answer(&self, request: &Request<Bytes>) -> Result<Response<Bytes>, TokenError> {
        let parameters = form(self.core, request)?;
        let (client, token) = authorize(self.core, request, &parameters).await?;
        let body = match self.claims(&client, token).await? {
            Some(claims) => claims.to_introspection_json(),
            None => Bytes::from_static(INACTIVE),
        };
        Ok(http_response::json(StatusCode::OK, body))
    }

    async fn claims(&self, client: &Client, token: &str) -> Result<Option<TokenClaims>, StoreError> {
        let now = self.core.now();
        let found = find_token::<S, G>(self.core, &TokenHash::of(token), now).await?;
        Ok(found
            .filter(|(_, found)| found.is_active(now))
            .filter(|(_, found)| client.may_introspect(&found.record.client_id, &found.record.details.facts().audience))
            .map(|(kind, found)| TokenClaims::of(&self.core.issuer, found, (kind == TokenKind::Access).then_some("Bearer"))))
    }
}

async fn authorize<'r, S: ClientStore>(
    core: &Core<S>,
    request: &Request<Bytes>,
    parameters: &'r Parameters<'_>,
) -> Result<(std::sync::Arc<Client>, &'r str), TokenError> {
    parameters.reject_repeats(&[PARAMETERS, authentication::PARAMETERS])?;
    let client = authentication::authenticate(core, request.headers(), parameters).await?;
    if client.is_public() {
        // Section 2.1: "the endpoint MUST also require some form of authorization".
        return Err(TokenError::invalid_client());
    }
    let token = parameters.get("token").ok_or_else(|| TokenError::invalid_request("the parameter token is missing"))?;
    Ok((client, token))
}

#[diagnostic::do_not_recommend]
impl Feature for Introspection {
    type Present = Yes;
    fn path(endpoints: &Endpoints) -> &str {
        endpoints.introspection_path()
    }
    fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata) {
        metadata.introspection_endpoint = Some(cx.url(Self::path(cx.endpoints)));
        metadata.introspection_endpoint_auth_methods_supported = ClientAuthenticationMethod::CONFIDENTIAL.to_vec();
    }
}

impl<S: AccessTokenStore> FeatureFor<S> for Introspection {}

impl<S: ClientStore + AccessTokenStore, G: RunsOn<S>> ServesRoute<S, G> for Introspection {
    async fn serve(&self, parts: &RouteParts<'_, S, G>, request: Request<Bytes>) -> Response<Bytes> {
        IntrospectionEndpoint::<S, G> { core: parts.core, grants: PhantomData }.handle(request).await
    }
}
