//! Requests whose answer is fetched later: a device asks, its person decides somewhere else, and the device comes again until then.

use std::future::Future;

use super::{AuthorizationCodeStore, PendingRecord, PendingStore};
use crate::client::ClientId;
use crate::storage::FoundPending;
use crate::values::bearer::TokenHash;
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;

/// Keeps requests whose answer is fetched later (RFC 8628): one is a request that waits, as in [`PendingStore`], found, decided and taken
/// out as any other, and besides under a second key, its *alias*, which stands for what a person types. The answer is fetched by its hash:
/// what was approved is an authorization code under the same hash.
#[diagnostic::on_unimplemented(
    message = "the storage `{Self}` cannot keep requests whose answer is fetched later",
    label = "the device authorization grant needs `DeferredStore`",
    note = "a device asks again and again until its person has decided (RFC 8628 section 3.4): implement `DeferredStore` for `{Self}`, or leave out `DeviceCode`"
)]
pub trait DeferredStore: PendingStore + AuthorizationCodeStore {
    /// Keeps a request that nobody has decided, under its hash and under its alias. The first case that applies decides:
    ///
    /// 1. A request that has not expired is there under the alias, decided or not: `false`; nothing changes.
    /// 2. Else keep it, as [`put_pending`](PendingStore::put_pending) does with this `room`: `true`.
    ///
    /// Of an alias whose request has expired, the new request takes the place. A hash that is there already is an error.
    fn put_deferred(
        &self,
        issuer: &Issuer,
        request: PendingRecord,
        alias: TokenHash,
        room: u32,
        now: Timestamp,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Looks a request up by its alias and changes nothing. Finds one that was decided too, until its expiry, with the answer that was
    /// kept.
    fn find_deferred(
        &self,
        issuer: &Issuer,
        alias: &TokenHash,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<FoundPending>, StoreError>> + Send;

    /// Its client asks what became of a request. `interval` is how many seconds it is to wait between two polls, or more if it came too
    /// soon before. The first case that applies decides:
    ///
    /// 1. There is no such request with an alias, it has expired, or it is another client's: `None`; nothing changes.
    /// 2. It was decided: the answer that was kept; nothing changes.
    /// 3. The poll before is fewer seconds ago than the interval that counts: [`too_soon`](Polled::too_soon). The interval that counts from
    ///    then on is five seconds more than `interval` or than what has passed, whichever is more; never less than before.
    /// 4. Else it is in time.
    ///
    /// In cases 3 and 4 the moment is kept as that of the poll before. If that is ahead of `now`, as where clocks differ, it is in time.
    fn poll_deferred(
        &self,
        issuer: &Issuer,
        request: &TokenHash,
        client_id: &ClientId,
        interval: u32,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Polled>, StoreError>> + Send;
}

/// What became of a poll.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Polled {
    /// The request, with the answer if it was decided.
    pub found: FoundPending,
    /// It came sooner than it was told to.
    pub too_soon: bool,
}

impl Polled {
    /// A poll from its members.
    #[must_use]
    pub const fn new(found: FoundPending, too_soon: bool) -> Self {
        Self { found, too_soon }
    }
}

/// The seconds that a poll adds that comes too soon (RFC 8628 section 3.5).
const SLOW_DOWN: u32 = 5;

/// How a client has polled, as a store keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Polling {
    pub(crate) at: Timestamp,
    /// What it is to wait, if it came too soon before.
    pub(crate) interval: u32,
}

impl Polling {
    /// What a poll is after the one before, if there was one, and whether it is too soon.
    pub(crate) fn next(before: Option<Self>, interval: u32, now: Timestamp) -> (Self, bool) {
        let counts = before.map_or(interval, |before| before.interval.max(interval));
        let passed = before.and_then(|before| before.at.checked_secs_until(now)).and_then(|passed| u32::try_from(passed).ok());
        match passed.filter(|passed| *passed < counts) {
            Some(passed) => {
                let slower = passed.max(interval).saturating_add(SLOW_DOWN);
                (Self { at: now, interval: counts.max(slower) }, true)
            }
            None => (Self { at: now, interval: counts }, false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// At which moments it comes, and which of these are too soon.
    fn polls(moments: &[u64]) -> Vec<u64> {
        let (mut polling, mut soon) = (None, Vec::new());
        for second in moments {
            let (next, too_soon) = Polling::next(polling, 5, Timestamp::from_unix(1_000 + second));
            polling = Some(next);
            soon.extend(too_soon.then_some(*second));
        }
        soon
    }

    #[test]
    fn who_comes_too_soon_waits_longer_and_who_obeys_is_in_time() {
        assert_eq!(polls(&[0, 5, 10, 15]), [0_u64; 0]);
        // Five seconds more from then on.
        assert_eq!(polls(&[0, 4, 13, 27, 41, 50]), [4, 13, 50]);
        // Who never obeys is never in time, and is not sent away for ever longer.
        assert_eq!(polls(&[0, 1, 2, 3, 4, 5, 15, 25]), [1, 2, 3, 4, 5]);
        // An answer that told to slow down was lost: it comes too soon once more, and adds five seconds to what it waits itself.
        assert_eq!(polls(&[0, 4, 9, 19, 29]), [4, 9]);
        // By a clock that is behind.
        assert_eq!(polls(&[100, 40, 45]), [0_u64; 0]);
    }
}
