//! The life of a key, computed from its times and `now`. Nothing of it is stored, so nobody has to be awake to move a key, and all
//! instances that have the same keys come to the same answer.

use super::Rotation;
use crate::storage::{CLOCKS_DIFFER, KeyRecord, KeyTimes};
use crate::values::clock::Timestamp;

/// The longest that a signed token lives, in seconds: [`AccessTokenLifetime`](crate::AccessTokenLifetime) permits no more.
const LONGEST_TOKEN: u64 = 24 * 60 * 60;

/// May it sign, now or later?
fn is_alive(key: &KeyRecord, now: Timestamp) -> bool {
    key.withdrawn_at.is_none() && now < key.times.signs_until
}

/// Of these keys, all of one algorithm, the one that signs: of those whose time has come the last one. If there is none, since one
/// was withdrawn, the one that was to be next signs early: it has been announced for longer than any new key.
pub(super) fn signing<'k>(keys: impl Iterator<Item = &'k KeyRecord> + Clone, now: Timestamp) -> Option<&'k KeyRecord> {
    let order = |key: &&KeyRecord| (key.times.signs_from, key.generation);
    let alive = keys.filter(|key| is_alive(key, now));
    let begun = alive.clone().filter(|key| key.times.signs_from <= now).max_by_key(order);
    begun.or_else(|| alive.min_by_key(order))
}

/// If a key of this algorithm is to be announced now: its times.
///
/// A key signs until the next one does. Its `signs_until` comes later than that by the time that keys are announced: so where all
/// instances were down when the next one was due, it goes on, and the next one is still announced in time.
pub(super) fn due<'k>(keys: impl Iterator<Item = &'k KeyRecord>, now: Timestamp, rotation: &Rotation) -> Option<KeyTimes> {
    let order = |key: &&KeyRecord| (key.times.signs_from, key.generation);
    let Some(last) = keys.filter(|key| is_alive(key, now)).max_by_key(order) else {
        // Nothing else could sign under the algorithm, so it signs at once. Who adds an algorithm to a server that runs announces its key
        // before (see the manual).
        return Some(times(now, now, rotation));
    };
    let replaced_at = last.times.signs_from.saturating_add_secs(rotation.signs_for);
    (now.saturating_add_secs(rotation.propagation) >= replaced_at).then(|| successor(last, now, rotation))
}

/// The key that comes next, whether it is due or not: one that was announced and does not sign yet, or else the times of one that is to
/// be announced now.
pub(super) fn next<'k>(
    keys: impl Iterator<Item = &'k KeyRecord>,
    now: Timestamp,
    rotation: &Rotation,
) -> Result<&'k KeyRecord, KeyTimes> {
    let order = |key: &&KeyRecord| (key.times.signs_from, key.generation);
    match keys.filter(|key| is_alive(key, now)).max_by_key(order) {
        Some(last) if now < last.times.signs_from => Ok(last),
        Some(last) => Err(successor(last, now, rotation)),
        None => Err(times(now, now, rotation)),
    }
}

/// The times of a key that is announced now and signs after this one.
fn successor(last: &KeyRecord, now: Timestamp, rotation: &Rotation) -> KeyTimes {
    times(now, now.saturating_add_secs(rotation.propagation).min(last.times.signs_until), rotation)
}

fn times(now: Timestamp, signs_from: Timestamp, rotation: &Rotation) -> KeyTimes {
    let signs_until = signs_from.saturating_add_secs(rotation.signs_for + rotation.propagation);
    KeyTimes::new(now, signs_from, signs_until, signs_until.saturating_add_secs(LONGEST_TOKEN + CLOCKS_DIFFER))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AccessTokenLifetime;
    use crate::storage::{AlgorithmName, Kid, SealedKey};
    use std::time::Duration;

    const T: fn(u64) -> Timestamp = Timestamp::from_unix;

    fn key(generation: u32, times: KeyTimes) -> KeyRecord {
        let kid = Kid::parse(&format!("k{generation}")).unwrap();
        let algorithm = AlgorithmName::parse("ES256").unwrap();
        KeyRecord::new(kid, algorithm, generation, times, "{}".into(), SealedKey::from_bytes([]), "{}".into())
    }

    /// Signs for 1,000 seconds, is announced 100 before.
    fn rotation() -> Rotation {
        let [signs_for, propagation, max_age, refresh] = [1000, 100, 40, 10].map(Duration::from_secs);
        Rotation::new(signs_for, propagation, max_age, refresh).unwrap()
    }

    fn signs(keys: &[KeyRecord], now: u64) -> Option<u32> {
        signing(keys.iter(), T(now)).map(|key| key.generation)
    }

    #[test]
    fn a_key_is_published_until_the_longest_token_has_expired() {
        assert!(
            AccessTokenLifetime::from_secs(LONGEST_TOKEN).is_ok() && AccessTokenLifetime::from_secs(LONGEST_TOKEN + 1).is_err()
        );
        let first = due([].iter(), T(5000), &rotation()).unwrap();
        assert_eq!(first, KeyTimes::new(T(5000), T(5000), T(6100), T(6100 + 86_400 + 60)));
    }

    #[test]
    fn the_next_key_is_announced_before_it_signs_and_then_it_alone_does() {
        let mut keys = vec![key(1, due([].iter(), T(5000), &rotation()).unwrap())];
        assert_eq!(due(keys.iter(), T(5899), &rotation()), None);
        let next = due(keys.iter(), T(5900), &rotation()).unwrap();
        assert_eq!((next.announced_at, next.signs_from), (T(5900), T(6000)));
        keys.push(key(2, next));
        assert_eq!(due(keys.iter(), T(5900), &rotation()), None);
        assert_eq!([4999, 5000, 5999, 6000, 6099, 7099].map(|now| signs(&keys, now)), [1, 1, 1, 2, 2, 2].map(Some));
        assert_eq!(signs(&keys, 7100), None);
    }

    #[test]
    fn a_key_that_comes_late_is_announced_all_the_same_while_that_is_possible() {
        let keys = [key(1, due([].iter(), T(5000), &rotation()).unwrap())];
        let from = |now| due(keys.iter(), T(now), &rotation()).map(|times| times.signs_from);
        assert_eq!(from(5950), Some(T(6050)));
        assert_eq!(from(6000), Some(T(6100)));
        // Nothing else would sign.
        assert_eq!((from(6050), from(6099)), (Some(T(6100)), Some(T(6100))));
        assert_eq!(from(6100), Some(T(6100)));
        assert_eq!(from(9000), Some(T(9000)));
    }

    #[test]
    fn the_next_key_comes_early_when_somebody_wants_it() {
        let first = key(1, due([].iter(), T(5000), &rotation()).unwrap());
        let next_at = |keys: &[KeyRecord], now| next(keys.iter(), T(now), &rotation()).cloned();
        assert_eq!(next_at(&[], 5000), Err(first.times));
        let early = next_at(std::slice::from_ref(&first), 5010).unwrap_err();
        assert_eq!((early.announced_at, early.signs_from, early.signs_until), (T(5010), T(5110), T(6210)));
        // As long as it waits there is no other; and from its first signature on the usual time runs.
        let both = [first.clone(), key(2, early)];
        assert_eq!(next_at(&both, 5109).map(|key| key.generation), Ok(2));
        assert_eq!((signs(&both, 5109), signs(&both, 5110)), (Some(1), Some(2)));
        assert_eq!((due(both.iter(), T(6009), &rotation()), due(both.iter(), T(6010), &rotation()).is_some()), (None, true));
        // Not after the last moment of the one before it.
        assert_eq!(next_at(&[first], 6050).unwrap_err().signs_from, T(6100));
    }

    #[test]
    fn where_the_key_was_withdrawn_the_next_one_signs_early_and_else_a_new_one_at_once() {
        let first = key(1, due([].iter(), T(5000), &rotation()).unwrap());
        let next = key(2, due([first.clone()].iter(), T(5900), &rotation()).unwrap());
        let mut keys = [first, next];
        keys[0].withdrawn_at = Some(T(5910));
        assert_eq!((signs(&keys, 5910), due(keys.iter(), T(5910), &rotation())), (Some(2), None));
        keys[1].withdrawn_at = Some(T(5920));
        assert_eq!(signs(&keys, 5920), None);
        assert_eq!(due(keys.iter(), T(5920), &rotation()).map(|times| times.signs_from), Some(T(5920)));
    }
}
