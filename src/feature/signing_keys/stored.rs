//! Keys in the storage, which all instances of a server share, and which replace themselves.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::task::Poll;
use std::time::Duration;

use tokio::sync::{Mutex, Notify};
use zeroize::Zeroizing;

use super::Rotation;
use super::backend::{KeyBackend, KeysOn, Served};
use super::refresh::Refresh;
use super::ring::Ring;
use super::sealing::{Sealing, UnderMasterKeys};
use crate::core::Core;
use crate::events;
use crate::issue::KeysError;
use crate::jose::{Algorithm, Jwks, KeyId, TokenType};
use crate::storage::{KeyStore, Kid};
use crate::typelevel::No;
use crate::values::clock::Timestamp;
use crate::values::error::{OAuthError, StoreError};

/// The fewest seconds between two refreshes that unknown keys cause.
const BETWEEN: u64 = 5;

/// Keys that the storage keeps, sealed: [`SigningKeys::stored`](super::SigningKeys::stored) under the master keys of the server,
/// [`SigningKeys::stored_with`](super::SigningKeys::stored_with) with the sealer `L`.
pub struct StoredKeys<L = UnderMasterKeys> {
    pub(super) sealing: L,
    pub(super) rotation: Rotation,
    ring: RwLock<Option<Arc<Ring>>>,
    /// One refresh at a time.
    turn: Mutex<()>,
    /// When the last refresh was tried, as a UNIX time.
    tried_at: AtomicU64,
    wanted: Notify,
}

impl<L> StoredKeys<L> {
    pub(super) fn new(sealing: L) -> Self {
        let (ring, turn) = (RwLock::new(None), Mutex::new(()));
        Self { sealing, rotation: Rotation::DEFAULT, ring, turn, tried_at: AtomicU64::new(0), wanted: Notify::new() }
    }

    pub(super) fn ring(&self) -> Option<Arc<Ring>> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn is_stale(&self, ring: &Ring, now: Timestamp) -> bool {
        ring.refreshed_at.saturating_add_secs(self.rotation.stale_after()) < now
    }
}

impl<L> fmt::Debug for StoredKeys<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredKeys").field("rotation", &self.rotation).finish_non_exhaustive()
    }
}

impl<L: Sealing> KeyBackend for StoredKeys<L> {
    type Vanish = No;
    type NeedsMasterKeys = L::NeedsMasterKeys;

    async fn sign<T: TokenType>(
        &self,
        algorithm: Algorithm,
        claims: &[u8],
        now: Timestamp,
    ) -> Result<Zeroizing<String>, OAuthError> {
        let Some(ring) = self.ring() else {
            tracing::error!("the signing keys are not there yet: await `server.ready()` before serving");
            return Err(OAuthError::unavailable(None));
        };
        ring.sign::<T>(algorithm, claims, now).await
    }

    fn published(&self) -> Arc<Jwks> {
        self.ring().map(|ring| ring.published.clone()).unwrap_or_default()
    }

    fn unknown_key(&self, now: Timestamp) {
        if self.tried_at.load(Ordering::Relaxed).saturating_add(BETWEEN) <= now.as_unix() {
            self.wanted.notify_one();
        }
    }

    fn served(&self, now: Timestamp) -> Option<Served> {
        let ring = self.ring()?;
        // Nobody is to keep what may be over.
        let max_age = (!self.is_stale(&ring, now)).then_some(self.rotation.max_age);
        Some(Served { body: ring.body.clone(), max_age })
    }
}

impl<S: KeyStore, L: Sealing> KeysOn<S> for StoredKeys<L> {
    async fn refresh(&self, core: &Core<S>, algorithms: &'static [Algorithm]) -> Result<(), KeysError> {
        let _turn = self.turn.lock().await;
        self.tried_at.store(core.now().as_unix(), Ordering::Relaxed);
        let refresh = Refresh { core, keys: self, algorithms, before: self.ring() };
        let (ring, outcome) = match refresh.run().await {
            Ok(ring) => (Some(ring), Ok(())),
            // What was withdrawn is over all the same: better that nothing signs than a stolen key.
            Err(error) => (refresh.without_withdrawn().await, Err(error)),
        };
        if let Some(ring) = ring {
            *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Some(ring.into());
        }
        outcome.inspect_err(|error| events::keys_not_refreshed(&core.issuer, error))
    }

    async fn until_due<F: Future + Send>(&self, pause: impl FnOnce(Duration) -> F + Send) {
        let pause = pause(Duration::from_secs(self.rotation.refresh));
        let (mut pause, mut wanted) = (pin!(pause), pin!(self.wanted.notified()));
        poll_fn(|cx| match (pause.as_mut().poll(cx), wanted.as_mut().poll(cx)) {
            (Poll::Pending, Poll::Pending) => Poll::Pending,
            _ => Poll::Ready(()),
        })
        .await;
    }

    async fn withdraw(&self, core: &Core<S>, algorithms: &'static [Algorithm], key: &KeyId) -> Result<bool, KeysError> {
        let Ok(kid) = Kid::parse(key.as_str()) else { return Ok(false) };
        let now = core.now();
        let is_there = core.storage.keys(&core.issuer, now).await?.iter().any(|it| it.kid == kid);
        if is_there {
            core.storage.withdraw_key(&core.issuer, &kid, now).await?;
            events::key_withdrawn(&core.issuer, kid.as_str());
            self.refresh(core, algorithms).await?;
        }
        Ok(is_there)
    }

    fn check(&self, algorithms: &'static [Algorithm], now: Timestamp) -> Result<(), StoreError> {
        let ring = self.ring().ok_or(StoreError::Unavailable { retry_after: None })?;
        if self.is_stale(&ring, now) {
            return Err(StoreError::failed("the signing keys are stale: they could not be refreshed, or nobody tried"));
        }
        match algorithms.iter().find(|algorithm| ring.signing(**algorithm, now).is_none()) {
            Some(algorithm) => Err(StoreError::failed(format!("no key signs with {algorithm}"))),
            None => Ok(()),
        }
    }
}
