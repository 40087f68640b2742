//! `at_hash`, `c_hash` and `s_hash`: what binds an access token, a code or the `state` to the ID token beside it (OpenID Connect Core
//! sections 3.1.3.6 and 3.3.2.11; the last is of FAPI 1.0 part 2 section 5.1).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::jose::Algorithm;

/// The left half of the hash of the text, by the hash function of the algorithm under which the ID token is signed. Ed25519 has SHA-512 (RFC
/// 8032 section 5.1).
pub(super) fn of(text: &str, algorithm: Algorithm) -> String {
    match algorithm {
        Algorithm::Es256 | Algorithm::Ps256 | Algorithm::Rs256 => half::<Sha256>(text),
        Algorithm::Es384 => half::<Sha384>(text),
        Algorithm::EdDsa => half::<Sha512>(text),
    }
}

fn half<D: Digest>(text: &str) -> String {
    let hash = D::digest(text);
    let (left, _) = hash.split_at(hash.len() / 2);
    URL_SAFE_NO_PAD.encode(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// OpenID Connect Core appendices A.3 and A.4, and what others compute of the same text.
    #[test]
    fn it_is_the_left_half_by_the_hash_of_the_algorithm() {
        assert_eq!(of("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", Algorithm::Rs256), "77QmUPtjPfzWtF2AnpK9RQ");
        assert_eq!(of("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk", Algorithm::Rs256), "LDktKdoQak3Pk0cnXxCltA");
        for (algorithm, length) in
            [(Algorithm::Es256, 22), (Algorithm::Ps256, 22), (Algorithm::Es384, 32), (Algorithm::EdDsa, 43)]
        {
            assert_eq!(of("x", algorithm).len(), length, "{algorithm}");
        }
        assert_eq!(of("x", Algorithm::Es256), of("x", Algorithm::Ps256));
    }
}
