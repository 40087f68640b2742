//! How often signing keys are replaced, and how long before that they are announced.

use std::time::Duration;

/// How stored keys are replaced. Each is
///
/// 1. *announced*: it is published, and does not sign yet, so that whoever caches the JWK Set has it before the first token does;
/// 2. *signing*;
/// 3. *retired*: it signs no more, and stays published until the last token that it may have signed has expired;
/// 4. forgotten.
///
/// What a key is follows from its times and the clock alone. [`Rotation::DEFAULT`] is argued in
/// [`manual::keys`](crate::manual::keys).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotation {
    pub(super) signs_for: u64,
    pub(super) propagation: u64,
    pub(super) max_age: u64,
    pub(super) refresh: u64,
}

const DAY: u64 = 24 * 60 * 60;

impl Rotation {
    /// A key signs for 90 days and is announced 14 days before; the JWK Set may be cached for 15 minutes, and each instance looks once a
    /// minute at what the others did.
    pub const DEFAULT: Self = Self { signs_for: 90 * DAY, propagation: 14 * DAY, max_age: 15 * 60, refresh: 60 };

    /// A key signs for `signs_for` and is announced `propagation` before. The JWK Set may be cached for `max_age` (`Cache-Control` of
    /// `/jwks`), and each instance refreshes its own keys every `refresh`. Parts of seconds do not count.
    ///
    /// # Errors
    ///
    /// * [`RotationError::Propagation`] if `propagation` is less than twice the sum of `max_age` and `refresh`. An instance may
    ///   refresh late, and a cache may be filled from it just before: after half of the time every cache has the key, and what goes wrong
    ///   has the other half.
    /// * [`RotationError::SignsFor`] if `signs_for` is less than `propagation`, or more than two years.
    /// * [`RotationError::Refresh`] if `refresh` is not between a second and an hour.
    pub const fn new(
        signs_for: Duration,
        propagation: Duration,
        max_age: Duration,
        refresh: Duration,
    ) -> Result<Self, RotationError> {
        let (signs_for, propagation) = (signs_for.as_secs(), propagation.as_secs());
        let (max_age, refresh) = (max_age.as_secs(), refresh.as_secs());
        if refresh < 1 || refresh > 60 * 60 {
            return Err(RotationError::Refresh);
        }
        if propagation / 2 < max_age.saturating_add(refresh) {
            return Err(RotationError::Propagation);
        }
        if signs_for < propagation || signs_for > 2 * 365 * DAY {
            return Err(RotationError::SignsFor);
        }
        Ok(Self { signs_for, propagation, max_age, refresh })
    }

    /// After so many seconds without a refresh an instance does not know any more which keys there are. A key that was announced just
    /// after its last one is by then in no cache that was filled from it: `stale + max_age <= propagation`.
    pub(super) const fn stale_after(&self) -> u64 {
        self.max_age + 2 * self.refresh
    }
}

impl Default for Rotation {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Times that do not fit together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RotationError {
    /// Caches would not have the key in time.
    #[error("a key has to be announced at least 2 × (JWKS max-age + refresh interval) before it signs")]
    Propagation,
    /// A key would sign for a shorter time than it is announced, or for more than two years.
    #[error("a key has to sign for at least as long as it is announced before, and for at most two years")]
    SignsFor,
    /// Instances would look too often or too rarely.
    #[error("the refresh interval is from one second to one hour")]
    Refresh,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(times: [u64; 4]) -> Result<Rotation, RotationError> {
        let [signs_for, propagation, max_age, refresh] = times.map(Duration::from_secs);
        Rotation::new(signs_for, propagation, max_age, refresh)
    }

    #[test]
    fn caches_have_a_key_before_it_signs() {
        let Rotation { signs_for, propagation, max_age, refresh } = Rotation::DEFAULT;
        assert_eq!(of([signs_for, propagation, max_age, refresh]), Ok(Rotation::DEFAULT));
        assert_eq!(of([240, 240, 60, 60]).map(|rotation| rotation.stale_after() + 60), Ok(240));
        assert_eq!(of([240, 239, 60, 60]), Err(RotationError::Propagation));
        assert_eq!(of([240, 240, 61, 60]), Err(RotationError::Propagation));
        assert_eq!(of([240, 240, u64::MAX, 60]), Err(RotationError::Propagation));
        assert_eq!(of([239, 240, 60, 60]), Err(RotationError::SignsFor));
        assert_eq!(of([2 * 365 * DAY + 1, 240, 60, 60]), Err(RotationError::SignsFor));
        assert_eq!(of([DAY, DAY, 60, 0]), Err(RotationError::Refresh));
        assert_eq!(of([DAY, DAY, 60, 3601]), Err(RotationError::Refresh));
    }
}
