//! The metadata document (RFC 8414 section 2). Every member is derived from the server's type and from [`Endpoints`], so what is
//! advertised is what is served.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::client::ClientAuthenticationMethod;
use crate::http::endpoints::{self, Endpoints, endpoint_table};
use crate::values::issuer::Issuer;

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
            /// Names ways to sign in (`acr_values_supported`), each once, whichever features have them.
            pub(crate) fn name_acr_values<'a>(&mut self, values: impl Iterator<Item = &'a str>) {
                for value in values {
                    if !self.acr_values_supported.iter().any(|known| known == value) {
                        self.acr_values_supported.push(value.to_owned());
                    }
                }
            }

            /// Where requests have to be pushed, clients have none elsewhere, whatever the server could fetch. For both features that
            /// describe this, in whichever order.
            pub(crate) fn takes_no_request_uris_beside_pushed(&mut self) {
                if self.require_pushed_authorization_requests {
                    self.request_uri_parameter_supported = Some(false);
                    self.require_request_uri_registration = false;
                }
            }

            /// Where clients that ask directly find the endpoints at another origin (RFC 8705 section 5).
            pub(crate) fn aliases(&self, issuer: &Issuer, origin: &str) -> BTreeMap<&'static str, String> {
                let endpoints = [$((stringify!($member), self.$member.url()),)*];
                let asked = endpoints.into_iter().filter(|(name, _)| !BROWSERS.contains(name));
                let moved = |url: &str| url.strip_prefix(issuer.origin()).map(|path| format!("{origin}{path}"));
                asked.filter_map(|(name, url)| Some((name, moved(url?)?))).collect()
            }

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
                #[allow(dead_code, reason = "an endpoint of a Cargo feature that may be off")]
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
        /// With what clients may sign what they authenticate with at the token endpoint.
        token_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
        /// How clients may authenticate at the revocation endpoint.
        revocation_endpoint_auth_methods_supported: Vec<&'static str>,
        /// With what they may sign there.
        revocation_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
        /// How clients may authenticate at the introspection endpoint.
        introspection_endpoint_auth_methods_supported: Vec<&'static str>,
        /// With what they may sign there.
        introspection_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
        /// With what DPoP proofs may be signed (RFC 9449 section 5.1).
        dpop_signing_alg_values_supported: Vec<&'static str>,
        /// Are access tokens bound to the certificates of clients (RFC 8705 section 3.3)?
        tls_client_certificate_bound_access_tokens: bool,
        /// Where clients with a certificate find the endpoints instead (RFC 8705 section 5).
        mtls_endpoint_aliases: BTreeMap<&'static str, String>,
        /// With what introspection responses can be signed (RFC 9701 section 7).
        introspection_signing_alg_values_supported: Vec<&'static str>,
        /// With what authorization responses can be signed (JARM section 4).
        authorization_signing_alg_values_supported: Vec<&'static str>,
        /// With what ID tokens can be signed (OpenID Connect Discovery section 3).
        id_token_signing_alg_values_supported: Vec<&'static str>,
        /// With what userinfo responses can be signed.
        userinfo_signing_alg_values_supported: Vec<&'static str>,
        /// Which subject identifiers clients can have (OpenID Connect Core section 8).
        subject_types_supported: Vec<&'static str>,
        /// The claims that clients may get to know.
        claims_supported: Vec<&'static str>,
        /// Is the parameter `claims` read (OpenID Connect Core section 5.5)?
        claims_parameter_supported: bool,
        /// The languages of claims.
        claims_locales_supported: Vec<String>,
        /// The languages of the pages.
        ui_locales_supported: Vec<String>,
        /// How people can sign in (`acr`).
        acr_values_supported: Vec<String>,
        /// Are clients told that a person has signed out (OpenID Connect Back-Channel Logout section 2.1)?
        backchannel_logout_supported: bool,
        /// And which sign-in that was?
        backchannel_logout_session_supported: bool,
        /// The values of the parameter `prompt` (Initiating User Registration section 4.1).
        prompt_values_supported: Vec<&'static str>,
        /// Is the parameter `request` read (OpenID Connect Discovery section 3)?
        request_parameter_supported: bool,
        /// Is the parameter `request_uri` read? Where nothing is said it is (OpenID Connect Discovery section 3).
        request_uri_parameter_supported: Option<bool>,
        /// Has every authorization request to be pushed (RFC 9126 section 5)?
        require_pushed_authorization_requests: bool,
        /// Has every such URI to be registered?
        require_request_uri_registration: bool,
        /// With what clients may sign their requests (RFC 9101 section 4).
        request_object_signing_alg_values_supported: Vec<&'static str>,
        /// Has every authorization request to be signed (RFC 9101 section 10.5)?
        require_signed_request_object: bool,
        /// The profiles of authorization grants that are accepted (draft-ietf-oauth-identity-assertion-authz-grant section 7.2).
        authorization_grant_profiles_supported: Vec<&'static str>,
        /// The types of token that are issued for other authorization servers (draft-ietf-oauth-identity-chaining section 3).
        identity_chaining_requested_token_types_supported: Vec<&'static str>,
        /// The types of authorization details (RFC 9396 section 10).
        authorization_details_types_supported: Vec<&'static str>,
        /// The PKCE methods (RFC 7636 section 4.3); there if codes are issued.
        code_challenge_methods_supported: Vec<&'static str>,
        /// The resources for which tokens are issued, as far as they are listed (RFC 9728 section 4).
        protected_resources: Vec<String>,
        /// Can a `client_id` be the URL of a document that describes the client (draft-ietf-oauth-client-id-metadata-document section 6)?
        client_id_metadata_document_supported: bool,
        /// Authorization responses carry `iss` (RFC 9207 section 3).
        authorization_response_iss_parameter_supported: bool,
    }
}

/// The members with URLs that are not for requests of clients: a certificate has no meaning there.
const BROWSERS: &[&str] = &["authorization_endpoint", "end_session_endpoint", "jwks_uri"];

/// The URL of an endpoint.
trait Place {
    fn url(&self) -> Option<&str>;
}

impl Place for String {
    fn url(&self) -> Option<&str> {
        Some(self)
    }
}

impl Place for Option<String> {
    fn url(&self) -> Option<&str> {
        self.as_deref()
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

impl<K, V> Member for BTreeMap<K, V> {
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
pub struct MetadataContext<'a> {
    pub(crate) issuer: &'a Issuer,
    pub(crate) endpoints: &'a Endpoints,
    /// The client authentication methods of the server.
    pub(crate) methods: &'a [ClientAuthenticationMethod],
    /// With what clients may sign what they authenticate with, where a method signs.
    pub(crate) authentication_algorithms: &'a [&'static str],
    /// With what the server's keys sign; what is preferred first.
    #[cfg_attr(not(feature = "jose"), allow(dead_code, reason = "features that sign read it"))]
    pub(crate) signing_algorithms: &'static [&'static str],
    /// Is the feature with this name switched on?
    #[cfg_attr(not(feature = "jose"), allow(dead_code, reason = "what depends on another feature signs"))]
    pub(crate) is_on: &'a dyn Fn(&str) -> bool,
}

impl fmt::Debug for MetadataContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetadataContext").field("issuer", self.issuer).finish_non_exhaustive()
    }
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
