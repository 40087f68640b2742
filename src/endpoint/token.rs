//! The token endpoint (RFC 6749 section 3.2).

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};

use crate::authentication;
use crate::core::Core;
use crate::endpoint::{POST_ONLY, form, refused, respond};
use crate::feature::{Cells as _, FeatureList, FeaturesOn};
use crate::grant::GrantsOn;
use crate::http::answer;
use crate::http::call::Call;
use crate::http::parameters::Parameter;
use crate::issue::{IssueContext, IssueHooks as _, TokenResponse};
use crate::storage::ClientStore;
use crate::values::error::{ErrorCode, OAuthError};

/// The parameters of every token request.
const PARAMETERS: &[Parameter] = &[Parameter::once("grant_type"), Parameter::once("scope")];

/// A token request as the typed layer sees it: for applications that bring their own HTTP.
#[derive(Clone, Copy)]
pub struct TokenRequest<'a>(Call<'a>);

impl<'a> TokenRequest<'a> {
    /// A request with its method, its headers and the parameters of its body.
    #[must_use]
    pub const fn new(call: Call<'a>) -> Self {
        Self(call)
    }
}

impl<'a> From<Call<'a>> for TokenRequest<'a> {
    fn from(call: Call<'a>) -> Self {
        Self(call)
    }
}

impl fmt::Debug for TokenRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TokenRequest").field(&self.0).finish()
    }
}

/// The token endpoint (RFC 6749 section 3.2): [`AuthorizationServer::token`](crate::AuthorizationServer::token).
#[must_use = "call `.handle(request)`"]
pub struct TokenEndpoint<'a, S, G, F: FeatureList> {
    pub(crate) core: &'a Core<S>,
    pub(crate) grants: &'a G,
    pub(crate) features: &'a F::Cells,
}

debug_handle!(TokenEndpoint<S, G>);

impl<S: ClientStore, G: GrantsOn<S>, F: FeaturesOn<S>> TokenEndpoint<'_, S, G, F> {
    /// Answers a token request. Never fails: an error is a response (RFC 6749 section 5.2).
    pub async fn handle(self, request: Request<Bytes>) -> Response<Bytes> {
        if request.method() != Method::POST {
            return answer::other_method(request.method(), POST_ONLY);
        }
        let core = self.core;
        respond(core, self.answer(&request).await)
    }

    async fn answer(self, request: &Request<Bytes>) -> Result<Response<Bytes>, OAuthError> {
        let parameters = form(self.core, request)?;
        let tokens = self.exchange(Call::of(request, &parameters)).await?;
        Ok(tokens.to_response())
    }

    /// The response to an error of [`exchange`](Self::exchange) (RFC 6749 section 5.2).
    #[must_use]
    pub fn error_response(self, error: OAuthError) -> Response<Bytes> {
        respond(self.core, Err(error))
    }

    /// Answers a token request that has been read already. Method, content type, transport and availability are the caller's
    /// business.
    ///
    /// # Errors
    ///
    /// The errors of RFC 6749 section 5.2.
    pub async fn exchange<'r>(self, request: impl Into<TokenRequest<'r>>) -> Result<TokenResponse, OAuthError> {
        let Self { core, grants, features } = self;
        let call = request.into().0.at(&core.issuer, core.endpoints.token_path());
        let parameters = call.parameters();
        parameters.reject_repeats(&[PARAMETERS, authentication::PARAMETERS])?;
        parameters.reject_repeats(G::PARAMETERS)?;
        features.reject_repeats(parameters)?;
        let client = core.authenticate("token", features, &call).await.map_err(|error| match error.is_too_many() {
            true => error.said_as(G::asked_too_often(parameters.get("grant_type").unwrap_or_default())),
            false => error,
        })?;
        let refused = |error: OAuthError| refused(core, &client, "token", error);
        let grant_type = parameters.get("grant_type");
        let grant_type = grant_type.ok_or_else(|| refused(OAuthError::invalid_request("the parameter grant_type is missing")))?;
        let unsupported = || OAuthError::new(ErrorCode::UnsupportedGrantType, "this server does not have the grant type");
        let grant_type = grants.named(grant_type).ok_or_else(|| refused(unsupported()))?;
        if !client.may_use_grant(grant_type) {
            return Err(refused(OAuthError::new(ErrorCode::UnauthorizedClient, "the client may not use the grant type")));
        }
        let (now, refresh) = (core.now(), grants.refresh_settings());
        let cx = IssueContext { core, client: &client, now, call: Some(call), grant_type, refresh, settling: None };
        grants.answer(&cx, features).await.map_err(|error| {
            // What its next proof needs, also where the client is only told to come again.
            let mut headers = HeaderMap::new();
            features.tell(core, &call, &mut headers);
            let told = headers.iter().fold(error, |error, (name, value)| error.header(name.clone(), value.clone()));
            refused(told)
        })
    }
}
