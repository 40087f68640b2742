//! Signing keys: few, and read now and then.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::storage::{Announcement, KeyRecord, Kid};
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;

/// Of each issuer, in the order of the contract.
#[derive(Default)]
pub(super) struct Keys(Mutex<BTreeMap<Issuer, Vec<KeyRecord>>>);

impl Keys {
    pub(super) fn all(&self, issuer: &Issuer, now: Timestamp) -> Vec<KeyRecord> {
        let keys = self.lock();
        keys.get(issuer).into_iter().flatten().filter(|key| now < key.times.published_until).cloned().collect()
    }

    pub(super) fn announce(&self, issuer: &Issuer, key: KeyRecord) -> Result<Announcement, StoreError> {
        let mut keys = self.lock();
        let theirs = keys.entry(issuer.clone()).or_default();
        let place = theirs.binary_search_by(|it| (&it.algorithm, it.generation).cmp(&(&key.algorithm, key.generation)));
        let Err(place) = place else { return Ok(Announcement::AnotherWas) };
        if theirs.iter().any(|it| it.kid == key.kid) {
            return Err(StoreError::failed("the identifier of a key is taken"));
        }
        theirs.insert(place, key);
        Ok(Announcement::Announced)
    }

    pub(super) fn withdraw(&self, issuer: &Issuer, kid: &Kid, now: Timestamp) {
        let mut keys = self.lock();
        let mut theirs = keys.get_mut(issuer).into_iter().flatten();
        if let Some(key) = theirs.find(|key| key.kid == *kid) {
            key.withdraw(now);
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.lock().values().map(Vec::len).sum()
    }

    pub(super) fn issuers(&self) -> BTreeSet<Issuer> {
        self.lock().keys().cloned().collect()
    }

    pub(super) fn purge(&self, now: Timestamp) -> u64 {
        let (mut keys, mut purged) = (self.lock(), 0);
        keys.retain(|_, theirs| {
            purged += theirs.extract_if(.., |key| key.times.published_until <= now).count() as u64;
            !theirs.is_empty()
        });
        purged
    }

    /// No step can leave half a state, so a poisoned lock is sound.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Issuer, Vec<KeyRecord>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
