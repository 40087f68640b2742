//! A place in a small table of what can be had again: who shares it with another, loses a little time and nothing else.

/// Which of so many slots is this text's. Quick to say, and easy to make two fall together.
pub(crate) fn of(text: &str, slots: usize) -> usize {
    text.bytes().fold(0_usize, |mixed, byte| mixed.wrapping_mul(31).wrapping_add(usize::from(byte))) % slots
}
