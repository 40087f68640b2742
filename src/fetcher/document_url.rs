//! The URL of a document, looked at before anything is sent.

use std::net::IpAddr;

use http::Uri;
use url::{Host, Url};

use super::error::DocumentUrlError;
use crate::values::uri::{self, Parts};

/// The longest URL, in bytes.
const MAX_LENGTH: usize = 2_048;

/// A URL that may be fetched, if its addresses are.
#[derive(Debug, Clone)]
pub(super) struct DocumentUrl {
    url: Url,
    uri: Uri,
    port: u16,
}

impl DocumentUrl {
    /// Reads a URL. `allowed` has the ports that are permitted beside 443.
    pub(super) fn parse(text: &str, allowed: &[u16]) -> Result<Self, DocumentUrlError> {
        if text.len() > MAX_LENGTH {
            return Err(DocumentUrlError::TooLong);
        }
        if !uri::has_uri_characters(text) {
            return Err(DocumentUrlError::Character);
        }
        let parts = Parts::of(text).filter(|parts| parts.has_scheme("https")).ok_or(DocumentUrlError::NotHttps)?;
        let authority = parts.authority.ok_or(DocumentUrlError::NotHttps)?;
        if authority.contains('@') {
            return Err(DocumentUrlError::Userinfo);
        }
        if text.contains('#') {
            return Err(DocumentUrlError::Fragment);
        }
        if !uri::is_web_host(parts.host_and_port().0) {
            return Err(DocumentUrlError::Host);
        }
        let url = uri::parse(text, &parts).map_err(|error| match error {
            url::ParseError::InvalidPort => DocumentUrlError::Port,
            _ => DocumentUrlError::Host,
        })?;
        let port = url.port_or_known_default().filter(|port| *port == 443 || allowed.contains(port));
        let port = port.ok_or(DocumentUrlError::Port)?;
        let uri = url.as_str().parse().map_err(|_| DocumentUrlError::Character)?;
        Ok(Self { url, uri, port })
    }

    /// What is requested.
    pub(super) fn uri(&self) -> &Uri {
        &self.uri
    }

    /// In lower case; an IPv6 address in brackets.
    pub(super) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// The address, where the URL names one instead of a host.
    pub(super) fn address(&self) -> Option<IpAddr> {
        match self.url.host()? {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_refused_for_one_reason_each() {
        use DocumentUrlError as E;
        let long = format!("https://a.example/{}", "x".repeat(MAX_LENGTH - 17));
        for (url, expected) in [
            (long.as_str(), E::TooLong),
            ("", E::NotHttps),
            ("jwks", E::NotHttps),
            ("//a.example/jwks", E::NotHttps),
            ("https:a.example", E::NotHttps),
            ("http://a.example/jwks", E::NotHttps),
            ("file:///etc/passwd", E::NotHttps),
            ("https://user@a.example/", E::Userinfo),
            ("https://:secret@a.example/", E::Userinfo),
            ("https://a.example@b.example/", E::Userinfo),
            ("https://a.example/jwks#keys", E::Fragment),
            ("https://a.example#", E::Fragment),
            ("https:///jwks", E::Host),
            ("https://?jwks", E::Host),
            ("https://a..example/", E::Host),
            ("https://a.example./", E::Host),
            ("https://0x7f.1/", E::Host),
            ("https://2130706433/", E::Host),
            ("https://127.1/", E::Host),
            ("https://0177.0.0.1/", E::Host),
            ("https://[::ffff:127.0.0.1]/", E::Host),
            ("https://[::1/", E::Host),
            ("https://a.example:/", E::Port),
            ("https://a.example:80/", E::Port),
            ("https://a.example:8443/", E::Port),
            ("https://a.example:65536/", E::Port),
            ("https://a.example:0/", E::Port),
            ("https://a.example/a b", E::Character),
            ("https://a.example\\@b.example/", E::Character),
            ("https://a.example/%zz", E::Character),
            ("https://a.example/ä", E::Character),
            ("https://a.example/\r\nHost: b", E::Character),
        ] {
            assert_eq!(DocumentUrl::parse(url, &[]).map(|url| url.url), Err(expected), "{url}");
        }
    }

    #[test]
    fn urls_of_strangers_are_read_as_they_are_written() {
        let longest = format!("https://a.example/{}", "x".repeat(MAX_LENGTH - 18));
        for (url, host, port, address) in [
            (longest.as_str(), "a.example", 443, None),
            ("https://a.example", "a.example", 443, None),
            ("HTTPS://A.Example:443/jwks?v=1&w=%20", "a.example", 443, None),
            ("https://a.example:8443/jwks", "a.example", 8443, None),
            ("https://8.8.8.8/jwks", "8.8.8.8", 443, Some("8.8.8.8")),
            ("https://127.0.0.1/jwks", "127.0.0.1", 443, Some("127.0.0.1")),
            ("https://[2606:4700::1111]/", "[2606:4700::1111]", 443, Some("2606:4700::1111")),
        ] {
            let read = DocumentUrl::parse(url, &[8443]).unwrap_or_else(|error| panic!("{url}: {error}"));
            assert_eq!((read.host(), read.port()), (host, port), "{url}");
            assert_eq!(read.address(), address.map(|address| address.parse().unwrap()), "{url}");
            assert_eq!(read.uri().host(), Some(host), "{url}");
            assert_eq!(read.uri().to_string(), read.url.as_str(), "{url}");
        }
    }
}
