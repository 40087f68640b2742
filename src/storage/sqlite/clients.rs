//! Registered clients: one row each, with the record as text.

use std::sync::Arc;

use rusqlite::Connection;

use super::fault::Fault;
use super::row::issuer_number;
use crate::client::{Client, ClientId};
use crate::issuer::Issuer;

pub(super) fn find(connection: &Connection, issuer: &Issuer, id: &str) -> Result<Option<Arc<Client>>, Fault> {
    let query = "SELECT record FROM clients WHERE issuer = (SELECT id FROM issuers WHERE url = ?1) AND client_id = ?2";
    let mut find = connection.prepare_cached(query)?;
    let mut rows = find.query((issuer.as_str(), id))?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let record = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
    Ok(Some(Arc::new(Client::from_json(record)?)))
}

pub(super) fn put(connection: &Connection, issuer: &Issuer, id: &ClientId, record: &str) -> Result<(), Fault> {
    let put = "INSERT INTO clients (issuer, client_id, record) VALUES (?1, ?2, ?3)
               ON CONFLICT (issuer, client_id) DO UPDATE SET record = excluded.record";
    let number = issuer_number(connection, issuer)?;
    connection.prepare_cached(put)?.execute((number, id.as_str(), record))?;
    Ok(())
}
