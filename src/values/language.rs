//! Language tags (RFC 5646).

/// As far as RFC 5646 section 2.1 says of all tags: words of up to eight letters and digits, the first of letters.
pub(crate) fn is_language_tag(tag: &str) -> bool {
    let is_word = |word: &str| (1..=8).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let starts = tag.split('-').next().is_some_and(|first| first.bytes().all(|byte| byte.is_ascii_alphabetic()));
    starts && tag.split('-').all(is_word)
}
