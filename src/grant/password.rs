//! The resource owner password credentials grant (RFC 6749 section 4.3). Only under [`Rfc6749`](crate::Rfc6749): RFC 9700
//! section 2.4 says that it MUST NOT be used.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use crate::grant::{Grant, GrantType};
use crate::http::parameters::Parameter;
use crate::issue::{Begin, Granted, TokenContext};
use crate::storage::FamilyStore;
use crate::typelevel::{No, Yes};
use crate::values::error::{OAuthError, StoreError};
use crate::values::subject::Subject;

/// Checks a resource owner's credentials for the [`Password`] grant.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot authenticate resource owners",
    label = "the `password` grant needs a `ResourceOwnerAuthenticator`",
    note = "implement `ResourceOwnerAuthenticator` for `{Self}`; it has one method, `authenticate`"
)]
pub trait ResourceOwnerAuthenticator: Send + Sync + 'static {
    /// Who this is, or `None` if the credentials are wrong. RFC 6749 section 4.3.2 asks to protect this against brute force:
    /// limit attempts here.
    fn authenticate(&self, username: &str, password: &str) -> impl Future<Output = Result<Option<Subject>, StoreError>> + Send;
}

impl<A: ResourceOwnerAuthenticator> ResourceOwnerAuthenticator for Arc<A> {
    fn authenticate(&self, username: &str, password: &str) -> impl Future<Output = Result<Option<Subject>, StoreError>> + Send {
        A::authenticate(self, username, password)
    }
}

/// The `password` grant (RFC 6749 section 4.3).
#[derive(Clone, Copy)]
pub struct Password<A>(A);

impl<A> Password<A> {
    /// The grant, with what checks the credentials.
    #[must_use]
    pub const fn new(authenticator: A) -> Self {
        Self(authenticator)
    }
}

impl<A> fmt::Debug for Password<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

crate::wire_name!(impl<A> Password<A> = "password");

impl<A: Send + Sync + 'static> GrantType for Password<A> {
    type Step = Begin;
    type IssuesRefreshTokens = Yes;
    type RequiresPkce = Yes;
    type AcceptsPlainPkce = No;
    const PARAMETERS: &'static [Parameter] = &[Parameter::once("username"), Parameter::once("password")];
}

impl<S: FamilyStore, A: ResourceOwnerAuthenticator> Grant<S> for Password<A> {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
        let username = cx.require("username")?;
        let password = cx.require("password")?;
        let scope = cx.scope()?;
        let Some(subject) = self.0.authenticate(username, password).await? else {
            return Err(cx.invalid_grant("the resource owner credentials are wrong"));
        };
        Ok(Granted::to(subject, scope).username(username))
    }
}
