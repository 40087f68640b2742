//! Comparing secrets.

use subtle::{Choice, ConstantTimeEq as _};

/// Are these the same? Takes as long whether they differ early, late or not at all; only their lengths may show. In words, since
/// `subtle` hides each item from the optimizer: byte by byte that costs more than half of a SHA-256.
pub(crate) fn equal(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let ((words, rest), (other_words, other_rest)) = (one.as_chunks(), other.as_chunks());
    let pairs = words.iter().zip(other_words).map(|(one, other)| (u64::from_ne_bytes(*one), u64::from_ne_bytes(*other)));
    let same = pairs.fold(Choice::from(1), |same, (one, other)| same & one.ct_eq(&other));
    bool::from(same & rest.ct_eq(other_rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_counts_and_the_length() {
        let text: Vec<u8> = (0..64).collect();
        for length in 0..=text.len() {
            let one = &text[..length];
            assert!(equal(one, one));
            assert_eq!(equal(one, &text), length == text.len());
            for at in 0..length {
                for bit in 0..8 {
                    let mut other = one.to_vec();
                    other[at] ^= 1 << bit;
                    assert!(!equal(one, &other), "{length} bytes, bit {bit} of byte {at}");
                }
            }
        }
    }
}
