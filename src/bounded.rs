//! A map of bounded size for values that can be computed again, such as the results
//! of a slow check. Two generations approximate least-recently-used eviction without
//! a list: entries not asked for during a whole generation are dropped with it.

use std::collections::HashMap;
use std::hash::Hash;
use std::mem;

/// Keeps at least the `capacity` entries used last, and fewer than twice as many.
#[derive(Debug)]
pub(crate) struct BoundedMap<K, V> {
    capacity: usize,
    current: HashMap<K, V>,
    previous: HashMap<K, V>,
}

impl<K: Hash + Eq, V: Clone> BoundedMap<K, V> {
    /// An empty map; one of capacity 0 stores nothing.
    pub(crate) fn new(capacity: usize) -> Self {
        Self { capacity, current: HashMap::new(), previous: HashMap::new() }
    }

    /// The value of `key`, which counts as used now.
    pub(crate) fn get(&mut self, key: &K) -> Option<V> {
        if let Some(value) = self.current.get(key) {
            return Some(value.clone());
        }
        let (key, value) = self.previous.remove_entry(key)?;
        self.insert(key, value.clone());
        Some(value)
    }

    /// Sets the value of `key`, and starts a new generation when this one is full.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        if self.capacity == 0 {
            return;
        }
        self.previous.remove(&key);
        self.current.insert(key, value);
        if self.current.len() >= self.capacity {
            self.previous = mem::take(&mut self.current);
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.current.clear();
        self.previous.clear();
    }

    /// Forgets `key`.
    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let previous = self.previous.remove(key);
        self.current.remove(key).or(previous)
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
    fn capacity_zero_stores_nothing() {
        let mut map = BoundedMap::new(0);
        map.insert("a", 1);
        assert_eq!(map.get(&"a"), None);
    }
}
