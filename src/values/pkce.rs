//! Proof Key for Code Exchange (RFC 7636): the challenge that an authorization
//! request brings, and the verifier that redeems the code. Both are checked when
//! read, so that only well-formed ones are stored and compared.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::values::equal::equal;

/// What a grant that redeems codes says about PKCE.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct PkceRequirement {
    /// Must every code have a challenge?
    pub(crate) required: bool,
    /// May the challenge be the verifier itself (`plain`)?
    pub(crate) plain_accepted: bool,
}

impl PkceRequirement {
    /// Is a code with this challenge, or without one, good enough?
    pub(crate) fn permits(self, challenge: Option<&CodeChallenge>) -> bool {
        match challenge.map(CodeChallenge::method) {
            None => !self.required,
            Some(CodeChallengeMethod::Plain) => self.plain_accepted,
            Some(CodeChallengeMethod::S256) => true,
        }
    }
}

/// How a challenge derives from its verifier (RFC 7636 section 4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CodeChallengeMethod {
    /// The base64url-encoded SHA-256 digest of the verifier.
    S256,
    /// The verifier itself; RFC 7636 section 7.2 advises against it.
    #[serde(rename = "plain")]
    Plain,
}

impl CodeChallengeMethod {
    /// The method of a registered name (RFC 7636 section 6.2.2), which is
    /// case-sensitive.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "S256" => Some(Self::S256),
            "plain" => Some(Self::Plain),
            _ => None,
        }
    }

    /// The registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::S256 => "S256",
            Self::Plain => "plain",
        }
    }
}

/// A malformed challenge or verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PkceError {
    /// An `S256` challenge that is not a base64url-encoded SHA-256 digest.
    #[error("an S256 code_challenge must be 43 base64url characters (RFC 7636 section 4.2)")]
    S256Challenge,
    /// A `plain` challenge that could not be a verifier.
    #[error("a plain code_challenge must be 43 to 128 unreserved characters (RFC 7636 section 4.2)")]
    PlainChallenge,
    /// A verifier of a wrong length or with a character that is not permitted.
    #[error("the code_verifier must be 43 to 128 unreserved characters (RFC 7636 section 4.1)")]
    Verifier,
}

/// What an authorization request commits to (RFC 7636 section 4.3).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "UncheckedChallenge")]
pub struct CodeChallenge {
    method: CodeChallengeMethod,
    value: Box<str>,
}

impl CodeChallenge {
    /// A challenge as it came in `code_challenge`.
    ///
    /// # Errors
    ///
    /// [`PkceError`] when `value` cannot be a challenge of this method (RFC 7636
    /// section 4.2).
    pub fn new(method: CodeChallengeMethod, value: &str) -> Result<Self, PkceError> {
        match method {
            CodeChallengeMethod::S256 if !is_s256(value) => Err(PkceError::S256Challenge),
            CodeChallengeMethod::Plain if !is_verifier(value) => Err(PkceError::PlainChallenge),
            _ => Ok(Self { method, value: value.into() }),
        }
    }

    /// The `S256` challenge of a verifier, as a client makes it.
    pub fn s256_of(verifier: &CodeVerifier<'_>) -> Self {
        Self { method: CodeChallengeMethod::S256, value: str::from_utf8(&s256(verifier)).unwrap_or_default().into() }
    }

    /// The value of the `code_challenge` parameter. With `plain` it is the verifier itself, and so a secret.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// The challenge's method.
    pub const fn method(&self) -> CodeChallengeMethod {
        self.method
    }

    /// Whether this is the challenge of `verifier` (RFC 7636 section 4.6). Takes the
    /// same time whether they differ early or late.
    #[must_use]
    pub fn verify(&self, verifier: &CodeVerifier<'_>) -> bool {
        let expected = self.value.as_bytes();
        match self.method {
            CodeChallengeMethod::S256 => equal(&s256(verifier), expected),
            CodeChallengeMethod::Plain => equal(verifier.0.as_bytes(), expected),
        }
    }
}

impl fmt::Debug for CodeChallenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut output = f.debug_struct("CodeChallenge");
        output.field("method", &self.method);
        match self.method {
            CodeChallengeMethod::S256 => output.field("value", &self.value).finish(),
            // A plain challenge is the verifier, a secret.
            CodeChallengeMethod::Plain => output.finish_non_exhaustive(),
        }
    }
}

/// What deserializing reads before it is checked.
#[derive(Deserialize)]
struct UncheckedChallenge {
    method: CodeChallengeMethod,
    value: String,
}

impl TryFrom<UncheckedChallenge> for CodeChallenge {
    type Error = PkceError;

    fn try_from(unchecked: UncheckedChallenge) -> Result<Self, PkceError> {
        Self::new(unchecked.method, &unchecked.value)
    }
}

/// The secret that redeems a code (RFC 7636 section 4.1), borrowed from the request.
#[derive(Clone, Copy)]
pub struct CodeVerifier<'a>(&'a str);

impl<'a> CodeVerifier<'a> {
    /// A verifier as it came in `code_verifier`.
    ///
    /// # Errors
    ///
    /// [`PkceError::Verifier`] unless it is `43*128unreserved` (RFC 7636 section 4.1).
    pub fn parse(value: &'a str) -> Result<Self, PkceError> {
        if is_verifier(value) { Ok(Self(value)) } else { Err(PkceError::Verifier) }
    }
}

impl fmt::Debug for CodeVerifier<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeVerifier(..)")
    }
}

fn s256(verifier: &CodeVerifier<'_>) -> [u8; 43] {
    let mut text = [b'A'; 43];
    // 32 bytes always fill 43 characters: the result can only be Ok.
    let _ = URL_SAFE_NO_PAD.encode_slice(Sha256::digest(verifier.0), &mut text);
    text
}

/// Whether `value` has the form of a base64url-encoded SHA-256 digest.
fn is_s256(value: &str) -> bool {
    let base64url = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    value.len() == 43 && value.bytes().all(base64url)
}

/// `code-verifier = 43*128unreserved`
fn is_verifier(value: &str) -> bool {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    (43..=128).contains(&value.len()) && value.bytes().all(unreserved)
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    // shows: RFC7636-4.2-03
    #[test]
    fn appendix_b() {
        let challenge = CodeChallenge::new(CodeChallengeMethod::S256, CHALLENGE).unwrap();
        let verifier = CodeVerifier::parse(VERIFIER).unwrap();
        assert!(challenge.verify(&verifier));
        assert_eq!(CodeChallenge::s256_of(&verifier), challenge);
        assert_eq!(CodeChallenge::s256_of(&verifier).as_str(), CHALLENGE);
        // The challenge itself, which an eavesdropper knows, redeems nothing.
        assert!(!challenge.verify(&CodeVerifier::parse(CHALLENGE).unwrap()));
    }

    // shows: RFC7636-4.2-03
    #[test]
    fn plain_is_equality() {
        let challenge = CodeChallenge::new(CodeChallengeMethod::Plain, VERIFIER).unwrap();
        let longer = format!("{VERIFIER}a");
        assert!(challenge.verify(&CodeVerifier::parse(VERIFIER).unwrap()));
        assert!(!challenge.verify(&CodeVerifier::parse(CHALLENGE).unwrap()));
        assert!(!challenge.verify(&CodeVerifier::parse(&longer).unwrap()));
    }

    // shows: RFC7636-4.1-01, RFC7636-4.2-03
    #[test]
    fn forms() {
        for (value, s256, unreserved) in [
            ("a".repeat(42), false, false),
            ("a".repeat(43), true, true),
            ("a".repeat(44), false, true),
            ("a".repeat(128), false, true),
            ("a".repeat(129), false, false),
            ("-_".repeat(21) + "0", true, true),
            (".~".repeat(21) + "0", false, true),
            ("a".repeat(42) + "=", false, false),
            ("a".repeat(42) + "+", false, false),
            ("a".repeat(42) + " ", false, false),
            ("a".repeat(41) + "\u{e9}", false, false),
        ] {
            let is_challenge = |method| CodeChallenge::new(method, &value).is_ok();
            assert_eq!(is_challenge(CodeChallengeMethod::S256), s256, "{value}");
            assert_eq!(is_challenge(CodeChallengeMethod::Plain), unreserved, "{value}");
            assert_eq!(CodeVerifier::parse(&value).is_ok(), unreserved, "{value}");
        }
    }

    #[test]
    fn method_names() {
        for method in [CodeChallengeMethod::S256, CodeChallengeMethod::Plain] {
            assert_eq!(CodeChallengeMethod::parse(method.as_str()), Some(method));
            assert_eq!(serde_json::to_value(method).unwrap(), method.as_str());
        }
        assert_eq!(CodeChallengeMethod::parse("s256"), None);
    }

    #[test]
    fn stored_challenges_are_checked_when_read() {
        for method in [CodeChallengeMethod::S256, CodeChallengeMethod::Plain] {
            let challenge = CodeChallenge::new(method, CHALLENGE).unwrap();
            let json = serde_json::to_string(&challenge).unwrap();
            assert_eq!(serde_json::from_str::<CodeChallenge>(&json).unwrap(), challenge);
            let short = json.replace(CHALLENGE, "short");
            assert!(serde_json::from_str::<CodeChallenge>(&short).is_err());
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let plain = CodeChallenge::new(CodeChallengeMethod::Plain, VERIFIER).unwrap();
        let verifier = CodeVerifier::parse(VERIFIER).unwrap();
        assert!(!format!("{plain:?}{verifier:?}").contains(VERIFIER));
    }
}
