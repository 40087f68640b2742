//! Private keys at rest: sealed, so that whoever has the database alone has none of them.

use std::error::Error;
use std::future::Future;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::{Algorithm, KeyId, crypto};
use crate::keys::master_keys::MasterKeys;
pub use crate::storage::SealedKey;
use crate::typelevel::taken::taken;
use crate::values::issuer::Issuer;

/// Seals private keys for the storage, under a key that the storage does not have. [`MasterKeys`] do; an implementation of one's own asks a
/// key management service.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot seal signing keys",
    label = "not a `KeySealer`",
    note = "`MasterKeys` are one; or implement `KeySealer` for `{Self}`"
)]
pub trait KeySealer: Send + Sync + 'static {
    /// Encrypts a private key, authenticating the context with it.
    ///
    /// # Errors
    ///
    /// [`SealerError`].
    fn seal(&self, context: &SealContext, key: &[u8]) -> impl Future<Output = Result<SealedKey, SealerError>> + Send;

    /// Decrypts what [`seal`](Self::seal) gave for the same context, and for no other.
    ///
    /// # Errors
    ///
    /// [`SealerError`].
    fn open(
        &self,
        context: &SealContext,
        sealed: &SealedKey,
    ) -> impl Future<Output = Result<Zeroizing<Vec<u8>>, SealerError>> + Send;
}

/// It seals keys. `Is` is found by the compiler.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot seal signing keys",
    label = "not a `KeySealer`",
    note = "`MasterKeys` are one; or implement `KeySealer` for `{Self}`"
)]
pub trait ASealer<Is>: Sized {
    type Taken: KeySealer;
    fn taken(self) -> Self::Taken;
}
taken!(ASealer: KeySealer);

impl<S: KeySealer> KeySealer for Arc<S> {
    fn seal(&self, context: &SealContext, key: &[u8]) -> impl Future<Output = Result<SealedKey, SealerError>> + Send {
        S::seal(self, context, key)
    }

    fn open(
        &self,
        context: &SealContext,
        sealed: &SealedKey,
    ) -> impl Future<Output = Result<Zeroizing<Vec<u8>>, SealerError>> + Send {
        S::open(self, context, sealed)
    }
}

/// What a sealed key belongs to: it opens for nothing else, so no row of a storage can stand in for another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealContext(Vec<u8>);

impl SealContext {
    /// The key of this issuer with this identifier and algorithm.
    #[must_use]
    pub fn new(issuer: &Issuer, key_id: &KeyId, algorithm: Algorithm) -> Self {
        let parts = ["grantor signing key v1", issuer.as_str(), key_id.as_str(), algorithm.as_str()];
        let framed = parts.iter().flat_map(|part| {
            // With its length before it, so that no two contexts are the same bytes.
            (part.len() as u64).to_be_bytes().into_iter().chain(part.bytes())
        });
        Self(framed.collect())
    }

    /// The bytes to authenticate: the "encryption context" or "additional data" of a key management service.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Why a key cannot be sealed or opened. It shows nothing of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealerError {
    /// None of the master keys is that under which it was sealed.
    #[error("the signing key was sealed under a master key that is not among those given")]
    UnknownMasterKey,
    /// The sealed key was altered, belongs to another context, or was never sealed.
    #[error("the sealed signing key is damaged, or is not the one that belongs here")]
    Damaged,
    /// Anything else, such as that a key management service did not answer.
    #[error("the signing key can be neither sealed nor opened now")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

impl SealerError {
    /// Anything else.
    pub fn failed(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed(error.into())
    }
}

/// How sealed keys of this kind begin.
const VERSION: u8 = 1;
/// Bytes of what tells master keys apart.
const ID: usize = 8;
/// The purposes for which keys are derived of the master keys. Never to change.
const SEALS: &str = "sealed signing keys v1";
const NAMES: &str = "names of master keys v1";

/// AES-256-GCM under a key derived from the first master key, which a name derived from it tells from the others: as it does not lead
/// back, it reveals nothing.
impl KeySealer for MasterKeys {
    async fn seal(&self, context: &SealContext, key: &[u8]) -> Result<SealedKey, SealerError> {
        let (sealing, name) = pairs(self).next().ok_or(SealerError::UnknownMasterKey)?;
        let mut sealed = [&[VERSION], &name[..]].concat();
        let bound = bound(&sealed, context);
        crypto::seal(&sealing, &bound, key, &mut sealed).map_err(|_| SealerError::failed("the key could not be encrypted"))?;
        Ok(SealedKey::from_bytes(sealed))
    }

    async fn open(&self, context: &SealContext, sealed: &SealedKey) -> Result<Zeroizing<Vec<u8>>, SealerError> {
        let (head, body) = sealed.as_bytes().split_at_checked(1 + ID).ok_or(SealerError::Damaged)?;
        if head[0] != VERSION {
            return Err(SealerError::Damaged);
        }
        let (sealing, _) = pairs(self).find(|(_, name)| name[..] == head[1..]).ok_or(SealerError::UnknownMasterKey)?;
        crypto::open(&sealing, &bound(head, context), body).map_err(|_| SealerError::Damaged)
    }
}

/// Of each master key the one that seals, and its name.
fn pairs(keys: &MasterKeys) -> impl Iterator<Item = (Zeroizing<[u8; 32]>, Zeroizing<[u8; ID]>)> {
    keys.library_subkeys(SEALS).zip(keys.library_subkeys(NAMES))
}

/// What is authenticated: how the sealed key begins, and what it belongs to.
fn bound(head: &[u8], context: &SealContext) -> Vec<u8> {
    [head, context.as_bytes()].concat()
}
