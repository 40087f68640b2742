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
mod device;
mod introspection;
pub(crate) mod lookup;
mod metadata;
mod parts;
mod revocation;
pub(crate) mod suspension;
mod token;

pub use authorization::{Authorization, AuthorizationEndpoint};
use bytes::Bytes;
pub use device::{DeviceError, DeviceVerification};
use http::{Request, Response};
pub use introspection::IntrospectionEndpoint;
pub use metadata::MetadataEndpoint;
pub use parts::Parts;
pub(crate) use parts::check_client;
pub use revocation::RevocationEndpoint;
pub use token::{TokenEndpoint, TokenRequest};

use crate::client::Client;
use crate::core::Core;
use crate::events;
use crate::http::answer;
use crate::http::form::body_parameters;
use crate::http::parameters::Parameters;
use crate::values::error::OAuthError;

/// The methods of the endpoints that take a form and nothing else.
const POST_ONLY: &str = "POST, OPTIONS";

/// What the token, introspection and revocation endpoints ask of every POST before they look at it: that it came over TLS, that
/// the server is switched on, and that there is a form in the body.
fn form<'a, S>(core: &Core<S>, request: &'a Request<Bytes>) -> Result<Parameters<'a>, OAuthError> {
    core.check_transport(request)?;
    core.check_available()?;
    body_parameters(request)
}

/// An error of a request of a client that is known: operators are told of it, unless it is what devices are told all the time.
fn refused<S>(core: &Core<S>, client: &Client, endpoint: &'static str, error: OAuthError) -> OAuthError {
    if !error.is_routine() {
        events::refused(&core.issuer, client.id(), endpoint, error.code().as_str());
    }
    error
}

/// The response to a POST: what was answered, or the error as RFC 6749 section 5.2 has it.
fn respond<S>(core: &Core<S>, answer: Result<Response<Bytes>, OAuthError>) -> Response<Bytes> {
    answer.unwrap_or_else(|error| answer::error(&core.issuer, core.error_uri.as_ref(), &error))
}
