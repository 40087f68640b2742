//! Errors of the protocol ([`ErrorCode`], [`OAuthError`]) and of the storage ([`StoreError`]). The first are answers that
//! clients read; the detail of the second goes into a `tracing` event and never on the wire.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

/// An `error` value of RFC 6749 sections 4.1.2.1 and 5.2, or of an extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// `invalid_request`: a parameter is missing, repeated or malformed.
    InvalidRequest,
    /// `invalid_client`: client authentication failed (RFC 6749 section 5.2).
    InvalidClient,
    /// `invalid_grant`: the code, refresh token or credentials are invalid, expired or somebody else's.
    InvalidGrant,
    /// `unauthorized_client`: this client may not use this grant or response type.
    UnauthorizedClient,
    /// `unsupported_grant_type`: this server does not have the grant.
    UnsupportedGrantType,
    /// `unsupported_response_type`: this server does not have the response type.
    UnsupportedResponseType,
    /// `invalid_scope`: the scope is malformed, unknown or more than may be granted.
    InvalidScope,
    /// `access_denied`: the resource owner or the server refused (RFC 6749 section 4.1.2.1).
    AccessDenied,
    /// `server_error`. RFC 6749 defines it for the authorization endpoint; this library uses it at the others too, with
    /// status 500.
    ServerError,
    /// `temporarily_unavailable`. As above, with status 503.
    TemporarilyUnavailable,
    /// A code that an extension registered (RFC 6749 section 8.5), made by [`ErrorCode::extension`].
    Extension(ExtensionErrorCode),
}

/// The text of an error code that an extension grant or response type defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ExtensionErrorCode(&'static str);

impl ErrorCode {
    /// An error code of an extension, for example `authorization_pending`.
    ///
    /// Use it in a `const`, so that a mistake is found by the compiler:
    ///
    /// ```
    /// const PENDING: grantor::ErrorCode = grantor::ErrorCode::extension("authorization_pending");
    /// ```
    ///
    /// # Panics
    ///
    /// If the code is empty or holds characters that RFC 6749 appendix A.7 does not allow.
    #[must_use]
    #[track_caller]
    pub const fn extension(code: &'static str) -> Self {
        assert!(!code.is_empty(), "an error code cannot be empty (RFC 6749 appendix A.7)");
        let bytes = code.as_bytes();
        let mut i = 0;
        while i < bytes.len() {
            assert!(
                is_error_text(bytes[i]),
                "an error code is printable ASCII without quote and backslash (RFC 6749 appendix A.7)"
            );
            i += 1;
        }
        Self::Extension(ExtensionErrorCode(code))
    }

    /// The registered text of the code.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::AccessDenied => "access_denied",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::Extension(code) => code.0,
        }
    }

    /// The status of a response that carries this code as JSON (RFC 6749 section 5.2; 5xx is this library's extension).
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::InvalidClient => StatusCode::UNAUTHORIZED,
            Self::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
            Self::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// `%x20-21 / %x23-5B / %x5D-7E`: what RFC 6749 appendices A.7 and A.8 allow in `error` and `error_description`.
const fn is_error_text(byte: u8) -> bool {
    matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e)
}

/// An error that a client is told of: the code, an optional description for its developer, and, for 503, when to retry.
///
/// It is what a grant returns when it refuses (RFC 6749 section 5.2), and what an application rejects an authorization
/// request with (section 4.1.2.1).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}{}{}", if description.is_empty() { "" } else { ": " }, description)]
pub struct OAuthError {
    code: ErrorCode,
    description: Cow<'static, str>,
    retry_after: Option<Duration>,
    /// It is the answer to most requests of its kind, and worth no event.
    routine: bool,
    /// There were too many requests, and this one is not answered.
    too_many: bool,
    /// Rarely there, and errors are passed around: boxed.
    headers: Option<Box<HeaderMap>>,
}

impl OAuthError {
    /// An error with its `error_description`. Characters that RFC 6749 appendix A.8 does not allow become `'` or spaces.
    #[must_use]
    pub fn new(code: ErrorCode, description: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            description: permitted(description.into()),
            retry_after: None,
            routine: false,
            too_many: false,
            headers: None,
        }
    }

    /// The `error` value.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        self.code
    }

    /// The `error_description` value; empty if there is none.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Says when a client may try again.
    #[must_use]
    pub const fn retry_in(mut self, duration: Duration) -> Self {
        self.retry_after = Some(duration);
        self
    }

    /// There were too many requests (429, RFC 6585 section 4): `temporarily_unavailable`, with `Retry-After`. RFC 6749 has no code for it at
    /// the token endpoint, and RFC 9126 section 2.3 and RFC 7591 leave it open.
    #[must_use]
    pub fn too_many_requests(description: impl Into<Cow<'static, str>>, retry_after: Duration) -> Self {
        let error = Self::new(ErrorCode::TemporarilyUnavailable, description).retry_in(retry_after);
        Self { too_many: true, ..error }
    }

    /// The same, with the code that clients of the request understand.
    pub(crate) fn said_as(self, code: ErrorCode) -> Self {
        Self { code, ..self }
    }

    pub(crate) const fn is_too_many(&self) -> bool {
        self.too_many
    }

    /// Adds a header to the response that carries this error as JSON, in place of one with the same name that the library would
    /// write; `Content-Type` and `Cache-Control` stay as they are. A redirect or a page does not carry it.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        if name != CONTENT_TYPE && name != CACHE_CONTROL {
            self.headers.get_or_insert_default().insert(name, value);
        }
        self
    }

    /// It is no news to anybody: nobody did anything wrong.
    pub(crate) const fn routine(mut self) -> Self {
        self.routine = true;
        self
    }

    pub(crate) const fn is_routine(&self) -> bool {
        self.routine
    }

    pub(crate) fn headers(&self) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
        self.headers.iter().flat_map(|headers| headers.iter())
    }

    /// When a client may try again: the `Retry-After` header, in whole seconds.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The status of the response that carries this error as JSON.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        if self.too_many { StatusCode::TOO_MANY_REQUESTS } else { self.code.status() }
    }

    pub(crate) fn invalid_request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidRequest, description)
    }

    /// The one answer to every failed client authentication: it does not say what was wrong.
    pub(crate) fn invalid_client() -> Self {
        Self::new(ErrorCode::InvalidClient, "client authentication failed")
    }

    pub(crate) fn invalid_grant(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidGrant, description)
    }

    /// RFC 8707 section 2, RFC 8693 section 2.2.2: nobody here knows the target, or it may not be had.
    pub(crate) fn invalid_target(description: impl Into<Cow<'static, str>>) -> Self {
        const INVALID_TARGET: ErrorCode = ErrorCode::extension("invalid_target");
        Self::new(INVALID_TARGET, description)
    }

    /// RFC 9396 section 5: what is asked for in detail is unknown, not of its type, or more than was granted.
    pub(crate) fn invalid_authorization_details(description: impl Into<Cow<'static, str>>) -> Self {
        const INVALID_AUTHORIZATION_DETAILS: ErrorCode = ErrorCode::extension("invalid_authorization_details");
        Self::new(INVALID_AUTHORIZATION_DETAILS, description)
    }

    pub(crate) fn invalid_scope(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidScope, description)
    }

    /// What the client is told of a fault that is the server's: the operator reads the detail in an event.
    pub(crate) fn unexpected() -> Self {
        Self::new(ErrorCode::ServerError, "the authorization server met an unexpected condition")
    }

    pub(crate) fn unavailable(retry_after: Option<Duration>) -> Self {
        let retry_after = Some(retry_after.unwrap_or(DEFAULT_RETRY_AFTER));
        Self { retry_after, ..Self::new(ErrorCode::TemporarilyUnavailable, "try again later") }
    }
}

/// What `Retry-After` says when nobody knows better.
const DEFAULT_RETRY_AFTER: Duration = Duration::from_secs(5);

fn permitted(text: Cow<'static, str>) -> Cow<'static, str> {
    if text.bytes().all(is_error_text) {
        return text;
    }
    let replace = |c: char| match c {
        '"' => '\'',
        c if c.is_ascii() && is_error_text(c as u8) => c,
        _ => ' ',
    };
    Cow::Owned(text.chars().map(replace).collect())
}

impl From<StoreError> for OAuthError {
    /// The client learns whether to retry; the operator reads the detail in the event.
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable { retry_after } => {
                tracing::warn!(?retry_after, "the storage is unavailable");
                Self::unavailable(retry_after)
            }
            error => {
                let detail: &dyn std::error::Error = &error;
                tracing::error!(detail, "the storage failed");
                Self::unexpected()
            }
        }
    }
}

/// Why a storage operation failed. [`StoreError::Unavailable`] becomes 503 `temporarily_unavailable`, everything else 500
/// `server_error`; neither shows the detail to the client.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The storage cannot be reached or has no capacity now; the same request may succeed later.
    #[error("the storage is unavailable")]
    Unavailable {
        /// What to tell the client in `Retry-After` (whole seconds, rounded up).
        retry_after: Option<Duration>,
    },
    /// Anything else: a failed query, a corrupt row. The source is for the operator.
    #[error("the storage failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// Wraps the error of a driver.
    pub fn failed(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Failed(source.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // shows: RFC6749-4.1.2.1-12, RFC6749-4.2.2.1-06, RFC6749-5.2-13
    #[test]
    fn a_description_keeps_to_the_characters_of_the_rfc() {
        let error = OAuthError::invalid_request("no \"quotes\", no \\ and no \u{e9}\n");
        assert_eq!(error.description(), "no 'quotes', no   and no   ");
    }
}
