//! How many codes wait to be typed, how long they are, and how many wrong ones may be typed: so that to guess one, of all that wait, is less
//! likely than 2^-20 within the life of a code, whatever is tried (RFC 8628 section 5.1), and who guesses holds up few others.
//!
//! Codes are as short as that permits. There are codes of 8 to 13 letters, and of each length only so many at once; and what is typed has
//! a length, so the wrong ones are counted by it. Of a length of which `n` wait, `100 + n` wrong ones are taken in the lifetime: half of
//! them at once, and the others as time passes. So a server with few devices has short codes, and one with many has room for all the people
//! who mistype. The bound is that of one instance: of `k` instances that share a storage the sum is `k` squared times as likely.
//!
//! Whoever guesses from many networks at once can use that up, and then people wait who have codes of that length. New codes are longer while
//! that lasts: who begins again on the device has one that nobody guesses at.
//!
//! Of one source five wrong ones are taken at once; after that it waits, twice as long each time, and never more than a minute. A subscriber
//! with IPv6 has up to 65,536 networks, so the wrong ones are counted of its larger networks, too: of each 256 networks twenty are taken at
//! once, of all 65,536 forty, and one more each half minute, which is less than any length takes. A right code costs nothing, and nothing is taken off for it: whoever guesses has right ones, of devices of
//! their own.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::core::Waiting;
use crate::http::source::RequestSource;
use crate::values::clock::Timestamp;

/// Letters of the shortest codes, and of the longest.
pub(super) const SHORTEST: usize = 8;
pub(super) const LONGEST: usize = SHORTEST + CLASSES - 1;
const CLASSES: usize = 6;
/// How many codes of each length may wait, so that `n (100 + n) / 20^letters` is about the same for each.
const ROOM: [u32; CLASSES] = [24, 202, 1_056, 4_890, 22_041, 98_000];
/// How many wrong ones are taken of each length, beside one for each that waits.
const ANYWAY: u32 = 100;

/// How many wrong ones are taken of one source at once.
const FREE: u32 = 5;
/// And of the larger networks in which it is: as many bits as their addresses have in common, and how many are taken at once. One more is taken
/// after so many seconds.
const OF_NETWORKS: [(u8, u64); 2] = [(56, 20), (48, 40)];
const ONE_MORE: u64 = 30;
const LONGEST_WAIT: u64 = 60;
/// So many sources are remembered without a look at which are over.
const SOURCES: usize = 10_000;

pub(super) struct Guesses {
    /// Seconds that a code lives.
    lifetime: u64,
    classes: [Class; CLASSES],
    sources: Mutex<Sources>,
}

/// From where wrong codes came.
#[derive(Default)]
struct Sources {
    each: HashMap<IpAddr, Failures>,
    /// Of larger networks, in seconds of which one more takes [`ONE_MORE`].
    networks: HashMap<Network, Budget>,
}

/// A network: its first address, and how many bits all of its addresses have in common.
type Network = (IpAddr, u8);

/// Each larger network of IPv6 in which the source is, with how many wrong codes are taken of it at once.
fn networks(source: IpAddr) -> impl Iterator<Item = (Network, u64)> {
    OF_NETWORKS.into_iter().filter_map(move |(bits, free)| match source {
        IpAddr::V6(address) => {
            let first = address.to_bits() & (u128::MAX << (128 - u32::from(bits)));
            Some(((Ipv6Addr::from_bits(first).into(), bits), free))
        }
        IpAddr::V4(_) => None,
    })
}

/// The codes of one length.
#[derive(Default)]
struct Class {
    waiting: Waiting,
    budget: Mutex<Option<Budget>>,
}

/// What is left, in seconds of a lifetime: one wrong code takes all seconds of one.
#[derive(Clone, Copy)]
struct Budget {
    left: u64,
    at: Timestamp,
}

/// Of one source.
#[derive(Clone, Copy)]
struct Failures {
    number: u32,
    last: Timestamp,
}

/// That a code is about to be looked up. It counts as a wrong one until it is found to be right.
#[must_use = "say if it was right"]
pub(crate) struct Attempt {
    class: usize,
    source: Option<IpAddr>,
    before: Option<Failures>,
}

impl Guesses {
    pub(super) fn new(lifetime: u64) -> Self {
        Self { lifetime, classes: Default::default(), sources: Mutex::default() }
    }

    /// How many letters the next code has, which waits from now on.
    ///
    /// # Errors
    ///
    /// If too many wait: for how long at least.
    pub(super) fn issue(&self, until: Timestamp, now: Timestamp) -> Result<usize, Duration> {
        let mut full = Duration::MAX;
        // Whoever has a code of a length that others guess at now would have to wait for them.
        for guessed_at in [false, true] {
            for ((class, room), letters) in self.classes.iter().zip(ROOM).zip(SHORTEST..) {
                if class.is_exhausted(self.lifetime, now) != guessed_at {
                    continue;
                }
                match class.waiting.admit_up_to(room, until, now) {
                    Ok(()) => return Ok(letters),
                    Err(pause) => full = full.min(pause),
                }
            }
        }
        Err(full)
    }

    /// One of so many letters does not wait any more.
    pub(super) fn release(&self, letters: usize, until: Timestamp) {
        if let Some(class) = self.class(letters) {
            class.waiting.release(until);
        }
    }

    fn class(&self, letters: usize) -> Option<&Class> {
        self.classes.get(letters.checked_sub(SHORTEST)?)
    }

    /// A code of so many letters is to be looked up.
    ///
    /// # Errors
    ///
    /// If there were too many wrong ones: for how long at least.
    pub(super) fn attempt(&self, letters: usize, source: Option<RequestSource>, now: Timestamp) -> Result<Attempt, Duration> {
        let source = source.map(RequestSource::network);
        let mut known = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        let before = source.and_then(|source| known.each.get(&source).copied()).filter(|before| !self.is_over(before, now));
        if let Some(pause) = before.and_then(|before| pause(&before, now)) {
            return Err(pause);
        }
        let mut networks: Vec<(Network, u64)> = source.into_iter().flat_map(networks).collect();
        for (network, left) in &mut networks {
            *left = known.left(network, *left, now);
            if let Some(missing) = ONE_MORE.checked_sub(*left).filter(|missing| *missing > 0) {
                return Err(Duration::from_secs(missing));
            }
        }
        let class = letters.saturating_sub(SHORTEST).min(CLASSES - 1);
        if let Some(its) = self.classes.get(class) {
            its.take(self.lifetime, now)?;
        }
        if let Some(source) = source {
            if known.each.len() >= SOURCES {
                known.each.retain(|_, failures| !self.is_over(failures, now));
                known.networks.retain(|_, budget| budget.at.checked_secs_until(now).is_some_and(|passed| passed < 40 * ONE_MORE));
            }
            let number = before.map_or(0, |before| before.number).saturating_add(1);
            known.each.insert(source, Failures { number, last: now });
            let taken = networks.into_iter().map(|(network, left)| (network, Budget { left: left - ONE_MORE, at: now }));
            known.networks.extend(taken);
        }
        Ok(Attempt { class, source, before })
    }

    /// The code was right: it counts for nothing.
    pub(super) fn was_right(&self, attempt: &Attempt) {
        if let Some(class) = self.classes.get(attempt.class) {
            class.give_back(self.lifetime);
        }
        let Some(source) = attempt.source else { return };
        let mut known = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        for (network, _) in networks(source) {
            if let Some(budget) = known.networks.get_mut(&network) {
                budget.left = budget.left.saturating_add(ONE_MORE);
            }
        }
        let Some(failures) = known.each.get_mut(&source) else { return };
        failures.number = failures.number.saturating_sub(1);
        if let Some(before) = attempt.before {
            failures.last = before.last;
        }
        if failures.number == 0 {
            known.each.remove(&source);
        }
    }

    /// Nothing wrong came from there for as long as a code lives, or the clock was set back.
    fn is_over(&self, failures: &Failures, now: Timestamp) -> bool {
        failures.last.checked_secs_until(now).is_none_or(|passed| passed >= self.lifetime)
    }
}

impl Sources {
    /// What is left of the budget of a network of which so many are taken at once.
    fn left(&self, network: &Network, free: u64, now: Timestamp) -> u64 {
        let most = free * ONE_MORE;
        self.networks.get(network).map_or(most, |budget| {
            let passed = budget.at.checked_secs_until(now).unwrap_or(0);
            budget.left.saturating_add(passed).min(most)
        })
    }
}

/// For how long it still has to wait, if it has to.
fn pause(before: &Failures, now: Timestamp) -> Option<Duration> {
    let late = before.number.checked_sub(FREE)?;
    let wait = 1_u64.checked_shl(late).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT);
    let passed = before.last.checked_secs_until(now).unwrap_or(0);
    (passed < wait).then(|| Duration::from_secs(wait - passed))
}

impl Class {
    /// At once half of what is taken in a lifetime, and as much again while it passes.
    fn take(&self, lifetime: u64, now: Timestamp) -> Result<(), Duration> {
        let each_second = self.each_second(now);
        let mut budget = self.budget.lock().unwrap_or_else(PoisonError::into_inner);
        let left = left(*budget, each_second, lifetime, now);
        let Some(after) = left.checked_sub(lifetime) else {
            *budget = Some(Budget { left, at: now });
            return Err(Duration::from_secs((lifetime - left).div_ceil(each_second.max(1))));
        };
        *budget = Some(Budget { left: after, at: now });
        Ok(())
    }

    fn each_second(&self, now: Timestamp) -> u64 {
        u64::from(ANYWAY.saturating_add(self.waiting.total(now)) / 2)
    }

    /// Would the next wrong one be refused?
    fn is_exhausted(&self, lifetime: u64, now: Timestamp) -> bool {
        let budget = *self.budget.lock().unwrap_or_else(PoisonError::into_inner);
        left(budget, self.each_second(now), lifetime, now) < lifetime
    }

    fn give_back(&self, lifetime: u64) {
        if let Some(budget) = &mut *self.budget.lock().unwrap_or_else(PoisonError::into_inner) {
            budget.left = budget.left.saturating_add(lifetime);
        }
    }
}

fn left(budget: Option<Budget>, each_second: u64, lifetime: u64, now: Timestamp) -> u64 {
    let most = each_second * lifetime;
    budget.map_or(most, |budget| {
        let passed = budget.at.checked_secs_until(now).unwrap_or(0);
        budget.left.saturating_add(each_second.saturating_mul(passed)).min(most)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t(second: u64) -> Timestamp {
        Timestamp::from_unix(1_800_000_000 + second)
    }

    fn from(number: u8) -> Option<RequestSource> {
        Some(RequestSource::new([192, 0, 2, number].into()))
    }

    // shows: RFC8628-5.1-01
    #[test]
    fn whatever_is_tried_nothing_is_guessed() {
        let likely: f64 =
            (8..).zip(ROOM).map(|(letters, room)| f64::from(room) * f64::from(ANYWAY + room) / 20_f64.powi(letters)).sum();
        assert!(likely < 2_f64.powi(-20), "{likely}");
        let guesses = Guesses::new(600);
        for _ in 0..24 {
            assert_eq!(guesses.issue(t(600), t(0)), Ok(8));
        }
        // From as many sources as there are, at every second.
        let taken = (0..600).flat_map(|second| std::iter::repeat_n(second, 10));
        let taken = taken.filter(|second| guesses.attempt(8, None, t(*second)).is_ok()).count();
        assert!((120..=124).contains(&taken), "{taken}");
    }

    #[test]
    fn codes_are_as_short_as_there_is_room() {
        let guesses = Guesses::new(600);
        for (room, letters) in ROOM.into_iter().zip(SHORTEST..) {
            for _ in 0..room {
                assert_eq!(guesses.issue(t(600), t(0)), Ok(letters));
            }
        }
        assert_eq!(guesses.issue(t(700), t(100)), Err(Duration::from_secs(500)));
        guesses.release(8, t(600));
        assert_eq!(guesses.issue(t(700), t(100)), Ok(8));
        assert_eq!(guesses.issue(t(1_200), t(600)), Ok(8));
    }

    #[test]
    fn codes_are_longer_while_those_of_a_length_are_guessed_at() {
        let guesses = Guesses::new(600);
        assert_eq!(guesses.issue(t(600), t(0)), Ok(8));
        while guesses.attempt(8, None, t(0)).is_ok() {}
        assert_eq!(guesses.issue(t(600), t(0)), Ok(9));
        assert!(guesses.attempt(9, None, t(0)).is_ok());
        assert_eq!(guesses.issue(t(660), t(60)), Ok(8));
        // Where all lengths are, those that have room are taken all the same.
        for letters in SHORTEST..=LONGEST {
            while guesses.attempt(letters, None, t(60)).is_ok() {}
        }
        assert_eq!(guesses.issue(t(660), t(60)), Ok(8));
    }

    #[test]
    fn a_source_waits_twice_as_long_each_time_and_never_more_than_a_minute() {
        let guesses = Guesses::new(600);
        let mut now = 0;
        let mut waits = Vec::new();
        for _ in 0..16 {
            while let Err(pause) = guesses.attempt(8, from(1), t(now)) {
                waits.push(pause.as_secs());
                now += pause.as_secs();
            }
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60]);
        // Others do not wait for it, and it has forgotten after a while.
        assert!(guesses.attempt(8, from(2), t(now)).is_ok());
        assert!((0..5).all(|_| guesses.attempt(8, from(1), t(now + 600)).is_ok()));
    }

    /// One subscription of IPv6 is many sources. It uses up nobody's codes, and its neighbours wait half a minute.
    #[test]
    fn who_has_many_networks_waits_as_well() {
        let from = |network: u128, number: u128| {
            let host = (network << 80) | (number << 64) | 1;
            Some(RequestSource::new(Ipv6Addr::from_bits(host).into()))
        };
        for (bits, at_once, step) in [(56, 20, 1), (48, 40, 256)] {
            let guesses = Guesses::new(600);
            let taken = |second: u64| {
                let good = |number: &u128| guesses.attempt(8, from(0x2001_0db8_0001, number * step), t(second)).is_ok();
                (0..256).filter(good).count()
            };
            assert_eq!(taken(0), at_once, "/{bits}");
            // As long as they go on: one each half minute, and never more.
            for minute in 1..60 {
                assert!(taken(60 * minute) <= 2, "/{bits}");
            }
            // A neighbour, with nothing wrong of its own.
            let neighbour = || from(0x2001_0db8_0001, 0x00ff);
            let pause = guesses.attempt(8, neighbour(), t(3_540)).map(drop).unwrap_err();
            assert!(pause.as_secs() <= 30, "{pause:?}");
            let attempt = guesses.attempt(8, neighbour(), t(3_570)).unwrap();
            guesses.was_right(&attempt);
            assert!(guesses.attempt(8, neighbour(), t(3_570)).is_ok(), "a right code costs nothing");
            // And others.
            assert!(guesses.attempt(8, from(0x2001_0db8_0002, 0), t(3_570)).is_ok());
        }
    }

    #[test]
    fn a_right_code_costs_nothing_and_takes_nothing_off() {
        let guesses = Guesses::new(600);
        for _ in 0..1_000 {
            let attempt = guesses.attempt(8, from(1), t(0)).unwrap();
            guesses.was_right(&attempt);
        }
        assert!((0..5).all(|_| guesses.attempt(8, from(1), t(0)).is_ok()));
        for wrong in 0..5 {
            let second = 100 + 100 * wrong;
            let attempt = guesses.attempt(8, from(1), t(second)).unwrap();
            guesses.was_right(&attempt);
        }
        assert!(guesses.attempt(8, from(1), t(560)).is_ok());
        assert!(guesses.attempt(8, from(1), t(560)).is_err());
    }

    #[test]
    fn of_a_clock_that_was_set_back_nobody_waits_for_long() {
        let guesses = Guesses::new(600);
        while guesses.attempt(8, from(1), t(5_000)).is_ok() {}
        assert!(guesses.attempt(8, from(1), t(0)).is_ok());
    }
}
