//! How many authorization requests wait.

use std::collections::VecDeque;
use std::mem;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::values::clock::Timestamp;

/// How many requests wait that this server put into the storage.
#[derive(Default)]
pub(crate) struct Waiting(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    /// How many expire at which second; the earliest first.
    by_expiry: VecDeque<(Timestamp, u32)>,
    total: u32,
}

impl Waiting {
    /// Makes room for one that may still be refused: the place is given back unless it is [kept](Place::keep).
    ///
    /// # Errors
    ///
    /// If there is no room: for how long at least.
    pub(crate) fn enter(&self, limit: u32, expires_at: Timestamp, now: Timestamp) -> Result<Place<'_>, Duration> {
        let counted_at = self.count(limit, expires_at, now)?;
        Ok(Place { waiting: self, counted_at })
    }

    /// Counts one more, of so many.
    ///
    /// # Errors
    ///
    /// If there is no room: for how long at least.
    pub(crate) fn admit_up_to(&self, limit: u32, expires_at: Timestamp, now: Timestamp) -> Result<(), Duration> {
        self.count(limit, expires_at, now).map(drop)
    }

    /// The moment under which it is counted, which may be a later one.
    fn count(&self, limit: u32, expires_at: Timestamp, now: Timestamp) -> Result<Timestamp, Duration> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.forget(now);
        if counts.total >= limit {
            let first = counts.by_expiry.front().and_then(|(expiry, _)| now.checked_secs_until(*expiry));
            return Err(Duration::from_secs(first.unwrap_or(1).max(1)));
        }
        counts.total += 1;
        match counts.by_expiry.back_mut() {
            // A clock that was set back, or a shorter life, does not put them out of order.
            Some((expiry, count)) if *expiry >= expires_at => {
                *count += 1;
                Ok(*expiry)
            }
            _ => {
                counts.by_expiry.push_back((expires_at, 1));
                Ok(expires_at)
            }
        }
    }

    /// How many there are.
    pub(crate) fn total(&self, now: Timestamp) -> u32 {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.forget(now);
        counts.total
    }

    /// One was decided.
    pub(crate) fn release(&self, expires_at: Timestamp) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((_, count)) = counts.by_expiry.iter_mut().find(|(expiry, count)| *expiry == expires_at && *count > 0) else {
            // Another instance put it there.
            return;
        };
        *count -= 1;
        counts.total = counts.total.saturating_sub(1);
    }
}

/// The room of one that may still be refused, or given up by whoever asks.
pub(crate) struct Place<'w> {
    waiting: &'w Waiting,
    counted_at: Timestamp,
}

impl Place<'_> {
    /// It waits now.
    pub(crate) fn keep(self) {
        mem::forget(self);
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.waiting.release(self.counted_at);
    }
}

impl Counts {
    /// Those that have expired.
    fn forget(&mut self, now: Timestamp) {
        while let Some((expiry, count)) = self.by_expiry.front().copied().filter(|(expiry, _)| now >= *expiry) {
            debug_assert!(now >= expiry);
            self.by_expiry.pop_front();
            self.total = self.total.saturating_sub(count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t(second: u64) -> Timestamp {
        Timestamp::from_unix(1_800_000_000 + second)
    }

    #[test]
    fn what_is_refused_gives_its_room_back_whatever_waits_longer() {
        let waiting = Waiting::default();
        waiting.admit_up_to(2, t(900), t(0)).unwrap();
        drop(waiting.enter(2, t(661), t(1)).unwrap());
        assert_eq!(waiting.total(t(1)), 1);
        waiting.enter(2, t(661), t(1)).unwrap().keep();
        assert!(waiting.enter(2, t(661), t(1)).is_err());
    }

    #[test]
    fn so_many_wait_and_no_more_until_one_expires_or_is_decided() {
        let (waiting, limit) = (Waiting::default(), 100);
        let admit = |expires_at, now| waiting.admit_up_to(limit, t(expires_at), t(now));
        for number in 0..100 {
            admit(60 + number / 50, number / 50).unwrap();
        }
        assert_eq!(admit(70, 10), Err(Duration::from_secs(50)));
        waiting.release(t(61));
        // Of another instance.
        waiting.release(t(99));
        admit(70, 10).unwrap();
        assert_eq!(admit(70, 59), Err(Duration::from_secs(1)));
        for _ in 0..50 {
            admit(120, 60).unwrap();
        }
        assert!(admit(120, 60).is_err());
        // Set back.
        assert!(admit(50, 0).is_err());
        admit(50, 61).unwrap();
    }
}
