//! The client record. A value of type [`Client`] is consistent in itself: what contradicts the RFCs is refused when it is
//! built, not when its first request comes. Whether a given server serves it is a second question, answered by
//! [`AuthorizationServer::check_client`](crate::AuthorizationServer::check_client).

use std::sync::Arc;

use serde_json::Value;

use crate::client::credentials::{ClientAuthenticationMethod, ClientSecrets, Credentials};
use crate::client::registered::{ApplicationType, Draft, Localized, LocalizedMember, Registered};
use crate::client::{ClientBuilder, ClientError, ClientId, ClientSecret, RedirectUri, SecretHash};
use crate::clock::Timestamp;
use crate::lifetime::{AccessTokenLifetime, RefreshTokenLifetime};
use crate::response_name::same_words;
use crate::scope::Scope;

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
    /// [`jwks`](ClientBuilder::jwks) or [`jwks_uri`](ClientBuilder::jwks_uri). A server serves it only with a feature that brings
    /// the method; none of today's does.
    pub fn with_keys(id: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(id.into(), None, Some(ClientAuthenticationMethod::PrivateKeyJwt))
    }

    /// The client, if credentials and metadata go together.
    pub(super) fn new(id: ClientId, credentials: Credentials, draft: Draft) -> Result<Self, ClientError> {
        let registered = draft.complete()?;
        match credentials {
            Credentials::None if registered.flow.has_grant("client_credentials") => Err(ClientError::PublicClientCredentials),
            Credentials::None if registered.own.is_resource_server() => Err(ClientError::PublicIntrospection),
            Credentials::Keys if !registered.keys.are_there() => {
                Err(ClientError::MissingKeys(ClientAuthenticationMethod::PrivateKeyJwt))
            }
            credentials => Ok(Self { id, credentials, registered }),
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

    /// Its public keys, as a JWK Set without secret keys, if they are in its record.
    #[must_use]
    pub fn jwks(&self) -> Option<&Value> {
        self.registered.keys.jwks.as_ref().map(|keys| keys.value())
    }

    /// Where it publishes its public keys, if it does.
    #[must_use]
    pub fn jwks_uri(&self) -> Option<&str> {
        self.registered.keys.jwks_uri.as_ref().map(|uri| uri.as_str())
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

    fn map_secrets(mut self, change: impl FnOnce(ClientSecrets) -> ClientSecrets) -> Self {
        if let Credentials::Secret(secrets) = self.credentials {
            self.credentials = Credentials::Secret(change(secrets));
        }
        self
    }
}
