//! How the application registers a client.

use serde_json::Value;

use crate::client::SubjectType;
use crate::client::credentials::{ClientAuthenticationMethod, Credentials, HashedSecret};
use crate::client::redirect_uri::RedirectUri;
use crate::client::registered::{
    ApplicationType, BackChannelLogoutUri, Draft, InitiateLoginUri, IntrospectionRight, Jwks, JwksUri, LocalizedMember,
    RequestUri, SectorIdentifierUri,
};
use crate::client::{Client, ClientError, ClientId, SecretHash};
use crate::values::clock::Timestamp;
use crate::values::lifetime::{AccessTokenLifetime, RefreshTokenLifetime};
use crate::values::scope::Scope;

/// Collects what a client registers. Everything is checked by [`build`](Self::build).
#[derive(Debug, Clone)]
#[must_use = "a client exists only after `.build()`"]
pub struct ClientBuilder {
    pub(super) id: String,
    pub(super) secret: Option<HashedSecret>,
    pub(super) method: Option<ClientAuthenticationMethod>,
    pub(super) draft: Draft,
}

impl ClientBuilder {
    pub(super) fn new(id: String, secret: Option<SecretHash>, method: Option<ClientAuthenticationMethod>) -> Self {
        let secret = secret.map(|hash| HashedSecret { hash, expires_at: None });
        Self { id, secret, method, draft: Draft::default() }
    }

    /// The name to show to people. Without this call, or if it is blank: the identifier.
    pub fn name(self, name: impl Into<String>) -> Self {
        self.localized(LocalizedMember::ClientName, None, &name.into())
    }

    /// What people are shown, in one language, or in none (RFC 7591 section 2.2): names, and URLs of pages.
    ///
    /// ```
    /// use grantor::{Client, LocalizedMember};
    ///
    /// let client = Client::public("app")
    ///     .redirect_uri("https://app.example.com/callback")
    ///     .name("My app")
    ///     .localized(LocalizedMember::ClientName, Some("de"), "Meine App")
    ///     .localized(LocalizedMember::PolicyUri, None, "https://app.example.com/privacy")
    ///     .build()?;
    /// assert_eq!(client.localized(LocalizedMember::ClientName).in_language("de-CH"), Some("Meine App"));
    /// # Ok::<(), grantor::ClientError>(())
    /// ```
    pub fn localized(mut self, member: LocalizedMember, language: Option<&str>, text: &str) -> Self {
        self.draft.set(|registered| registered.presentation.set(member, language, text));
        self
    }

    /// Adds a way to reach those who are responsible for the client, typically an address for e-mail. Kept for the operator.
    pub fn contact(mut self, contact: &str) -> Self {
        self.draft.registered.presentation.contacts.push(contact.into());
        self
    }

    /// Adds a redirect URI. Requests have to name it byte by byte; see [`RedirectUri`] for what is permitted.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.draft.set(|registered| RedirectUri::checked(&uri.into()).map(|uri| registered.redirection.redirect_uris.push(uri)));
        self
    }

    /// What kind of application it is. Without this call nothing is taken for granted: any port of a loopback host, as native
    /// applications need it.
    pub fn application_type(mut self, kind: ApplicationType) -> Self {
        self.draft.registered.redirection.application_type = Some(kind);
        self
    }

    /// The grants it may use. Without this call: `authorization_code` (RFC 7591 section 2).
    pub fn grant_types<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        let names = names.into_iter().map(|name| name.into().into()).collect();
        self.draft.registered.flow.grant_types = Some(names);
        self
    }

    /// The response types it may use. Without this call: `code` if it may use the `authorization_code` grant, else none.
    pub fn response_types<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        let names = names.into_iter().map(|name| name.into().into()).collect();
        self.draft.registered.flow.response_types = Some(names);
        self
    }

    /// The scope it may ask for, as space-separated scope tokens (RFC 6749 section 3.3). Without this call: none.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.draft.set(|registered| Scope::parse(&scope.into()).map(|scope| registered.scopes.scope = scope));
        self
    }

    /// The scope it gets when it asks for none. Without this call: all that it may ask for.
    pub fn default_scope(mut self, scope: impl Into<String>) -> Self {
        self.draft.set(|registered| Scope::parse(&scope.into()).map(|scope| registered.scopes.default_scope = Some(scope)));
        self
    }

    /// The one way in which it authenticates. Without this call a client with a secret may send it in the header or in the body.
    pub fn authentication_method(mut self, method: ClientAuthenticationMethod) -> Self {
        self.method = Some(method);
        self
    }

    /// From this moment on its secret is refused. Without this call it does not expire.
    pub fn secret_expires_at(mut self, at: Timestamp) -> Self {
        if let Some(secret) = &mut self.secret {
            secret.expires_at = Some(at);
        }
        self
    }

    /// With which algorithm its ID tokens are signed, by its registered name, such as `ES256`. Without this call: `RS256` (OpenID Connect
    /// Registration section 2).
    pub fn id_token_signed_response_alg(mut self, name: &str) -> Self {
        self.draft.registered.identity.id_token_signed_response_alg = Some(name.into());
        self
    }

    /// With which algorithm its userinfo responses are signed. Without this call they are plain JSON.
    pub fn userinfo_signed_response_alg(mut self, name: &str) -> Self {
        self.draft.registered.identity.userinfo_signed_response_alg = Some(name.into());
        self
    }

    /// Which subject identifier it gets to see of a person. Without this call the public one.
    pub fn subject_type(mut self, kind: SubjectType) -> Self {
        self.draft.registered.identity.subject_type = Some(kind);
        self
    }

    /// How many seconds may have passed since a person signed in, where its requests do not say (`default_max_age`). Without this call:
    /// any number.
    pub fn default_max_age(mut self, seconds: u64) -> Self {
        self.draft.registered.identity.default_max_age = Some(seconds);
        self
    }

    /// How people are to sign in, where its requests do not say (`default_acr_values`): what is preferred first.
    pub fn default_acr_values<T: Into<String>>(mut self, values: impl IntoIterator<Item = T>) -> Self {
        self.draft.registered.identity.default_acr_values = values.into_iter().map(|value| value.into().into()).collect();
        self
    }

    /// Where a login at the client can be begun from elsewhere (OpenID Connect Core section 4): an `https` URL.
    pub fn initiate_login_uri(mut self, uri: &str) -> Self {
        self.draft.set(|registered| InitiateLoginUri::checked(uri).map(|uri| registered.identity.initiate_login_uri = Some(uri)));
        self
    }

    /// Where the redirect URIs of its sector are listed (OpenID Connect Registration section 5): an `https` URL. Clients with the same host
    /// there see the same [pairwise](SubjectType::Pairwise) subjects. Without this call the host of its redirect URIs counts, which must not be a loopback one.
    pub fn sector_identifier_uri(mut self, uri: &str) -> Self {
        let identity = |uri| SectorIdentifierUri::checked(uri).map(Some);
        self.draft.set(|registered| identity(uri).map(|uri| registered.identity.sector_identifier_uri = uri));
        self
    }

    /// Adds a place to which people may be sent after signing out (OpenID Connect RP-Initiated Logout section 3.1). Requests have to name
    /// it byte by byte.
    pub fn post_logout_redirect_uri(mut self, uri: &str) -> Self {
        self.draft.set(|registered| registered.logout.post_logout_redirect_uris.add(uri));
        self
    }

    /// Where it is told that somebody has signed out (OpenID Connect Back-Channel Logout section 2.2): an `https` URL.
    pub fn backchannel_logout_uri(mut self, uri: &str) -> Self {
        self.draft
            .set(|registered| BackChannelLogoutUri::checked(uri).map(|uri| registered.logout.backchannel_logout_uri = Some(uri)));
        self
    }

    /// It needs to be told which sign-in has ended (`backchannel_logout_session_required`). It always is.
    pub fn backchannel_logout_session_required(mut self) -> Self {
        self.draft.registered.logout.backchannel_logout_session_required = Some(true);
        self
    }

    /// It needs to know when a person signed in (`require_auth_time`): an approval that does not say so is refused.
    pub fn require_auth_time(mut self) -> Self {
        self.draft.registered.identity.require_auth_time = Some(true);
        self
    }

    /// It may ask only by requests that it pushes (RFC 9126 section 6): what a browser brings in its name without one is refused.
    pub fn require_pushed_authorization_requests(mut self) -> Self {
        self.draft.registered.flow.require_pushed_authorization_requests = Some(true);
        self
    }

    /// It may ask only by requests that it signs (RFC 9101 section 10.5): what comes in its name without a signature is refused.
    pub fn require_signed_request_object(mut self) -> Self {
        self.draft.registered.requests.require_signed_request_object = Some(true);
        self
    }

    /// The one algorithm with which it signs its authorization requests, such as `ES256`. Without this call: any that the server accepts and
    /// one of its keys is for.
    pub fn request_object_signing_alg(mut self, name: &str) -> Self {
        self.draft.registered.requests.request_object_signing_alg = Some(name.into());
        self
    }

    /// Where it has signed requests that it may refer to (`request_uris`): `https` URLs. What is behind a `#` is the
    /// SHA-256 of what is there, and says when it is another (OpenID Connect Core section 6.2).
    pub fn request_uris<'u>(mut self, uris: impl IntoIterator<Item = &'u str>) -> Self {
        let checked: Result<Vec<_>, _> = uris.into_iter().map(RequestUri::checked).collect();
        self.draft.set(|registered| checked.map(|uris| registered.requests.request_uris = uris));
        self
    }

    /// The types of authorization details that it may ask for (RFC 9396 section 10). Without this call: none.
    pub fn authorization_details_types<T: AsRef<str>>(mut self, types: impl IntoIterator<Item = T>) -> Self {
        let types = types.into_iter().map(|name| name.as_ref().into()).collect();
        self.draft.registered.flow.authorization_details_types = types;
        self
    }

    /// The claims that a scope stands for are in its ID tokens, too. Without this call only where it has no access token (OpenID Connect
    /// Core section 5.4).
    pub fn scope_claims_in_id_token(mut self) -> Self {
        self.draft.registered.identity.scope_claims_in_id_token = Some(true);
        self
    }

    /// Its public keys, as a JWK Set (RFC 7517 section 5).
    pub fn jwks(mut self, keys: Value) -> Self {
        self.draft.set(|registered| Jwks::checked(keys).map(|keys| registered.keys.jwks = Some(keys)));
        self
    }

    /// Where it publishes its public keys: an `https` URL.
    pub fn jwks_uri(mut self, uri: &str) -> Self {
        self.draft.set(|registered| JwksUri::checked(uri).map(|uri| registered.keys.jwks_uri = Some(uri)));
        self
    }

    /// The one algorithm with which it signs what it authenticates with, such as `ES256`. Without this call: any that the server accepts
    /// and one of its keys is for.
    pub fn token_endpoint_auth_signing_alg(mut self, name: &str) -> Self {
        self.draft.registered.keys.token_endpoint_auth_signing_alg = Some(name.into());
        self
    }

    /// Which software it is, and in which version (RFC 7591 section 2). Kept for the operator.
    pub fn software(mut self, id: &str, version: &str) -> Self {
        let software = &mut self.draft.registered.software;
        (software.software_id, software.software_version) = (Some(id.into()), Some(version.into()));
        self
    }

    /// With which algorithm (RFC 7518 section 3.1), such as `ES256`, introspection responses for it are signed (RFC 9701 section 6).
    pub fn introspection_signed_response_alg(mut self, algorithm: &str) -> Self {
        self.draft.registered.signing.introspection_signed_response_alg = Some(algorithm.into());
        self
    }

    /// With which algorithm (RFC 7518 section 3.1), such as `ES256`, authorization responses for it are signed where it asks for that (JARM
    /// section 3).
    pub fn authorization_signed_response_alg(mut self, algorithm: &str) -> Self {
        self.draft.registered.signing.authorization_signed_response_alg = Some(algorithm.into());
        self
    }

    /// It is given nothing but errors in other response modes than these (FAPI 2.0 Message Signing section 5.3.3), such as `jwt`. Without this
    /// call: it is answered in each that the server has.
    pub fn response_modes<'m>(mut self, modes: impl IntoIterator<Item = &'m str>) -> Self {
        self.draft.registered.flow.response_modes = Some(modes.into_iter().map(Into::into).collect());
        self
    }

    /// It always proves to have a key when it asks for tokens (`dpop_bound_access_tokens`, RFC 9449 section 5.2): a token request without a
    /// DPoP proof is refused. Without this call it may do either, unless the server says otherwise.
    pub fn dpop_bound_access_tokens(mut self) -> Self {
        self.draft.registered.binding.dpop_bound_access_tokens = Some(true);
        self
    }

    /// Its access tokens are bound to the certificate of its TLS connection (`tls_client_certificate_bound_access_tokens`, RFC 8705
    /// section 3.4): a token request without one is refused. Without this call they are not, unless the server says otherwise.
    pub fn tls_client_certificate_bound_access_tokens(mut self) -> Self {
        self.draft.registered.binding.tls_client_certificate_bound_access_tokens = Some(true);
        self
    }

    /// The distinguished name of the subject of its certificates, as RFC 4514 writes it, such as `CN=payments,O=Example Ltd,C=GB`. As
    /// with the four below, a client of [`Client::with_certificate`] needs exactly one. It is compared with that of the certificate attribute
    /// by attribute and value by value: upper and lower case differ, and so does the order.
    pub fn tls_client_auth_subject_dn(mut self, name: &str) -> Self {
        self.draft.registered.certificate.tls_client_auth_subject_dn = Some(name.into());
        self
    }

    /// A DNS name that its certificates have as an alternative name of the subject, byte by byte: a wildcard is one.
    pub fn tls_client_auth_san_dns(mut self, name: &str) -> Self {
        self.draft.registered.certificate.tls_client_auth_san_dns = Some(name.into());
        self
    }

    /// A URI that its certificates have as an alternative name of the subject, byte by byte.
    pub fn tls_client_auth_san_uri(mut self, uri: &str) -> Self {
        self.draft.registered.certificate.tls_client_auth_san_uri = Some(uri.into());
        self
    }

    /// An IP address that its certificates have as an alternative name of the subject, however it is written.
    pub fn tls_client_auth_san_ip(mut self, address: &str) -> Self {
        self.draft.registered.certificate.tls_client_auth_san_ip = Some(address.into());
        self
    }

    /// An e-mail address that its certificates have as an alternative name of the subject, byte by byte.
    pub fn tls_client_auth_san_email(mut self, address: &str) -> Self {
        self.draft.registered.certificate.tls_client_auth_san_email = Some(address.into());
        self
    }

    /// It is a resource server that may introspect every token, whoever it is meant for.
    pub fn introspects_any_token(mut self) -> Self {
        self.draft.registered.own.introspection = Some(IntrospectionRight::Any);
        self
    }

    /// It is the resource server of this name: it may introspect the tokens that have it in their `aud`, those that have no
    /// `aud`, and its own; one that is meant for others looks to it like one that does not exist (RFC 7662 section 4). Call it
    /// again for each further name. Names are compared byte by byte.
    pub fn audience(mut self, name: &str) -> Self {
        self.draft.registered.own.audience.push(name.into());
        self
    }

    /// How long its access tokens live. Without this call: as long as the server says.
    pub fn access_token_lifetime(mut self, lifetime: AccessTokenLifetime) -> Self {
        self.draft.registered.own.access_token_lifetime = Some(lifetime);
        self
    }

    /// How long its refresh tokens live. Without this call: as long as the server says.
    pub fn refresh_token_lifetime(mut self, lifetime: RefreshTokenLifetime) -> Self {
        self.draft.registered.own.refresh_token_lifetime = Some(lifetime);
        self
    }

    /// Checks everything and makes the client.
    ///
    /// # Errors
    ///
    /// [`ClientError`], which says what contradicts what.
    pub fn build(self) -> Result<Client, ClientError> {
        let id = ClientId::parse(&self.id)?;
        Client::new(id, Credentials::new(self.secret.map(|secret| (secret, None)), self.method)?, self.draft)
    }
}
