//! Suspended authorization requests: put once, taken once.

use rusqlite::{Connection, OptionalExtension as _};

use super::fault::{Fault, taken};
use super::row::{Moment, hash, issuer_number, parsed};
use crate::client::ClientId;
use crate::clock::Timestamp;
use crate::issuer::Issuer;
use crate::storage::InteractionRecord;
use crate::token::TokenHash;

pub(super) fn put(connection: &Connection, issuer: &Issuer, interaction: &InteractionRecord) -> Result<(), Fault> {
    let InteractionRecord { hash: key, client_id, expires_at, details } = interaction;
    let put = "INSERT INTO interactions (hash, issuer, client_id, expires_at, details) VALUES (?1, ?2, ?3, ?4, ?5)";
    let number = issuer_number(connection, issuer)?;
    let values = (hash(key), number, client_id.as_str(), Moment(*expires_at), details);
    connection.prepare_cached(put)?.execute(values).map_err(taken("the hash of a suspended request is taken"))?;
    Ok(())
}

pub(super) fn take(
    connection: &Connection,
    issuer: &Issuer,
    interaction: &TokenHash,
    now: Timestamp,
) -> Result<Option<InteractionRecord>, Fault> {
    let take = "DELETE FROM interactions WHERE hash = ?1 AND issuer = (SELECT id FROM issuers WHERE url = ?2)
                RETURNING client_id, expires_at, details";
    let taken = connection.prepare_cached(take)?.query_row((hash(interaction), issuer.as_str()), |row| {
        let expires_at = row.get::<_, Moment>(1)?.0;
        Ok(InteractionRecord::new(*interaction, parsed(row, 0, ClientId::parse)?, expires_at, row.get(2)?))
    });
    Ok(taken.optional()?.filter(|interaction| now < interaction.expires_at))
}
