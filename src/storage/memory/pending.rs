//! Requests that wait to be decided. There are few, and people wait for longer than for a lock: one lock for all of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::client::ClientId;
use crate::storage::{FoundPending, PendingKind, PendingRecord, Polled, Polling, Spend, Spending};
use crate::values::bearer::TokenHash;
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;

/// So few rows are not worth a purge by themselves.
const ROWS_WITHOUT_PURGE: usize = 1_000;

#[derive(Default)]
pub(super) struct Pending(Mutex<Tables>);

#[derive(Default)]
pub(super) struct Tables {
    issuers: BTreeMap<Issuer, Table>,
    /// With more rows than this it purges itself.
    purge_above: usize,
}

/// What one issuer has.
#[derive(Default)]
struct Table {
    rows: HashMap<TokenHash, Row>,
    /// The keys of each owner's, in the order in which they came. Some may be gone, expired or decided.
    owners: HashMap<(PendingKind, TokenHash), Vec<TokenHash>>,
    /// What is behind each second key. Some may be gone.
    aliases: HashMap<TokenHash, TokenHash>,
}

struct Row {
    record: PendingRecord,
    answer: Option<String>,
    /// Its second key, if it has one.
    alias: Option<TokenHash>,
    polling: Option<Polling>,
}

impl Row {
    fn waits(&self, now: Timestamp) -> bool {
        self.answer.is_none() && now < self.record.expires_at
    }
}

impl Table {
    /// Makes room for one more: the oldest half stays, and of the others the newest.
    fn make_room(&mut self, owner: (PendingKind, TokenHash), room: u32, now: Timestamp) {
        let Self { rows, owners, .. } = self;
        let keys = owners.entry(owner).or_default();
        // Enough for all, whether they wait or not: a client may have many.
        if u32::try_from(keys.len()).is_ok_and(|keys| keys < room) {
            return;
        }
        keys.retain(|key| rows.get(key).is_some_and(|row| row.waits(now)));
        let room = usize::try_from(room.max(1)).unwrap_or(usize::MAX);
        let surplus = (keys.len() + 1).saturating_sub(room);
        for key in keys.iter().skip(room / 2).take(surplus) {
            rows.remove(key);
        }
    }

    fn put(&mut self, record: PendingRecord, alias: Option<TokenHash>, room: u32, now: Timestamp) -> Result<(), StoreError> {
        if self.rows.contains_key(&record.hash) {
            return Err(StoreError::failed("the hash of a pending request is taken"));
        }
        let owner = (record.kind, record.owner);
        self.make_room(owner, room, now);
        self.owners.entry(owner).or_default().push(record.hash);
        self.rows.insert(record.hash, Row { record, answer: None, alias, polling: None });
        Ok(())
    }

    /// The row with this second key, whether it has expired or not.
    fn behind(&self, alias: &TokenHash) -> Option<&Row> {
        self.rows.get(self.aliases.get(alias)?).filter(|row| row.alias.as_ref() == Some(alias))
    }

    fn find(&self, key: &TokenHash, now: Timestamp) -> Option<&Row> {
        self.rows.get(key).filter(|row| now < row.record.expires_at)
    }
}

impl Row {
    fn found(&self) -> FoundPending {
        FoundPending::new(self.record.clone(), self.answer.clone())
    }
}

impl Pending {
    /// No step can leave half a state, so a poisoned lock is sound.
    pub(super) fn lock(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn put(&self, issuer: &Issuer, record: PendingRecord, room: u32, now: Timestamp) -> Result<(), StoreError> {
        let mut tables = self.lock();
        tables.purge_if_grown(now);
        tables.issuers.entry(issuer.clone()).or_default().put(record, None, room, now)
    }

    pub(super) fn put_deferred(
        &self,
        issuer: &Issuer,
        record: PendingRecord,
        alias: TokenHash,
        room: u32,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tables = self.lock();
        tables.purge_if_grown(now);
        let table = tables.issuers.entry(issuer.clone()).or_default();
        if table.behind(&alias).is_some_and(|row| now < row.record.expires_at) {
            return Ok(false);
        }
        let (hash, expired) = (record.hash, table.behind(&alias).map(|row| row.record.hash));
        table.put(record, Some(alias), room, now)?;
        table.aliases.insert(alias, hash);
        if let Some(expired) = expired {
            table.rows.remove(&expired);
        }
        Ok(true)
    }

    pub(super) fn find(&self, issuer: &Issuer, key: &TokenHash, now: Timestamp) -> Option<FoundPending> {
        self.lock().issuers.get(issuer)?.find(key, now).map(Row::found)
    }

    pub(super) fn find_deferred(&self, issuer: &Issuer, alias: &TokenHash, now: Timestamp) -> Option<FoundPending> {
        let tables = self.lock();
        tables.issuers.get(issuer)?.behind(alias).filter(|row| now < row.record.expires_at).map(Row::found)
    }

    pub(super) fn poll(
        &self,
        issuer: &Issuer,
        key: &TokenHash,
        client_id: &ClientId,
        interval: u32,
        now: Timestamp,
    ) -> Option<Polled> {
        let mut tables = self.lock();
        let row = tables.issuers.get_mut(issuer)?.rows.get_mut(key)?;
        if row.alias.is_none() || row.record.client_id != *client_id || now >= row.record.expires_at {
            return None;
        }
        if row.answer.is_some() {
            return Some(Polled::new(row.found(), false));
        }
        let (polling, too_soon) = Polling::next(row.polling, interval, now);
        row.polling = Some(polling);
        Some(Polled::new(row.found(), too_soon))
    }

    pub(super) fn take(&self, issuer: &Issuer, key: &TokenHash, now: Timestamp) -> Option<PendingRecord> {
        let row = self.lock().issuers.get_mut(issuer)?.rows.remove(key)?;
        Some(row.record).filter(|record| now < record.expires_at)
    }

    /// Removes what a client has waiting. Owners' lists of keys may keep some that are gone.
    pub(super) fn remove_of(&self, issuer: &Issuer, client_id: &ClientId) {
        if let Some(table) = self.lock().issuers.get_mut(issuer) {
            table.rows.retain(|_, row| row.record.client_id != *client_id);
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.lock().rows()
    }

    pub(super) fn issuers(&self) -> BTreeSet<Issuer> {
        self.lock().issuers.keys().cloned().collect()
    }

    pub(super) fn purge(&self, now: Timestamp) -> u64 {
        self.lock().purge(now)
    }
}

impl Tables {
    /// What a decision about this request comes to.
    pub(super) fn spending(&self, issuer: &Issuer, key: &TokenHash, now: Timestamp) -> Spending {
        let row = self.issuers.get(issuer).and_then(|table| table.rows.get(key));
        match row.filter(|row| now < row.record.expires_at) {
            None => Spending::Gone,
            Some(Row { answer: Some(answer), .. }) => Spending::Second(answer.clone()),
            Some(_) => Spending::First,
        }
    }

    pub(super) fn keep(&mut self, issuer: &Issuer, spend: Spend) {
        let row = self.issuers.get_mut(issuer).and_then(|table| table.rows.get_mut(&spend.request));
        if let Some(row) = row {
            row.answer = Some(spend.answer);
        }
    }

    fn rows(&self) -> usize {
        self.issuers.values().map(|table| table.rows.len()).sum()
    }

    fn purge_if_grown(&mut self, now: Timestamp) {
        if self.rows() >= self.purge_above.max(ROWS_WITHOUT_PURGE) {
            self.purge(now);
            self.purge_above = self.rows().saturating_mul(2);
        }
    }

    fn purge(&mut self, now: Timestamp) -> u64 {
        let before = self.rows();
        self.issuers.retain(|_, Table { rows, owners, aliases }| {
            rows.retain(|_, row| now < row.record.expires_at);
            aliases.retain(|_, key| rows.contains_key(key));
            owners.retain(|_, keys| {
                keys.retain(|key| rows.contains_key(key));
                !keys.is_empty()
            });
            !rows.is_empty()
        });
        before.saturating_sub(self.rows()) as u64
    }
}
