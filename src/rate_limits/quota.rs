//! How many requests a source or a client has.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::values::limits::LimitError;

/// So many requests at once, and so many more each minute, evenly over the minute (feature `governor`).
///
/// ```
/// use grantor::RateQuota;
///
/// # fn quota() -> Result<RateQuota, grantor::LimitError> {
/// // Ten at once, and one more each second.
/// let quota = RateQuota::new(10, 60)?;
/// # Ok(quota)
/// # }
/// # assert!(quota().is_ok() && RateQuota::new(0, 60).is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateQuota {
    at_once: u32,
    per_minute: u32,
}

/// The most of both.
const MOST: u32 = 1_000_000;
const MINUTE: Duration = Duration::from_secs(60);

impl RateQuota {
    /// `at_once` requests at once, and `per_minute` more each minute; both from 1 to 1,000,000.
    ///
    /// # Errors
    ///
    /// [`LimitError`] if one is outside that range.
    pub const fn new(at_once: u32, per_minute: u32) -> Result<Self, LimitError> {
        let value = if at_once == 0 || at_once > MOST { at_once } else { per_minute };
        if value == 0 || value > MOST {
            return Err(LimitError { name: "RateQuota", value, min: 1, max: MOST });
        }
        Ok(Self { at_once, per_minute })
    }

    /// One of the library's own, from 1 on.
    pub(super) const fn of(at_once: u32, per_minute: u32) -> Self {
        Self { at_once, per_minute }
    }

    /// The same for who computes: the generic cell rate algorithm.
    pub(super) fn cells(self) -> governor::Quota {
        let at_once = NonZeroU32::new(self.at_once).unwrap_or(NonZeroU32::MIN);
        let one_more = MINUTE / self.per_minute.max(1);
        governor::Quota::with_period(one_more).unwrap_or(governor::Quota::per_second(NonZeroU32::MIN)).allow_burst(at_once)
    }
}
