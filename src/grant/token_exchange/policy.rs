//! What an application says about an exchange.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use super::ExchangedToken;
use super::request::invalid_request;
use crate::client::Client;
use crate::issue::TokenContext;
use crate::typelevel::taken::taken;
use crate::values::clock::Timestamp;
use crate::values::error::{OAuthError, StoreError};
use crate::values::lifetime::AccessTokenLifetime;
use crate::values::scope::Scope;
use crate::values::subject::Subject;

/// Decides who may exchange which token for what (RFC 8693). The request is valid, the tokens are verified, and the client is among those
/// whom the subject token permits; [`TokenExchange`](crate::TokenExchange) says what holds whatever the policy answers.
///
/// ```
/// use grantor::{Exchange, ExchangeDecision, ExchangePolicy, Scope, StoreError, lifetime};
///
/// /// Agents act for people, for a few minutes, and only read.
/// struct Agents;
///
/// impl ExchangePolicy for Agents {
///     async fn decide(&self, exchange: Exchange<'_>) -> Result<ExchangeDecision, StoreError> {
///         if exchange.client().id().as_str() != "agent" || exchange.subject_token().issuer().is_some() {
///             return Ok(ExchangeDecision::deny());
///         }
///         let scope = Scope::parse("read").map_err(StoreError::failed)?;
///         Ok(ExchangeDecision::delegate().scope(scope).access_token_lifetime(lifetime!(AccessTokenLifetime, 300)))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not decide about the exchange of tokens",
    label = "`TokenExchange` needs an `ExchangePolicy`",
    note = "implement `ExchangePolicy` for `{Self}`; it has one method, `decide`"
)]
pub trait ExchangePolicy: Send + Sync + 'static {
    /// May this be exchanged, and for what? An error refuses the request; nothing is used up.
    fn decide(&self, exchange: Exchange<'_>) -> impl Future<Output = Result<ExchangeDecision, StoreError>> + Send;
}

/// It decides about the exchange of tokens. `Is` is found by the compiler.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not decide about the exchange of tokens",
    label = "`TokenExchange` needs an `ExchangePolicy`",
    note = "implement `ExchangePolicy` for `{Self}`; it has one method, `decide`"
)]
pub trait DecidesExchanges<Is>: Sized {
    type Taken: ExchangePolicy;
    fn taken(self) -> Self::Taken;
}
taken!(DecidesExchanges: ExchangePolicy);

impl<P: ExchangePolicy> ExchangePolicy for Arc<P> {
    fn decide(&self, exchange: Exchange<'_>) -> impl Future<Output = Result<ExchangeDecision, StoreError>> + Send {
        P::decide(self, exchange)
    }
}

/// An exchange that is asked for.
#[derive(Clone, Copy)]
pub struct Exchange<'a> {
    client: &'a Client,
    subject: &'a ExchangedToken,
    actor: Option<&'a ExchangedToken>,
    scope: &'a Scope,
    audience: &'a [Arc<str>],
    now: Timestamp,
}

impl<'a> Exchange<'a> {
    pub(super) fn new<S>(
        cx: &TokenContext<'a, S>,
        subject: &'a ExchangedToken,
        actor: Option<&'a ExchangedToken>,
        scope: &'a Scope,
        audience: &'a [Arc<str>],
    ) -> Self {
        Self { client: cx.client(), subject, actor, scope, audience, now: cx.now() }
    }

    /// The client that asks. It is authenticated, unless the grant serves [public clients](crate::TokenExchange::public_clients).
    #[must_use]
    pub const fn client(&self) -> &'a Client {
        self.client
    }

    /// The token on whose subject's behalf the client asks.
    #[must_use]
    pub const fn subject_token(&self) -> &'a ExchangedToken {
        self.subject
    }

    /// The token of who is to act, if there is one. Otherwise that is the client itself.
    #[must_use]
    pub const fn actor_token(&self) -> Option<&'a ExchangedToken> {
        self.actor
    }

    /// The scope that the new token is to have.
    #[must_use]
    pub const fn scope(&self) -> &'a Scope {
        self.scope
    }

    /// For whom the new token is to be: what the request names as `resource` and `audience`, or whom the subject token is for. Nobody in
    /// particular if it is empty.
    pub fn audience(&self) -> impl Iterator<Item = &'a str> {
        self.audience.iter().map(|name| &**name)
    }

    /// The time of the request.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }
}

impl fmt::Debug for Exchange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("Exchange");
        text.field("client_id", self.client.id()).field("scope", self.scope).field("audience", &self.audience);
        text.finish_non_exhaustive()
    }
}

/// What becomes of an exchange. The default is no.
#[derive(Debug, Clone)]
#[must_use = "a decision does nothing until the policy returns it"]
pub struct ExchangeDecision(Result<Allowed, OAuthError>);

#[derive(Debug, Clone, Default)]
pub(super) struct Allowed {
    pub(super) delegates: bool,
    pub(super) scope: Option<Scope>,
    pub(super) lifetime: Option<AccessTokenLifetime>,
    pub(super) subject: Option<Subject>,
    pub(super) refresh_token: bool,
    pub(super) without_details: bool,
}

impl Default for ExchangeDecision {
    fn default() -> Self {
        Self::deny()
    }
}

impl ExchangeDecision {
    /// No: `invalid_request`, as for tokens that are "unacceptable based on policy" (section 2.2.2).
    pub fn deny() -> Self {
        Self::refuse(invalid_request("the exchange is not permitted"))
    }

    /// No, with this error: `invalid_target` where a target is the matter, `insufficient_user_authentication` where the person has to sign
    /// in again or better (RFC 9470).
    pub const fn refuse(error: OAuthError) -> Self {
        Self(Err(error))
    }

    /// Yes: the client, or the subject of the actor token, acts for the subject, and everybody can see that (`act`, section 4.1).
    pub fn delegate() -> Self {
        Self(Ok(Allowed { delegates: true, ..Allowed::default() }))
    }

    /// Yes: the client gets a token as the subject has it (section 1.1). Nobody who gets it sees who uses it.
    pub fn impersonate() -> Self {
        Self(Ok(Allowed::default()))
    }

    /// At most this scope.
    pub fn scope(self, scope: Scope) -> Self {
        self.change(|allowed| allowed.scope = Some(scope))
    }

    /// How long the access token lives, at most: it ends with the subject token in any case.
    pub fn access_token_lifetime(self, lifetime: AccessTokenLifetime) -> Self {
        self.change(|allowed| allowed.lifetime = Some(lifetime))
    }

    /// Who the subject of [another issuer](ExchangedToken::issuer) is here. It has to be said: what two issuers call by one name may be two
    /// people. The subject of a token of this server stays who it is.
    pub fn subject(self, subject: Subject) -> Self {
        self.change(|allowed| allowed.subject = Some(subject))
    }

    /// Nothing of what the subject token permits [in detail](ExchangedToken::authorization_details), which the new token permits otherwise.
    pub fn without_details(self) -> Self {
        self.change(|allowed| allowed.without_details = true)
    }

    /// With a refresh token, if the server has the grant and the client registered it: for a client that goes on when the subject token has
    /// expired (section 2.2.1). It ends when the authorization behind the subject token is revoked.
    pub fn with_refresh_token(self) -> Self {
        self.change(|allowed| allowed.refresh_token = true)
    }

    fn change(mut self, change: impl FnOnce(&mut Allowed)) -> Self {
        if let Ok(allowed) = &mut self.0 {
            change(allowed);
        }
        self
    }

    pub(super) fn into_allowed(self) -> Result<Allowed, OAuthError> {
        self.0
    }
}
