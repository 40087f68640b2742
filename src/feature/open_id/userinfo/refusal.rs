//! Why a userinfo request is refused (OpenID Connect Core section 5.3.3, RFC 6750 section 3).

use bytes::Bytes;
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};

use crate::core::Core;
use crate::http::answer;
use crate::values::error::{OAuthError, StoreError};

pub(super) enum Refusal {
    MissingCredentials,
    MalformedRequest,
    Inactive,
    OtherAudience,
    NotProven,
    InsufficientScope,
    /// The server cannot answer now, or at all.
    Fault(OAuthError),
}

impl From<OAuthError> for Refusal {
    fn from(error: OAuthError) -> Self {
        Self::Fault(error)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

impl Refusal {
    /// The status, the error code, and words. A request without a token is told of no error (RFC 6750 section 3.1).
    fn said(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::MissingCredentials | Self::Fault(_) => (StatusCode::UNAUTHORIZED, "", ""),
            Self::MalformedRequest => (StatusCode::BAD_REQUEST, "invalid_request", "the request has not one access token"),
            Self::Inactive => (StatusCode::UNAUTHORIZED, "invalid_token", "the access token is unknown, expired or revoked"),
            Self::OtherAudience => (StatusCode::UNAUTHORIZED, "invalid_token", "the access token is meant for another resource"),
            Self::NotProven => (
                StatusCode::UNAUTHORIZED,
                "invalid_token",
                "the access token is bound to a key that the request does not prove to have",
            ),
            Self::InsufficientScope => (StatusCode::FORBIDDEN, "insufficient_scope", "the access token lacks the scope openid"),
        }
    }

    pub(super) fn to_response<S>(&self, core: &Core<S>) -> Response<Bytes> {
        if let Self::Fault(error) = self {
            return answer::error(&core.issuer, core.error_uri.as_ref(), error);
        }
        let (status, code, words) = self.said();
        let body = match code {
            "" => Bytes::new(),
            code => format!(r#"{{"error":"{code}","error_description":"{words}"}}"#).into(),
        };
        let mut response = answer::json(status, body);
        // An issuer has no quote and no backslash.
        let mut challenge = format!("Bearer realm=\"{}\"", core.issuer.as_str());
        if code.is_empty() {
            // Nothing is no JSON.
            response.headers_mut().remove(CONTENT_TYPE);
        } else {
            challenge.push_str(&format!(", error=\"{code}\", error_description=\"{words}\""));
        }
        if matches!(self, Self::InsufficientScope) {
            challenge.push_str(", scope=\"openid\"");
        }
        let challenge = HeaderValue::from_str(&challenge).unwrap_or(HeaderValue::from_static("Bearer realm=\"openid\""));
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        response
    }
}
