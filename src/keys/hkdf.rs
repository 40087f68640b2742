//! HKDF with SHA-256 (RFC 5869): of one secret, as many independent keys as there are purposes.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Bytes of a SHA-256.
const HASH: usize = 32;
/// Bytes of a block of SHA-256, to which HMAC fills up its key (RFC 2104 section 2).
const BLOCK: usize = 64;

/// A pseudorandom key of the secret (section 2.2).
pub(crate) fn extract(salt: &[u8], secret: &[u8]) -> Zeroizing<[u8; HASH]> {
    let mut mac = hmac(salt);
    mac.update(secret);
    Zeroizing::new(mac.finalize().into_bytes().into())
}

/// A key of `N` bytes for what `info` names (section 2.3), from a pseudorandom key.
pub(crate) fn expand<const N: usize>(key: &[u8; HASH], info: &[u8]) -> Zeroizing<[u8; N]> {
    const { assert!(N <= 255 * HASH, "RFC 5869 section 2.3") };
    let mut output = Zeroizing::new([0; N]);
    let mut block = Zeroizing::new([0; HASH]);
    for (place, part) in (0_u8..).zip(output.chunks_mut(HASH)) {
        let mut mac = hmac(key);
        if place > 0 {
            mac.update(&*block);
        }
        mac.update(info);
        mac.update(&[place + 1]);
        *block = mac.finalize().into_bytes().into();
        part.copy_from_slice(&block[..part.len()]);
    }
    output
}

/// With the key filled up as RFC 2104 says, which cannot fail, unlike a key of any length.
fn hmac(key: &[u8]) -> Hmac<Sha256> {
    let mut block = Zeroizing::new([0; BLOCK]);
    match block.get_mut(..key.len()) {
        Some(beginning) => beginning.copy_from_slice(key),
        None => block[..HASH].copy_from_slice(&Sha256::digest(key)),
    }
    Hmac::new((&*block).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn test_vectors_of_rfc_5869() {
        let range = |from: u8, to: u8| (from..=to).collect::<Vec<u8>>();
        let key = extract(&range(0x00, 0x0c), &[0x0b; 22]);
        assert_eq!(hex(&*key), "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
        assert_eq!(
            hex(&*expand::<42>(&key, &range(0xf0, 0xf9))),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
        );
        let key = extract(&range(0x60, 0xaf), &range(0x00, 0x4f));
        assert_eq!(hex(&*key), "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244");
        assert_eq!(
            hex(&*expand::<82>(&key, &range(0xb0, 0xff))),
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8\
             367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"
        );
        let key = extract(&[], &[0x0b; 22]);
        assert_eq!(hex(&*key), "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04");
        assert_eq!(
            hex(&*expand::<42>(&key, &[])),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
        );
    }
}
