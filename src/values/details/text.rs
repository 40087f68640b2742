//! The parameter `authorization_details`, as strangers write it: bounded before anything is made of it, and each member once, so that two
//! readers of it read the same (RFC 8259 section 4).

use std::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::values::json_number::{NUMBER, number_in, numbers_are_maps};

/// So many bytes the parameter may have: what comes of it has to fit into an access token.
pub(crate) const MOST_BYTES: usize = 8_192;
/// So many details there may be.
pub(crate) const MOST_DETAILS: usize = 32;
/// So many members each object may have: more are not read where they are in a signed token.
const MOST_MEMBERS: usize = 64;
/// So deep objects and arrays may lie in each other, each detail being the first.
const DEEPEST: usize = 12;

/// The details, with their members as they were written.
///
/// # Errors
///
/// What is wrong with the text, without what stands in it.
pub(crate) fn parse(text: &str) -> Result<Vec<Map<String, Value>>, &'static str> {
    if text.len() > MOST_BYTES {
        return Err("it has more than 8192 bytes");
    }
    let Strict(value) = serde_json::from_str(text).map_err(|_| "it is no JSON, or an object in it names a member twice")?;
    let Value::Array(details) = value else { return Err("it is no array") };
    if details.is_empty() {
        return Err("it is an array of nothing");
    }
    if details.len() > MOST_DETAILS {
        return Err("it is an array of more than 32");
    }
    if details.iter().any(|detail| !is_flatter(detail, DEEPEST)) {
        return Err("it is nested too deeply, or an object in it has more than 64 members");
    }
    let object = |detail| match detail {
        Value::Object(members) => Ok(members),
        _ => Err("something in it is no object"),
    };
    details.into_iter().map(object).collect()
}

/// Does it lie in fewer levels than that, and no object in it have too many members?
fn is_flatter(value: &Value, levels: usize) -> bool {
    let Some(below) = levels.checked_sub(1) else { return false };
    match value {
        Value::Array(values) => values.iter().all(|value| is_flatter(value, below)),
        Value::Object(members) => members.len() <= MOST_MEMBERS && members.values().all(|value| is_flatter(value, below)),
        _ => true,
    }
}

/// A value whose objects name each member once.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue).map(Self)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Strict(value)) = elements.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.is_empty() && name == NUMBER && numbers_are_maps() {
                return number_in(&mut members).map(Value::Number);
            }
            let Strict(value) = members.next_value()?;
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("a member is there twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_written_is_read() {
        let text = r#"[{"type":"a","n":[1,-2,3.5,true,null,"\u00e9",{"m":{}}]},{}]"#;
        let read = parse(text).unwrap();
        let first = json!({"type": "a", "n": [1, -2, 3.5, true, null, "\u{e9}", {"m": {}}]});
        assert_eq!(read.into_iter().map(Value::Object).collect::<Vec<_>>(), [first, json!({})]);
    }

    #[test]
    fn what_is_malformed_too_large_or_ambiguous_is_refused_without_a_word_of_it() {
        let nested = |levels: usize| format!("[{{\"a\":{}{}}}]", "[".repeat(levels), "]".repeat(levels));
        assert!(parse(&nested(11)).is_ok());
        let twice = r#"[{"type":"a","secret":1,"secret":2}]"#;
        let deep = r#"[{"a":{"secret":1,"secret":1}}]"#;
        let many = format!("[{}]", vec!["{}"; MOST_DETAILS + 1].join(","));
        let wide = |members: usize| {
            let members: Vec<String> = (0..members).map(|at| format!("\"{at}\":0")).collect();
            format!("[{{\"a\":{{{}}}}}]", members.join(","))
        };
        assert!(parse(&wide(MOST_MEMBERS)).is_ok() && parse(&wide(MOST_MEMBERS + 1)).is_err());
        let long = format!("[{{\"a\":\"{}\"}}]", "x".repeat(MOST_BYTES));
        let refused =
            ["", "x", "{}", "null", "\"a\"", "[]", "[1]", "[[]]", "[null]", "[{}] x", "[{}", "[{\"a\":1e999}]", twice, deep];
        for text in refused.into_iter().chain([&*many, &*long, &*nested(12), &*nested(200)]) {
            let error = parse(text).unwrap_err();
            assert!(!error.contains("secret"), "{error}");
        }
        assert!(parse(&format!("[{}]", vec!["{}"; MOST_DETAILS].join(","))).is_ok());
    }
}
