//! Where an authorization response goes. A target exists only for a redirect URI that was validated against its client, and it
//! is the only thing that can redirect: an error before that has nowhere to go but the page.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use http::{Response, StatusCode};

use crate::authorization::AuthorizationResponse;
use crate::client::{Client, RedirectRules};
use crate::http::parameters::{append_fragment, append_query};
use crate::http::{answer, page};
use crate::values::asked::Asked;
use crate::values::issuer::Issuer;
use crate::values::response_mode::ResponseMode;

/// A validated redirect URI with what every response to it carries.
#[derive(Debug, Clone)]
pub(crate) struct RedirectTarget {
    pub(crate) uri: Arc<str>,
    pub(crate) mode: ResponseMode,
    /// The response mode of a feature that writes the response anew before it travels.
    pub(crate) encoded: Option<Cow<'static, str>>,
    /// Returned byte for byte (RFC 6749 section 4.1.2).
    pub(crate) state: Option<Arc<str>>,
    /// Was the request that is answered a POST? Then the redirect must become a GET (RFC 9700 section 4.12).
    pub(crate) after_post: bool,
}

impl RedirectTarget {
    /// The target of a request, if the client may be answered there (RFC 6749 section 3.1.2.3), and the server answers there.
    pub(crate) fn validate(client: &Client, rules: RedirectRules<'_>, requested: Option<&str>) -> Option<Self> {
        client.redirect_target(requested).filter(|uri| rules.permit(client, uri)).map(Self::to)
    }

    /// Of a URI that the client may be answered at.
    pub(super) fn to(uri: Arc<str>) -> Self {
        Self { uri, mode: ResponseMode::Query, encoded: None, state: None, after_post: false }
    }

    /// That of a request which was found valid.
    pub(super) fn of(asked: &Asked, after_post: bool) -> Self {
        let Asked { redirect_uri, mode, encoded, state, .. } = asked;
        Self { uri: redirect_uri.clone(), mode: *mode, encoded: encoded.clone(), state: state.clone(), after_post }
    }

    /// The value of `response_mode` that stands for the way in which it is answered.
    pub(super) fn mode_name(&self) -> &str {
        self.encoded.as_deref().unwrap_or(self.mode.as_str())
    }

    /// The same, for an answer to a POST.
    pub(crate) fn after_post(self, after_post: bool) -> Self {
        Self { after_post, ..self }
    }

    /// What is said wherever the response goes: to whom it answers, and who answers (RFC 6749 section 4.1.2, RFC 9207 section 2).
    pub(crate) fn complete(&self, issuer: &Issuer, mut response: AuthorizationResponse) -> AuthorizationResponse {
        if let Some(state) = self.state.as_deref() {
            response.push("state", state.to_owned());
        }
        response.push("iss", issuer.as_str().to_owned());
        response
    }

    /// Sends a response that was completed, and encoded if it is to be.
    pub(crate) fn send(&self, response: &AuthorizationResponse) -> Response<Bytes> {
        let pairs: Vec<(&str, &str)> = response.pairs().collect();
        match self.mode {
            ResponseMode::Query => self.redirect(&append_query(&self.uri, &pairs)),
            ResponseMode::Fragment => self.redirect(&append_fragment(&self.uri, &pairs)),
            ResponseMode::FormPost => page::form_post(&self.uri, &pairs),
        }
    }

    fn redirect(&self, location: &str) -> Response<Bytes> {
        let status = if self.after_post { StatusCode::SEE_OTHER } else { StatusCode::FOUND };
        answer::redirect(status, location)
    }
}
