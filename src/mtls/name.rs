//! Distinguished names: as certificates have them, and as RFC 4514 writes them. Both are read into the same, so that how one is written
//! does not matter, and what it says does: attribute by attribute and value by value, in their order, byte by byte.

use std::fmt::{self, Write as _};

use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::der::asn1::{Any, Ia5StringRef, ObjectIdentifier, PrintableStringRef, Utf8StringRef};
use x509_cert::der::{Decode as _, Encode as _, Tag, Tagged as _};
use x509_cert::name::Name;

/// The short names of attribute types: those that every reader of RFC 4514 knows (section 3), and others of RFC 4519 and X.520, and of
/// certificates of banks.
const TYPES: &[(&str, &str)] = &[
    ("CN", "2.5.4.3"),
    ("L", "2.5.4.7"),
    ("ST", "2.5.4.8"),
    ("O", "2.5.4.10"),
    ("OU", "2.5.4.11"),
    ("C", "2.5.4.6"),
    ("STREET", "2.5.4.9"),
    ("DC", "0.9.2342.19200300.100.1.25"),
    ("UID", "0.9.2342.19200300.100.1.1"),
    ("SN", "2.5.4.4"),
    ("serialNumber", "2.5.4.5"),
    ("title", "2.5.4.12"),
    ("description", "2.5.4.13"),
    ("businessCategory", "2.5.4.15"),
    ("postalCode", "2.5.4.17"),
    ("name", "2.5.4.41"),
    ("givenName", "2.5.4.42"),
    ("initials", "2.5.4.43"),
    ("generationQualifier", "2.5.4.44"),
    ("x500UniqueIdentifier", "2.5.4.45"),
    ("dnQualifier", "2.5.4.46"),
    ("pseudonym", "2.5.4.65"),
    ("organizationIdentifier", "2.5.4.97"),
    ("emailAddress", "1.2.840.113549.1.9.1"),
    ("jurisdictionL", "1.3.6.1.4.1.311.60.2.1.1"),
    ("jurisdictionST", "1.3.6.1.4.1.311.60.2.1.2"),
    ("jurisdictionC", "1.3.6.1.4.1.311.60.2.1.3"),
];

/// A distinguished name: the attributes of each of its parts, the last part of the certificate first, as RFC 4514 section 2.1 writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DistinguishedName(Vec<Vec<Attribute>>);

/// One of the attributes of a part, which are a set: they are sorted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Attribute {
    kind: ObjectIdentifier,
    value: Value,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    /// Whichever of the string types it is.
    Text(String),
    /// Something else, in DER.
    Other(Vec<u8>),
}

impl Value {
    fn of(any: &Any) -> Self {
        let text = match any.tag() {
            Tag::Utf8String => any.decode_as::<Utf8StringRef<'_>>().map(|text| text.as_str().to_owned()),
            Tag::PrintableString => any.decode_as::<PrintableStringRef<'_>>().map(|text| text.as_str().to_owned()),
            Tag::Ia5String => any.decode_as::<Ia5StringRef<'_>>().map(|text| text.as_str().to_owned()),
            tag => Err(tag.value_error().into()),
        };
        text.map_or_else(|_| Self::Other(any.to_der().unwrap_or_default()), Self::Text)
    }
}

impl DistinguishedName {
    /// That of a certificate; `None` if a part of it has no attribute (RFC 5280 section 4.1.2.4: it has at least one).
    pub(super) fn of(name: &Name) -> Option<Self> {
        let attribute = |one: &AttributeTypeAndValue| Attribute { kind: one.oid, value: Value::of(&one.value) };
        let mut parts: Vec<_> = name.iter_rdn().map(|set| sorted(set.iter().map(attribute).collect())).collect();
        parts.reverse();
        parts.iter().all(|part| !part.is_empty()).then_some(Self(parts))
    }

    /// That which the text writes (RFC 4514 section 3). Blanks around separators are left out, as some programs write them.
    ///
    /// # Errors
    ///
    /// What is wrong with the text, without a word of it.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let mut reader = Reader(text.as_bytes());
        let (mut parts, mut part) = (Vec::new(), Vec::new());
        if reader.rest().is_empty() {
            return Ok(Self(parts));
        }
        loop {
            part.push(reader.attribute()?);
            match reader.next() {
                Some(b'+') => {}
                Some(_) => parts.push(sorted(std::mem::take(&mut part))),
                None => break,
            }
        }
        parts.push(sorted(part));
        Ok(Self(parts))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn sorted(mut part: Vec<Attribute>) -> Vec<Attribute> {
    part.sort_unstable();
    part
}

/// What is left of a text.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn rest(&mut self) -> &'a [u8] {
        self.0 = self.0.trim_ascii_start();
        self.0
    }

    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// `attributeType EQUALS attributeValue`, up to a separator or the end.
    fn attribute(&mut self) -> Result<Attribute, &'static str> {
        let text = self.rest();
        let end = text.iter().position(|byte| *byte == b'=').ok_or("an attribute has no `=`")?;
        let kind = kind(&text[..end])?;
        self.0 = text.get(end + 1..).unwrap_or_default();
        let value = if self.rest().first() == Some(&b'#') { self.encoded()? } else { self.string()? };
        Ok(Attribute { kind, value })
    }

    /// `hexstring`: the value in BER.
    fn encoded(&mut self) -> Result<Value, &'static str> {
        let text = self.0.get(1..).unwrap_or_default();
        let end = text.iter().position(|byte| matches!(byte, b',' | b'+')).unwrap_or(text.len());
        let (hex, rest) = text.split_at(end);
        self.0 = rest;
        let pair = |pair: &[u8]| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        };
        let der: Option<Vec<u8>> = hex.trim_ascii_end().chunks(2).map(pair).collect();
        let any = der.and_then(|der| Any::from_der(&der).ok()).ok_or("what follows a `#` is not the encoding of a value")?;
        Ok(Value::of(&any))
    }

    /// `string`.
    fn string(&mut self) -> Result<Value, &'static str> {
        // Up to `kept` it stays as it is: blanks at the end that are not escaped are none of it.
        let (mut bytes, mut kept) = (Vec::new(), 0);
        while let Some(byte) = self.0.first().copied().filter(|byte| !matches!(byte, b',' | b'+')) {
            self.next();
            match byte {
                b'\\' => {
                    bytes.push(self.escaped()?);
                    kept = bytes.len();
                }
                b'"' | b';' | b'<' | b'>' | 0 => return Err("a value has a character that has to be escaped"),
                b' ' => bytes.push(byte),
                _ => {
                    bytes.push(byte);
                    kept = bytes.len();
                }
            }
        }
        bytes.truncate(kept);
        String::from_utf8(bytes).map(Value::Text).map_err(|_| "a value is not UTF-8")
    }

    /// `ESC ( ESC / special / hexpair )`, behind the `ESC`.
    fn escaped(&mut self) -> Result<u8, &'static str> {
        let first = self.next().ok_or("nothing follows a `\\`")?;
        if matches!(first, b'\\' | b'"' | b'+' | b',' | b';' | b'<' | b'>' | b' ' | b'#' | b'=') {
            return Ok(first);
        }
        let second = self.next().and_then(digit);
        digit(first).zip(second).map(|(high, low)| high << 4 | low).ok_or("what follows a `\\` needs none")
    }
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// `descr / numericoid`; the case of names does not matter (RFC 4512 section 2.5).
fn kind(name: &[u8]) -> Result<ObjectIdentifier, &'static str> {
    let name = str::from_utf8(name.trim_ascii()).map_err(|_| "the type of an attribute is not ASCII")?;
    let known = TYPES.iter().find(|(short, _)| short.eq_ignore_ascii_case(name));
    let number = known.map_or(name, |(_, number)| number);
    ObjectIdentifier::new(number).map_err(|_| "the type of an attribute is not known; write its number, such as `2.5.4.97`")
}

impl fmt::Display for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, part) in self.0.iter().enumerate() {
            f.write_str(if at == 0 { "" } else { "," })?;
            for (at, Attribute { kind, value }) in part.iter().enumerate() {
                f.write_str(if at == 0 { "" } else { "+" })?;
                let number = kind.to_string();
                let known = TYPES.iter().find(|(_, known)| *known == number);
                write!(f, "{}=", known.map_or(&*number, |(short, _)| short))?;
                match value {
                    Value::Text(text) => write_escaped(f, text)?,
                    Value::Other(der) => {
                        f.write_str("#")?;
                        der.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// RFC 4514 section 2.4. What is no visible character is written as its bytes.
fn write_escaped(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    for (at, one) in text.char_indices() {
        let is_last = at + one.len_utf8() == text.len();
        match one {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => write!(f, "\\{one}")?,
            '#' if at == 0 => f.write_str("\\#")?,
            ' ' if at == 0 || is_last => f.write_str("\\ ")?,
            one if one.is_control() => {
                one.encode_utf8(&mut [0; 4]).bytes().try_for_each(|byte| write!(f, "\\{byte:02x}"))?;
            }
            one => f.write_char(one)?,
        }
    }
    Ok(())
}
