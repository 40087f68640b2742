//! How codes and refresh tokens are issued: what the grants that own them say.

use crate::values::lifetime::{CodeLifetime, RefreshTokenLifetime, RetryWindow};

/// How authorization codes are issued. Whether PKCE is required, and which methods there are, is said by the type of the grant.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct CodeSettings {
    /// How long a code lives.
    pub lifetime: CodeLifetime,
}

impl CodeSettings {
    /// Settings for a grant of your own with the name `authorization_code`.
    #[must_use]
    pub const fn new(lifetime: CodeLifetime) -> Self {
        Self { lifetime }
    }
}

impl Default for CodeSettings {
    fn default() -> Self {
        Self::new(CodeLifetime::DEFAULT)
    }
}

/// How refresh tokens are issued.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct RefreshSettings {
    /// How long a refresh token lives, counted from its own issue: a session in use does not end.
    pub lifetime: RefreshTokenLifetime,
    /// How long the same refresh token may be presented again after its rotation.
    pub retry_window: RetryWindow,
}

impl RefreshSettings {
    /// Settings for a grant of your own with the name `refresh_token`.
    #[must_use]
    pub const fn new(lifetime: RefreshTokenLifetime, retry_window: RetryWindow) -> Self {
        Self { lifetime, retry_window }
    }
}

impl Default for RefreshSettings {
    fn default() -> Self {
        Self::new(RefreshTokenLifetime::DEFAULT, RetryWindow::DEFAULT)
    }
}
