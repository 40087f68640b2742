//! What an authorization request validly asked for, as one value: it travels with the request, lies in the storage while its person
//! signs in, and stays with the code that answers it.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::authorization::target::ResponseMode;
use crate::limits::RequestBytes;
use crate::pkce::CodeChallenge;
use crate::scope::Scope;

/// The version written into new ones. To be raised by what must not be overlooked by a reader that does not know it.
const VERSION: u32 = 1;

/// See the module. Only [`validate`](super::validate) makes one of parameters.
#[doc(hidden)]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// Not `v`: among the members of a code's details this has a version of its own, which the first release did not write.
    #[serde(rename = "asked", default = "first", deserialize_with = "known")]
    pub(super) version: u32,
    /// As this server names it.
    pub(crate) response_type: Cow<'static, str>,
    /// Where the answer goes: the one that was named, or the only one that the client has registered.
    pub(crate) redirect_uri: Arc<str>,
    /// Was it named? Then RFC 6749 section 4.1.3 wants it repeated.
    pub(crate) redirect_uri_was_sent: bool,
    #[serde(default)]
    pub(crate) mode: ResponseMode,
    /// Returned byte for byte (RFC 6749 section 4.1.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Scope::is_empty")]
    pub(crate) scope: Scope,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) challenge: Option<CodeChallenge>,
    /// Parameters that this library does not know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) other: Vec<(String, String)>,
}

const fn first() -> u32 {
    1
}

/// What a later release wrote is refused, not read without what it adds.
fn known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        version if version <= VERSION => Ok(version),
        version => Err(D::Error::custom(format!(
            "a request of version {version}, and this release knows {VERSION}: use a later release"
        ))),
    }
}

impl Asked {
    pub(crate) fn new(response_type: impl Into<Cow<'static, str>>, redirect_uri: Arc<str>) -> Self {
        Self {
            version: VERSION,
            response_type: response_type.into(),
            redirect_uri,
            redirect_uri_was_sent: true,
            mode: ResponseMode::Query,
            state: None,
            scope: Scope::empty(),
            challenge: None,
            other: Vec::new(),
        }
    }

    /// Bytes of text in it.
    pub(crate) fn size(&self) -> usize {
        let others: usize = self.other.iter().map(|(name, value)| name.len() + value.len() + PAIR).sum();
        let texts = [self.state.as_deref().unwrap_or_default(), &self.redirect_uri, self.scope.as_str(), &self.response_type];
        others + texts.iter().map(|text| text.len()).sum::<usize>()
    }

    /// Is it small enough to be kept? Any request has to be, so that none is refused only because its person has to sign in.
    pub(crate) fn fits(&self, limit: RequestBytes) -> bool {
        let limit = limit.get() as usize;
        // As JSON a byte takes six at most: so most requests need not be written to see that they are small enough.
        LONGEST_ESCAPE * self.size() + FIXED <= limit || serde_json::to_writer(Room(limit), self).is_ok()
    }
}

/// `\u0000`.
const LONGEST_ESCAPE: usize = 6;
/// More than the rest of a request takes, and of a parameter beside its name and value.
const FIXED: usize = 400;
const PAIR: usize = 2;

/// Room for so many bytes, which are thrown away.
struct Room(usize);

impl io::Write for Room {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl fmt::Debug for Asked {
    /// Without the state and what the library does not know, which may say who the person is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { response_type, redirect_uri, mode, scope, challenge, .. } = self;
        let mut text = f.debug_struct("Asked");
        text.field("response_type", response_type).field("redirect_uri", redirect_uri).field("mode", mode);
        text.field("scope", scope).field("challenge", challenge).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkce::CodeChallengeMethod;
    use crate::storage::{CodeDetails, CodeFacts, TokenFacts};

    fn asked() -> Asked {
        Asked {
            redirect_uri_was_sent: false,
            mode: ResponseMode::FormPost,
            state: Some("a\0\u{e9}".into()),
            scope: Scope::parse("read write").unwrap(),
            challenge: CodeChallenge::new(CodeChallengeMethod::Plain, &"a".repeat(128)).ok(),
            other: vec![("resource".into(), "x".into()), ("resource".into(), "y".into())],
            ..Asked::new("code", "https://app.example.com/cb".into())
        }
    }

    #[test]
    fn what_is_written_is_read_again_and_what_a_later_release_wrote_is_refused() {
        let json = serde_json::to_string(&asked()).unwrap();
        assert!(serde_json::from_str::<Asked>(&json).unwrap() == asked());
        let later = json.replace("\"asked\":1", "\"asked\":2");
        assert_ne!(json, later);
        let error = serde_json::from_str::<Asked>(&later).unwrap_err().to_string();
        assert!(error.contains("version 2") && error.contains("use a later release"), "{error}");
    }

    #[test]
    fn a_code_carries_it_whole_and_codes_of_the_first_release_are_read() {
        let authorization = TokenFacts::new(None, Scope::empty()).into_details();
        let details = CodeFacts::new(&authorization, Arc::new(asked())).into_details();
        let json = details.to_json().unwrap();
        assert_eq!(CodeDetails::from_json(&json).unwrap().facts().asked.other, asked().other);
        assert!(CodeDetails::from_json(&json).unwrap() == details);
        assert!(CodeDetails::from_json(&json.replace("\"asked\":1", "\"asked\":2")).is_err());

        let first = r#"{"v":1,"authorization":{"v":1,"scope":"read"},"redirect_uri":"https://app/","redirect_uri_was_sent":true,
            "challenge":{"method":"S256","value":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"},"response_type":"code"}"#;
        let details = CodeDetails::from_json(first).unwrap();
        let Asked { redirect_uri, redirect_uri_was_sent, challenge, response_type, state, .. } = &*details.facts().asked;
        assert_eq!((&**redirect_uri, redirect_uri_was_sent, &**response_type), ("https://app/", &true, "code"));
        assert!(challenge.is_some() && state.is_none());
    }

    #[test]
    fn the_bytes_are_those_of_the_json_text() {
        for count in [0, 1, 100, 1_000] {
            let mut asked = asked();
            asked.other.push(("\0".repeat(count), "\"".repeat(count)));
            let bytes = u32::try_from(serde_json::to_string(&asked).unwrap().len()).unwrap();
            for (limit, fits) in [(bytes, true), (bytes - 1, false)] {
                if let Ok(limit) = RequestBytes::new(limit) {
                    assert_eq!(asked.fits(limit), fits, "{count}");
                }
            }
            assert!(asked.fits(RequestBytes::new(65_536).unwrap()));
        }
    }

    #[test]
    fn debug_shows_neither_state_nor_verifier() {
        let text = format!("{:?}", asked());
        assert!(!text.contains("aaaa") && !text.contains("a\\0"), "{text}");
    }
}
