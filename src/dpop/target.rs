//! Is `htu` the URL of the request? Query and fragment do not count, nor do spellings of the same URL (RFC 9449 section 4.3; RFC 3986
//! sections 6.2.2 and 6.2.3).

use std::borrow::Cow;

use url::Url;

/// Does `claimed`, whatever its query and fragment, name the same as `own`, which has neither?
pub(super) fn is_same(claimed: &str, own: &str) -> bool {
    let end = claimed.find(['?', '#']).unwrap_or(claimed.len());
    let claimed = &claimed[..end];
    claimed == own || is_same_otherwise_spelled(claimed, own)
}

/// One spelling for all that are the same: what is remembered under it is remembered of each.
pub(super) fn canonical(own: &str) -> Cow<'_, str> {
    // Of nothing but these there is one spelling.
    let is_plain = |byte: u8| is_unreserved(byte) || matches!(byte, b':' | b'/' | b'[' | b']' | b'=' | b'&' | b'+' | b',' | b'@');
    let plain = own.bytes().all(is_plain) && !own.contains("/.");
    let Some(url) = Some(own).filter(|_| !plain).and_then(|own| Url::parse(own).ok()) else { return own.into() };
    let mut text = url.origin().ascii_serialization();
    for (byte, encoded) in bytes(url.path()) {
        match encoded {
            true => text.push_str(&format!("%{byte:02X}")),
            false => text.push(char::from(byte)),
        }
    }
    text.into()
}

/// Scheme and host in any case, the default port or none, dot segments, percent-encoding of what needs none.
fn is_same_otherwise_spelled(claimed: &str, own: &str) -> bool {
    let Some((scheme, rest)) = claimed.split_once("://") else { return false };
    // What a parser would leave out or repair is no spelling of it.
    if rest.starts_with('/') || !claimed.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') || own.contains('\\') {
        return false;
    }
    let (Ok(claimed), Ok(own)) = (Url::parse(claimed), Url::parse(own)) else { return false };
    let has_user = !claimed.username().is_empty() || claimed.password().is_some();
    !has_user
        && scheme.eq_ignore_ascii_case(own.scheme())
        && claimed.scheme() == own.scheme()
        && claimed.host() == own.host()
        && claimed.port_or_known_default() == own.port_or_known_default()
        && bytes(claimed.path()).eq(bytes(own.path()))
}

/// The bytes of a path, each with whether it is percent-encoded and has to be.
fn bytes(path: &str) -> impl Iterator<Item = (u8, bool)> {
    let mut rest = path.as_bytes();
    std::iter::from_fn(move || {
        let (byte, encoded, length) = match *rest {
            [] => return None,
            [b'%', high, low, ..] => match digit(high).zip(digit(low)) {
                Some((high, low)) => (high << 4 | low, true, 3),
                None => (b'%', false, 1),
            },
            [byte, ..] => (byte, false, 1),
        };
        rest = &rest[length..];
        Some((byte, encoded && !is_unreserved(byte)))
    })
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// RFC 3986 section 2.3.
const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

#[cfg(test)]
mod tests {
    use super::*;

    // shows: RFC9449-4.3-09, RFC9449-4.3-13
    #[test]
    fn spellings_of_one_url_are_the_same_and_other_urls_are_not() {
        let own = "https://as.example.com/t/token";
        for (claimed, same) in [
            ("https://as.example.com/t/token", true),
            ("https://as.example.com/t/token?x=1", true),
            ("https://as.example.com/t/token#f", true),
            ("https://as.example.com/t/token?x=1#f?y", true),
            ("HTTPS://AS.Example.COM/t/token", true),
            ("https://as.example.com:443/t/token", true),
            ("https://as.example.com/t/./x/../token", true),
            ("https://as.example.com/%74/to%6ben", true),
            ("https://as.example.com/t/token/", false),
            ("https://as.example.com/T/token", false),
            ("https://as.example.com/t%2Ftoken", false),
            ("https://as.example.com/token", false),
            ("https://as.example.com:8443/t/token", false),
            ("https://as.example.com:80/t/token", false),
            ("http://as.example.com/t/token", false),
            ("http://as.example.com:443/t/token", false),
            ("https://as.example.com.evil.example/t/token", false),
            ("https://as.example.com@evil.example/t/token", false),
            ("https://user@as.example.com/t/token", false),
            ("https://:pw@as.example.com/t/token", false),
            ("https://evil.example/?https://as.example.com/t/token", false),
            ("https:\\\\as.example.com\\t\\token", false),
            ("https:/as.example.com/t/token", false),
            ("https:as.example.com/t/token", false),
            ("https:///as.example.com/t/token", false),
            ("https:as.example.com/t/token/x://", false),
            (" https://as.example.com/t/token", false),
            ("https://as.example.com/t/token\n", false),
            ("https://as.exam\tple.com/t/token", false),
            ("//as.example.com/t/token", false),
            ("/t/token", false),
            ("", false),
            ("?", false),
        ] {
            assert_eq!(is_same(claimed, own), same, "{claimed}");
        }
        for (claimed, own, same) in [
            ("https://api.example.com", "https://api.example.com/", true),
            ("https://api.example.com/a%2fb", "https://api.example.com/a%2Fb", true),
            ("https://api.example.com/a%2fb", "https://api.example.com/a/b", false),
            ("https://api.example.com/%7Euser", "https://api.example.com/~user", true),
            ("https://api.example.com/100%", "https://api.example.com/100%", true),
            ("http://[::1]:80/x", "http://[::1]/x", true),
            ("https://api.example.com/%C3%A9", "https://api.example.com/%c3%a9", true),
        ] {
            assert_eq!(is_same(claimed, own), same, "{claimed} {own}");
        }
        let [canonical, same] =
            ["https://api.example.com/a%2Fb/7~", "https://api.example.com/x/../%61%2fb/./%37%7E"].map(canonical);
        assert_eq!(canonical, same);
        // What an HTTP library lets through without encoding.
        for (encoded, raw) in [("%7Bx%7D", "{x}"), ("%C3%A9", "\u{e9}"), ("%22", "\""), ("%7C", "|"), ("%5E", "^")] {
            let [encoded, raw] = [encoded, raw].map(|path| format!("https://api.example.com/n/{path}"));
            assert!(!is_same(&encoded, &raw) || super::canonical(&encoded) == super::canonical(&raw), "{raw}");
        }
        assert!(!is_same("https://api.example.com/a/b", "https://api.example.com/a\\b"));
        assert_ne!(super::canonical("https://api.example.com/a%2fb"), super::canonical("https://api.example.com/a/b"));
    }
}
