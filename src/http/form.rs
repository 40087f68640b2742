//! Forms in the body of a request.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request};

use crate::http::parameters::Parameters;
use crate::values::error::OAuthError;

/// RFC 6749 section 3.2 and appendix B: the parameters are a form in the body.
pub(crate) fn body_parameters(request: &Request<Bytes>) -> Result<Parameters<'_>, OAuthError> {
    let mut content_types = request.headers().get_all(CONTENT_TYPE).iter();
    // With two of them, whoever looks at the other one reads another request.
    let only = content_types.next().filter(|_| content_types.next().is_none());
    let content_type = only.map(HeaderValue::as_bytes).unwrap_or_default();
    // As nearly all write it; then as they may.
    if content_type != FORM && !is_form(content_type) {
        return Err(OAuthError::invalid_request("the content type must be application/x-www-form-urlencoded"));
    }
    Ok(Parameters::parse(request.body())?)
}

const FORM: &[u8] = b"application/x-www-form-urlencoded";

/// In any case, and with any parameters behind it (RFC 9110 section 8.3.1).
fn is_form(content_type: &[u8]) -> bool {
    let media_type = content_type.split(|byte| *byte == b';').next().unwrap_or_default();
    media_type.trim_ascii().eq_ignore_ascii_case(FORM)
}
