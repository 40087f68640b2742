//! Cross-origin access (Fetch standard) for the endpoints that programs in browsers call: token, revocation, introspection and
//! metadata. They are authenticated by what the request carries, never by cookies, so any origin may read the answers. The
//! authorization endpoint is for navigation and has none of this (RFC 9700 section 2.6: it MUST NOT support CORS).

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ALLOW, ORIGIN,
};
use http::{HeaderValue, Method, Request, Response};

/// Is it a browser's question before the real request?
pub(super) fn is_preflight<B>(request: &Request<B>) -> bool {
    let headers = request.headers();
    request.method() == Method::OPTIONS && headers.contains_key(ORIGIN) && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// Adds what a response to any origin carries.
pub(super) fn allow_any_origin(response: &mut Response<Bytes>, preflight: bool) {
    let methods = response.headers().get(ALLOW).cloned();
    let headers = response.headers_mut();
    headers.reserve(5);
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("WWW-Authenticate, Retry-After"));
    if let Some(methods) = methods.filter(|_| preflight) {
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("Authorization, Content-Type"));
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
    }
}
