//! Why a request is refused: errors of RFC 7591 section 3.2.2, and those of bearer tokens (RFC 6750 section 3).

use std::time::Duration;

use bytes::Bytes;
use http::header::WWW_AUTHENTICATE;
use http::{HeaderValue, Response, StatusCode};

use crate::client::Unregistered;
use crate::core::Core;
use crate::events;
use crate::http::answer;
use crate::values::error::{ErrorCode, OAuthError, StoreError};

pub(super) const REDIRECT_URI: ErrorCode = ErrorCode::extension("invalid_redirect_uri");
pub(super) const METADATA: ErrorCode = ErrorCode::extension("invalid_client_metadata");
pub(super) const STATEMENT: ErrorCode = ErrorCode::extension("invalid_software_statement");
pub(super) const UNAPPROVED: ErrorCode = ErrorCode::extension("unapproved_software_statement");
const INVALID_TOKEN: ErrorCode = ErrorCode::extension("invalid_token");

pub(super) enum Refusal {
    Error(OAuthError),
    /// 401: no token is there, or one that is not good.
    Unauthorized {
        presented: bool,
    },
    Forbidden(OAuthError),
    /// 429.
    TooMany(Duration),
    /// The server keeps as many clients as it may.
    Full,
}

impl From<OAuthError> for Refusal {
    fn from(error: OAuthError) -> Self {
        Self::Error(error)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Error(error.into())
    }
}

impl From<Unregistered> for Refusal {
    fn from(reason: Unregistered) -> Self {
        Self::Error(OAuthError::new(if reason.redirect_uri { REDIRECT_URI } else { METADATA }, reason.words))
    }
}

impl Refusal {
    pub(super) fn metadata(words: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        Self::Error(OAuthError::new(METADATA, words))
    }

    pub(super) fn report<S>(&self, core: &Core<S>) {
        match self {
            Self::Error(error) if error.is_routine() => {}
            Self::Error(error) | Self::Forbidden(error) => events::registration_refused(&core.issuer, error.code().as_str()),
            Self::Unauthorized { .. } => events::registration_refused(&core.issuer, INVALID_TOKEN.as_str()),
            Self::TooMany(_) => events::too_many_registrations(&core.issuer, "requests"),
            Self::Full => events::too_many_registrations(&core.issuer, "clients"),
        }
    }

    pub(super) fn to_response<S>(&self, core: &Core<S>) -> Response<Bytes> {
        let error = |error: &OAuthError| answer::error(&core.issuer, core.error_uri.as_ref(), error);
        let with_status = |mut response: Response<Bytes>, status| {
            *response.status_mut() = status;
            response
        };
        match self {
            Self::Error(reason) => error(reason),
            Self::Forbidden(reason) => with_status(error(reason), StatusCode::FORBIDDEN),
            Self::Unauthorized { presented } => {
                let words = if *presented { "the token is not good, or not for this client" } else { "a bearer token is needed" };
                let mut response = error(&OAuthError::new(INVALID_TOKEN, words));
                // An issuer has no quote and no backslash. A request without a token is told of no error (RFC 6750 section 3.1).
                let said = if *presented { ", error=\"invalid_token\"" } else { "" };
                let challenge = format!("Bearer realm=\"{}\"{said}", core.issuer.as_str());
                let challenge = HeaderValue::from_str(&challenge).unwrap_or(HeaderValue::from_static("Bearer"));
                response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
                with_status(response, StatusCode::UNAUTHORIZED)
            }
            Self::TooMany(pause) => error(&OAuthError::too_many_requests("too many registrations: try again later", *pause)),
            Self::Full => {
                let words = "this server has as many registered clients as it keeps: try again later";
                error(&OAuthError::new(ErrorCode::TemporarilyUnavailable, words).retry_in(Duration::from_secs(3_600)))
            }
        }
    }
}
