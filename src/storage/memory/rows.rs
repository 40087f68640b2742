//! Rows of one kind under random keys, at little more than their own size: a map that keeps rows in place leaves up to half of
//! its room empty, so the table has four-byte places of rows, and the rows lie side by side in chunks that never move.

use hashbrown::HashTable;

/// Rows in a chunk.
const CHUNK: usize = 32;

/// A key that the library drew at random: nobody can make two fall together, so its own bits are its hash.
pub(super) trait RandomKey: Copy + Eq {
    fn bytes(&self) -> &[u8];

    /// Of two words, since the first begins with a moment.
    fn hash(&self) -> u64 {
        let word = |bytes: &[u8; 8]| u64::from_ne_bytes(*bytes);
        let (words, _) = self.bytes().as_chunks();
        words.first().map_or(0, word) ^ words.get(1).map_or(0, word)
    }

    /// Its shard, of so many.
    fn shard(&self, shards: usize) -> usize {
        self.bytes().last().map_or(0, |byte| usize::from(*byte)) % shards
    }
}

pub(super) struct Rows<K, V> {
    /// Where in the chunks a row is.
    places: HashTable<u32>,
    /// All but the last one are full, except for rows that are gone.
    chunks: Vec<Vec<Option<(K, V)>>>,
    /// Places of rows that are gone.
    free: Vec<u32>,
}

impl<K, V> Default for Rows<K, V> {
    fn default() -> Self {
        Self { places: HashTable::new(), chunks: Vec::new(), free: Vec::new() }
    }
}

impl<K: RandomKey, V> Rows<K, V> {
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.row(self.place(key)?).map(|(_, value)| value)
    }

    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let place = self.place(key)?;
        self.slot(place)?.as_mut().map(|(_, value)| value)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(K, V)> {
        self.chunks.iter().flatten().flatten()
    }

    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.chunks.iter_mut().flatten().flatten().map(|(_, value)| value)
    }

    /// Inserts under a key that is not there.
    pub(super) fn insert(&mut self, key: K, value: V) {
        if self.places.len() == self.places.capacity() {
            self.grow();
        }
        let place = self.put((key, value));
        enter(&mut self.places, &self.chunks, key.hash(), place);
    }

    /// Makes a larger table, from the rows in the order in which they lie. The table itself would go from row to row in its own
    /// order, and wait for the memory at each.
    fn grow(&mut self) {
        let rows = self.places.len();
        self.places = HashTable::with_capacity(rows + rows / 2 + 1);
        for (place, slot) in (0..).zip(self.chunks.iter().flatten()) {
            if let Some((key, _)) = slot {
                enter(&mut self.places, &self.chunks, key.hash(), place);
            }
        }
    }

    pub(super) fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        let Self { places, chunks, free, .. } = self;
        places.retain(|place| {
            let (chunk, at) = split(*place);
            let Some(slot) = chunks.get_mut(chunk).and_then(|chunk| chunk.get_mut(at)) else { return false };
            let kept = slot.as_mut().is_some_and(|(key, value)| keep(key, value));
            if !kept {
                *slot = None;
                free.push(*place);
            }
            kept
        });
        if places.is_empty() {
            *self = Self::default();
        }
    }

    fn place(&self, key: &K) -> Option<u32> {
        let is_it = |place: &u32| row(&self.chunks, *place).is_some_and(|(own, _)| own == key);
        self.places.find(key.hash(), is_it).copied()
    }

    fn row(&self, place: u32) -> Option<&(K, V)> {
        row(&self.chunks, place)
    }

    fn slot(&mut self, place: u32) -> Option<&mut Option<(K, V)>> {
        let (chunk, at) = split(place);
        self.chunks.get_mut(chunk)?.get_mut(at)
    }

    /// Puts the row where there is room.
    fn put(&mut self, row: (K, V)) -> u32 {
        if let Some(place) = self.free.pop() {
            if let Some(slot) = self.slot(place) {
                *slot = Some(row);
            }
            return place;
        }
        if self.chunks.last().is_none_or(|last| last.len() == CHUNK) {
            // The first chunk grows as it needs to: many issuers have few rows.
            self.chunks.push(if self.chunks.is_empty() { Vec::new() } else { Vec::with_capacity(CHUNK) });
        }
        let last = self.chunks.len() - 1;
        self.chunks[last].push(Some(row));
        // 2^32 rows would take more memory than there is.
        (last * CHUNK + self.chunks[last].len() - 1) as u32
    }
}

fn enter<K: RandomKey, V>(places: &mut HashTable<u32>, chunks: &[Vec<Option<(K, V)>>], hash: u64, place: u32) {
    places.insert_unique(hash, place, |place| row(chunks, *place).map_or(0, |(key, _)| key.hash()));
}

fn split(place: u32) -> (usize, usize) {
    (place as usize / CHUNK, place as usize % CHUNK)
}

fn row<K, V>(chunks: &[Vec<Option<(K, V)>>], place: u32) -> Option<&(K, V)> {
    let (chunk, at) = split(place);
    chunks.get(chunk)?.get(at)?.as_ref()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    impl RandomKey for [u8; 16] {
        fn bytes(&self) -> &[u8] {
            self
        }
    }

    #[test]
    fn rows_do_what_a_map_does() {
        let (mut rows, mut map) = (Rows::default(), HashMap::new());
        // Few keys, so that rows come and go; half of them fall together in the table.
        let key =
            |n: u64| -> [u8; 16] { std::array::from_fn(|i| if i == 15 || n.is_multiple_of(2) { (n % 200) as u8 } else { 7 }) };
        let mut state = 1_u64;
        for step in 0..20_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let key = key(state >> 40);
            assert_eq!(rows.get(&key), map.get(&key));
            match (state >> 33) % 4 {
                0 | 1 => assert_eq!(rows.get_mut(&key).map(|value| *value += 1), map.get_mut(&key).map(|value| *value += 1)),
                _ if rows.get(&key).is_none() => {
                    rows.insert(key, step);
                    map.insert(key, step);
                }
                _ => {}
            }
            if step % 1_000 == 999 {
                let keep = |value: i32| value % 3 > 0 && step % 5_000 != 4_999;
                rows.retain(|_, value| keep(*value));
                map.retain(|_, value| keep(*value));
            }
            assert_eq!(rows.len(), map.len());
        }
        let mut left: Vec<_> = rows.iter().copied().collect();
        let mut expected: Vec<_> = map.into_iter().collect();
        left.sort_unstable();
        expected.sort_unstable();
        assert_eq!(left, expected);
    }
}
