//! Which form a request asks for (`Accept`, RFC 9110 section 12.5.1).

use http::HeaderMap;
use http::header::ACCEPT;

/// Does the request name this media type, and JSON not before it? What it does not name it does not know of, so `*/*` is JSON.
pub(super) fn prefers(headers: &HeaderMap, media_type: &str) -> bool {
    let weight =
        |wanted: &str| ranges(headers).filter(|(range, _)| range.eq_ignore_ascii_case(wanted)).map(|(_, weight)| weight).max();
    weight(media_type).is_some_and(|own| own > 0 && own >= weight("application/json").unwrap_or(0))
}

/// Media ranges, each with its weight in thousandths.
fn ranges(headers: &HeaderMap) -> impl Iterator<Item = (&str, u16)> {
    let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let media_type = parts.next().unwrap_or_default();
        let weight = parts.find_map(|parameter| parameter.strip_prefix("q=").or(parameter.strip_prefix("Q=")));
        (media_type, weight.map_or(1_000, thousandths))
    })
}

/// `qvalue` (RFC 9110 section 12.4.2); what is none counts as 0.
fn thousandths(weight: &str) -> u16 {
    match weight.parse::<f32>() {
        Ok(weight) if (0.0..=1.0).contains(&weight) => (weight * 1_000.0).round() as u16,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_the_one_that_is_asked_for() {
        for (accept, expected) in [
            (&["application/token-introspection+jwt"][..], true),
            (&["Application/Token-Introspection+JWT"], true),
            (&["application/json, application/token-introspection+jwt"], true),
            (&["application/json", "application/token-introspection+jwt"], true),
            (&["application/token-introspection+jwt;q=0.5, application/json;q=0.4"], true),
            (&["text/html, application/token-introspection+jwt;v=1;q=0.001"], true),
            (&["application/token-introspection+jwt;q=0.5, application/json"], false),
            (&["application/token-introspection+jwt; q=0"], false),
            (&["application/token-introspection+jwt; q=2"], false),
            (&["application/token-introspection+jwt; q=x"], false),
            (&["application/json"], false),
            (&["application/jwt"], false),
            (&["*/*"], false),
            (&["application/*"], false),
            (&[""], false),
            (&[], false),
        ] {
            let headers = accept.iter().map(|value| (ACCEPT, value.parse().unwrap())).collect();
            assert_eq!(prefers(&headers, "application/token-introspection+jwt"), expected, "{accept:?}");
        }
    }
}
