//! The metadata document (RFC 8414 section 2). Every member is derived from the server's type and from [`Endpoints`], so what is
//! advertised is what is served.

use serde::Serialize;

use crate::client::ClientAuthenticationMethod;
use crate::endpoints::{self, Endpoints, endpoint_table};
use crate::issuer::Issuer;

macro_rules! metadata {
    (
        always { $($(#[doc = $always_doc:literal])* $always:ident: $always_type:ty,)* }
        unless_absent { $($(#[doc = $doc:literal])* $name:ident: $type:ty,)* }
        $($setter:ident, $path:ident, $default:literal, $member:ident: $member_type:ty, $what:literal;)*
    ) => {
        /// Authorization server metadata (RFC 8414 section 2).
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        #[non_exhaustive]
        pub struct Metadata {
            /// The issuer, byte-equal to the one the server was built with.
            pub issuer: String,
            $(
                #[doc = concat!("The URL of the ", $what, ".")]
                #[serde(skip_serializing_if = "Member::is_absent")]
                pub $member: $member_type,
            )*
            $(
                $(#[doc = $always_doc])*
                pub $always: $always_type,
            )*
            $(
                $(#[doc = $doc])*
                #[serde(skip_serializing_if = "Member::is_absent")]
                pub $name: $type,
            )*
        }

        impl Metadata {
            /// A document that says nothing but whose it is.
            pub(crate) fn of(issuer: &Issuer) -> Self {
                Self {
                    issuer: issuer.as_str().to_owned(),
                    $($member: Default::default(),)*
                    $($always: Default::default(),)*
                    $($name: Default::default(),)*
                }
            }
        }

        impl MetadataContext<'_> {
            $(
                pub(crate) fn $member(&self) -> String {
                    self.url(self.endpoints.$path())
                }
            )*
        }
    };
}

endpoint_table! { metadata!
    always {
        /// The response types. Required, so it is there even when empty.
        response_types_supported: Vec<&'static str>,
        /// The grant types that are switched on.
        grant_types_supported: Vec<&'static str>,
        /// How clients may authenticate at the token endpoint.
        token_endpoint_auth_methods_supported: Vec<&'static str>,
    }
    unless_absent {
        /// The scopes, if the server was told of them.
        scopes_supported: Vec<String>,
        /// The response modes (Multiple Response Types section 2.1, Form Post Response Mode section 2).
        response_modes_supported: Vec<&'static str>,
        /// How clients may authenticate at the revocation endpoint.
        revocation_endpoint_auth_methods_supported: Vec<&'static str>,
        /// How clients may authenticate at the introspection endpoint.
        introspection_endpoint_auth_methods_supported: Vec<&'static str>,
        /// The PKCE methods (RFC 7636 section 4.3); there if codes are issued.
        code_challenge_methods_supported: Vec<&'static str>,
        /// Authorization responses carry `iss` (RFC 9207 section 3).
        authorization_response_iss_parameter_supported: bool,
    }
}

/// What a member can be, and when it is left out.
trait Member {
    fn is_absent(&self) -> bool;
}

impl Member for String {
    fn is_absent(&self) -> bool {
        false
    }
}

impl<T> Member for Option<T> {
    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T> Member for Vec<T> {
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl Member for bool {
    fn is_absent(&self) -> bool {
        !self
    }
}

/// What a feature may use to describe itself.
#[doc(hidden)]
#[derive(Debug)]
pub struct MetadataContext<'a> {
    pub(crate) issuer: &'a Issuer,
    pub(crate) endpoints: &'a Endpoints,
    /// The client authentication methods of the server.
    pub(crate) methods: &'a [ClientAuthenticationMethod],
}

impl MetadataContext<'_> {
    /// The URL of a path below the issuer's.
    pub(crate) fn url(&self, path: &str) -> String {
        endpoints::url(self.issuer, path)
    }

    /// How clients authenticate, public ones included.
    pub(crate) fn authentication_methods(&self) -> Vec<&'static str> {
        self.methods.iter().map(|method| method.as_str()).collect()
    }

    /// Those that prove something.
    pub(crate) fn proving_methods(&self) -> Vec<&'static str> {
        let proving = self.methods.iter().filter(|method| **method != ClientAuthenticationMethod::None);
        proving.map(|method| method.as_str()).collect()
    }
}
