//! What an application says about an assertion.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use serde_json::Value;

use super::kind::Read;
use crate::client::Client;
use crate::issue::TokenContext;
use crate::issuers::Vouched;
use crate::typelevel::taken::taken;
use crate::values::actor::Actor;
use crate::values::clock::Timestamp;
use crate::values::error::{OAuthError, StoreError};
use crate::values::lifetime::AccessTokenLifetime;
use crate::values::scope::Scope;
use crate::values::subject::Subject;

/// Says who somebody is here whom a trusted issuer vouches for, and whether the client may act for them.
///
/// What two issuers call by one name may be two people, and an issuer of many organizations may call two by one name, too: find the account
/// by [`issuer`](Assertion::issuer) and [`subject`](Assertion::subject), and by the claims that the issuer is known to have (`tenant`,
/// `aud_sub`).
///
/// ```
/// use grantor::{Assertion, AssertionDecision, AssertionPolicy, StoreError, Subject};
///
/// struct Accounts;
/// # impl Accounts { async fn find(&self, _: &str, _: &str) -> Result<Option<String>, StoreError> { Ok(None) } }
///
/// impl AssertionPolicy for Accounts {
///     async fn decide(&self, assertion: Assertion<'_>) -> Result<AssertionDecision, StoreError> {
///         let Some(account) = self.find(assertion.issuer(), assertion.subject()).await? else {
///             return Ok(AssertionDecision::deny());
///         };
///         Ok(AssertionDecision::to(Subject::new(account).map_err(StoreError::failed)?))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say who is meant by an assertion",
    label = "`JwtBearer` needs an `AssertionPolicy`",
    note = "implement `AssertionPolicy` for `{Self}`; it has one method, `decide`"
)]
pub trait AssertionPolicy: Send + Sync + 'static {
    /// Who is it, and may the client act for them? An error refuses the request; nothing is used up.
    fn decide(&self, assertion: Assertion<'_>) -> impl Future<Output = Result<AssertionDecision, StoreError>> + Send;
}

/// It says who is meant by an assertion. `Is` is found by the compiler.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say who is meant by an assertion",
    label = "`JwtBearer` needs an `AssertionPolicy`",
    note = "implement `AssertionPolicy` for `{Self}`; it has one method, `decide`"
)]
pub trait DecidesAssertions<Is>: Sized {
    type Taken: AssertionPolicy;
    fn taken(self) -> Self::Taken;
}
taken!(DecidesAssertions: AssertionPolicy);

impl<P: AssertionPolicy> AssertionPolicy for Arc<P> {
    fn decide(&self, assertion: Assertion<'_>) -> impl Future<Output = Result<AssertionDecision, StoreError>> + Send {
        P::decide(self, assertion)
    }
}

/// An assertion that a trusted issuer signed for this server, and that counts now.
#[derive(Clone, Copy)]
pub struct Assertion<'a> {
    client: &'a Client,
    vouched: &'a Vouched,
    read: &'a Read,
    scope: &'a Scope,
    now: Timestamp,
}

impl<'a> Assertion<'a> {
    pub(super) fn new<S>(cx: &TokenContext<'a, S>, vouched: &'a Vouched, read: &'a Read, scope: &'a Scope) -> Self {
        Self { client: cx.client(), vouched, read, scope, now: cx.now() }
    }

    /// The client that presents it. It is authenticated, unless the grant serves [public clients](crate::JwtBearer::public_clients).
    #[must_use]
    pub const fn client(&self) -> &'a Client {
        self.client
    }

    /// `iss`: who signed it.
    #[must_use]
    pub fn issuer(&self) -> &'a str {
        &self.vouched.issuer
    }

    /// `sub`: how the issuer calls the person.
    #[must_use]
    pub fn subject(&self) -> &'a str {
        &self.vouched.subject
    }

    /// `act`: who acts for the person, if somebody does.
    #[must_use]
    pub const fn actor(&self) -> Option<&'a Actor> {
        self.read.actor.as_ref()
    }

    /// A claim, such as `email`, `tenant` or `aud_sub`.
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<&'a Value> {
        self.vouched.claims.get(name)
    }

    /// The scope that the access token is to have.
    #[must_use]
    pub const fn scope(&self) -> &'a Scope {
        self.scope
    }

    /// The resources that an ID-JAG names, as far as the request names them.
    pub fn resources(&self) -> impl Iterator<Item = &'a str> {
        self.read.resources.iter().map(|name| &**name)
    }

    /// When it ends.
    #[must_use]
    pub const fn expires_at(&self) -> Timestamp {
        self.vouched.expires_at
    }

    /// The time of the request.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }
}

impl fmt::Debug for Assertion<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("Assertion");
        text.field("client_id", self.client.id()).field("issuer", &self.vouched.issuer).field("scope", self.scope);
        text.finish_non_exhaustive()
    }
}

/// What becomes of an assertion. The default is no.
#[derive(Debug, Clone)]
#[must_use = "a decision does nothing until the policy returns it"]
pub struct AssertionDecision(Result<Allowed, OAuthError>);

#[derive(Debug, Clone)]
pub(super) struct Allowed {
    pub(super) subject: Subject,
    pub(super) username: Option<Arc<str>>,
    pub(super) scope: Option<Scope>,
    pub(super) lifetime: Option<AccessTokenLifetime>,
}

impl Default for AssertionDecision {
    fn default() -> Self {
        Self::deny()
    }
}

impl AssertionDecision {
    /// No: `invalid_grant`, as for a subject whom nobody knows (draft-ietf-oauth-identity-chaining section 2.4.2).
    pub fn deny() -> Self {
        Self::refuse(OAuthError::invalid_grant("nobody here is meant by the assertion, or the client may not act for them"))
    }

    /// No, with this error.
    pub const fn refuse(error: OAuthError) -> Self {
        Self(Err(error))
    }

    /// Yes: it is this person.
    pub const fn to(subject: Subject) -> Self {
        Self(Ok(Allowed { subject, username: None, scope: None, lifetime: None }))
    }

    /// The name by which people know them (`username` in RFC 7662 section 2.2).
    pub fn username(self, username: &str) -> Self {
        self.change(|allowed| allowed.username = Some(username.into()))
    }

    /// At most this scope.
    pub fn scope(self, scope: Scope) -> Self {
        self.change(|allowed| allowed.scope = Some(scope))
    }

    /// How long the access token lives, in place of the client's or the server's setting.
    pub fn access_token_lifetime(self, lifetime: AccessTokenLifetime) -> Self {
        self.change(|allowed| allowed.lifetime = Some(lifetime))
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
