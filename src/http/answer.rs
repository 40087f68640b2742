//! HTTP responses that are not pages: JSON, errors, redirects, 405.

use std::sync::LazyLock;
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, LOCATION, PRAGMA, REFERRER_POLICY, RETRY_AFTER, WWW_AUTHENTICATE,
};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::http::transport::ErrorUri;
use crate::values::error::{ErrorCode, OAuthError};
use crate::values::issuer::Issuer;

/// JSON that must not be stored: RFC 6749 section 5.1 asks for both headers on every response with tokens or credentials.
pub(crate) fn json(status: StatusCode, body: Bytes) -> Response<Bytes> {
    // Cloning does not hash the names again.
    static HEADERS: LazyLock<HeaderMap> = LazyLock::new(|| {
        let mut headers = HeaderMap::with_capacity(3);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
        headers
    });
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().clone_from(&HEADERS);
    response
}

/// An error of the token, introspection or revocation endpoint (RFC 6749 section 5.2).
pub(crate) fn error(issuer: &Issuer, error_uri: Option<&ErrorUri>, error: &OAuthError) -> Response<Bytes> {
    tracing::debug!(code = %error.code(), description = error.description(), "request refused");
    let body = serde_json::to_vec(&ErrorBody { error, error_uri }).unwrap_or_default();
    let mut response = json(error.status(), body.into());
    let headers = response.headers_mut();
    if error.code() == ErrorCode::InvalidClient {
        // RFC 6749 section 5.2 and RFC 9110 section 11.6.1: a 401 names the scheme. An issuer has no quote and no backslash.
        let challenge = format!("Basic realm=\"{}\", charset=\"UTF-8\"", issuer.as_str());
        let challenge = HeaderValue::from_str(&challenge).unwrap_or(HeaderValue::from_static("Basic realm=\"oauth\""));
        headers.insert(WWW_AUTHENTICATE, challenge);
    }
    if let Some(after) = error.retry_after() {
        headers.insert(RETRY_AFTER, HeaderValue::from(whole_seconds(after)));
    }
    for (name, value) in error.headers() {
        headers.insert(name, value.clone());
    }
    response
}

struct ErrorBody<'a> {
    error: &'a OAuthError,
    error_uri: Option<&'a ErrorUri>,
}

impl Serialize for ErrorBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("error", self.error.code().as_str())?;
        if !self.error.description().is_empty() {
            map.serialize_entry("error_description", self.error.description())?;
        }
        if let Some(base) = self.error_uri {
            map.serialize_entry("error_uri", &base.of(self.error.code().as_str()))?;
        }
        map.end()
    }
}

/// A redirect. The location may hold a code or a token, so it is neither stored nor told to the next page.
pub(crate) fn redirect(status: StatusCode, location: &str) -> Response<Bytes> {
    let Ok(mut location) = HeaderValue::from_str(location) else {
        // Registered URIs are ASCII and parameters are percent-encoded: this is a fault of the library.
        return crate::http::page::error(None, &OAuthError::new(ErrorCode::ServerError, "the response cannot be delivered"));
    };
    location.set_sensitive(true);
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(LOCATION, location);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// 204 for OPTIONS, else 405 (RFC 9110 sections 9.3.7 and 15.5.6); both with `Allow`.
pub(crate) fn other_method(method: &Method, allow: &'static str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = if *method == Method::OPTIONS { StatusCode::NO_CONTENT } else { StatusCode::METHOD_NOT_ALLOWED };
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
    response
}

/// The answer to what is neither GET nor HEAD.
pub(crate) fn not_read(method: &Method) -> Option<Response<Bytes>> {
    let reads = matches!(*method, Method::GET | Method::HEAD);
    (!reads).then(|| other_method(method, "GET, HEAD, OPTIONS"))
}

/// A document for everybody, to a GET or HEAD request.
pub(crate) fn document(method: &Method, media_type: &'static str, cached: HeaderValue, body: Bytes) -> Response<Bytes> {
    let length = body.len();
    let mut response = Response::new(if *method == Method::HEAD { Bytes::new() } else { body });
    let headers = response.headers_mut();
    // RFC 9110 section 8.6: for HEAD too, the length is that of the document. Whoever sees the empty body says 0.
    headers.insert(CONTENT_LENGTH, length.into());
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CACHE_CONTROL, cached);
    response
}

/// `Retry-After` is in whole seconds: rounded up.
pub(crate) fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs().saturating_add(u64::from(duration.subsec_nanos() > 0))
}

/// There is no endpoint at this path.
pub(crate) fn not_found() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}
