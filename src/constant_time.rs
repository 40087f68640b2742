//! Comparing secrets and their hashes in a time that tells nothing about where they differ.

use subtle::{Choice, ConstantTimeEq};

/// Are they equal? The time depends on their lengths, which are no secret. Eight bytes at a time, which is sooner done than one
/// by one.
pub(crate) fn equal(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let ((words, rest), (other_words, other_rest)) = (one.as_chunks(), other.as_chunks());
    let same = |(one, other): (&[u8; 8], &[u8; 8])| u64::from_ne_bytes(*one).ct_eq(&u64::from_ne_bytes(*other));
    let words = words.iter().zip(other_words).map(same).fold(Choice::from(1), |all, one| all & one);
    (words & rest.ct_eq(other_rest)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bit_makes_the_difference() {
        for length in 0..50 {
            let one = vec![0x5a; length];
            assert!(equal(&one, &one.clone()));
            assert!(!equal(&one, &vec![0x5a; length + 1]));
            for at in 0..length * 8 {
                let mut other = one.clone();
                other[at / 8] ^= 1 << (at % 8);
                assert!(!equal(&one, &other), "bit {at} of {length} bytes");
            }
        }
    }
}
