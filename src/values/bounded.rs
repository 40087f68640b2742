//! A map of bounded size for values that can be computed again, such as the results
//! of a slow check. Two generations approximate least-recently-used eviction without
//! a list: entries not asked for during a whole generation are dropped with it.

use std::collections::HashMap;
use std::hash::Hash;
use std::mem;

/// Keeps at least the `capacity` entries used last, and fewer than twice as many, where each weighs 1. Otherwise it is their weight
/// that is less than twice the capacity.
#[derive(Debug)]
pub(crate) struct BoundedMap<K, V> {
    capacity: usize,
    current: HashMap<K, Weighed<V>>,
    /// Of all that is in `current`.
    weight: usize,
    previous: HashMap<K, Weighed<V>>,
}

#[derive(Debug)]
struct Weighed<V> {
    value: V,
    weight: usize,
}

impl<K: Hash + Eq, V: Clone> BoundedMap<K, V> {
    /// An empty map; one of capacity 0 stores nothing.
    pub(crate) fn new(capacity: usize) -> Self {
        Self { capacity, current: HashMap::new(), weight: 0, previous: HashMap::new() }
    }

    /// The value of `key`, which counts as used now.
    pub(crate) fn get(&mut self, key: &K) -> Option<V> {
        if let Some(known) = self.current.get(key) {
            return Some(known.value.clone());
        }
        let (key, Weighed { value, weight }) = self.previous.remove_entry(key)?;
        self.insert_weighing(key, value.clone(), weight);
        Some(value)
    }

    /// Sets the value of `key`, and starts a new generation when this one is full.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        self.insert_weighing(key, value, 1);
    }

    /// The same with another weight than 1. What weighs more than the capacity is not kept.
    pub(crate) fn insert_weighing(&mut self, key: K, value: V, weight: usize) {
        self.remove(&key);
        if weight > self.capacity {
            return;
        }
        if weight > self.capacity - self.weight {
            self.begin_generation();
        }
        self.current.insert(key, Weighed { value, weight });
        self.weight += weight;
        if self.weight >= self.capacity {
            self.begin_generation();
        }
    }

    fn begin_generation(&mut self) {
        self.previous = mem::take(&mut self.current);
        self.weight = 0;
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.begin_generation();
        self.previous.clear();
    }

    /// Forgets `key`.
    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let previous = self.previous.remove(key);
        let current = self.current.remove(key);
        if let Some(Weighed { weight, .. }) = &current {
            self.weight -= weight;
        }
        current.or(previous).map(|known| known.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_is_used_and_drops_the_rest() {
        let mut map = BoundedMap::new(3);
        map.insert(0, "used");
        map.insert(1, "unused");
        for key in 2..100 {
            map.insert(key, "filler");
            assert_eq!(map.get(&0), Some("used"), "after {key}");
            assert!(map.current.len() + map.previous.len() < 6, "after {key}");
        }
        assert_eq!(map.get(&1), None);
    }

    #[test]
    fn insert_replaces_and_remove_forgets_in_both_generations() {
        for capacity in [1, 2, 3, 10] {
            let mut map = BoundedMap::new(capacity);
            map.insert("a", 1);
            map.insert("a", 2);
            assert_eq!(map.get(&"a"), Some(2), "capacity {capacity}");
            assert_eq!(map.remove(&"a"), Some(2), "capacity {capacity}");
            assert_eq!(map.get(&"a"), None, "capacity {capacity}");
        }
    }

    #[test]
    fn what_it_keeps_weighs_less_than_twice_the_capacity() {
        let mut map = BoundedMap::new(10);
        map.insert_weighing("too heavy", (), 11);
        assert_eq!(map.get(&"too heavy"), None);
        let mut kept = HashMap::new();
        let mut map = BoundedMap::new(10);
        for key in 0..1_000_u32 {
            let weight = 1 + (key as usize * 7) % 10;
            kept.insert(key % 50, weight);
            map.insert_weighing(key % 50, (), weight);
            let held = map.current.keys().chain(map.previous.keys());
            assert!(held.map(|key| kept[key]).sum::<usize>() < 20, "after {key}");
            assert_eq!(map.weight, map.current.values().map(|known| known.weight).sum::<usize>());
            map.get(&(key % 50));
            map.remove(&(key % 7));
        }
    }

    #[test]
    fn capacity_zero_stores_nothing() {
        let mut map = BoundedMap::new(0);
        map.insert("a", 1);
        assert_eq!(map.get(&"a"), None);
    }
}
