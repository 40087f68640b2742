//! Public keys: as JSON (RFC 7517), and ready to verify.

use std::fmt;
use std::sync::Arc;

use serde::de::Error as _;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::crypto::Verifier;
use super::material::Material;
use super::{Algorithm, JoseError, KeyId, Object, Thumbprint, Value};

/// The parameters in which secret keys are (RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1, RFC 8037 section 2).
const SECRET: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A public key, for one algorithm. Cloning does not allocate.
///
/// In JSON it is a JWK (RFC 7517) with `alg`, `kid` and `use`.
#[derive(Clone)]
pub struct PublicKey(Arc<Inner>);

struct Inner {
    id: KeyId,
    thumbprint: Thumbprint,
    algorithm: Algorithm,
    material: Material,
    verifier: Verifier,
}

impl PublicKey {
    /// The most bytes of a JWK.
    pub const MAX_LEN: usize = 8 * 1024;

    /// Reads a JWK that is for this algorithm: by its `kty` and `crv`, and by `alg`, `use` and `key_ops` where it has them.
    ///
    /// # Errors
    ///
    /// [`JoseError`], among others [`JoseError::SecretKey`] if it is not public, [`JoseError::KeyUse`] if it is for something else, and
    /// [`JoseError::InvalidKey`] if it is no point on its curve.
    pub fn parse(jwk: &[u8], algorithm: Algorithm) -> Result<Self, JoseError> {
        if jwk.len() > Self::MAX_LEN {
            return Err(JoseError::TooLong);
        }
        Self::read(&Object::parse(jwk)?, algorithm)
    }

    pub(super) fn read(jwk: &Object<'_>, algorithm: Algorithm) -> Result<Self, JoseError> {
        let (material, algorithms) = read(jwk)?;
        if !algorithms.contains(&algorithm) {
            return Err(JoseError::KeyUse);
        }
        Self::new(material, algorithm, key_id(jwk)?)
    }

    /// Reads a JWK that may be for several algorithms, as one of RSA without `alg` is: a key for each.
    pub(super) fn read_each(jwk: &Object<'_>) -> Result<Vec<Self>, JoseError> {
        let (material, algorithms) = read(jwk)?;
        let id = key_id(jwk)?;
        algorithms.iter().map(|algorithm| Self::new(material.clone(), *algorithm, id.clone())).collect()
    }

    /// Without an identifier the key has its thumbprint for one.
    pub(super) fn new(material: Material, algorithm: Algorithm, id: Option<KeyId>) -> Result<Self, JoseError> {
        let verifier = Verifier::new(algorithm, &material).map_err(|_| JoseError::InvalidKey)?;
        let thumbprint = material.thumbprint();
        let id = id.unwrap_or_else(|| thumbprint.into());
        Ok(Self(Arc::new(Inner { id, thumbprint, algorithm, material, verifier })))
    }

    /// The same key under another `kid`, such as the name of a key in a KMS.
    #[must_use]
    pub fn with_key_id(self, id: KeyId) -> Self {
        let Inner { thumbprint, algorithm, material, verifier, .. } = &*self.0;
        let (material, verifier) = (material.clone(), verifier.clone());
        Self(Arc::new(Inner { id, thumbprint: *thumbprint, algorithm: *algorithm, material, verifier }))
    }

    /// `kid`. Where the JWK had none it is the thumbprint.
    #[must_use]
    pub fn key_id(&self) -> &KeyId {
        &self.0.id
    }

    /// The algorithm that it is for, and no other.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.0.algorithm
    }

    /// The thumbprint (RFC 7638).
    #[must_use]
    pub fn thumbprint(&self) -> Thumbprint {
        self.0.thumbprint
    }

    /// How many bytes its signatures have.
    #[must_use]
    pub fn signature_len(&self) -> usize {
        self.0.material.signature_len()
    }

    /// Verifies a signature of these bytes, in the form that JWS has ([`Signature`](super::Signature)).
    ///
    /// # Errors
    ///
    /// [`JoseError::Signature`] if it is another's, of something else, or in another form.
    pub fn verify(&self, input: &[u8], signature: &[u8]) -> Result<(), JoseError> {
        if signature.len() != self.signature_len() {
            return Err(JoseError::Signature);
        }
        self.0.verifier.verify(input, signature).map_err(|_| JoseError::Signature)
    }
}

/// The numbers, and the algorithms for which the key may be used.
fn read(jwk: &Object<'_>) -> Result<(Material, &'static [Algorithm]), JoseError> {
    if SECRET.iter().any(|name| jwk.get(name).is_some()) {
        return Err(JoseError::SecretKey);
    }
    let material = Material::read(jwk)?;
    if jwk.optional_text("use")?.is_some_and(|its| its != "sig") || !may_verify(jwk)? {
        return Err(JoseError::KeyUse);
    }
    let algorithms = material.algorithms();
    let Some(name) = jwk.optional_text("alg")? else { return Ok((material, algorithms)) };
    let named = Algorithm::from_name(name).ok_or(JoseError::UnsupportedKey)?;
    let at = algorithms.iter().position(|algorithm| *algorithm == named).ok_or(JoseError::KeyUse)?;
    Ok((material, &algorithms[at..=at]))
}

/// `key_ops` (RFC 7517 section 4.3): strings, none of them twice, `verify` among them.
fn may_verify(jwk: &Object<'_>) -> Result<bool, JoseError> {
    const NAME: &str = "key_ops";
    let operations = match jwk.get(NAME) {
        None => return Ok(true),
        Some(Value::Array(operations)) => operations,
        Some(_) => return Err(JoseError::Malformed(NAME)),
    };
    let is_wrong = |(at, operation): (usize, &Value<'_>)| operation.as_text().is_none() || operations[..at].contains(operation);
    if operations.iter().enumerate().any(is_wrong) {
        return Err(JoseError::Malformed(NAME));
    }
    Ok(operations.iter().any(|operation| operation.as_text() == Some("verify")))
}

fn key_id(jwk: &Object<'_>) -> Result<Option<KeyId>, JoseError> {
    jwk.optional_text("kid")?.map(KeyId::parse).transpose()
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        let key = |key: &Self| (key.algorithm(), key.thumbprint());
        key(self) == key(other) && self.key_id() == other.key_id()
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({}, {:?})", self.algorithm(), self.key_id().as_str())
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(None)?;
        for (name, value) in self.0.material.members() {
            members.serialize_entry(name, &value)?;
        }
        members.serialize_entry("alg", self.algorithm().as_str())?;
        members.serialize_entry("kid", self.key_id())?;
        members.serialize_entry("use", "sig")?;
        members.end()
    }
}

/// A JWK that is for one algorithm: one of RSA has to say for which.
impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let keys = Object::read(deserializer).and_then(|jwk| Self::read_each(&jwk)).map_err(D::Error::custom)?;
        match <[Self; 1]>::try_from(keys) {
            Ok([key]) => Ok(key),
            Err(_) => Err(D::Error::custom(JoseError::Missing("alg"))),
        }
    }
}
