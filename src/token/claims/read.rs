//! Introspection responses as other servers write them. What is written otherwise than RFC 7662 section 2.2 has it is read where
//! only one thing can be meant; where that restricts nothing it counts as absent if it cannot be read, and else the token is refused.

use std::sync::Arc;

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::values::clock::Timestamp;
use crate::values::scope::Scope;

/// A text, or a whole number for one. Other numbers are not read: they are rounded, and two subjects could become one.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Arc<str>>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        value => as_text(value).map(Some).ok_or_else(|| D::Error::custom("a member that is a string is something else")),
    }
}

/// A text that nothing depends on.
pub(super) fn any_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Arc<str>>, D::Error> {
    Ok(as_text(Value::deserialize(deserializer)?))
}

/// Texts that nothing depends on, or one. What is none is left out.
pub(super) fn any_texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Arc<str>>, D::Error> {
    let values = match Value::deserialize(deserializer)? {
        Value::Array(values) => values,
        value => vec![value],
    };
    Ok(values.into_iter().filter_map(as_text).collect())
}

fn as_text(value: Value) -> Option<Arc<str>> {
    match value {
        Value::String(text) => Some(text.into()),
        Value::Number(number) if number.is_u64() || number.is_i64() => Some(number.to_string().into()),
        _ => None,
    }
}

/// When the token expires.
pub(super) fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        value => as_time(&value).map(Some).ok_or_else(|| D::Error::custom("a member that is a time is something else")),
    }
}

/// A time that nothing depends on.
pub(super) fn any_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(as_time(&Value::deserialize(deserializer)?))
}

/// A number of seconds (`NumericDate`, RFC 7519 section 2: with a fraction, or from before 1970), or the same as a text.
fn as_time(value: &Value) -> Option<Timestamp> {
    let seconds = match value {
        Value::Number(number) => number.as_u64().or_else(|| number.as_f64().map(whole_seconds)),
        Value::String(text) => {
            text.parse().ok().or_else(|| text.parse().ok().filter(|time: &f64| time.is_finite()).map(whole_seconds))
        }
        _ => None,
    };
    seconds.map(Timestamp::from_unix)
}

/// Without the fraction, so that no token lives longer for it. What is before 1970 becomes 0, what is beyond all time the end of it.
fn whole_seconds(time: f64) -> u64 {
    time as u64
}

/// Tokens separated by spaces, or a list of them. What is no scope token (RFC 6749 section 3.3) is left out: nobody can require it.
pub(super) fn scope<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Scope, D::Error> {
    let values = match Value::deserialize(deserializer)? {
        Value::Array(values) => values,
        value => vec![value],
    };
    let texts: Vec<_> = values.into_iter().filter_map(as_text).collect();
    let words = texts.iter().flat_map(|text| text.split_ascii_whitespace());
    Scope::from_tokens(words.filter(|word| Scope::parse(word).is_ok())).map_err(D::Error::custom)
}

/// A string, or an array of strings (RFC 7519 section 4.1.3). An odd one among them cannot be left out: a token that names nobody
/// else may be for anybody.
pub(super) fn audience<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Arc<str>>, D::Error> {
    let values = match Value::deserialize(deserializer)? {
        Value::Null => Vec::new(),
        Value::Array(values) => values,
        value => vec![value],
    };
    let names: Option<Vec<_>> = values.into_iter().map(as_text).collect();
    names.ok_or_else(|| D::Error::custom("the member aud has something other than a string"))
}

/// Everything else, without `active`: claims are those of an active token, so an answer that says otherwise is none.
pub(super) fn unknown_members<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map<String, Value>, D::Error> {
    let mut members = Map::deserialize(deserializer)?;
    match members.remove("active") {
        None | Some(Value::Bool(true)) => Ok(members),
        Some(_) => Err(D::Error::custom("the token is not active")),
    }
}
