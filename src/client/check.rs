//! Does this server serve this client? Asked when a client is registered, so that no request finds out.

use std::fmt;
use std::sync::Arc;

use crate::client::{Client, ClientAuthenticationMethod, RedirectRules};
use crate::values::response_mode::ResponseMode;
use crate::values::response_name::same_words;
use crate::values::scope::Scope;

/// What a server has, as far as clients can ask for it.
pub(crate) struct ServedHere<'a> {
    pub(crate) grant_types: &'a [&'static str],
    pub(crate) response_types: &'a [&'static str],
    pub(crate) authentication_methods: &'a [ClientAuthenticationMethod],
    pub(crate) scopes: Option<&'a Scope>,
    pub(crate) introspection: bool,
    /// Does a feature bring the response mode?
    pub(crate) brings_response_mode: &'a dyn Fn(&str) -> bool,
    pub(crate) pushing: bool,
    pub(crate) request_objects: bool,
    /// Are there authorization details? Of which types the feature knows that brings them.
    pub(crate) details: bool,
    /// Are tokens bound to keys that clients prove to have?
    pub(crate) binds_to_keys: bool,
    /// And to the certificates of their connections?
    pub(crate) binds_to_certificates: bool,
    pub(crate) redirects: RedirectRules<'a>,
}

impl ServedHere<'_> {
    /// With the reasons that the features of the server have.
    pub(crate) fn check(&self, client: &Client, mut reasons: Vec<ClientRejection>) -> Result<(), ClientRejected> {
        for grant in client.grant_types().filter(|grant| !self.grant_types.contains(grant)) {
            reasons.push(ClientRejection::UnknownGrantType(grant.to_owned()));
        }
        for name in client.response_types().filter(|name| !self.response_types.iter().any(|served| same_words(served, name))) {
            reasons.push(ClientRejection::UnknownResponseType(name.to_owned()));
        }
        let method = client.credentials().method_in_use();
        if !self.authentication_methods.contains(&method) {
            reasons.push(ClientRejection::UnknownAuthenticationMethod(method));
        }
        if let Some(known) = self.scopes {
            let unknown = client.scope().iter().filter(|token| !known.contains(token));
            reasons.extend(unknown.map(|token| ClientRejection::UnknownScope(token.to_owned())));
        }
        reasons.extend(client.redirect_uris().iter().filter_map(|uri| self.redirects.refusal(client, uri.as_str())));
        if client.is_resource_server() && !self.introspection {
            reasons.push(ClientRejection::NoIntrospection);
        }
        if client.requires_pushed_authorization_requests() && !self.pushing {
            reasons.push(ClientRejection::NoPushedRequests);
        }
        let has_mode = |mode: &str| ResponseMode::parse(mode).is_some() || (self.brings_response_mode)(mode);
        let unknown = client.response_modes().into_iter().flatten().filter(|mode| !has_mode(mode));
        reasons.extend(unknown.map(|mode| ClientRejection::UnknownResponseMode(mode.to_owned())));
        if client.requires_signed_request_object() && !self.request_objects {
            reasons.push(ClientRejection::NoRequestObjects);
        }
        if !self.details {
            reasons.extend(client.authorization_details_types().map(ClientRejection::unknown_details_type));
        }
        if client.dpop_bound_access_tokens() && !self.binds_to_keys {
            reasons.push(ClientRejection::NoBoundTokens);
        }
        if client.tls_client_certificate_bound_access_tokens() && !self.binds_to_certificates {
            reasons.push(ClientRejection::NoCertificateBoundTokens);
        }
        if reasons.is_empty() { Ok(()) } else { Err(ClientRejected { client_id: client.id().to_string(), reasons }) }
    }
}

/// A client that a server has checked: the only kind that its registry takes.
#[derive(Debug, Clone)]
pub struct CheckedClient(Arc<Client>);

impl CheckedClient {
    pub(crate) fn new(client: Client) -> Self {
        Self(Arc::new(client))
    }

    /// The client.
    #[must_use]
    pub fn client(&self) -> &Arc<Client> {
        &self.0
    }

    /// The client.
    #[must_use]
    pub fn into_client(self) -> Arc<Client> {
        self.0
    }
}

/// A client that this server cannot serve, with every reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ClientRejected {
    client_id: String,
    reasons: Vec<ClientRejection>,
}

impl ClientRejected {
    /// For one reason.
    pub(crate) fn because(client: &Client, reason: ClientRejection) -> Self {
        Self { client_id: client.id().to_string(), reasons: vec![reason] }
    }

    /// The reasons.
    #[must_use]
    pub fn reasons(&self) -> &[ClientRejection] {
        &self.reasons
    }
}

impl fmt::Display for ClientRejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "client `{}`: ", self.client_id)?;
        for (i, reason) in self.reasons.iter().enumerate() {
            write!(f, "{}{reason}", if i == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

/// One reason why a server cannot serve a client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientRejection {
    /// The grant is not enabled.
    #[error("this server does not have the grant type `{0}`; enable it with `.grant(..)` or remove it from the client")]
    UnknownGrantType(String),
    /// The response type is not enabled.
    #[error(
        "this server does not have the response type `{0}`; enable it with `.response_type(..)` or remove it from the client"
    )]
    UnknownResponseType(String),
    /// No feature brings the way in which the client authenticates.
    #[error(
        "this server does not have the client authentication method `{0}`; enable a feature that has it or register another one"
    )]
    UnknownAuthenticationMethod(ClientAuthenticationMethod),
    /// The algorithm with which the client signs what it authenticates with is not one that the server accepts.
    #[error(
        "this server does not accept `{0}` as `token_endpoint_auth_signing_alg`; add it to `.algorithms(..)` or register another one"
    )]
    UnknownAssertionAlgorithm(String),
    /// The client's keys are elsewhere, and the server fetches none.
    #[error(
        "this server does not fetch the keys of clients from their `jwks_uri`; use `PrivateKeyJwt::new()` with `.fetcher(..)`, or register the keys as `jwks`"
    )]
    KeysElsewhere,
    /// The URL of the client's keys is not one that the server's fetcher asks.
    #[error("the server's fetcher does not ask the `jwks_uri`: {0}")]
    JwksUri(String),
    /// Among the client's keys is none that verifies what it signs.
    #[error("`jwks` has no key with which this server could verify what the client signs: {0}")]
    UnusableKeys(&'static str),
    /// The scope is unknown.
    #[error("this server does not know the scope `{0}`; add it to `.scopes(..)` or remove it from the client")]
    UnknownScope(String),
    /// The scheme of a redirect URI is a private-use one that does not tell whose it is.
    #[error(
        "the scheme of the redirect URI `{0}` has no period (RFC 8252 section 8.4); use a reverse domain name such as `com.example.app`, or permit it with `.private_use_schemes(..)`"
    )]
    SchemeWithoutPeriod(String),
    /// The redirect URI is `http`, which the profile has for native applications alone.
    #[error(
        "the redirect URI `{0}` is http, which this server has for clients whose `application_type` is `native` (FAPI 2.0 Security Profile section 5.3.2.2); use https"
    )]
    HttpRedirectUri(String),
    /// The server has one subject for a person, whichever client asks.
    #[error("this server has no pairwise subjects; enable them with `OpenId::new(..).pairwise_subjects()`")]
    NoPairwiseSubjects,
    /// No key of the server signs under the algorithm.
    #[error(
        "the client registered {member} `{algorithm}`, and no key of this server signs under that; add it with `SigningKeys`, or register one that `{metadata}` names"
    )]
    UnknownSigningAlgorithm {
        /// The member of the client's metadata.
        member: &'static str,
        /// Its value.
        algorithm: String,
        /// The member of the server's metadata that names those that there are.
        metadata: &'static str,
    },
    /// The server posts no logout tokens to the client's URL.
    #[error("the server's fetcher does not ask the `backchannel_logout_uri`: {0}")]
    BackChannelLogoutUri(String),
    /// The redirect URIs of the client's sector are not to be had.
    #[error("the `sector_identifier_uri` does not lead to an array of redirect URIs")]
    SectorIdentifierUri,
    /// The server fetches no documents, and so not that with the redirect URIs of the client's sector.
    #[error("this server does not fetch the `sector_identifier_uri` of clients; give it a `.fetcher(..)`")]
    SectorNotFetched,
    /// A redirect URI is not one of the client's sector.
    #[error("`sector_identifier_uri` does not list the redirect URI `{0}` (OpenID Connect Registration section 5)")]
    OtherSector(String),
    /// There is no introspection endpoint.
    #[error("the client may introspect tokens, but this server does not; enable it with `.enable(Introspection::new())`")]
    NoIntrospection,
    /// There is no endpoint to push requests to.
    #[error(
        "the client may only push its authorization requests (`require_pushed_authorization_requests`), and this server takes none; enable them with `.enable(PushedAuthorizationRequests::new())`"
    )]
    NoPushedRequests,
    /// The response mode does not exist here.
    #[error("this server does not have the response mode `{0}`; those of JARM come with `.enable(Jarm::new())`")]
    UnknownResponseMode(String),
    /// No request objects are read.
    #[error(
        "the client may only sign its authorization requests (`require_signed_request_object`), and this server reads none that are signed; enable them with `.enable(RequestObjects::new())`"
    )]
    NoRequestObjects,
    /// The algorithm with which the client signs its requests is not one that the server accepts.
    #[error(
        "this server does not accept `{0}` as `request_object_signing_alg`; add it to `.algorithms(..)` or register another one"
    )]
    UnknownRequestAlgorithm(String),
    /// The client signs its requests and has no keys.
    #[error("the client signs its authorization requests (RFC 9101), and has neither `jwks` nor `jwks_uri` to verify them with")]
    NoKeys,
    /// The URL of a request object is not one that the server's fetcher asks.
    #[error("the server's fetcher does not ask one of the `request_uris`: {0}")]
    RequestUri(String),
    /// There are no authorization details of the type.
    #[error(
        "this server does not have the authorization details type `{0}`; add it to the list of `RichAuthorizationRequests`, or remove it from the client"
    )]
    UnknownAuthorizationDetailsType(String),
    /// There are no tokens that are bound to a key.
    #[error(
        "the client registered `dpop_bound_access_tokens`, but this server has no DPoP; enable it with `.enable(Dpop::new())`"
    )]
    NoBoundTokens,
    /// There are no tokens that are bound to a certificate.
    #[error(
        "the client registered `tls_client_certificate_bound_access_tokens`, but this server has no mutual TLS; enable it with `.enable(MutualTls::new())`"
    )]
    NoCertificateBoundTokens,
    /// The client has a response type that returns access tokens which are bound to no certificate.
    #[error(
        "a client with `tls_client_certificate_bound_access_tokens` cannot have the response type `{0}`, whose access token is bound to no certificate (RFC 8705 section 6.4)"
    )]
    UncertifiedResponseType(String),
    /// The subject of the client's certificates cannot be read.
    #[error("`tls_client_auth_subject_dn` is not a distinguished name as RFC 4514 writes it: {0}")]
    SubjectDn(&'static str),
    /// Among what the client registered is no certificate, and no key, that it could have.
    #[error(
        "`jwks` has no certificate with which the client could authenticate; an `x5c` must be one, for the key that it stands with (RFC 7517 section 4.7)"
    )]
    UnusableCertificates,
    /// The client's certificates are elsewhere, and the server fetches nothing.
    #[error(
        "this server does not fetch the certificates of clients from their `jwks_uri`; give it a `.fetcher(..)`, or register them as `jwks`"
    )]
    CertificatesElsewhere,
    /// The client has a response type that returns access tokens which are bound to nothing.
    #[error(
        "a client with `dpop_bound_access_tokens` cannot have the response type `{0}`, whose access token is bound to no key (RFC 9449 section 5)"
    )]
    UnboundResponseType(String),
}

impl ClientRejection {
    pub(crate) fn unknown_details_type(name: &str) -> Self {
        Self::UnknownAuthorizationDetailsType(name.to_owned())
    }
}
