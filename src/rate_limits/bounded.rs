//! What was counted, by key: never for more keys than there is room for, whatever comes.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use governor::nanos::Nanos;
use governor::state::StateStore;

/// The keys in two generations. One that is asked about is in the younger; once that has half of the room, it becomes the older, and what
/// was the older is forgotten. So nobody has to look through them, and one that comes again and again is not forgotten for those that
/// come once: as long as it comes more often than half of the room is filled.
///
/// A key is a hash: it takes 16 bytes, however long what it stands for is, and no address is kept.
#[derive(Debug, Clone)]
pub(super) struct Bounded {
    generations: Arc<Mutex<Generations>>,
    /// Only looks, and counts nothing.
    looks: bool,
}

#[derive(Debug)]
struct Generations {
    most: usize,
    younger: HashMap<u64, Nanos>,
    older: HashMap<u64, Nanos>,
}

impl Bounded {
    pub(super) fn new(most: u32) -> Self {
        let generations = Generations { most: in_memory(most), younger: HashMap::new(), older: HashMap::new() };
        Self { generations: Arc::new(Mutex::new(generations)), looks: false }
    }

    /// The same, to look at.
    pub(super) fn looking(&self) -> Self {
        Self { looks: true, ..self.clone() }
    }

    pub(super) fn keep_at_most(&self, most: u32) {
        self.with(|generations| generations.most = in_memory(most));
    }

    /// Nothing was counted.
    pub(super) fn clear(&self) {
        self.with(|generations| {
            generations.younger.clear();
            generations.older.clear();
        });
    }

    /// How many keys are known.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.with(|generations| generations.younger.len() + generations.older.len())
    }

    fn with<T>(&self, f: impl FnOnce(&mut Generations) -> T) -> T {
        f(&mut self.generations.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn in_memory(most: u32) -> usize {
    usize::try_from(most).unwrap_or(usize::MAX)
}

impl Generations {
    fn count<T, E>(&mut self, key: u64, f: impl Fn(Option<Nanos>) -> Result<(T, Nanos), E>) -> Result<T, E> {
        let before = self.look_up(key);
        let measured = f(before);
        // Who is refused comes again, too.
        let after = measured.as_ref().map_or(before, |(_, after)| Some(*after));
        if let Some(after) = after {
            self.keep(key, after);
        }
        measured.map(|(outcome, _)| outcome)
    }

    /// It was asked about, and so is not forgotten for those that come once.
    fn look_up(&mut self, key: u64) -> Option<Nanos> {
        let known = self.younger.get(&key).copied();
        known.or_else(|| self.older.remove(&key).inspect(|known| self.keep(key, *known)))
    }

    fn keep(&mut self, key: u64, counted: Nanos) {
        self.younger.insert(key, counted);
        if self.younger.len() >= self.most / 2 {
            self.older = mem::take(&mut self.younger);
        }
    }
}

impl StateStore for Bounded {
    type Key = u64;

    fn measure_and_replace<T, F, E>(&self, key: &u64, f: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        self.with(|generations| match self.looks {
            true => f(generations.look_up(*key)).map(|(outcome, _)| outcome),
            false => generations.count(*key, f),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(bounded: &Bounded, key: u64) -> u64 {
        let counted = |before: Option<Nanos>| {
            let next = before.map_or(0, Nanos::as_u64) + 1;
            Ok::<_, ()>((next, Nanos::from(next)))
        };
        bounded.measure_and_replace(&key, counted).unwrap()
    }

    #[test]
    fn a_million_keys_take_no_more_room_than_there_is_and_one_that_comes_again_is_not_forgotten() {
        let bounded = Bounded::new(1_000);
        let (mut counted, mut most) = (0, 0);
        for stranger in 1..=1_000_000 {
            count(&bounded, stranger);
            if stranger % 400 == 0 {
                counted = count(&bounded, 0);
            }
            most = most.max(bounded.len());
        }
        assert_eq!(counted, 2_500);
        assert!((900..=1_000).contains(&most), "{most}");
        let room = bounded.with(|generations| generations.younger.capacity() + generations.older.capacity());
        assert!(room <= 4_000, "{room}");
        // What did not come again is forgotten.
        assert_eq!(count(&bounded, 1), 1);
    }

    #[test]
    fn who_is_looked_at_is_not_forgotten() {
        let bounded = Bounded::new(1_000);
        for _ in 0..7 {
            count(&bounded, 0);
        }
        for stranger in 1..=10_000 {
            count(&bounded, stranger);
            if stranger % 400 == 0 {
                assert_eq!(count(&bounded.looking(), 0), 8, "{stranger}");
            }
        }
        assert!(bounded.len() <= 1_000);
    }

    #[test]
    fn to_look_counts_nothing() {
        let bounded = Bounded::new(1_000);
        assert_eq!((count(&bounded.looking(), 7), count(&bounded.looking(), 7)), (1, 1));
        assert_eq!((count(&bounded, 7), count(&bounded.looking(), 7), count(&bounded, 7)), (1, 2, 2));
        bounded.clear();
        assert_eq!(count(&bounded, 7), 1);
    }
}
