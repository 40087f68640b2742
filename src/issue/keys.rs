//! What signs on a server, as formats and hooks see it: folded from the features, so that none of them knows which one has the
//! keys. Without the feature `jose` nothing signs, and there is nothing of this but the name.

#[cfg(feature = "jose")]
use std::sync::Arc;

use crate::authorization::OwnKeys;
#[cfg(feature = "jose")]
use crate::jose::Jwks;

#[cfg(feature = "jose")]
mod signs {
    use std::future::Future;
    use std::sync::Arc;
    use std::time::Duration;

    use zeroize::Zeroizing;

    use crate::core::Core;
    use crate::jose::{Algorithm, Jwks, KeyError, KeyId, SealerError, TokenType};
    use crate::storage::Kid;
    use crate::typelevel::choice::Open;
    use crate::values::clock::Timestamp;
    use crate::values::error::{OAuthError, StoreError};

    /// The keys of a server.
    #[doc(hidden)]
    pub trait Keyring: Send + Sync + 'static {
        /// With what it can sign, what is preferred first.
        fn algorithms(&self) -> &'static [Algorithm];

        /// What a client gets that registered nothing: RS256 (OpenID Connect Registration section 2, RFC 9701 section 6), or the preferred one
        /// of a server that does not have it.
        fn default_algorithm(&self) -> Option<Algorithm> {
            let all = self.algorithms();
            all.iter().find(|algorithm| **algorithm == Algorithm::Rs256).or(all.first()).copied()
        }

        /// Signs claims (JSON) as a token of the type `T`, under this algorithm, or under the preferred one.
        ///
        /// # Errors
        ///
        /// `temporarily_unavailable` if whoever has the key does not sign now; `server_error` if nobody has one for the algorithm.
        fn sign<T: TokenType>(
            &self,
            algorithm: Option<Algorithm>,
            claims: &[u8],
            now: Timestamp,
        ) -> impl Future<Output = Result<Zeroizing<String>, OAuthError>> + Send;

        /// The keys with which tokens that have not expired may be signed, and those that will sign next.
        fn published(&self) -> Arc<Jwks>;

        /// The same, if there are any: a server without keys has nothing of them in it.
        fn own(&self) -> Option<Arc<Jwks>> {
            Some(self.published())
        }

        /// Somebody presented a token that is signed with a key which is not [`published`](Self::published). Another instance may have
        /// begun to sign with it.
        fn unknown_key(&self, _: Timestamp) {}
    }

    /// Keys on the storage `S`, and what has to be done for them while the server runs.
    #[doc(hidden)]
    pub trait KeyringOn<S>: Keyring {
        /// Makes the keys what they have to be now: reads them, and announces those that are due.
        ///
        /// # Errors
        ///
        /// [`KeysError`]; then they stay what they were.
        fn refresh(&self, _: &Core<S>) -> impl Future<Output = Result<(), KeysError>> + Send {
            async { Ok(()) }
        }

        /// Ends when the next refresh is due: of its pause, which it is given, or of a key that nobody knows.
        fn until_due<F: Future + Send>(&self, _: impl FnOnce(Duration) -> F + Send) -> impl Future<Output = ()> + Send {
            std::future::pending()
        }

        /// Withdraws a key: `false` if there is none of this name.
        ///
        /// # Errors
        ///
        /// [`KeysError`].
        fn withdraw(&self, _: &Core<S>, _: &KeyId) -> impl Future<Output = Result<bool, KeysError>> + Send {
            async { Ok(false) }
        }

        /// Could something be signed now?
        ///
        /// # Errors
        ///
        /// If not, or if it is not known any more whether these are the keys.
        fn check(&self, _: Timestamp) -> Result<(), StoreError> {
            Ok(())
        }
    }

    impl<S> KeyringOn<S> for Open {}

    /// Why the signing keys of a server are not what they have to be. It shows nothing of them.
    #[derive(Debug, thiserror::Error)]
    #[non_exhaustive]
    pub enum KeysError {
        /// The storage failed.
        #[error("the signing keys cannot be read or kept")]
        Store(#[from] StoreError),
        /// A stored key cannot be opened: most often the server was given other master keys than the one under which it is sealed. No new
        /// key is made then.
        #[error("the signing key `{key}` cannot be opened: {error}")]
        Sealed {
            /// The `kid`.
            key: Kid,
            /// Why.
            error: SealerError,
        },
        /// What was opened is not the key that it has to be.
        #[error("the stored signing key `{0}` is damaged")]
        Damaged(Kid),
        /// A new key cannot be sealed.
        #[error("no new signing key can be sealed: {0}")]
        Sealing(SealerError),
        /// A new key cannot be made.
        #[error("no new signing key can be made: {0}")]
        Making(KeyError),
    }

    /// No feature of the server has keys. Rules keep what signs out of such a server, so nobody gets to see this error.
    impl Keyring for Open {
        fn algorithms(&self) -> &'static [Algorithm] {
            &[]
        }

        async fn sign<T: TokenType>(
            &self,
            _: Option<Algorithm>,
            _: &[u8],
            _: Timestamp,
        ) -> Result<Zeroizing<String>, OAuthError> {
            tracing::error!("something is to be signed on a server without keys");
            Err(OAuthError::unexpected())
        }

        fn published(&self) -> Arc<Jwks> {
            Arc::default()
        }

        fn own(&self) -> Option<Arc<Jwks>> {
            None
        }
    }
}

#[cfg(feature = "jose")]
pub use signs::{Keyring, KeyringOn, KeysError};

#[cfg(feature = "jose")]
impl<K: Keyring> OwnKeys for K {
    fn published(&self) -> Option<Arc<Jwks>> {
        self.own()
    }
}

#[cfg(not(feature = "jose"))]
impl<K: Keyring> OwnKeys for K {}

#[cfg(not(feature = "jose"))]
mod signs_nothing {
    use crate::typelevel::choice::Open;
    use crate::values::clock::Timestamp;
    use crate::values::error::StoreError;

    /// The keys of a server: there are none.
    #[doc(hidden)]
    pub trait Keyring: Send + Sync + 'static {}

    impl Keyring for Open {}

    /// The same on a storage.
    #[doc(hidden)]
    pub trait KeyringOn<S>: Keyring {
        fn check(&self, _: Timestamp) -> Result<(), StoreError> {
            Ok(())
        }
    }

    impl<S> KeyringOn<S> for Open {}
}

#[cfg(not(feature = "jose"))]
pub use signs_nothing::{Keyring, KeyringOn};
