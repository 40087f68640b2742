//! Members of a JSON object as fields of a struct: `members!` writes the struct with its reading and writing, so that each
//! member stands in one place. By hand where serde's `flatten` would do, since that reads everything twice, on each look-up in a
//! database, and forgets at which line of a file the mistake is.

use std::borrow::Cow;
use std::sync::Arc;

use serde::de::{Error as _, IgnoredAny, MapAccess};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::client::ClientError;
use crate::client::redirect_uri::RedirectUri;
use crate::values::lifetime::{AccessTokenLifetime, RefreshTokenLifetime};
use crate::values::scope::Scope;

/// What a member is kept as. Absent and `null` are its default.
pub(crate) trait Member: Default {
    /// What it is in JSON.
    type Json: DeserializeOwned;
    /// # Errors
    ///
    /// [`ClientError`] if the value has the right form and cannot be registered.
    fn checked(json: Self::Json) -> Result<Self, ClientError>;
}

/// May it be left out where it is written?
pub(super) trait Omitted {
    fn is_omitted(&self) -> bool;
}

impl<T> Omitted for Option<T> {
    fn is_omitted(&self) -> bool {
        self.is_none()
    }
}

impl<T> Omitted for Vec<T> {
    fn is_omitted(&self) -> bool {
        self.is_empty()
    }
}

impl Omitted for Scope {
    fn is_omitted(&self) -> bool {
        self.is_empty()
    }
}

/// Those that need no check beyond their type's own.
macro_rules! kept_as_read {
    ($($value:ty),* $(,)?) => {$(
        impl Member for Option<$value> {
            type Json = $value;
            fn checked(json: $value) -> Result<Self, ClientError> {
                Ok(Some(json))
            }
        }
    )*};
}

kept_as_read!(
    bool,
    u64,
    String,
    Arc<str>,
    Vec<Arc<str>>,
    AccessTokenLifetime,
    RefreshTokenLifetime,
    crate::client::ClientSecret,
    super::own::IntrospectionRight,
);

impl Member for Vec<Arc<str>> {
    type Json = Self;
    fn checked(json: Self) -> Result<Self, ClientError> {
        Ok(json)
    }
}

impl Member for Vec<RedirectUri> {
    type Json = Vec<String>;
    fn checked(json: Vec<String>) -> Result<Self, ClientError> {
        json.iter().map(|uri| RedirectUri::checked(uri)).collect()
    }
}

impl Member for Scope {
    type Json = String;
    fn checked(json: String) -> Result<Self, ClientError> {
        Ok(Self::parse(&json)?)
    }
}

impl Member for Option<Scope> {
    type Json = String;
    fn checked(json: String) -> Result<Self, ClientError> {
        Ok(Some(Scope::parse(&json)?))
    }
}

/// The name of a member, borrowed where the input permits that.
#[derive(Deserialize)]
#[serde(transparent)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// The members of one object, each read at most once.
pub(crate) struct Reader<A> {
    map: A,
    read: Vec<&'static str>,
    /// The first value that has the right form and cannot be registered. No error of the format: whoever answers a registration
    /// has to tell these apart.
    refused: Option<ClientError>,
}

impl<'de, A: MapAccess<'de>> Reader<A> {
    pub(crate) fn new(map: A) -> Self {
        Self { map, read: Vec::new(), refused: None }
    }

    pub(crate) fn next(&mut self) -> Result<Option<Cow<'de, str>>, A::Error> {
        Ok(self.map.next_key::<Name<'de>>()?.map(|Name(name)| name))
    }

    /// The value of a member that is known.
    pub(crate) fn value<T: Member>(&mut self, name: &'static str) -> Result<T, A::Error> {
        // One parser would take the first, another the last.
        if self.read.contains(&name) {
            return Err(A::Error::duplicate_field(name));
        }
        self.read.push(name);
        self.another()
    }

    /// The value of a member that may occur with different languages.
    pub(super) fn another<T: Member>(&mut self) -> Result<T, A::Error> {
        let Some(json) = self.map.next_value::<Option<T::Json>>()? else { return Ok(T::default()) };
        Ok(T::checked(json).unwrap_or_else(|error| {
            self.refuse(error);
            T::default()
        }))
    }

    pub(super) fn refuse(&mut self, error: ClientError) {
        self.refused.get_or_insert(error);
    }

    pub(crate) fn ignore(&mut self) -> Result<(), A::Error> {
        self.map.next_value::<IgnoredAny>().map(drop)
    }

    pub(crate) fn refused(self) -> Option<ClientError> {
        self.refused
    }
}

/// A group of members: the struct, how it is read, and how it is written.
macro_rules! members {
    ($(#[$doc:meta])* $group:ident { $($(#[$member_doc:meta])* $member:ident: $value:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default)]
        pub(crate) struct $group {
            $($(#[$member_doc])* pub(in crate::client) $member: $value,)*
        }

        impl $group {
            /// Takes the value if the member is one of these.
            pub(super) fn read<'de, A: ::serde::de::MapAccess<'de>>(
                &mut self,
                name: &str,
                reader: &mut $crate::client::registered::members::Reader<A>,
            ) -> Result<bool, A::Error> {
                match name {
                    $(stringify!($member) => self.$member = reader.value(stringify!($member))?,)*
                    _ => return Ok(false),
                }
                Ok(true)
            }

            pub(super) fn write<M: ::serde::ser::SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                use $crate::client::registered::members::Omitted as _;
                $(if !self.$member.is_omitted() {
                    map.serialize_entry(stringify!($member), &self.$member)?;
                })*
                Ok(())
            }
        }
    };
}
pub(super) use members;

impl Member for Option<Value> {
    type Json = Value;
    fn checked(json: Value) -> Result<Self, ClientError> {
        Ok(Some(json))
    }
}
