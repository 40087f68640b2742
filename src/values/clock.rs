//! Time as the server sees it: whole seconds since the UNIX epoch, read from a
//! replaceable clock. Nothing else in the crate reads the system time, so a test
//! can put the server at any moment; but for `SqliteStore`, which erases keys of
//! retries by it when they can be of no use any more, and measures retry windows
//! and purges by it where it is near the time that it is handed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// A moment in whole seconds since 1970-01-01T00:00:00Z, leap seconds not counted
/// (the `NumericDate` of RFC 7519 section 2, without fractions).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The moment `seconds` seconds after the UNIX epoch.
    pub const fn from_unix(seconds: u64) -> Self {
        Self(seconds)
    }

    /// Seconds since the UNIX epoch.
    pub const fn as_unix(self) -> u64 {
        self.0
    }

    /// The moment `seconds` seconds later, or the last representable one.
    #[must_use]
    pub const fn saturating_add_secs(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Seconds from this moment to `later`; `None` when `later` is earlier.
    pub const fn checked_secs_until(self, later: Self) -> Option<u64> {
        later.0.checked_sub(self.0)
    }
}

/// Where the server reads the time. Any `Fn() -> Timestamp` is a clock.
pub trait Clock: Send + Sync + 'static {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

impl<F> Clock for F
where
    F: Fn() -> Timestamp + Send + Sync + 'static,
{
    fn now(&self) -> Timestamp {
        self()
    }
}

/// The operating system's clock. A time before 1970 counts as 0.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
        Timestamp(since_epoch.map_or(0, |duration| duration.as_secs()))
    }
}

/// A clock that moves only when told to, for tests of applications. Clones share
/// the time.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicU64>);

impl ManualClock {
    /// A clock that stands at `start`.
    pub fn new(start: Timestamp) -> Self {
        Self(Arc::new(AtomicU64::new(start.0)))
    }

    /// Moves the clock forward by `seconds` seconds, up to the last representable
    /// moment.
    pub fn advance(&self, seconds: u64) {
        self.0.update(Ordering::SeqCst, Ordering::SeqCst, |now| now.saturating_add(seconds));
    }

    /// Puts the clock at `moment`, which may lie in the past.
    pub fn set(&self, moment: Timestamp) {
        self.0.store(moment.0, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_does_not_wrap() {
        let (early, late) = (Timestamp::from_unix(10), Timestamp::from_unix(25));
        assert_eq!(early.checked_secs_until(late), Some(15));
        assert_eq!(early.checked_secs_until(early), Some(0));
        assert_eq!(late.checked_secs_until(early), None);
        assert_eq!(early.saturating_add_secs(15), late);
        assert_eq!(late.saturating_add_secs(u64::MAX).as_unix(), u64::MAX);
    }

    #[test]
    fn clones_of_a_manual_clock_share_the_time() {
        let clock = ManualClock::new(Timestamp::from_unix(100));
        let clone = clock.clone();
        clock.advance(5);
        assert_eq!(clone.now().as_unix(), 105);
        clone.advance(u64::MAX);
        assert_eq!(clock.now().as_unix(), u64::MAX);
        clone.set(Timestamp::from_unix(7));
        assert_eq!(clock.now().as_unix(), 7);
    }

    #[test]
    fn functions_and_the_system_are_clocks() {
        fn read(clock: impl Clock) -> u64 {
            clock.now().as_unix()
        }
        assert_eq!(read(|| Timestamp::from_unix(3)), 3);
        // 2020-01-01: the system clock counts seconds, from 1970.
        assert!((1_577_836_800..10_000_000_000).contains(&read(SystemClock)));
    }

    #[test]
    fn serialized_as_a_number() {
        let json = serde_json::to_string(&Timestamp::from_unix(42)).unwrap();
        assert_eq!(json, "42");
        let back: Timestamp = serde_json::from_str(&json).unwrap();
        assert_eq!(back.as_unix(), 42);
    }
}
