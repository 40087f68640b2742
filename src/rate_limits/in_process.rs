//! Limits of one process, by the arithmetic of the crate `governor` (feature `governor`).

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use governor::RateLimiter;
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore as _;

use super::bounded::Bounded;
use super::{RateLimits, RateQuota, RateRequest, RateVerdict};
use crate::http::source::RequestSource;
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::limits::CountedKeys;

/// Limits that this process keeps itself, in bounded memory (feature `governor`). What is not named here has the quota of the last row:
///
/// | endpoint | each source: at once, and more each minute | each client that has proved who it is |
/// |---|---|---|
/// | `token`, `pushed_authorization_request`, `revocation` | 300, 600 | 1,000, 6,000 |
/// | `device_authorization` | 60, 60 | 1,000, 6,000 |
/// | `registration` | 30, 30 | |
/// | `introspection` | 3,000, 60,000 | 10,000, 600,000 |
/// | others | 300, 600 | 1,000, 6,000 |
///
/// Besides, a source may fail to authenticate a client 30 times, and once more each second; until then nothing that comes from there is
/// answered. Right credentials cost nothing of that.
///
/// A source is an address, or a network of 64 bits of IPv6. The application says it as [`RequestSource`]; where it does not, nothing is
/// limited for each source, and a warning says so once. All people of an office may be one source, and so are all users of a web
/// application whose server asks for them: count one request for each of its users in the lifetime of an access token.
///
/// Each process counts for itself: with four instances a source has up to four times as much. The page
/// [operating](crate::manual::operating#rate-limits) says more.
///
/// ```
/// use grantor::{ProcessRateLimits, RateQuota};
///
/// # fn limits() -> Result<ProcessRateLimits, grantor::LimitError> {
/// let limits = ProcessRateLimits::new()
///     // Our web application refreshes 50 tokens a second.
///     .per_source("token", RateQuota::new(3_000, 6_000)?)
///     // The APIs are in the same network as this server.
///     .per_source("introspection", None);
/// # Ok(limits)
/// # }
/// # assert!(limits().is_ok());
/// ```
pub struct ProcessRateLimits {
    per_source: Quotas,
    per_client: Quotas,
    failures: Failures,
    counted: Counted,
    hasher: RandomState,
    told: AtomicBool,
}

type Limiter = RateLimiter<u64, Bounded, Told, NoOpMiddleware<Duration>>;

/// What was counted, and what time it is.
#[derive(Debug, Clone)]
struct Counted {
    keys: Bounded,
    clock: Told,
}

impl Counted {
    fn limiter(&self, quota: RateQuota) -> Limiter {
        // Since 1970, for every limiter.
        RateLimiter::new(quota.cells(), self.keys.clone(), self.clock.clone())
    }
}

/// The last moment that was handed in, in seconds.
#[derive(Debug, Clone, Default)]
struct Told(Arc<AtomicU64>);

/// Later moments would not fit in nanoseconds; it is in the year 2255.
const END: u64 = 9_000_000_000;
/// By so many seconds clocks of several threads may differ.
const SLACK: u64 = 5;

impl Clock for Told {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::Relaxed))
    }
}

/// By endpoint; `None` where there is no limit.
struct Quotas {
    rows: Vec<(&'static str, Option<Limiter>)>,
    others: Limiter,
}

impl Quotas {
    fn of(&self, endpoint: &str) -> Option<&Limiter> {
        let row = self.rows.iter().find(|(name, _)| *name == endpoint);
        row.map_or(Some(&self.others), |(_, limiter)| limiter.as_ref())
    }

    fn set(&mut self, endpoint: &'static str, limiter: Option<Limiter>) {
        self.rows.retain(|(name, _)| *name != endpoint);
        self.rows.push((endpoint, limiter));
    }
}

/// Of a source, at all endpoints.
struct Failures {
    /// Would one more be too many?
    looking: Limiter,
    /// For so long one counts.
    each: Duration,
}

impl Failures {
    fn of(quota: RateQuota, counted: &Counted) -> Self {
        let looking = Counted { keys: counted.keys.looking(), clock: counted.clock.clone() };
        Self { looking: looking.limiter(quota), each: quota.cells().replenish_interval() }
    }
}

impl ProcessRateLimits {
    /// With the quotas of the table.
    #[must_use]
    pub fn new() -> Self {
        let counted = Counted { keys: Bounded::new(CountedKeys::DEFAULT.get()), clock: Told::default() };
        let limiter = |at_once, per_minute| counted.limiter(RateQuota::of(at_once, per_minute));
        let limits = Self {
            per_source: Quotas { rows: Vec::new(), others: limiter(300, 600) },
            per_client: Quotas { rows: Vec::new(), others: limiter(1_000, 6_000) },
            failures: Failures::of(RateQuota::of(30, 60), &counted),
            counted,
            hasher: RandomState::new(),
            told: AtomicBool::new(false),
        };
        limits
            .per_source("device_authorization", RateQuota::of(60, 60))
            .per_source("registration", RateQuota::of(30, 30))
            .per_source("introspection", RateQuota::of(3_000, 60_000))
            .per_client("introspection", RateQuota::of(10_000, 600_000))
    }

    /// What each source has at the endpoint of this [name](RateRequest::endpoint); without a limit if `None`.
    #[must_use]
    pub fn per_source(mut self, endpoint: &'static str, quota: impl Into<Option<RateQuota>>) -> Self {
        self.per_source.set(endpoint, quota.into().map(|quota| self.counted.limiter(quota)));
        self
    }

    /// What each client that has proved who it is has there; without a limit if `None`.
    #[must_use]
    pub fn per_client(mut self, endpoint: &'static str, quota: impl Into<Option<RateQuota>>) -> Self {
        self.per_client.set(endpoint, quota.into().map(|quota| self.counted.limiter(quota)));
        self
    }

    /// How often a source may fail to authenticate a client, at all endpoints together. 30 times at once and 60 times a minute without this
    /// call.
    #[must_use]
    pub fn failures(mut self, quota: RateQuota) -> Self {
        self.failures = Failures::of(quota, &self.counted);
        self
    }

    /// Of how many sources and clients together is known what they did: 100,000 without this call. With more, those that did not come for
    /// the longest time begin anew.
    #[must_use]
    pub fn counted_keys(self, most: CountedKeys) -> Self {
        self.counted.keys.keep_at_most(most.get());
        self
    }

    /// By a clock that was set back nobody waits: it is counted anew.
    fn tell(&self, now: Timestamp) {
        let now = now.as_unix().min(END);
        let before = self.counted.clock.0.swap(now, Ordering::Relaxed);
        if now.saturating_add(SLACK) < before {
            self.counted.keys.clear();
        }
    }

    fn check(&self, request: &RateRequest<'_>) -> Result<(), Duration> {
        let taken = |limiter: &Limiter, key| limiter.check_key(&key).map_err(|until| until.wait_time_from(limiter.clock().now()));
        let endpoint = request.endpoint();
        if let Some(client) = request.client() {
            let Some(limiter) = self.per_client.of(endpoint) else { return Ok(()) };
            let key = self.hasher.hash_one(("client", request.issuer().as_str(), endpoint, client.as_str()));
            return taken(limiter, key);
        }
        let Some(source) = request.source() else {
            self.warn();
            return Ok(());
        };
        taken(&self.failures.looking, self.failures_of(source))?;
        let Some(limiter) = self.per_source.of(endpoint) else { return Ok(()) };
        taken(limiter, self.hasher.hash_one(("source", endpoint, source.network())))
    }

    fn failures_of(&self, source: RequestSource) -> u64 {
        self.hasher.hash_one(("failures", source.network()))
    }

    fn warn(&self) {
        if !self.told.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "requests do not say from where they come, so nothing is limited for each source: put a RequestSource into them"
            );
        }
    }
}

impl Default for ProcessRateLimits {
    fn default() -> Self {
        Self::new()
    }
}

impl RateLimits for ProcessRateLimits {
    async fn admit(&self, request: RateRequest<'_>, now: Timestamp) -> Result<RateVerdict, StoreError> {
        self.tell(now);
        Ok(self.check(&request).map_or_else(RateVerdict::TryLater, |()| RateVerdict::Admitted))
    }

    async fn failed(&self, request: RateRequest<'_>, now: Timestamp) -> Result<(), StoreError> {
        self.tell(now);
        if let Some(source) = request.source() {
            let (now, each) = (Nanos::from(self.counted.clock.now()), Nanos::from(self.failures.each));
            // Each counts, also where several came together and fail together: so many are waited for afterwards.
            let counted = |until: Option<Nanos>| Ok::<_, StoreError>(((), until.map_or(now, |until| until.max(now)) + each));
            self.counted.keys.measure_and_replace(&self.failures_of(source), counted)?;
        }
        Ok(())
    }
}

impl fmt::Debug for ProcessRateLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProcessRateLimits(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::ClientId;
    use crate::values::issuer::Issuer;

    fn now(limits: &ProcessRateLimits, request: RateRequest<'_>, second: u64) -> Result<(), Duration> {
        limits.tell(Timestamp::from_unix(second));
        limits.check(&request)
    }

    #[test]
    fn strangers_with_a_million_addresses_take_a_bounded_room_and_nothing_from_who_comes_often() {
        let issuer = Issuer::parse("https://as.example.com").unwrap();
        let most = CountedKeys::new(10_000).unwrap();
        let limits = ProcessRateLimits::new().counted_keys(most).per_source("token", RateQuota::of(1_000, 1));
        let from = |network: u128| RequestSource::new(std::net::Ipv6Addr::from_bits(network << 64).into());
        let request = RateRequest::new(&issuer, "token");
        let (mut often, mut passed) = (0, 0);
        for stranger in 1..=1_000_000_u128 {
            now(&limits, request.coming_from(Some(from(stranger))), 1_700_000_000).unwrap();
            if stranger % 500 == 0 {
                often += 1;
                passed += u32::from(now(&limits, request.coming_from(Some(from(0))), 1_700_000_000).is_ok());
            }
        }
        assert!(limits.counted.keys.len() <= 10_000, "{}", limits.counted.keys.len());
        // What it did is known all the time.
        assert_eq!((often, passed), (2_000, 1_000));
    }

    #[test]
    fn clients_of_different_issuers_are_different() {
        let issuers = ["https://one.example.com", "https://two.example.com"].map(|text| Issuer::parse(text).unwrap());
        let client = ClientId::parse("app").unwrap();
        let limits = ProcessRateLimits::new().per_client("token", RateQuota::of(1, 1));
        let [one, two] = issuers.each_ref().map(|issuer| RateRequest::new(issuer, "token").of_client(Some(&client)));
        assert_eq!([one, two, one].map(|request| now(&limits, request, 1_700_000_000).is_ok()), [true, true, false]);
    }

    #[test]
    fn the_largest_quotas_are_computed() {
        let issuer = Issuer::parse("https://as.example.com").unwrap();
        let source = RequestSource::new([192, 0, 2, 1].into());
        let request = RateRequest::new(&issuer, "token").coming_from(Some(source));
        for (at_once, per_minute) in [(1, 1), (1, 1_000_000), (1_000_000, 1), (1_000_000, 1_000_000)] {
            let limits = ProcessRateLimits::new().per_source("token", RateQuota::new(at_once, per_minute).unwrap());
            for second in [0, 1, 1_700_000_000, u64::MAX] {
                for _ in 0..3 {
                    let _ = now(&limits, request, second);
                }
            }
        }
        let refused = [(0, 1), (1, 0), (1_000_001, 1), (1, 1_000_001)];
        assert!(refused.into_iter().all(|(at_once, per_minute)| RateQuota::new(at_once, per_minute).is_err()));
    }
}
