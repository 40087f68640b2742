//! What is stored in one step: the rows that are issued, and the rotation that they may be part of.

use super::{CodeRecord, FamilyId, Outliving, TokenRecord};
use crate::client::ClientId;
use crate::values::bearer::{RotationSalt, TokenHash};
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;

/// Rows to be stored in one step, or not at all. Whatever is `None` is not there: a server without the refresh token grant
/// never hands a refresh token to its store.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Issue {
    /// An authorization code.
    pub code: Option<CodeRecord>,
    /// An access token.
    pub access_token: Option<TokenRecord>,
    /// A refresh token.
    pub refresh_token: Option<TokenRecord>,
    /// The family must be remembered at least until then, revoked or not: the latest expiry of these rows. A store keeps the
    /// maximum of all it was told.
    pub keep_family_until: Timestamp,
}

impl Issue {
    /// These rows, with their family to be remembered until the last of them has expired.
    #[must_use]
    pub fn new(code: Option<CodeRecord>, access_token: Option<TokenRecord>, refresh_token: Option<TokenRecord>) -> Self {
        let expiries = [
            code.as_ref().map(|code| code.expires_at),
            access_token.as_ref().map(|token| token.expires_at),
            refresh_token.as_ref().map(|token| token.expires_at),
        ];
        let keep_family_until = expiries.into_iter().flatten().max().unwrap_or(Timestamp::from_unix(0));
        Self { code, access_token, refresh_token, keep_family_until }
    }

    /// Bytes of memory that it holds on to, about; rows may share some of them.
    #[cfg(feature = "sqlite")]
    pub(crate) fn size(&self) -> usize {
        let code = self.code.as_ref().map_or(0, |code| code.details.size());
        let tokens = self.access_token.iter().chain(&self.refresh_token);
        tokens.map(|token| token.details.size()).sum::<usize>() + code
    }

    /// The family and the client of each row.
    pub(crate) fn owners(&self) -> impl Iterator<Item = (FamilyId, &ClientId)> {
        let tokens = self.access_token.iter().chain(&self.refresh_token);
        let code = self.code.iter().map(|row| (row.family, &row.client_id));
        code.chain(tokens.map(|row| (row.family, &row.client_id)))
    }

    /// # Errors
    ///
    /// [`StoreError::Failed`] if a row belongs to another family or client.
    pub(crate) fn check_owner(&self, family: &FamilyId, client_id: &ClientId) -> Result<(), StoreError> {
        if self.owners().all(|owner| owner == (*family, client_id)) { Ok(()) } else { Err(foreign_row()) }
    }
}

pub(crate) fn foreign_row() -> StoreError {
    StoreError::failed("a row to be stored belongs to another family or client")
}

/// A rotation that the library proposes (see [`RefreshTokenStore::rotate_refresh_token`]).
///
/// [`RefreshTokenStore::rotate_refresh_token`]: crate::storage::RefreshTokenStore::rotate_refresh_token
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RotationProposal {
    /// The hash of the refresh token that the client presented.
    pub presented: TokenHash,
    /// Its family.
    pub family: FamilyId,
    /// The generation in which it was issued. It is the current one of the family, or this is a retry or a replay.
    pub generation: u32,
    /// To be kept with the family until `retry_until`, then erased. `None` where the token stays what it is, and only an access token
    /// is renewed.
    pub salt: Option<RotationSalt>,
    /// Until then, exclusive, the same token may be presented again. Equal to `now` when retries are off.
    pub retry_until: Timestamp,
    /// The successor and its access token, both of generation `generation + 1`. On a retry only the access token is
    /// stored: the successor is there already. Where the token stays what it is: an access token of its generation, and no refresh
    /// token.
    pub issue: Issue,
    /// Which access tokens outlive the rotation: to be kept with the family in place of what was said before, also if it is `None`.
    pub outliving: Option<Outliving>,
}
