//! Content types of what is fetched.

use http::HeaderMap;
use http::header::CONTENT_TYPE;

/// Is the one content type `application/json`, or another with the suffix `+json` (RFC 6839 section 3.1)? Parameters do not count:
/// JSON has none (RFC 8259 section 11).
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    is_application(headers, |subtype| {
        subtype == b"json" || subtype.strip_suffix(b"+json").is_some_and(|name| !name.is_empty() && name.iter().all(is_token))
    })
}

/// Is the one content type that of request objects, or that which some have instead (RFC 9101 section 4)?
pub(super) fn is_request_object(headers: &HeaderMap) -> bool {
    is_application(headers, |subtype| matches!(subtype, b"oauth-authz-req+jwt" | b"jwt"))
}

fn is_application(headers: &HeaderMap, accepts: impl Fn(&[u8]) -> bool) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    // With two of them, whoever looks at the other one reads another document.
    let (Some(only), None) = (types.next(), types.next()) else { return false };
    let essence = only.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii().to_ascii_lowercase();
    essence.strip_prefix(b"application/").is_some_and(accepts)
}

/// `tchar` (RFC 9110 section 5.6.2)
fn is_token(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn of(types: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        for value in types {
            headers.append(CONTENT_TYPE, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        is_json(&headers)
    }

    #[test]
    fn json_and_what_ends_in_it_is_json() {
        for good in [
            "application/json",
            "Application/JSON",
            "application/json;charset=utf-8",
            "application/json ; charset=\"utf-8\"",
            " application/json\t",
            "application/jwk-set+json",
            "application/vnd.example.v1+json; profile=x",
            "application/oauth+x+json",
        ] {
            assert!(of(&[good]), "{good}");
        }
    }

    #[test]
    fn everything_else_is_not() {
        for bad in [
            "",
            "json",
            "text/json",
            "text/html",
            "text/html;application/json",
            "text/html, application/json",
            "application/json, text/html",
            "application/jsonp",
            "application/json5",
            "application/javascript",
            "application/+json",
            "application/a b+json",
            "application/a,b+json",
            "application/a/b+json",
            "application/ä+json",
            "application/x+json+x",
        ] {
            assert!(!of(&[bad]), "{bad}");
        }
        assert!(!of(&[]));
        assert!(!of(&["application/json", "application/json"]));
        assert!(!of(&["application/json", "text/html"]));
    }
}
