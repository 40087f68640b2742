//! Registered redirect URIs (RFC 6749 section 3.1.2): what may be registered, and which
//! requested URI equals a registered one. The text is kept and compared byte by byte;
//! only the port of a loopback host may differ (RFC 8252 section 7.3).

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use url::ParseError;

use crate::client::ClientError;
use crate::http::parameters::decode;
use crate::values::response_name::RESERVED;
use crate::values::uri::{self, Parts, has_uri_characters, is_loopback, is_number, is_web_host, split_port};

/// A redirect URI that a client has registered. Cloning does not allocate.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct RedirectUri(Arc<str>);

/// Why a redirect URI cannot be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RedirectUriError {
    /// A character that no URI may contain, or malformed percent-encoding.
    #[error("percent-encode blanks, control and non-ASCII characters in the redirect URI")]
    Character,
    /// No scheme.
    #[error("the redirect URI must be absolute: start it with a scheme such as https://")]
    Relative,
    /// A fragment (RFC 6749 section 3.1.2).
    #[error("remove the fragment from the redirect URI (RFC 6749 section 3.1.2)")]
    Fragment,
    /// A scheme that runs code, reads files or cannot receive a response.
    #[error("the redirect URI's scheme cannot receive a response safely: use https")]
    ForbiddenScheme,
    /// No host.
    #[error("add the host to the redirect URI, as in https://client.example/callback")]
    MissingHost,
    /// A user name or password.
    #[error("remove the user name and password from the redirect URI")]
    Userinfo,
    /// A `*` in the host.
    #[error("the redirect URI's host must not contain a wildcard: register each host")]
    Wildcard,
    /// A host in a spelling that URL parsers rewrite, such as `127.1` or `%61.example`, or an `xn--` label that stands for nothing.
    #[error("write the redirect URI's host in its usual form, such as client.example or 127.0.0.1")]
    Host,
    /// A port that is not a number up to 65535.
    #[error("the redirect URI's port must be a number up to 65535")]
    Port,
    /// `http` on a host other than a loopback one.
    #[error("use https for the redirect URI: http is only for 127.0.0.1, [::1] and localhost")]
    InsecureHttp,
    /// A `.` or `..` segment in the path.
    #[error("remove the . and .. segments from the redirect URI's path")]
    DotSegment,
    /// A query with a parameter that authorization responses have, such as `state`.
    #[error("remove the parameters of authorization responses, such as state, from the redirect URI: none may occur twice")]
    ResponseParameter,
}

/// Schemes that run code, show local content or address something other than a client.
pub(super) const FORBIDDEN_SCHEMES: &[&str] = &[
    "about",
    "blob",
    "data",
    "file",
    "filesystem",
    "ftp",
    "javascript",
    "mailto",
    "tel",
    "vbscript",
    "view-source",
    "ws",
    "wss",
];

impl RedirectUri {
    /// Checks a redirect URI for registration: `https`, `http` on a loopback host, or a
    /// private-use scheme. To one without a period a server redirects only if its
    /// [`PrivateUseSchemes`](crate::PrivateUseSchemes) have it.
    ///
    /// `http` on `localhost` is accepted because native apps and development setups need
    /// it, though RFC 8252 section 8.3 makes it NOT RECOMMENDED.
    ///
    /// # Errors
    ///
    /// [`RedirectUriError`] tells what to change.
    pub fn parse(uri: &str) -> Result<Self, RedirectUriError> {
        if !has_uri_characters(uri) {
            return Err(RedirectUriError::Character);
        }
        let parts = Parts::of(uri).ok_or(RedirectUriError::Relative)?;
        if FORBIDDEN_SCHEMES.iter().any(|scheme| parts.has_scheme(scheme)) {
            return Err(RedirectUriError::ForbiddenScheme);
        }
        if uri.contains('#') {
            return Err(RedirectUriError::Fragment);
        }
        check_authority(&parts)?;
        if parts.path.split('/').any(is_dot_segment) {
            return Err(RedirectUriError::DotSegment);
        }
        uri::parse(uri, &parts).map_err(fault_of)?;
        if parts.has_scheme("http") && !is_loopback(parts.host_and_port().0) {
            return Err(RedirectUriError::InsecureHttp);
        }
        // RFC 6749 section 3.1: "Request and response parameters MUST NOT be included more than once."
        let query = uri.split_once('?').map_or("", |(_, query)| query);
        let names = query.split('&').filter_map(|pair| pair.split('=').next());
        if names.filter_map(|name| decode(name).ok()).any(|name| RESERVED.contains(&&*name)) {
            return Err(RedirectUriError::ResponseParameter);
        }
        Ok(Self(uri.into()))
    }

    /// As [`parse`](Self::parse), of one among several: the error names it.
    pub(super) fn checked(uri: &str) -> Result<Self, ClientError> {
        Self::parse(uri).map_err(|error| ClientError::redirect_uri(uri, error))
    }

    /// Whether an authorization request may use `requested`: it must be the same text,
    /// except that a loopback IP address may have any port (RFC 8252 section 7.3), and
    /// `localhost` too (RFC 9700 section 4.1.3).
    #[must_use]
    pub fn matches(&self, requested: &str) -> bool {
        if *self.0 == *requested {
            return true;
        }
        let registered = without_loopback_port(&self.0);
        registered.is_some()
            && registered == without_loopback_port(requested)
            && Parts::of(requested).is_some_and(|parts| uri::parse(requested, &parts).is_ok())
    }

    /// Is the host one of this machine?
    pub(super) fn is_on_loopback(&self) -> bool {
        Parts::of(&self.0).is_some_and(|parts| is_loopback(parts.host_and_port().0))
    }

    /// The URI exactly as registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host, without its port; `None` if it is a private-use URI.
    pub(super) fn host(&self) -> Option<&str> {
        Parts::of(&self.0).filter(Parts::is_web).map(|parts| parts.host_and_port().0)
    }

    /// What to show a user who is asked for consent: the host, with the port if the URI names one, or the scheme when it is a
    /// private-use one.
    pub fn host_for_display(&self) -> &str {
        host_for_display(&self.0)
    }
}

/// The same for a URI that one of the registered ones matches.
pub(crate) fn host_for_display(uri: &str) -> &str {
    match Parts::of(uri) {
        Some(parts) if parts.is_web() => parts.authority.unwrap_or(uri),
        Some(parts) => parts.scheme,
        None => uri,
    }
}

/// The scheme, if it is a private-use one that is no reverse domain name (RFC 8252 section 8.4).
pub(super) fn scheme_without_period(uri: &str) -> Option<&str> {
    Parts::of(uri).filter(|parts| !parts.is_web() && !parts.scheme.contains('.')).map(|parts| parts.scheme)
}

/// What `url` forgives.
fn check_authority(parts: &Parts<'_>) -> Result<(), RedirectUriError> {
    let (host, _) = parts.host_and_port();
    let is_web = parts.is_web();
    if parts.authority.is_some_and(|authority| authority.contains('@')) {
        Err(RedirectUriError::Userinfo)
    } else if host.contains('*') {
        Err(RedirectUriError::Wildcard)
    } else if is_web && host.is_empty() {
        // `https:host` and `https:///host`.
        Err(RedirectUriError::MissingHost)
    } else if is_web && !is_web_host(host) {
        Err(RedirectUriError::Host)
    } else {
        Ok(())
    }
}

/// The word here for what `url`, or what it reads otherwise than it is written, finds wrong.
fn fault_of(error: ParseError) -> RedirectUriError {
    match error {
        ParseError::EmptyHost => RedirectUriError::MissingHost,
        ParseError::InvalidPort => RedirectUriError::Port,
        ParseError::RelativeUrlWithoutBase => RedirectUriError::Relative,
        _ => RedirectUriError::Host,
    }
}

/// Whether a path segment is `.` or `..`, percent-encoded or not.
pub(crate) fn is_dot_segment(segment: &str) -> bool {
    let dots = segment.to_ascii_lowercase().replace("%2e", ".");
    matches!(dots.as_str(), "." | "..")
}

/// Host and rest of an `http` URI on a loopback host, its port left out; `None` for
/// any other URI.
fn without_loopback_port(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let (authority, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (host, port) = split_port(authority);
    (is_loopback(host) && port.is_none_or(is_number)).then_some((host, rest))
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for RedirectUri {
    type Error = RedirectUriError;

    fn try_from(uri: String) -> Result<Self, RedirectUriError> {
        Self::parse(&uri)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // shows: RFC8252-7-01
    #[test]
    fn accepted() {
        for (uri, shown) in [
            ("https://client.example/cb", "client.example"),
            ("https://client.example", "client.example"),
            ("https://Client.example:8443/cb?x=%2f", "Client.example:8443"),
            ("https://client.example/a...b/...?next=../x", "client.example"),
            ("http://127.0.0.1/cb", "127.0.0.1"),
            ("http://127.9.9.9:8080/cb", "127.9.9.9:8080"),
            ("http://[::1]:8080/cb", "[::1]:8080"),
            ("http://localhost:3000/cb", "localhost:3000"),
            ("com.example.app:/oauth2redirect", "com.example.app"),
            ("com.example.app://callback", "com.example.app"),
            ("com.example.app:///callback", "com.example.app"),
            ("com.example.app:callback", "com.example.app"),
            ("com.example.app://[::1]:65535/%7E", "com.example.app"),
            ("https://client.example:00443", "client.example:00443"),
            ("https://[2001:DB8::1]/", "[2001:DB8::1]"),
            ("https://xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("cursor://anysphere.example/cb", "cursor"),
            ("urn:ietf:wg:oauth:2.0:oob", "urn"),
        ] {
            let parsed = RedirectUri::parse(uri).expect(uri);
            assert_eq!((parsed.as_str(), &*parsed.to_string(), parsed.host_for_display()), (uri, uri, shown));
            assert!(parsed.matches(uri));
        }
    }

    // shows: RFC6749-10.8-02, RFC9700-2.6-04, RFC9700-2.6-05, RFC8252-8.4-04
    #[test]
    fn refused() {
        use RedirectUriError as E;
        for (uri, error) in [
            ("", E::Relative),
            ("/cb", E::Relative),
            ("//client.example/cb", E::Relative),
            ("client.example/cb", E::Relative),
            (" https://client.example", E::Character),
            ("https://client.example\t", E::Character),
            ("https://client.example/\u{e9}", E::Character),
            ("https://client.example\\@evil.example", E::Character),
            ("https://client.example/%2", E::Character),
            ("https://client.example/cb#", E::Fragment),
            ("com.example.app:/cb#x", E::Fragment),
            ("https://a@client.example/cb", E::Userinfo),
            ("https://:b@client.example/cb", E::Userinfo),
            ("com.example.app://a@b/", E::Userinfo),
            ("https://*.client.example/cb", E::Wildcard),
            ("com.example.app://*/cb", E::Wildcard),
            ("JavaScript:alert(1)", E::ForbiddenScheme),
            ("data:text/html,x", E::ForbiddenScheme),
            ("file:///etc/passwd", E::ForbiddenScheme),
            ("wss://client.example/", E::ForbiddenScheme),
            ("https:client.example/cb", E::MissingHost),
            ("https:///client.example/cb", E::MissingHost),
            ("https://", E::MissingHost),
            ("https://client.example:/cb", E::Port),
            ("https://client.example:99999/cb", E::Port),
            ("https://%63lient.example/cb", E::Host),
            ("http://127.1/cb", E::Host),
            ("http://2130706433/cb", E::Host),
            ("http://[0:0:0:0:0:0:0:1]/cb", E::Host),
            ("https://[::1/cb", E::Host),
            ("https://client.example./cb", E::Host),
            ("https://client..example/cb", E::Host),
            ("https://a!b.example/cb", E::Host),
            ("https://[::ffff:102:304]/cb", E::Host),
            ("https://[::1]a/cb", E::Host),
            ("https://xn--lee0.example/cb", E::Host),
            ("com.example.app://[0:0:0:0:0:0:0:1]/cb", E::Host),
            ("com.example.app://a:/cb", E::Port),
            ("com.example.app://a:65536/cb", E::Port),
            ("https://client.example:+443/cb", E::Port),
            ("com.example.app://[x]/cb", E::Host),
            ("com.example.app://:80/cb", E::MissingHost),
            ("1com.example.app:/cb", E::Relative),
            ("http://client.example/cb", E::InsecureHttp),
            ("http://localhost.example/cb", E::InsecureHttp),
            ("http://10.0.0.1/cb", E::InsecureHttp),
            ("https://client.example/a/../cb", E::DotSegment),
            ("https://client.example/%2E%2e/cb", E::DotSegment),
            ("com.example.app:/a/.", E::DotSegment),
            ("https://client.example/cb?x=1&state=2", E::ResponseParameter),
            ("https://client.example/cb?i%73s=", E::ResponseParameter),
        ] {
            assert_eq!(RedirectUri::parse(uri), Err(error), "{uri}");
        }
        for scheme in FORBIDDEN_SCHEMES {
            let parsed = RedirectUri::parse(&format!("{scheme}://client.example/"));
            assert_eq!(parsed, Err(E::ForbiddenScheme), "{scheme}");
        }
    }

    // shows: RFC6749-3.1.2.2-04, RFC6749-3.1.2.3-03, RFC9700-2.1-01, RFC9700-4.1.3-01, RFC9700-4.1.3-02, RFC8252-7.3-01
    #[test]
    fn matching() {
        for (registered, requested, expected) in [
            ("https://c.example/cb", "https://c.example/cb/", false),
            ("https://c.example/cb", "https://c.example/cb?x=1", false),
            ("https://c.example/cb", "https://C.example/cb", false),
            ("https://c.example/cb", "https://c.example:443/cb", false),
            ("https://c.example/%7e", "https://c.example/~", false),
            ("http://localhost/cb", "http://localhost:81/cb", true),
            ("http://localhost:80/cb", "http://localhost:81/cb", true),
            ("http://localhost:80/cb", "http://localhost:81/other", false),
            ("http://localhost/cb", "http://127.0.0.1/cb", false),
            ("http://localhost/cb", "http://localhost.evil.example/cb", false),
            ("http://localhost/cb", "http://localhost:1@evil.example/cb", false),
            ("http://localhost/cb", "http://LOCALHOST:1/cb", false),
            ("https://localhost:1/cb", "https://localhost:2/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb", true),
            ("http://127.0.0.1:1/cb", "http://127.0.0.1:2/cb", true),
            ("http://127.0.0.1:1/cb", "http://127.0.0.1/cb", true),
            ("http://[::1]/cb?x", "http://[::1]:61023/cb?x", true),
            ("http://[::1]/cb", "http://127.0.0.1/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.2/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:1/other", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:1/cb#x", false),
            ("http://127.0.0.1/cb", "https://127.0.0.1:1/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:+1/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:65535/cb", true),
            ("http://127.0.0.1/cb", "http://127.0.0.1:65536/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:99999/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:1:1/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:1@evil.example/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb", false),
            ("https://127.0.0.1:1/cb", "https://127.0.0.1:2/cb", false),
        ] {
            let matches = RedirectUri::parse(registered).unwrap().matches(requested);
            assert_eq!(matches, expected, "{registered} and {requested}");
        }
    }

    #[test]
    fn serialized_as_checked_text() {
        let uri = RedirectUri::parse("https://c.example/cb").unwrap();
        let json = serde_json::to_string(&uri).unwrap();
        assert_eq!(json, r#""https://c.example/cb""#);
        assert_eq!(serde_json::from_str::<RedirectUri>(&json).unwrap(), uri);
        assert!(serde_json::from_str::<RedirectUri>(r#""http://c.example/cb""#).is_err());
    }
}
