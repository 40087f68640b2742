//! Where an authorization response goes. A target exists only for a redirect URI that was validated against its client, and it
//! is the only thing that can redirect: an error before that has nowhere to go but the page.

use std::sync::Arc;

use bytes::Bytes;
use http::{Response, StatusCode};
use serde::{Deserialize, Serialize};

use crate::authorization::AuthorizationResponse;
use crate::authorization::asked::Asked;
use crate::client::{Client, PrivateUseSchemes};
use crate::error::TokenError;
use crate::issuer::Issuer;
use crate::parameters::{append_fragment, append_query};
use crate::settings::ErrorUri;
use crate::{http_response, page};

/// How the parameters of an authorization response travel (Multiple Response Types section 2.1, Form Post Response Mode
/// section 2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ResponseMode {
    /// In the query of the redirect URI. Not for access tokens.
    #[default]
    Query,
    /// In the fragment of the redirect URI.
    Fragment,
    /// In the body of a form that the browser posts to the redirect URI.
    FormPost,
}

impl ResponseMode {
    pub(crate) const ALL: [&'static str; 3] = ["query", "fragment", "form_post"];

    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name {
            "query" => Some(Self::Query),
            "fragment" => Some(Self::Fragment),
            "form_post" => Some(Self::FormPost),
            _ => None,
        }
    }

    /// Multiple Response Types section 5: a response with a token goes into the fragment.
    pub(crate) const fn default_for(token: bool) -> Self {
        if token { Self::Fragment } else { Self::Query }
    }
}

/// A validated redirect URI with what every response to it carries.
#[derive(Debug, Clone)]
pub(crate) struct RedirectTarget {
    pub(crate) uri: Arc<str>,
    pub(crate) mode: ResponseMode,
    /// Returned byte for byte (RFC 6749 section 4.1.2).
    pub(crate) state: Option<Arc<str>>,
    /// Was the request that is answered a POST? Then the redirect must become a GET (RFC 9700 section 4.12).
    pub(crate) after_post: bool,
}

impl RedirectTarget {
    /// The target of a request, if the client may be answered there (RFC 6749 section 3.1.2.3), and at these schemes.
    pub(crate) fn validate(client: &Client, schemes: &PrivateUseSchemes, requested: Option<&str>) -> Option<Self> {
        let uri = client.redirect_target(requested).filter(|uri| schemes.permit(uri))?;
        Some(Self { uri, mode: ResponseMode::Query, state: None, after_post: false })
    }

    /// That of a request which was found valid.
    pub(super) fn of(asked: &Asked, after_post: bool) -> Self {
        Self { uri: asked.redirect_uri.clone(), mode: asked.mode, state: asked.state.clone(), after_post }
    }

    /// The same, for an answer to a POST.
    pub(crate) fn after_post(self, after_post: bool) -> Self {
        Self { after_post, ..self }
    }

    /// The successful response.
    pub(crate) fn success(&self, issuer: &Issuer, response: &AuthorizationResponse) -> Response<Bytes> {
        let pairs: Vec<(&str, &str)> = response.pairs().collect();
        self.respond(issuer, &pairs)
    }

    /// The error response (RFC 6749 section 4.1.2.1).
    pub(crate) fn error(&self, issuer: &Issuer, error_uri: Option<&ErrorUri>, error: &TokenError) -> Response<Bytes> {
        self.refused(issuer, error_uri, error.code().as_str(), error.description())
    }

    /// The same from its words.
    pub(crate) fn refused(
        &self,
        issuer: &Issuer,
        error_uri: Option<&ErrorUri>,
        code: &str,
        description: &str,
    ) -> Response<Bytes> {
        tracing::debug!(code, description, "authorization refused");
        let error_uri = error_uri.map(|base| base.of(code));
        let mut pairs = vec![("error", code)];
        if !description.is_empty() {
            pairs.push(("error_description", description));
        }
        pairs.extend(error_uri.as_deref().map(|uri| ("error_uri", uri)));
        self.respond(issuer, &pairs)
    }

    fn respond(&self, issuer: &Issuer, pairs: &[(&str, &str)]) -> Response<Bytes> {
        let mut all = pairs.to_vec();
        all.extend(self.state.as_deref().map(|state| ("state", state)));
        all.push(("iss", issuer.as_str()));
        match self.mode {
            ResponseMode::Query => self.redirect(&append_query(&self.uri, &all)),
            ResponseMode::Fragment => self.redirect(&append_fragment(&self.uri, &all)),
            ResponseMode::FormPost => page::form_post(&self.uri, &all),
        }
    }

    fn redirect(&self, location: &str) -> Response<Bytes> {
        let status = if self.after_post { StatusCode::SEE_OTHER } else { StatusCode::FOUND };
        http_response::redirect(status, location)
    }
}
