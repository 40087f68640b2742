//! What `WWW-Authenticate` says (RFC 9110 section 11.6.1): challenges, in one field or several, each a scheme with its parameters.

use std::collections::BTreeMap;

/// The scheme under the name `scheme`, and the parameters under theirs, in small letters.
pub(super) type Challenge = BTreeMap<String, String>;

/// Appends those of one field. What is no challenge is left out.
pub(super) fn read(field: &str, into: &mut Vec<Challenge>) {
    for element in elements(field) {
        let (word, rest) = element.split_once([' ', '\t']).unwrap_or((element, ""));
        let rest = rest.trim();
        // `scheme`, `scheme name=value` or `scheme token68`; blanks may stand around the `=` of a parameter as well.
        let begins = !word.contains('=') && !rest.starts_with('=');
        if begins {
            into.push(BTreeMap::from([("scheme".to_owned(), word.to_owned())]));
        }
        let parameter = if begins { rest } else { element };
        if let (Some(challenge), Some((name, value))) = (into.last_mut(), parameter.split_once('=')) {
            challenge.insert(name.trim().to_ascii_lowercase(), unquoted(value.trim()));
        }
    }
}

/// What stands between commas that are in no quotes.
fn elements(field: &str) -> impl Iterator<Item = &str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let elements = field.split(move |letter| {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            _ => {}
        }
        letter == ',' && !is_quoted
    });
    elements.map(str::trim).filter(|element| !element.is_empty())
}

fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return value.to_owned() };
    let (mut text, mut letters) = (String::new(), inner.chars());
    while let Some(letter) = letters.next() {
        text.extend(if letter == '\\' { letters.next() } else { Some(letter) });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_challenge_has_its_own_parameters() {
        let mut found = Vec::new();
        let first = r#"Basic realm="a, \"b\"",charset=UTF-8 , DPoP algs="ES256 PS256", Error = "use_dpop_nonce""#;
        for field in [first, "Negotiate", r#"Bearer realm="x", scope="read write", , Digest abc/def=="#] {
            read(field, &mut found);
        }
        let of = |pairs: &[(&str, &str)]| -> Challenge {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        assert_eq!(
            found,
            [
                of(&[("scheme", "Basic"), ("realm", r#"a, "b""#), ("charset", "UTF-8")]),
                of(&[("scheme", "DPoP"), ("algs", "ES256 PS256"), ("error", "use_dpop_nonce")]),
                of(&[("scheme", "Negotiate")]),
                of(&[("scheme", "Bearer"), ("realm", "x"), ("scope", "read write")]),
                of(&[("scheme", "Digest"), ("abc/def", "=")]),
            ]
        );
        let mut none = Vec::new();
        read(" , ", &mut none);
        assert!(none.is_empty());
    }
}
