//! Identifiers of protected resources (RFC 8707 section 2), as they are written and as they are compared.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use url::Url;

use crate::values::uri::{self, Parts};

/// The longest identifier, in bytes.
const MAX_LENGTH: usize = 2_048;

/// Identifies a protected resource: an absolute URI without a fragment (RFC 8707 section 2), such as `https://api.example.com`.
///
/// It keeps the text that it was read from. Two are equal if they mean the same (RFC 3986 section 6.2.2 and 6.2.3): scheme and host in
/// upper or lower case, the default port written or not, `https://api.example.com` and `https://api.example.com/`. Paths differ where
/// they are written differently: `https://api.example.com/v1` and `https://api.example.com/v1/` are two resources.
///
/// ```
/// use grantor::ResourceIdentifier;
///
/// let registered: ResourceIdentifier = "https://api.example.com".parse()?;
/// let asked_for: ResourceIdentifier = "HTTPS://API.example.com:443/".parse()?;
/// assert_eq!(registered, asked_for);
/// assert_eq!(registered.as_str(), "https://api.example.com");
/// assert_eq!(asked_for.identity(), "https://api.example.com/");
/// # Ok::<(), grantor::ResourceIdentifierError>(())
/// ```
#[derive(Debug, Clone)]
pub struct ResourceIdentifier {
    text: Arc<str>,
    identity: Arc<str>,
}

/// A text that identifies no resource (RFC 8707 section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResourceIdentifierError {
    /// More than 2,048 bytes.
    #[error("a resource is identified by 2048 bytes at most")]
    TooLong,
    /// Not `scheme:..`, or a URL that nobody opens as it is written.
    #[error("a resource is identified by an absolute URI (RFC 8707 section 2)")]
    NotAbsolute,
    /// There is a `#`.
    #[error("the URI of a resource has no fragment (RFC 8707 section 2)")]
    Fragment,
}

impl ResourceIdentifier {
    /// Reads an identifier.
    ///
    /// # Errors
    ///
    /// [`ResourceIdentifierError`].
    pub fn parse(text: &str) -> Result<Self, ResourceIdentifierError> {
        if text.len() > MAX_LENGTH {
            return Err(ResourceIdentifierError::TooLong);
        }
        if text.contains('#') {
            return Err(ResourceIdentifierError::Fragment);
        }
        let url = absolute(text).ok_or(ResourceIdentifierError::NotAbsolute)?;
        let text: Arc<str> = text.into();
        let identity = if url.as_str() == &*text { text.clone() } else { url.as_str().into() };
        Ok(Self { text, identity })
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What all spellings of it have in common: a key under which to keep the resource.
    #[must_use]
    pub fn identity(&self) -> &str {
        &self.identity
    }

    pub(crate) const fn text(&self) -> &Arc<str> {
        &self.text
    }
}

/// What `url` reads. In a URL of the web it is what is written, without user name and without what `url` forgives.
fn absolute(text: &str) -> Option<Url> {
    let parts = Parts::of(text).filter(|_| uri::has_uri_characters(text))?;
    if !parts.is_web() {
        // More than a scheme: `urn:`, say, names nothing.
        let names = |url: &Url| url.as_str().len() > url.scheme().len() + 1;
        return Url::parse(text).ok().filter(names);
    }
    uri::is_web_host(parts.host_and_port().0).then(|| uri::parse(text, &parts).ok())?
}

impl FromStr for ResourceIdentifier {
    type Err = ResourceIdentifierError;
    fn from_str(text: &str) -> Result<Self, ResourceIdentifierError> {
        Self::parse(text)
    }
}

impl fmt::Display for ResourceIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq for ResourceIdentifier {
    fn eq(&self, other: &Self) -> bool {
        self.identity == other.identity
    }
}

impl Eq for ResourceIdentifier {}

impl Hash for ResourceIdentifier {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> ResourceIdentifier {
        ResourceIdentifier::parse(text).unwrap()
    }

    #[test]
    fn spellings_of_one_resource_are_equal_and_keep_their_text() {
        for (one, other) in [
            ("https://h.example", "https://h.example/"),
            ("https://h.example", "HTTPS://H.Example:443"),
            ("http://localhost:80/a", "http://LOCALHOST/a"),
            ("https://[2001:DB8::1]/", "https://[2001:db8::1]"),
            ("https://h.example?a=1", "https://h.example/?a=1"),
            ("URN:example:api", "urn:example:api"),
        ] {
            assert_eq!(id(one), id(other), "{one} {other}");
            assert_eq!((id(one).as_str(), id(other).as_str()), (one, other));
        }
    }

    #[test]
    fn other_resources_differ() {
        for (one, other) in [
            ("https://h.example/a", "https://h.example/a/"),
            ("https://h.example/a", "https://h.example/A"),
            ("https://h.example", "http://h.example"),
            ("https://h.example", "https://h.example:8443"),
            ("https://h.example", "https://h.example/?"),
            ("https://h.example/?a", "https://h.example/?b"),
            ("https://h.example", "https://api.h.example"),
            ("urn:example:api", "urn:example:API"),
        ] {
            assert_ne!(id(one), id(other), "{one} {other}");
        }
    }

    // shows: RFC8707-2-02, RFC8707-2-03
    #[test]
    fn what_is_no_absolute_uri_without_fragment_is_refused() {
        use ResourceIdentifierError::{Fragment, NotAbsolute, TooLong};
        for (text, error) in [
            ("", NotAbsolute),
            ("api", NotAbsolute),
            ("/api", NotAbsolute),
            ("//h.example/api", NotAbsolute),
            ("h.example/api", NotAbsolute),
            ("urn:", NotAbsolute),
            ("https:", NotAbsolute),
            ("https://", NotAbsolute),
            ("https:h.example", NotAbsolute),
            ("https:///h.example", NotAbsolute),
            ("https://h.example:", NotAbsolute),
            ("https://h.example:70000", NotAbsolute),
            ("https://u@h.example", NotAbsolute),
            ("https://h.example\\@x.example", NotAbsolute),
            ("https://h example", NotAbsolute),
            ("https://h.example/%zz", NotAbsolute),
            ("https://127.1", NotAbsolute),
            (" https://h.example", NotAbsolute),
            ("https://h.example/\u{e9}", NotAbsolute),
            ("https://h.example#", Fragment),
            ("https://h.example/a#b", Fragment),
            ("urn:example:api#b", Fragment),
        ] {
            assert_eq!(ResourceIdentifier::parse(text), Err(error), "{text}");
        }
        let long = format!("https://h.example/{}", "a".repeat(MAX_LENGTH));
        assert_eq!(ResourceIdentifier::parse(&long), Err(TooLong));
        assert!(ResourceIdentifier::parse(&long[..MAX_LENGTH]).is_ok());
    }
}
