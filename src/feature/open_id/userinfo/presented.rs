//! The access token of a userinfo request (OpenID Connect Core section 5.3.1, RFC 6750 sections 2.1 and 2.2, RFC 9449 section
//! 7.1).

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method, Request};

use super::refusal::Refusal;
use crate::http::bearer::{self, Credentials, NotOneToken};
use crate::http::form::body_parameters;
use crate::http::parameters::Parameter;

const PARAMETER: Parameter = Parameter::once("access_token");

/// Hands the token over: it stays where it is. One with a proof is in the header, and counts where there are proofs.
///
/// # Errors
///
/// [`Refusal::MissingCredentials`] and [`Refusal::MalformedRequest`].
pub(super) async fn with<T>(
    request: &Request<Bytes>,
    takes_proofs: bool,
    then: impl AsyncFnOnce(Credentials<'_>) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let header = in_header(request.headers(), takes_proofs)?;
    // An empty POST is one whose token is in the header.
    let has_body =
        *request.method() == Method::POST && request.headers().contains_key(CONTENT_TYPE) && !request.body().is_empty();
    if !has_body {
        return then(header.ok_or(Refusal::MissingCredentials)?).await;
    }
    let parameters = match body_parameters(request) {
        Ok(parameters) => parameters,
        // What is no form has no token in it.
        Err(_) => return then(header.ok_or(Refusal::MalformedRequest)?).await,
    };
    parameters.reject_repeats(&[&[PARAMETER]]).map_err(|_| Refusal::MalformedRequest)?;
    match (header, parameters.get(PARAMETER.name)) {
        (Some(header), None) => then(header).await,
        (None, Some(token)) => then(Credentials { token, with_proof: false }).await,
        // RFC 6750 section 2: not more than one method.
        (Some(_), Some(_)) => Err(Refusal::MalformedRequest),
        (None, None) => Err(Refusal::MissingCredentials),
    }
}

fn in_header(headers: &HeaderMap, takes_proofs: bool) -> Result<Option<Credentials<'_>>, Refusal> {
    let found = bearer::credentials(headers).map_err(|error| match error {
        NotOneToken::OtherScheme => Refusal::MissingCredentials,
        NotOneToken::Malformed => Refusal::MalformedRequest,
    })?;
    match found {
        Some(Credentials { with_proof: true, .. }) if !takes_proofs => Err(Refusal::MissingCredentials),
        found => Ok(found),
    }
}
