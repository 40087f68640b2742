//! `client_secret_basic`: the secret in the `Authorization` header (RFC 6749 section 2.3.1, RFC 7617).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use zeroize::Zeroize as _;

use super::Presented;
use crate::client::ClientAuthenticationMethod;
use crate::http::parameters::{decode, split_once};
use crate::values::error::OAuthError;

pub(super) const METHOD: ClientAuthenticationMethod = ClientAuthenticationMethod::ClientSecretBasic;

/// What a header holds, erased when it was read: only what was written, as it takes a byte at a time.
pub(super) struct Decoded(Vec<u8>);

impl Decoded {
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Decoded {
    fn drop(&mut self) {
        self.0.as_mut_slice().zeroize();
    }
}

/// The decoded credentials, if there is an `Authorization` header at all.
pub(super) fn header(headers: &HeaderMap) -> Result<Option<Decoded>, OAuthError> {
    let mut authorizations = headers.get_all(AUTHORIZATION).iter();
    let Some(header) = authorizations.next() else { return Ok(None) };
    if authorizations.next().is_some() {
        return Err(OAuthError::invalid_request("there is more than one Authorization header"));
    }
    decoded(header).map(Some).ok_or_else(OAuthError::invalid_client)
}

fn decoded(header: &HeaderValue) -> Option<Decoded> {
    let (scheme, rest) = header.as_bytes().split_first_chunk::<6>()?;
    if !scheme.eq_ignore_ascii_case(b"basic ") {
        return None;
    }
    let spaces = rest.iter().take_while(|byte| **byte == b' ').count();
    STANDARD.decode(&rest[spaces..]).ok().map(Decoded)
}

/// Identifier and secret are form-encoded and joined by a colon.
pub(super) fn presented(decoded: &[u8]) -> Option<Presented<'_>> {
    let (id, secret) = split_once(str::from_utf8(decoded).ok()?, b':')?;
    let (id, secret) = (decode(id).ok()?, decode(secret).ok()?);
    // An empty secret proves nothing, not even that the client is public.
    let usable = !id.is_empty() && !secret.is_empty();
    usable.then_some(Presented { id, secret, method: METHOD })
}
