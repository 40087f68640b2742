//! The refresh token grant (RFC 6749 section 6) with rotation (RFC 9700 section 4.14.2).

use crate::error::TokenError;
use crate::events;
use crate::grant::context::Minted;
use crate::grant::{Grant, GrantType, Granted, RefreshSettings, TokenContext, TokenResponse};
use crate::lifetime::{RefreshTokenLifetime, RetryWindow};
use crate::parameters::Parameter;
use crate::scope::Scope;
use crate::storage::{RefreshTokenStore, Rotation, RotationProposal, TokenRecord};
use crate::token::{Bearer, RotationSalt, TokenHash};
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
    type IssuesRefreshTokens = No;
    type RequiresPkce = Yes;
    type AcceptsPlainPkce = No;
    const PARAMETERS: &'static [Parameter] = &[Parameter::once("refresh_token")];

    fn refresh_settings(&self) -> Option<RefreshSettings> {
        Some(self.settings)
    }
}

impl<S: RefreshTokenStore> Grant<S> for RefreshToken {
    async fn exchange(&self, cx: &TokenContext<'_, S>) -> Result<TokenResponse, TokenError> {
        let presented = cx.require("refresh_token")?;
        let hash = TokenHash::of(presented);
        let found = cx.store().find_refresh_token(cx.issuer(), &hash, cx.now()).await?;
        let found = found.filter(|found| !found.family.revoked && cx.now() < found.record.expires_at);
        let token = found.map(|found| found.record).filter(|token| token.client_id == *cx.client().id()).ok_or_else(dead)?;
        let scope = narrowed_scope(&token.details.facts().scope, cx.parameter("scope"))?;
        rotate(cx, self.settings, presented, &token, &scope).await
    }
}

/// RFC 6749 section 6: not more than the resource owner granted; left out, it is what was granted.
fn narrowed_scope(granted: &Scope, requested: Option<&str>) -> Result<Scope, TokenError> {
    let Some(requested) = requested else { return Ok(granted.clone()) };
    let requested = Scope::parse(requested).map_err(|error| TokenError::invalid_scope(error.to_string()))?;
    if requested.is_subset_of(granted) {
        Ok(requested)
    } else {
        Err(TokenError::invalid_scope("the scope exceeds what the resource owner granted"))
    }
}

async fn rotate<S: RefreshTokenStore>(
    cx: &TokenContext<'_, S>,
    settings: RefreshSettings,
    presented: &str,
    token: &TokenRecord,
    scope: &Scope,
) -> Result<TokenResponse, TokenError> {
    // A request counts from when it came, and the window from when the token is rotated: what came before may have had to wait.
    let came_at = cx.now();
    let cx = &cx.at_present();
    let retry_until = match settings.retry_window.as_secs() {
        0 => came_at,
        window => cx.now().saturating_add_secs(window),
    };
    let salt = RotationSalt::generate(cx.now());
    let successor = Bearer::successor_of(presented, &salt);
    let granted = Granted::of(token.details.with_scope(scope));
    let generation = token.generation.saturating_add(1);
    let Minted { mut issue, response } = cx.mint_successor(granted, successor, settings, token.family, generation);
    if let Some(refresh_token) = &mut issue.refresh_token {
        // Narrowing is for this access token; the refresh token keeps what was granted.
        refresh_token.details = token.details.clone();
    }
    let proposal =
        RotationProposal { presented: token.hash, family: token.family, generation: token.generation, salt, retry_until, issue };
    let client_id = cx.client().id();
    match cx.store().rotate_refresh_token(cx.issuer(), proposal, came_at).await? {
        Rotation::Rotated(witness) => {
            events::rotated(cx.issuer(), client_id, false);
            Ok(response.rotated(witness))
        }
        Rotation::Retried(witness, salt) => {
            events::rotated(cx.issuer(), client_id, true);
            // It came within the window, and waited since.
            let waited = came_at.checked_secs_until(cx.now()).unwrap_or_default();
            let older = settings.retry_window.as_secs().saturating_add(waited);
            Ok(response.retried(witness, Bearer::successor_of(presented, &salt), older))
        }
        Rotation::Replayed => {
            events::replayed(cx.issuer(), client_id, events::Kind::RefreshToken);
            Err(dead())
        }
        Rotation::Dead => Err(dead()),
    }
}

/// Unknown, expired, revoked, somebody else's, replayed: the answer does not say which.
fn dead() -> TokenError {
    TokenError::invalid_grant("the refresh token is invalid or expired")
}
