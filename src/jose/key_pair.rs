//! Keys that sign in this process.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::crypto::PrivateKey;
use super::material::Material;
use super::{Algorithm, JoseError, PublicKey, Signature, SignerError};

/// A private key with its public one, for one algorithm. It is erased when dropped, and shown nowhere.
pub struct KeyPair {
    private: PrivateKey,
    public: PublicKey,
}

impl KeyPair {
    /// A new key, of 2048 bits where it is RSA. That takes 70 ms, and sometimes twice as long; the others take microseconds.
    ///
    /// # Errors
    ///
    /// [`KeyError::NotGenerated`].
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        let private = PrivateKey::generate(algorithm).map_err(|_| KeyError::NotGenerated)?;
        Self::new(algorithm, private)
    }

    /// A key in PKCS#8 (RFC 5208), in DER and not encrypted: what `openssl genpkey -outform DER` writes.
    ///
    /// # Errors
    ///
    /// [`KeyError::Malformed`] if it is not, or not for this algorithm; [`KeyError::Unfit`] if it is RSA of a length that is not accepted.
    pub fn from_pkcs8(algorithm: Algorithm, document: &[u8]) -> Result<Self, KeyError> {
        let private = PrivateKey::from_pkcs8(algorithm, document).map_err(|_| KeyError::Malformed)?;
        Self::new(algorithm, private)
    }

    /// The same in PEM (RFC 7468 section 10): a text with `-----BEGIN PRIVATE KEY-----`, once.
    ///
    /// # Errors
    ///
    /// As [`from_pkcs8`](Self::from_pkcs8).
    pub fn from_pem(algorithm: Algorithm, text: &str) -> Result<Self, KeyError> {
        const EDGES: [&str; 2] = ["-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"];
        let body = text.trim().strip_prefix(EDGES[0]).and_then(|text| text.strip_suffix(EDGES[1])).ok_or(KeyError::Malformed)?;
        let base64: Zeroizing<Vec<u8>> = Zeroizing::new(body.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect());
        let document = STANDARD.decode(&*base64).map(Zeroizing::new).map_err(|_| KeyError::Malformed)?;
        Self::from_pkcs8(algorithm, &document)
    }

    fn new(algorithm: Algorithm, private: PrivateKey) -> Result<Self, KeyError> {
        let material = private.public().map_err(|_| KeyError::Malformed)?;
        let material = match material {
            Material::Rsa { n, e } => Material::rsa(n, e),
            Material::Ed25519(point) => Material::ed25519(point),
            point => Ok(point),
        };
        let public = material.and_then(|material| PublicKey::new(material, algorithm, None)).map_err(KeyError::Unfit)?;
        Ok(Self { private, public })
    }

    /// The key in PKCS#8, in DER and not encrypted: for [`from_pkcs8`](Self::from_pkcs8).
    ///
    /// # Errors
    ///
    /// [`KeyError::NotExported`].
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        self.private.to_pkcs8().map_err(|_| KeyError::NotExported)
    }

    /// Its public key, whose `kid` is the thumbprint.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// Signs.
    ///
    /// # Errors
    ///
    /// [`SignerError::Failed`] if the process has no memory or no randomness left.
    pub fn sign(&self, input: &[u8]) -> Result<Signature, SignerError> {
        let signature = Signature::written(|bytes| self.private.sign(input, bytes).ok());
        signature.ok_or_else(|| SignerError::failed("a key in this process did not sign"))
    }
}

impl fmt::Debug for KeyPair {
    /// The public key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyPair({:?})", self.public)
    }
}

/// Why there is no private key. It shows nothing of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Neither PKCS#8 nor for the algorithm.
    #[error("this is no unencrypted PKCS#8 private key for the algorithm; `openssl genpkey` makes one")]
    Malformed,
    /// The key signs under another algorithm than the one that it is given for.
    #[error("the key is for another algorithm")]
    OtherAlgorithm,
    /// The key signs under another algorithm already, and is to be used with one alone (RFC 8725 section 3.1).
    #[error("the key signs under another algorithm already")]
    ForTwoAlgorithms,
    /// A key that no token may be signed with.
    #[error("the key is not fit to sign: {0}")]
    Unfit(JoseError),
    /// The process has no memory or no randomness left.
    #[error("no key could be generated")]
    NotGenerated,
    /// The process has no memory left.
    #[error("the key could not be exported")]
    NotExported,
}
