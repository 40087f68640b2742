//! The client record. A value of type [`Client`] is consistent in itself: what contradicts the RFCs is refused when it is
//! built, not when its first request comes. Whether a given server serves it is a second question, answered by
//! [`AuthorizationServer::check_client`](crate::AuthorizationServer::check_client).

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;

use crate::client::credentials::{CertificateTrust, ClientAuthenticationMethod, ClientSecrets, Credentials};
use crate::client::registered::{
    ApplicationType, BackChannelLogoutUri, CertificateSubject, Draft, Localized, LocalizedMember, Registered, RequestUri,
    SectorIdentifierUri, SubjectType,
};
use crate::client::{
    ClientBuilder, ClientError, ClientId, ClientSecret, RedirectUri, SecretHash, SelfRegistration, host_for_display,
};
use crate::http::parameters::append_query;
use crate::values::clock::Timestamp;
use crate::values::issuer::Issuer;
use crate::values::lifetime::{AccessTokenLifetime, RefreshTokenLifetime};
use crate::values::response_name::same_words;
use crate::values::scope::Scope;
use crate::values::shown::shown;

/// A registered client (RFC 6749 section 2): its identifier, how it proves who it is, and what it registered. Built by
/// [`Client::public`], [`Client::confidential`], [`Client::with_keys`] or from [`ClientMetadata`](crate::ClientMetadata).
///
/// ```
/// use grantor::{Client, ClientSecret};
///
/// let spa = Client::public("spa").redirect_uri("https://app.example.com/callback").scope("read write").build()?;
/// assert!(spa.is_public());
///
/// let secret = ClientSecret::generate();
/// let job = Client::confidential("nightly-job", &secret).grant_types(["client_credentials"]).scope("report").build()?;
/// assert!(!job.is_public());
///
/// // What contradicts the RFCs is refused here: client credentials are for confidential clients (RFC 6749 section 4.4).
/// assert!(Client::public("job").grant_types(["client_credentials"]).build().is_err());
/// # Ok::<(), grantor::ClientError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Client {
    pub(super) id: ClientId,
    pub(super) credentials: Credentials,
    pub(super) registered: Registered,
    /// Has somebody looked at it who answers for this server?
    pub(super) vetted: bool,
    pub(super) registration: Option<Box<SelfRegistration>>,
    pub(super) unused_until: Option<Timestamp>,
    pub(super) origin: Origin,
}

/// Whence a client is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// It was registered.
    Registered,
    /// Its identifier is the URL of a document that describes it.
    Document {
        fingerprint: Arc<str>,
        /// Does somebody here know the host?
        host_is_known: bool,
    },
}

impl Client {
    /// Begins a public client: one that cannot keep a secret (RFC 6749 section 2.1).
    pub fn public(id: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(id.into(), None, None)
    }

    /// Begins a confidential client with its secret. Hashes the secret: at once if the library generated it, for some tens of
    /// milliseconds if a person chose it (see [`SecretHash::of`]).
    pub fn confidential(id: impl Into<String>, secret: &ClientSecret) -> ClientBuilder {
        Self::confidential_with_hash(id, SecretHash::of(secret))
    }

    /// Begins a confidential client whose secret was hashed before.
    pub fn confidential_with_hash(id: impl Into<String>, secret: SecretHash) -> ClientBuilder {
        ClientBuilder::new(id.into(), Some(secret), None)
    }

    /// Begins a confidential client that proves who it is with a private key (`private_key_jwt`). It needs its public keys:
    /// [`jwks`](ClientBuilder::jwks) or [`jwks_uri`](ClientBuilder::jwks_uri). A server serves it with a feature that brings the method:
    /// `PrivateKeyJwt`, under the Cargo feature `jose`.
    pub fn with_keys(id: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(id.into(), None, Some(ClientAuthenticationMethod::PrivateKeyJwt))
    }

    /// Begins a confidential client that proves who it is with the certificate of its TLS connection, which an authority issued
    /// (`tls_client_auth`, RFC 8705 section 2.1). It needs the subject of the certificate: exactly one of
    /// [`tls_client_auth_subject_dn`](ClientBuilder::tls_client_auth_subject_dn) and those beside it. A server serves it with
    /// `MutualTls`, under the Cargo feature `mtls`.
    pub fn with_certificate(id: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(id.into(), None, Some(ClientAuthenticationMethod::TlsClientAuth))
    }

    /// Begins a confidential client that proves who it is with a certificate which it registers (`self_signed_tls_client_auth`, RFC 8705
    /// section 2.2): in its [`jwks`](ClientBuilder::jwks) or at its [`jwks_uri`](ClientBuilder::jwks_uri). A server serves it with
    /// `MutualTls`, under the Cargo feature `mtls`.
    pub fn with_self_signed_certificate(id: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(id.into(), None, Some(ClientAuthenticationMethod::SelfSignedTlsClientAuth))
    }

    /// The client, if credentials and metadata go together.
    pub(super) fn new(id: ClientId, credentials: Credentials, draft: Draft) -> Result<Self, ClientError> {
        if id.as_str() == ClientId::OF_SESSIONS {
            return Err(ClientError::Reserved);
        }
        let registered = draft.complete()?;
        match credentials {
            Credentials::None if registered.flow.has_grant("client_credentials") => Err(ClientError::PublicClientCredentials),
            Credentials::None if registered.own.is_resource_server() => Err(ClientError::PublicIntrospection),
            Credentials::Keys if !registered.keys.are_there() => {
                Err(ClientError::MissingKeys(ClientAuthenticationMethod::PrivateKeyJwt))
            }
            Credentials::Certificate(CertificateTrust::Registered) if !registered.keys.are_there() => {
                Err(ClientError::MissingKeys(ClientAuthenticationMethod::SelfSignedTlsClientAuth))
            }
            Credentials::Certificate(CertificateTrust::Authority) if registered.certificate.subject().is_none() => {
                Err(ClientError::CertificateSubject)
            }
            credentials => Ok(Self {
                id,
                credentials,
                registered,
                vetted: true,
                registration: None,
                unused_until: None,
                origin: Origin::Registered,
            }),
        }
    }

    /// A copy whose identifier is not shared with this one: every token counts a reference to it.
    pub(crate) fn apart(&self) -> Self {
        Self { id: self.id.apart(), ..self.clone() }
    }

    /// The `client_id`.
    #[must_use]
    pub fn id(&self) -> &ClientId {
        &self.id
    }

    /// How it proves who it is.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Has somebody looked at it who answers for this server? Else it said of itself what it is, and that is all that anybody knows: see
    /// [`AuthorizationRequest::client_is_vetted`](crate::AuthorizationRequest::client_is_vetted).
    #[must_use]
    pub const fn is_vetted(&self) -> bool {
        self.vetted
    }

    /// The same client, at which somebody has looked who answers for this server.
    #[must_use]
    pub fn vetted(self) -> Self {
        Self { vetted: true, ..self }
    }

    /// The same client, of which nobody knows more than it said of itself, as of one that registered itself (RFC 7591).
    #[must_use]
    pub fn unvetted(self) -> Self {
        Self { vetted: false, ..self }
    }

    /// The host of the document that describes it, with the port if its URL names one: of a client whose identifier is that URL
    /// (`ClientMetadataDocuments`). Show it to people: it is all that anybody knows of the client for sure. `None` if it was registered.
    #[must_use]
    pub fn document_host(&self) -> Option<&str> {
        matches!(self.origin, Origin::Document { .. }).then(|| host_for_display(self.id.as_str()))
    }

    /// Does the operator know the host of the document that describes it? `false` if there is no such document.
    #[must_use]
    pub const fn document_host_is_known(&self) -> bool {
        matches!(self.origin, Origin::Document { host_is_known: true, .. })
    }

    /// Is it sent back to nothing but this machine or schemes of its applications, so that any program on the person's device may pose as
    /// it (RFC 8252 section 8.6)? `false` if it has no redirect URI.
    #[must_use]
    pub fn returns_to_devices_only(&self) -> bool {
        let uris = self.redirect_uris();
        !uris.is_empty() && uris.iter().all(|uri| uri.is_on_loopback() || uri.host().is_none())
    }

    /// What it registered (RFC 7591 section 2), to be written as JSON.
    #[must_use]
    pub fn registered(&self) -> &Registered {
        &self.registered
    }

    /// The `client_name` to show to people (RFC 7591 section 2); the identifier where none was registered.
    #[must_use]
    pub fn name(&self) -> &str {
        self.localized(LocalizedMember::ClientName).plain().unwrap_or(self.id.as_str())
    }

    /// The same, to be shown to people whoever chose it: without control characters, without what changes the direction of the text
    /// around it or is not seen, and cut to 100 characters. The identifier, where nothing is left. It has to be escaped still, as all text
    /// in HTML.
    #[must_use]
    pub fn shown_name(&self) -> Cow<'_, str> {
        match shown(self.name()) {
            name if name.is_empty() => shown(self.id.as_str()),
            name => name,
        }
    }

    /// What it registered to be shown to people, in every language (RFC 7591 section 2.2).
    #[must_use]
    pub fn localized(&self, member: LocalizedMember) -> &Localized {
        self.registered.presentation.text(member)
    }

    /// How to reach those who are responsible for it.
    pub fn contacts(&self) -> impl Iterator<Item = &str> {
        self.registered.presentation.contacts.iter().map(|contact| &**contact)
    }

    /// Is it a client that cannot keep a secret?
    #[must_use]
    pub fn is_public(&self) -> bool {
        matches!(self.credentials, Credentials::None)
    }

    /// The registered redirect URIs.
    #[must_use]
    pub fn redirect_uris(&self) -> &[RedirectUri] {
        &self.registered.redirection.redirect_uris
    }

    /// What kind of application it is, if it said so.
    #[must_use]
    pub fn application_type(&self) -> Option<ApplicationType> {
        self.registered.redirection.application_type
    }

    /// The registered `grant_types`.
    pub fn grant_types(&self) -> impl Iterator<Item = &str> {
        self.registered.flow.grant_types()
    }

    /// The registered `response_types`, words in alphabetical order (the order has no meaning, RFC 6749 section 3.1.1).
    pub fn response_types(&self) -> impl Iterator<Item = &str> {
        self.registered.flow.response_types()
    }

    /// Did it register this grant? `authorization_code`, for example, compared byte by byte.
    #[must_use]
    pub fn may_use_grant(&self, grant_type: &str) -> bool {
        self.registered.flow.has_grant(grant_type)
    }

    /// May it use this response type? The order of the words does not matter.
    #[must_use]
    pub fn may_use_response_type(&self, response_type: &str) -> bool {
        self.response_types().any(|name| same_words(name, response_type))
    }

    /// The scope that it may ask for.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.registered.scopes.scope
    }

    /// The scope it gets when it asks for none (RFC 6749 section 3.3): the registered default, else all that it may ask for.
    #[must_use]
    pub fn default_scope(&self) -> &Scope {
        self.registered.scopes.default_scope.as_ref().unwrap_or(self.scope())
    }

    /// Is it a resource server, which may introspect every token (RFC 7662 section 2.1)?
    #[must_use]
    pub fn introspects_any_token(&self) -> bool {
        self.registered.own.introspects_any()
    }

    /// The names under which it is a resource server, as the `aud` of a token has them.
    pub fn audience(&self) -> impl Iterator<Item = &str> {
        self.registered.own.audience.iter().map(|name| &**name)
    }

    /// Does it ask about the tokens of others?
    pub(crate) fn is_resource_server(&self) -> bool {
        self.registered.own.is_resource_server()
    }

    /// May it know of a token of this client, meant for these resource servers (RFC 7662 section 4)?
    pub(crate) fn may_introspect(&self, owner: &ClientId, audience: &[Arc<str>]) -> bool {
        let own = &self.registered.own.audience;
        let is_meant = || audience.is_empty() || audience.iter().any(|name| own.contains(name));
        self.introspects_any_token() || *owner == self.id || (!own.is_empty() && is_meant())
    }

    /// How long its access tokens live, if not as long as everybody's.
    #[must_use]
    pub fn access_token_lifetime(&self) -> Option<AccessTokenLifetime> {
        self.registered.own.access_token_lifetime
    }

    /// How long its refresh tokens live, if not as long as everybody's.
    #[must_use]
    pub fn refresh_token_lifetime(&self) -> Option<RefreshTokenLifetime> {
        self.registered.own.refresh_token_lifetime
    }

    /// With which algorithm its ID tokens are signed, if it said so; else with RS256 (OpenID Connect Registration section 2).
    #[must_use]
    pub fn id_token_signed_response_alg(&self) -> Option<&str> {
        self.registered.identity.id_token_signed_response_alg.as_deref()
    }

    /// With which algorithm its userinfo responses are signed; they are plain JSON if it did not say so.
    #[must_use]
    pub fn userinfo_signed_response_alg(&self) -> Option<&str> {
        self.registered.identity.userinfo_signed_response_alg.as_deref()
    }

    /// Which subject identifier it gets to see.
    #[must_use]
    pub fn subject_type(&self) -> SubjectType {
        self.registered.identity.subject_type.unwrap_or_default()
    }

    /// The host to which its pairwise subjects belong (OpenID Connect Core section 8.1).
    #[cfg(feature = "jose")]
    pub(crate) fn sector(&self) -> Option<&str> {
        // Nobody looks at what a document names: its sector is where the document is.
        if let Some(host) = self.document_host() {
            return Some(host);
        }
        let document = self.registered.identity.sector_identifier_uri.as_ref();
        document.map(SectorIdentifierUri::host).or_else(|| self.registered.redirection.sector())
    }

    /// Where the redirect URIs of its sector are listed (`sector_identifier_uri`).
    #[must_use]
    pub fn sector_identifier_uri(&self) -> Option<&str> {
        self.registered.identity.sector_identifier_uri.as_ref().map(SectorIdentifierUri::as_str)
    }

    /// Where people may be sent after signing out (`post_logout_redirect_uris`).
    pub fn post_logout_redirect_uris(&self) -> impl Iterator<Item = &str> {
        self.registered.logout.post_logout_redirect_uris.iter().map(RedirectUri::as_str)
    }

    /// Where it is told that somebody has signed out (`backchannel_logout_uri`).
    #[must_use]
    pub fn backchannel_logout_uri(&self) -> Option<&str> {
        self.registered.logout.backchannel_logout_uri.as_ref().map(BackChannelLogoutUri::as_str)
    }

    /// The seconds that may have passed since a person signed in, where its requests do not say.
    #[must_use]
    pub fn default_max_age(&self) -> Option<u64> {
        self.registered.identity.default_max_age
    }

    /// Does it need to know when a person signed in (`require_auth_time`)?
    #[must_use]
    pub fn requires_auth_time(&self) -> bool {
        self.registered.identity.require_auth_time == Some(true)
    }

    /// How people are to sign in, where its requests do not say.
    pub(crate) fn default_acr_values(&self) -> &[Arc<str>] {
        &self.registered.identity.default_acr_values
    }

    /// Where to send a person to begin a login at the client, such as from a page that lists applications (OpenID Connect Core section 4):
    /// its `initiate_login_uri` with the issuer, who the person is said to be, and where in the application they want to go. `None` if it
    /// registered none.
    #[must_use]
    pub fn login_url(&self, issuer: &Issuer, login_hint: Option<&str>, target_link_uri: Option<&str>) -> Option<String> {
        let uri = self.registered.identity.initiate_login_uri.as_ref()?.as_str();
        let parameters = [("iss", Some(issuer.as_str())), ("login_hint", login_hint), ("target_link_uri", target_link_uri)];
        let pairs: Vec<(&str, &str)> = parameters.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        Some(append_query(uri, &pairs))
    }

    /// Are the claims that a scope stands for in its ID tokens, too? They are in userinfo responses in any case.
    #[must_use]
    pub fn has_scope_claims_in_id_token(&self) -> bool {
        self.registered.identity.scope_claims_in_id_token == Some(true)
    }

    /// May it ask only by requests that it pushes (`require_pushed_authorization_requests`, RFC 9126 section 6)?
    #[must_use]
    pub fn requires_pushed_authorization_requests(&self) -> bool {
        self.registered.flow.require_pushed_authorization_requests == Some(true)
    }

    /// May it ask only by requests that it signs (`require_signed_request_object`, RFC 9101 section 10.5)?
    #[must_use]
    pub fn requires_signed_request_object(&self) -> bool {
        self.registered.requests.require_signed_request_object == Some(true)
    }

    /// The one algorithm with which it signs its requests, if it registered one (`request_object_signing_alg`).
    #[must_use]
    pub fn request_object_signing_alg(&self) -> Option<&str> {
        self.registered.requests.request_object_signing_alg.as_deref()
    }

    /// Where it has signed requests that it may refer to (`request_uris`).
    pub fn request_uris(&self) -> impl Iterator<Item = &str> {
        self.registered.requests.request_uris.iter().map(RequestUri::as_str)
    }

    /// The types of authorization details that it may ask for (RFC 9396 section 10).
    pub fn authorization_details_types(&self) -> impl Iterator<Item = &str> {
        self.registered.flow.authorization_details_types.iter().map(|name| &**name)
    }

    /// Its public keys, as a JWK Set without secret keys, if they are in its record.
    #[must_use]
    pub fn jwks(&self) -> Option<&Value> {
        self.registered.keys.jwks.as_ref().map(|keys| &**keys.value())
    }

    /// The same, shared with the record.
    #[cfg(feature = "jose")]
    pub(crate) fn shared_jwks(&self) -> Option<&Arc<Value>> {
        self.registered.keys.jwks.as_ref().map(|keys| keys.value())
    }

    /// The one algorithm with which it signs what it authenticates with, if it registered one (`token_endpoint_auth_signing_alg`).
    #[must_use]
    pub fn token_endpoint_auth_signing_alg(&self) -> Option<&str> {
        self.registered.keys.token_endpoint_auth_signing_alg.as_deref()
    }

    /// Where it publishes its public keys, if it does.
    #[must_use]
    pub fn jwks_uri(&self) -> Option<&str> {
        self.registered.keys.jwks_uri.as_ref().map(|uri| uri.as_str())
    }

    /// Does it always prove to have a key when it asks for tokens, so that it gets none that are bound to nothing (RFC 9449 section 5.2)?
    #[must_use]
    pub fn dpop_bound_access_tokens(&self) -> bool {
        self.registered.binding.dpop_bound_access_tokens.unwrap_or_default()
    }

    /// Are its access tokens bound to the certificate of its TLS connection, so that it gets none without one (RFC 8705 section 3.4)?
    #[must_use]
    pub fn tls_client_certificate_bound_access_tokens(&self) -> bool {
        self.registered.binding.tls_client_certificate_bound_access_tokens.unwrap_or_default()
    }

    /// The subject of the certificate with which it authenticates, if it registered one alone.
    #[must_use]
    pub fn certificate_subject(&self) -> Option<CertificateSubject<'_>> {
        self.registered.certificate.subject()
    }

    /// With which algorithm introspection responses for it are signed (RFC 9701 section 6), if it registered one.
    #[must_use]
    pub fn introspection_signed_response_alg(&self) -> Option<&str> {
        self.registered.signing.introspection_signed_response_alg.as_deref()
    }

    /// With which algorithm authorization responses for it are signed (JARM section 3), if it registered one.
    #[must_use]
    pub fn authorization_signed_response_alg(&self) -> Option<&str> {
        self.registered.signing.authorization_signed_response_alg.as_deref()
    }

    /// The response modes in which alone it may be answered, if it registered some (FAPI 2.0 Message Signing section 5.3.3).
    #[must_use]
    pub fn response_modes(&self) -> Option<impl Iterator<Item = &str>> {
        self.registered.flow.response_modes.as_ref().map(|modes| modes.iter().map(|mode| &**mode))
    }

    /// May it be answered so?
    pub(crate) fn may_use_response_mode(&self, mode: &str) -> bool {
        self.response_modes().is_none_or(|mut modes| modes.any(|own| own == mode))
    }

    /// Which software it is (RFC 7591 section 2).
    #[must_use]
    pub fn software_id(&self) -> Option<&str> {
        self.registered.software.software_id.as_deref()
    }

    /// Which version of the software it is.
    #[must_use]
    pub fn software_version(&self) -> Option<&str> {
        self.registered.software.software_version.as_deref()
    }

    /// The hash of its secret, of the newest one if there are two; `None` if it has none.
    #[must_use]
    pub fn secret_hash(&self) -> Option<&SecretHash> {
        self.credentials.secrets().map(|secrets| secrets.newest().hash())
    }

    /// The method that it registered (RFC 7591 section 2); `None` if it has a secret and may send it either way.
    #[must_use]
    pub fn authentication_method(&self) -> Option<ClientAuthenticationMethod> {
        self.credentials.method()
    }

    /// The registered redirect URI that a request may use: the one that `requested` matches; without a request the only one
    /// (RFC 6749 section 3.1.2.3).
    pub(crate) fn redirect_target(&self, requested: Option<&str>) -> Option<Arc<str>> {
        self.registered.redirection.target(requested)
    }
}

/// Rotating the secret: give the client a new one, have it use that, drop the old one.
impl Client {
    /// The same client with a further secret: the new one and the one before it are both good. One that was still there before
    /// those is dropped. Hashes the secret, as [`confidential`](Self::confidential) does.
    ///
    /// ```
    /// use grantor::{Client, ClientSecret, Timestamp};
    ///
    /// let job = Client::confidential("job", &ClientSecret::generate()).grant_types(["client_credentials"]).build()?;
    /// let new = ClientSecret::generate();
    /// let tomorrow = Timestamp::from_unix(1_800_000_000);
    /// let job = job.with_new_secret(&new)?.with_previous_secret_until(tomorrow);
    /// // Store it with `server.register_client(job)`, hand out `new`; once it is used everywhere:
    /// let job = job.without_previous_secret();
    /// assert!(job.credentials().secrets().is_some_and(|secrets| secrets.previous().is_none()));
    /// # Ok::<(), grantor::ClientError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ClientError::NoSecretToRotate`] if it has none; [`ClientError::TwoShortSecrets`] if both have fewer than 32 characters.
    pub fn with_new_secret(self, secret: &ClientSecret) -> Result<Self, ClientError> {
        self.with_new_secret_hash(SecretHash::of(secret))
    }

    /// As [`with_new_secret`](Self::with_new_secret), for a secret that was hashed before.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn with_new_secret_hash(self, hash: SecretHash) -> Result<Self, ClientError> {
        match self.credentials {
            Credentials::Secret(secrets) => Ok(Self { credentials: Credentials::Secret(secrets.rotated(hash)?), ..self }),
            _ => Err(ClientError::NoSecretToRotate),
        }
    }

    /// From this moment on the secret before the newest one is refused. Nothing changes if there is none.
    #[must_use]
    pub fn with_previous_secret_until(self, at: Timestamp) -> Self {
        self.map_secrets(|secrets| secrets.with_previous_until(at))
    }

    /// The same client with its newest secret only.
    #[must_use]
    pub fn without_previous_secret(self) -> Self {
        self.map_secrets(ClientSecrets::without_previous)
    }

    /// The newest secret is refused from this moment on.
    pub(crate) fn with_newest_secret_until(self, at: Option<Timestamp>) -> Self {
        self.map_secrets(|secrets| secrets.with_newest_until(at))
    }

    fn map_secrets(mut self, change: impl FnOnce(ClientSecrets) -> ClientSecrets) -> Self {
        if let Credentials::Secret(secrets) = self.credentials {
            self.credentials = Credentials::Secret(change(secrets));
        }
        self
    }
}
