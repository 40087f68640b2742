//! The client record. A value of type [`Client`] is consistent in itself: what contradicts the RFCs is refused when it is
//! built, not when its first request comes. Whether a given server serves it is a second question, answered by
//! [`AuthorizationServer::check_client`](crate::AuthorizationServer::check_client).

mod stored;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::client::authentication::ClientAuthenticationMethod;
use crate::client::redirect_uri::{RedirectUri, RedirectUriError};
use crate::client::secret::{ClientSecret, SecretHash};
use crate::lifetime::{AccessTokenLifetime, RefreshTokenLifetime};
use crate::response_name::{canonical, same_words};
use crate::scope::{Scope, ScopeError};

/// A client identifier (RFC 6749 section 2.2): 1 to 256 visible ASCII characters or spaces, compared byte by byte.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientId(Arc<str>);

impl ClientId {
    /// The longest identifier, in bytes.
    pub const MAX_LEN: usize = 256;

    /// Checks an identifier against RFC 6749 appendix A.1.
    ///
    /// # Errors
    ///
    /// [`ClientError::Id`] if it is empty, too long or not visible ASCII.
    pub fn parse(id: &str) -> Result<Self, ClientError> {
        if Self::permits(id) { Ok(Self(id.into())) } else { Err(ClientError::Id) }
    }

    pub(crate) fn permits(id: &str) -> bool {
        !id.is_empty() && id.len() <= Self::MAX_LEN && id.bytes().all(|byte| (0x20..=0x7e).contains(&byte))
    }

    /// The identifier.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ClientId {
    type Error = ClientError;
    fn try_from(id: String) -> Result<Self, ClientError> {
        Self::parse(&id)
    }
}

impl From<ClientId> for String {
    fn from(id: ClientId) -> Self {
        (*id.0).to_owned()
    }
}

/// A registered client (RFC 6749 section 2). Built by [`Client::public`], [`Client::confidential`] or from
/// [`ClientMetadata`](crate::ClientMetadata).
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
    id: ClientId,
    name: Option<Arc<str>>,
    secret: Option<SecretHash>,
    /// The one method that it registered, or either of the two with a secret.
    method: Option<ClientAuthenticationMethod>,
    redirect_uris: Vec<RedirectUri>,
    grant_types: Vec<Arc<str>>,
    response_types: Vec<Arc<str>>,
    scope: Scope,
    default_scope: Option<Scope>,
    introspects_any: bool,
    audience: Vec<Arc<str>>,
    access_token_lifetime: Option<AccessTokenLifetime>,
    refresh_token_lifetime: Option<RefreshTokenLifetime>,
}

impl Client {
    /// Begins a public client: one that cannot keep a secret (RFC 6749 section 2.1).
    pub fn public(id: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(id.into(), None)
    }

    /// Begins a confidential client with its secret. Hashes the secret: at once if the library generated it, for some tens of
    /// milliseconds if a person chose it (see [`SecretHash::of`]).
    pub fn confidential(id: impl Into<String>, secret: &ClientSecret) -> ClientBuilder {
        Self::confidential_with_hash(id, SecretHash::of(secret))
    }

    /// Begins a confidential client whose secret was hashed before.
    pub fn confidential_with_hash(id: impl Into<String>, secret: SecretHash) -> ClientBuilder {
        ClientBuilder::new(id.into(), Some(secret))
    }

    /// A copy whose identifier is not shared with this one: every token counts a reference to it.
    pub(crate) fn apart(&self) -> Self {
        Self { id: ClientId(self.id.as_str().into()), ..self.clone() }
    }

    /// The `client_id`.
    #[must_use]
    pub fn id(&self) -> &ClientId {
        &self.id
    }

    /// The `client_name` to show to people (RFC 7591 section 2); the identifier where none was registered.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(self.id.as_str())
    }

    /// Is it a client that cannot keep a secret?
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.secret.is_none()
    }

    /// The registered redirect URIs.
    #[must_use]
    pub fn redirect_uris(&self) -> &[RedirectUri] {
        &self.redirect_uris
    }

    /// The registered `grant_types`.
    pub fn grant_types(&self) -> impl Iterator<Item = &str> {
        self.grant_types.iter().map(|name| &**name)
    }

    /// The registered `response_types`, words in alphabetical order (the order has no meaning, RFC 6749 section 3.1.1).
    pub fn response_types(&self) -> impl Iterator<Item = &str> {
        self.response_types.iter().map(|name| &**name)
    }

    /// Did it register this grant? `authorization_code`, for example, compared byte by byte.
    #[must_use]
    pub fn may_use_grant(&self, grant_type: &str) -> bool {
        self.grant_types().any(|name| name == grant_type)
    }

    /// May it use this response type? The order of the words does not matter.
    #[must_use]
    pub fn may_use_response_type(&self, response_type: &str) -> bool {
        self.response_types().any(|name| same_words(name, response_type))
    }

    /// The scope that it may ask for.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The scope it gets when it asks for none (RFC 6749 section 3.3): the registered default, else all that it may ask for.
    #[must_use]
    pub fn default_scope(&self) -> &Scope {
        self.default_scope.as_ref().unwrap_or(&self.scope)
    }

    /// Is it a resource server, which may introspect every token (RFC 7662 section 2.1)?
    #[must_use]
    pub fn introspects_any_token(&self) -> bool {
        self.introspects_any
    }

    /// The names under which it is a resource server, as the `aud` of a token has them.
    pub fn audience(&self) -> impl Iterator<Item = &str> {
        self.audience.iter().map(|name| &**name)
    }

    /// Does it ask about the tokens of others?
    pub(crate) fn is_resource_server(&self) -> bool {
        self.introspects_any || !self.audience.is_empty()
    }

    /// May it know of a token of this client, meant for these resource servers (RFC 7662 section 4)?
    pub(crate) fn may_introspect(&self, owner: &ClientId, audience: &[Arc<str>]) -> bool {
        let is_meant = || audience.is_empty() || audience.iter().any(|name| self.audience.contains(name));
        self.introspects_any || *owner == self.id || (!self.audience.is_empty() && is_meant())
    }

    /// How long its access tokens live, if not as long as everybody's.
    #[must_use]
    pub fn access_token_lifetime(&self) -> Option<AccessTokenLifetime> {
        self.access_token_lifetime
    }

    /// How long its refresh tokens live, if not as long as everybody's.
    #[must_use]
    pub fn refresh_token_lifetime(&self) -> Option<RefreshTokenLifetime> {
        self.refresh_token_lifetime
    }

    /// The hash of its secret; `None` if it is public.
    #[must_use]
    pub fn secret_hash(&self) -> Option<&SecretHash> {
        self.secret.as_ref()
    }

    /// The method that it registered (RFC 7591 section 2); `None` if it has a secret and may send it either way.
    #[must_use]
    pub fn authentication_method(&self) -> Option<ClientAuthenticationMethod> {
        if self.is_public() { Some(ClientAuthenticationMethod::None) } else { self.method }
    }

    /// The registered redirect URI that a request may use: the one that `requested` matches; without a request the only one
    /// (RFC 6749 section 3.1.2.3).
    pub(crate) fn redirect_target(&self, requested: Option<&str>) -> Option<Arc<str>> {
        match (requested, self.redirect_uris.as_slice()) {
            (Some(requested), registered) => registered.iter().any(|uri| uri.matches(requested)).then(|| requested.into()),
            (None, [only]) => Some(only.as_str().into()),
            (None, _) => None,
        }
    }
}

/// Collects what a client registers. Everything is checked by [`build`](Self::build).
#[derive(Debug, Clone)]
#[must_use = "a client exists only after `.build()`"]
pub struct ClientBuilder {
    id: String,
    name: Option<String>,
    secret: Option<SecretHash>,
    method: Option<ClientAuthenticationMethod>,
    redirect_uris: Vec<String>,
    grant_types: Option<Vec<String>>,
    response_types: Option<Vec<String>>,
    scope: String,
    default_scope: Option<String>,
    introspects_any: bool,
    audience: Vec<Arc<str>>,
    access_token_lifetime: Option<AccessTokenLifetime>,
    refresh_token_lifetime: Option<RefreshTokenLifetime>,
}

impl ClientBuilder {
    fn new(id: String, secret: Option<SecretHash>) -> Self {
        Self {
            id,
            name: None,
            secret,
            method: None,
            redirect_uris: Vec::new(),
            grant_types: None,
            response_types: None,
            scope: String::new(),
            default_scope: None,
            introspects_any: false,
            audience: Vec::new(),
            access_token_lifetime: None,
            refresh_token_lifetime: None,
        }
    }

    /// The name to show to people. Without this call, or if it is blank: the identifier.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Adds a redirect URI. Requests have to name it byte by byte; see [`RedirectUri`] for what is permitted.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uris.push(uri.into());
        self
    }

    /// The grants it may use. Without this call: `authorization_code` (RFC 7591 section 2).
    pub fn grant_types<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.grant_types = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// The response types it may use. Without this call: `code` if it may use the `authorization_code` grant, else none.
    pub fn response_types<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.response_types = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// The scope it may ask for, as space-separated scope tokens (RFC 6749 section 3.3). Without this call: none.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = scope.into();
        self
    }

    /// The scope it gets when it asks for none. Without this call: all that it may ask for.
    pub fn default_scope(mut self, scope: impl Into<String>) -> Self {
        self.default_scope = Some(scope.into());
        self
    }

    /// The one way in which it sends its secret. Without this call it may use either.
    pub fn authentication_method(mut self, method: ClientAuthenticationMethod) -> Self {
        self.method = Some(method);
        self
    }

    /// It is a resource server that may introspect every token, whoever it is meant for.
    pub fn introspects_any_token(mut self) -> Self {
        self.introspects_any = true;
        self
    }

    /// It is the resource server of this name: it may introspect the tokens that have it in their `aud`, those that have no
    /// `aud`, and its own; one that is meant for others looks to it like one that does not exist (RFC 7662 section 4). Call it
    /// again for each further name. Names are compared byte by byte.
    pub fn audience(mut self, name: &str) -> Self {
        self.audience.push(name.into());
        self
    }

    /// How long its access tokens live. Without this call: as long as the server says.
    pub fn access_token_lifetime(mut self, lifetime: AccessTokenLifetime) -> Self {
        self.access_token_lifetime = Some(lifetime);
        self
    }

    /// How long its refresh tokens live. Without this call: as long as the server says.
    pub fn refresh_token_lifetime(mut self, lifetime: RefreshTokenLifetime) -> Self {
        self.refresh_token_lifetime = Some(lifetime);
        self
    }

    /// Checks everything and makes the client.
    ///
    /// # Errors
    ///
    /// [`ClientError`], which says what contradicts what.
    pub fn build(self) -> Result<Client, ClientError> {
        let grant_types = self.grant_types.unwrap_or_else(|| vec!["authorization_code".to_owned()]);
        let has_grant = |name: &str| grant_types.iter().any(|grant| grant == name);
        let response_types = self
            .response_types
            .unwrap_or_else(|| if has_grant("authorization_code") { vec!["code".to_owned()] } else { Vec::new() });
        let client = Client {
            id: ClientId::parse(&self.id)?,
            name: self.name.filter(|name| !name.trim().is_empty()).map(Into::into),
            secret: self.secret,
            method: self.method,
            redirect_uris: self.redirect_uris.iter().map(|uri| RedirectUri::parse(uri)).collect::<Result<_, _>>()?,
            response_types: response_types.iter().map(|name| canonical(name)).collect(),
            grant_types: grant_types.into_iter().map(Into::into).collect(),
            scope: Scope::parse(&self.scope)?,
            default_scope: self.default_scope.as_deref().map(Scope::parse).transpose()?,
            introspects_any: self.introspects_any,
            audience: self.audience,
            access_token_lifetime: self.access_token_lifetime,
            refresh_token_lifetime: self.refresh_token_lifetime,
        };
        client.consistent()
    }
}

impl Client {
    fn consistent(self) -> Result<Self, ClientError> {
        let carries = |word: &str| self.response_types().any(|name| name.split(' ').any(|part| part == word));
        if self.is_public() && self.may_use_grant("client_credentials") {
            return Err(ClientError::PublicClientCredentials);
        }
        if self.is_public() && self.is_resource_server() {
            return Err(ClientError::PublicIntrospection);
        }
        match self.method {
            Some(ClientAuthenticationMethod::None) if !self.is_public() => return Err(ClientError::SecretWithoutMethod),
            Some(method) if self.is_public() && method != ClientAuthenticationMethod::None => {
                return Err(ClientError::MissingSecret(method));
            }
            _ => {}
        }
        if carries("code") != self.may_use_grant("authorization_code") {
            return Err(ClientError::Correlation { response_type: "code", grant_type: "authorization_code" });
        }
        if carries("token") != self.may_use_grant("implicit") {
            return Err(ClientError::Correlation { response_type: "token", grant_type: "implicit" });
        }
        if !self.response_types.is_empty() && self.redirect_uris.is_empty() {
            return Err(ClientError::NoRedirectUri);
        }
        if self.default_scope.as_ref().is_some_and(|default| !default.is_subset_of(&self.scope)) {
            return Err(ClientError::DefaultScope);
        }
        if self.grant_types.is_empty() && !self.is_resource_server() {
            return Err(ClientError::NoGrant);
        }
        Ok(self)
    }
}

/// Why a client cannot be registered, anywhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The identifier is empty, too long or not visible ASCII.
    #[error("`client_id` must be 1 to 256 visible ASCII characters (RFC 6749 appendix A.1)")]
    Id,
    /// A redirect URI cannot be registered.
    #[error("`redirect_uris`: {0}")]
    RedirectUri(#[from] RedirectUriError),
    /// A scope is malformed.
    #[error("`scope`: {0}")]
    Scope(#[from] ScopeError),
    /// The default scope asks for more than the client may have.
    #[error("the default scope is not part of `scope`")]
    DefaultScope,
    /// The secret is empty or malformed.
    #[error("`client_secret`: {0}")]
    Secret(#[from] crate::client::secret::SecretError),
    /// A client that cannot keep a secret cannot use the client credentials grant.
    #[error(
        "a public client cannot use the `client_credentials` grant (RFC 6749 section 4.4); give it a secret or remove the grant"
    )]
    PublicClientCredentials,
    /// A client that cannot keep a secret cannot authenticate, so it cannot introspect other clients' tokens.
    #[error("a public client cannot authenticate, so it cannot introspect tokens (RFC 7662 section 2.1); give it a secret")]
    PublicIntrospection,
    /// The client has a secret and says that it does not use it.
    #[error("a client with a secret cannot have `token_endpoint_auth_method` `none`; remove one of them")]
    SecretWithoutMethod,
    /// The client names an authentication method that does not exist here.
    #[error("`token_endpoint_auth_method` `{0}` is not known; use `client_secret_basic`, `client_secret_post` or `none`")]
    UnknownAuthenticationMethod(String),
    /// The client has an authentication method that needs a secret, and no secret.
    #[error("`token_endpoint_auth_method` `{0}` needs a `client_secret`")]
    MissingSecret(ClientAuthenticationMethod),
    /// A response type needs a grant type or the reverse (RFC 7591 section 2.1).
    #[error(
        "response types with `{response_type}` and the grant type `{grant_type}` go together (RFC 7591 section 2.1); add the missing one or remove the other"
    )]
    Correlation {
        /// The word of the response type.
        response_type: &'static str,
        /// The grant type.
        grant_type: &'static str,
    },
    /// A client of the authorization endpoint has nowhere to be sent back to.
    #[error("a client that uses the authorization endpoint needs a redirect URI (RFC 6749 section 3.1.2.2)")]
    NoRedirectUri,
    /// The client may do nothing.
    #[error("the client has no grant type")]
    NoGrant,
}
