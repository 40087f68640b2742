//! URIs as they are written (RFC 3986). `url` parses them; here is what it forgives, looked at in the text before `url` is, and
//! whether both read the same host and port, so that what was checked is what a browser or an HTTP client opens. Nothing is
//! normalized, because what is compared and sent is the text.

use url::{Host, ParseError, Url};

use crate::values::issuer::{self, is_host};

/// The components of a URI.
pub(crate) struct Parts<'a> {
    pub(crate) scheme: &'a str,
    pub(crate) authority: Option<&'a str>,
    pub(crate) path: &'a str,
}

impl<'a> Parts<'a> {
    /// `None` if it has no scheme.
    pub(crate) fn of(uri: &'a str) -> Option<Self> {
        let (scheme, rest) = uri.split_once(':').filter(|(scheme, _)| is_scheme(scheme))?;
        let (hierarchy, _) = rest.split_at(rest.find(['?', '#']).unwrap_or(rest.len()));
        let (authority, path) = match hierarchy.strip_prefix("//") {
            Some(after) => {
                let (authority, path) = after.split_at(after.find('/').unwrap_or(after.len()));
                (Some(authority), path)
            }
            None => (None, hierarchy),
        };
        Some(Self { scheme, authority, path })
    }

    /// The host is empty if there is none.
    pub(crate) fn host_and_port(&self) -> (&'a str, Option<&'a str>) {
        self.authority.map_or(("", None), split_port)
    }

    /// Is the scheme `https` or `http`?
    pub(crate) fn is_web(&self) -> bool {
        self.has_scheme("https") || self.has_scheme("http")
    }

    pub(crate) fn has_scheme(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }
}

/// Is it an absolute `https` URL, or an `http` one if `http_on` says so of its host? Without user name.
pub(crate) fn is_web_url(uri: &str, http_on: fn(&str) -> bool) -> bool {
    let Some(parts) = Parts::of(uri).filter(|_| has_uri_characters(uri)) else { return false };
    let (host, _) = parts.host_and_port();
    let scheme = parts.has_scheme("https") || (parts.has_scheme("http") && http_on(host));
    scheme && is_web_host(host) && parse(uri, &parts).is_ok()
}

/// What `url` reads, if host and port are as written, save for the case of letters.
pub(crate) fn parse(uri: &str, parts: &Parts<'_>) -> Result<Url, ParseError> {
    let (host, port) = parts.host_and_port();
    if !port.is_none_or(is_number) {
        return Err(ParseError::InvalidPort);
    }
    let url = Url::parse(uri)?;
    // Addresses with an IPv4 address at the end are written in two ways.
    let is_mapped = matches!(url.host(), Some(Host::Ipv6(address)) if address.to_ipv4_mapped().is_some());
    if is_mapped || !url.host_str().unwrap_or_default().eq_ignore_ascii_case(host) {
        return Err(ParseError::InvalidDomainCharacter);
    }
    match port.map(str::parse) {
        None if url.port().is_none() => Ok(url),
        Some(Ok(port)) if url.port_or_known_default() == Some(port) => Ok(url),
        _ => Err(ParseError::InvalidPort),
    }
}

/// Only the characters of RFC 3986, percent-encoding well formed. `url` strips, encodes or (`\`) reinterprets the others.
pub(crate) fn has_uri_characters(uri: &str) -> bool {
    let foreign =
        |byte: u8| !byte.is_ascii_graphic() || matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}');
    let encoded = |rest: &str| {
        let mut digits = rest.bytes();
        let mut is_hex = || digits.next().is_some_and(|byte| byte.is_ascii_hexdigit());
        is_hex() && is_hex()
    };
    !uri.bytes().any(foreign) && uri.split('%').skip(1).all(encoded)
}

/// Splits at the first colon after the host, which may be an IPv6 address in brackets.
pub(crate) fn split_port(authority: &str) -> (&str, Option<&str>) {
    let host_end = match authority.starts_with('[') {
        true => authority.find(']').unwrap_or(0),
        false => 0,
    };
    match authority[host_end..].find(':') {
        Some(colon) => {
            let (host, port) = authority.split_at(host_end + colon);
            (host, Some(&port[1..]))
        }
        None => (authority, None),
    }
}

/// Digits alone: `url` forgives that there are none.
pub(crate) fn is_number(port: &str) -> bool {
    !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())
}

/// A DNS name or an IPv4 address, without what `url` forgives: a dot at the end, labels that are empty or too long, characters
/// that no name has. What is in brackets is for `url` to read. Letters may be upper case.
pub(crate) fn is_web_host(host: &str) -> bool {
    (host.starts_with('[') && host.ends_with(']')) || is_host(host.to_ascii_lowercase().as_bytes())
}

/// `localhost`, or a loopback address.
pub(crate) fn is_loopback(host: &str) -> bool {
    issuer::is_loopback(host.to_ascii_lowercase().as_bytes())
}

/// `ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )` (RFC 3986 section 3.1)
pub(crate) fn is_scheme(scheme: &str) -> bool {
    let permitted = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    scheme.starts_with(|first: char| first.is_ascii_alphabetic()) && scheme.bytes().all(permitted)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pieces of hosts that URL parsers read in ways of their own.
    const PIECES: &[&str] = &[
        "",
        "a",
        "A",
        "1",
        "0",
        "127",
        "256",
        "0x7f",
        "07",
        "1a",
        "-",
        "_",
        ".",
        "..",
        "a.b",
        "1.2.3.4",
        "127.0.0.1",
        "example.com",
        "xn--nxasmq6b",
        "xn--lee0",
        "%61",
        "[",
        "]",
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[2001:db8::1]",
        "[2001:DB8::1]",
        "[::ffff:1.2.3.4]",
        "[::1",
        "::1",
        "[fe80::1%25a]",
        "!",
        "*",
        "'",
        "(",
        ",",
        ";",
        "=",
        "~",
        "$",
        "&",
        "+",
        ":",
        ":0",
        ":80",
        ":65536",
        ":+1",
        ":a",
        "@",
        "/",
        "//",
        "/..",
        "?",
        "localhost",
    ];

    /// What is accepted, `http`, which HTTP clients use, and `url`, as browsers do, read as it is written: same host, same port, and
    /// no user name.
    #[test]
    fn what_is_accepted_is_what_everybody_opens() {
        let (mut accepted, mut refused) = (0, 0);
        for first in PIECES {
            for second in PIECES {
                for third in PIECES {
                    let text = format!("https://{first}{second}{third}");
                    if !is_web_url(&text, |_| false) {
                        refused += 1;
                        continue;
                    }
                    accepted += 1;
                    let (host, port) = Parts::of(&text).expect("a URL").host_and_port();
                    let number = port.map_or(443, |port| port.parse().expect("a number"));
                    let read = Url::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
                    assert_eq!(read.host_str(), Some(&*host.to_ascii_lowercase()), "{text}");
                    assert_eq!(read.port_or_known_default(), Some(number), "{text}");
                    assert!(read.username().is_empty() && read.password().is_none(), "{text}");
                    let read: http::Uri = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
                    let authority = read.authority().map(|authority| authority.as_str());
                    assert_eq!((read.host(), read.port_u16().unwrap_or(443)), (Some(host), number), "{text}");
                    assert_eq!(authority, Some(&*port.map_or(host.to_owned(), |port| format!("{host}:{port}"))), "{text}");
                }
            }
        }
        assert!(accepted > 1000 && refused > 1000, "{accepted} accepted, {refused} refused");
    }

    #[test]
    fn web_urls() {
        for (uri, https_only, with_loopback, with_any) in [
            ("https://a.example/x?y#z", true, true, true),
            ("HTTPS://A.example:8443", true, true, true),
            ("https://[2001:db8::1]:1/", true, true, true),
            ("http://127.0.0.1:80/", false, true, true),
            ("http://LOCALHOST", false, true, true),
            ("http://[::1]", false, true, true),
            ("http://a.example", false, false, true),
            ("http://localhost.example", false, false, true),
            ("https:a.example", false, false, false),
            ("https:///a.example", false, false, false),
            ("https://a@b.example", false, false, false),
            ("https://a.example:", false, false, false),
            ("https://a.example:70000", false, false, false),
            ("https://127.1", false, false, false),
            ("https://a.example.", false, false, false),
            ("https://[::ffff:1.2.3.4]", false, false, false),
            ("https://[::ffff:102:304]", false, false, false),
            ("https://[2001:DB8::1]", true, true, true),
            ("https://[::1]@a.example", false, false, false),
            ("https://[::1]a", false, false, false),
            ("https://a.example:+80", false, false, false),
            // Not Punycode: nobody opens it.
            ("https://xn--lee0.example", false, false, false),
            ("https://xn--bcher-kva.example", true, true, true),
            ("https://a.example/\"", false, false, false),
            ("https://a.example/%zz", false, false, false),
            ("//a.example", false, false, false),
            ("ftp://a.example", false, false, false),
            ("1https://a.example", false, false, false),
        ] {
            assert_eq!(is_web_url(uri, |_| false), https_only, "{uri}");
            assert_eq!(is_web_url(uri, is_loopback), with_loopback, "{uri}");
            assert_eq!(is_web_url(uri, |_| true), with_any, "{uri}");
        }
    }
}
