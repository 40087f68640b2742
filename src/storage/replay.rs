//! What may be used once, as stores know it.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// Identifies what may be used once (see [`ReplayStore`]): a hash, as of a bearer token, of which a store learns nothing.
///
/// [`ReplayStore`]: crate::storage::ReplayStore
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReplayKey([u8; 32]);

impl ReplayKey {
    /// For so many seconds a key may be remembered at most: a day. What is to be used once has to expire before.
    pub const MAX_SECS: u64 = 86_400;

    /// The key of the identifier `id`, such as a `jti`, which `owner` gave to what it made for this purpose. The three are kept apart,
    /// whatever is in them: an identifier of one owner, or for one purpose, is another one than the same for another.
    #[must_use]
    pub fn new(purpose: &str, owner: &str, id: &str) -> Self {
        let mut sha = Sha256::new_with_prefix(b"grantor replay v1");
        for part in [purpose, owner, id] {
            sha.update((part.len() as u64).to_be_bytes());
            sha.update(part);
        }
        Self(sha.finalize().into())
    }

    /// A key that a store read back.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes that a store keeps.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for ReplayKey {
    /// The last four bytes: enough to tell two rows apart in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [.., a, b, c, d] = self.0;
        write!(f, "ReplayKey(..{a:02x}{b:02x}{c:02x}{d:02x})")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_parts_of_a_key_are_kept_apart() {
        let parts = [
            ("dpop", "app", "jti"),
            ("dpo", "papp", "jti"),
            ("dpop", "ap", "pjti"),
            ("dpop", "", "appjti"),
            ("dpop", "appjti", ""),
            ("app", "dpop", "jti"),
            ("dpop", "app", "jtj"),
        ];
        let keys: HashSet<_> = parts.iter().map(|(purpose, owner, id)| ReplayKey::new(purpose, owner, id)).collect();
        assert_eq!(keys.len(), parts.len());
        assert_eq!(ReplayKey::new("dpop", "app", "jti"), ReplayKey::new("dpop", "app", "jti"));
        let shown = format!("{:?}", ReplayKey::new("dpop", "app", "jti"));
        assert_eq!(shown.len(), "ReplayKey(..00000000)".len());
    }
}
