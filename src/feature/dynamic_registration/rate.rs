//! How many requests are taken: of one source, and in all, within an hour.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::http::source::RequestSource;
use crate::values::clock::Timestamp;
use crate::values::limits::{RegistrationsPerHour, RegistrationsPerSource};

/// Seconds for which requests are counted together.
const WINDOW: u64 = 3_600;

pub(super) struct Rate {
    pub(super) per_source: RegistrationsPerSource,
    pub(super) per_hour: RegistrationsPerHour,
    counted: Mutex<Counted>,
}

/// Since when, how many in all, and of each source. There are no more sources than requests.
#[derive(Default)]
struct Counted {
    since: Option<Timestamp>,
    all: u32,
    sources: HashMap<IpAddr, u32>,
}

impl Rate {
    pub(super) fn new() -> Self {
        let (per_source, per_hour) = (RegistrationsPerSource::DEFAULT, RegistrationsPerHour::DEFAULT);
        Self { per_source, per_hour, counted: Mutex::default() }
    }

    /// Counts a request, unless there were too many: then says when to come again. One that is refused does not count, so that who asks too
    /// often takes nothing away from others.
    pub(super) fn admit(&self, source: Option<RequestSource>, now: Timestamp) -> Result<(), Duration> {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = counted.since.and_then(|since| since.checked_secs_until(now)).filter(|passed| *passed < WINDOW);
        let Some(passed) = passed else {
            *counted =
                Counted { since: Some(now), all: 1, sources: source.map(|source| (source.network(), 1)).into_iter().collect() };
            return Ok(());
        };
        let of_source = source.and_then(|source| counted.sources.get(&source.network()).copied()).unwrap_or(0);
        if counted.all >= self.per_hour.get() || of_source >= self.per_source.get() {
            return Err(Duration::from_secs(WINDOW - passed));
        }
        counted.all += 1;
        if let Some(source) = source {
            counted.sources.insert(source.network(), of_source + 1);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t(second: u64) -> Timestamp {
        Timestamp::from_unix(1_700_000_000 + second)
    }

    fn rate(per_source: u32, per_hour: u32) -> Rate {
        let mut rate = Rate::new();
        rate.per_source = RegistrationsPerSource::new(per_source).unwrap();
        rate.per_hour = RegistrationsPerHour::new(per_hour).unwrap();
        rate
    }

    fn from(text: &str) -> Option<RequestSource> {
        Some(RequestSource::new(text.parse().unwrap()))
    }

    #[test]
    fn a_source_has_its_share_and_takes_nothing_from_others() {
        let rate = rate(2, 5);
        let admitted = |source: &str, second: u64| rate.admit(from(source), t(second));
        assert!(admitted("192.0.2.1", 0).is_ok() && admitted("192.0.2.1", 1).is_ok());
        for second in 2..100 {
            assert_eq!(admitted("192.0.2.1", second), Err(Duration::from_secs(3_600 - second)));
        }
        assert!(admitted("192.0.2.2", 100).is_ok());
        // A network of the sixth version is one source.
        assert!(admitted("2001:db8::1", 100).is_ok() && admitted("2001:db8::ffff:1", 100).is_ok());
        assert!(admitted("2001:db8::2", 100).is_err());
        // Five in all.
        assert!(admitted("192.0.2.3", 100).is_err() && rate.admit(None, t(100)).is_err());
        assert!(admitted("192.0.2.1", 3_600).is_ok());
        // By a clock that was set back it begins anew.
        assert!(admitted("192.0.2.1", 5).is_ok());
    }
}
