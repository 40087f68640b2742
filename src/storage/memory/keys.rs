//! Hashing of keys that are random already. Everything that is inserted under a token hash or a family identifier was drawn by
//! the library, so nobody can fill one bucket; hashing such a key again would only cost time.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map with random keys.
pub(super) type RandomKeyMap<K, V> = HashMap<K, V, BuildHasherDefault<RandomKeyHasher>>;

/// The first eight bytes of the key.
#[derive(Default)]
pub(super) struct RandomKeyHasher(u64);

impl Hasher for RandomKeyHasher {
    fn write(&mut self, bytes: &[u8]) {
        if let Some((first, _)) = bytes.split_first_chunk() {
            self.0 = u64::from_ne_bytes(*first);
        }
    }

    /// The length of a key: the same for all.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}
