//! Tokens and codes as the library makes them: the moment in which they were made, and 256 random bits, in base64url. Their text
//! exists only in the response that carries them; everything that is kept is a [`TokenHash`].
//!
//! The moment is there for the stores. An index by random keys takes each new row to a page of its own, and so a write costs more
//! the more rows there are; with the moment in front, what is made together lies together.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use crate::values::random::{Draw, MOMENT, NoRandomness, random};

/// Random bytes in a token or a code: 256 bits (RFC 6749 section 10.10 asks for at least 128).
pub(crate) const ENTROPY: usize = 32;
/// The characters of base64url that the moment is.
const MOMENT_TEXT: usize = 4;
/// Length in characters of what [`Bearer`] holds: both in base64url without padding.
const TEXT: usize = 47;

/// 256 random bits as 43 characters of base64url, for what no store has under a key of its own. Erased when dropped.
pub(crate) fn random_text() -> Result<Zeroizing<String>, NoRandomness> {
    Ok(Zeroizing::new(URL_SAFE_NO_PAD.encode(Zeroizing::new(random::<ENTROPY>()?))))
}

/// What identifies an access token, a refresh token, an authorization code or an interaction handle to a store, which never sees
/// the value itself. It is a SHA-256; but of a value of 47 characters, which is what tokens and codes of the library have, the
/// first 4 bytes are its first 4 characters, which say when it was made.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// The hash of a value that a client presented.
    #[must_use]
    pub fn of(presented: &str) -> Self {
        Self::of_bytes(presented.as_bytes())
    }

    fn of_bytes(presented: &[u8]) -> Self {
        let mut hash: [u8; 32] = Sha256::digest(presented).into();
        if presented.len() == TEXT {
            hash[..MOMENT_TEXT].copy_from_slice(&presented[..MOMENT_TEXT]);
        }
        Self(hash)
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
    /// The last four bytes: enough to tell two rows apart in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [.., a, b, c, d] = self.0;
        write!(f, "TokenHash(..{a:02x}{b:02x}{c:02x}{d:02x})")
    }
}

/// The salt of one refresh token rotation: its moment, and 232 random bits. With the presented token it yields the successor;
/// alone it yields nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RotationSalt([u8; ENTROPY]);

impl RotationSalt {
    pub(crate) fn generate(draw: &mut Draw) -> Result<Self, NoRandomness> {
        Ok(Self(draw.key()?))
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

/// An access token, a refresh token or a code. Erased when dropped.
#[doc(hidden)]
#[derive(Clone)]
pub struct Bearer([u8; TEXT]);

impl Bearer {
    /// Bytes of its text.
    pub(crate) const LEN: usize = TEXT;

    pub(crate) fn generate(draw: &mut Draw) -> Result<Self, NoRandomness> {
        let mut bytes = [0; MOMENT + ENTROPY];
        bytes[..MOMENT].copy_from_slice(&draw.moment());
        draw.fill(&mut bytes[MOMENT..])?;
        Ok(Self::encode(bytes))
    }

    /// The moment, so many random bytes, and zeros: no token, but what makes one unique that is signed.
    pub(crate) fn unique(draw: &mut Draw, random: usize) -> Result<Self, NoRandomness> {
        let mut bytes = [0; MOMENT + ENTROPY];
        bytes[..MOMENT].copy_from_slice(&draw.moment());
        draw.fill(&mut bytes[MOMENT..][..random.min(ENTROPY)])?;
        Ok(Self::encode(bytes))
    }

    /// The successor of a refresh token: HMAC-SHA-256, keyed with the presented token, over the salt of the rotation.
    /// Whoever holds the presented token and the salt gets the same bytes again, so a lost response can be repeated
    /// although the store knows hashes only.
    pub(crate) fn successor_of(presented: &str, salt: &RotationSalt) -> Result<Self, NoRandomness> {
        let [a, b, c, ..] = salt.0;
        let moment = [a, b, c];
        // An HMAC takes a key of any length; the error type is there for other MACs.
        let mut mac = match Hmac::<Sha256>::new_from_slice(presented.as_bytes()) {
            Ok(mac) => mac,
            Err(_) => return Ok(Self::behind(moment, random()?)),
        };
        mac.update(b"grantor refresh token successor v1");
        mac.update(salt.as_bytes());
        Ok(Self::behind(moment, mac.finalize().into_bytes().into()))
    }

    /// Always the same of the same secret key, purpose and moment, and unknown to whoever lacks the key.
    pub(crate) fn derived(key: &str, purpose: &str, draw: &mut Draw) -> Result<Self, NoRandomness> {
        // An HMAC takes a key of any length; the error type is there for other MACs.
        let mut mac = match Hmac::<Sha256>::new_from_slice(key.as_bytes()) {
            Ok(mac) => mac,
            Err(_) => return Self::generate(draw),
        };
        mac.update(purpose.as_bytes());
        mac.update(&draw.now().as_unix().to_be_bytes());
        Ok(Self::behind(draw.moment(), mac.finalize().into_bytes().into()))
    }

    fn behind(moment: [u8; MOMENT], mut random: [u8; ENTROPY]) -> Self {
        let mut bytes = [0; MOMENT + ENTROPY];
        bytes[..MOMENT].copy_from_slice(&moment);
        bytes[MOMENT..].copy_from_slice(&random);
        random.zeroize();
        Self::encode(bytes)
    }

    fn encode(mut bytes: [u8; MOMENT + ENTROPY]) -> Self {
        let mut text = [b'A'; TEXT];
        // 35 bytes always fill 47 characters: the result can only be Ok.
        let _ = URL_SAFE_NO_PAD.encode_slice(&bytes[..], &mut text);
        bytes.zeroize();
        Self(text)
    }

    #[cfg(feature = "jose")]
    pub(crate) const fn as_bytes(&self) -> &[u8; TEXT] {
        &self.0
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
    use crate::values::clock::Timestamp;

    const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

    fn bearer(now: Timestamp) -> Bearer {
        Bearer::generate(&mut Draw::at(now)).unwrap()
    }

    fn salt() -> RotationSalt {
        RotationSalt::generate(&mut Draw::at(NOW)).unwrap()
    }

    #[test]
    fn tokens_are_47_url_safe_characters_and_differ_after_the_moment() {
        let (a, b) = (bearer(NOW), bearer(NOW));
        assert_eq!(a.as_str().len(), 47);
        assert!(a.as_str().bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_'));
        let ((at, a), (same, b)) = (a.as_str().split_at(4), b.as_str().split_at(4));
        assert!(at == same && a != b);
        assert_ne!(at, &bearer(NOW.saturating_add_secs(1)).as_str()[..4]);
    }

    #[test]
    fn keys_of_one_moment_begin_alike_and_are_hashes_otherwise() {
        let (a, b) = (bearer(NOW).hash(), bearer(NOW).hash());
        assert_eq!(a.0[..4], b.0[..4]);
        assert!(a.0[4..].iter().zip(&b.0[4..]).filter(|(a, b)| a != b).count() > 20);
        let token = bearer(NOW);
        assert_eq!(token.hash(), TokenHash::of(token.as_str()));
        assert_eq!(token.hash().0[4..], Sha256::digest(token.as_str())[4..]);
        assert_eq!(TokenHash::of("other").0, *Sha256::digest("other"));
    }

    #[test]
    fn a_successor_depends_on_the_token_and_the_salt_and_on_nothing_else() {
        let (salt, other) = (salt(), salt());
        let successor = Bearer::successor_of("token", &salt).unwrap();
        assert_eq!(successor.as_str(), Bearer::successor_of("token", &salt).unwrap().as_str());
        assert_eq!(successor.as_str()[..4], bearer(NOW).as_str()[..4]);
        assert_ne!(successor.as_str(), Bearer::successor_of("token", &other).unwrap().as_str());
        assert_ne!(successor.as_str(), Bearer::successor_of("another", &salt).unwrap().as_str());
    }

    #[test]
    fn debug_shows_no_secret() {
        let bearer = bearer(NOW);
        assert!(!format!("{bearer:?}").contains(bearer.as_str()));
    }
}
