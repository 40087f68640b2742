//! Stored keys made and opened: for the instances of a server, and for an operator who replaces one by hand.

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::sealing::Sealing;
use crate::issue::KeysError;
use crate::jose::{Algorithm, KeyError, KeyId, KeyPair, SealContext};
use crate::keys::master_keys::MasterKeys;
use crate::storage::{AlgorithmName, KeyRecord, KeyTimes, Kid};
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;
use crate::values::version;

/// The version written into the details of a key, and the latest that is read.
const VERSION: u32 = 1;

/// What else is kept with a key.
#[derive(Serialize, Deserialize)]
struct Details {
    #[serde(rename = "v")]
    version: u32,
}

/// # Errors
///
/// [`StoreError`] if a later release wrote the key in a form that this one does not know.
pub(super) fn check_version(record: &KeyRecord) -> Result<(), StoreError> {
    version::read("signing keys", VERSION, &record.details, |details: &Details| details.version).map(drop)
}

/// Under what the keys of an issuer are sealed.
pub(super) struct Sealer<'a, L> {
    pub(super) issuer: &'a Issuer,
    pub(super) sealing: &'a L,
    pub(super) master_keys: Option<&'a MasterKeys>,
}

impl<L: Sealing> Sealer<'_, L> {
    pub(super) async fn open(&self, record: &KeyRecord, algorithm: Algorithm) -> Result<KeyPair, KeysError> {
        let damaged = || KeysError::Damaged(record.kid.clone());
        let key_id = KeyId::parse(record.kid.as_str()).map_err(|_| damaged())?;
        let context = SealContext::new(self.issuer, &key_id, algorithm);
        let opened = self.sealing.open(self.master_keys, &context, &record.sealed).await;
        let opened = opened.map_err(|error| KeysError::Sealed { key: record.kid.clone(), error })?;
        let pair = KeyPair::from_pkcs8(algorithm, &opened).map_err(|_| damaged())?;
        if *pair.public_key().key_id() == key_id { Ok(pair) } else { Err(damaged()) }
    }

    /// A new key, to be announced.
    pub(super) async fn make(&self, algorithm: Algorithm, generation: u32, times: KeyTimes) -> Result<KeyRecord, KeysError> {
        let (pair, document) = generated(algorithm).await?;
        let public = pair.public_key();
        let context = SealContext::new(self.issuer, public.key_id(), algorithm);
        let sealed = self.sealing.seal(self.master_keys, &context, &document).await.map_err(KeysError::Sealing)?;
        let name = |_| StoreError::failed("a key has a name that no storage keeps");
        let kid = Kid::parse(public.key_id().as_str()).map_err(name)?;
        let named = AlgorithmName::parse(algorithm.as_str()).map_err(name)?;
        let text = |error| StoreError::failed(error);
        let (jwk, details) = (serde_json::to_string(public).map_err(text)?, Details { version: VERSION });
        let details = serde_json::to_string(&details).map_err(text)?;
        Ok(KeyRecord::new(kid, named, generation, times, jwk, sealed, details))
    }
}

type Generated = Result<(KeyPair, zeroize::Zeroizing<Vec<u8>>), KeyError>;

/// A new key, with its PKCS#8. On a thread of its own: one of RSA takes 70 ms, and sometimes twice as long.
async fn generated(algorithm: Algorithm) -> Result<(KeyPair, zeroize::Zeroizing<Vec<u8>>), KeysError> {
    let (send, receive) = oneshot::channel::<Generated>();
    let make = move || {
        let pair = KeyPair::generate(algorithm).and_then(|pair| pair.to_pkcs8().map(|document| (pair, document)));
        // Whoever waited may be gone.
        let _ = send.send(pair);
    };
    let started = std::thread::Builder::new().name("grantor-keys".to_owned()).spawn(make);
    started.map_err(|_| KeysError::Making(KeyError::NotGenerated))?;
    receive.await.map_err(|_| KeysError::Making(KeyError::NotGenerated))?.map_err(KeysError::Making)
}
