//! Why a userinfo request is refused (OpenID Connect Core section 5.3.3, RFC 6750 section 3).

use bytes::Bytes;
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Response, StatusCode};

use crate::core::Core;
use crate::http::answer;
use crate::values::error::{OAuthError, StoreError};

pub(super) enum Refusal {
    MissingCredentials,
    MalformedRequest,
    Inactive,
    OtherAudience,
    NotProven,
    /// A bearer token that is presented as one with a proof.
    NotBound,
    /// The proof of a key is not what it has to be.
    Proof(OAuthError),
    InsufficientScope,
    /// The server cannot answer now, or at all.
    Fault(OAuthError),
}

impl From<OAuthError> for Refusal {
    fn from(error: OAuthError) -> Self {
        Self::Fault(error)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

/// With which scheme the token was presented, and by which algorithms keys may be proved.
#[derive(Clone, Copy)]
pub(super) struct Schemes<'a> {
    pub(super) with_proof: bool,
    pub(super) algorithms: &'a [&'static str],
}

impl Refusal {
    /// The status, the error code, and words. A request without a token is told of no error (RFC 6750 section 3.1).
    fn said(&self) -> (StatusCode, &str, &str) {
        match self {
            Self::MissingCredentials | Self::Fault(_) => (StatusCode::UNAUTHORIZED, "", ""),
            Self::MalformedRequest => (StatusCode::BAD_REQUEST, "invalid_request", "the request has not one access token"),
            Self::Inactive => (StatusCode::UNAUTHORIZED, "invalid_token", "the access token is unknown, expired or revoked"),
            Self::OtherAudience => (StatusCode::UNAUTHORIZED, "invalid_token", "the access token is meant for another resource"),
            Self::NotProven => (
                StatusCode::UNAUTHORIZED,
                "invalid_token",
                "the access token is bound to a key that the request does not prove to have",
            ),
            Self::NotBound => (StatusCode::UNAUTHORIZED, "invalid_token", "the access token is bound to no key"),
            Self::Proof(error) => (StatusCode::UNAUTHORIZED, error.code().as_str(), error.description()),
            Self::InsufficientScope => (StatusCode::FORBIDDEN, "insufficient_scope", "the access token lacks the scope openid"),
        }
    }

    pub(super) fn to_response<S>(&self, core: &Core<S>, schemes: Schemes<'_>) -> Response<Bytes> {
        let fault = match self {
            Self::Fault(error) => Some(error),
            // Such as a storage that cannot be asked for proofs.
            Self::Proof(error) if error.status().is_server_error() => Some(error),
            _ => None,
        };
        if let Some(error) = fault {
            return answer::error(&core.issuer, core.error_uri.as_ref(), error);
        }
        let (status, code, words) = self.said();
        let body = match code {
            "" => Bytes::new(),
            code => format!(r#"{{"error":"{code}","error_description":"{words}"}}"#).into(),
        };
        let mut response = answer::json(status, body);
        if code.is_empty() {
            // Nothing is no JSON.
            response.headers_mut().remove(CONTENT_TYPE);
        }
        if let Self::Proof(error) = self {
            for (name, value) in error.headers() {
                response.headers_mut().insert(name, value.clone());
            }
        }
        let error = match code {
            "" => String::new(),
            code => format!(", error=\"{code}\", error_description=\"{words}\""),
        };
        let scope = if matches!(self, Self::InsufficientScope) { ", scope=\"openid\"" } else { "" };
        for (scheme, proves) in [("DPoP", true), ("Bearer", false)] {
            // The error belongs to the scheme that was tried (RFC 9449 section 7.2); the other one comes after it.
            let tried = proves == schemes.with_proof;
            let error = if tried { &*error } else { "" };
            // An issuer has no quote and no backslash.
            let mut challenge = format!("{scheme} realm=\"{}\"{error}{scope}", core.issuer.as_str());
            if proves && schemes.algorithms.is_empty() {
                continue;
            }
            if proves {
                challenge.push_str(&format!(", algs=\"{}\"", schemes.algorithms.join(" ")));
            }
            let challenge = HeaderValue::from_str(&challenge).unwrap_or(HeaderValue::from_static("Bearer realm=\"openid\""));
            match tried {
                true => put_first(response.headers_mut(), challenge),
                false => drop(response.headers_mut().append(WWW_AUTHENTICATE, challenge)),
            }
        }
        response
    }
}

/// Many look at the first one alone.
fn put_first(headers: &mut HeaderMap, challenge: HeaderValue) {
    let before = headers.insert(WWW_AUTHENTICATE, challenge);
    if let Some(before) = before {
        headers.append(WWW_AUTHENTICATE, before);
    }
}
