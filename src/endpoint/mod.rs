//! The endpoints. Each is a handle that a server hands out; its `handle` takes an HTTP request and always gives a response:
//! every error is one that the RFCs define.

/// `Debug` for the handles: what they hold is the server's.
macro_rules! debug_handle {
    ($endpoint:ident<$($p:ident),*>) => {
        impl<$($p,)* F: $crate::feature::FeatureList> std::fmt::Debug for $endpoint<'_, $($p,)* F> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($endpoint), "(..)"))
            }
        }
    };
}

mod authorization;
mod decision;
mod introspection;
mod metadata;
mod parts;
mod revocation;
mod token;

pub use authorization::{Authorization, AuthorizationEndpoint};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, Response};
pub use introspection::IntrospectionEndpoint;
pub use metadata::MetadataEndpoint;
pub use parts::Parts;
pub use revocation::RevocationEndpoint;
pub use token::{TokenEndpoint, TokenRequest};

use crate::core::Core;
use crate::error::TokenError;
use crate::http_response;
use crate::parameters::Parameters;
use crate::settings::Transport;

/// The methods of the endpoints that take a form and nothing else.
const POST_ONLY: &str = "POST, OPTIONS";

/// What the token, introspection and revocation endpoints ask of every POST before they look at it: that it came over TLS, that
/// the server is switched on, and that there is a form in the body.
fn form<'a, S>(core: &Core<S>, request: &'a Request<Bytes>) -> Result<Parameters<'a>, TokenError> {
    check_transport(core, request)?;
    core.check_available()?;
    body_parameters(request)
}

/// The response to a POST: what was answered, or the error as RFC 6749 section 5.2 has it.
fn respond<S>(core: &Core<S>, answer: Result<Response<Bytes>, TokenError>) -> Response<Bytes> {
    answer.unwrap_or_else(|error| http_response::error(&core.issuer, core.error_uri.as_ref(), &error))
}

/// RFC 6749 sections 3.1 and 3.2: TLS is required.
fn check_transport<S>(core: &Core<S>, request: &Request<Bytes>) -> Result<(), TokenError> {
    if Transport::is_plain(request) && !core.loopback {
        return Err(TokenError::invalid_request("OAuth 2 requires TLS: use https (RFC 6749 section 3.1)"));
    }
    Ok(())
}

/// RFC 6749 section 3.2 and appendix B: the parameters are a form in the body.
fn body_parameters(request: &Request<Bytes>) -> Result<Parameters<'_>, TokenError> {
    let mut content_types = request.headers().get_all(CONTENT_TYPE).iter();
    // With two of them, whoever looks at the other one reads another request.
    let only = content_types.next().filter(|_| content_types.next().is_none());
    let content_type = only.map(HeaderValue::as_bytes).unwrap_or_default();
    let media_type = content_type.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    if !media_type.eq_ignore_ascii_case(b"application/x-www-form-urlencoded") {
        return Err(TokenError::invalid_request("the content type must be application/x-www-form-urlencoded"));
    }
    Ok(Parameters::parse(request.body())?)
}
