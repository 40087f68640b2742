//! The introspection endpoint (RFC 7662).

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};

use crate::authentication;
use crate::client::Client;
use crate::endpoint::lookup::RunsOn;
use crate::endpoint::{POST_ONLY, Parts, form, refused, respond};
use crate::extension::metadata::{Metadata, MetadataContext};
use crate::extension::route::{RouteView, TokenKind};
use crate::feature::{Feature, FeatureList, FeatureOn, FeaturesOn, Introspection, chooses_nothing};
use crate::http::answer;
use crate::http::call::Call;
use crate::http::endpoints::Endpoints;
use crate::http::parameters::Parameter;
use crate::storage::ClientStore;
use crate::token::claims::{INACTIVE, TokenClaims};
use crate::values::error::OAuthError;

/// The parameters of introspection and revocation requests.
pub(super) const PARAMETERS: &[Parameter] = &[Parameter::once("token"), Parameter::once("token_type_hint")];

/// The introspection endpoint (RFC 7662 section 2):
/// [`AuthorizationServer::introspection`](crate::AuthorizationServer::introspection).
#[must_use = "call `.handle(request)`"]
pub struct IntrospectionEndpoint<'a, S, G, F: FeatureList>(pub(crate) Parts<'a, S, G, F>);

debug_handle!(IntrospectionEndpoint<S, G>);

impl<S: ClientStore, G: RunsOn<S>, F: FeaturesOn<S>> IntrospectionEndpoint<'_, S, G, F> {
    /// Answers an introspection request. The caller must authenticate with a secret (section 2.1). It sees the tokens issued to
    /// itself and, if its record says that it is a resource server, those meant for it, or all; every other token looks like one
    /// that does not exist (sections 2.2 and 4).
    /// 404 while the feature is switched off.
    pub async fn handle(self, request: Request<Bytes>) -> Response<Bytes> {
        if !self.0.has::<Introspection>() {
            return answer::not_found();
        }
        handle(&self.0, request).await
    }
}

async fn handle<S: ClientStore, V: RouteView<S>>(view: &V, request: Request<Bytes>) -> Response<Bytes> {
    if request.method() != Method::POST {
        return answer::other_method(request.method(), POST_ONLY);
    }
    respond(view.core(), answer(view, &request).await)
}

async fn answer<S: ClientStore, V: RouteView<S>>(view: &V, request: &Request<Bytes>) -> Result<Response<Bytes>, OAuthError> {
    let core = view.core();
    let parameters = form(core, request)?;
    let call = Call::of(request, &parameters).at(&core.issuer, core.endpoints.introspection_path());
    parameters.reject_repeats(&[PARAMETERS, authentication::PARAMETERS])?;
    let client = core.authenticate("introspection", view.features(), &call).await?;
    introspect(view, &call, &client).await.map_err(|error| refused(core, &client, "introspection", error))
}

/// What the client may know of the token.
async fn introspect<S: ClientStore, V: RouteView<S>>(
    view: &V,
    call: &Call<'_>,
    client: &Client,
) -> Result<Response<Bytes>, OAuthError> {
    if client.is_public() {
        // Section 2.1: "the endpoint MUST also require some form of authorization".
        return Err(OAuthError::invalid_client());
    }
    let token = call.parameters().get("token");
    let token = token.ok_or_else(|| OAuthError::invalid_request("the parameter token is missing"))?;
    let claims = claims(view, client, token).await?;
    if let Some(encoded) = view.encode(call, client, claims.as_ref()).await? {
        return Ok(encoded);
    }
    let body = claims.map_or_else(|| Bytes::from_static(INACTIVE), |claims| claims.to_introspection_json());
    Ok(answer::json(StatusCode::OK, body))
}

async fn claims<S: ClientStore, V: RouteView<S>>(
    view: &V,
    client: &Client,
    token: &str,
) -> Result<Option<TokenClaims>, OAuthError> {
    let (core, now) = (view.core(), view.core().now());
    let found = view.find_token(token, now).await?;
    let found = found
        .filter(|(_, found)| found.is_active(now))
        .filter(|(_, found)| client.may_introspect(&found.record.client_id, &found.record.details.facts().audience));
    let Some((kind, mut found)) = found else { return Ok(None) };
    if !view.admits(&mut found).await? {
        return Ok(None);
    }
    let token_type = (kind == TokenKind::Access).then(|| found.record.details.token_type());
    Ok(Some(TokenClaims::of(&core.issuer, found, token_type)))
}

#[diagnostic::do_not_recommend]
impl Feature for Introspection {
    chooses_nothing!();
    fn path<'a>(&self, endpoints: &'a Endpoints) -> Option<&'a str> {
        Some(endpoints.introspection_path())
    }
    fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata) {
        metadata.introspection_endpoint = Some(cx.introspection_endpoint());
        metadata.introspection_endpoint_auth_methods_supported = cx.proving_methods();
        metadata.introspection_endpoint_auth_signing_alg_values_supported = cx.authentication_algorithms.to_vec();
    }
}

impl<S: ClientStore> FeatureOn<S> for Introspection {
    async fn serve<V: RouteView<S>>(&self, view: &V, request: Request<Bytes>) -> Response<Bytes> {
        handle(view, request).await
    }
}
