//! The revocation endpoint (RFC 7009).

use std::marker::PhantomData;

use bytes::Bytes;
use http::{Method, Request, Response};

use crate::client::{ClientAuthenticationMethod, authentication};
use crate::core::Core;
use crate::endpoint::introspection::PARAMETERS;
use crate::endpoint::{POST_ONLY, form, respond};
use crate::endpoints::Endpoints;
use crate::error::TokenError;
use crate::events;
use crate::feature::{Feature, FeatureFor, Revocation, RouteParts, ServesRoute};
use crate::http_response;
use crate::lookup::{RunsOn, TokenKind, find_token};
use crate::metadata::{Metadata, MetadataContext};
use crate::storage::{AccessTokenStore, ClientStore};
use crate::token::TokenHash;
use crate::typelevel::Yes;

/// The revocation endpoint (RFC 7009 section 2):
/// [`AuthorizationServer::revocation`](crate::AuthorizationServer::revocation).
#[derive(Debug)]
#[must_use = "call `.handle(request)`"]
pub struct RevocationEndpoint<'a, S, G> {
    pub(crate) core: &'a Core<S>,
    pub(crate) grants: PhantomData<fn() -> G>,
}

impl<S: ClientStore + AccessTokenStore, G: RunsOn<S>> RevocationEndpoint<'_, S, G> {
    /// Answers a revocation request. Revoking a refresh token takes its access tokens with it (section 2.1). An unknown token is
    /// revoked already: 200 (section 2.2). Another client's token is `invalid_grant`.
    pub async fn handle(self, request: Request<Bytes>) -> Response<Bytes> {
        if request.method() != Method::POST {
            return http_response::other_method(request.method(), POST_ONLY);
        }
        respond(self.core, self.revoke(&request).await.map(|()| Response::new(Bytes::new())))
    }

    async fn revoke(&self, request: &Request<Bytes>) -> Result<(), TokenError> {
        let parameters = form(self.core, request)?;
        parameters.reject_repeats(&[PARAMETERS, authentication::PARAMETERS])?;
        let client = authentication::authenticate(self.core, request.headers(), &parameters).await?;
        let token = parameters.get("token").ok_or_else(|| TokenError::invalid_request("the parameter token is missing"))?;
        let (core, now) = (self.core, self.core.now());
        let Some((kind, found)) = find_token::<S, G>(core, &TokenHash::of(token), now).await? else { return Ok(()) };
        if found.record.client_id != *client.id() {
            return Err(TokenError::invalid_grant("the token was not issued to this client"));
        }
        let kind = match kind {
            TokenKind::Access => {
                core.storage.revoke_access_token(&core.issuer, &found.record.hash, now).await?;
                events::Kind::AccessToken
            }
            TokenKind::Refresh => {
                core.storage.revoke_family(&core.issuer, &found.record.family, now).await?;
                events::Kind::RefreshToken
            }
        };
        events::revoked(&core.issuer, client.id(), kind);
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl Feature for Revocation {
    type Present = Yes;
    fn path(endpoints: &Endpoints) -> &str {
        endpoints.revocation_path()
    }
    fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata) {
        metadata.revocation_endpoint = Some(cx.url(Self::path(cx.endpoints)));
        metadata.revocation_endpoint_auth_methods_supported = ClientAuthenticationMethod::ALL.to_vec();
    }
}

impl<S: AccessTokenStore> FeatureFor<S> for Revocation {}

impl<S: ClientStore + AccessTokenStore, G: RunsOn<S>> ServesRoute<S, G> for Revocation {
    async fn serve(&self, parts: &RouteParts<'_, S, G>, request: Request<Bytes>) -> Response<Bytes> {
        RevocationEndpoint::<S, G> { core: parts.core, grants: PhantomData }.handle(request).await
    }
}
