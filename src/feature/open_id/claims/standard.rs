//! The standard claims (OpenID Connect Core section 5.1).

use std::fmt;

use serde::Serialize;
use serde_json::Value;

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
        /// library's to say.
        #[derive(Clone, Default, PartialEq)]
        pub struct StandardClaims {
            $($(#[$doc])* pub $name: $type,)*
        }

        impl StandardClaims {
            /// Each with its name.
            pub(in crate::feature::open_id) fn each(self, mut each: impl FnMut(&'static str, Said)) {
                $(each(stringify!($name), self.$name.into());)*
            }
        }
    };
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
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
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
