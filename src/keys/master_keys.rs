//! Secrets that a server is given from outside, so that nobody who has its database alone has them, and the keys that are derived
//! from them.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use crate::keys::hkdf;

/// What the secrets are extracted with (RFC 5869 section 3.1): not secret, and never to change.
const SALT: &[u8] = b"grantor master key v1";
/// Stands before the purposes that applications name, so that none of them is one of the library's own.
const APPLICATION: &[u8] = b"application/";
/// Stands before the library's own.
const LIBRARY: &[u8] = b"library/";

/// The master keys of a server: secrets from outside, of which its database knows nothing. Several at once, so that one can be replaced: **the first is used for what is new, each for what was made with it.**
///
/// A secret has at least 256 bits, from a random generator. The application reads it where operators keep secrets, such as an
/// environment variable or a file that a secret store mounts; `openssl rand -base64 32` makes one.
///
/// ```
/// use grantor::MasterKeys;
///
/// # fn main() -> Result<(), grantor::MasterKeyError> {
/// # let variable = "6ZQz0n3hX7mJc1uVfK2bYw8tRlA5pGdSxEoNiQvTgHk= 8f4c0d6f0a7be2c19d35e6b1f0a2c4d68e9b7a5c3d1f2e4b6a8c0d2e4f618293";
/// // The new one, and the one before it.
/// let keys = MasterKeys::parse(variable)?;
/// assert_eq!(keys.subkeys("session cookies").count(), 2);
/// # Ok(())
/// # }
/// ```
///
/// Only keys that are derived for one purpose each leave this type ([`subkeys`](Self::subkeys)), so that whoever learns one of them
/// learns nothing of the others. All are erased when dropped. Cloning shares them.
#[derive(Clone)]
pub struct MasterKeys(Arc<[Extracted]>);

/// A pseudorandom key (RFC 5869 section 2.2). The secret itself is not kept.
#[derive(Clone)]
struct Extracted(Zeroizing<[u8; 32]>);

impl MasterKeys {
    /// The fewest bytes of a secret.
    pub const MIN_LEN: usize = 32;

    /// One secret as bytes.
    ///
    /// # Errors
    ///
    /// [`MasterKeyError`] if it has fewer than 32 bytes, or is plainly not random.
    pub fn from_bytes(secret: &[u8]) -> Result<Self, MasterKeyError> {
        Extracted::of(secret).map(|key| Self([key].into()))
    }

    /// Secrets as text, the first one first, separated by white space or commas: each in hexadecimal digits, or in base64 of either
    /// alphabet (RFC 4648 sections 4 and 5), with or without padding.
    ///
    /// # Errors
    ///
    /// [`MasterKeyError`] if there is none, or one of them cannot be read, has fewer than 32 bytes, is plainly not random, or is
    /// there twice. The error does not show the text.
    pub fn parse(text: &str) -> Result<Self, MasterKeyError> {
        let words = text.split(|character: char| character.is_whitespace() || character == ',').filter(|word| !word.is_empty());
        let keys: Vec<Extracted> = words.map(|word| Extracted::of(&decode(word)?)).collect::<Result<_, _>>()?;
        Self::of(keys)
    }

    /// These, and behind them others that were used before.
    ///
    /// # Errors
    ///
    /// [`MasterKeyError::Twice`] if one is in both.
    pub fn and_before(self, before: Self) -> Result<Self, MasterKeyError> {
        Self::of(self.0.iter().chain(&*before.0).cloned().collect())
    }

    fn of(keys: Vec<Extracted>) -> Result<Self, MasterKeyError> {
        if keys.is_empty() {
            return Err(MasterKeyError::Missing);
        }
        let is_repeated = |(place, key): (usize, &Extracted)| keys.iter().take(place).any(|earlier| *earlier.0 == *key.0);
        if keys.iter().enumerate().any(is_repeated) {
            return Err(MasterKeyError::Twice);
        }
        Ok(Self(keys.into()))
    }

    /// The keys for a purpose of the application, such as `session cookies`, one of each master key and in their order: use the
    /// first for what is new, and try all for what was made before. They differ from the keys for every other purpose, and from
    /// those that the library uses itself. HKDF-SHA-256 (RFC 5869).
    pub fn subkeys(&self, purpose: &str) -> impl Iterator<Item = Subkey> {
        let info = [APPLICATION, purpose.as_bytes()].concat();
        self.0.iter().map(move |key| Subkey(hkdf::expand(&key.0, &info)))
    }

    /// The same for a purpose of this library.
    pub(crate) fn library_subkeys<const N: usize>(&self, purpose: &str) -> impl Iterator<Item = Zeroizing<[u8; N]>> {
        let info = [LIBRARY, purpose.as_bytes()].concat();
        self.0.iter().map(move |key| hkdf::expand(&key.0, &info))
    }
}

impl Extracted {
    fn of(secret: &[u8]) -> Result<Self, MasterKeyError> {
        if secret.len() < MasterKeys::MIN_LEN {
            return Err(MasterKeyError::TooShort);
        }
        // Of 32 random bytes fewer than 16 differ once in 10^16 times, of a placeholder nearly always.
        let mut seen = [false; 256];
        secret.iter().for_each(|byte| seen[usize::from(*byte)] = true);
        if seen.iter().filter(|seen| **seen).count() < 16 {
            return Err(MasterKeyError::NotRandom);
        }
        Ok(Self(hkdf::extract(SALT, secret)))
    }
}

/// Hexadecimal digits alone are taken for such: base64 of a random secret has other characters too.
fn decode(text: &str) -> Result<Zeroizing<Vec<u8>>, MasterKeyError> {
    let is_hex = text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let bytes = if is_hex {
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        text.as_bytes().chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
    } else {
        let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let url_safe = text.contains(['-', '_']);
        let alphabet = if url_safe { alphabet::URL_SAFE } else { alphabet::STANDARD };
        GeneralPurpose::new(&alphabet, config).decode(text).ok()
    };
    bytes.map(Zeroizing::new).ok_or(MasterKeyError::Malformed)
}

impl FromStr for MasterKeys {
    type Err = MasterKeyError;
    fn from_str(text: &str) -> Result<Self, MasterKeyError> {
        Self::parse(text)
    }
}

impl fmt::Debug for MasterKeys {
    /// How many there are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKeys({})", self.0.len())
    }
}

/// A key of 256 bits for one purpose: [`MasterKeys::subkeys`]. Erased when dropped.
#[derive(Clone)]
pub struct Subkey(Zeroizing<[u8; 32]>);

impl Subkey {
    /// The key itself: for the algorithm that uses it. Nowhere else does it become visible.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Subkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Subkey(..)")
    }
}

/// A text or bytes that are no master keys. It shows nothing of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MasterKeyError {
    /// There is none.
    #[error("there is no master key; `openssl rand -base64 32` makes one")]
    Missing,
    /// Neither hexadecimal nor base64.
    #[error("a master key is written in hexadecimal digits or in base64; `openssl rand -base64 32` makes one")]
    Malformed,
    /// Fewer than 32 bytes.
    #[error("a master key has at least 256 bits; `openssl rand -base64 32` makes one")]
    TooShort,
    /// Hardly two bytes of it differ, as in a placeholder.
    #[error("a master key comes from a random generator; `openssl rand -base64 32` makes one")]
    NotRandom,
    /// One is there twice.
    #[error("a master key is there twice")]
    Twice,
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};

    /// In base64 it has characters in which the alphabets differ.
    fn secret(first: u8) -> [u8; 32] {
        std::array::from_fn(|place| if place == 0 { first } else { 0xff - 7 * place as u8 })
    }

    fn first(keys: &MasterKeys, purpose: &str) -> [u8; 32] {
        *keys.subkeys(purpose).next().unwrap().expose()
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn a_secret_is_the_same_however_it_is_written() {
        let secret = secret(0xfb);
        let expected = first(&MasterKeys::from_bytes(&secret).unwrap(), "p");
        let unpadded = STANDARD.encode(secret).trim_end_matches('=').to_owned();
        for text in [
            hex(&secret),
            hex(&secret).to_uppercase(),
            STANDARD.encode(secret),
            unpadded,
            URL_SAFE.encode(secret),
            URL_SAFE_NO_PAD.encode(secret),
            format!(" {}\r\n", hex(&secret)),
        ] {
            assert_eq!(first(&text.parse().unwrap(), "p"), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_secret_is_refused_and_not_shown() {
        let good = hex(&secret(1));
        for (text, expected) in [
            ("", MasterKeyError::Missing),
            (" ,\n", MasterKeyError::Missing),
            ("s3cr3t!", MasterKeyError::Malformed),
            (&good[..63], MasterKeyError::Malformed),
            (&good[..62], MasterKeyError::TooShort),
            ("c2hvcnQ=", MasterKeyError::TooShort),
            (&"00".repeat(32), MasterKeyError::NotRandom),
            (&"0123456789".repeat(8), MasterKeyError::NotRandom),
            (&format!("{good} s3cr3t!"), MasterKeyError::Malformed),
            (&format!("{good},{}", good.to_uppercase()), MasterKeyError::Twice),
        ] {
            let error = MasterKeys::parse(text).unwrap_err();
            assert_eq!(error, expected, "{text}");
            assert!(text.trim().len() < 6 || !format!("{error} {error:?}").contains(text.trim()));
        }
        assert_eq!(MasterKeys::from_bytes(&secret(1)[..31]).unwrap_err(), MasterKeyError::TooShort);
    }

    #[test]
    fn the_first_is_for_what_is_new_and_all_for_what_was_made_before() {
        let [old, new] = [1, 2].map(|first| MasterKeys::from_bytes(&secret(first)).unwrap());
        let both = new.clone().and_before(old.clone()).unwrap();
        let subkeys: Vec<[u8; 32]> = both.subkeys("p").map(|key| *key.expose()).collect();
        assert_eq!(subkeys, [first(&new, "p"), first(&old, "p")]);
        let parsed = MasterKeys::parse(&format!("{},{}", hex(&secret(2)), STANDARD.encode(secret(1)))).unwrap();
        assert_eq!(first(&parsed, "p"), first(&new, "p"));
        assert_eq!(parsed.subkeys("p").count(), 2);
        assert_eq!(both.and_before(old).unwrap_err(), MasterKeyError::Twice);
    }

    /// Keys that were derived must stay what they are: what was made with them is in databases and browsers.
    #[test]
    fn keys_differ_by_purpose_and_never_change() {
        let keys = MasterKeys::from_bytes(&secret(1)).unwrap();
        assert_ne!(first(&keys, "a"), first(&keys, "b"));
        assert_eq!(hex(&first(&keys, "session cookies")), "603ab1d792af21c24f83729d74f0cda0d07b24ac8ea5e337fbc58e4367057097");
    }

    #[test]
    fn a_server_has_those_that_its_chain_was_given() {
        use crate::{AuthorizationServer, ClientCredentials, Development, MemoryStore, OAuth21, issuer};
        let chain = || {
            let chain = AuthorizationServer::builder().profile(Development::<OAuth21>::new());
            chain.issuer(issuer!("https://auth.example.com")).storage(MemoryStore::new()).grant(ClientCredentials::new())
        };
        let keys = MasterKeys::from_bytes(&secret(1)).unwrap();
        let server = chain().master_keys(keys.clone()).build();
        assert_eq!(server.master_keys().map(|given| first(given, "p")), Some(first(&keys, "p")));
        assert!(chain().build().master_keys().is_none());
    }

    #[test]
    fn debug_shows_no_secret() {
        let keys = MasterKeys::from_bytes(&secret(1)).unwrap();
        assert_eq!(format!("{keys:?}"), "MasterKeys(1)");
        assert_eq!(format!("{:?}", keys.subkeys("p").next().unwrap()), "Subkey(..)");
    }
}
