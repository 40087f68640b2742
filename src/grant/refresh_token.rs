//! The refresh token grant (RFC 6749 section 6) with rotation (RFC 9700 section 4.14.2).

use crate::error::TokenError;
use crate::grant::{Grant, GrantType};
use crate::issue::{Granted, RefreshSettings, Rotate, TokenContext};
use crate::lifetime::{RefreshTokenLifetime, RetryWindow};
use crate::parameters::Parameter;
use crate::storage::RefreshTokenStore;
use crate::typelevel::{No, Yes};

/// The `refresh_token` grant (RFC 6749 section 6). With it in the list, grants that can issue refresh tokens do so for clients
/// that registered the grant.
///
/// Every use rotates the token and ends the access tokens issued before. A refresh token lives 14 days from its own issue.
/// Within the retry window (5 seconds), and until the successor has been used, the same token yields the byte-identical
/// successor again, so that a lost response logs nobody out; after that, presenting it again is a replay and revokes the whole
/// family (RFC 9700 section 4.14.2).
#[derive(Debug, Clone, Copy)]
pub struct RefreshToken {
    settings: RefreshSettings,
}

impl RefreshToken {
    /// The grant with its defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self { settings: RefreshSettings::new(RefreshTokenLifetime::DEFAULT, RetryWindow::DEFAULT) }
    }

    /// How long a refresh token lives, counted from its own issue. Without this call: 14 days.
    #[must_use]
    pub const fn lifetime(mut self, lifetime: RefreshTokenLifetime) -> Self {
        self.settings.lifetime = lifetime;
        self
    }

    /// How long the same token may be presented again. Without this call: 5 seconds. Zero turns it off.
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

crate::wire_name!(RefreshToken = "refresh_token");

impl GrantType for RefreshToken {
    type Step = Rotate;
    type IssuesRefreshTokens = No;
    type RequiresPkce = Yes;
    type AcceptsPlainPkce = No;
    const PARAMETERS: &'static [Parameter] = &[Parameter::once("refresh_token")];

    fn refresh_settings(&self) -> RefreshSettings {
        self.settings
    }
}

impl<S: RefreshTokenStore> Grant<S> for RefreshToken {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted<Rotate>, TokenError> {
        cx.refresh_token().await?.grant(cx.parameter("scope"))
    }
}
