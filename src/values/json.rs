//! Small JSON objects, written straight into a buffer. What needs more than copying is left to `serde_json`.

use bytes::Bytes;
use serde::Serialize;
use serde::ser::SerializeMap;

/// The name of a member, made by [`name!`], with what stands around it before a string: to copy a text that the compiler knows is
/// cheaper than to put it together.
#[derive(Clone, Copy)]
pub(crate) struct Name(pub(crate) &'static str);

/// A name without characters that JSON escapes.
macro_rules! name {
    ($name:literal) => {
        $crate::values::json::Name(concat!(",\"", $name, "\":\""))
    };
}
pub(crate) use name;

impl Name {
    fn as_str(self) -> &'static str {
        let Self(text) = self;
        text.strip_prefix(",\"").and_then(|text| text.strip_suffix("\":\"")).unwrap_or_default()
    }

    /// What stands before a value that is not a string.
    #[inline(always)]
    fn unquoted(self) -> &'static [u8] {
        let text = self.0.as_bytes();
        &text[..text.len() - 1]
    }
}

/// Where the members of an object go, in order.
pub(crate) trait MemberSink {
    fn string(&mut self, name: Name, value: &str);
    /// A string whose grammar has nothing that JSON escapes, such as a token or a scope.
    fn plain(&mut self, name: Name, value: &str);
    fn number(&mut self, name: Name, value: u64);
    /// Any value under any name.
    fn value(&mut self, name: &str, value: &(impl Serialize + ?Sized));
}

/// The text of an object with the members that `list` names, as the body of a response.
pub(crate) fn object(capacity: usize, list: impl FnOnce(&mut Object)) -> Bytes {
    text(capacity, list).into()
}

/// The same as it was written. Its length is not expected to exceed `capacity`.
pub(crate) fn text(capacity: usize, list: impl FnOnce(&mut Object)) -> Vec<u8> {
    let mut object = Object { body: Vec::with_capacity(capacity) };
    list(&mut object);
    let mut body = object.body;
    // Each member has a comma before it.
    match body.first_mut() {
        Some(first) => *first = b'{',
        None => body.push(b'{'),
    }
    body.push(b'}');
    body
}

/// An object that is being written.
pub(crate) struct Object {
    body: Vec<u8>,
}

impl Object {
    pub(crate) fn boolean(&mut self, name: Name, value: bool) {
        self.body.extend_from_slice(name.unquoted());
        self.body.extend_from_slice(if value { b"true" } else { b"false" });
    }

    /// A string that is these, one behind the other: of characters that nobody escapes, such as those of base64url.
    #[cfg(feature = "jose")]
    #[inline(always)]
    pub(crate) fn plain_of<const N: usize>(&mut self, name: Name, parts: [&[u8]; N]) {
        debug_assert!(parts.iter().all(|part| part.is_ascii() && !needs_escaping(part)), "nobody escapes it");
        self.body.extend_from_slice(name.0.as_bytes());
        for part in parts {
            self.body.extend_from_slice(part);
        }
        self.body.push(b'"');
    }

    /// A string that is these, one behind the other.
    #[cfg(feature = "jose")]
    #[inline(always)]
    pub(crate) fn joined<const N: usize>(&mut self, name: Name, parts: [&str; N]) {
        if parts.iter().any(|part| needs_escaping(part.as_bytes())) {
            self.body.extend_from_slice(name.unquoted());
            return write_value(&mut self.body, &parts.concat());
        }
        self.body.extend_from_slice(name.0.as_bytes());
        for part in parts {
            self.body.extend_from_slice(part.as_bytes());
        }
        self.body.push(b'"');
    }
}

impl MemberSink for Object {
    // The length of a name is known to the compiler where this is called, which makes copying it cheap.
    #[inline(always)]
    fn string(&mut self, name: Name, value: &str) {
        if needs_escaping(value.as_bytes()) {
            self.body.extend_from_slice(name.unquoted());
            return write_value(&mut self.body, value);
        }
        self.plain(name, value);
    }

    #[inline(always)]
    fn plain(&mut self, name: Name, value: &str) {
        debug_assert!(!needs_escaping(value.as_bytes()));
        self.body.extend_from_slice(name.0.as_bytes());
        self.body.extend_from_slice(value.as_bytes());
        self.body.push(b'"');
    }

    #[inline(always)]
    fn number(&mut self, name: Name, value: u64) {
        self.body.extend_from_slice(name.unquoted());
        self.body.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
    }

    fn value(&mut self, name: &str, value: &(impl Serialize + ?Sized)) {
        self.body.push(b',');
        write_value(&mut self.body, name);
        self.body.push(b':');
        write_value(&mut self.body, value);
    }
}

/// Is there a control character, a quote or a backslash (RFC 8259 section 7)? Looks at all of it, which the compiler does many bytes
/// at a time.
fn needs_escaping(text: &[u8]) -> bool {
    text.iter().fold(false, |found, byte| found | matches!(byte, 0..0x20 | b'"' | b'\\'))
}

fn write_value(body: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    let start = body.len();
    // Into memory: only a value that fails by itself can fail here, and none of this library does.
    if serde_json::to_writer(&mut *body, value).is_err() {
        body.truncate(start);
        body.extend_from_slice(b"null");
    }
}

/// Members for a serializer of any format: after an error nothing more is written.
pub(crate) struct Entries<M: SerializeMap> {
    map: M,
    result: Result<(), M::Error>,
}

impl<M: SerializeMap> Entries<M> {
    pub(crate) fn new(map: M) -> Self {
        Self { map, result: Ok(()) }
    }

    pub(crate) fn end(self) -> Result<M::Ok, M::Error> {
        self.result.and_then(|()| self.map.end())
    }
}

impl<M: SerializeMap> MemberSink for Entries<M> {
    fn string(&mut self, name: Name, value: &str) {
        self.value(name.as_str(), value);
    }

    fn plain(&mut self, name: Name, value: &str) {
        self.value(name.as_str(), value);
    }

    fn number(&mut self, name: Name, value: u64) {
        self.value(name.as_str(), &value);
    }

    fn value(&mut self, name: &str, value: &(impl Serialize + ?Sized)) {
        if self.result.is_ok() {
            self.result = self.map.serialize_entry(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Map, Value, json};

    #[cfg(feature = "jose")]
    #[test]
    fn parts_are_one_string() {
        let written = |parts: [&str; 2]| text(0, |members| members.joined(name!("a"), parts));
        assert_eq!(written(["client:", "app"]), br#"{"a":"client:app"}"#);
        assert_eq!(written(["client:", "a\\\"b"]), br#"{"a":"client:a\\\"b"}"#);
        let plain = text(0, |members| members.plain_of(name!("a"), [b"x", b".", b"7"]));
        assert_eq!(plain, br#"{"a":"x.7"}"#);
    }

    #[test]
    fn every_string_is_written_as_serde_json_writes_it() {
        let all: String = (0..=0x2ff).chain([0x2028, 0xfeff, 0xffff, 0x1_0000, 0x10_ffff]).filter_map(char::from_u32).collect();
        let characters = all.char_indices().map(|(at, character)| &all[at..at + character.len_utf8()]);
        for text in characters.chain([all.as_str(), "", "a\"b\\c", "\u{7f}\u{0}", "plain text that needs no escaping at all"]) {
            let mut expected = Map::new();
            expected.insert(text.to_owned(), Value::from(text));
            let written = object(0, |object| object.value(text, text));
            assert_eq!(written, Value::from(expected).to_string().as_bytes(), "{text:?}");
            // At every place within and between the words in which it is looked for.
            for text in (0..20).map(|before| "x".repeat(before) + text + "y") {
                let written = object(64, |object| object.string(name!("name"), &text));
                assert_eq!(written, json!({"name": text}).to_string().as_bytes());
            }
        }
    }

    #[test]
    fn members_stand_in_order() {
        let written = object(8, |object| {
            object.string(name!("a"), "x");
            object.boolean(name!("t"), true);
            for (name, number) in [(name!("b"), 0), (name!("c"), 10), (name!("d"), u64::MAX)] {
                object.number(name, number);
            }
            object.value("v", &json!([1, {"a": null}]));
        });
        assert_eq!(written, &br#"{"a":"x","t":true,"b":0,"c":10,"d":18446744073709551615,"v":[1,{"a":null}]}"#[..]);
        assert_eq!(object(0, |_| ()), &b"{}"[..]);
    }
}
