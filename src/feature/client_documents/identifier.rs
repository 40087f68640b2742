//! Which client identifiers are URLs of documents (draft-ietf-oauth-client-id-metadata-document section 3).

use crate::client::is_dot_segment;
use crate::values::uri::{Parts, has_uri_characters, is_web_host};

/// A client identifier that is the URL of a document, as it was written: such URLs are compared byte by byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientUrl<'a> {
    url: &'a str,
    host: &'a str,
}

impl<'a> ClientUrl<'a> {
    /// `None` if the identifier is none: it is an `https` URL with a path, without user name, fragment, and segments that are `.` or `..`.
    #[must_use]
    pub(crate) fn parse(id: &'a str) -> Option<Self> {
        // The scheme is written as the draft has it, so that most identifiers are told apart by their first letters.
        let parts = Parts::of(id).filter(|_| id.starts_with("https://") && has_uri_characters(id))?;
        let (authority, host) = (parts.authority?, parts.host_and_port().0);
        let fits = !authority.contains('@')
            && is_web_host(host)
            && parts.path.starts_with('/')
            && !parts.path.split('/').any(is_dot_segment)
            && !id.contains('#');
        fits.then_some(Self { url: id, host })
    }

    /// What was found to be one before, with the same host.
    pub(super) const fn known(url: &'a str, host: &'a str) -> Self {
        Self { url, host }
    }

    /// The whole of it, which is the `client_id`.
    #[must_use]
    pub const fn as_str(&self) -> &'a str {
        self.url
    }

    /// The host, without its port, as it was written: in upper case, too, if it was.
    #[must_use]
    pub const fn host(&self) -> &'a str {
        self.host
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // shows: CIMD-3-01, CIMD-3-02, CIMD-3-03, CIMD-3-04, CIMD-3-05, CIMD-3-06
    #[test]
    fn which_identifiers_are_urls_of_documents() {
        for (id, host) in [
            ("https://app.example.com/client.json", Some("app.example.com")),
            ("https://app.example.com/", Some("app.example.com")),
            ("https://App.Example.com:8443/a//b?v=1", Some("App.Example.com")),
            ("https://[2001:db8::1]/c", Some("[2001:db8::1]")),
            ("https://app.example.com/a...b/.c", Some("app.example.com")),
            ("https://app.example.com", None),
            ("https://app.example.com?x", None),
            ("http://app.example.com/client", None),
            ("HTTPS://app.example.com/client", None),
            ("https:/app.example.com/client", None),
            ("https:///client", None),
            ("https://user@app.example.com/client", None),
            ("https://user:secret@app.example.com/client", None),
            ("https://app.example.com/client#x", None),
            ("https://app.example.com/client#", None),
            ("https://app.example.com/./client", None),
            ("https://app.example.com/a/..", None),
            ("https://app.example.com/%2e%2E/client", None),
            ("https://app.example.com./client", None),
            ("https://127.1/client", None),
            ("https://app.example.com/a b", None),
            ("https://app.example.com\\@b.example/", None),
            ("urn:example:client", None),
            ("client", None),
            ("", None),
        ] {
            assert_eq!(ClientUrl::parse(id).map(|url| url.host()), host, "{id}");
        }
    }
}
