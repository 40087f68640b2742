//! What a client registers: the metadata of RFC 7591, in groups that check themselves. The builder, files, stores and, later, dynamic
//! registration read and write this one struct, so what one of them knows, all know.
//!
//! What is here is enforced, or is kept and given back as it was registered: names, pages and contacts (which are for people),
//! `software_id` and `software_version`, and the keys of a client that does not authenticate with them. Other members are not
//! understood, and ignored, as RFC 7591 section 2 asks.

mod binding;
mod certificate;
mod flow;
mod identity;
mod keys;
mod logout;
pub(super) mod members;
mod own;
mod presentation;
mod redirection;
mod requests;
mod scope;
mod signing;
mod software;

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use self::certificate::CertificateSubject;
pub use self::identity::SubjectType;
pub(super) use self::identity::{InitiateLoginUri, SectorIdentifierUri};
pub use self::keys::JwksError;
pub(super) use self::keys::{Jwks, JwksUri};
pub(super) use self::logout::BackChannelLogoutUri;
pub(super) use self::members::Reader;
pub(super) use self::own::{IntrospectionRight, OF_THE_OPERATOR};
pub use self::presentation::{Localized, LocalizedMember};
pub use self::redirection::ApplicationType;
pub(super) use self::requests::RequestUri;
pub(super) use self::scope::Scopes;
use crate::client::ClientError;

/// The groups, each with its file.
macro_rules! groups {
    ($($group:ident: $type:ty,)*) => {
        /// The metadata that a client registered (RFC 7591 section 2), with the members of this library
        /// ([`ClientMetadata`](crate::ClientMetadata) names them). As JSON it is what was registered and understood.
        #[derive(Debug, Clone, Default)]
        pub struct Registered {
            $(pub(super) $group: $type,)*
        }

        impl Registered {
            /// Takes the value if the member is one of these.
            pub(super) fn read<'de, A: MapAccess<'de>>(&mut self, name: &str, reader: &mut Reader<A>) -> Result<bool, A::Error> {
                Ok($(self.$group.read(name, reader)? ||)* false)
            }
        }

        impl Serialize for Registered {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                $(self.$group.write(&mut map)?;)*
                map.end()
            }
        }
    };
}

groups! {
    redirection: redirection::Redirection,
    flow: flow::Flow,
    scopes: scope::Scopes,
    presentation: presentation::Presentation,
    software: software::Software,
    keys: keys::Keys,
    identity: identity::Identity,
    signing: signing::Signing,
    requests: requests::Requests,
    logout: logout::Logout,
    binding: binding::Bound,
    certificate: certificate::Certificate,
    own: own::Own,
}

impl Registered {
    /// With the defaults of what was not said, and consistent in itself.
    pub(super) fn complete(mut self) -> Result<Self, ClientError> {
        self.flow.complete();
        self.flow.check()?;
        self.redirection.check(self.flow.has_grant("implicit"))?;
        if self.flow.response_types().next().is_some() && self.redirection.redirect_uris.is_empty() {
            return Err(ClientError::NoRedirectUri);
        }
        self.scopes.check()?;
        self.keys.check()?;
        self.requests.check()?;
        self.signing.check()?;
        self.certificate.check()?;
        self.identity.complete(self.redirection.sector())?;
        if self.flow.grant_types().next().is_none() && !self.own.is_resource_server() {
            return Err(ClientError::NoGrant);
        }
        Ok(self)
    }
}

/// What is being registered: what was understood so far, and the first thing that was and cannot be registered.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    pub(super) registered: Registered,
    pub(super) refused: Option<ClientError>,
}

impl Draft {
    /// Takes what could be registered, and remembers the first error.
    pub(super) fn set<E: Into<ClientError>>(&mut self, set: impl FnOnce(&mut Registered) -> Result<(), E>) {
        if let Err(error) = set(&mut self.registered) {
            self.refused.get_or_insert(error.into());
        }
    }

    pub(super) fn complete(self) -> Result<Registered, ClientError> {
        self.refused.map_or_else(|| self.registered.complete(), Err)
    }
}

impl<'de> Deserialize<'de> for Draft {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(AMap)
    }
}

struct AMap;

impl<'de> Visitor<'de> for AMap {
    type Value = Draft;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with client metadata")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Draft, A::Error> {
        let (mut registered, mut reader) = (Registered::default(), Reader::new(map));
        while let Some(name) = reader.next()? {
            if !registered.read(&name, &mut reader)? {
                reader.ignore()?;
            }
        }
        Ok(Draft { registered, refused: reader.refused() })
    }
}
