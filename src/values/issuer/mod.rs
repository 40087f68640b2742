//! The issuer identifier: the `https` URL that names an authorization server (RFC 8414
//! section 2) and under which its endpoints are. One constant function holds the rules,
//! so that a literal is checked at compile time exactly as a configured value is at run
//! time.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use url::Url;

/// An issuer identifier. Cloning does not allocate. It is compared, and sent to
/// clients, exactly as written (RFC 9207 section 2.4: "simple string comparison").
#[derive(Clone)]
pub struct Issuer(Text);

/// An issuer identifier with the `http` scheme on a loopback host, for development:
/// RFC 8414 section 2 permits only `https`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LoopbackIssuer(Issuer);

#[derive(Clone)]
enum Text {
    Static(&'static str),
    Shared(Arc<str>),
}

impl Issuer {
    /// Reads an issuer identifier. A terminating `/` is permitted (RFC 8414 section
    /// 3.1 only removes it to find the metadata). The host must be a DNS name in lower
    /// case or an IPv4 address.
    ///
    /// # Errors
    ///
    /// [`IssuerError`] tells which rule `issuer` breaks.
    pub fn parse(issuer: &str) -> Result<Self, IssuerError> {
        parse(issuer, Kind::Https)
    }

    /// For constants only (see `issuer!`): panics with the broken rule.
    #[doc(hidden)]
    #[track_caller]
    pub const fn from_static(issuer: &'static str) -> Self {
        match check(issuer, Kind::Https) {
            Ok(()) => Self(Text::Static(issuer)),
            Err(error) => panic!("{}", error.message()),
        }
    }

    /// The identifier exactly as written.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Text::Static(text) => text,
            Text::Shared(text) => text,
        }
    }

    /// The path without its terminating `/`, as RFC 8414 section 3.1 appends it to the
    /// well-known URI; empty when there is none.
    pub fn path(&self) -> &str {
        let path = self.split().1;
        path.strip_suffix('/').unwrap_or(path)
    }

    /// Scheme, host and port, such as `https://example.com:8443`.
    pub fn origin(&self) -> &str {
        self.split().0
    }

    /// Are host and path those that `url` reads?
    fn is_read_as_written(&self, url: &Url) -> bool {
        let (origin, path) = self.split();
        let after_host = url.host_str().and_then(|host| origin.split_once("://")?.1.strip_prefix(host));
        let same_port = after_host.is_some_and(|port| match port.strip_prefix(':') {
            Some(port) => port.parse().is_ok_and(|port| url.port_or_known_default() == Some(port)),
            None => port.is_empty() && url.port().is_none(),
        });
        same_port && url.path().strip_prefix('/') == Some(path.strip_prefix('/').unwrap_or_default())
    }

    fn split(&self) -> (&str, &str) {
        let text = self.as_str();
        let host = text.find("://").map_or(0, |scheme| scheme + 3);
        let path = text[host..].find('/').map_or(text.len(), |at| host + at);
        text.split_at(path)
    }
}

impl LoopbackIssuer {
    /// Reads an issuer identifier with the `http` scheme and the host `localhost`,
    /// `[::1]` or an address of `127.0.0.0/8`; otherwise as [`Issuer::parse`].
    ///
    /// # Errors
    ///
    /// [`IssuerError`] tells which rule `issuer` breaks.
    pub fn parse(issuer: &str) -> Result<Self, IssuerError> {
        parse(issuer, Kind::Loopback).map(Self)
    }

    /// For constants only (see `loopback_issuer!`): panics with the broken rule.
    #[doc(hidden)]
    #[track_caller]
    pub const fn from_static(issuer: &'static str) -> Self {
        match check(issuer, Kind::Loopback) {
            Ok(()) => Self(Issuer(Text::Static(issuer))),
            Err(error) => panic!("{}", error.message()),
        }
    }

    /// The identifier exactly as written.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The issuer that the server then uses like any other.
    pub(crate) fn into_issuer(self) -> Issuer {
        self.0
    }
}

/// The rule that an issuer identifier breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IssuerError {
    /// A blank, a control character or a character that is not ASCII.
    Character,
    /// An [`Issuer`] without the `https` scheme.
    NotHttps,
    /// A [`LoopbackIssuer`] without the `http` scheme.
    NotHttp,
    /// A query or a fragment.
    QueryOrFragment,
    /// A user name or password.
    Userinfo,
    /// No host.
    MissingHost,
    /// A host that is neither a DNS name in lower case nor an IPv4 address, or an `xn--` label that stands for nothing.
    Host,
    /// A [`LoopbackIssuer`] whose host is not a loopback one.
    NotLoopback,
    /// A port that is empty, not a number from 1 to 65535, or starts with a 0.
    Port,
    /// A path with a character that must be percent-encoded, or a malformed encoding.
    PathCharacter,
    /// A path with an empty, `.` or `..` segment.
    PathSegment,
}

impl IssuerError {
    const fn message(self) -> &'static str {
        match self {
            Self::Character => "the issuer must not contain blanks, control characters or non-ASCII characters",
            Self::NotHttps => "the issuer must use the `https` scheme (RFC 8414 section 2)",
            Self::NotHttp => "a loopback issuer must use the `http` scheme",
            Self::QueryOrFragment => "the issuer must not have a query or fragment (RFC 8414 section 2)",
            Self::Userinfo => "the issuer must not contain a user name or password",
            Self::MissingHost => "the issuer must have a host, as in `https://example.com`",
            Self::Host => {
                "the issuer's host must be a DNS name in lower case (use `xn--` labels for other \
                 alphabets) or an IPv4 address"
            }
            Self::NotLoopback => "a loopback issuer's host must be `localhost`, `[::1]` or in `127.0.0.0/8`",
            Self::Port => "the issuer's port must be a number from 1 to 65535 without leading 0",
            Self::PathCharacter => {
                "the issuer's path has a character that must be percent-encoded, or a malformed \
                 percent-encoding"
            }
            Self::PathSegment => {
                "the issuer's path must not have empty, `.` or `..` segments: HTTP clients and \
                 proxies rewrite them"
            }
        }
    }
}

impl fmt::Display for IssuerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl std::error::Error for IssuerError {}

#[derive(Clone, Copy)]
enum Kind {
    Https,
    Loopback,
}

fn parse(issuer: &str, kind: Kind) -> Result<Issuer, IssuerError> {
    check(issuer, kind)?;
    let issuer = Issuer(Text::Shared(issuer.into()));
    // What an `xn--` label stands for is beyond a constant function: that alone a literal may have wrong.
    match Url::parse(issuer.as_str()) {
        Ok(url) if issuer.is_read_as_written(&url) => Ok(issuer),
        _ => Err(IssuerError::Host),
    }
}

/// All rules, for literals and for values read at run time.
const fn check(issuer: &str, kind: Kind) -> Result<(), IssuerError> {
    let bytes = issuer.as_bytes();
    if let Err(error) = check_characters(bytes) {
        return Err(error);
    }
    let rest = match (kind, bytes) {
        (Kind::Https, [b'h', b't', b't', b'p', b's', b':', b'/', b'/', rest @ ..]) => rest,
        (Kind::Loopback, [b'h', b't', b't', b'p', b':', b'/', b'/', rest @ ..]) => rest,
        (Kind::Https, _) => return Err(IssuerError::NotHttps),
        (Kind::Loopback, _) => return Err(IssuerError::NotHttp),
    };
    if position(rest, b'?') < rest.len() || position(rest, b'#') < rest.len() {
        return Err(IssuerError::QueryOrFragment);
    }
    let (authority, path) = rest.split_at(position(rest, b'/'));
    if let Err(error) = check_authority(authority, kind) {
        return Err(error);
    }
    check_path(path)
}

const fn check_characters(bytes: &[u8]) -> Result<(), IssuerError> {
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_graphic() {
            return Err(IssuerError::Character);
        }
        at += 1;
    }
    Ok(())
}

const fn check_authority(authority: &[u8], kind: Kind) -> Result<(), IssuerError> {
    if position(authority, b'@') < authority.len() {
        return Err(IssuerError::Userinfo);
    }
    // The colons of `[::1]` are not those of a port.
    let (host, port) = match authority {
        [b'[', b':', b':', b'1', b']', port @ ..] => (b"[::1]".as_slice(), port),
        _ => authority.split_at(position(authority, b':')),
    };
    if host.is_empty() {
        return Err(IssuerError::MissingHost);
    }
    if !is_port(port) {
        return Err(IssuerError::Port);
    }
    match kind {
        Kind::Https if !is_host(host) => Err(IssuerError::Host),
        Kind::Loopback if !is_loopback(host) => Err(IssuerError::NotLoopback),
        _ => Ok(()),
    }
}

/// Empty, or a colon and a number from 1 to 65535.
const fn is_port(port: &[u8]) -> bool {
    match port {
        [] => true,
        [b':', b'1'..=b'9', ..] => {
            let (_, digits) = port.split_at(1);
            matches!(number(digits), Some(1..=65_535))
        }
        _ => false,
    }
}

/// `localhost`, or a loopback address. Takes the host in lower case.
pub(crate) const fn is_loopback(host: &[u8]) -> bool {
    matches!(host, b"localhost" | b"[::1]") || (matches!(host, [b'1', b'2', b'7', b'.', ..]) && is_ipv4(host))
}

/// Labels separated by dots. A last label that starts with a digit makes it an IPv4
/// address, because URL parsers read `0x7f.1` and the like as one.
pub(crate) const fn is_host(host: &[u8]) -> bool {
    let mut rest = host;
    loop {
        let (label, after) = rest.split_at(position(rest, b'.'));
        if !is_label(label) {
            return false;
        }
        match after {
            [] => return !label[0].is_ascii_digit() || is_ipv4(host),
            [_, next @ ..] => rest = next,
        }
    }
}

const fn is_label(label: &[u8]) -> bool {
    if matches!(label, [] | [b'-', ..] | [.., b'-']) || label.len() > 63 {
        return false;
    }
    let mut at = 0;
    while at < label.len() {
        if !matches!(label[at], b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_') {
            return false;
        }
        at += 1;
    }
    true
}

/// Four decimal numbers up to 255 without leading zeros.
const fn is_ipv4(host: &[u8]) -> bool {
    let mut rest = host;
    let mut octets = 0;
    loop {
        let (octet, after) = rest.split_at(position(rest, b'.'));
        let leading_zero = octet.len() > 1 && octet[0] == b'0';
        if leading_zero || !matches!(number(octet), Some(0..=255)) {
            return false;
        }
        octets += 1;
        match after {
            [] => return octets == 4,
            [_, next @ ..] => rest = next,
        }
    }
}

/// Segments that no URL parser rewrites. The path is empty or starts with `/`; it may
/// end with one.
const fn check_path(path: &[u8]) -> Result<(), IssuerError> {
    let mut rest = path;
    while let [_, after @ ..] = rest {
        let (segment, next) = after.split_at(position(after, b'/'));
        if let Err(error) = check_segment(segment) {
            return Err(error);
        }
        if segment.is_empty() && !next.is_empty() {
            return Err(IssuerError::PathSegment);
        }
        rest = next;
    }
    Ok(())
}

/// `segment = *pchar` (RFC 3986 section 3.3), and not a dot segment in any spelling.
const fn check_segment(segment: &[u8]) -> Result<(), IssuerError> {
    let mut rest = segment;
    let mut dots = 0;
    let mut characters = 0;
    while let [first, after @ ..] = rest {
        characters += 1;
        rest = match (first, after) {
            (b'%', [b'2', b'e' | b'E', after @ ..]) => {
                dots += 1;
                after
            }
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => after,
            (b'.', after) => {
                dots += 1;
                after
            }
            (byte, after) if is_path_character(*byte) => after,
            _ => return Err(IssuerError::PathCharacter),
        };
    }
    if dots == characters && matches!(dots, 1 | 2) {
        return Err(IssuerError::PathSegment);
    }
    Ok(())
}

/// `unreserved / sub-delims / ":" / "@"`
const fn is_path_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'.' | b'_' | b'~' | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' | b':' | b'@'
        )
}

/// A decimal number of one to five digits.
const fn number(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || digits.len() > 5 {
        return None;
    }
    let mut value = 0;
    let mut at = 0;
    while at < digits.len() {
        if !digits[at].is_ascii_digit() {
            return None;
        }
        value = value * 10 + (digits[at] - b'0') as u32;
        at += 1;
    }
    Some(value)
}

/// Where `wanted` first is, or the length of `bytes`.
const fn position(bytes: &[u8], wanted: u8) -> usize {
    let mut at = 0;
    while at < bytes.len() && bytes[at] != wanted {
        at += 1;
    }
    at
}

impl FromStr for Issuer {
    type Err = IssuerError;
    fn from_str(issuer: &str) -> Result<Self, IssuerError> {
        Self::parse(issuer)
    }
}

impl FromStr for LoopbackIssuer {
    type Err = IssuerError;
    fn from_str(issuer: &str) -> Result<Self, IssuerError> {
        Self::parse(issuer)
    }
}

impl AsRef<str> for Issuer {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Issuer({:?})", self.as_str())
    }
}

impl PartialEq for Issuer {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Issuer {}

impl Hash for Issuer {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl PartialOrd for Issuer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Issuer {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

/// An [`Issuer`] checked at compile time.
///
/// ```
/// let issuer = grantor::issuer!("https://example.com/tenant");
/// assert_eq!(issuer.path(), "/tenant");
/// ```
///
/// Without `https` it does not compile:
///
/// ```compile_fail
/// grantor::issuer!("http://example.com");
/// ```
// A constant item, not an inline `const`: `cargo check` evaluates only the former.
#[macro_export]
macro_rules! issuer {
    ($issuer:expr) => {{
        const CHECKED_ISSUER: $crate::Issuer = $crate::Issuer::from_static($issuer);
        CHECKED_ISSUER
    }};
}

/// A [`LoopbackIssuer`] checked at compile time, for development.
///
/// ```
/// let issuer = grantor::loopback_issuer!("http://localhost:8080");
/// assert_eq!(issuer.as_str(), "http://localhost:8080");
/// ```
#[macro_export]
macro_rules! loopback_issuer {
    ($issuer:expr) => {{
        const CHECKED_ISSUER: $crate::LoopbackIssuer = $crate::LoopbackIssuer::from_static($issuer);
        CHECKED_ISSUER
    }};
}

#[cfg(test)]
mod tests;
