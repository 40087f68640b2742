//! Suspended authorization requests: put once, taken once.

use super::fault::column;
use super::row::{bytes, moment, read_client_id, read_moment};
use super::run::Database;
use crate::clock::Timestamp;
use crate::error::StoreError;
use crate::issuer::Issuer;
use crate::storage::InteractionRecord;
use crate::token::TokenHash;

pub(super) const PUT: &str = "INSERT INTO {schema}.interactions (issuer, hash, client_id, expires_at, details)
    SELECT id, $2, $3, $4, $5 FROM {schema}.issuers WHERE url {=} $1
    RETURNING true";

pub(super) const TAKE: &str = "DELETE FROM {schema}.interactions
    WHERE issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND hash {=} $2
    RETURNING client_id, expires_at, details";

pub(super) async fn put(database: &Database, issuer: &Issuer, interaction: &InteractionRecord) -> Result<(), StoreError> {
    let InteractionRecord { hash, client_id, expires_at, details } = interaction;
    database
        .row_of_issuer(issuer, &database.statements.put_interaction, |query| {
            query
                .bind(issuer.as_str())
                .bind(bytes(hash))
                .bind(client_id.as_str())
                .bind(moment(*expires_at))
                .bind(details.as_str())
        })
        .await
        .map(drop)
}

pub(super) async fn take(
    database: &Database,
    issuer: &Issuer,
    interaction: &TokenHash,
    now: Timestamp,
) -> Result<Option<InteractionRecord>, StoreError> {
    let take = &database.statements.take_interaction;
    let Some(row) = database.rows(take, |query| query.bind(issuer.as_str()).bind(bytes(interaction))).await?.pop() else {
        return Ok(None);
    };
    let (expires_at, details) = (read_moment(&row, 1)?, column(&row, 2)?);
    let taken = InteractionRecord::new(*interaction, read_client_id(&row, 0)?, expires_at, details);
    Ok(Some(taken).filter(|taken| now < taken.expires_at))
}
