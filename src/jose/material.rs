//! The numbers that a public key is made of.

use std::ops::RangeInclusive;

use sha2::{Digest, Sha256};

use super::{Algorithm, JoseError, Object, Thumbprint, base64url};

/// The parameters of a public key (RFC 7518 section 6, RFC 8037 section 2), as bytes.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Material {
    /// Uncompressed: a byte that says so, x, y (SEC 1 section 2.3.3).
    P256([u8; 65]),
    /// The same.
    P384([u8; 97]),
    Ed25519([u8; 32]),
    /// Without leading zeros.
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
}

/// Bits of an RSA modulus. To verify takes as long as the square of them, and clients choose their keys.
const RSA_BITS: RangeInclusive<usize> = 2048..=4096;
/// The longest exponent, for the same reason; all that are in use have three bytes.
const MAX_EXPONENT: usize = 4;

impl Material {
    /// Reads the members that such a key must have. Whether a point is on its curve shows when a verifier is made of it.
    pub(super) fn read(key: &Object<'_>) -> Result<Self, JoseError> {
        let bytes = |name| base64url::decode(key.text(name)?).map_err(|_| JoseError::Malformed(name));
        match (key.text("kty")?, key.optional_text("crv")?) {
            ("EC", Some("P-256")) => Ok(Self::P256(point(&bytes("x")?, &bytes("y")?)?)),
            ("EC", Some("P-384")) => Ok(Self::P384(point(&bytes("x")?, &bytes("y")?)?)),
            ("OKP", Some("Ed25519")) => Self::ed25519(bytes("x")?.try_into().map_err(|_| JoseError::InvalidKey)?),
            ("RSA", _) => Self::rsa(bytes("n")?, bytes("e")?),
            ("EC" | "OKP", None) => Err(JoseError::Missing("crv")),
            _ => Err(JoseError::UnsupportedKey),
        }
    }

    /// An uncompressed point of one of the NIST curves.
    pub(super) fn nist(point: &[u8]) -> Option<Self> {
        match point.len() {
            65 => point.try_into().map(Self::P256).ok(),
            97 => point.try_into().map(Self::P384).ok(),
            _ => None,
        }
    }

    pub(super) fn ed25519(point: [u8; 32]) -> Result<Self, JoseError> {
        let mut y = point;
        y[31] &= 0x7f;
        if SMALL_ORDER.contains(&y) { Err(JoseError::InvalidKey) } else { Ok(Self::Ed25519(point)) }
    }

    /// Numbers without leading zeros (RFC 7518 section 2, Base64urlUInt). Both are odd, and the exponent is at least 3.
    pub(super) fn rsa(n: Vec<u8>, e: Vec<u8>) -> Result<Self, JoseError> {
        let is_odd = |number: &[u8]| number.first() > Some(&0) && number.last().is_some_and(|last| last % 2 == 1);
        if !is_odd(&n) || !is_odd(&e) || e == [1] || e.len() > MAX_EXPONENT {
            return Err(JoseError::InvalidKey);
        }
        let unused = n.first().map_or(0, |first| first.leading_zeros() as usize);
        if RSA_BITS.contains(&(n.len() * 8 - unused)) { Ok(Self::Rsa { n, e }) } else { Err(JoseError::KeySize) }
    }

    /// The members, in the order of RFC 7638 section 3.2, which is that of their names. Without `crv` where there is none.
    pub(super) fn members(&self) -> impl Iterator<Item = (&'static str, String)> {
        let encoded = |name, bytes: &[u8]| Some((name, base64url::encode(bytes)));
        let text = |name, text: &str| Some((name, text.to_owned()));
        let point = |curve, point: &[u8]| {
            let (x, y) = point[1..].split_at(point.len() / 2);
            [text("crv", curve), text("kty", "EC"), encoded("x", x), encoded("y", y)]
        };
        let members = match self {
            Self::P256(bytes) => point("P-256", bytes),
            Self::P384(bytes) => point("P-384", bytes),
            Self::Ed25519(bytes) => [text("crv", "Ed25519"), text("kty", "OKP"), encoded("x", bytes), None],
            Self::Rsa { n, e } => [encoded("e", e), text("kty", "RSA"), encoded("n", n), None],
        };
        members.into_iter().flatten()
    }

    /// The algorithms that such a key may be for.
    pub(super) const fn algorithms(&self) -> &'static [Algorithm] {
        match self {
            Self::P256(_) => &[Algorithm::Es256],
            Self::P384(_) => &[Algorithm::Es384],
            Self::Ed25519(_) => &[Algorithm::EdDsa],
            Self::Rsa { .. } => &[Algorithm::Ps256, Algorithm::Rs256],
        }
    }

    /// Bytes of a signature (RFC 7518 sections 3.3 to 3.5, RFC 8037 section 3.1).
    pub(super) const fn signature_len(&self) -> usize {
        match self {
            Self::P256(_) | Self::Ed25519(_) => 64,
            Self::P384(_) => 96,
            Self::Rsa { n, .. } => n.len(),
        }
    }

    /// RFC 7638 section 3: the hash of the members without white space. Nothing in them needs escaping.
    pub(super) fn thumbprint(&self) -> Thumbprint {
        let mut sha = Sha256::new();
        for (at, (name, value)) in self.members().enumerate() {
            for part in [if at == 0 { "{\"" } else { ",\"" }, name, "\":\"", &value, "\""] {
                sha.update(part);
            }
        }
        sha.update("}");
        Thumbprint(sha.finalize().into())
    }
}

/// Each coordinate in full, whatever the number (RFC 7518 sections 6.2.1.2 and 6.2.1.3).
fn point<const N: usize>(x: &[u8], y: &[u8]) -> Result<[u8; N], JoseError> {
    if x.len() != y.len() {
        return Err(JoseError::InvalidKey);
    }
    [&[4], x, y].concat().try_into().map_err(|_| JoseError::InvalidKey)
}

/// The points of Ed25519 of small order, under which one signature is good for many texts: their y, also where it is not reduced. It is 0,
/// 1, −1, p, p + 1, and those of the two pairs of order 8.
const SMALL_ORDER: [[u8; 32]; 7] = [
    with_first([0; 32], 0),
    with_first([0; 32], 1),
    with_first(PRIME, 0xec),
    PRIME,
    with_first(PRIME, 0xee),
    *b"\x26\xe8\x95\x8f\xc2\xb2\x27\xb0\x45\xc3\xf4\x89\xf2\xef\x98\xf0\xd5\xdf\xac\x05\xd3\xc6\x33\x39\xb1\x38\x02\x88\x6d\x53\xfc\x05",
    *b"\xc7\x17\x6a\x70\x3d\x4d\xd8\x4f\xba\x3c\x0b\x76\x0d\x10\x67\x0f\x2a\x20\x53\xfa\x2c\x39\xcc\xc6\x4e\xc7\xfd\x77\x92\xac\x03\x7a",
];

/// p = 2^255 - 19, the last byte first.
const PRIME: [u8; 32] = {
    let mut bytes = with_first([0xff; 32], 0xed);
    bytes[31] = 0x7f;
    bytes
};

const fn with_first(mut bytes: [u8; 32], first: u8) -> [u8; 32] {
    bytes[0] = first;
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7638 section 3.1.
    // shows: RFC7638-3-01, RFC7638-3.2-01, RFC7638-3.3-01
    #[test]
    fn the_thumbprint_of_rfc_7638() {
        let key = br#"{"kty":"RSA",
            "n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
            "e":"AQAB", "alg":"RS256", "kid":"2011-04-29"}"#;
        let material = Material::read(&Object::parse(key).unwrap()).unwrap();
        assert_eq!(material.thumbprint().to_string(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    // shows: RFC7518-3.3-01, RFC8725-3.5-01
    #[test]
    fn rsa_keys_have_2048_to_4096_bits_and_odd_numbers() {
        let modulus = |bits: usize| {
            let mut n = vec![0xff; bits.div_ceil(8)];
            n[0] >>= n.len() * 8 - bits;
            n
        };
        for (bits, expected) in
            [(2047, false), (2048, true), (2049, true), (4095, true), (4096, true), (4097, false), (1024, false)]
        {
            let key = Material::rsa(modulus(bits), vec![1, 0, 1]);
            assert_eq!(key.err(), (!expected).then_some(JoseError::KeySize), "{bits}");
        }
        for e in [vec![], vec![0], vec![1], vec![2], vec![0, 3], vec![1, 0, 0], vec![0, 1, 0, 1], vec![1, 0, 0, 0, 1]] {
            assert_eq!(Material::rsa(modulus(2048), e.clone()).err(), Some(JoseError::InvalidKey), "{e:?}");
        }
        for e in [vec![3], vec![1, 1], vec![0xff; 4]] {
            assert!(Material::rsa(modulus(2048), e).is_ok());
        }
        let (mut even, mut zero) = (modulus(2048), modulus(2056));
        (even[255], zero[0]) = (0xfe, 0);
        for n in [even, zero, vec![]] {
            assert_eq!(Material::rsa(n, vec![1, 0, 1]).err(), Some(JoseError::InvalidKey));
        }
    }
}
