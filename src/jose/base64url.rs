//! base64url as JOSE has it (RFC 7515 section 2): without padding, and with nothing in the bits that no byte needs.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::JoseError;

pub(super) fn decode(text: &str) -> Result<Vec<u8>, JoseError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| JoseError::Base64)
}

/// Behind what is there already.
pub(super) fn decode_into(text: &str, bytes: &mut Vec<u8>) -> Result<(), JoseError> {
    URL_SAFE_NO_PAD.decode_vec(text, bytes).map_err(|_| JoseError::Base64)
}

pub(super) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Behind what is there already. Where there is room for it nothing is moved.
pub(super) fn encode_into(bytes: &[u8], text: &mut Vec<u8>) {
    let start = text.len();
    text.resize(start + encoded_len(bytes.len()), 0);
    // That is its length, so the result can only be Ok.
    let _ = URL_SAFE_NO_PAD.encode_slice(bytes, text.get_mut(start..).unwrap_or_default());
}

/// How many characters so many bytes are.
pub(super) const fn encoded_len(bytes: usize) -> usize {
    bytes / 3 * 4 + [0, 2, 3][bytes % 3]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7515 appendix C, and what must not be read as the same bytes.
    // shows: RFC7515-2-01
    #[test]
    fn bytes_have_one_text() {
        assert_eq!(encode(&[3, 236, 255, 224, 193]), "A-z_4ME");
        assert_eq!(decode("A-z_4ME").unwrap(), [3, 236, 255, 224, 193]);
        for text in ["A-z_4ME=", "A-z_4MF", "A-z_4MG", "A+z/4ME", "A-z_4 ME", "A-z_4ME\n", "A", "AAAAA", "A-z.4ME", "\u{e4}AAA"] {
            assert_eq!(decode(text), Err(JoseError::Base64), "{text}");
        }
        for length in 0..300 {
            assert_eq!(encode(&vec![7; length]).len(), encoded_len(length));
        }
    }
}
