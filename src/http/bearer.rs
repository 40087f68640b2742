//! An access token in the `Authorization` header (RFC 6750 section 2.1, RFC 9449 section 7.1).

use http::HeaderMap;
use http::header::AUTHORIZATION;

const BEARER: &str = "bearer";
const DPOP: &str = "dpop";

/// There is an `Authorization` header, and it has not one token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotOneToken {
    /// Credentials of another scheme.
    OtherScheme,
    /// Two of them, or no token.
    Malformed,
}

/// A token in the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "jose"), allow(dead_code, reason = "keys are proved where there are signatures"))]
pub(crate) struct Credentials<'a> {
    pub(crate) token: &'a str,
    /// Is it said to be bound to a key of which the request has a proof (the scheme `DPoP`)?
    pub(crate) with_proof: bool,
}

/// The bearer token, if there is one.
pub(crate) fn presented(headers: &HeaderMap) -> Result<Option<&str>, NotOneToken> {
    match credentials(headers)? {
        Some(Credentials { with_proof: true, .. }) => Err(NotOneToken::OtherScheme),
        found => Ok(found.map(|found| found.token)),
    }
}

/// The token, if there is one, of either scheme.
pub(crate) fn credentials(headers: &HeaderMap) -> Result<Option<Credentials<'_>>, NotOneToken> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let Some(header) = all.next() else { return Ok(None) };
    if all.next().is_some() {
        return Err(NotOneToken::Malformed);
    }
    let text = header.to_str().map_err(|_| NotOneToken::Malformed)?;
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    let with_proof = scheme.eq_ignore_ascii_case(DPOP);
    if !with_proof && !scheme.eq_ignore_ascii_case(BEARER) {
        return Err(NotOneToken::OtherScheme);
    }
    let token = token.trim_matches(' ');
    let is_token = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    is_token.then_some(Some(Credentials { token, with_proof })).ok_or(NotOneToken::Malformed)
}
