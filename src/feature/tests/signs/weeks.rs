//! A week of injected time: three instances over one store, and those who verify their tokens.

use std::collections::BTreeSet;
use std::time::Duration;

use super::super::{Host, START};
use super::stored::{Keeps, Stored, here, instance, master};
use super::{kid, verified};
use crate::MemoryStore;
use crate::feature::Rotation;
use crate::jose::Jwks;
use crate::storage::{HealthCheck, PurgeExpired};
use crate::values::clock::{Clock as _, ManualClock, Timestamp};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const WEEK: u64 = 7 * 24 * HOUR;
/// The steps of the week, and how often instances refresh.
const STEP: u64 = 5 * MINUTE;
/// How long a token lives.
const LIFETIME: u64 = HOUR;

/// A new key each 12 hours, announced as late as may be.
fn rotation() -> Rotation {
    let [signs_for, propagation, max_age, refresh] = [12 * HOUR, 40 * MINUTE, 15 * MINUTE, STEP].map(Duration::from_secs);
    Rotation::new(signs_for, propagation, max_age, refresh).unwrap()
}

/// One who verifies tokens with keys that they fetch from an instance, and not before the cache headers ask for that.
#[derive(Default)]
struct Verifier {
    keys: Jwks,
    until: u64,
    /// Has it other keys than at the step before?
    changed: bool,
}

impl Verifier {
    async fn refresh<S>(&mut self, host: &Host<Stored, S>, now: u64)
    where
        S: Keeps,
    {
        self.changed = false;
        if self.until <= now {
            let (keys, cached) = host.jwks().await;
            let max_age: u64 = cached.strip_prefix("public, max-age=").unwrap().parse().unwrap();
            self.changed = self.keys != keys;
            (self.keys, self.until) = (keys, now + max_age);
        }
    }
}

/// The names of the keys that signed. The clocks of the instances are this far off, in seconds.
async fn week<S>(store: S, clocks: [i64; 3]) -> BTreeSet<String>
where
    S: Keeps + HealthCheck + PurgeExpired + Clone,
{
    let moment = |now: u64, off: i64| Timestamp::from_unix(now.saturating_add_signed(off));
    let (mut instances, mut now) = (Vec::new(), START.as_unix());
    for off in clocks {
        let clock = ManualClock::new(moment(now, off));
        let host = instance(&store, &clock, master(1), rotation()).await;
        host.0.ready().await.unwrap();
        instances.push((host, clock));
    }
    let mut verifiers: [Verifier; 3] = Default::default();
    let (mut tokens, mut names) = (Vec::new(), BTreeSet::new());
    for step in 0..WEEK / STEP {
        // Each in another order, and one of them late: it misses every third refresh.
        for place in [0, 1, 2].map(|place| (place + step as usize) % 3) {
            let (host, clock) = &instances[place];
            clock.set(moment(now, clocks[place]));
            if place != 2 || step % 3 != 0 {
                host.0.ready().await.unwrap();
            }
            verifiers[place].refresh(host, now).await;
            tokens.push((now, host.signed().await));
        }
        let signing: BTreeSet<String> = tokens[tokens.len() - 3..].iter().map(|(_, token)| kid(token)).collect();
        assert!(signing.len() == 1 || clocks != [0; 3], "two keys sign at {step}");
        names.extend(signing);
        tokens.retain(|(issued_at, _)| now < issued_at + LIFETIME);
        for (issued_at, token) in &tokens {
            // Nothing is new to who has the same keys and saw the token before.
            for verifier in verifiers.iter().filter(|verifier| verifier.changed || *issued_at == now) {
                assert!(verified(token, &verifier.keys).is_some(), "issued at {issued_at}, verified at {now}");
            }
        }
        instances[0].0.0.health().await.unwrap();
        now += STEP;
    }
    // Those that are forgotten are purged: 26 hours after they signed.
    store.purge_expired(Timestamp::from_unix(now)).await.unwrap();
    let kept = store.keys(&here(), instances[0].1.now()).await.unwrap();
    assert!(kept.len() <= 5, "{}", kept.len());
    names
}

#[tokio::test]
async fn through_a_week_every_token_is_verified_and_at_each_moment_one_key_signs() {
    let names = week(MemoryStore::new(), [0, 0, 0]).await;
    assert_eq!(names.len(), 14);
}

#[tokio::test]
async fn clocks_that_are_a_minute_off_break_nothing() {
    let names = week(MemoryStore::new(), [0, 60, -60]).await;
    assert!((13..=15).contains(&names.len()), "{}", names.len());
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn the_same_over_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let names = week(crate::SqliteStore::open(folder.path().join("keys.db")).unwrap(), [0, 60, -60]).await;
    assert!((13..=15).contains(&names.len()), "{}", names.len());
}
