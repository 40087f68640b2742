//! The client credentials grant (RFC 6749 section 4.4): a confidential client acts for itself.

use crate::grant::{Grant, GrantType};
use crate::issue::{Begin, Granted, TokenContext};
use crate::storage::FamilyStore;
use crate::typelevel::{No, Yes};
use crate::values::error::{ErrorCode, OAuthError};

/// The `client_credentials` grant (RFC 6749 section 4.4).
#[derive(Debug, Clone, Copy, Default)]
pub struct ClientCredentials(());

impl ClientCredentials {
    /// The grant. It has nothing to set.
    #[must_use]
    pub const fn new() -> Self {
        Self(())
    }
}

crate::wire_name!(ClientCredentials = "client_credentials");

impl GrantType for ClientCredentials {
    type Step = Begin;
    type IssuesRefreshTokens = No;
    type RequiresPkce = Yes;
    type AcceptsPlainPkce = No;
}

impl<S: FamilyStore> Grant<S> for ClientCredentials {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
        if cx.client().is_public() {
            // Section 4.4: "MUST only be used by confidential clients". A record from a foreign store may say otherwise.
            return Err(OAuthError::new(
                ErrorCode::UnauthorizedClient,
                "the client credentials grant is for confidential clients",
            ));
        }
        Ok(Granted::for_client(cx.details_for_client()?))
    }
}
