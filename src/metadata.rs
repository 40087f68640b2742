//! The metadata document (RFC 8414 section 2). Every member is derived from the server's type and from [`Endpoints`], so what is
//! advertised is what is served.

use serde::Serialize;

use crate::client::ClientAuthenticationMethod;
use crate::endpoints::{self, Endpoints};
use crate::issuer::Issuer;

/// Authorization server metadata (RFC 8414 section 2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Metadata {
    /// The issuer, byte-equal to the one the server was built with.
    pub issuer: String,
    /// The URL of the authorization endpoint; there if a response type is enabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_endpoint: Option<String>,
    /// The URL of the token endpoint.
    pub token_endpoint: String,
    /// The scopes, if the server was told of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes_supported: Vec<String>,
    /// The response types. Required, so it is there even when empty.
    pub response_types_supported: Vec<&'static str>,
    /// The response modes (Multiple Response Types section 2.1, Form Post Response Mode section 2).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub response_modes_supported: Vec<&'static str>,
    /// The grant types that are switched on.
    pub grant_types_supported: Vec<&'static str>,
    /// How clients may authenticate at the token endpoint.
    pub token_endpoint_auth_methods_supported: Vec<&'static str>,
    /// The URL of the revocation endpoint (RFC 7009).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation_endpoint: Option<String>,
    /// How clients may authenticate there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub revocation_endpoint_auth_methods_supported: Vec<&'static str>,
    /// The URL of the introspection endpoint (RFC 7662).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_endpoint: Option<String>,
    /// How clients may authenticate there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub introspection_endpoint_auth_methods_supported: Vec<&'static str>,
    /// The PKCE methods (RFC 7636 section 4.3); there if codes are issued.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub code_challenge_methods_supported: Vec<&'static str>,
    /// Authorization responses carry `iss` (RFC 9207 section 3).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub authorization_response_iss_parameter_supported: bool,
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
