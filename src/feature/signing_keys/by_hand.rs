//! Replacing a stored key before it is due, by an operator, from outside of the servers that sign with it.

use super::Rotation;
use super::life;
use super::refresh::next;
use super::sealer::{self, Sealer};
use crate::events;
use crate::issue::KeysError;
use crate::jose::{Algorithm, KeySealer};
use crate::storage::{Announcement, KeyRecord, KeyStore};
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;

/// How often the keys may have changed when they are read again.
const READS: usize = 16;

/// The key that signs next (see [`Administration::rotate_key`](crate::Administration::rotate_key)).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NextKey {
    /// The key.
    pub key: KeyRecord,
    /// Was it announced by this call? Else somebody had announced it before, and it does not sign yet.
    pub is_new: bool,
}

/// Announces the key that signs next, unless that was done. None is announced beside keys that cannot be opened: whoever has another
/// master key must not make keys of their own beside those of the servers.
pub(crate) async fn rotate<S: KeyStore, L: KeySealer>(
    storage: &S,
    issuer: &Issuer,
    sealing: &L,
    (algorithm, rotation): (Algorithm, &Rotation),
    now: Timestamp,
) -> Result<NextKey, KeysError> {
    let (sealer, mut free) = (Sealer { issuer, sealing, master_keys: None }, 0_u32);
    for _ in 0..READS {
        let records = storage.keys(issuer, now).await?;
        check(&sealer, &records).await?;
        let own = || records.iter().filter(|record| record.algorithm.as_str() == algorithm.as_str());
        let times = match life::next(own(), now, rotation) {
            Ok(waiting) => return Ok(NextKey { key: waiting.clone(), is_new: false }),
            Err(times) => times,
        };
        // One that is forgotten and was not purged is listed no more, and its place is not free.
        let generation = next(own()).max(free);
        let key = sealer.make(algorithm, generation, times).await?;
        if storage.announce_key(issuer, key.clone(), now).await? == Announcement::Announced {
            events::key_announced(issuer, key.kid.as_str(), algorithm.as_str(), times.signs_from);
            return Ok(NextKey { key, is_new: true });
        }
        free = generation.saturating_mul(2);
    }
    Err(StoreError::failed("the signing keys change whenever they are read").into())
}

async fn check<L: KeySealer>(sealer: &Sealer<'_, L>, records: &[KeyRecord]) -> Result<(), KeysError> {
    for record in records.iter().filter(|record| record.withdrawn_at.is_none()) {
        sealer::check_version(record)?;
        // Of a later release, which has more algorithms.
        if let Some(algorithm) = Algorithm::from_name(record.algorithm.as_str()) {
            sealer.open(record, algorithm).await?;
        }
    }
    Ok(())
}
