//! Signing keys: what a server signs its tokens with, and publishes for those who verify them (RFC 7517 section 5, RFC 8414 section
//! 2, `jwks_uri`). Feature `jose`.

mod algorithms;
mod backend;
mod by_hand;
mod held;
mod life;
mod refresh;
mod ring;
mod rotation;
mod sealer;
mod sealing;
mod stored;

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use zeroize::Zeroizing;

pub use algorithms::{LacksAlgorithm, SigningAlgorithms};
use backend::{KeyBackend, KeysOn, refused};
pub use by_hand::NextKey;
pub(crate) use by_hand::rotate;
use held::fits;
pub use held::{EphemeralKeys, ExternalKeys, FixedKeys, PrivateKeySource};
pub use rotation::{Rotation, RotationError};
pub use sealing::UnderMasterKeys;
pub use stored::StoredKeys;

use crate::core::Core;
use crate::extension::metadata::{Metadata, MetadataContext};
use crate::extension::route::RouteView;
use crate::feature::{Feature, FeatureOn, sealed};
use crate::http::answer;
use crate::http::endpoints::Endpoints;
use crate::issue::{Keyring, KeyringOn, KeysError};
use crate::jose::{
    ASealer, ASigner, Algorithm, AnAlgorithm, Jwks, KeyError, KeyId, PublicKey, Signer, SigningAlgorithm as _, TokenType,
};
use crate::typelevel::choice::{Open, chosen};
use crate::typelevel::list::Append;
use crate::typelevel::{List, No};
use crate::values::clock::Timestamp;
use crate::values::error::{OAuthError, StoreError};

/// The keys of a server, for the algorithms `A`, of which the first is preferred; `K` is where they are. The public ones are served at
/// `/jwks`, as `jwks_uri` says (RFC 8414 section 2).
///
/// | constructor | the private keys | for |
/// |---|---|---|
/// | [`stored`](Self::stored), [`stored_with`](Self::stored_with) | in the storage, sealed; they replace themselves | everybody |
/// | [`external`](Self::external) | in a key management service or a hardware security module | who has one |
/// | [`fixed`](Self::fixed) | are given by the application, which replaces them | who rotates keys by other means |
/// | [`ephemeral`](Self::ephemeral) | are made at the start, and vanish | [`Development`](crate::Development) |
pub struct SigningKeys<A, K> {
    keys: K,
    algorithms: PhantomData<fn() -> A>,
}

impl<A, K> SigningKeys<A, K> {
    const fn of(keys: K) -> Self {
        Self { keys, algorithms: PhantomData }
    }
}

impl SigningKeys<(), StoredKeys> {
    /// Keys that the storage keeps for all instances of the server, sealed under its [master keys](crate::Builder::master_keys), and which
    /// replace themselves: by [`Rotation::DEFAULT`], unless [`rotation`](SigningKeys::rotation) says otherwise.
    ///
    /// Await [`ready`](crate::AuthorizationServer::ready) before serving, and spawn
    /// [`keep_keys`](crate::AuthorizationServer::keep_keys).
    #[must_use]
    pub fn stored() -> Self {
        Self::of(StoredKeys::new(UnderMasterKeys))
    }
}

impl<L> SigningKeys<(), StoredKeys<L>> {
    /// The same with a sealer of your own, such as a key management service.
    #[must_use]
    pub fn stored_with<Is>(sealer: L) -> SigningKeys<(), StoredKeys<L::Taken>>
    where
        L: ASealer<Is>,
    {
        SigningKeys::of(StoredKeys::new(sealer.taken()))
    }
}

impl<A, L> SigningKeys<A, StoredKeys<L>> {
    /// Signs with this algorithm too. Of several the first is preferred. The keys of one that is taken out of the chain stay published
    /// until what they signed has expired.
    #[must_use]
    pub fn algorithm<X, Is>(self, _: X) -> SigningKeys<A::Output, StoredKeys<L>>
    where
        X: AnAlgorithm<Is>,
        A: LacksAlgorithm<X::Taken>,
        A: Append<X::Taken>,
    {
        SigningKeys::of(self.keys)
    }

    /// How the keys are replaced. Each instance may have another idea of it for a while, as during a deployment.
    #[must_use]
    pub fn rotation(mut self, rotation: Rotation) -> Self {
        self.keys.rotation = rotation;
        self
    }
}

impl SigningKeys<(), EphemeralKeys> {
    /// Keys that are made now, and vanish when the process ends: what they signed nobody can verify then. Only under the profile
    /// [`Development`](crate::Development).
    #[must_use]
    pub fn ephemeral() -> Self {
        Self::of(EphemeralKeys::none())
    }
}

impl<A> SigningKeys<A, EphemeralKeys> {
    /// Signs with this algorithm too. Of several the first is preferred.
    #[must_use]
    pub fn algorithm<X, Is>(self, _: X) -> SigningKeys<A::Output, EphemeralKeys>
    where
        X: AnAlgorithm<Is>,
        A: LacksAlgorithm<X::Taken>,
        A: Append<X::Taken>,
    {
        SigningKeys::of(self.keys.and(X::Taken::ALGORITHM))
    }
}

impl SigningKeys<(), FixedKeys> {
    /// A key that the application has: a [`KeyPair`](crate::KeyPair), or PKCS#8 (RFC 5208) in DER (`&[u8]`) or PEM (`&str`), as
    /// `openssl genpkey` writes.
    ///
    /// It signs until the application starts the server with another one. That one is to be [published](SigningKeys::publish) for at
    /// least half an hour before it signs, and the one before it until the last of its tokens has expired.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if it is no key for this algorithm.
    pub fn fixed<X, Is>(_: X, key: impl PrivateKeySource) -> Result<SigningKeys<(X::Taken,), FixedKeys>, KeyError>
    where
        X: AnAlgorithm<Is>,
    {
        Ok(SigningKeys::of(FixedKeys::none().and(key.key_pair(X::Taken::ALGORITHM)?)?))
    }
}

impl<A> SigningKeys<A, FixedKeys> {
    /// Signs with this algorithm too, with this key.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if it is no key for this algorithm, or signs under another one already.
    pub fn and<X, Is>(self, _: X, key: impl PrivateKeySource) -> Result<SigningKeys<A::Output, FixedKeys>, KeyError>
    where
        X: AnAlgorithm<Is>,
        A: LacksAlgorithm<X::Taken>,
        A: Append<X::Taken>,
    {
        Ok(SigningKeys::of(self.keys.and(key.key_pair(X::Taken::ALGORITHM)?)?))
    }

    /// Publishes a key that does not sign here: one that signed before, or that will sign next.
    #[must_use]
    pub fn publish(self, key: PublicKey) -> Self {
        Self::of(self.keys.besides(key))
    }
}

/// Keys of which one is elsewhere.
type OneElsewhere<X, S> = SigningKeys<(X,), ExternalKeys<S>>;

impl<S> SigningKeys<(), ExternalKeys<S>> {
    /// A key that stays elsewhere. While its [`Signer`] cannot sign, what needs a signature is answered 503 `temporarily_unavailable`, and
    /// no code and no refresh token is used up by that.
    ///
    /// # Errors
    ///
    /// [`KeyError::OtherAlgorithm`] if it is not for this algorithm.
    pub fn external<X, Is, Signs>(_: X, signer: S) -> Result<OneElsewhere<X::Taken, S::Taken>, KeyError>
    where
        X: AnAlgorithm<Is>,
        S: ASigner<Signs>,
    {
        let signer = signer.taken();
        fits(signer.key(), X::Taken::ALGORITHM)?;
        Ok(SigningKeys::of(ExternalKeys::none().and(signer)?))
    }
}

impl<A, S: Signer> SigningKeys<A, ExternalKeys<S>> {
    /// Signs with this algorithm too, with this key.
    ///
    /// # Errors
    ///
    /// [`KeyError::OtherAlgorithm`] if it is not for this algorithm, [`KeyError::ForTwoAlgorithms`] if it signs under another one already.
    pub fn and<X, Is>(self, _: X, signer: S) -> Result<SigningKeys<A::Output, ExternalKeys<S>>, KeyError>
    where
        X: AnAlgorithm<Is>,
        A: LacksAlgorithm<X::Taken>,
        A: Append<X::Taken>,
    {
        fits(signer.key(), X::Taken::ALGORITHM)?;
        Ok(SigningKeys::of(self.keys.and(signer)?))
    }

    /// Publishes a key that does not sign here: one that signed before, or that will sign next.
    #[must_use]
    pub fn publish(self, key: PublicKey) -> Self {
        Self::of(self.keys.besides(key))
    }
}

impl<A: SigningAlgorithms, K> fmt::Debug for SigningKeys<A, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKeys({:?})", A::NAMES)
    }
}

crate::wire_name!(impl<A, K> SigningKeys<A, K> = "jwks_uri");
impl<A, K> sealed::Sealed for SigningKeys<A, K> {}
chosen!(impl<A: SigningAlgorithms, K: KeyBackend> SigningKeys<A, K>, has A);

#[diagnostic::do_not_recommend]
impl<A: SigningAlgorithms, K: KeyBackend> Feature for SigningKeys<A, K> {
    type Format = Open;
    type Keys = Self;
    type Signs = No;
    type KeysVanish = K::Vanish;
    type NamesNoAlgorithm = <A as List>::IsEmpty;
    type NeedsMasterKeys = K::NeedsMasterKeys;
    type NeedsFetcher = No;
    type Assures = ();
    const SIGNING_ALGORITHMS: &'static [&'static str] = A::NAMES;
    fn format(&self) -> &Open {
        &Open
    }
    fn keys(&self) -> &Self {
        self
    }
    fn path<'a>(&self, endpoints: &'a Endpoints) -> Option<&'a str> {
        Some(endpoints.jwks_path())
    }
    fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata) {
        metadata.jwks_uri = Some(cx.jwks_uri());
    }
}

impl<S: Send + Sync, A: SigningAlgorithms, K: KeysOn<S>> FeatureOn<S> for SigningKeys<A, K> {
    async fn serve<V: RouteView<S>>(&self, view: &V, request: Request<Bytes>) -> Response<Bytes> {
        if let Some(other) = answer::not_read(request.method()) {
            return other;
        }
        let core = view.core();
        let served = core.check_transport(&request).and_then(|()| {
            // Whoever verifies tokens needs them while the server is switched off, too.
            self.keys.served(core.now()).ok_or_else(|| OAuthError::unavailable(None))
        });
        match served {
            Ok(served) => served.response(&request),
            Err(error) => answer::error(&core.issuer, core.error_uri.as_ref(), &error),
        }
    }
}

impl<A: SigningAlgorithms, K: KeyBackend> Keyring for SigningKeys<A, K> {
    fn algorithms(&self) -> &'static [Algorithm] {
        A::ALL
    }

    async fn sign<T: TokenType>(
        &self,
        algorithm: Option<Algorithm>,
        claims: &[u8],
        now: Timestamp,
    ) -> Result<Zeroizing<String>, OAuthError> {
        match algorithm.or(A::ALL.first().copied()) {
            Some(algorithm) => self.keys.sign::<T>(algorithm, claims, now).await,
            None => Err(refused(&KeyError::OtherAlgorithm)),
        }
    }

    fn published(&self) -> Arc<Jwks> {
        self.keys.published()
    }

    fn unknown_key(&self, now: Timestamp) {
        self.keys.unknown_key(now);
    }
}

impl<S, A: SigningAlgorithms, K: KeysOn<S>> KeyringOn<S> for SigningKeys<A, K> {
    fn refresh(&self, core: &Core<S>) -> impl Future<Output = Result<(), KeysError>> + Send {
        self.keys.refresh(core, A::ALL)
    }

    fn until_due<F: Future + Send>(&self, pause: impl FnOnce(Duration) -> F + Send) -> impl Future<Output = ()> + Send {
        self.keys.until_due(pause)
    }

    fn withdraw(&self, core: &Core<S>, key: &KeyId) -> impl Future<Output = Result<bool, KeysError>> + Send {
        self.keys.withdraw(core, A::ALL, key)
    }

    fn check(&self, now: Timestamp) -> Result<(), StoreError> {
        self.keys.check(A::ALL, now)
    }
}
