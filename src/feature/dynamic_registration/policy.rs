//! Who may register, and what a client gets of what it asks for.

use std::borrow::Cow;
use std::future::Future;

use super::refusal::{METADATA, REDIRECT_URI, Refusal, STATEMENT, UNAPPROVED};
use super::request::RegistrationRequest;
use crate::client::Changes;
use crate::typelevel::taken::taken;
use crate::values::error::{ErrorCode, OAuthError, StoreError};
use crate::values::lifetime::{
    AccessTokenLifetime, ClientSecretLifetime, FirstUseLifetime, RefreshTokenLifetime, UnusedClientLifetime,
};
use crate::values::scope::Scope;

/// Decides about clients that want to register themselves, and about each change of what they registered.
///
/// ```
/// use grantor::{Admission, RegistrationPolicy, RegistrationRefusal, RegistrationRequest, Scope};
///
/// /// Those who come back to our own hosts get everything, others may read.
/// struct OurHosts;
///
/// impl RegistrationPolicy for OurHosts {
///     async fn decide(&self, request: &RegistrationRequest<'_>) -> Result<Admission, RegistrationRefusal> {
///         let is_ours = |host: &str| host == "example.com" || host.ends_with(".example.com");
///         let uris = request.client().redirect_uris();
///         if !uris.is_empty() && uris.iter().all(|uri| is_ours(uri.host_for_display())) {
///             return Ok(Admission::new());
///         }
///         let read = Scope::parse("read").map_err(|_| RegistrationRefusal::invalid_client_metadata("no scope is left"))?;
///         Ok(Admission::new().scope(read))
///     }
/// }
/// ```
pub trait RegistrationPolicy: Send + Sync + 'static {
    /// Is a request without an initial access token refused before anything of it is read?
    fn requires_initial_access_token(&self) -> bool {
        false
    }

    /// Admits the client, with less than it asks for perhaps, or refuses it.
    ///
    /// # Errors
    ///
    /// [`RegistrationRefusal`], which the client is told.
    fn decide(&self, request: &RegistrationRequest<'_>) -> impl Future<Output = Result<Admission, RegistrationRefusal>> + Send;
}

/// It decides about registrations. `Is` is found by the compiler.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not decide about registrations",
    label = "expected a policy, such as `AnyClient::new()` or `WithInitialAccessToken::new()`",
    note = "for one of your own, implement `RegistrationPolicy`: it sees each request, and admits or refuses it"
)]
pub trait DecidesRegistrations<Is>: Sized {
    type Taken: RegistrationPolicy;
    fn taken(self) -> Self::Taken;
}
taken!(DecidesRegistrations: RegistrationPolicy);

/// What a client gets that is admitted. Without any call: what it asks for and the server has, for as long as the server says.
#[derive(Debug, Clone, Default)]
#[must_use = "return it from `decide`"]
pub struct Admission {
    pub(super) changes: Changes,
    pub(super) secret_lifetime: Option<ClientSecretLifetime>,
    pub(super) first_use_within: Option<FirstUseLifetime>,
    pub(super) unused_for: Option<UnusedClientLifetime>,
}

impl Admission {
    /// It is admitted.
    pub fn new() -> Self {
        Self::default()
    }

    /// Of the scope only what is in this one.
    pub fn scope(mut self, scope: Scope) -> Self {
        self.changes.scope = Some(scope);
        self
    }

    /// Of the grants only these. Response types that need another one go too.
    pub fn grant_types<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.changes.grant_types = Some(names.into_iter().map(|name| name.into().into()).collect());
        self
    }

    /// How long its access tokens live.
    pub const fn access_token_lifetime(mut self, lifetime: AccessTokenLifetime) -> Self {
        self.changes.access_token_lifetime = Some(lifetime);
        self
    }

    /// How long its refresh tokens live.
    pub const fn refresh_token_lifetime(mut self, lifetime: RefreshTokenLifetime) -> Self {
        self.changes.refresh_token_lifetime = Some(lifetime);
        self
    }

    /// How long its secret is good (`client_secret_expires_at`). Without this call it does not expire.
    pub const fn secret_lifetime(mut self, lifetime: ClientSecretLifetime) -> Self {
        self.secret_lifetime = Some(lifetime);
        self
    }

    /// How long it has until it gets its first token.
    pub const fn first_use_within(mut self, lifetime: FirstUseLifetime) -> Self {
        self.first_use_within = Some(lifetime);
        self
    }

    /// How long it stays registered while nobody uses it.
    pub const fn unused_for(mut self, lifetime: UnusedClientLifetime) -> Self {
        self.unused_for = Some(lifetime);
        self
    }

    /// Somebody looked at it who answers for this server, or it proved by its software statement what it is: it is held to no more than a
    /// client of the operator's ([`client_is_vetted`](crate::AuthorizationRequest::client_is_vetted)).
    pub const fn vetted(mut self) -> Self {
        self.changes.vetted = true;
        self
    }
}

/// Why a policy refuses a client: one of the errors of RFC 7591 section 3.2.2, with words for its developer.
#[derive(Debug)]
pub struct RegistrationRefusal(Kind);

#[derive(Debug)]
enum Kind {
    Error(OAuthError),
    Forbidden(OAuthError),
    Unauthorized,
}

impl RegistrationRefusal {
    /// `invalid_redirect_uri`: say which one, and why.
    pub fn invalid_redirect_uri(words: impl Into<Cow<'static, str>>) -> Self {
        Self(Kind::Error(OAuthError::new(REDIRECT_URI, words)))
    }

    /// `invalid_client_metadata`: another member.
    pub fn invalid_client_metadata(words: impl Into<Cow<'static, str>>) -> Self {
        Self(Kind::Error(OAuthError::new(METADATA, words)))
    }

    /// `invalid_software_statement`: it does not say what it would have to say.
    pub fn invalid_software_statement(words: impl Into<Cow<'static, str>>) -> Self {
        Self(Kind::Error(OAuthError::new(STATEMENT, words)))
    }

    /// `unapproved_software_statement`: it is not one of software that may register here, or there is none.
    pub fn unapproved_software_statement(words: impl Into<Cow<'static, str>>) -> Self {
        Self(Kind::Error(OAuthError::new(UNAPPROVED, words)))
    }

    /// 401: an initial access token is needed, or another one.
    #[must_use]
    pub const fn unauthorized() -> Self {
        Self(Kind::Unauthorized)
    }

    /// 403 `access_denied`: whoever it is, it may not (RFC 7592 section 2).
    pub fn forbidden(words: impl Into<Cow<'static, str>>) -> Self {
        Self(Kind::Forbidden(OAuthError::new(ErrorCode::AccessDenied, words)))
    }
}

/// The policy cannot decide now: 503, or 500. The detail is for the operator.
impl From<StoreError> for RegistrationRefusal {
    fn from(error: StoreError) -> Self {
        Self(Kind::Error(error.into()))
    }
}

impl RegistrationRefusal {
    pub(super) fn into_refusal(self, presented: bool) -> Refusal {
        match self.0 {
            Kind::Error(error) => Refusal::Error(error),
            Kind::Forbidden(error) => Refusal::Forbidden(error),
            Kind::Unauthorized => Refusal::Unauthorized { presented },
        }
    }
}

/// Anybody may register a client (RFC 7591 section 3, open registration).
#[derive(Debug, Clone, Copy, Default)]
pub struct AnyClient(());

impl AnyClient {
    /// The policy. It has nothing to set.
    #[must_use]
    pub const fn new() -> Self {
        Self(())
    }
}

impl RegistrationPolicy for AnyClient {
    async fn decide(&self, _: &RegistrationRequest<'_>) -> Result<Admission, RegistrationRefusal> {
        Ok(Admission::new())
    }
}

/// Whoever has an initial access token may register a client; to change what it registered a client needs none. It takes what
/// [`initial_access_token`](crate::DynamicRegistration::initial_access_token) or
/// [`initial_access_scope`](crate::DynamicRegistration::initial_access_scope) say.
#[derive(Debug, Clone, Copy, Default)]
pub struct WithInitialAccessToken(());

impl WithInitialAccessToken {
    /// The policy. It has nothing to set.
    #[must_use]
    pub const fn new() -> Self {
        Self(())
    }
}

impl RegistrationPolicy for WithInitialAccessToken {
    fn requires_initial_access_token(&self) -> bool {
        true
    }

    async fn decide(&self, request: &RegistrationRequest<'_>) -> Result<Admission, RegistrationRefusal> {
        match request.initial_access().is_some() || request.registered_before().is_some() {
            true => Ok(Admission::new()),
            false => Err(RegistrationRefusal::unauthorized()),
        }
    }
}

/// The members by which people are told who a client is, and sent or told of somewhere: what a client is trusted with that is vetted.
#[cfg(feature = "jose")]
const VOUCHED: [&str; 11] = [
    "redirect_uris",
    "application_type",
    "client_name",
    "client_uri",
    "logo_uri",
    "tos_uri",
    "policy_uri",
    "post_logout_redirect_uris",
    "initiate_login_uri",
    "backchannel_logout_uri",
    "sector_identifier_uri",
];

/// Whoever has a software statement of an issuer that is trusted may register a client
/// ([`software_statements`](crate::DynamicRegistration::software_statements)). Such a client is vetted where its issuer says what it is:
/// its name, its redirect URIs, and whatever else it registers that shows people who it is or says where they, or what is known of them,
/// are sent: `application_type`, `client_uri`, `logo_uri`, `tos_uri`, `policy_uri`, `post_logout_redirect_uris`, `initiate_login_uri`,
/// `backchannel_logout_uri`, `sector_identifier_uri`. One that says any of those of itself is registered and not vetted. Its keys are its
/// own, as each copy of a software has others.
#[cfg(feature = "jose")]
#[derive(Debug, Clone, Copy, Default)]
pub struct WithSoftwareStatement(());

#[cfg(feature = "jose")]
impl WithSoftwareStatement {
    /// The policy. It has nothing to set.
    #[must_use]
    pub const fn new() -> Self {
        Self(())
    }
}

#[cfg(feature = "jose")]
impl RegistrationPolicy for WithSoftwareStatement {
    async fn decide(&self, request: &RegistrationRequest<'_>) -> Result<Admission, RegistrationRefusal> {
        let refused = || RegistrationRefusal::unapproved_software_statement("a software statement is needed");
        let statement = request.software_statement().ok_or_else(refused)?;
        let says = |name: &str| statement.claims().contains_key(name);
        let counts = |name: &str| VOUCHED.contains(&name.split('#').next().unwrap_or(name));
        let registered = request.client().registered_members();
        let of_itself = |name: &String| counts(name) && registered.contains_key(name) && !says(name);
        let vouched_for = says("client_name") && says("redirect_uris") && !request.metadata().keys().any(of_itself);
        Ok(if vouched_for { Admission::new().vetted() } else { Admission::new() })
    }
}
