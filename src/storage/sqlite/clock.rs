//! The system's clock, which all processes that have the file open share, beside the times that they hand in. It says how long a retry
//! window is open and what a purge may take, so that a process whose clock was set wrong harms nobody else.

use crate::storage::{AHEAD, BEHIND, WAIT};
use crate::values::clock::{Clock as _, SystemClock, Timestamp};

/// Now for the beginning of a retry window, and for erasing what nobody may retry with: the system's time, unless the one that was
/// handed in has nothing to do with it, as in a test.
pub(super) fn shared(now: Timestamp) -> Timestamp {
    referee(now, SystemClock.now())
}

/// Now for whoever retries: as above, but a request that came a moment ago, and had to wait, counts from when it came.
pub(super) fn of_retry(now: Timestamp) -> Timestamp {
    let system = SystemClock.now();
    let waited = now.checked_secs_until(system).is_some_and(|seconds| seconds <= WAIT);
    if waited { now } else { referee(now, system) }
}

/// Now for removing what has expired: what has expired by the system's time, too.
pub(super) fn of_purge(now: Timestamp) -> Timestamp {
    now.min(shared(now))
}

fn referee(now: Timestamp, system: Timestamp) -> Timestamp {
    let behind = now.checked_secs_until(system).unwrap_or_default();
    let ahead = system.checked_secs_until(now).unwrap_or_default();
    if behind <= BEHIND && ahead <= AHEAD { system } else { now }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_wrong_is_set_right_and_a_test_has_its_own_time() {
        let system = SystemClock.now();
        let at = |seconds: i64| Timestamp::from_unix(system.as_unix().saturating_add_signed(seconds));
        let near = |this: Timestamp, that: Timestamp| this.as_unix().abs_diff(that.as_unix()) <= 2;
        for skew in [-80_000, -3_600, -6, 0, 6, 3_600, 9 * 365 * 86_400] {
            assert!(near(shared(at(skew)), system), "{skew}");
            let waited = (-8..=0).contains(&skew);
            assert!(near(of_retry(at(skew)), if waited { at(skew) } else { system }), "{skew}");
            assert!(near(of_purge(at(skew)), at(skew.min(0))), "{skew}");
        }
        for seconds in [0, 1_700_000_000, 4_000_000_000, u64::MAX] {
            let test = Timestamp::from_unix(seconds);
            assert_eq!((shared(test), of_retry(test), of_purge(test)), (test, test, test));
        }
    }
}
