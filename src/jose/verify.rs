//! Compact JWS in, in two steps: what is cheap to check, and the signature.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;

use super::header::Header;
use super::{Algorithm, EmbedsKey, JoseError, KeySource, Object, PublicKey, TokenType, base64url};

/// Bytes of the longest token of any type; each type has a bound of its own.
const MAX_LEN: usize = 64 * 1024;

/// A token whose three parts have been decoded (RFC 7515 section 7.1). Nothing in them has been looked at.
pub struct CompactJws<'t> {
    text: &'t str,
    /// The part of the text that is signed.
    signing_input: &'t [u8],
    /// Header, payload and signature.
    bytes: Vec<u8>,
    header: usize,
    payload: usize,
}

impl<'t> CompactJws<'t> {
    /// Decodes a token.
    ///
    /// # Errors
    ///
    /// [`JoseError::TooLong`], [`JoseError::NotCompact`] and [`JoseError::Base64`].
    pub fn decode(text: &'t str) -> Result<Self, JoseError> {
        if text.len() > MAX_LEN {
            return Err(JoseError::TooLong);
        }
        let mut parts = text.split('.');
        let (Some(header), Some(payload), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(JoseError::NotCompact);
        };
        let signing_input = &text.as_bytes()[..header.len() + 1 + payload.len()];
        let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 3);
        base64url::decode_into(header, &mut bytes)?;
        let header = bytes.len();
        base64url::decode_into(payload, &mut bytes)?;
        let payload = bytes.len();
        base64url::decode_into(signature, &mut bytes)?;
        Ok(Self { text, signing_input, bytes, header, payload })
    }

    /// Reads header and claims as those of a token of the type `T` under one of the algorithms that the caller permits: that which the
    /// owner of the key registered, or those of the profile. Whatever is refused here costs no signature.
    ///
    /// # Errors
    ///
    /// [`JoseError`].
    pub fn unverified<T: TokenType>(&self, permitted: &[Algorithm]) -> Result<Unverified<'_, T>, JoseError> {
        if self.text.len() > T::MAX_LEN {
            return Err(JoseError::TooLong);
        }
        let header = Header::read::<T>(&self.bytes[..self.header], permitted)?;
        let claims = Object::parse(self.payload())?;
        Ok(Unverified { jws: self, header, claims, typ: PhantomData })
    }

    fn payload(&self) -> &[u8] {
        &self.bytes[self.header..self.payload]
    }
}

impl fmt::Debug for CompactJws<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CompactJws({} bytes)", self.text.len())
    }
}

/// A token of the type `T` whose signature nobody has looked at. Its claims are there to be refused, not to be believed.
pub struct Unverified<'j, T> {
    jws: &'j CompactJws<'j>,
    header: Header<'j>,
    claims: Object<'j>,
    typ: PhantomData<T>,
}

impl<'j, T: TokenType> Unverified<'j, T> {
    /// The header.
    #[must_use]
    pub fn header(&self) -> &Header<'j> {
        &self.header
    }

    /// What the sender claims.
    #[must_use]
    pub fn claims(&self) -> &Object<'j> {
        &self.claims
    }

    /// Verifies the signature with the key that the owner has under this algorithm and `kid`.
    ///
    /// # Errors
    ///
    /// [`JoseError::UnknownKey`], [`JoseError::AmbiguousKey`] and [`JoseError::Signature`].
    pub fn verify(self, keys: &impl KeySource) -> Result<Verified<'j, T>, JoseError> {
        let Self { jws, header, claims, typ } = self;
        let key = keys.key(header.algorithm(), header.key_id())?;
        // Whatever a source answers, a key is for its own algorithm (RFC 8725 section 3.1).
        if key.algorithm() != header.algorithm() {
            return Err(JoseError::UnknownKey);
        }
        key.verify(jws.signing_input, &jws.bytes[jws.payload..])?;
        Ok(Verified { payload: jws.payload(), key, header, claims, typ })
    }
}

impl<T: EmbedsKey> Unverified<'_, T> {
    /// The key in the header, for the algorithm of the header. It is the sender's, whoever that is.
    ///
    /// # Errors
    ///
    /// [`JoseError`], as for [`PublicKey::parse`].
    pub fn embedded_key(&self) -> Result<PublicKey, JoseError> {
        PublicKey::read(self.header.embedded()?, self.header.algorithm())
    }
}

impl<T: TokenType> fmt::Debug for Unverified<'_, T> {
    /// Algorithm and names of claims.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unverified<{}>({}, {:?})", T::TYP, self.header.algorithm(), self.claims)
    }
}

/// A token of the type `T` that the owner of the key has signed. Whether it is still valid, and for whom, is in the claims.
pub struct Verified<'j, T> {
    payload: &'j [u8],
    key: PublicKey,
    header: Header<'j>,
    claims: Object<'j>,
    typ: PhantomData<T>,
}

impl<'j, T: TokenType> Verified<'j, T> {
    /// The header.
    #[must_use]
    pub fn header(&self) -> &Header<'j> {
        &self.header
    }

    /// What the owner of the key claims.
    #[must_use]
    pub fn claims(&self) -> &Object<'j> {
        &self.claims
    }

    /// The key with which it was signed.
    #[must_use]
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// The claims as a type of the application.
    ///
    /// # Errors
    ///
    /// If they are not of that type.
    pub fn deserialize<C: Deserialize<'j>>(&self) -> Result<C, serde_json::Error> {
        serde_json::from_slice(self.payload)
    }
}

impl<T: TokenType> fmt::Debug for Verified<'_, T> {
    /// Algorithm and names of claims.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verified<{}>({:?}, {:?})", T::TYP, self.key, self.claims)
    }
}
