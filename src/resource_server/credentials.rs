//! The token in the `Authorization` header, and the scheme with which it is presented.

use http::HeaderMap;
use http::header::AUTHORIZATION;

use super::TokenScheme;
use super::challenge::Fault;
use super::possession::Refused;

/// The token of `credentials = "Bearer" 1*SP b64token` (RFC 6750 section 2.1), or of the same with `DPoP` (RFC 9449 section 7.1) where
/// that is taken; the scheme in any case (RFC 9110 section 11.1).
pub(super) fn credentials(headers: &HeaderMap, takes_proofs: bool) -> Result<(&str, TokenScheme), Refused> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or(Fault::MissingCredentials)?.as_bytes();
    if values.next().is_some() {
        return Err(Fault::SeveralCredentials.into());
    }
    let scheme = value.iter().take_while(|byte| is_scheme(**byte)).count();
    let (name, rest) = value.split_at(scheme);
    let scheme = match name {
        name if name.eq_ignore_ascii_case(b"bearer") => TokenScheme::Bearer,
        name if takes_proofs && name.eq_ignore_ascii_case(b"dpop") => TokenScheme::WithProof,
        _ => return Err(Fault::MissingCredentials.into()),
    };
    let malformed = || Refused { scheme: Some(scheme), ..Fault::MalformedCredentials.into() };
    let spaces = rest.iter().take_while(|byte| **byte == b' ').count();
    let (spaces, token) = rest.split_at(spaces);
    let token = std::str::from_utf8(token).map_err(|_| malformed())?;
    if !spaces.is_empty() && is_b64token(token) { Ok((token, scheme)) } else { Err(malformed()) }
}

/// The characters of a scheme: the `tchar` of RFC 9110 section 5.6.2.
const fn is_scheme(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b'(' | b')' | b',' | b'/' | b':'..=b'@' | b'['..=b']' | b'{' | b'}')
}

/// `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`
fn is_b64token(token: &str) -> bool {
    let body = token.trim_end_matches('=');
    let permitted = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/');
    !body.is_empty() && body.bytes().all(permitted)
}
