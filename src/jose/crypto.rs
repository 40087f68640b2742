//! All that this library has of `aws-lc-rs`. No other file names it, and nothing of it is public.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING, ED25519,
    EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_SHA256, RSA_PSS_2048_8192_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair, RsaParameters, RsaPublicKeyComponents,
};
use zeroize::Zeroizing;

use super::Algorithm;
use super::material::Material;

/// What was asked for cannot be done with this key, or not at all. The library below says no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refused;

impl From<aws_lc_rs::error::Unspecified> for Refused {
    fn from(_: aws_lc_rs::error::Unspecified) -> Self {
        Self
    }
}

impl From<aws_lc_rs::error::KeyRejected> for Refused {
    fn from(_: aws_lc_rs::error::KeyRejected) -> Self {
        Self
    }
}

/// A public key that is ready to verify with one algorithm.
#[derive(Clone)]
pub(super) struct Verifier(ParsedPublicKey);

impl Verifier {
    /// Refuses a point that is not on its curve.
    pub(super) fn new(algorithm: Algorithm, material: &Material) -> Result<Self, Refused> {
        let key = match (algorithm, material) {
            (Algorithm::Es256, Material::P256(point)) => ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)?,
            (Algorithm::Es384, Material::P384(point)) => ParsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point)?,
            (Algorithm::EdDsa, Material::Ed25519(point)) => ParsedPublicKey::new(&ED25519, point)?,
            (Algorithm::Ps256, Material::Rsa { n, e }) => rsa(&RSA_PSS_2048_8192_SHA256, n, e)?,
            (Algorithm::Rs256, Material::Rsa { n, e }) => rsa(&RSA_PKCS1_2048_8192_SHA256, n, e)?,
            _ => return Err(Refused),
        };
        Ok(Self(key))
    }

    pub(super) fn verify(&self, input: &[u8], signature: &[u8]) -> Result<(), Refused> {
        Ok(self.0.verify_sig(input, signature)?)
    }
}

fn rsa(parameters: &'static RsaParameters, n: &[u8], e: &[u8]) -> Result<ParsedPublicKey, Refused> {
    Ok(RsaPublicKeyComponents { n, e }.to_parsed_public_key(parameters)?)
}

/// A private key. The library below erases it when it is dropped.
pub(super) enum PrivateKey {
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
}

impl PrivateKey {
    pub(super) fn generate(algorithm: Algorithm) -> Result<Self, Refused> {
        Ok(match kind(algorithm) {
            Kind::Ecdsa(curve) => Self::Ecdsa(EcdsaKeyPair::generate(curve)?),
            Kind::Ed25519 => Self::Ed25519(Ed25519KeyPair::generate()?),
            Kind::Rsa(padding) => Self::Rsa(RsaKeyPair::generate(KeySize::Rsa2048)?, padding),
        })
    }

    pub(super) fn from_pkcs8(algorithm: Algorithm, document: &[u8]) -> Result<Self, Refused> {
        Ok(match kind(algorithm) {
            Kind::Ecdsa(curve) => Self::Ecdsa(EcdsaKeyPair::from_pkcs8(curve, document)?),
            Kind::Ed25519 => Self::Ed25519(Ed25519KeyPair::from_pkcs8(document)?),
            Kind::Rsa(padding) => Self::Rsa(RsaKeyPair::from_pkcs8(document)?, padding),
        })
    }

    pub(super) fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, Refused> {
        use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
        let copied = |bytes: &[u8]| Zeroizing::new(bytes.to_vec());
        Ok(match self {
            Self::Ecdsa(key) => copied(key.to_pkcs8v1()?.as_ref()),
            // Version 1, which every program reads.
            Self::Ed25519(key) => copied(key.to_pkcs8v1()?.as_ref()),
            Self::Rsa(key, _) => copied(AsDer::<Pkcs8V1Der<'_>>::as_der(key)?.as_ref()),
        })
    }

    pub(super) fn public(&self) -> Result<Material, Refused> {
        match self {
            Self::Ecdsa(key) => Material::nist(key.public_key().as_ref()).ok_or(Refused),
            Self::Ed25519(key) => Ok(Material::Ed25519(key.public_key().as_ref().try_into().map_err(|_| Refused)?)),
            Self::Rsa(key, _) => {
                let RsaPublicKeyComponents { n, e } = key.public_key().into();
                Ok(Material::Rsa { n, e })
            }
        }
    }

    /// Writes the signature into the buffer and says how long it is.
    pub(super) fn sign(&self, input: &[u8], signature: &mut [u8]) -> Result<usize, Refused> {
        let mut copy = |bytes: &[u8]| {
            signature.get_mut(..bytes.len()).ok_or(Refused)?.copy_from_slice(bytes);
            Ok(bytes.len())
        };
        match self {
            Self::Ecdsa(key) => copy(key.sign(&SystemRandom::new(), input)?.as_ref()),
            Self::Ed25519(key) => copy(key.try_sign(input)?.as_ref()),
            Self::Rsa(key, padding) => {
                let length = key.public_modulus_len();
                let signature = signature.get_mut(..length).ok_or(Refused)?;
                key.sign(*padding, &SystemRandom::new(), input, signature)?;
                Ok(length)
            }
        }
    }
}

enum Kind {
    Ecdsa(&'static EcdsaSigningAlgorithm),
    Ed25519,
    Rsa(&'static dyn RsaEncoding),
}

fn kind(algorithm: Algorithm) -> Kind {
    match algorithm {
        Algorithm::Es256 => Kind::Ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING),
        Algorithm::Es384 => Kind::Ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING),
        Algorithm::EdDsa => Kind::Ed25519,
        Algorithm::Ps256 => Kind::Rsa(&RSA_PSS_SHA256),
        Algorithm::Rs256 => Kind::Rsa(&RSA_PKCS1_SHA256),
    }
}

/// AES-256-GCM (NIST SP 800-38D) under a random nonce: the nonce, what was encrypted, the tag.
pub(super) fn seal(key: &[u8; 32], context: &[u8], plain: &[u8], sealed: &mut Vec<u8>) -> Result<(), Refused> {
    let key = RandomizedNonceKey::new(&AES_256_GCM, key)?;
    // It is encrypted where it stands, with room for the tag, so nothing of the plain text is left behind.
    let mut text = Zeroizing::new(Vec::with_capacity(plain.len() + AES_256_GCM.tag_len()));
    text.extend_from_slice(plain);
    let nonce = key.seal_in_place_append_tag(Aad::from(context), &mut *text)?;
    sealed.extend_from_slice(nonce.as_ref());
    sealed.extend_from_slice(&text);
    Ok(())
}

/// What [`seal`] wrote.
pub(super) fn open(key: &[u8; 32], context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Refused> {
    let (nonce, text) = sealed.split_at_checked(NONCE_LEN).ok_or(Refused)?;
    let key = RandomizedNonceKey::new(&AES_256_GCM, key)?;
    let mut text = Zeroizing::new(text.to_vec());
    let length = key.open_in_place(Nonce::try_assume_unique_for_key(nonce)?, Aad::from(context), &mut text)?.len();
    text.truncate(length);
    Ok(text)
}
