//! Client secrets: as presented, as stored, and compared. What the library generates is long and random, and one SHA-256 is
//! enough for it; what a person chose is short, and hashed with argon2id.

mod argon;
mod pool;
mod verifier;

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::client::secret::argon::ArgonHash;
pub(crate) use crate::client::secret::verifier::SecretVerifier;
use crate::values::bearer::random_text;
use crate::values::random::NoRandomness;

/// From this length on a secret is taken to be random, in characters.
const LONG: usize = 32;

/// A client secret in the clear: 1 to 512 characters of visible ASCII or spaces (RFC 6749 appendix A.2). Erased when dropped.
#[derive(Clone)]
pub struct ClientSecret(Zeroizing<String>);

impl ClientSecret {
    /// The longest secret, in characters.
    pub const MAX_LEN: usize = 512;

    /// A secret of 256 random bits, as 43 characters of base64url.
    ///
    /// # Panics
    ///
    /// If the operating system gives no random bytes.
    #[must_use]
    pub fn generate() -> Self {
        Self::random().expect("random bytes")
    }

    /// The same within a request, which then fails and nothing else.
    pub(crate) fn random() -> Result<Self, NoRandomness> {
        random_text().map(Self)
    }

    /// A secret that somebody chose.
    ///
    /// # Errors
    ///
    /// [`SecretError`] if it is empty, too long or not visible ASCII.
    pub fn parse(secret: impl Into<String>) -> Result<Self, SecretError> {
        let secret = Zeroizing::new(secret.into());
        if secret.is_empty() {
            return Err(SecretError::Empty);
        }
        if secret.len() > Self::MAX_LEN {
            return Err(SecretError::TooLong);
        }
        if !secret.bytes().all(|byte| (0x20..=0x7e).contains(&byte)) {
            return Err(SecretError::NotVisibleAscii);
        }
        Ok(Self(secret))
    }

    /// The secret itself: to hand it to the client, once. Nowhere else does it become visible.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for ClientSecret {
    type Err = SecretError;
    fn from_str(secret: &str) -> Result<Self, SecretError> {
        Self::parse(secret)
    }
}

impl<'de> Deserialize<'de> for ClientSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // What serde says of a value of another type shows the value: a number may be the secret.
        let secret =
            String::deserialize(deserializer).map_err(|_| serde::de::Error::custom("a client secret must be a string"))?;
        Self::parse(secret).map_err(serde::de::Error::custom)
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(..)")
    }
}

/// The hash of a client secret, in a versioned text form that a store can keep.
#[derive(Clone)]
pub struct SecretHash(Kind);

#[derive(Clone)]
enum Kind {
    Sha256([u8; 32]),
    Argon2id(ArgonHash),
}

/// The prefix of the text form of a SHA-256 hash. Argon2id hashes have the usual `$argon2id$`.
const SHA256: &str = "sha256:";

impl SecretHash {
    /// Hashes a secret: with SHA-256 if it has at least 32 characters, as those that the library generates have; else with
    /// argon2id (19 MiB, 2 passes), which takes some tens of milliseconds: keep that off async threads.
    #[must_use]
    pub fn of(secret: &ClientSecret) -> Self {
        let secret = secret.expose();
        Self(if secret.len() >= LONG { Kind::Sha256(sha256(secret)) } else { Kind::Argon2id(ArgonHash::of(secret)) })
    }

    /// Does checking take tens of milliseconds?
    pub(super) fn is_slow(&self) -> bool {
        matches!(self.0, Kind::Argon2id(_))
    }

    /// The text form: `sha256:` with base64url, or the PHC string of argon2id. [`Display`](fmt::Display) writes the same.
    #[must_use]
    pub fn to_text(&self) -> String {
        match &self.0 {
            Kind::Sha256(hash) => format!("{SHA256}{}", URL_SAFE_NO_PAD.encode(hash)),
            Kind::Argon2id(hash) => hash.to_text(),
        }
    }

    /// Reads the text form. The kind must suit the length of the secret, as in [`of`](Self::of): a SHA-256 of a secret with less
    /// than 32 characters, or an argon2id hash of a longer one (from another server, perhaps), never matches. The salt of an
    /// argon2id hash has 16 bytes and the hash 32, with at most 128 MiB, 16 passes and 16 lanes.
    ///
    /// For a client that does not exist, [`of`](Self::of)'s parameters are computed. So where others are imported, the time that a
    /// wrong secret takes tells that the client exists (a `client_id` is no secret: RFC 6749 section 2.2).
    ///
    /// # Errors
    ///
    /// [`SecretError::MalformedHash`] if it is neither form, or asks for more memory or time than is reasonable.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let Some(encoded) = text.strip_prefix(SHA256) else {
            return ArgonHash::parse(text).map(|hash| Self(Kind::Argon2id(hash))).ok_or(SecretError::MalformedHash);
        };
        let bytes = URL_SAFE_NO_PAD.decode(encoded).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(|hash| Self(Kind::Sha256(hash))).ok_or(SecretError::MalformedHash)
    }
}

fn sha256(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

impl Serialize for SecretHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_text())
    }
}

impl<'de> Deserialize<'de> for SecretHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// The text form, to be kept, as where it goes into a column or a file. What is logged by accident is `Debug`, which does not show it.
impl fmt::Display for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Sha256(_) => "SecretHash(sha256)",
            Kind::Argon2id(_) => "SecretHash(argon2id)",
        })
    }
}

/// Why a secret, or its stored hash, cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// An empty secret never authenticates anybody.
    #[error("the secret is empty; generate one with `ClientSecret::generate()`")]
    Empty,
    /// More than [`ClientSecret::MAX_LEN`] characters.
    #[error("the secret is longer than 512 characters")]
    TooLong,
    /// Other characters than RFC 6749 appendix A.2 permits.
    #[error("the secret has characters other than visible ASCII and spaces (RFC 6749 appendix A.2)")]
    NotVisibleAscii,
    /// A stored hash that cannot be read.
    #[error("the stored hash is neither `sha256:..` nor an argon2id string with reasonable parameters")]
    MalformedHash,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_hashes_round_trip() {
        for secret in ["short", "a secret with more than 32 characters in it"] {
            let hash = SecretHash::of(&secret.parse().unwrap());
            assert_eq!(SecretHash::parse(&hash.to_string()).unwrap().to_text(), hash.to_text());
            assert!(!format!("{hash:?}").contains(&hash.to_text()));
        }
    }

    #[test]
    fn malformed_secrets_and_hashes_are_refused() {
        assert_eq!(ClientSecret::parse("").unwrap_err(), SecretError::Empty);
        assert_eq!(ClientSecret::parse("x".repeat(513)).unwrap_err(), SecretError::TooLong);
        assert_eq!(ClientSecret::parse("s\u{e9}cret").unwrap_err(), SecretError::NotVisibleAscii);
        let salt_and_hash = "AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        for text in ["", "plain", "sha256:", "sha256:AAAA", "$argon2id$"] {
            assert!(SecretHash::parse(text).is_err(), "{text}");
        }
        for parameters in ["m=4294967295,t=2,p=1", "m=1048576,t=2,p=1", "m=19456,t=99,p=1", "m=19456,t=2,p=99", "m=7,t=2,p=1"] {
            assert!(SecretHash::parse(&format!("$argon2id$v=19${parameters}${salt_and_hash}")).is_err(), "{parameters}");
        }
        assert!(SecretHash::parse(&format!("$argon2id$v=19$m=19456,t=2,p=1${salt_and_hash}")).is_ok());
    }

    #[test]
    fn no_message_shows_the_secret() {
        let error = serde_json::from_str::<ClientSecret>("1234567890").unwrap_err().to_string();
        assert!(!error.contains("1234567890"), "{error}");
    }
}
