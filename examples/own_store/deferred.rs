//! Requests of devices: found by a second key, polled for until their persons have decided.

use grantor::storage::{DeferredStore, FoundPending, PendingKind, PendingRecord, PendingStore as _, Polled};
use grantor::{ClientId, Issuer, Timestamp, TokenHash};

use super::{OwnStore, Result};

/// What a request has beside what every one has that waits.
pub struct Deferred {
    issuer: Issuer,
    request: TokenHash,
    alias: TokenHash,
    /// When its client polled last, and what it is to wait since.
    polled: Option<(Timestamp, u32)>,
}

impl DeferredStore for OwnStore {
    async fn put_deferred(
        &self,
        issuer: &Issuer,
        row: PendingRecord,
        alias: TokenHash,
        room: u32,
        now: Timestamp,
    ) -> Result<bool> {
        // Held to the end of the step, as by each that has to do with second keys.
        let mut deferred = self.more.deferred.lock().await;
        if self.behind(&deferred, issuer, &alias, now).await.is_some() {
            return Ok(false);
        }
        let request = row.hash;
        self.put_pending(issuer, row, room, now).await?;
        let expired: Vec<_> =
            deferred.extract_if(.., |it| it.issuer == *issuer && it.alias == alias).map(|it| it.request).collect();
        self.pending
            .lock()
            .await
            .retain(|(owner, it)| owner != issuer || !expired.contains(&it.record.hash) || now < it.record.expires_at);
        deferred.retain(|it| it.issuer != *issuer || it.request != request);
        deferred.push(Deferred { issuer: issuer.clone(), request, alias, polled: None });
        Ok(true)
    }
    async fn find_deferred(&self, issuer: &Issuer, alias: &TokenHash, now: Timestamp) -> Result<Option<FoundPending>> {
        let deferred = self.more.deferred.lock().await;
        Ok(self.behind(&deferred, issuer, alias, now).await)
    }
    async fn poll_deferred(
        &self,
        issuer: &Issuer,
        request: &TokenHash,
        client_id: &ClientId,
        interval: u32,
        now: Timestamp,
    ) -> Result<Option<Polled>> {
        let mut deferred = self.more.deferred.lock().await;
        let found = self.find_pending(issuer, request, now).await?.filter(is_deferred);
        let found = found.filter(|found| found.record.client_id == *client_id);
        let its = deferred.iter_mut().find(|it| it.issuer == *issuer && it.request == *request);
        let Some((found, its)) = found.zip(its) else { return Ok(None) };
        if found.answer.is_some() {
            return Ok(Some(Polled::new(found, false)));
        }
        let counts = its.polled.map_or(interval, |(_, kept)| kept.max(interval));
        let passed = its.polled.and_then(|(last, _)| last.checked_secs_until(now)).and_then(|it| u32::try_from(it).ok());
        let too_soon = passed.filter(|passed| *passed < counts);
        its.polled = Some((now, too_soon.map_or(counts, |passed| counts.max(passed.max(interval) + 5))));
        Ok(Some(Polled::new(found, too_soon.is_some())))
    }
}

impl OwnStore {
    async fn behind(&self, rows: &[Deferred], issuer: &Issuer, alias: &TokenHash, now: Timestamp) -> Option<FoundPending> {
        let its = rows.iter().find(|it| it.issuer == *issuer && it.alias == *alias)?;
        self.find_pending(issuer, &its.request, now).await.ok()?.filter(is_deferred)
    }
}

/// And not one that came later, of another kind, under the same hash.
fn is_deferred(found: &FoundPending) -> bool {
    found.record.kind == PendingKind::Deferred
}
