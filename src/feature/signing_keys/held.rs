//! Keys that do not change while the server runs: those of this process, and those that stay elsewhere.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use zeroize::Zeroizing;

use super::backend::{KeyBackend, KeysOn, Served, refused};
use crate::jose::{Algorithm, External, Jwks, KeyError, KeyPair, PublicKey, Signer, SigningKey, TokenSigner, TokenType};
use crate::typelevel::{No, Yes};
use crate::values::clock::Timestamp;
use crate::values::error::OAuthError;

/// A key for each algorithm, and what others verify with.
struct Held<K> {
    keys: Vec<TokenSigner<K>>,
    /// Keys that do not sign, and are published.
    besides: Vec<PublicKey>,
    published: Arc<Jwks>,
    body: Bytes,
}

impl<K: SigningKey> Held<K> {
    fn of(keys: Vec<TokenSigner<K>>, besides: Vec<PublicKey>) -> Self {
        let published = Jwks::of(keys.iter().map(TokenSigner::public_key).chain(&besides));
        let body = serde_json::to_vec(&published).unwrap_or_default().into();
        Self { keys, besides, published: published.into(), body }
    }

    fn and(self, key: K) -> Self {
        let Self { mut keys, besides, .. } = self;
        keys.push(TokenSigner::new(key));
        Self::of(keys, besides)
    }

    /// With a key that somebody gives.
    fn and_given(self, key: K) -> Result<Self, KeyError> {
        let thumbprint = key.public_key().thumbprint();
        match self.keys.iter().any(|other| other.public_key().thumbprint() == thumbprint) {
            true => Err(KeyError::ForTwoAlgorithms),
            false => Ok(self.and(key)),
        }
    }

    fn besides(self, key: PublicKey) -> Self {
        let Self { keys, mut besides, .. } = self;
        besides.push(key);
        Self::of(keys, besides)
    }

    async fn sign<T: TokenType>(&self, algorithm: Algorithm, claims: &[u8]) -> Result<Zeroizing<String>, OAuthError> {
        let Some(key) = self.keys.iter().find(|key| key.public_key().algorithm() == algorithm) else {
            return Err(refused(&KeyError::NotGenerated));
        };
        key.sign::<T>(claims).await.map_err(OAuthError::from)
    }
}

/// Keys that are made when the server starts, and vanish with the process: [`SigningKeys::ephemeral`](super::SigningKeys::ephemeral).
pub struct EphemeralKeys(Held<KeyPair>);

impl EphemeralKeys {
    pub(super) fn none() -> Self {
        Self(Held::of(Vec::new(), Vec::new()))
    }

    /// Without randomness there is no key, which the first token that is to be signed finds out.
    pub(super) fn and(self, algorithm: Algorithm) -> Self {
        match KeyPair::generate(algorithm) {
            Ok(key) => Self(self.0.and(key)),
            Err(error) => {
                tracing::error!(%algorithm, detail = %error, "there is no signing key");
                self
            }
        }
    }
}

/// Keys that the application has: [`SigningKeys::fixed`](super::SigningKeys::fixed).
pub struct FixedKeys(Held<KeyPair>);

impl FixedKeys {
    pub(super) fn none() -> Self {
        Self(Held::of(Vec::new(), Vec::new()))
    }

    pub(super) fn and(self, key: KeyPair) -> Result<Self, KeyError> {
        self.0.and_given(key).map(Self)
    }

    pub(super) fn besides(self, key: PublicKey) -> Self {
        Self(self.0.besides(key))
    }
}

/// Keys that stay elsewhere: [`SigningKeys::external`](super::SigningKeys::external).
pub struct ExternalKeys<S>(Held<External<S>>);

impl<S: Signer> ExternalKeys<S> {
    pub(super) fn none() -> Self {
        Self(Held::of(Vec::new(), Vec::new()))
    }

    pub(super) fn and(self, signer: S) -> Result<Self, KeyError> {
        self.0.and_given(External(signer)).map(Self)
    }

    pub(super) fn besides(self, key: PublicKey) -> Self {
        Self(self.0.besides(key))
    }
}

macro_rules! held {
    (impl<$($p:ident: $b:path)?> $keys:ty, vanish: $vanish:ty) => {
        impl<$($p: $b)?> fmt::Debug for $keys {
            /// The public keys.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_list().entries(self.0.published.iter()).finish()
            }
        }

        impl<$($p: $b)?> KeyBackend for $keys {
            type Vanish = $vanish;
            type NeedsMasterKeys = No;

            async fn sign<T: TokenType>(
                &self,
                algorithm: Algorithm,
                claims: &[u8],
                _: Timestamp,
            ) -> Result<Zeroizing<String>, OAuthError> {
                self.0.sign::<T>(algorithm, claims).await
            }

            fn published(&self) -> Arc<Jwks> {
                self.0.published.clone()
            }

            fn served(&self, _: Timestamp) -> Option<Served> {
                Some(Served { body: self.0.body.clone(), max_age: Some(Served::MAX_AGE) })
            }
        }

        impl<St $(, $p: $b)?> KeysOn<St> for $keys {}
    };
}
held!(impl<> EphemeralKeys, vanish: Yes);
held!(impl<> FixedKeys, vanish: No);
held!(impl<S: Signer> ExternalKeys<S>, vanish: No);

/// A private key that the application has: a [`KeyPair`], PKCS#8 in DER (`&[u8]`) or in PEM (`&str`).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a private key",
    label = "expected a `KeyPair`, or PKCS#8 in DER (`&[u8]`) or PEM (`&str`)"
)]
pub trait PrivateKeySource: sealed::Sealed {
    /// The key pair for this algorithm.
    ///
    /// # Errors
    ///
    /// [`KeyError`], such as that it is for another algorithm.
    fn key_pair(self, algorithm: Algorithm) -> Result<KeyPair, KeyError>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::KeyPair {}
    impl Sealed for &[u8] {}
    impl Sealed for &str {}
}

impl PrivateKeySource for KeyPair {
    fn key_pair(self, algorithm: Algorithm) -> Result<KeyPair, KeyError> {
        fits(self.public_key(), algorithm)?;
        Ok(self)
    }
}

impl PrivateKeySource for &[u8] {
    fn key_pair(self, algorithm: Algorithm) -> Result<KeyPair, KeyError> {
        KeyPair::from_pkcs8(algorithm, self)
    }
}

impl PrivateKeySource for &str {
    fn key_pair(self, algorithm: Algorithm) -> Result<KeyPair, KeyError> {
        KeyPair::from_pem(algorithm, self)
    }
}

/// Is the key for the algorithm?
pub(super) fn fits(key: &PublicKey, algorithm: Algorithm) -> Result<(), KeyError> {
    if key.algorithm() == algorithm { Ok(()) } else { Err(KeyError::OtherAlgorithm) }
}
