//! The answer to a request that may not reach the resource: the status, the `WWW-Authenticate` header and the error code of
//! RFC 6750 section 3. A challenge never repeats what the request brought, so it cannot leak a token.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Response, StatusCode};

use super::TokenScheme;
use super::metadata::OFFLINE_ACCESS;
use super::possession::Refused;
use super::step_up::{Lacks, Required};
use crate::http::answer::whole_seconds;
use crate::http::cors;

/// What `Retry-After` says when the verifier does not know.
const DEFAULT_RETRY_AFTER: Duration = Duration::from_secs(5);

/// Why a request was not let through, as [`ResourceServer::authenticate`](crate::ResourceServer::authenticate) tells it.
/// [`to_response`](Self::to_response) makes the response of RFC 6750 section 3 from it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", fault.description())]
pub struct Challenge {
    fault: Fault,
    /// What the resource requires; empty if nothing, or if it would not help to know.
    scope: Box<str>,
    /// What the resource requires of the sign-in, where a token lacks it (RFC 9470 section 3).
    acr_values: Box<str>,
    max_age: Option<u64>,
    /// How the token was presented, if that is known.
    tried: Option<TokenScheme>,
    /// What the client is to put into its next proof.
    nonce: Option<Box<HeaderValue>>,
    protection: Arc<Protection>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    MissingCredentials,
    SeveralCredentials,
    MalformedCredentials,
    Inactive,
    OtherAudience,
    NotProven,
    /// It is presented as one that is bound to a key, and is not.
    NotBound,
    /// It may be bound to a key or not: it is presented as a bearer token where none are taken.
    BearerToken,
    /// The proof of a key is not what it has to be, for this reason.
    #[cfg_attr(not(feature = "jose"), allow(dead_code, reason = "proofs are signed"))]
    InvalidProof(&'static str),
    /// The proof has no nonce of this server.
    #[cfg_attr(not(feature = "jose"), allow(dead_code, reason = "proofs are signed"))]
    NeedsNonce,
    InsufficientScope,
    InsufficientAuthentication {
        lacks: Lacks,
        lacks_scope: bool,
    },
    Unavailable {
        retry_after: Option<Duration>,
    },
    Failed,
}

impl Fault {
    const fn status(self) -> StatusCode {
        match self {
            Self::SeveralCredentials | Self::MalformedCredentials => StatusCode::BAD_REQUEST,
            Self::MissingCredentials | Self::Inactive | Self::OtherAudience | Self::NotProven => StatusCode::UNAUTHORIZED,
            Self::NotBound | Self::BearerToken | Self::InvalidProof(_) | Self::NeedsNonce => StatusCode::UNAUTHORIZED,
            Self::InsufficientAuthentication { .. } => StatusCode::UNAUTHORIZED,
            Self::InsufficientScope => StatusCode::FORBIDDEN,
            Self::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The error code. RFC 6750 section 3.1 defines the first and the second and `insufficient_scope`, RFC 9449 sections 7.1 and 9 those of
    /// proofs, RFC 9470 section 3 that of the sign-in; the last two are those of RFC 6749 section 4.1.2.1.
    const fn code(self) -> Option<&'static str> {
        match self {
            Self::MissingCredentials => None,
            Self::SeveralCredentials | Self::MalformedCredentials => Some("invalid_request"),
            Self::Inactive | Self::OtherAudience | Self::NotProven => Some("invalid_token"),
            Self::NotBound | Self::BearerToken => Some("invalid_token"),
            Self::InvalidProof(_) => Some("invalid_dpop_proof"),
            Self::NeedsNonce => Some("use_dpop_nonce"),
            Self::InsufficientScope => Some("insufficient_scope"),
            Self::InsufficientAuthentication { .. } => Some("insufficient_user_authentication"),
            Self::Unavailable { .. } => Some("temporarily_unavailable"),
            Self::Failed => Some("server_error"),
        }
    }

    const fn description(self) -> &'static str {
        match self {
            Self::MissingCredentials => "the request has no access token",
            Self::SeveralCredentials => "the request has more than one Authorization header",
            Self::MalformedCredentials => "the Authorization header is not a scheme, a space and a token",
            Self::Inactive => "the access token is unknown, expired or revoked",
            Self::OtherAudience => "the access token is meant for another audience",
            Self::NotProven => "the access token is bound to a key that the request does not prove to have",
            Self::NotBound => "the access token is bound to no key, and presented as one that is",
            Self::BearerToken => "bearer tokens are not accepted here",
            Self::InvalidProof(why) => why,
            Self::NeedsNonce => "the DPoP proof needs a nonce of this server, from its header DPoP-Nonce",
            Self::InsufficientScope => "the access token lacks a scope that this resource requires",
            Self::InsufficientAuthentication { lacks: Lacks { level: true, recency: true }, .. } => {
                "a different authentication level and more recent authentication are required"
            }
            Self::InsufficientAuthentication { lacks: Lacks { level: true, .. }, .. } => {
                "a different authentication level is required"
            }
            Self::InsufficientAuthentication { .. } => "more recent authentication is required",
            Self::Unavailable { .. } => "the access token cannot be checked now",
            Self::Failed => "the access token could not be checked",
        }
    }
}

/// What every challenge of one resource server says. The values can stand in a quoted string.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Protection {
    pub(super) realm: Box<str>,
    pub(super) resource_metadata: Option<Box<str>>,
    /// What a client needs at least, said where a request requires nothing in particular.
    pub(super) least_scope: Box<str>,
    /// Programs in browsers may read the answer, whatever their origin.
    pub(super) any_origin: bool,
    /// By which algorithms keys are proved, separated by spaces; empty where no bound tokens are taken.
    pub(super) algorithms: Box<str>,
    pub(super) refuses_bearer_tokens: bool,
}

impl Challenge {
    pub(super) fn new(refused: impl Into<Refused>, required: &str, protection: &Arc<Protection>) -> Self {
        let Refused { fault, scheme: tried, nonce } = refused.into();
        let asks_for_a_token = matches!(
            fault,
            Fault::MissingCredentials
                | Fault::Inactive
                | Fault::OtherAudience
                | Fault::NotProven
                | Fault::NotBound
                | Fault::BearerToken
        );
        let scope = match fault {
            // A client that has the scope asks for what it asked for before; one scope alone would take the others from it.
            Fault::InsufficientAuthentication { lacks_scope: false, .. } => "",
            _ if required.is_empty() && asks_for_a_token => &protection.least_scope,
            _ => required,
        };
        // Clients ask for refresh tokens of their own accord: none needs one here (MCP authorization 2026-07-28, "Refresh Tokens").
        let scope = match scope.split(' ').any(|token| token == OFFLINE_ACCESS) {
            false => scope.into(),
            true => scope.split(' ').filter(|token| *token != OFFLINE_ACCESS).collect::<Vec<_>>().join(" ").into(),
        };
        let acr_values = "".into();
        Self { fault, scope, acr_values, max_age: None, tried, nonce: nonce.map(Box::new), protection: protection.clone() }
    }

    /// Says what is required of the sign-in, if that is what the token lacks.
    pub(super) fn requiring(self, Required { acr_values, max_age }: Required<'_>) -> Self {
        match self.fault {
            Fault::InsufficientAuthentication { .. } => Self { acr_values: acr_values.into(), max_age, ..self },
            _ => self,
        }
    }

    /// The status: 400, 401 or 403 (RFC 6750 section 3.1); 503 or 500 where the token could not be checked.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.fault.status()
    }

    /// The error code: `invalid_request`, `invalid_token`, `insufficient_scope`, `invalid_dpop_proof` or `use_dpop_nonce` (RFC 9449 sections
    /// 7.1 and 9), `insufficient_user_authentication` (RFC 9470 section 3), `temporarily_unavailable` or `server_error`;
    /// `None` if the request brought no token (RFC 6750 section 3.1: then there is no error to tell of).
    #[must_use]
    pub const fn error(&self) -> Option<&'static str> {
        self.fault.code()
    }

    /// The response: `WWW-Authenticate` for 400, 401 and 403, `Retry-After` for 503, `Cache-Control: no-store`, and the error,
    /// if there is one, as a JSON object too.
    #[must_use]
    pub fn to_response(&self) -> Response<Bytes> {
        let mut response = Response::new(self.body());
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.error().is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        match self.fault {
            Fault::Unavailable { retry_after } => {
                headers.insert(RETRY_AFTER, whole_seconds(retry_after.unwrap_or(DEFAULT_RETRY_AFTER)).into());
            }
            Fault::Failed => {}
            _ => self.challenges(headers),
        }
        if let Some(nonce) = &self.nonce {
            headers.insert("dpop-nonce", HeaderValue::clone(nonce));
        }
        if self.protection.any_origin {
            cors::allow_any_origin(&mut response, None);
        }
        response
    }

    /// A challenge for each scheme that is taken; the error is in that of the scheme that was tried, which comes first (RFC 9449 section
    /// 7.2).
    fn challenges(&self, headers: &mut HeaderMap) {
        let Protection { algorithms, refuses_bearer_tokens, .. } = &*self.protection;
        let (bearer, dpop) = (!refuses_bearer_tokens, !algorithms.is_empty());
        let of = |scheme| self.www_authenticate(scheme, self.tried.is_none_or(|tried| tried == scheme || !bearer || !dpop));
        let mut schemes = [bearer.then_some(TokenScheme::Bearer), dpop.then_some(TokenScheme::WithProof)];
        if self.tried == Some(TokenScheme::WithProof) {
            schemes.reverse();
        }
        for scheme in schemes.into_iter().flatten() {
            headers.append(WWW_AUTHENTICATE, of(scheme));
        }
    }

    /// The scheme and at least one parameter, each at most once (RFC 6750 section 3).
    fn www_authenticate(&self, scheme: TokenScheme, tells_error: bool) -> HeaderValue {
        let name = match scheme {
            TokenScheme::Bearer => "Bearer",
            TokenScheme::WithProof => "DPoP",
        };
        let mut header = format!("{name} ");
        push_parameter(&mut header, "realm", &self.protection.realm);
        if let Some(code) = self.error().filter(|_| tells_error) {
            push_parameter(&mut header, "error", code);
            push_parameter(&mut header, "error_description", self.fault.description());
        }
        if !self.acr_values.is_empty() {
            push_parameter(&mut header, "acr_values", &self.acr_values);
        }
        if let Some(seconds) = self.max_age {
            push_parameter(&mut header, "max_age", &seconds.to_string());
        }
        if !self.scope.is_empty() {
            push_parameter(&mut header, "scope", &self.scope);
        }
        if let Some(url) = &self.protection.resource_metadata {
            push_parameter(&mut header, "resource_metadata", url);
        }
        if scheme == TokenScheme::WithProof {
            push_parameter(&mut header, "algs", &self.protection.algorithms);
        }
        // The values were checked when they were set; a challenge without them still beats a panic.
        HeaderValue::try_from(header).unwrap_or(HeaderValue::from_static(name))
    }

    fn body(&self) -> Bytes {
        // Codes and descriptions have no character that JSON escapes.
        match self.error() {
            Some(code) => format!(r#"{{"error":"{code}","error_description":"{}"}}"#, self.fault.description()).into(),
            None => Bytes::new(),
        }
    }
}

impl From<Challenge> for Response<Bytes> {
    fn from(challenge: Challenge) -> Self {
        challenge.to_response()
    }
}

/// Appends `name="value"`, the value as a quoted string (RFC 9110 section 5.6.4).
fn push_parameter(header: &mut String, name: &str, value: &str) {
    if header.ends_with('"') {
        header.push_str(", ");
    }
    header.push_str(name);
    header.push_str("=\"");
    for character in value.chars() {
        if matches!(character, '"' | '\\') {
            header.push('\\');
        }
        header.push(character);
    }
    header.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(fault: Fault, scope: &str, metadata: Option<&str>) -> Response<Bytes> {
        let protection =
            Protection { realm: r#"a "b" \"#.into(), resource_metadata: metadata.map(Into::into), ..Protection::default() };
        Challenge::new(fault, scope, &Arc::new(protection)).to_response()
    }

    // shows: RFC6750-3-01, RFC6750-3-03, RFC6750-3-04, RFC6750-3-07, RFC6750-3-09, RFC6750-3-13, RFC6750-3-15
    #[test]
    fn header_of_each_fault() {
        let realm = r#"Bearer realm="a \"b\" \\""#;
        for (fault, scope, metadata, status, rest) in [
            (Fault::MissingCredentials, "", None, 401, ""),
            (Fault::MissingCredentials, "", Some("https://m"), 401, r#", resource_metadata="https://m""#),
            (Fault::MissingCredentials, "read", None, 401, r#", scope="read""#),
            (Fault::SeveralCredentials, "", None, 400, r#", error="invalid_request", error_description="#),
            (Fault::MalformedCredentials, "", None, 400, r#", error="invalid_request", error_description="#),
            (Fault::Inactive, "", None, 401, r#", error="invalid_token", error_description="#),
            (Fault::OtherAudience, "", None, 401, r#", error="invalid_token", error_description="#),
            (Fault::NotProven, "", None, 401, r#", error="invalid_token", error_description="#),
            (Fault::InsufficientScope, "a b", None, 403, r#", error="insufficient_scope", error_description="#),
        ] {
            let response = response(fault, scope, metadata);
            assert_eq!(response.status(), status, "{fault:?}");
            assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
            let header = response.headers()[WWW_AUTHENTICATE].to_str().unwrap();
            let tail = header.strip_prefix(realm).unwrap();
            if let Some(code) = fault.code() {
                assert!(tail.starts_with(rest), "{header}");
                let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
                assert_eq!(body["error"], code);
                assert!(tail.contains(&format!("error_description=\"{}\"", body["error_description"].as_str().unwrap())));
            } else {
                assert_eq!(tail, rest);
                assert!(response.body().is_empty());
            }
            assert_eq!(tail.contains(&format!(", scope=\"{scope}\"")), !scope.is_empty());
            // Section 3: each at most once, in these characters.
            for name in ["realm", "error", "error_description", "error_uri", "scope"] {
                assert!(header.matches(&format!(" {name}=\"")).count() <= 1, "{header}");
            }
            let permitted = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
            assert!(fault.description().bytes().all(permitted));
        }
    }

    #[test]
    fn a_verifier_without_an_answer_is_not_the_fault_of_the_token() {
        let some = |millis| Some(Duration::from_millis(millis));
        for (fault, status, retry) in [
            (Fault::Unavailable { retry_after: None }, 503, Some("5")),
            (Fault::Unavailable { retry_after: some(1_001) }, 503, Some("2")),
            (Fault::Unavailable { retry_after: Some(Duration::MAX) }, 503, Some("18446744073709551615")),
            (Fault::Failed, 500, None),
        ] {
            let response = response(fault, "read", None);
            assert_eq!(response.status(), status);
            assert_eq!(response.headers().get(RETRY_AFTER).map(|value| value.to_str().unwrap()), retry);
            assert!(!response.headers().contains_key(WWW_AUTHENTICATE));
        }
    }
}
