//! The names in an authorization request and its response that clients are checked against when they are registered, before any
//! response type is looked at: response types as sets of words, and the parameters that only the core writes.

use std::sync::Arc;

/// Parameters of authorization responses that only the core writes.
pub(crate) const RESERVED: [&str; 13] = [
    "code",
    "access_token",
    "token_type",
    "expires_in",
    "refresh_token",
    "id_token",
    "scope",
    "state",
    "iss",
    "error",
    "error_description",
    "error_uri",
    "response",
];

/// Are these the same words, in whatever order (RFC 6749 section 3.1.1)? A word that is repeated, or an empty one between two
/// spaces, matches nothing.
pub(crate) fn same_words(a: &str, b: &str) -> bool {
    let contains_all = |of: &str, all: &str| all.split(' ').all(|word| of.split(' ').any(|other| word == other));
    a.len() == b.len() && contains_all(a, b) && contains_all(b, a)
}

/// The words in alphabetical order: the order of the words of a response type has no meaning (RFC 6749 section 3.1.1).
pub(crate) fn canonical(name: &str) -> Arc<str> {
    let mut words: Vec<&str> = name.split(' ').filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words.join(" ").into()
}

#[cfg(test)]
mod tests {
    use super::same_words;

    #[test]
    fn words_are_compared_as_sets() {
        assert!(same_words("code token", "token code"));
        for (a, b) in [("code", "code token"), ("code code", "code token"), ("code  token", "code token"), ("token", "code")] {
            assert!(!same_words(a, b), "{a:?} {b:?}");
        }
    }
}
