//! Rows in shards, each under a lock of its own, so that callers seldom meet. A step holds the locks of all that it touches at
//! once, and takes them in the order of the contract: code, family, tokens (access before refresh); within a kind by number.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use crate::storage::memory::rows::{RandomKey, Rows};
use crate::values::clock::Timestamp;
use crate::values::issuer::Issuer;

/// So many that two threads seldom meet: with 4, two do 1.15 times the work of one; with 32, 1.6 times; with 128, 1.8 times.
pub(super) const SHARDS: usize = 128;
/// So few rows in a shard are not worth a purge by themselves.
const ROWS_WITHOUT_PURGE: usize = 32;

/// How often a lock is tried before the thread sleeps: whoever has it is about to give it back, and to be woken takes longer.
const PATIENCE: usize = 64;

const NEVER: Timestamp = Timestamp::from_unix(u64::MAX);

/// The rows of one kind.
pub(super) struct Sharded<K, V>([Shard<K, V>; SHARDS]);

/// On cache lines of its own: threads that do not meet here do not share a line either.
#[repr(align(128))]
struct Shard<K, V>(Mutex<Kept<K, V>>);

struct Kept<K, V> {
    /// Ordered, not hashed: there are few issuers, and their names cost more to hash than to compare.
    issuers: BTreeMap<Issuer, Rows<K, V>>,
    /// Of all issuers.
    rows: usize,
    /// With more rows than this a purge is due, if it can find anything.
    purge_above: usize,
    /// Nothing here expires before.
    earliest: Timestamp,
}

impl<K, V> Default for Sharded<K, V> {
    fn default() -> Self {
        let kept = || Kept { issuers: BTreeMap::new(), rows: 0, purge_above: ROWS_WITHOUT_PURGE, earliest: NEVER };
        Self(std::array::from_fn(|_| Shard(Mutex::new(kept()))))
    }
}

impl<K, V> Shard<K, V> {
    fn lock(&self) -> MutexGuard<'_, Kept<K, V>> {
        for _ in 0..PATIENCE {
            match self.0.try_lock() {
                Ok(kept) => return kept,
                Err(TryLockError::WouldBlock) => std::thread::yield_now(),
                Err(TryLockError::Poisoned(_)) => break,
            }
        }
        // No step can leave half a state: every check comes before the first change, so a poisoned lock is sound.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: RandomKey, V> Sharded<K, V> {
    /// Locks the shard of a key.
    pub(super) fn lock<'a>(&'a self, issuer: &'a Issuer, key: &K) -> Locked<'a, K, V> {
        self.lock_shard(issuer, key.shard(SHARDS))
    }

    /// Locks the shards of up to two keys.
    pub(super) fn lock_both<'a>(&'a self, issuer: &'a Issuer, keys: [Option<&K>; 2]) -> Both<'a, K, V> {
        let [one, other] = keys.map(|key| key.map(|key| key.shard(SHARDS)));
        let (first, second) = (one.min(other), one.max(other).filter(|_| one != other));
        let lock = |shard| (shard, self.lock_shard(issuer, shard));
        Both([first.map(lock), second.map(lock)])
    }

    /// Locks the shards of several keys.
    pub(super) fn lock_several<'a, 'b>(&'a self, issuer: &'a Issuer, keys: impl Iterator<Item = &'b K>) -> Several<'a, K, V>
    where
        K: 'b,
    {
        let shards: BTreeSet<usize> = keys.map(|key| key.shard(SHARDS)).collect();
        Several(shards.into_iter().map(|shard| (shard, self.lock_shard(issuer, shard))).collect())
    }

    /// Locks all shards.
    pub(super) fn lock_all<'a>(&'a self, issuer: &'a Issuer) -> Several<'a, K, V> {
        Several((0..SHARDS).map(|shard| (shard, self.lock_shard(issuer, shard))).collect())
    }

    fn lock_shard<'a>(&'a self, issuer: &'a Issuer, shard: usize) -> Locked<'a, K, V> {
        Locked { kept: self.0[shard].lock(), issuer }
    }

    /// How many rows all issuers have.
    pub(super) fn rows(&self) -> usize {
        self.0.iter().map(|shard| shard.lock().rows).sum()
    }

    /// The issuers that have a row.
    pub(super) fn issuers(&self) -> Vec<Issuer> {
        let of = |shard: &Shard<K, V>| shard.lock().issuers.keys().cloned().collect::<Vec<_>>();
        self.0.iter().flat_map(of).collect()
    }

    /// Changes what an issuer has, shard by shard; nothing of it may expire earlier than before.
    pub(super) fn for_each(&self, issuer: &Issuer, mut change: impl FnMut(&mut V)) {
        for shard in &self.0 {
            shard.lock().issuers.get_mut(issuer).into_iter().flat_map(Rows::values_mut).for_each(&mut change);
        }
    }

    /// Keeps what `keep` says, shard by shard, with the moment before which it does not expire; gives the number of rows that
    /// went.
    pub(super) fn retain(&self, mut keep: impl FnMut(&Issuer, &K, &mut V) -> Option<Timestamp>) -> u64 {
        let mut removed = 0;
        for shard in &self.0 {
            let mut kept = shard.lock();
            let mut earliest = NEVER;
            kept.issuers.retain(|issuer, rows| {
                rows.retain(|key, value| {
                    let expiry = keep(issuer, key, value);
                    earliest = earliest.min(expiry.unwrap_or(NEVER));
                    expiry.is_some()
                });
                rows.len() > 0
            });
            kept.earliest = earliest;
            let left = kept.issuers.values().map(Rows::len).sum();
            removed += kept.rows.saturating_sub(left) as u64;
            kept.rows = left;
        }
        removed
    }

    /// The next purge is due when the rows of a shard have doubled, and are at least so many.
    pub(super) fn purged(&self, at_least: usize) {
        for shard in &self.0 {
            let mut kept = shard.lock();
            kept.purge_above = kept.rows.saturating_mul(2).max(at_least).max(ROWS_WITHOUT_PURGE);
        }
    }
}

/// What one issuer has in a shard that is locked.
pub(super) struct Locked<'a, K, V> {
    kept: MutexGuard<'a, Kept<K, V>>,
    issuer: &'a Issuer,
}

impl<K: RandomKey, V> Locked<'_, K, V> {
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.kept.issuers.get(self.issuer)?.get(key)
    }

    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.kept.issuers.get_mut(self.issuer)?.get_mut(key)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(K, V)> {
        self.kept.issuers.get(self.issuer).into_iter().flat_map(Rows::iter)
    }

    /// Inserts under a key that is not there what does not expire before `expiry`; says whether a purge is due at `now`.
    pub(super) fn insert(&mut self, key: K, value: V, expiry: Timestamp, now: Timestamp) -> bool {
        let Kept { issuers, rows, purge_above, earliest } = &mut *self.kept;
        match issuers.get_mut(self.issuer) {
            Some(rows) => rows.insert(key, value),
            None => issuers.entry(self.issuer.clone()).or_default().insert(key, value),
        }
        *rows += 1;
        *earliest = expiry.min(*earliest);
        if *rows <= *purge_above {
            return false;
        }
        if now < *earliest {
            *purge_above = rows.saturating_mul(2);
        }
        now >= *earliest
    }
}

/// The shards of up to two keys, with their numbers, locked.
pub(super) struct Both<'a, K, V>([Option<(usize, Locked<'a, K, V>)>; 2]);

impl<'a, K: RandomKey, V> Both<'a, K, V> {
    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.shard(key)?.get_mut(key)
    }

    /// As [`Locked::insert`], in a shard that was locked for this key.
    pub(super) fn insert(&mut self, key: K, value: V, expiry: Timestamp, now: Timestamp) -> bool {
        self.shard(&key).is_some_and(|shard| shard.insert(key, value, expiry, now))
    }

    fn shard(&mut self, key: &K) -> Option<&mut Locked<'a, K, V>> {
        let wanted = key.shard(SHARDS);
        self.0.iter_mut().flatten().find(|(number, _)| *number == wanted).map(|(_, locked)| locked)
    }
}

/// Several shards, with their numbers, locked.
pub(super) struct Several<'a, K, V>(Vec<(usize, Locked<'a, K, V>)>);

impl<'a, K: RandomKey, V> Several<'a, K, V> {
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        let wanted = key.shard(SHARDS);
        self.0.iter().find(|(number, _)| *number == wanted)?.1.get(key)
    }

    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.shard(key)?.get_mut(key)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(K, V)> {
        self.0.iter().flat_map(|(_, locked)| locked.iter())
    }

    /// As [`Locked::insert`], in a shard that was locked for this key.
    pub(super) fn insert(&mut self, key: K, value: V, expiry: Timestamp, now: Timestamp) -> bool {
        self.shard(&key).is_some_and(|shard| shard.insert(key, value, expiry, now))
    }

    fn shard(&mut self, key: &K) -> Option<&mut Locked<'a, K, V>> {
        let wanted = key.shard(SHARDS);
        self.0.iter_mut().find(|(number, _)| *number == wanted).map(|(_, locked)| locked)
    }
}
