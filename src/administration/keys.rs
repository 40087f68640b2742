//! Stored signing keys: listed, replaced before it is time, withdrawn.

use super::Administration;
use crate::events;
use crate::feature::{NextKey, Rotation, rotate_key};
use crate::issue::KeysError;
use crate::jose::{Algorithm, KeySealer};
use crate::storage::{KeyRecord, KeyStore, Kid};
use crate::values::error::StoreError;

impl<S: KeyStore> Administration<S> {
    /// The stored signing keys that are not forgotten, also those that were withdrawn, ordered by algorithm and then by generation. There
    /// are a few of each algorithm.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the storage failed.
    pub async fn keys(&self) -> Result<Vec<KeyRecord>, StoreError> {
        self.storage.keys(&self.issuer, self.now()).await
    }

    /// Announces the next key of an algorithm before it is due, and says which it is. As every other it is published for as long as
    /// `rotation` says and signs then, so that no cache lacks it; at once where there is no other. One that was announced and does not sign
    /// yet is the next, and none is announced beside it. After a compromise [withdraw](Self::withdraw_key) the key: then the next signs at
    /// once.
    ///
    /// `sealer` is what the servers have: their [`MasterKeys`](crate::MasterKeys), or what they have in place of them.
    ///
    /// # Errors
    ///
    /// [`KeysError`], such as that a key which is there cannot be opened with this sealer; none is announced then.
    pub async fn rotate_key<L: KeySealer>(
        &self,
        algorithm: Algorithm,
        sealer: &L,
        rotation: &Rotation,
    ) -> Result<NextKey, KeysError> {
        rotate_key(&self.storage, &self.issuer, sealer, (algorithm, rotation), self.now()).await
    }

    /// Withdraws a key, as [`AuthorizationServer::withdraw_key`](crate::AuthorizationServer::withdraw_key) does, and says what it was.
    /// Servers neither sign with it nor publish it from their next refresh on, and make another where none is left. `None` if there is no
    /// such key; one that was withdrawn before stays as it is.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the storage failed.
    pub async fn withdraw_key(&self, kid: &Kid) -> Result<Option<KeyRecord>, StoreError> {
        let now = self.now();
        let found = self.storage.keys(&self.issuer, now).await?.into_iter().find(|key| key.kid == *kid);
        if found.as_ref().is_some_and(|key| key.withdrawn_at.is_none()) {
            self.storage.withdraw_key(&self.issuer, kid, now).await?;
            events::key_withdrawn(&self.issuer, kid.as_str());
        }
        Ok(found)
    }
}
