//! Requests that wait to be decided, in the order in which they came.

use grantor::storage::{FoundPending, PendingRecord, PendingStore, Spend, Spending};
use grantor::{Issuer, Timestamp, TokenHash};

use super::{OwnStore, Result, check};

#[path = "deferred.rs"]
pub mod deferred;

/// A request that waits, or was decided.
fn waiting<'a>(
    rows: &'a [(Issuer, FoundPending)],
    issuer: &Issuer,
    hash: &TokenHash,
    now: Timestamp,
) -> Option<&'a FoundPending> {
    let mut theirs = rows.iter().filter(|(owner, it)| owner == issuer && now < it.record.expires_at).map(|(_, it)| it);
    theirs.find(|it| it.record.hash == *hash)
}
pub fn spending(rows: &[(Issuer, FoundPending)], issuer: &Issuer, hash: &TokenHash, now: Timestamp) -> Spending {
    let Some(found) = waiting(rows, issuer, hash, now) else { return Spending::Gone };
    found.answer.clone().map_or(Spending::First, Spending::Second)
}
pub fn keep(rows: &mut [(Issuer, FoundPending)], issuer: &Issuer, spend: Spend) {
    let its = rows.iter_mut().find(|(owner, it)| owner == issuer && it.record.hash == spend.request);
    its.into_iter().for_each(|(_, it)| it.answer = Some(spend.answer.clone()));
}

impl PendingStore for OwnStore {
    async fn put_pending(&self, issuer: &Issuer, row: PendingRecord, room: u32, now: Timestamp) -> Result<()> {
        let (mut rows, room) = (self.pending.lock().await, room as usize);
        check(!rows.iter().any(|(owner, it)| owner == issuer && it.record.hash == row.hash))?;
        let waits = |(owner, it): &&(Issuer, FoundPending)| {
            let same = (owner, it.record.owner, it.record.kind) == (issuer, row.owner, row.kind);
            same && it.answer.is_none() && now < it.record.expires_at
        };
        let waiting: Vec<_> = rows.iter().filter(waits).map(|(_, it)| it.record.hash).collect();
        let surplus = (waiting.len() + 1).saturating_sub(room);
        let gone: Vec<_> = waiting.into_iter().skip(room / 2).take(surplus).collect();
        rows.retain(|(owner, it)| owner != issuer || !gone.contains(&it.record.hash));
        Ok(rows.push((issuer.clone(), FoundPending::new(row, None))))
    }
    async fn find_pending(&self, issuer: &Issuer, hash: &TokenHash, now: Timestamp) -> Result<Option<FoundPending>> {
        Ok(waiting(&self.pending.lock().await, issuer, hash, now).cloned())
    }
    async fn take_pending(&self, issuer: &Issuer, hash: &TokenHash, now: Timestamp) -> Result<Option<PendingRecord>> {
        let taken = self.pending.lock().await.extract_if(.., |(owner, it)| owner == issuer && it.record.hash == *hash).next();
        Ok(taken.map(|(_, it)| it.record).filter(|row| now < row.expires_at))
    }
    async fn decide_pending(&self, issuer: &Issuer, spend: Spend, now: Timestamp) -> Result<Spending> {
        let mut pending = self.pending.lock().await;
        let spending = spending(&pending, issuer, &spend.request, now);
        if spending == Spending::First {
            keep(&mut pending, issuer, spend);
        }
        Ok(spending)
    }
}
