//! Small JSON objects, written straight into a buffer that is allocated once, at the size they turn out to have. What needs more
//! than copying is left to `serde_json`.

use bytes::Bytes;
use serde::Serialize;
use serde::ser::SerializeMap;

/// Where the members of an object go, in order.
pub(crate) trait MemberSink {
    /// `name` has no character that JSON escapes.
    fn string(&mut self, name: &'static str, value: &str);
    /// `name` has no character that JSON escapes.
    fn number(&mut self, name: &'static str, value: u64);
    /// Any value under any name.
    fn value(&mut self, name: &str, value: &(impl Serialize + ?Sized));
}

/// The text of an object whose members `list` names. It lists them twice: to measure, and to write.
pub(crate) fn object(list: impl Fn(&mut Object)) -> Bytes {
    let mut measured = Object { length: "{}".len(), body: None };
    list(&mut measured);
    let mut body = Vec::with_capacity(measured.length);
    body.push(b'{');
    let mut written = Object { length: 0, body: Some(body) };
    list(&mut written);
    let mut body = written.body.unwrap_or_default();
    body.push(b'}');
    body.into()
}

/// An object that is being measured or written.
pub(crate) struct Object {
    /// Exact for names and strings that need no escaping, and for numbers; any other value is not foreseen.
    length: usize,
    /// `None` while it is being measured.
    body: Option<Vec<u8>>,
}

impl Object {
    /// `name` has no character that JSON escapes.
    #[inline(always)]
    pub(crate) fn boolean(&mut self, name: &'static str, value: bool) {
        let text = if value { "true" } else { "false" };
        if let Some(body) = self.member(name, text.len()) {
            body.extend_from_slice(text.as_bytes());
        }
    }

    /// Begins a member: gives the body to write its value into, unless the object is only measured.
    #[inline(always)]
    fn member(&mut self, name: &'static str, value_length: usize) -> Option<&mut Vec<u8>> {
        let body = self.next(name.len() + "\"\":".len() + value_length)?;
        body.push(b'"');
        body.extend_from_slice(name.as_bytes());
        body.extend_from_slice(b"\":");
        Some(body)
    }

    /// As [`member`](Self::member), before the name.
    #[inline(always)]
    fn next(&mut self, length: usize) -> Option<&mut Vec<u8>> {
        let Some(body) = &mut self.body else {
            self.length += usize::from(self.length > "{}".len()) + length;
            return None;
        };
        if body.len() > "{".len() {
            body.push(b',');
        }
        Some(body)
    }
}

impl MemberSink for Object {
    // The length of a name is known to the compiler where this is called, which makes copying it cheap.
    #[inline(always)]
    fn string(&mut self, name: &'static str, value: &str) {
        if let Some(body) = self.member(name, "\"\"".len() + value.len()) {
            write_string(body, value);
        }
    }

    #[inline(always)]
    fn number(&mut self, name: &'static str, value: u64) {
        let digits = value.checked_ilog10().unwrap_or(0) as usize + 1;
        if let Some(body) = self.member(name, digits) {
            write_value(body, &value);
        }
    }

    fn value(&mut self, name: &str, value: &(impl Serialize + ?Sized)) {
        if let Some(body) = self.next(name.len() + "\"\":".len()) {
            write_string(body, name);
            body.push(b':');
            write_value(body, value);
        }
    }
}

fn write_string(body: &mut Vec<u8>, text: &str) {
    if needs_escaping(text.as_bytes()) {
        return write_value(body, text);
    }
    body.push(b'"');
    body.extend_from_slice(text.as_bytes());
    body.push(b'"');
}

/// Is there a control character, a quote or a backslash (RFC 8259 section 7)? Eight bytes at a time; the last eight may have been
/// looked at already.
fn needs_escaping(text: &[u8]) -> bool {
    let Some(last) = text.last_chunk() else {
        return text.iter().any(|byte| matches!(byte, 0..0x20 | b'"' | b'\\'));
    };
    text.as_chunks().0.iter().fold(special(last), |found, chunk| found | special(chunk)) != 0
}

/// Not 0 if one of the bytes needs escaping. In `below(word, n)` the highest bit of the lowest byte below `n` is set, and no bit
/// if there is none.
fn special(chunk: &[u8; 8]) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let below = |word: u64, n: u8| word.wrapping_sub(ONES * u64::from(n)) & !word & (ONES << 7);
    let word = u64::from_ne_bytes(*chunk);
    below(word, 0x20) | below(word ^ (ONES * u64::from(b'"')), 1) | below(word ^ (ONES * u64::from(b'\\')), 1)
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
    fn string(&mut self, name: &'static str, value: &str) {
        self.value(name, value);
    }

    fn number(&mut self, name: &'static str, value: u64) {
        self.value(name, &value);
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

    #[test]
    fn every_string_is_written_as_serde_json_writes_it() {
        let all: String = (0..=0x2ff).chain([0x2028, 0xfeff, 0xffff, 0x1_0000, 0x10_ffff]).filter_map(char::from_u32).collect();
        let characters = all.char_indices().map(|(at, character)| &all[at..at + character.len_utf8()]);
        for text in characters.chain([all.as_str(), "", "a\"b\\c", "\u{7f}\u{0}", "plain text that needs no escaping at all"]) {
            let mut expected = Map::new();
            expected.insert(text.to_owned(), Value::from(text));
            let written = object(|object| object.value(text, text));
            assert_eq!(written, Value::from(expected).to_string().as_bytes(), "{text:?}");
            // At every place within and between the words in which it is looked for.
            for text in (0..20).map(|before| "x".repeat(before) + text + "y") {
                let written = object(|object| object.string("name", &text));
                assert_eq!(written, json!({"name": text}).to_string().as_bytes());
            }
        }
    }

    #[test]
    fn members_stand_in_order_and_the_length_is_foreseen() {
        let write = |object: &mut Object| {
            object.string("a", "x");
            object.boolean("t", true);
            for (name, number) in [("b", 0), ("c", 9), ("d", 10), ("e", u64::MAX)] {
                object.number(name, number);
            }
        };
        let mut measured = Object { length: 2, body: None };
        write(&mut measured);
        let expected = br#"{"a":"x","t":true,"b":0,"c":9,"d":10,"e":18446744073709551615}"#;
        assert_eq!(object(write), &expected[..]);
        assert_eq!(measured.length, expected.len());
        assert_eq!(object(|_| ()), &b"{}"[..]);
        let several = object(|object| object.value("v", &json!([1, {"a": null}])));
        assert_eq!(several, &br#"{"v":[1,{"a":null}]}"#[..]);
    }
}
