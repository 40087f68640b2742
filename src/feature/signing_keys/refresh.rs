//! How an instance makes its keys what they have to be: it reads them, puts back what the storage has lost, announces those that are
//! due, and reads again.

use std::sync::Arc;

use super::life;
use super::ring::{Opened, Ring};
use super::sealer::{self, Sealer};
use super::sealing::Sealing;
use super::stored::StoredKeys;
use crate::core::Core;
use crate::events;
use crate::issue::KeysError;
use crate::jose::{Algorithm, KeyPair, TokenSigner};
use crate::storage::{Announcement, CLOCKS_DIFFER, KeyRecord, KeyStore, KeyTimes};
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;

/// How often the keys may have changed when they are read again. Each time somebody announces or withdraws one, so a few are enough.
const READS: usize = 16;

/// One refresh.
pub(super) struct Refresh<'a, S, L> {
    pub(super) core: &'a Core<S>,
    pub(super) keys: &'a StoredKeys<L>,
    pub(super) algorithms: &'static [Algorithm],
    /// What this instance knew.
    pub(super) before: Option<Arc<Ring>>,
}

impl<S: KeyStore, L: Sealing> Refresh<'_, S, L> {
    /// # Errors
    ///
    /// [`KeysError`]. A key that cannot be opened is one, and then none is announced: a server with the wrong master key must not make
    /// keys of its own beside those of the others.
    pub(super) async fn run(&self) -> Result<Ring, KeysError> {
        let mut taken = Vec::new();
        for _ in 0..READS {
            let now = self.core.now();
            let records = self.core.storage.keys(&self.core.issuer, now).await?;
            if self.put_back(&records, now).await? {
                continue;
            }
            let ring = self.open(records, now).await?;
            if !self.announce(&ring, now, &mut taken).await? {
                return Ok(ring);
            }
        }
        Err(StoreError::failed("the signing keys change whenever they are read").into())
    }

    /// What this instance knew, without what was withdrawn since; `None` if nothing was, or nobody says so.
    pub(super) async fn without_withdrawn(&self) -> Option<Ring> {
        let before = self.before.as_ref()?;
        let records = self.core.storage.keys(&self.core.issuer, self.core.now()).await.ok()?;
        before.without_withdrawn(&records)
    }

    /// A storage that was restored from a backup has forgotten what came after it: which keys there are, and which of them were
    /// withdrawn. Has it?
    async fn put_back(&self, records: &[KeyRecord], now: Timestamp) -> Result<bool, KeysError> {
        let (core, mut lost) = (self.core, false);
        for known in self.before.iter().flat_map(|ring| ring.records()) {
            match (records.iter().find(|record| record.kid == known.kid), known.withdrawn_at) {
                (Some(record), Some(withdrawn_at)) if record.withdrawn_at.is_none() => {
                    core.storage.withdraw_key(&core.issuer, &known.kid, withdrawn_at).await?;
                    lost = true;
                }
                // One that is nearly forgotten was purged by a clock that is ahead.
                (None, None) if now.saturating_add_secs(2 * CLOCKS_DIFFER) < known.times.published_until => {
                    let generation = next(records.iter().filter(|record| record.algorithm == known.algorithm));
                    let record = KeyRecord { generation, ..known.clone() };
                    core.storage.announce_key(&core.issuer, record, now).await?;
                    lost = true;
                }
                _ => {}
            }
            if lost {
                events::key_put_back(&core.issuer, known.kid.as_str());
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn open(&self, records: Vec<KeyRecord>, now: Timestamp) -> Result<Ring, KeysError> {
        let mut keys = Vec::with_capacity(records.len());
        for record in records {
            sealer::check_version(&record)?;
            // Of a later release, which has more algorithms.
            let Some(algorithm) = Algorithm::from_name(record.algorithm.as_str()) else { continue };
            let key = match record.withdrawn_at {
                Some(_) => None,
                None => Some(self.opened(&record, algorithm).await?),
            };
            keys.push(Opened { record, algorithm, key });
        }
        Ok(Ring::of(keys, now))
    }

    fn sealer(&self) -> Sealer<'_, L> {
        let core = self.core;
        Sealer { issuer: &core.issuer, sealing: &self.keys.sealing, master_keys: core.master_keys.as_ref() }
    }

    async fn opened(&self, record: &KeyRecord, algorithm: Algorithm) -> Result<Arc<TokenSigner<KeyPair>>, KeysError> {
        let known = self.before.as_ref().and_then(|ring| ring.find(&record.kid));
        let known = known.filter(|known| known.record.sealed == record.sealed && known.algorithm == algorithm);
        if let Some(key) = known.and_then(|known| known.key.clone()) {
            return Ok(key);
        }
        let pair = self.sealer().open(record, algorithm).await?;
        Ok(TokenSigner::new(pair).into())
    }

    /// Announces the keys that are due, if any is. It does not matter whether this instance did, or another one was first.
    ///
    /// `taken` are generations that somebody has, such as a key that is forgotten and was not purged: after months without any instance it
    /// is listed no more, and its place is not free.
    async fn announce(&self, ring: &Ring, now: Timestamp, taken: &mut Vec<(Algorithm, u32)>) -> Result<bool, KeysError> {
        let mut any = false;
        for algorithm in self.algorithms {
            let records = ring.records_of(*algorithm);
            if let Some(times) = life::due(records.clone(), now, &self.keys.rotation) {
                let others = taken.iter().filter(|(its, _)| its == algorithm);
                // Twice as far each time: there may be many of them.
                let free = others.map(|(_, generation)| generation.saturating_mul(2)).max().unwrap_or_default();
                let generation = next(records).max(free);
                if !self.announce_one(*algorithm, generation, times).await? {
                    taken.push((*algorithm, generation));
                }
                any = true;
            }
        }
        Ok(any)
    }

    /// `false` if a key has this generation.
    async fn announce_one(&self, algorithm: Algorithm, generation: u32, times: KeyTimes) -> Result<bool, KeysError> {
        let (core, record) = (self.core, self.sealer().make(algorithm, generation, times).await?);
        let kid = record.kid.clone();
        match core.storage.announce_key(&core.issuer, record, times.announced_at).await? {
            Announcement::Announced => {
                events::key_announced(&core.issuer, kid.as_str(), algorithm.as_str(), times.signs_from);
                Ok(true)
            }
            Announcement::AnotherWas => Ok(false),
        }
    }
}

/// The generation after those of these keys.
pub(super) fn next<'k>(keys: impl Iterator<Item = &'k KeyRecord>) -> u32 {
    keys.map(|key| key.generation).max().map_or(1, |last| last.saturating_add(1))
}
