//! Tokens and codes as the library makes them: 256 random bits in base64url. Their text exists only in the response that
//! carries them; everything that is kept is a [`TokenHash`].

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use rand::Rng as _;
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

/// Random bytes in a token, a code or a salt: 256 bits (RFC 6749 section 10.10 asks for at least 128).
const ENTROPY: usize = 32;
/// Length in characters of what [`Bearer`] holds: 32 bytes in base64url without padding.
const TEXT: usize = 43;

/// Fills an array from the operating-system-seeded generator.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

/// SHA-256 of an access token, a refresh token, an authorization code or an interaction handle: the key under which a
/// store keeps it. A store never sees the value itself.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// The hash of a value that a client presented.
    #[must_use]
    pub fn of(presented: &str) -> Self {
        Self::of_bytes(presented.as_bytes())
    }

    fn of_bytes(presented: &[u8]) -> Self {
        Self(Sha256::digest(presented).into())
    }

    /// The hash of a value that counts only together with a second one, such as a cookie.
    pub(crate) fn of_pair(first: &str, second: &str) -> Self {
        let mut sha = Sha256::new();
        sha.update((first.len() as u64).to_be_bytes());
        sha.update(first.as_bytes());
        sha.update(second.as_bytes());
        Self(sha.finalize().into())
    }

    /// A hash that a store read back.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes that a store keeps.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for TokenHash {
    /// The first four bytes: enough to tell two rows apart in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenHash({:02x}{:02x}{:02x}{:02x}..)", self.0[0], self.0[1], self.0[2], self.0[3])
    }
}

/// The salt of one refresh token rotation. With the presented token it yields the successor; alone it yields nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RotationSalt([u8; ENTROPY]);

impl RotationSalt {
    pub(crate) fn generate() -> Self {
        Self(random())
    }

    /// A salt that a store read back.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes that a store keeps until the retry window closes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for RotationSalt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RotationSalt(..)")
    }
}

/// A secret of 256 bits in base64url: an access token, a refresh token, a code, a handle. Erased when dropped.
#[derive(Clone)]
pub(crate) struct Bearer([u8; TEXT]);

impl Bearer {
    pub(crate) fn generate() -> Self {
        Self::encode(random())
    }

    /// The successor of a refresh token: HMAC-SHA-256, keyed with the presented token, over the salt of the rotation.
    /// Whoever holds the presented token and the salt gets the same bytes again, so a lost response can be repeated
    /// although the store knows hashes only.
    pub(crate) fn successor_of(presented: &str, salt: &RotationSalt) -> Self {
        // An HMAC takes a key of any length; the error type is there for other MACs.
        let mut mac = match Hmac::<Sha256>::new_from_slice(presented.as_bytes()) {
            Ok(mac) => mac,
            Err(_) => return Self::generate(),
        };
        mac.update(b"grantor refresh token successor v1");
        mac.update(salt.as_bytes());
        Self::encode(mac.finalize().into_bytes().into())
    }

    fn encode(mut bytes: [u8; ENTROPY]) -> Self {
        let mut text = [b'A'; TEXT];
        // 32 bytes always fill 43 characters: the result can only be Ok.
        let _ = URL_SAFE_NO_PAD.encode_slice(bytes, &mut text);
        bytes.zeroize();
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    pub(crate) fn hash(&self) -> TokenHash {
        TokenHash::of_bytes(&self.0)
    }
}

impl Drop for Bearer {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bearer(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_43_url_safe_characters_and_differ() {
        let (a, b) = (Bearer::generate(), Bearer::generate());
        assert_eq!(a.as_str().len(), 43);
        assert!(a.as_str().bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_'));
        assert_ne!(a.as_str(), b.as_str());
    }

    #[test]
    fn a_successor_depends_on_the_token_and_the_salt_and_on_nothing_else() {
        let (salt, other) = (RotationSalt::generate(), RotationSalt::generate());
        let successor = Bearer::successor_of("token", &salt);
        assert_eq!(successor.as_str(), Bearer::successor_of("token", &salt).as_str());
        assert_ne!(successor.as_str(), Bearer::successor_of("token", &other).as_str());
        assert_ne!(successor.as_str(), Bearer::successor_of("another", &salt).as_str());
    }

    #[test]
    fn debug_shows_no_secret() {
        let bearer = Bearer::generate();
        assert!(!format!("{bearer:?}").contains(bearer.as_str()));
    }
}
