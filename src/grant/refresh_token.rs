//! The refresh token grant (RFC 6749 section 6), with refresh tokens that rotate (RFC 9700 section 4.14.2) or stay what they are.

use std::fmt;
use std::marker::PhantomData;

use crate::grant::{Grant, GrantType};
use crate::http::parameters::Parameter;
use crate::issue::{Granted, RefreshSettings, Renew, Rotate, StepKind, TokenContext};
use crate::storage::RefreshTokenStore;
use crate::typelevel::{No, Yes};
use crate::values::error::OAuthError;
use crate::values::lifetime::{RefreshTokenLifetime, RetryWindow};

/// The `refresh_token` grant (RFC 6749 section 6). With it in the list, grants that can issue refresh tokens do so for clients
/// that registered the grant.
///
/// Every use rotates the token and ends the access tokens issued before; where an authorization is for several APIs
/// ([`ResourceIndicators`](crate::ResourceIndicators)) and one is refreshed for, those for the others live on until their own expiry. A
/// refresh token lives 14 days from its own issue.
/// Within the retry window (5 seconds), and until the successor has been used, the same token yields the byte-identical
/// successor again, so that a lost response logs nobody out; after that, presenting it again is a replay and revokes the whole
/// family (RFC 9700 section 4.14.2).
///
/// [`reusable`](Self::reusable) leaves the refresh tokens of clients that authenticate what they are.
pub struct RefreshToken<M = Rotating> {
    settings: RefreshSettings,
    policy: PhantomData<fn() -> M>,
}

/// Whether refresh tokens rotate, as a type.
pub trait RefreshPolicy: Send + Sync + 'static {
    /// What the storage does with the one that is presented.
    #[doc(hidden)]
    type Step: StepKind;
}

/// Refresh tokens rotate.
#[derive(Debug, Clone, Copy)]
pub struct Rotating;

/// Refresh tokens of clients that authenticate stay what they are.
#[derive(Debug, Clone, Copy)]
pub struct Reusable;

impl RefreshPolicy for Rotating {
    type Step = Rotate;
}
impl RefreshPolicy for Reusable {
    type Step = Renew;
}

impl RefreshToken {
    /// The grant with its defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self { settings: RefreshSettings::new(RefreshTokenLifetime::DEFAULT, RetryWindow::DEFAULT), policy: PhantomData }
    }

    /// Refresh tokens of clients that authenticate stay what they are until they expire: only the client can use them, and a lost
    /// response costs nobody the session (FAPI 2.0 Security Profile section 5.3.2.1 does not have rotation). The response to such a
    /// request has no `refresh_token`, and access tokens issued before live until their own expiry. Those of public clients rotate
    /// all the same (RFC 9700 section 4.14.2).
    ///
    /// A session ends with the refresh token that it began with: choose the [`lifetime`](Self::lifetime) for that.
    #[must_use]
    pub const fn reusable(self) -> RefreshToken<Reusable> {
        RefreshToken { settings: self.settings, policy: PhantomData }
    }
}

impl<M> RefreshToken<M> {
    /// How long a refresh token lives, counted from its own issue. Without this call: 14 days.
    #[must_use]
    pub const fn lifetime(mut self, lifetime: RefreshTokenLifetime) -> Self {
        self.settings.lifetime = lifetime;
        self
    }

    /// How long a token that was rotated may be presented again. Without this call: 5 seconds. Zero turns it off.
    #[must_use]
    pub const fn retry_window(mut self, window: RetryWindow) -> Self {
        self.settings.retry_window = window;
        self
    }
}

impl Default for RefreshToken {
    fn default() -> Self {
        Self::new()
    }
}

impl<M> fmt::Debug for RefreshToken<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshToken").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl<M> Clone for RefreshToken<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for RefreshToken<M> {}

crate::wire_name!(impl<M: RefreshPolicy> RefreshToken<M> = "refresh_token");

impl<M: RefreshPolicy> GrantType for RefreshToken<M> {
    type Step = M::Step;
    type IssuesRefreshTokens = No;
    type RequiresPkce = Yes;
    type AcceptsPlainPkce = No;
    const PARAMETERS: &'static [Parameter] = &[Parameter::once("refresh_token")];

    fn refresh_settings(&self) -> RefreshSettings {
        self.settings
    }
}

impl<S: RefreshTokenStore> Grant<S> for RefreshToken {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted<Rotate>, OAuthError> {
        cx.refresh_token().await?.grant(cx.parameter("scope"))
    }
}

impl<S: RefreshTokenStore> Grant<S> for RefreshToken<Reusable> {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted<Renew>, OAuthError> {
        cx.refresh_token().await?.renew(cx.client(), cx.parameter("scope"))
    }
}
