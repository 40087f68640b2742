//! Requests' parameters: a strict parser of `application/x-www-form-urlencoded` query
//! strings and bodies (RFC 6749 appendix B) that borrows what needs no decoding, and
//! the writer that adds parameters to a redirect URI. Strict, because what two
//! parsers read differently an attacker can hide from one of them.

use std::borrow::Cow;
use std::fmt;

use crate::values::error::OAuthError;
use memchr::{memchr, memchr2};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroize as _;

/// The longest accepted query string or body, in bytes before decoding.
pub const MAX_ENCODED_LEN: usize = 64 * 1024;

/// The most parameters one request may have.
pub const MAX_PAIRS: usize = 128;

/// Parameters that cannot be used. The texts suit `error_description` (RFC 6749
/// section 4.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParameterError {
    /// A `%` that two hexadecimal digits do not follow.
    #[error("a parameter has malformed percent-encoding")]
    MalformedEncoding,
    /// A name or value that is not UTF-8 once decoded.
    #[error("a parameter is not UTF-8")]
    NotUtf8,
    /// More than 64 KiB before decoding.
    #[error("the parameters are too long")]
    TooLong,
    /// More than 128 parameters.
    #[error("there are too many parameters")]
    TooMany,
    /// A parameter that may occur only once occurs again (RFC 6749 section 3.1).
    #[error("the parameter {0} is included more than once")]
    Repeated(&'static str),
}

/// A parameter that a request may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) repeats: bool,
}

impl Parameter {
    /// A parameter that "MUST NOT be included more than once" (RFC 6749 section 3.1).
    pub const fn once(name: &'static str) -> Self {
        Self { name, repeats: false }
    }

    /// A parameter that its specification allows to repeat, such as `resource`
    /// (RFC 8707 section 2).
    pub const fn repeatable(name: &'static str) -> Self {
        Self { name, repeats: true }
    }
}

/// Decoded parameters, in the order of the request.
#[derive(Clone, Default)]
pub struct Parameters<'a> {
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// Does a name occur twice, or are there so many that nobody looked?
    may_repeat: bool,
}

/// How many names are compared with each other when they are read.
const FEW: usize = 16;

impl<'a> Parameters<'a> {
    /// Reads a query string (without its `?`) or a body. A piece without `=` is a name
    /// with an empty value; empty pieces are skipped.
    ///
    /// # Errors
    ///
    /// [`ParameterError`] when the encoding is malformed, a name or value is not UTF-8,
    /// or 64 KiB or 128 parameters is exceeded.
    pub fn parse(encoded: &'a [u8]) -> Result<Self, ParameterError> {
        if encoded.len() > MAX_ENCODED_LEN {
            return Err(ParameterError::TooLong);
        }
        let encoded = str::from_utf8(encoded).map_err(|_| ParameterError::NotUtf8)?;
        let plain = memchr2(b'%', b'+', encoded.as_bytes()).is_none();
        let decode = |piece| if plain { Ok(Cow::Borrowed(piece)) } else { decode(piece) };
        let mut pairs: Vec<(Cow<'a, str>, _)> = Vec::with_capacity(8);
        let mut may_repeat = false;
        for piece in pieces(encoded).filter(|piece| !piece.is_empty()) {
            if pairs.len() == MAX_PAIRS {
                return Err(ParameterError::TooMany);
            }
            let (name, value) = split_once(piece, b'=').unwrap_or((piece, ""));
            let name = decode(name)?;
            may_repeat = may_repeat || pairs.len() >= FEW || pairs.iter().any(|(earlier, _)| *earlier == name);
            pairs.push((name, decode(value)?));
        }
        Ok(Self { pairs, may_repeat })
    }

    /// The first value of `name` that is not empty: "Parameters sent without a value
    /// MUST be treated as if they were omitted" (RFC 6749 section 3.1).
    pub fn get(&self, name: &str) -> Option<&str> {
        self.get_all(name).next()
    }

    /// All values of `name` that are not empty.
    pub fn get_all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.iter().filter(move |(own, value)| *own == name && !value.is_empty()).map(|(_, value)| value)
    }

    /// All names and values, empty ones included.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (&**name, &**value))
    }

    /// Refuses a known parameter that occurs more often than it may; empty values
    /// count. Names that are not known may repeat, since they are ignored.
    ///
    /// # Errors
    ///
    /// [`ParameterError::Repeated`] with the parameter's name (RFC 6749 section 3.1).
    pub fn reject_repeats(&self, known: &[&[Parameter]]) -> Result<(), ParameterError> {
        if !self.may_repeat {
            return Ok(());
        }
        for parameter in known.iter().copied().flatten() {
            let occurrences = self.iter().filter(|(name, _)| *name == parameter.name);
            if !parameter.repeats && occurrences.count() > 1 {
                return Err(ParameterError::Repeated(parameter.name));
            }
        }
        Ok(())
    }
}

/// Shows the names only: among the values are codes, tokens and passwords. And of those that have no value, nothing: a token that
/// is sent without a name looks like one, with `=` at its end perhaps.
impl fmt::Debug for Parameters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = self.iter().filter(|(_, value)| value.bytes().any(|byte| byte != b'='));
        f.write_str("Parameters")?;
        f.debug_list().entries(named.map(|(name, _)| name)).finish()
    }
}

/// The pieces between the `&`.
fn pieces(encoded: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(encoded);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = memchr(b'&', text.as_bytes());
        rest = end.map(|end| &text[end + 1..]);
        Some(&text[..end.unwrap_or(text.len())])
    })
}

/// What is before and after the first `separator`, which is ASCII.
pub(crate) fn split_once(text: &str, separator: u8) -> Option<(&str, &str)> {
    let at = memchr(separator, text.as_bytes())?;
    Some((&text[..at], &text[at + 1..]))
}

/// What was decoded may be a password or a secret; what is borrowed lies in the request's body, which is not ours to erase.
impl Drop for Parameters<'_> {
    fn drop(&mut self) {
        for (_, value) in &mut self.pairs {
            if let Cow::Owned(decoded) = value {
                decoded.zeroize();
            }
        }
    }
}

/// `param-name = 1*name-char`: letters, digits, `-`, `.` and `_` (RFC 6749 section 8.2 and appendix A).
pub(crate) fn is_parameter_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
}

/// Decodes one name or value.
pub(crate) fn decode(encoded: &str) -> Result<Cow<'_, str>, ParameterError> {
    if memchr2(b'%', b'+', encoded.as_bytes()).is_none() {
        return Ok(Cow::Borrowed(encoded));
    }
    let mut decoded = Vec::with_capacity(encoded.len());
    let mut bytes = encoded.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => hex_digit(bytes.next())? << 4 | hex_digit(bytes.next())?,
            other => other,
        });
    }
    let text = String::from_utf8(decoded).map_err(|_| ParameterError::NotUtf8)?;
    Ok(Cow::Owned(text))
}

fn hex_digit(byte: Option<u8>) -> Result<u8, ParameterError> {
    match byte {
        Some(digit @ b'0'..=b'9') => Ok(digit - b'0'),
        Some(digit @ b'a'..=b'f') => Ok(digit - b'a' + 10),
        Some(digit @ b'A'..=b'F') => Ok(digit - b'A' + 10),
        _ => Err(ParameterError::MalformedEncoding),
    }
}

/// Adds `pairs` to the query of the URI `base`, whose own bytes stay as they are: an
/// existing query "MUST be retained" (RFC 6749 section 3.1.2). A fragment stays last.
pub fn append_query(base: &str, pairs: &[(&str, &str)]) -> String {
    let (uri, fragment) = base.split_at(base.find('#').unwrap_or(base.len()));
    append(uri, '?', pairs) + fragment
}

/// Adds `pairs` to the fragment of the URI `base`, whose own bytes stay as they are
/// (RFC 6749 section 4.2.2).
pub fn append_fragment(base: &str, pairs: &[(&str, &str)]) -> String {
    append(base, '#', pairs)
}

fn append(base: &str, start: char, pairs: &[(&str, &str)]) -> String {
    let added: usize = pairs.iter().map(|(name, value)| name.len() + value.len() + 2).sum();
    // Few characters of a response need three.
    let mut uri = String::with_capacity(base.len() + added + added / 4);
    uri.push_str(base);
    // A later `?` is part of a value: only the first one starts the query.
    let mut separator = match base.split_once(start) {
        None => Some(start),
        Some((_, before)) if before.is_empty() || before.ends_with('&') => None,
        Some(_) => Some('&'),
    };
    for (name, value) in pairs {
        uri.extend(separator.replace('&'));
        push_encoded(&mut uri, name);
        uri.push('=');
        push_encoded(&mut uri, value);
    }
    uri
}

/// A name or value as a form has it (RFC 6749 appendix B).
pub(crate) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    push_encoded(&mut encoded, text);
    encoded
}

fn push_encoded(into: &mut String, text: &str) {
    const KEPT: AsciiSet = NON_ALPHANUMERIC.remove(b'*').remove(b'-').remove(b'.').remove(b'_');
    for piece in utf8_percent_encode(text, &KEPT) {
        into.push_str(if piece == "%20" { "+" } else { piece });
    }
}

impl From<ParameterError> for OAuthError {
    fn from(error: ParameterError) -> Self {
        Self::invalid_request(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // shows: RFC6749-B-01
    #[test]
    fn decoding() {
        for (encoded, expected) in [
            ("", Ok(vec![])),
            ("&&a=1&", Ok(vec![("a", "1")])),
            ("a", Ok(vec![("a", "")])),
            ("a=b=c", Ok(vec![("a", "b=c")])),
            ("=x", Ok(vec![("", "x")])),
            ("a+b=%2B+%26%3d", Ok(vec![("a b", "+ &=")])),
            ("a=%C3%A9&b=\u{e9}", Ok(vec![("a", "\u{e9}"), ("b", "\u{e9}")])),
            ("a=%", Err(ParameterError::MalformedEncoding)),
            ("a=%2", Err(ParameterError::MalformedEncoding)),
            ("a=%2&b=0", Err(ParameterError::MalformedEncoding)),
            ("%zz=1", Err(ParameterError::MalformedEncoding)),
            ("a=%+1", Err(ParameterError::MalformedEncoding)),
            ("a=%FF", Err(ParameterError::NotUtf8)),
            ("%C3=%A9", Err(ParameterError::NotUtf8)),
        ] {
            let parsed = Parameters::parse(encoded.as_bytes());
            let pairs = parsed.as_ref().map(|p| p.iter().collect::<Vec<_>>());
            assert_eq!(pairs.map_err(|error| *error), expected, "{encoded}");
        }
        assert_eq!(Parameters::parse(b"a=\xff").unwrap_err(), ParameterError::NotUtf8);
    }

    #[test]
    fn borrows_what_needs_no_decoding() {
        let parameters = Parameters::parse(b"a=b&c=%64").unwrap();
        assert!(matches!(parameters.pairs[0], (Cow::Borrowed("a"), Cow::Borrowed("b"))));
        assert!(matches!(parameters.pairs[1], (Cow::Borrowed("c"), Cow::Owned(_))));
    }

    #[test]
    fn limits_are_inclusive() {
        let parse = |text: String| Parameters::parse(text.as_bytes()).map(|p| p.pairs.len());
        assert_eq!(parse("a".repeat(MAX_ENCODED_LEN)), Ok(1));
        assert_eq!(parse("a".repeat(MAX_ENCODED_LEN + 1)), Err(ParameterError::TooLong));
        assert_eq!(parse("a&".repeat(MAX_PAIRS)), Ok(MAX_PAIRS));
        assert_eq!(parse("a&".repeat(MAX_PAIRS + 1)), Err(ParameterError::TooMany));
    }

    #[test]
    fn an_empty_value_counts_as_omitted() {
        let parameters = Parameters::parse(b"a=&a=1&b&a=2").unwrap();
        assert_eq!(parameters.get("a"), Some("1"));
        assert_eq!(parameters.get_all("a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(parameters.get("b"), None);
        assert_eq!(parameters.get("c"), None);
    }

    #[test]
    fn repeats() {
        let known: [&[Parameter]; 2] =
            [&[Parameter::once("state")], &[Parameter::repeatable("resource"), Parameter::once("scope")]];
        for (encoded, expected) in [
            ("state=1&scope=a", Ok(())),
            ("x=1&x=2&resource=a&resource=b", Ok(())),
            ("state=1&State=2", Ok(())),
            ("state=1&state=1", Err(ParameterError::Repeated("state"))),
            ("scope&scope=", Err(ParameterError::Repeated("scope"))),
            ("scope=a&sc%6Fpe=b", Err(ParameterError::Repeated("scope"))),
        ] {
            let parameters = Parameters::parse(encoded.as_bytes()).unwrap();
            assert_eq!(parameters.reject_repeats(&known), expected, "{encoded}");
        }
    }

    #[test]
    fn debug_shows_no_value() {
        let parameters = Parameters::parse(b"password=hunter2").unwrap();
        assert_eq!(format!("{parameters:?}"), r#"Parameters["password"]"#);
        // Nor what stands in the place of a name.
        let parameters = Parameters::parse(b"hunter2&aHVudGVyMg==&aHVudGVyMjA=&scope=read").unwrap();
        assert_eq!(format!("{parameters:?}"), r#"Parameters["scope"]"#);
    }

    #[test]
    fn appending() {
        let pairs = [("code", "a b&c=\u{e9}+"), ("state", "~")];
        let added = "code=a+b%26c%3D%C3%A9%2B&state=%7E";
        for (base, separator) in [
            ("https://c.test/cb", "?"),
            ("https://c.test/cb?", ""),
            ("https://c.test/cb?x=%2f", "&"),
            ("https://c.test/cb?x=1&", ""),
            ("https://c.test/cb?x=?", "&"),
            ("com.example:/cb", "?"),
        ] {
            assert_eq!(append_query(base, &pairs), format!("{base}{separator}{added}"));
            assert_eq!(append_fragment(base, &pairs), format!("{base}#{added}"));
        }
        assert_eq!(append_query("a:b#f", &[("x", "1")]), "a:b?x=1#f");
        assert_eq!(append_fragment("a:b#f", &[("x", "1")]), "a:b#f&x=1");
        assert_eq!(append_query("a:b", &[]), "a:b");
    }
}
