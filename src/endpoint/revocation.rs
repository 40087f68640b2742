//! The revocation endpoint (RFC 7009).

use bytes::Bytes;
use http::{Method, Request, Response};

use crate::authentication;
use crate::call::Call;
use crate::endpoint::introspection::PARAMETERS;
use crate::endpoint::{POST_ONLY, Parts, form, respond};
use crate::endpoints::Endpoints;
use crate::error::TokenError;
use crate::events;
use crate::feature::{Feature, FeatureList, FeatureOn, FeaturesOn, Revocation, chooses_nothing};
use crate::http_response;
use crate::issue::{Choices as _, TokenFormat as _};
use crate::lookup::RunsOn;
use crate::metadata::{Metadata, MetadataContext};
use crate::route::{RouteView, TokenKind};
use crate::storage::{ClientStore, FamilyStore};

/// The revocation endpoint (RFC 7009 section 2):
/// [`AuthorizationServer::revocation`](crate::AuthorizationServer::revocation).
#[must_use = "call `.handle(request)`"]
pub struct RevocationEndpoint<'a, S, G, F: FeatureList>(pub(crate) Parts<'a, S, G, F>);

debug_handle!(RevocationEndpoint<S, G>);

impl<S: ClientStore + FamilyStore, G: RunsOn<S>, F: FeaturesOn<S>> RevocationEndpoint<'_, S, G, F> {
    /// Answers a revocation request. Revoking a refresh token takes its access tokens with it (section 2.1). An unknown token is
    /// revoked already: 200 (section 2.2). Another client's token is `invalid_grant`.
    pub async fn handle(self, request: Request<Bytes>) -> Response<Bytes> {
        handle(&self.0, request).await
    }
}

async fn handle<S: ClientStore + FamilyStore, V: RouteView<S>>(view: &V, request: Request<Bytes>) -> Response<Bytes> {
    if request.method() != Method::POST {
        return http_response::other_method(request.method(), POST_ONLY);
    }
    respond(view.core(), revoke(view, &request).await.map(|()| Response::new(Bytes::new())))
}

async fn revoke<S: ClientStore + FamilyStore, V: RouteView<S>>(view: &V, request: &Request<Bytes>) -> Result<(), TokenError> {
    let core = view.core();
    let parameters = form(core, request)?;
    let call = Call::of(request, &parameters).at(&core.issuer, core.endpoints.revocation_path());
    parameters.reject_repeats(&[PARAMETERS, authentication::PARAMETERS])?;
    let client = authentication::authenticate(core, view.features(), &call).await?;
    let token = parameters.get("token").ok_or_else(|| TokenError::invalid_request("the parameter token is missing"))?;
    let now = core.now();
    let Some((kind, found)) = view.find_token(token, now).await? else { return Ok(()) };
    if found.record.client_id != *client.id() {
        return Err(TokenError::invalid_grant("the token was not issued to this client"));
    }
    let kind = match kind {
        TokenKind::Access => {
            view.features().format().revoke(core, &found, now).await?;
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

#[diagnostic::do_not_recommend]
impl Feature for Revocation {
    chooses_nothing!();
    fn path<'a>(&self, endpoints: &'a Endpoints) -> Option<&'a str> {
        Some(endpoints.revocation_path())
    }
    fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata) {
        metadata.revocation_endpoint = Some(cx.revocation_endpoint());
        metadata.revocation_endpoint_auth_methods_supported = cx.authentication_methods();
    }
}

impl<S: ClientStore + FamilyStore> FeatureOn<S> for Revocation {
    async fn serve<V: RouteView<S>>(&self, view: &V, request: Request<Bytes>) -> Response<Bytes> {
        handle(view, request).await
    }
}
