//! JSON objects from outside, read strictly: names are unique at every depth, their number and the depth are bounded, and what needs no
//! unescaping is borrowed.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

use super::JoseError;
use crate::values::clock::Timestamp;
use crate::values::json_number::{NUMBER, number_in, numbers_are_maps};

/// A JSON object in which each name is there once, at every depth (RFC 7515 section 4, RFC 7519 section 4): a header, claims, or what is in
/// them.
#[derive(Clone, Default, PartialEq)]
pub struct Object<'a>(Vec<(Cow<'a, str>, Value<'a>)>);

/// A JSON value whose objects are [`Object`]s.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    String(Cow<'a, str>),
    /// An array.
    Array(Vec<Value<'a>>),
    /// An object.
    Object(Object<'a>),
}

impl<'a> Object<'a> {
    /// The most members of one object.
    pub const MAX_MEMBERS: usize = 64;
    /// How deep objects and arrays may be in each other.
    pub const MAX_DEPTH: usize = 16;

    /// Reads a text that is one object and nothing else. Its length is the caller's to bound.
    ///
    /// # Errors
    ///
    /// [`JoseError::NotAnObject`], [`JoseError::DuplicateMember`] and [`JoseError::TooComplex`].
    pub fn parse(text: &'a [u8]) -> Result<Self, JoseError> {
        let mut deserializer = serde_json::Deserializer::from_slice(text);
        let object = Self::read(&mut deserializer)?;
        deserializer.end().map_err(|_| JoseError::NotAnObject)?;
        Ok(object)
    }

    pub(super) fn read<D: Deserializer<'a>>(deserializer: D) -> Result<Self, JoseError> {
        Self::read_where(numbers_are_maps(), deserializer)
    }

    fn read_where<D: Deserializer<'a>>(numbers_are_maps: bool, deserializer: D) -> Result<Self, JoseError> {
        let refusal = Cell::new(JoseError::NotAnObject);
        match (Strict { refusal: &refusal, numbers_are_maps, depth: 0 }).deserialize(deserializer) {
            Ok(Value::Object(object)) => Ok(object),
            Ok(_) => Err(JoseError::NotAnObject),
            Err(_) => Err(refusal.get()),
        }
    }

    /// A member, if it is there.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }

    /// The members, in the order in which they stand.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value<'a>)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    /// A string that has to be there.
    ///
    /// # Errors
    ///
    /// [`JoseError::Missing`] and [`JoseError::Malformed`].
    pub fn text(&self, name: &'static str) -> Result<&str, JoseError> {
        self.optional_text(name)?.ok_or(JoseError::Missing(name))
    }

    /// A string that may be there.
    ///
    /// # Errors
    ///
    /// [`JoseError::Malformed`] if it is something else.
    pub fn optional_text(&self, name: &'static str) -> Result<Option<&str>, JoseError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(JoseError::Malformed(name)),
        }
    }

    /// A string or an array of strings, as `aud` is (RFC 7519 section 4.1.3); nothing if it is not there.
    ///
    /// # Errors
    ///
    /// [`JoseError::Malformed`] if it is something else, or something else is in it.
    pub fn texts(&self, name: &'static str) -> Result<impl Iterator<Item = &str>, JoseError> {
        let values = match self.get(name) {
            None => &[],
            Some(Value::Array(values)) => &values[..],
            Some(value) => std::slice::from_ref(value),
        };
        if values.iter().all(|value| matches!(value, Value::String(_))) {
            Ok(values.iter().filter_map(Value::as_text))
        } else {
            Err(JoseError::Malformed(name))
        }
    }

    /// A moment that has to be there, as `exp` is: a number of seconds (`NumericDate`, RFC 7519 section 2), of which the fraction is left out.
    ///
    /// # Errors
    ///
    /// [`JoseError::Missing`] and [`JoseError::Malformed`].
    pub fn time(&self, name: &'static str) -> Result<Timestamp, JoseError> {
        self.optional_time(name)?.ok_or(JoseError::Missing(name))
    }

    /// A moment that may be there. One before 1970 counts as 0.
    ///
    /// # Errors
    ///
    /// [`JoseError::Malformed`] if it is something else.
    pub fn optional_time(&self, name: &'static str) -> Result<Option<Timestamp>, JoseError> {
        let number = match self.get(name) {
            None => return Ok(None),
            Some(Value::Number(number)) => number,
            Some(_) => return Err(JoseError::Malformed(name)),
        };
        // Beyond all time is the end of it, and so is what is no finite number, which JSON does not have.
        let seconds = number.as_u64().or_else(|| number.as_f64().map(|seconds| seconds as u64));
        seconds.map(|seconds| Some(Timestamp::from_unix(seconds))).ok_or(JoseError::Malformed(name))
    }

    /// An object that may be there.
    ///
    /// # Errors
    ///
    /// [`JoseError::Malformed`] if it is something else.
    pub fn object(&self, name: &'static str) -> Result<Option<&Object<'a>>, JoseError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Object(object)) => Ok(Some(object)),
            Some(_) => Err(JoseError::Malformed(name)),
        }
    }
}

impl From<&Object<'_>> for serde_json::Value {
    fn from(object: &Object<'_>) -> Self {
        Self::Object(object.iter().map(|(name, value)| (name.to_owned(), value.into())).collect())
    }
}

impl From<&Value<'_>> for serde_json::Value {
    fn from(value: &Value<'_>) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(number.clone()),
            Value::String(text) => Self::String(text.clone().into_owned()),
            Value::Array(values) => values.iter().map(Self::from).collect(),
            Value::Object(object) => object.into(),
        }
    }
}

impl<'a> Value<'a> {
    /// The string that it is.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }
}

impl fmt::Debug for Object<'_> {
    /// The names alone: values may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl fmt::Debug for Value<'_> {
    /// Its kind alone: it may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        })
    }
}

/// Reads a value and says why it refuses one: an error of serde is only a text.
#[derive(Clone, Copy)]
struct Strict<'r> {
    refusal: &'r Cell<JoseError>,
    numbers_are_maps: bool,
    /// In how many objects and arrays the value is.
    depth: usize,
}

impl Strict<'_> {
    fn refuse<E: serde::de::Error>(self, why: JoseError) -> E {
        self.refusal.set(why);
        E::custom(why)
    }

    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth == Object::MAX_DEPTH {
            return Err(self.refuse(JoseError::TooComplex));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value<'de>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value<'de>, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value<'de>, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value<'de>, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value<'de>, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not finite"))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::String(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value<'de>, E> {
        Ok(Value::String(value.to_owned().into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value<'de>, A::Error> {
        let inner = self.deeper()?;
        let mut values = Vec::new();
        while let Some(value) = sequence.next_element_seed(inner)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
        let inner = self.deeper()?;
        // What is inside may be many empty ones.
        let mut members: Vec<(Cow<'de, str>, Value<'de>)> = Vec::with_capacity(if self.depth == 0 { 8 } else { 0 });
        while let Some(name) = map.next_key_seed(NameOf)? {
            if self.numbers_are_maps && members.is_empty() && name == NUMBER {
                return number_in(&mut map).map(Value::Number);
            }
            if members.iter().any(|(earlier, _)| *earlier == name) {
                return Err(self.refuse(JoseError::DuplicateMember));
            }
            if members.len() == Object::MAX_MEMBERS {
                return Err(self.refuse(JoseError::TooComplex));
            }
            members.push((name, map.next_value_seed(inner)?));
        }
        Ok(Value::Object(Object(members)))
    }
}

/// The name of a member.
struct NameOf;

impl<'de> DeserializeSeed<'de> for NameOf {
    type Value = Cow<'de, str>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for NameOf {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(name.into())
    }

    fn visit_str<E>(self, name: &str) -> Result<Cow<'de, str>, E> {
        Ok(name.to_owned().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `serde_json` shows them with its feature `arbitrary_precision`, which this test has not.
    #[test]
    fn numbers_may_come_as_maps() {
        let text = serde_json::json!({"exp": {NUMBER: "17"}, "of": [{NUMBER: "-1.5"}], "no": {NUMBER: "x"}});
        let without_no = serde_json::json!({"exp": text["exp"], "of": text["of"]});
        let read = Object::read_where(true, &without_no).unwrap();
        assert_eq!(read.time("exp"), Ok(Timestamp::from_unix(17)));
        assert_eq!(read.get("of"), Some(&Value::Array(vec![Value::Number(Number::from_f64(-1.5).unwrap())])));
        assert_eq!(Object::read_where(true, &text).unwrap_err(), JoseError::NotAnObject);
        // Elsewhere somebody wrote that.
        assert_eq!(Object::read_where(false, &without_no).unwrap().time("exp"), Err(JoseError::Malformed("exp")));
        assert!(!numbers_are_maps());
    }

    // shows: RFC7515-5.3-01, RFC7515-10.12-01
    #[test]
    fn what_is_no_strict_object_is_refused() {
        let deep = |depth: usize| format!("{}{}{}", "{\"a\":".repeat(depth), 1, "}".repeat(depth));
        let wide = |members: usize| {
            let members: Vec<String> = (0..members).map(|at| format!("\"{at}\":0")).collect();
            format!("{{{}}}", members.join(","))
        };
        for (text, expected) in [
            ("", JoseError::NotAnObject),
            ("[]", JoseError::NotAnObject),
            ("\"a\"", JoseError::NotAnObject),
            ("{}{}", JoseError::NotAnObject),
            ("{} x", JoseError::NotAnObject),
            ("{\"a\":1", JoseError::NotAnObject),
            ("{\"a\":1,}", JoseError::NotAnObject),
            ("{'a':1}", JoseError::NotAnObject),
            ("{\"a\":NaN}", JoseError::NotAnObject),
            ("{\"a\":1e999}", JoseError::NotAnObject),
            ("{\"a\":\"\\ud800\"}", JoseError::NotAnObject),
            ("{\"a\":1,\"a\":1}", JoseError::DuplicateMember),
            ("{\"a\":1,\"\\u0061\":2}", JoseError::DuplicateMember),
            ("{\"b\":{\"a\":1,\"a\":1}}", JoseError::DuplicateMember),
            ("{\"b\":[{\"a\":1,\"a\":1}]}", JoseError::DuplicateMember),
            (&wide(65), JoseError::TooComplex),
            (&format!("{{\"a\":{}}}", wide(65)), JoseError::TooComplex),
            (&deep(17), JoseError::TooComplex),
            (&format!("{{\"a\":{}{}}}", "[".repeat(16), "]".repeat(16)), JoseError::TooComplex),
            (&"{\"a\":".repeat(10_000), JoseError::TooComplex),
        ] {
            assert_eq!(Object::parse(text.as_bytes()).unwrap_err(), expected, "{text}");
        }
        assert_eq!(Object::parse(b"{\"a\":\"\xff\"}").unwrap_err(), JoseError::NotAnObject, "not UTF-8");
        for text in [wide(64), deep(16), " { } \n".to_owned()] {
            assert!(Object::parse(text.as_bytes()).is_ok(), "{text}");
        }
    }

    // shows: RFC7519-2-01
    #[test]
    fn members_are_what_they_have_to_be() {
        let text =
            br#"{"t":"x\u0041","n":null,"i":7,"f":7.9,"neg":-1,"big":1e300,"b":true,"l":["a","b"],"m":["a",1],"o":{"t":"y"}}"#;
        let object = Object::parse(text).unwrap();
        assert_eq!(object.text("t"), Ok("xA"));
        assert_eq!(object.text("u"), Err(JoseError::Missing("u")));
        assert_eq!(object.optional_text("u"), Ok(None));
        let texts = |name| object.texts(name).map(|texts| texts.map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(texts("l").unwrap(), ["a", "b"]);
        assert_eq!(texts("t").unwrap(), ["xA"]);
        assert!(texts("u").unwrap().is_empty());
        let times = ["i", "f", "neg", "big"].map(|name| object.time(name).map(Timestamp::as_unix));
        assert_eq!(times, [Ok(7), Ok(7), Ok(0), Ok(u64::MAX)]);
        assert_eq!(object.optional_time("u"), Ok(None));
        assert_eq!(object.time("u"), Err(JoseError::Missing("u")));
        assert_eq!(object.object("o").unwrap().unwrap().text("t"), Ok("y"));
        assert!(object.object("u").unwrap().is_none());
        for name in ["n", "i", "b", "l"] {
            assert_eq!(object.text(name), Err(JoseError::Malformed(name)));
            assert_eq!(object.object(name).unwrap_err(), JoseError::Malformed(name));
        }
        for name in ["n", "i", "m", "o"] {
            assert_eq!(texts(name).unwrap_err(), JoseError::Malformed(name));
        }
        for name in ["n", "t", "b", "o"] {
            assert_eq!(object.time(name), Err(JoseError::Malformed(name)));
        }
        assert_eq!(object.iter().map(|(name, _)| name).collect::<String>(), "tnifnegbigblmo");
    }

    #[test]
    fn debug_shows_names_and_no_value() {
        let text = br#"{"sub":"alice","list":["secret"],"cnf":{"jkt":"thumb"}}"#;
        assert_eq!(format!("{:?}", Object::parse(text).unwrap()), r#"{"sub", "list", "cnf"}"#);
        assert_eq!(format!("{:?}", Object::parse(text).unwrap().get("list").unwrap()), "array");
    }
}
