//! A bearer token in the `Authorization` header (RFC 6750 section 2.1).

use http::HeaderMap;
use http::header::AUTHORIZATION;

const SCHEME: &str = "bearer";

/// There is an `Authorization` header, and it has not one token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotOneToken {
    /// Credentials of another scheme.
    OtherScheme,
    /// Two of them, or no token.
    Malformed,
}

/// The token, if there is one.
pub(crate) fn presented(headers: &HeaderMap) -> Result<Option<&str>, NotOneToken> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let Some(header) = all.next() else { return Ok(None) };
    if all.next().is_some() {
        return Err(NotOneToken::Malformed);
    }
    let text = header.to_str().map_err(|_| NotOneToken::Malformed)?;
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    if !scheme.eq_ignore_ascii_case(SCHEME) {
        return Err(NotOneToken::OtherScheme);
    }
    let token = token.trim_matches(' ');
    let is_token = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    is_token.then_some(Some(token)).ok_or(NotOneToken::Malformed)
}
