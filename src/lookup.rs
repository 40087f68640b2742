//! Finding a token of whatever kind. What that asks of the storage depends on the grants: a server without the refresh token
//! grant needs no store for refresh tokens.

use std::future::Future;

use crate::clock::Timestamp;
use crate::core::Core;
use crate::error::StoreError;
use crate::grant::RefreshToken;
use crate::issuer::Issuer;
use crate::storage::{AccessTokenStore, FoundToken, RefreshTokenStore};
use crate::token::TokenHash;
use crate::typelevel::name::KeyOf;
use crate::typelevel::{List, No, ServedBy, Yes};

/// Which kind of token it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Access,
    Refresh,
}

/// The kind of token that a hint does not decide: RFC 7662 section 2.1 and RFC 7009 section 2.1 want the search extended to all
/// kinds whatever the hint says, and two look-ups cost the same in either order, so there is one order.
pub(crate) async fn find_token<S: AccessTokenStore, G: RunsOn<S>>(
    core: &Core<S>,
    token: &TokenHash,
    now: Timestamp,
) -> Result<Option<(TokenKind, FoundToken)>, StoreError> {
    if let Some(found) = core.storage.find_access_token(&core.issuer, token, now).await? {
        return Ok(Some((TokenKind::Access, found)));
    }
    let found = G::Refresh::find(&core.storage, &core.issuer, token, now).await?;
    Ok(found.map(|found| (TokenKind::Refresh, found)))
}

/// Refresh tokens, if the server has any.
#[doc(hidden)]
pub trait RefreshTokens<S>: Send {
    fn find(
        store: &S,
        issuer: &Issuer,
        token: &TokenHash,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<FoundToken>, StoreError>> + Send;
}

impl<S: Sync> RefreshTokens<S> for No {
    async fn find(_: &S, _: &Issuer, _: &TokenHash, _: Timestamp) -> Result<Option<FoundToken>, StoreError> {
        Ok(None)
    }
}

impl<S: RefreshTokenStore> RefreshTokens<S> for Yes {
    fn find(
        store: &S,
        issuer: &Issuer,
        token: &TokenHash,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<FoundToken>, StoreError>> + Send {
        store.find_refresh_token(issuer, token, now)
    }
}

/// The grants `Self` run on the storage `S`: the one bound that code needs which is generic over the grants of a server.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of grant types",
    label = "expected a tuple; remember the comma in a one-element list: `(ClientCredentials,)`"
)]
pub trait RunsOn<S>: ServedBy<S> {
    #[doc(hidden)]
    type Refresh: RefreshTokens<S>;
}

impl<S, G: ServedBy<S>> RunsOn<S> for G
where
    <G as List>::Contains<KeyOf<RefreshToken>>: RefreshTokens<S>,
{
    type Refresh = <G as List>::Contains<KeyOf<RefreshToken>>;
}
