//! JWK Sets (RFC 7517 section 5), and where keys are looked for.

use serde::de::Error as _;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Algorithm, JoseError, Object, PublicKey, Value};

/// Whose keys a token may be signed with.
pub trait KeySource {
    /// The owner's key for this algorithm that the token calls `key_id`, if it names one.
    ///
    /// # Errors
    ///
    /// [`JoseError::UnknownKey`] and [`JoseError::AmbiguousKey`].
    fn key(&self, algorithm: Algorithm, key_id: Option<&str>) -> Result<PublicKey, JoseError>;
}

/// One key, whatever the token calls it.
impl KeySource for PublicKey {
    fn key(&self, algorithm: Algorithm, _: Option<&str>) -> Result<PublicKey, JoseError> {
        if self.algorithm() == algorithm { Ok(self.clone()) } else { Err(JoseError::UnknownKey) }
    }
}

impl<K: KeySource + ?Sized> KeySource for &K {
    fn key(&self, algorithm: Algorithm, key_id: Option<&str>) -> Result<PublicKey, JoseError> {
        K::key(self, algorithm, key_id)
    }
}

/// The public keys of one owner: what `/jwks` serves, what a client registers, what a resource server caches. There is nothing secret in it,
/// however it was made.
///
/// ```
/// use grantor::{Algorithm, Jwks, KeyPair};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let key = KeyPair::generate(Algorithm::EdDsa)?;
/// let text = serde_json::to_vec(&Jwks::of([key.public_key()]))?;
/// let keys = Jwks::parse(&text)?;
/// assert!(keys.iter().eq([key.public_key()]));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Jwks {
    keys: Vec<PublicKey>,
    skipped: Vec<JoseError>,
}

impl Jwks {
    /// The most bytes of a set.
    pub const MAX_LEN: usize = 64 * 1024;
    /// The most keys of a set.
    pub const MAX_KEYS: usize = 64;

    /// These keys.
    #[must_use]
    pub fn of<'k>(keys: impl IntoIterator<Item = &'k PublicKey>) -> Self {
        Self { keys: keys.into_iter().cloned().collect(), skipped: Vec::new() }
    }

    /// Reads a set. Keys that this library cannot verify with are [skipped](Self::skipped), as RFC 7517 section 5 says; but a secret
    /// one makes the whole set unfit, since its owner has given it away.
    ///
    /// # Errors
    ///
    /// [`JoseError`] if it is no set, has a secret key, or is larger than [`MAX_LEN`](Self::MAX_LEN) and [`MAX_KEYS`](Self::MAX_KEYS).
    pub fn parse(text: &[u8]) -> Result<Self, JoseError> {
        if text.len() > Self::MAX_LEN {
            return Err(JoseError::TooLong);
        }
        Self::read(&Object::parse(text)?)
    }

    fn read(set: &Object<'_>) -> Result<Self, JoseError> {
        let Some(Value::Array(values)) = set.get("keys") else { return Err(JoseError::Malformed("keys")) };
        if values.len() > Self::MAX_KEYS {
            return Err(JoseError::TooLong);
        }
        let mut read = Self::default();
        for value in values {
            let Value::Object(jwk) = value else { return Err(JoseError::Malformed("keys")) };
            match PublicKey::read_each(jwk) {
                Ok(keys) => read.keys.extend(keys),
                Err(JoseError::SecretKey) => return Err(JoseError::SecretKey),
                Err(why) => read.skipped.push(why),
            }
        }
        Ok(read)
    }

    /// The keys. One of RSA whose JWK does not say for which algorithm it is, is there for each.
    pub fn iter(&self) -> impl Iterator<Item = &PublicKey> {
        self.keys.iter()
    }

    /// Is there no key?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Why keys of the set that was read are not there.
    #[must_use]
    pub fn skipped(&self) -> &[JoseError] {
        &self.skipped
    }
}

/// By `kid` where the token has one, and always by algorithm; one key has to remain.
impl KeySource for Jwks {
    fn key(&self, algorithm: Algorithm, key_id: Option<&str>) -> Result<PublicKey, JoseError> {
        let fits = |key: &&PublicKey| key.algorithm() == algorithm && key_id.is_none_or(|id| id == key.key_id().as_str());
        let mut fitting = self.keys.iter().filter(fits);
        match (fitting.next(), fitting.next()) {
            (Some(key), None) => Ok(key.clone()),
            (None, _) => Err(JoseError::UnknownKey),
            (Some(_), Some(_)) => Err(JoseError::AmbiguousKey),
        }
    }
}

impl Serialize for Jwks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(Some(1))?;
        members.serialize_entry("keys", &self.keys)?;
        members.end()
    }
}

/// For a set inside of something else, whose size is bounded there.
impl<'de> Deserialize<'de> for Jwks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Object::read(deserializer).and_then(|set| Self::read(&set)).map_err(D::Error::custom)
    }
}
