//! Purging as a task: what an application spawns once and forgets about.

use std::future::Future;
use std::time::Instant;

use super::PurgeExpired;
use crate::events;
use crate::values::clock::Clock;

/// Purges now, and again whenever `pause` has passed; never ends, so it is to be spawned. A purge that fails is reported in a
/// `tracing` event, and the next one makes up for it.
///
/// It knows no runtime, so the pause is handed in:
///
/// ```
/// use std::time::Duration;
///
/// use grantor::storage::purge_forever;
/// use grantor::{MemoryStore, SystemClock};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let store = MemoryStore::new();
/// let purging = tokio::spawn(purge_forever(store.clone(), SystemClock, || tokio::time::sleep(Duration::from_secs(60))));
/// // .. serve; when the server ends:
/// purging.abort();
/// # }
/// ```
pub async fn purge_forever<S, C, F>(store: S, clock: C, mut pause: impl FnMut() -> F)
where
    S: PurgeExpired,
    C: Clock,
    F: Future,
{
    loop {
        let begun = Instant::now();
        match store.purge_expired(clock.now()).await {
            Ok(rows) => events::purged(rows, begun.elapsed()),
            Err(error) => events::not_purged(&error),
        }
        pause().await;
    }
}
