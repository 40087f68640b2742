//! An ID token that comes back to the server that signed it (OpenID Connect Core section 2): as a hint, to sign out, or to be exchanged.

use std::sync::Arc;

use super::{Algorithm, CompactJws, IdTokenJwt, JoseError, Jwks, Object};
use crate::values::clock::Timestamp;
use crate::values::issuer::Issuer;

/// What an ID token says, of which the signature was verified. It may have expired.
#[derive(Debug)]
pub(crate) struct OwnIdToken {
    pub(crate) subject: Arc<str>,
    /// To whom it was given.
    pub(crate) client_id: Box<str>,
    /// The sign-in.
    pub(crate) sid: Option<Box<str>>,
    pub(crate) expires_at: Timestamp,
    pub(crate) auth_time: Option<Timestamp>,
    pub(crate) acr: Option<Arc<str>>,
    pub(crate) amr: Vec<Arc<str>>,
    /// All of its claims.
    pub(crate) claims: serde_json::Map<String, serde_json::Value>,
}

impl OwnIdToken {
    /// An ID token that the server with this issuer signed for this client, or for whichever, with a key that is still published.
    ///
    /// # Errors
    ///
    /// [`JoseError`].
    pub(crate) fn verify(text: &str, issuer: &Issuer, client_id: Option<&str>, keys: &Jwks) -> Result<Self, JoseError> {
        let jws = CompactJws::decode(text)?;
        let unverified = jws.unverified::<IdTokenJwt>(&Algorithm::ALL)?;
        if unverified.header().key_id().is_none() {
            return Err(JoseError::UnknownKey);
        }
        let claims = unverified.claims();
        if claims.text("iss")? != issuer.as_str() {
            return Err(JoseError::Malformed("iss"));
        }
        let is_it = |audience: &str| client_id.is_none_or(|wanted| wanted == audience);
        let client_id = claims.texts("aud")?.find(|audience| is_it(audience)).ok_or(JoseError::Malformed("aud"))?.into();
        // What else this server signs without a type of its own, has not both.
        claims.time("iat")?;
        claims.time("exp")?;
        Self::read(unverified.verify(keys)?.claims(), client_id)
    }

    fn read(claims: &Object<'_>, client_id: Box<str>) -> Result<Self, JoseError> {
        Ok(Self {
            subject: claims.text("sub")?.into(),
            client_id,
            sid: claims.optional_text("sid")?.map(Into::into),
            expires_at: claims.time("exp")?,
            auth_time: claims.optional_time("auth_time")?,
            acr: claims.optional_text("acr")?.map(Into::into),
            amr: claims.texts("amr")?.map(Into::into).collect(),
            claims: claims.iter().map(|(name, value)| (name.to_owned(), value.into())).collect(),
        })
    }
}
