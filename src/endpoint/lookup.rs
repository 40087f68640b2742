//! Finding a token of whatever kind. What that asks of the storage depends on the grants: a server without the refresh token
//! grant needs no store for refresh tokens.

use std::future::Future;

use crate::grant::GrantsOn;
use crate::storage::{FoundToken, RefreshTokenStore};
use crate::typelevel::{No, Yes};
use crate::values::bearer::TokenHash;
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;

/// Refresh tokens, if the server has any.
#[doc(hidden)]
pub trait RefreshTokens<S>: Send {
    fn find(
        store: &S,
        issuer: &Issuer,
        token: &str,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<FoundToken>, StoreError>> + Send;
}

impl<S: Sync> RefreshTokens<S> for No {
    async fn find(_: &S, _: &Issuer, _: &str, _: Timestamp) -> Result<Option<FoundToken>, StoreError> {
        Ok(None)
    }
}

impl<S: RefreshTokenStore> RefreshTokens<S> for Yes {
    async fn find(store: &S, issuer: &Issuer, token: &str, now: Timestamp) -> Result<Option<FoundToken>, StoreError> {
        store.find_refresh_token(issuer, &TokenHash::of(token), now).await
    }
}

/// The grants `Self` run on the storage `S`: the one bound that code needs which is generic over the grants of a server.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of grant types",
    label = "expected a tuple; remember the comma in a one-element list: `(ClientCredentials,)`"
)]
pub trait RunsOn<S>: GrantsOn<S> {
    #[doc(hidden)]
    type Refresh: RefreshTokens<S>;
}

impl<S, G: GrantsOn<S, TakesRefreshTokens: RefreshTokens<S>>> RunsOn<S> for G {
    type Refresh = G::TakesRefreshTokens;
}
