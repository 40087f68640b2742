//! Cross-origin access (Fetch standard) for the endpoints that programs in browsers call: token, revocation, introspection and
//! metadata. They are authenticated by what the request carries, never by cookies, so any origin may read the answers. The
//! authorization endpoint is for navigation and has none of this (RFC 9700 section 2.6: it MUST NOT support CORS).

use bytes::Bytes;
#[cfg(feature = "tower")]
use http::StatusCode;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ALLOW, ORIGIN, VARY,
};
use http::{HeaderName, HeaderValue, Method, Request, Response};

/// The longest list of header names that is said back, in bytes.
const MAX_HEADERS: usize = 1024;

/// A browser's question before the real request.
pub(crate) struct Preflight {
    /// What may be sent with it.
    headers: HeaderValue,
    /// How it is to be sent.
    #[cfg_attr(not(feature = "tower"), allow(dead_code, reason = "the layer answers for others"))]
    method: HeaderValue,
}

impl Preflight {
    /// `None` if the request is none.
    pub(crate) fn of<B>(request: &Request<B>) -> Option<Self> {
        let headers = request.headers();
        let method = headers.get(ACCESS_CONTROL_REQUEST_METHOD)?.clone();
        (request.method() == Method::OPTIONS && headers.contains_key(ORIGIN)).then(|| {
            // Programs add headers of their own, for tracing or of a protocol: no list of ours would be complete.
            let asked = headers.get(ACCESS_CONTROL_REQUEST_HEADERS).filter(|asked| is_list_of_names(asked.as_bytes()));
            Self { headers: asked.cloned().unwrap_or(HeaderValue::from_static("Authorization, Content-Type")), method }
        })
    }

    /// The answer for a resource of which it is not known what methods it has: the request itself will tell.
    #[cfg(feature = "tower")]
    pub(crate) fn granted(self) -> Response<Bytes> {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::NO_CONTENT;
        if Method::from_bytes(self.method.as_bytes()).is_ok() {
            response.headers_mut().insert(ALLOW, self.method.clone());
        }
        allow_any_origin(&mut response, Some(self));
        response.headers_mut().remove(ALLOW);
        response.headers_mut().append(VARY, ACCESS_CONTROL_REQUEST_METHOD.into());
        response
    }
}

/// Is it `#field-name` (RFC 9110 section 5.6.1), of a bounded length?
fn is_list_of_names(list: &[u8]) -> bool {
    let mut names = list.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    list.len() <= MAX_HEADERS && names.all(|name| HeaderName::from_bytes(name).is_ok())
}

/// Lets any origin read a response of somebody else's, with all its headers: what those are is not known here. `*` is all of them for
/// a request without cookies (Fetch section 3.3.3), and does not hide one that is named.
#[cfg(feature = "tower")]
pub(crate) fn open<B>(response: &mut Response<B>) {
    let headers = response.headers_mut();
    // What the application says itself counts.
    let exposed = HeaderValue::from_static("*, WWW-Authenticate, Retry-After, DPoP-Nonce");
    headers.entry(ACCESS_CONTROL_ALLOW_ORIGIN).or_insert(HeaderValue::from_static("*"));
    headers.entry(ACCESS_CONTROL_EXPOSE_HEADERS).or_insert(exposed);
}

/// Adds what a response to any origin carries.
pub(crate) fn allow_any_origin(response: &mut Response<Bytes>, preflight: Option<Preflight>) {
    let methods = response.headers().get(ALLOW).cloned();
    let headers = response.headers_mut();
    headers.reserve(6);
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("WWW-Authenticate, Retry-After, DPoP-Nonce"));
    if let (Some(methods), Some(preflight)) = (methods, preflight) {
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, preflight.headers);
        headers.append(VARY, ACCESS_CONTROL_REQUEST_HEADERS.into());
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
    }
}
