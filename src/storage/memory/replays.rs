//! Keys of what may be used once. They are hashes of what strangers chose, so the map hashes them anew.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::storage::{CLOCKS_DIFFER, ReplayKey, comes_too_late};
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;

/// So few rows are not worth a purge by themselves.
const ROWS_WITHOUT_PURGE: usize = 1_000;

#[derive(Default)]
pub(super) struct Replays(Mutex<Table>);

#[derive(Default)]
struct Table {
    issuers: BTreeMap<Issuer, HashMap<ReplayKey, Timestamp>>,
    rows: usize,
    /// With more rows than this it purges itself.
    purge_above: usize,
}

impl Replays {
    pub(super) fn first_time(
        &self,
        issuer: &Issuer,
        key: &ReplayKey,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        if comes_too_late(until, now)? {
            return Ok(false);
        }
        let mut table = self.lock();
        if table.rows >= table.purge_above.max(ROWS_WITHOUT_PURGE) {
            table.purge(now);
            table.purge_above = table.rows.saturating_mul(2);
        }
        let keys = table.issuers.entry(issuer.clone()).or_default();
        if keys.get(key).is_some_and(|until| now < *until) {
            return Ok(false);
        }
        if keys.insert(*key, until).is_none() {
            table.rows += 1;
        }
        Ok(true)
    }

    pub(super) fn rows(&self) -> usize {
        self.lock().rows
    }

    pub(super) fn issuers(&self) -> BTreeSet<Issuer> {
        self.lock().issuers.keys().cloned().collect()
    }

    pub(super) fn purge(&self, now: Timestamp) -> u64 {
        self.lock().purge(now)
    }

    /// No step can leave half a state, so a poisoned lock is sound.
    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn purge(&mut self, now: Timestamp) -> u64 {
        let before = self.rows;
        self.issuers.retain(|_, keys| {
            keys.retain(|_, until| now < until.saturating_add_secs(CLOCKS_DIFFER));
            !keys.is_empty()
        });
        self.rows = self.issuers.values().map(HashMap::len).sum();
        before.saturating_sub(self.rows) as u64
    }
}
