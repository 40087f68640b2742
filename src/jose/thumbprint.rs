//! What keys are called: a `kid`, and the thumbprint (RFC 7638).

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{JoseError, base64url};

/// The SHA-256 thumbprint of a public key (RFC 7638): the same for a key however it is written, and the `jkt` of RFC 9449 section 6.1.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Thumbprint(pub(super) [u8; 32]);

impl Thumbprint {
    /// The hash itself.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Thumbprint {
    /// In base64url: 43 characters.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base64url::encode(&self.0))
    }
}

impl fmt::Debug for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Thumbprint({self})")
    }
}

/// `kid` (RFC 7517 section 4.5): what a key is called in its owner's set. Of keys of this library it is the thumbprint. Cloning does not
/// allocate.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct KeyId(Arc<str>);

impl KeyId {
    /// The most bytes of it.
    pub const MAX_LEN: usize = 256;

    /// The identifier with this text.
    ///
    /// # Errors
    ///
    /// [`JoseError::Malformed`] if it is empty or longer than [`MAX_LEN`](Self::MAX_LEN).
    pub fn parse(text: &str) -> Result<Self, JoseError> {
        if (1..=Self::MAX_LEN).contains(&text.len()) { Ok(Self(text.into())) } else { Err(JoseError::Malformed("kid")) }
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Thumbprint> for KeyId {
    fn from(thumbprint: Thumbprint) -> Self {
        Self(thumbprint.to_string().into())
    }
}

impl TryFrom<String> for KeyId {
    type Error = JoseError;
    fn try_from(text: String) -> Result<Self, JoseError> {
        Self::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_has_1_to_256_bytes() {
        for (length, ok) in [(0, false), (1, true), (256, true), (257, false)] {
            let text = "k".repeat(length);
            assert_eq!(KeyId::parse(&text).is_ok(), ok, "{length}");
            assert_eq!(serde_json::from_value::<KeyId>(text.into()).is_ok(), ok, "{length}");
        }
        assert_eq!(serde_json::to_string(&KeyId::parse("a\"b").unwrap()).unwrap(), r#""a\"b""#);
    }
}
