//! The revocation endpoint (RFC 7009).

use bytes::Bytes;
use http::{Method, Request, Response};

use crate::authentication;
use crate::client::Client;
use crate::endpoint::introspection::PARAMETERS;
use crate::endpoint::lookup::RunsOn;
use crate::endpoint::{POST_ONLY, Parts, form, refused, respond};
use crate::events::{self, About};
use crate::extension::metadata::{Metadata, MetadataContext};
use crate::extension::route::{RouteView, TokenKind};
use crate::feature::{Feature, FeatureList, FeatureOn, FeaturesOn, Revocation, chooses_nothing};
use crate::http::answer;
use crate::http::call::Call;
use crate::http::endpoints::Endpoints;
use crate::issue::{Choices as _, TokenFormat as _};
use crate::storage::{ClientStore, FamilyStore};
use crate::values::error::OAuthError;

/// The revocation endpoint (RFC 7009 section 2):
/// [`AuthorizationServer::revocation`](crate::AuthorizationServer::revocation).
#[must_use = "call `.handle(request)`"]
pub struct RevocationEndpoint<'a, S, G, F: FeatureList>(pub(crate) Parts<'a, S, G, F>);

debug_handle!(RevocationEndpoint<S, G>);

impl<S: ClientStore + FamilyStore, G: RunsOn<S>, F: FeaturesOn<S>> RevocationEndpoint<'_, S, G, F> {
    /// Answers a revocation request. Revoking a refresh token takes its access tokens with it (section 2.1). An unknown token is
    /// revoked already: 200 (section 2.2). Another client's token is `invalid_grant`.
    /// 404 while the feature is switched off.
    pub async fn handle(self, request: Request<Bytes>) -> Response<Bytes> {
        if !self.0.has::<Revocation>() {
            return answer::not_found();
        }
        handle(&self.0, request).await
    }
}

async fn handle<S: ClientStore + FamilyStore, V: RouteView<S>>(view: &V, request: Request<Bytes>) -> Response<Bytes> {
    if request.method() != Method::POST {
        return answer::other_method(request.method(), POST_ONLY);
    }
    respond(view.core(), revoke(view, &request).await.map(|()| Response::new(Bytes::new())))
}

async fn revoke<S: ClientStore + FamilyStore, V: RouteView<S>>(view: &V, request: &Request<Bytes>) -> Result<(), OAuthError> {
    let core = view.core();
    let parameters = form(core, request)?;
    let call = Call::of(request, &parameters).at(&core.issuer, core.endpoints.revocation_path());
    parameters.reject_repeats(&[PARAMETERS, authentication::PARAMETERS])?;
    let client = core.authenticate("revocation", view.features(), &call).await?;
    let revoked = revoke_token(view, &client, parameters.get("token")).await;
    revoked.map_err(|error| refused(core, &client, "revocation", error))
}

async fn revoke_token<S, V>(view: &V, client: &Client, token: Option<&str>) -> Result<(), OAuthError>
where
    S: ClientStore + FamilyStore,
    V: RouteView<S>,
{
    let (core, now) = (view.core(), view.core().now());
    let token = token.ok_or_else(|| OAuthError::invalid_request("the parameter token is missing"))?;
    let Some((kind, found)) = view.find_token(token, now).await? else { return Ok(()) };
    if found.record.client_id != *client.id() {
        return Err(OAuthError::invalid_grant("the token was not issued to this client"));
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
    let (record, facts) = (&found.record, found.record.details.facts());
    let (subject, scope, authorization) = (facts.subject.as_ref(), &facts.scope, &record.family);
    events::revoked(About { issuer: &core.issuer, client_id: client.id(), subject, scope, authorization }, kind);
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
        metadata.revocation_endpoint_auth_signing_alg_values_supported = cx.authentication_algorithms.to_vec();
    }
}

impl<S: ClientStore + FamilyStore> FeatureOn<S> for Revocation {
    async fn serve<V: RouteView<S>>(&self, view: &V, request: Request<Bytes>) -> Response<Bytes> {
        handle(view, request).await
    }
}
