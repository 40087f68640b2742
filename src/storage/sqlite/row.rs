//! Values of the contract as SQLite keeps them, and the rows that several operations need.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, Type, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::fault::{Fault, taken};
use super::kin;
use super::retry_keys::{MaskedSalt, Rotated};
use crate::client::ClientId;
use crate::storage::{FamilyId, FamilyRecord, FamilyState, Issue, Outliving, TokenRecord};
use crate::values::bearer::TokenHash;
use crate::values::clock::Timestamp;
use crate::values::issuer::Issuer;

/// A moment. SQLite counts with a sign, so the last moments that a [`Timestamp`] can be are one.
#[derive(Clone, Copy)]
pub(super) struct Moment(pub(super) Timestamp);

impl ToSql for Moment {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(i64::try_from(self.0.as_unix()).unwrap_or(i64::MAX).into())
    }
}

impl FromSql for Moment {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let seconds = value.as_i64()?;
        let seconds = u64::try_from(seconds).map_err(|_| FromSqlError::OutOfRange(seconds))?;
        Ok(Self(Timestamp::from_unix(seconds)))
    }
}

/// A hash, a masked salt, an identifier.
#[derive(Clone, Copy)]
pub(super) struct Bytes<const N: usize>(pub(super) [u8; N]);

impl<const N: usize> ToSql for Bytes<N> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(&self.0)))
    }
}

impl<const N: usize> FromSql for Bytes<N> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let blob = value.as_blob()?;
        let bytes = blob.try_into().map_err(|_| FromSqlError::InvalidBlobSize { expected_size: N, blob_size: blob.len() })?;
        Ok(Self(bytes))
    }
}

pub(super) const fn hash(hash: &TokenHash) -> Bytes<32> {
    Bytes(*hash.as_bytes())
}

pub(super) const fn family_id(id: &FamilyId) -> Bytes<16> {
    Bytes(*id.as_bytes())
}

/// A column with a text that one of the library's types reads.
pub(super) fn parsed<T, E>(row: &Row<'_>, column: usize, parse: impl FnOnce(&str) -> Result<T, E>) -> rusqlite::Result<T>
where
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let text = row.get_ref(column)?.as_str()?;
    parse(text).map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error.into()))
}

/// The number of an issuer that is about to get a row.
pub(super) fn issuer_number(connection: &Connection, issuer: &Issuer) -> Result<i64, Fault> {
    let mut known = connection.prepare_cached("SELECT id FROM issuers WHERE url = ?1")?;
    if let Some(number) = known.query_row([issuer.as_str()], |row| row.get(0)).optional()? {
        return Ok(number);
    }
    connection.prepare_cached("INSERT INTO issuers (url) VALUES (?1)")?.execute([issuer.as_str()])?;
    Ok(connection.last_insert_rowid())
}

/// A family as the operations on codes and refresh tokens need it.
pub(super) struct Family {
    /// Its position in the table, to which rows refer.
    pub(super) number: i64,
    pub(super) issuer: i64,
    pub(super) id: FamilyId,
    pub(super) client_id: ClientId,
    pub(super) keep_until: Timestamp,
    pub(super) parent: Option<FamilyId>,
    /// None of its ancestors is gone.
    has_ancestors: bool,
    pub(super) state: FamilyState,
    /// Not there once nobody may retry.
    pub(super) salt: Option<MaskedSalt>,
    pub(super) retry_until: Option<Timestamp>,
}

impl Family {
    /// How many columns [`read`](Self::read) reads.
    pub(super) const WIDTH: usize = 11;

    /// These columns, from a table `f`.
    pub(super) const COLUMNS: &'static str = concat!(
        "f.id, f.issuer, f.family, f.client_id, f.keep_until, ",
        kin::is_revoked!(),
        ", f.generation, f.masked_salt, f.retry_until, f.parent, f.outliving"
    );

    /// Where the columns after these are.
    pub(super) fn columns_after<const N: usize>() -> [usize; N] {
        std::array::from_fn(|column| Self::WIDTH + column)
    }

    /// One that is about to begin.
    pub(super) fn beginning(number: i64, issuer: i64, record: &FamilyRecord, keep_until: Timestamp) -> Self {
        Self {
            number,
            issuer,
            id: record.id,
            client_id: record.client_id.clone(),
            keep_until,
            parent: record.parent,
            has_ancestors: true,
            state: FamilyState::new(false, 0),
            salt: None,
            retry_until: None,
        }
    }

    /// Reads the columns, which are the first of the row.
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let revoked: Option<bool> = row.get(5)?;
        let outliving = match row.get_ref(10)? {
            ValueRef::Null => None,
            _ => Some(parsed(row, 10, Outliving::from_json)?),
        };
        Ok(Self {
            number: row.get(0)?,
            issuer: row.get(1)?,
            id: FamilyId::from_bytes(row.get::<_, Bytes<16>>(2)?.0),
            client_id: parsed(row, 3, ClientId::parse)?,
            keep_until: row.get::<_, Moment>(4)?.0,
            parent: row.get::<_, Option<Bytes<16>>>(9)?.map(|id| FamilyId::from_bytes(id.0)),
            has_ancestors: revoked.is_some(),
            state: FamilyState::new(revoked.unwrap_or(true), row.get(6)?).with_outliving(outliving),
            salt: row.get(7)?,
            retry_until: row.get::<_, Option<Moment>>(8)?.map(|moment| moment.0),
        })
    }

    /// The one with this identifier, forgotten or not.
    pub(super) fn find(connection: &Connection, issuer: i64, id: &FamilyId) -> Result<Option<Self>, Fault> {
        let query = format!("SELECT {} FROM families f WHERE f.family = ?1 AND f.issuer = ?2", Self::COLUMNS);
        Ok(connection.prepare_cached(&query)?.query_row((family_id(id), issuer), Self::read).optional()?)
    }

    pub(super) fn is_remembered(&self, now: Timestamp) -> bool {
        now < self.keep_until && self.has_ancestors
    }

    /// A rotation of it, as its salt is masked.
    pub(super) fn rotated(&self, generation: u32) -> Rotated {
        Rotated { issuer: self.issuer, family: self.id, generation }
    }

    pub(super) fn revoke(&self, connection: &Connection) -> Result<(), Fault> {
        let revoke = "UPDATE families SET revoked = 1, masked_salt = NULL, retry_until = NULL WHERE id = ?1";
        connection.prepare_cached(revoke)?.execute([self.number])?;
        Ok(())
    }

    pub(super) fn keep_until(&self, connection: &Connection, moment: Timestamp) -> Result<(), Fault> {
        // Most often the moment is a later one; where it is not, nothing is written.
        let keep = "UPDATE families SET keep_until = ?2 WHERE id = ?1 AND keep_until < ?2";
        connection.prepare_cached(keep)?.execute((self.number, Moment(moment)))?;
        self.keep_ancestors_until(connection, moment)
    }

    pub(super) fn keep_ancestors_until(&self, connection: &Connection, moment: Timestamp) -> Result<(), Fault> {
        self.parent.map_or(Ok(()), |parent| kin::keep(connection, self.issuer, &parent, moment))
    }

    /// Stores rows that descend from the family.
    pub(super) fn insert(&self, connection: &Connection, issue: &Issue) -> Result<(), Fault> {
        let Issue { code, access_token, refresh_token, .. } = issue;
        issue.check_owner(&self.id, &self.client_id)?;
        if let Some(code) = code {
            let details = code.details.to_json()?;
            let insert = "INSERT INTO codes (hash, issuer, family, expires_at, details) VALUES (?1, ?2, ?3, ?4, ?5)";
            let values = (hash(&code.hash), self.issuer, self.number, Moment(code.expires_at), details);
            connection.prepare_cached(insert)?.execute(values).map_err(taken(HASH_TAKEN))?;
        }
        let tokens = [("access_tokens", access_token), ("refresh_tokens", refresh_token)];
        tokens.into_iter().try_for_each(|(table, token)| match token {
            Some(token) => self.insert_token(connection, table, token),
            None => Ok(()),
        })
    }

    fn insert_token(&self, connection: &Connection, table: &'static str, token: &TokenRecord) -> Result<(), Fault> {
        // Most tokens say what their family says; it is kept once.
        let insert = format!(
            "INSERT INTO {table} (hash, issuer, family, generation, issued_at, expires_at, details)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, nullif(?7, (SELECT details FROM families WHERE id = ?3)))"
        );
        let (issued_at, expires_at) = (Moment(token.issued_at), Moment(token.expires_at));
        let details = token.details.to_json()?;
        let values = (hash(&token.hash), self.issuer, self.number, token.generation, issued_at, expires_at, details);
        connection.prepare_cached(&insert)?.execute(values).map_err(taken(HASH_TAKEN))?;
        Ok(())
    }
}

const HASH_TAKEN: &str = "the hash of a row to be stored is taken";
