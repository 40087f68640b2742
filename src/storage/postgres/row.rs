//! Values of the contract as PostgreSQL keeps them, and the rows that several operations need.

use sqlx::postgres::PgRow;

use super::fault::column;
use super::run::Query;
use crate::client::ClientId;
use crate::storage::issue::foreign_row;
use crate::storage::{FamilyId, FamilyState, Issue, Outliving, TokenRecord};
use crate::values::bearer::{RotationSalt, TokenHash};
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;

/// A moment. PostgreSQL counts with a sign, so the last moments that a [`Timestamp`] can be are one.
pub(super) fn moment(moment: Timestamp) -> i64 {
    i64::try_from(moment.as_unix()).unwrap_or(i64::MAX)
}

pub(super) fn read_moment(row: &PgRow, index: usize) -> Result<Timestamp, StoreError> {
    let seconds: i64 = column(row, index)?;
    u64::try_from(seconds).map(Timestamp::from_unix).map_err(StoreError::failed)
}

fn read_bytes<const N: usize>(row: &PgRow, index: usize) -> Result<[u8; N], StoreError> {
    column::<&[u8]>(row, index)?.try_into().map_err(StoreError::failed)
}

pub(super) fn read_id(bytes: &[u8]) -> Result<FamilyId, StoreError> {
    bytes.try_into().map(FamilyId::from_bytes).map_err(StoreError::failed)
}

pub(super) fn read_hash(row: &PgRow, index: usize) -> Result<TokenHash, StoreError> {
    Ok(TokenHash::from_bytes(read_bytes(row, index)?))
}

pub(super) fn read_client_id(row: &PgRow, index: usize) -> Result<ClientId, StoreError> {
    ClientId::parse(column::<&str>(row, index)?).map_err(StoreError::failed)
}

pub(super) fn read_generation(row: &PgRow, index: usize) -> Result<u32, StoreError> {
    u32::try_from(column::<i64>(row, index)?).map_err(StoreError::failed)
}

/// The first columns of every look-up: what the family says of a row in it.
pub(super) struct OfFamily {
    pub(super) id: FamilyId,
    pub(super) client_id: ClientId,
    pub(super) state: FamilyState,
}

impl OfFamily {
    /// Nothing if an ancestor is gone. What outlived the rotations is in the column `outliving`, behind those of the row.
    pub(super) fn read(row: &PgRow, outliving: usize) -> Result<Option<Self>, StoreError> {
        let Some(revoked) = column(row, 2)? else { return Ok(None) };
        let outliving = column::<Option<&str>>(row, outliving)?.map(Outliving::from_json).transpose()?;
        let state = FamilyState::new(revoked, read_generation(row, 3)?).with_outliving(outliving);
        Ok(Some(Self { id: read_id(column(row, 0)?)?, client_id: read_client_id(row, 1)?, state }))
    }
}

/// What a statement that stores rows decided.
pub(super) struct Decision {
    pub(super) outcome: String,
    pub(super) salt: Option<RotationSalt>,
}

impl Decision {
    /// Reads the row that `sql/insert_issue.sql` gives. `storing` are the outcomes in which rows are to be stored.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if rows were to be stored that belong to another family or client.
    pub(super) fn read(row: &PgRow, storing: &[&str]) -> Result<Self, StoreError> {
        let (outcome, stored): (String, bool) = (column(row, 0)?, column(row, 1)?);
        if storing.contains(&&*outcome) && !stored {
            return Err(foreign_row());
        }
        let salt = column::<Option<&[u8]>>(row, 2)?.map(<[u8; 32]>::try_from).transpose().map_err(StoreError::failed)?;
        Ok(Self { outcome, salt: salt.map(RotationSalt::from_bytes) })
    }

    /// The statement and this code know different outcomes.
    pub(super) fn unknown(self) -> StoreError {
        StoreError::failed(format!("PostgreSQL decided `{}`", self.outcome))
    }
}

/// The rows of an issue, ready to be bound as often as a statement is tried.
pub(super) struct Rows<'a> {
    issue: &'a Issue,
    code_details: Option<String>,
    access_token_details: Option<String>,
    refresh_token_details: Option<String>,
    owner: Option<(FamilyId, &'a ClientId)>,
}

impl<'a> Rows<'a> {
    /// # Errors
    ///
    /// [`StoreError::Failed`] if the rows do not all belong to one family and one client.
    pub(super) fn new(issue: &'a Issue) -> Result<Self, StoreError> {
        let details = |token: &Option<TokenRecord>| token.as_ref().map(|token| token.details.to_json()).transpose();
        let owner = issue.owners().next();
        if let Some((family, client_id)) = owner {
            issue.check_owner(&family, client_id)?;
        }
        Ok(Self {
            issue,
            code_details: issue.code.as_ref().map(|code| code.details.to_json()).transpose()?,
            access_token_details: details(&issue.access_token)?,
            refresh_token_details: details(&issue.refresh_token)?,
            owner,
        })
    }

    /// Binds $1 to $15, as `sql/insert_issue.sql` has them.
    pub(super) fn bind(&self, query: Query, issuer: &Issuer) -> Query {
        let Issue { code, access_token, refresh_token, keep_family_until } = self.issue;
        let query = query.bind(issuer.as_str()).bind(moment(*keep_family_until));
        let query = query
            .bind(code.as_ref().map(|code| bytes(&code.hash)))
            .bind(code.as_ref().map(|code| moment(code.expires_at)))
            .bind(self.code_details.as_deref());
        let query = bind_token(query, access_token.as_ref(), self.access_token_details.as_deref());
        bind_token(query, refresh_token.as_ref(), self.refresh_token_details.as_deref())
    }

    /// Binds the family and the client to which the rows belong: two values.
    pub(super) fn bind_owner(&self, query: Query) -> Query {
        let (family, client_id) = self.owner.unzip();
        query.bind(family.as_ref().map(family_bytes)).bind(client_id.map(ClientId::as_str))
    }
}

fn bind_token(query: Query, token: Option<&TokenRecord>, details: Option<&str>) -> Query {
    query
        .bind(token.map(|token| bytes(&token.hash)))
        .bind(token.map(|token| i64::from(token.generation)))
        .bind(token.map(|token| moment(token.issued_at)))
        .bind(token.map(|token| moment(token.expires_at)))
        .bind(details)
}

pub(super) fn bytes(hash: &TokenHash) -> &[u8] {
    hash.as_bytes()
}

pub(super) fn family_bytes(id: &FamilyId) -> &[u8] {
    id.as_bytes()
}
