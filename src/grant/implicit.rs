//! The implicit grant (RFC 6749 section 4.2). It has no token request: in the list it is the explicit permission for response
//! types that return an access token, as RFC 7591 section 2.1 ties `token` to `implicit`.

use crate::grant::{Grant, GrantType};
use crate::issue::{Begin, Granted, TokenContext};
use crate::storage::FamilyStore;
use crate::typelevel::{No, Yes};
use crate::values::error::{ErrorCode, OAuthError};

/// The `implicit` grant (RFC 6749 section 4.2): permits response types that return an access token. Only under
/// [`Rfc6749`](crate::Rfc6749).
#[derive(Debug, Clone, Copy, Default)]
pub struct Implicit(());

impl Implicit {
    /// The permission. It has nothing to set.
    #[must_use]
    pub const fn new() -> Self {
        Self(())
    }
}

crate::wire_name!(Implicit = "implicit");

impl GrantType for Implicit {
    type Step = Begin;
    type IssuesRefreshTokens = No;
    type RequiresPkce = Yes;
    type AcceptsPlainPkce = No;
}

impl<S: FamilyStore> Grant<S> for Implicit {
    async fn decide(&self, _: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
        Err(OAuthError::new(ErrorCode::UnsupportedGrantType, "the implicit grant has no token request (RFC 6749 section 4.2)"))
    }
}
