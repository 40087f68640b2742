//! For how long a document is good, as its headers say (RFC 9111, for a cache that is not shared).

use std::time::SystemTime;

use http::header::{AGE, CACHE_CONTROL, DATE, EXPIRES};
use http::{HeaderMap, HeaderName};

/// Longer than anything is kept, in seconds. "If a cache receives a delta-seconds value greater than the greatest integer it can
/// represent …, the cache MUST consider the value to be 2147483648 (2^31)" (RFC 9111 section 1.2.2).
const FOREVER: u64 = 1 << 31;

/// For how many more seconds the response is fresh, or `None` if it does not say. 0 if it is not to be stored, or says something that
/// cannot be read (section 4.2.1).
///
/// Ages are taken from the header `Age` alone, so that nothing depends on the other side's clock: how far `Date` lies back is not
/// counted, and `Expires` counts from it.
pub(crate) fn lifetime(headers: &HeaderMap) -> Option<u64> {
    let lifetime = of_cache_control(headers).or_else(|| of_expires(headers))?;
    Some(lifetime.saturating_sub(age(headers)))
}

fn of_cache_control(headers: &HeaderMap) -> Option<u64> {
    let directives = headers.get_all(CACHE_CONTROL).iter().flat_map(|value| directives(value.as_bytes()));
    let lifetimes = directives.filter_map(|(name, argument)| match name.to_ascii_lowercase().as_slice() {
        b"no-store" | b"no-cache" => Some(0),
        b"max-age" => Some(argument.and_then(seconds).unwrap_or(0)),
        _ => None,
    });
    // Of those that contradict each other the strictest counts.
    lifetimes.min()
}

fn of_expires(headers: &HeaderMap) -> Option<u64> {
    let date =
        |name: HeaderName| headers.get(name).map(|value| httpdate::parse_http_date(value.to_str().unwrap_or_default()).ok());
    let expires = date(EXPIRES)?;
    // Without a date beside it, it would be measured by this machine's clock.
    let Some((expires, date)) = expires.zip(date(DATE).flatten()) else { return Some(0) };
    Some(after(expires, date))
}

/// 0 if it is not after.
fn after(later: SystemTime, earlier: SystemTime) -> u64 {
    later.duration_since(earlier).map_or(0, |lifetime| lifetime.as_secs())
}

/// How long the response lay in caches. "If the field value is invalid …, a cache SHOULD ignore the field" (section 5.1).
fn age(headers: &HeaderMap) -> u64 {
    headers.get(AGE).and_then(|value| seconds(value.as_bytes().trim_ascii())).unwrap_or(0)
}

/// `delta-seconds = 1*DIGIT` (section 1.2.2)
fn seconds(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(digits.iter().fold(0, |number, digit| (number * 10 + u64::from(digit - b'0')).min(FOREVER)))
}

/// `[ cache-directive *( OWS "," OWS cache-directive ) ]`, each with its argument, which may be in quotes (section 5.2). A comma in
/// quotes separates nothing.
fn directives(value: &[u8]) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
    let mut quoted = false;
    let mut escaped = false;
    let separates = move |byte: &u8| {
        let literal = std::mem::take(&mut escaped);
        match byte {
            b'\\' if quoted && !literal => escaped = true,
            b'"' if !literal => quoted = !quoted,
            _ => {}
        }
        *byte == b',' && !quoted
    };
    value.split(separates).map(|directive| match directive.iter().position(|byte| *byte == b'=') {
        Some(equals) => (directive[..equals].trim_ascii(), Some(unquoted(directive[equals + 1..].trim_ascii()))),
        None => (directive.trim_ascii(), None),
    })
}

/// Without the quotes around it. What is escaped between them is no number in any case.
fn unquoted(argument: &[u8]) -> &[u8] {
    argument.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(argument)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn of(lines: &[(HeaderName, &str)]) -> Option<u64> {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        lifetime(&headers)
    }

    #[test]
    fn cache_control_says_for_how_long() {
        for (value, expected) in [
            ("", None),
            ("public", None),
            ("s-maxage=60", None),
            ("x-max-age=60", None),
            ("max-age=60", Some(60)),
            ("Max-Age=60", Some(60)),
            ("max-age=\"60\"", Some(60)),
            ("public, max-age = 60 ,must-revalidate", Some(60)),
            (",,max-age=60,", Some(60)),
            ("max-age=0", Some(0)),
            ("max-age=60, max-age=10", Some(10)),
            ("max-age=60, no-store", Some(0)),
            ("NO-CACHE", Some(0)),
            ("no-cache=\"set-cookie\", max-age=60", Some(0)),
            ("max-age=99999999999999999999999999", Some(FOREVER)),
            // What cannot be read counts as stale.
            ("max-age", Some(0)),
            ("max-age=", Some(0)),
            ("max-age=-1", Some(0)),
            ("max-age=1.5", Some(0)),
            ("max-age=6 0", Some(0)),
            ("max-age=ä", Some(0)),
            // In quotes nothing is a directive.
            ("ext=\"a, no-store\", max-age=60", Some(60)),
            ("ext=\"a\\\", no-store\", max-age=60", Some(60)),
            ("ext=\"a\\\\\", no-store, max-age=60", Some(0)),
            ("ext=\"a, no-store", None),
        ] {
            assert_eq!(of(&[(CACHE_CONTROL, value)]), expected, "{value}");
        }
        assert_eq!(of(&[(CACHE_CONTROL, "max-age=60"), (CACHE_CONTROL, "no-store")]), Some(0));
    }

    #[test]
    fn expires_counts_from_the_date_of_the_response_and_after_max_age() {
        const NOON: &str = "Sun, 06 Nov 1994 12:00:00 GMT";
        for (expires, expected) in [
            ("Sun, 06 Nov 1994 12:01:40 GMT", 100),
            ("Sunday, 06-Nov-94 12:01:40 GMT", 100),
            ("Sun Nov  6 12:01:40 1994", 100),
            (NOON, 0),
            ("Sun, 06 Nov 1994 11:00:00 GMT", 0),
            ("0", 0),
            ("-1", 0),
            ("ä", 0),
        ] {
            assert_eq!(of(&[(EXPIRES, expires), (DATE, NOON)]), Some(expected), "{expires}");
            assert_eq!(of(&[(EXPIRES, expires), (DATE, NOON), (CACHE_CONTROL, "max-age=5")]), Some(5), "{expires}");
        }
        assert_eq!(of(&[(EXPIRES, NOON)]), Some(0));
        assert_eq!(of(&[(EXPIRES, NOON), (DATE, "noon")]), Some(0));
        assert_eq!(of(&[(DATE, NOON)]), None);
    }

    #[test]
    fn the_age_is_subtracted() {
        for (age, expected) in [("10", 50), ("60", 0), ("61", 0), ("99999999999999999999", 0), ("", 60), ("x", 60), ("-1", 60)] {
            assert_eq!(of(&[(CACHE_CONTROL, "max-age=60"), (AGE, age)]), Some(expected), "{age}");
        }
        assert_eq!(of(&[(AGE, "10")]), None);
    }
}
