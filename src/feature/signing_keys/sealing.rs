//! Under what stored keys are sealed.

use std::future::Future;

use zeroize::Zeroizing;

use crate::jose::{KeySealer, SealContext, SealedKey, SealerError};
use crate::keys::master_keys::MasterKeys;
use crate::typelevel::{Flag, No, Yes};

/// Under what: the server's master keys, or a sealer of its own.
#[doc(hidden)]
pub trait Sealing: Send + Sync + 'static {
    /// Is it the server's master keys?
    type NeedsMasterKeys: Flag;
    fn seal(
        &self,
        given: Option<&MasterKeys>,
        context: &SealContext,
        key: &[u8],
    ) -> impl Future<Output = Result<SealedKey, SealerError>> + Send;
    fn open(
        &self,
        given: Option<&MasterKeys>,
        context: &SealContext,
        sealed: &SealedKey,
    ) -> impl Future<Output = Result<Zeroizing<Vec<u8>>, SealerError>> + Send;
}

/// Sealed under the master keys of the server: [`SigningKeys::stored`](super::SigningKeys::stored).
#[derive(Debug, Clone, Copy)]
pub struct UnderMasterKeys;

impl Sealing for UnderMasterKeys {
    type NeedsMasterKeys = Yes;

    async fn seal(&self, given: Option<&MasterKeys>, context: &SealContext, key: &[u8]) -> Result<SealedKey, SealerError> {
        KeySealer::seal(given.ok_or(SealerError::UnknownMasterKey)?, context, key).await
    }

    async fn open(
        &self,
        given: Option<&MasterKeys>,
        context: &SealContext,
        sealed: &SealedKey,
    ) -> Result<Zeroizing<Vec<u8>>, SealerError> {
        KeySealer::open(given.ok_or(SealerError::UnknownMasterKey)?, context, sealed).await
    }
}

impl<L: KeySealer> Sealing for L {
    type NeedsMasterKeys = No;

    fn seal(
        &self,
        _: Option<&MasterKeys>,
        context: &SealContext,
        key: &[u8],
    ) -> impl Future<Output = Result<SealedKey, SealerError>> + Send {
        KeySealer::seal(self, context, key)
    }

    fn open(
        &self,
        _: Option<&MasterKeys>,
        context: &SealContext,
        sealed: &SealedKey,
    ) -> impl Future<Output = Result<Zeroizing<Vec<u8>>, SealerError>> + Send {
        KeySealer::open(self, context, sealed)
    }
}
