//! The token endpoint (RFC 6749 section 3.2).

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};

use crate::client::authentication;
use crate::core::Core;
use crate::endpoint::{POST_ONLY, form, respond};
use crate::error::{ErrorCode, TokenError};
use crate::grant::{TokenContext, TokenResponse};
use crate::http_response;
use crate::parameters::{Parameter, Parameters};
use crate::storage::ClientStore;
use crate::typelevel::ServedBy;

/// The parameters of every token request.
const PARAMETERS: &[Parameter] = &[Parameter::once("grant_type"), Parameter::once("scope")];

/// A token request as the typed layer sees it: for applications that bring their own HTTP.
pub struct TokenRequest<'a> {
    headers: &'a HeaderMap,
    parameters: &'a Parameters<'a>,
}

impl<'a> TokenRequest<'a> {
    /// A request with its headers (of which `Authorization` counts) and the parameters of its body.
    #[must_use]
    pub const fn new(headers: &'a HeaderMap, parameters: &'a Parameters<'a>) -> Self {
        Self { headers, parameters }
    }
}

/// Without the headers, where the client's secret is.
impl fmt::Debug for TokenRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenRequest").field("parameters", self.parameters).finish_non_exhaustive()
    }
}

/// The token endpoint (RFC 6749 section 3.2): [`AuthorizationServer::token`](crate::AuthorizationServer::token).
#[derive(Debug)]
#[must_use = "call `.handle(request)`"]
pub struct TokenEndpoint<'a, S, G> {
    pub(crate) core: &'a Core<S>,
    pub(crate) grants: &'a G,
}

impl<S: ClientStore, G: ServedBy<S>> TokenEndpoint<'_, S, G> {
    /// Answers a token request. Never fails: an error is a response (RFC 6749 section 5.2).
    pub async fn handle(self, request: Request<Bytes>) -> Response<Bytes> {
        if request.method() != Method::POST {
            return http_response::other_method(request.method(), POST_ONLY);
        }
        let core = self.core;
        respond(core, self.answer(&request).await)
    }

    async fn answer(self, request: &Request<Bytes>) -> Result<Response<Bytes>, TokenError> {
        let parameters = form(self.core, request)?;
        let tokens = self.exchange(TokenRequest::new(request.headers(), &parameters)).await?;
        Ok(tokens.to_response())
    }

    /// The response to an error of [`exchange`](Self::exchange) (RFC 6749 section 5.2).
    #[must_use]
    pub fn error_response(self, error: TokenError) -> Response<Bytes> {
        respond(self.core, Err(error))
    }

    /// Answers a token request that has been read already. Method, content type, transport and availability are the caller's
    /// business.
    ///
    /// # Errors
    ///
    /// The errors of RFC 6749 section 5.2.
    pub async fn exchange(self, request: TokenRequest<'_>) -> Result<TokenResponse, TokenError> {
        let TokenRequest { headers, parameters } = request;
        parameters.reject_repeats(&[PARAMETERS, authentication::PARAMETERS])?;
        parameters.reject_repeats(G::PARAMETERS)?;
        let client = authentication::authenticate(self.core, headers, parameters).await?;
        let grant_type =
            parameters.get("grant_type").ok_or_else(|| TokenError::invalid_request("the parameter grant_type is missing"))?;
        if !self.grants.active().any(|active| active == grant_type) {
            return Err(TokenError::new(ErrorCode::UnsupportedGrantType, "this server does not have the grant type"));
        }
        if !client.may_use_grant(grant_type) {
            return Err(TokenError::new(ErrorCode::UnauthorizedClient, "the client may not use the grant type"));
        }
        let cx = TokenContext::new(self.core, parameters, &client, self.core.now(), self.grants.refresh_settings());
        self.grants.dispatch(grant_type, &cx).await
    }
}
