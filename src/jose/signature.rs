//! Signatures as JOSE writes them.

use std::fmt;

use super::{Algorithm, JoseError, PublicKey};

/// Bytes of the longest signature: RSA with 4096 bits.
const MAX: usize = 512;

/// A signature in the form that JWS has (RFC 7518 section 3, RFC 8037 section 3.1): of ECDSA it is R and S, each in full.
#[derive(Clone)]
pub struct Signature {
    bytes: [u8; MAX],
    length: usize,
}

impl Signature {
    /// One that has this form already.
    ///
    /// # Errors
    ///
    /// [`JoseError::Signature`] if it has not the length of this key's.
    pub fn fixed(key: &PublicKey, signature: &[u8]) -> Result<Self, JoseError> {
        if signature.len() != key.signature_len() {
            return Err(JoseError::Signature);
        }
        Self::written(|bytes| {
            bytes.get_mut(..signature.len())?.copy_from_slice(signature);
            Some(signature.len())
        })
        .ok_or(JoseError::Signature)
    }

    /// One of ECDSA in DER (`ECDSA-Sig-Value`, RFC 3279 section 2.2.3), as most key management services have it.
    ///
    /// # Errors
    ///
    /// [`JoseError::Signature`] if it is not, or the key is of another algorithm.
    pub fn from_der(key: &PublicKey, signature: &[u8]) -> Result<Self, JoseError> {
        if !matches!(key.algorithm(), Algorithm::Es256 | Algorithm::Es384) {
            return Err(JoseError::Signature);
        }
        let length = key.signature_len();
        let read = |bytes: &mut [u8; MAX]| {
            let (numbers, []) = der(signature, 0x30)? else { return None };
            let (r, rest) = der(numbers, 0x02)?;
            let (s, []) = der(rest, 0x02)? else { return None };
            let (first, second) = bytes.get_mut(..length)?.split_at_mut(length / 2);
            write_number(r, first)?;
            write_number(s, second)?;
            Some(length)
        };
        Self::written(read).ok_or(JoseError::Signature)
    }

    /// What `write` puts into the buffer, of which it says the length.
    pub(super) fn written(write: impl FnOnce(&mut [u8; MAX]) -> Option<usize>) -> Option<Self> {
        let mut bytes = [0; MAX];
        let length = write(&mut bytes).filter(|length| *length <= MAX)?;
        Some(Self { bytes, length })
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({} bytes)", self.length)
    }
}

/// The content of what stands first, and the rest. No signature has 64 Ki bytes, and only one form of a length is DER.
fn der(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (length, rest) = match bytes {
        [own, length @ 0..=0x7f, rest @ ..] if *own == tag => (*length, rest),
        [own, 0x81, length @ 0x80..=0xff, rest @ ..] if *own == tag => (*length, rest),
        _ => return None,
    };
    rest.split_at_checked(length.into())
}

/// A positive number in as few bytes as it takes, written in full.
fn write_number(number: &[u8], full: &mut [u8]) -> Option<()> {
    let digits = match number {
        [0, rest @ ..] if rest.first() >= Some(&0x80) => rest,
        [1..=0x7f, ..] => number,
        _ => return None,
    };
    let start = full.len().checked_sub(digits.len())?;
    full[start..].copy_from_slice(digits);
    Some(())
}
