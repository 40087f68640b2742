//! Signing keys, as stores keep them. What is in a key is the business of those who sign; a store knows texts and sealed bytes.

use std::fmt;
use std::sync::Arc;

use crate::values::clock::Timestamp;

/// A text that does not name a key or an algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it has to be 1 to {0} visible ASCII characters")]
pub struct NotAKeyName(usize);

macro_rules! name {
    ($(#[$text:meta])* $name:ident, $max:literal) => {
        $(#[$text])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The most characters of it.
            pub const MAX_LEN: usize = $max;

            /// The name with this text.
            ///
            /// # Errors
            ///
            /// [`NotAKeyName`] if it is empty, longer than [`MAX_LEN`](Self::MAX_LEN), or has other than visible ASCII characters.
            pub fn parse(text: &str) -> Result<Self, NotAKeyName> {
                let is_one = (1..=Self::MAX_LEN).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
                if is_one { Ok(Self(text.into())) } else { Err(NotAKeyName(Self::MAX_LEN)) }
            }

            /// Its text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name! {
    /// What a signing key is called: its `kid` (RFC 7517 section 4.5).
    Kid, 256
}

name! {
    /// With what a key signs: the name of its `alg` (RFC 7518 section 3.1).
    AlgorithmName, 64
}

/// When a key does what. Valid until a moment is valid while `now` is before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyTimes {
    /// When it was announced; from then on it is published.
    pub announced_at: Timestamp,
    /// It signs from then on,
    pub signs_from: Timestamp,
    /// and until then.
    pub signs_until: Timestamp,
    /// It is published until then: when the last that it signed has expired. After that it is forgotten.
    pub published_until: Timestamp,
}

impl KeyTimes {
    /// The times from their members.
    #[must_use]
    pub const fn new(announced_at: Timestamp, signs_from: Timestamp, signs_until: Timestamp, published_until: Timestamp) -> Self {
        Self { announced_at, signs_from, signs_until, published_until }
    }
}

/// A private key that is sealed, with a key that no store knows.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedKey(Box<[u8]>);

impl SealedKey {
    /// Of these bytes.
    #[must_use]
    pub fn from_bytes(bytes: impl Into<Box<[u8]>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes that a store keeps. None once the key was withdrawn.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SealedKey {
    /// How many bytes there are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedKey({} bytes)", self.0.len())
    }
}

/// A signing key (see [`KeyStore`]).
///
/// [`KeyStore`]: crate::storage::KeyStore
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyRecord {
    /// The key of this row, at its issuer.
    pub kid: Kid,
    /// With what it signs.
    pub algorithm: AlgorithmName,
    /// Which key of this algorithm it is: each that comes after another has the next number.
    pub generation: u32,
    /// When it does what.
    pub times: KeyTimes,
    /// Its public key, a JWK (RFC 7517) as JSON text, to be kept verbatim.
    pub public: String,
    /// Its private key.
    pub sealed: SealedKey,
    /// What else there is to know, as JSON text, versioned, to be kept verbatim.
    pub details: String,
    /// When it was withdrawn, if it was. From then on it neither signs nor is published.
    pub withdrawn_at: Option<Timestamp>,
}

impl KeyRecord {
    /// A record from its members, of a key that nobody has withdrawn.
    #[must_use]
    pub const fn new(
        kid: Kid,
        algorithm: AlgorithmName,
        generation: u32,
        times: KeyTimes,
        public: String,
        sealed: SealedKey,
        details: String,
    ) -> Self {
        Self { kid, algorithm, generation, times, public, sealed, details, withdrawn_at: None }
    }

    /// Does it sign at `now`?
    #[must_use]
    pub fn signs(&self, now: Timestamp) -> bool {
        self.withdrawn_at.is_none() && self.times.signs_from <= now && now < self.times.signs_until
    }

    /// Is it among the keys that are published at `now`?
    #[must_use]
    pub fn is_published(&self, now: Timestamp) -> bool {
        self.withdrawn_at.is_none() && now < self.times.published_until
    }

    /// Withdraws it, if nobody has.
    pub(crate) fn withdraw(&mut self, now: Timestamp) {
        self.withdrawn_at.get_or_insert(now);
        self.sealed = SealedKey::from_bytes([]);
    }
}

/// What became of an announcement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Announcement {
    /// The key was announced.
    Announced,
    /// Another one of the same algorithm and generation was, before.
    AnotherWas,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_visible_ascii() {
        for text in ["", " ", "a b", "a\n", "\u{e4}", "a\0"] {
            assert!(Kid::parse(text).is_err() && AlgorithmName::parse(text).is_err(), "{text:?}");
        }
        assert!(Kid::parse(&"k".repeat(256)).is_ok() && Kid::parse(&"k".repeat(257)).is_err());
        let long = AlgorithmName::parse(&"A".repeat(65)).unwrap_err();
        assert_eq!(long.to_string(), "it has to be 1 to 64 visible ASCII characters");
        assert_eq!(AlgorithmName::parse("RSA-OAEP-256").unwrap().as_str(), "RSA-OAEP-256");
    }

    #[test]
    fn what_a_key_does_follows_from_its_times() {
        let t = Timestamp::from_unix;
        let (kid, algorithm) = (Kid::parse("k").unwrap(), AlgorithmName::parse("ES256").unwrap());
        let sealed = SealedKey::from_bytes(*b"secret");
        let times = KeyTimes::new(t(1), t(10), t(20), t(30));
        let mut key = KeyRecord::new(kid, algorithm, 0, times, "{}".to_owned(), sealed, "{}".to_owned());
        let at = |key: &KeyRecord, now: u64| (key.is_published(t(now)), key.signs(t(now)));
        assert_eq!(
            [1, 9, 10, 19, 20, 29, 30].map(|now| at(&key, now)),
            [(true, false), (true, false), (true, true), (true, true), (true, false), (true, false), (false, false)]
        );
        assert!(!format!("{key:?}").contains("secret") && format!("{key:?}").contains("SealedKey(6 bytes)"));
        key.withdraw(t(15));
        key.withdraw(t(16));
        assert_eq!((key.withdrawn_at, key.sealed.as_bytes().len(), at(&key, 15)), (Some(t(15)), 0, (false, false)));
    }
}
