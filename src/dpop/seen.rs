//! Where a resource server keeps the proofs that it has seen (RFC 9449 section 11.1): in its memory, or where its other instances do.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::storage::{ReplayKey, ReplayStore};
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;

/// Remembers which DPoP proofs have come, so that none is good twice.
///
/// There are two ready ones: [`ProofMemory`] for a resource server of one process, [`SharedProofs`] for one of several, over any
/// [`ReplayStore`]. One of your own keeps to what [`ReplayStore::first_time`] says.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot remember which DPoP proofs it has seen",
    label = "not a `SeenProofs`",
    note = "use `ProofMemory::new()` where there is one process, `SharedProofs::new(store, issuer)` where there are several (RFC 9449 section 11.1)"
)]
pub trait SeenProofs: Send + Sync + 'static {
    /// Is it the first time that the proof with this key comes? It has to be remembered while `now < until`; only one caller is told
    /// `true`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if nobody knows. The request is then answered 503 or 500, as nobody knows either whether it is a replay.
    fn first_time(
        &self,
        key: &ReplayKey,
        until: Timestamp,
        now: Timestamp,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;
}

impl<M: SeenProofs> SeenProofs for Arc<M> {
    fn first_time(
        &self,
        key: &ReplayKey,
        until: Timestamp,
        now: Timestamp,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send {
        M::first_time(self, key, until, now)
    }
}

/// Proofs in the memory of one process, for two minutes each at most. Only proofs with a good signature and a good token get in, and no
/// more than a bound: when that is reached, requests are answered 503 until the oldest have expired, since to forget one would be to
/// accept it again.
///
/// Another process does not see them: where there are several, use [`SharedProofs`].
pub struct ProofMemory {
    capacity: usize,
    seen: Mutex<Seen>,
}

/// Proofs by when they end: the same proof has the same end.
#[derive(Default)]
struct Seen {
    ends: BTreeMap<Timestamp, HashSet<ReplayKey>>,
    count: usize,
}

impl ProofMemory {
    /// So many proofs are kept unless [`with_capacity`](Self::with_capacity) says otherwise: at most, about 50 MB.
    pub const CAPACITY: usize = 1_000_000;

    /// With room for a million proofs: eight thousand requests in each second.
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(Self::CAPACITY)
    }

    /// With room for so many proofs, of about 50 bytes each.
    #[must_use]
    pub fn with_capacity(proofs: usize) -> Self {
        Self { capacity: proofs, seen: Mutex::default() }
    }
}

impl Default for ProofMemory {
    fn default() -> Self {
        Self::new()
    }
}

impl Seen {
    /// What has ended can come no more: the proof would be too old.
    fn forget(&mut self, now: Timestamp) {
        while let Some(first) = self.ends.first_entry().filter(|first| *first.key() <= now) {
            self.count -= first.remove().len();
        }
    }
}

impl SeenProofs for ProofMemory {
    async fn first_time(&self, key: &ReplayKey, until: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
        if until <= now {
            return Ok(false);
        }
        // Each step leaves the whole usable.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.forget(now);
        if seen.ends.values().any(|proofs| proofs.contains(key)) {
            return Ok(false);
        }
        if seen.count >= self.capacity {
            tracing::warn!(capacity = self.capacity, "as many DPoP proofs have come as are kept");
            return Err(StoreError::Unavailable { retry_after: Some(Duration::from_secs(5)) });
        }
        seen.ends.entry(until).or_default().insert(*key);
        seen.count += 1;
        Ok(true)
    }
}

impl fmt::Debug for ProofMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProofMemory").field("capacity", &self.capacity).finish_non_exhaustive()
    }
}

/// Proofs in a [`ReplayStore`], where all instances of a resource server see them: the store of the authorization server, or one of its
/// own.
pub struct SharedProofs<S> {
    store: S,
    issuer: Issuer,
}

impl<S: ReplayStore> SharedProofs<S> {
    /// In this store, among what belongs to this issuer. Pass an `Arc` to share the store.
    #[must_use]
    pub const fn new(store: S, issuer: Issuer) -> Self {
        Self { store, issuer }
    }
}

impl<S: ReplayStore> SeenProofs for SharedProofs<S> {
    fn first_time(
        &self,
        key: &ReplayKey,
        until: Timestamp,
        now: Timestamp,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send {
        self.store.first_time(&self.issuer, key, until, now)
    }
}

impl<S> fmt::Debug for SharedProofs<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedProofs").field("issuer", &self.issuer.as_str()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    fn comes(memory: &ProofMemory, jti: &str, until: u64, now: u64) -> Result<bool, ()> {
        let key = ReplayKey::new("p", "o", jti);
        let (until, now) = (Timestamp::from_unix(until), Timestamp::from_unix(now));
        match pin!(memory.first_time(&key, until, now)).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => answer.map_err(drop),
            Poll::Pending => panic!("it waits"),
        }
    }

    // shows: RFC9449-11.1-04, RFC9449-11.1-05
    #[test]
    fn each_proof_comes_once_and_memory_is_bounded() {
        let memory = ProofMemory::with_capacity(2);
        for (jti, until, now, first) in [
            ("a", 100, 40, Ok(true)),
            ("a", 100, 40, Ok(false)),
            ("a", 100, 99, Ok(false)),
            // Whatever it says of its end.
            ("a", 101, 41, Ok(false)),
            ("b", 110, 50, Ok(true)),
            // Full: nothing is forgotten that may come again.
            ("c", 120, 60, Err(())),
            ("a", 100, 60, Ok(false)),
            // The first has ended.
            ("a", 100, 100, Ok(false)),
            ("c", 160, 100, Ok(true)),
            ("d", 160, 109, Err(())),
            ("d", 170, 110, Ok(true)),
        ] {
            assert_eq!(comes(&memory, jti, until, now), first, "{jti} at {now}");
        }
    }
}
