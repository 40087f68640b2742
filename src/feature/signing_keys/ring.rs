//! What an instance knows of the stored keys: a snapshot, taken at a refresh and never changed.

use std::sync::Arc;

use bytes::Bytes;
use zeroize::Zeroizing;

use super::life;
use crate::jose::{Algorithm, Jwks, KeyPair, TokenSigner, TokenType};
use crate::storage::{KeyRecord, Kid};
use crate::values::clock::Timestamp;
use crate::values::error::OAuthError;

/// A stored key, opened. None is opened that was withdrawn.
#[derive(Clone)]
pub(super) struct Opened {
    pub(super) record: KeyRecord,
    pub(super) algorithm: Algorithm,
    pub(super) key: Option<Arc<TokenSigner<KeyPair>>>,
}

/// All keys of the issuer that are not forgotten.
pub(super) struct Ring {
    keys: Vec<Opened>,
    pub(super) published: Arc<Jwks>,
    /// The same as JSON.
    pub(super) body: Bytes,
    pub(super) refreshed_at: Timestamp,
}

impl Ring {
    /// What is published is the public half of what was opened, not what the storage says it is: who can write to the database, and no
    /// more, cannot have a key of their own trusted.
    pub(super) fn of(keys: Vec<Opened>, now: Timestamp) -> Self {
        let published = Jwks::of(keys.iter().filter_map(|it| it.key.as_ref()).map(|key| key.public_key()));
        let body = serde_json::to_vec(&published).unwrap_or_default().into();
        Self { keys, published: published.into(), body, refreshed_at: now }
    }

    /// The same without the keys that these records say were withdrawn since, if there are any. It is as old as it was.
    pub(super) fn without_withdrawn(&self, records: &[KeyRecord]) -> Option<Self> {
        let since = |key: &Opened| {
            let record = records.iter().find(|record| record.kid == key.record.kid && record.withdrawn_at.is_some());
            record.filter(|_| key.key.is_some())
        };
        if !self.keys.iter().any(|key| since(key).is_some()) {
            return None;
        }
        let keys = self.keys.iter().map(|key| match since(key) {
            Some(record) => Opened { record: record.clone(), algorithm: key.algorithm, key: None },
            None => key.clone(),
        });
        Some(Self::of(keys.collect(), self.refreshed_at))
    }

    pub(super) fn find(&self, kid: &Kid) -> Option<&Opened> {
        self.keys.iter().find(|it| it.record.kid == *kid)
    }

    pub(super) fn records(&self) -> impl Iterator<Item = &KeyRecord> + Clone {
        self.keys.iter().map(|it| &it.record)
    }

    /// The records of an algorithm.
    pub(super) fn records_of(&self, algorithm: Algorithm) -> impl Iterator<Item = &KeyRecord> + Clone {
        self.keys.iter().filter(move |it| it.algorithm == algorithm).map(|it| &it.record)
    }

    /// The key that signs under the algorithm.
    pub(super) fn signing(&self, algorithm: Algorithm, now: Timestamp) -> Option<&TokenSigner<KeyPair>> {
        let record = life::signing(self.records_of(algorithm), now)?;
        self.find(&record.kid)?.key.as_deref()
    }

    pub(super) async fn sign<T: TokenType>(
        &self,
        algorithm: Algorithm,
        claims: &[u8],
        now: Timestamp,
    ) -> Result<Zeroizing<String>, OAuthError> {
        let Some(key) = self.signing(algorithm, now) else {
            tracing::error!(%algorithm, "no key signs now: its time is over and nobody refreshed; is `server.keep_keys(..)` running?");
            return Err(OAuthError::unavailable(None));
        };
        Ok(key.sign_now::<T>(claims)?)
    }
}
