//! The standard claims (OpenID Connect Core section 5.1).

use std::fmt;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::LocalizedText;
use crate::values::clock::Timestamp;

/// A claim before it is known which of its forms go out.
pub(in crate::feature::open_id) enum Said {
    Text(LocalizedText),
    Value(Option<Value>),
}

impl From<LocalizedText> for Said {
    fn from(text: LocalizedText) -> Self {
        Self::Text(text)
    }
}

impl From<Option<String>> for Said {
    fn from(text: Option<String>) -> Self {
        Self::Value(text.map(Value::from))
    }
}

impl From<Option<bool>> for Said {
    fn from(value: Option<bool>) -> Self {
        Self::Value(value.map(Value::from))
    }
}

impl From<Option<Timestamp>> for Said {
    fn from(moment: Option<Timestamp>) -> Self {
        Self::Value(moment.map(|moment| moment.as_unix().into()))
    }
}

impl From<Option<Address>> for Said {
    fn from(address: Option<Address>) -> Self {
        // It has texts alone, which are always JSON.
        Self::Value(address.filter(|address| *address != Address::default()).and_then(|it| serde_json::to_value(it).ok()))
    }
}

macro_rules! standard_claims {
    ($($(#[$doc:meta])* $name:ident: $type:ty,)*) => {
        /// The standard claims (OpenID Connect Core section 5.1), under their registered names. What is not known is left out; `sub` is the
        /// library's to say. As JSON, forms in other languages are members of their own, such as `name#de`.
        #[derive(Clone, Default, PartialEq)]
        pub struct StandardClaims {
            $($(#[$doc])* pub $name: $type,)*
        }

        impl StandardClaims {
            /// Each with its name.
            pub(in crate::feature::open_id) fn each(self, mut each: impl FnMut(&'static str, Said)) {
                $(each(stringify!($name), self.$name.into());)*
            }

            fn taken_from(members: &mut Map<String, Value>) -> Result<Self, &'static str> {
                Ok(Self { $($name: Known::taken(stringify!($name), members).map_err(|_| stringify!($name))?,)* })
            }
        }
    };
}

/// A claim that is read from the members of an object.
trait Known: Sized {
    fn taken(name: &'static str, members: &mut Map<String, Value>) -> Result<Self, serde_json::Error>;
}

impl<T: DeserializeOwned> Known for Option<T> {
    fn taken(name: &'static str, members: &mut Map<String, Value>) -> Result<Self, serde_json::Error> {
        members.remove(name).map_or(Ok(None), serde_json::from_value)
    }
}

impl Known for LocalizedText {
    /// With its forms in other languages, such as `name#de`.
    fn taken(name: &'static str, members: &mut Map<String, Value>) -> Result<Self, serde_json::Error> {
        let mut text = Self::from(Option::<String>::taken(name, members)?);
        for (own, value) in members.iter() {
            if let Some(tag) = own.strip_prefix(name).and_then(|rest| rest.strip_prefix('#')) {
                text = text.in_language(tag, String::deserialize(value)?);
            }
        }
        Ok(text)
    }
}

impl Serialize for StandardClaims {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Map::new();
        self.clone().each(|name, said| match said {
            Said::Value(value) => members.extend(value.map(|value| (name.to_owned(), value))),
            Said::Text(LocalizedText { plain, tagged }) => {
                members.extend(plain.map(|text| (name.to_owned(), text.into())));
                members.extend(tagged.into_iter().map(|(tag, text)| (format!("{name}#{tag}"), text.into())));
            }
        });
        members.serialize(serializer)
    }
}

/// What is no standard claim is left out.
impl<'de> Deserialize<'de> for StandardClaims {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Map::deserialize(deserializer)?;
        Self::taken_from(&mut members).map_err(|name| D::Error::custom(format_args!("the claim `{name}` has another type")))
    }
}

standard_claims! {
    /// The full name, to be displayed.
    name: LocalizedText,
    /// Given names.
    given_name: LocalizedText,
    /// Surnames.
    family_name: LocalizedText,
    /// Middle names.
    middle_name: LocalizedText,
    /// A casual name.
    nickname: LocalizedText,
    /// By which the person would like to be called; not unique, and not to be relied on.
    preferred_username: Option<String>,
    /// The URL of the person's profile page.
    profile: LocalizedText,
    /// The URL of a picture of the person.
    picture: LocalizedText,
    /// The URL of the person's own page.
    website: LocalizedText,
    /// The preferred e-mail address. Not unique.
    email: Option<String>,
    /// Did the application make sure that the address is the person's?
    email_verified: Option<bool>,
    /// `female`, `male`, or another.
    gender: Option<String>,
    /// `YYYY-MM-DD`, `0000-MM-DD` or `YYYY` (ISO 8601-1).
    birthdate: Option<String>,
    /// A time zone, such as `Europe/Paris`.
    zoneinfo: Option<String>,
    /// A language tag (RFC 5646), such as `en-US`.
    locale: Option<String>,
    /// A telephone number, such as `+1 (425) 555-1212` (E.164).
    phone_number: Option<String>,
    /// Did the application make sure that the number is the person's?
    phone_number_verified: Option<bool>,
    /// A postal address.
    address: Option<Address>,
    /// When any of this changed last.
    updated_at: Option<Timestamp>,
}

impl fmt::Debug for StandardClaims {
    /// It says who the person is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StandardClaims(..)")
    }
}

/// A postal address (OpenID Connect Core section 5.1.1).
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// The whole of it, as on an envelope; lines end with a line feed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formatted: Option<String>,
    /// Street and number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street_address: Option<String>,
    /// City.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    /// State or province.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// Country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

impl fmt::Debug for Address {
    /// It says where the person lives.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn they_are_read_and_written_with_their_forms_in_other_languages() {
        let text = json!({
            "name": "Anna", "name#de": "\u{c4}nna", "family_name#ja-Kana-JP": "\u{30ab}", "email": "a@example.com",
            "email_verified": true, "address": {"locality": "Nuremberg"}, "updated_at": 17,
        });
        let claims: StandardClaims = serde_json::from_value(text.clone()).unwrap();
        assert_eq!((claims.name.plain.as_deref(), claims.name.tagged.len()), (Some("Anna"), 1));
        assert_eq!((claims.updated_at, claims.email_verified), (Some(Timestamp::from_unix(17)), Some(true)));
        assert_eq!(serde_json::to_value(&claims).unwrap(), text);
        // Others are somebody else's; nothing is nothing.
        let with_more: StandardClaims = serde_json::from_value(json!({"groups": ["a"], "name": null, "nick#de": "x"})).unwrap();
        assert_eq!(serde_json::to_value(with_more).unwrap(), json!({}));
        for wrong in
            [json!({"name": 1}), json!({"name#de": 1}), json!({"email_verified": "secret"}), json!({"address": "secret"})]
        {
            let error = serde_json::from_value::<StandardClaims>(wrong).unwrap_err().to_string();
            assert!(error.contains("has another type") && !error.contains("secret"), "{error}");
        }
    }
}
