//! The body of a registration request (RFC 7591 section 3.1).

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request};

use super::refusal::Refusal;
use crate::client::Members;
use crate::values::limits::RegistrationBytes;

/// The members, each there once.
pub(super) fn read(request: &Request<Bytes>, limit: RegistrationBytes) -> Result<Members, Refusal> {
    let mut content_types = request.headers().get_all(CONTENT_TYPE).iter();
    let only = content_types.next().filter(|_| content_types.next().is_none());
    if !only.is_some_and(is_json) {
        return Err(Refusal::metadata("the content type must be application/json"));
    }
    let body = request.body();
    if body.len() > usize::try_from(limit.get()).unwrap_or(usize::MAX) {
        return Err(Refusal::metadata(format!("the request is too large: this server takes {} bytes", limit.get())));
    }
    serde_json::from_slice(body).map_err(|error| {
        let words =
            format!("the body is not a JSON object with each member once, at line {}, column {}", error.line(), error.column());
        Refusal::metadata(words)
    })
}

/// In any case, and with any parameters behind it (RFC 9110 section 8.3.1).
fn is_json(content_type: &HeaderValue) -> bool {
    let media_type = content_type.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default();
    media_type.trim_ascii().eq_ignore_ascii_case(b"application/json")
}
