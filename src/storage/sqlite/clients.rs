//! Registered clients: one row each, with the record as text.

use std::sync::Arc;

use rusqlite::{Connection, Row};

use super::fault::{Fault, taken};
use super::row::{Moment, issuer_number};
use crate::client::{Client, ClientId};
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;

pub(super) fn find(connection: &Connection, issuer: &Issuer, id: &str) -> Result<Option<Arc<Client>>, Fault> {
    let mut find = connection.prepare_cached(FIND)?;
    let mut rows = find.query((issuer.as_str(), id))?;
    rows.next()?.map(read).transpose()
}

const FIND: &str =
    "SELECT record, unused_until FROM clients WHERE issuer = (SELECT id FROM issuers WHERE url = ?1) AND client_id = ?2";

/// From the columns record and unused_until.
fn read(row: &Row<'_>) -> Result<Arc<Client>, Fault> {
    let record = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
    let end: Option<Moment> = row.get(1)?;
    Ok(Arc::new(Client::from_json(record)?.with_unused_until(end.map(|end| end.0))))
}

/// A client as it is kept.
pub(super) struct Kept {
    id: ClientId,
    pub(super) record: String,
    end: Option<Timestamp>,
}

impl Kept {
    pub(super) fn new(client: &Client) -> Result<Self, StoreError> {
        Ok(Self { id: client.id().clone(), record: client.to_json()?, end: client.unused_until() })
    }
}

pub(super) fn put(connection: &Connection, issuer: &Issuer, client: &Kept) -> Result<(), Fault> {
    let put = "INSERT INTO clients (issuer, client_id, record, unused_until) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (issuer, client_id) DO UPDATE SET record = excluded.record, unused_until = excluded.unused_until";
    let number = issuer_number(connection, issuer)?;
    connection.prepare_cached(put)?.execute((number, client.id.as_str(), &client.record, client.end.map(Moment)))?;
    Ok(())
}

pub(super) fn add(connection: &Connection, issuer: &Issuer, client: &Kept, room: u32, now: Timestamp) -> Result<bool, Fault> {
    let number = issuer_number(connection, issuer)?;
    if room < u32::MAX {
        let count = "SELECT count(*) FROM (SELECT 1 FROM clients WHERE issuer = ?1 AND unused_until > ?2 LIMIT ?3)";
        let there: u32 = connection.prepare_cached(count)?.query_row((number, Moment(now), room), |row| row.get(0))?;
        if there >= room {
            return Ok(false);
        }
    }
    let add = "INSERT INTO clients (issuer, client_id, record, unused_until) VALUES (?1, ?2, ?3, ?4)";
    let values = (number, client.id.as_str(), &client.record, client.end.map(Moment));
    connection.prepare_cached(add)?.execute(values).map_err(taken("the identifier of a client is taken"))?;
    Ok(true)
}

/// `was` is the text that has to be there.
pub(super) fn replace(connection: &Connection, issuer: &Issuer, was: &str, client: &Kept) -> Result<bool, Fault> {
    let Some(kept) = find(connection, issuer, client.id.as_str())? else { return Ok(false) };
    // Not as it was written, which may have been an earlier release.
    if kept.to_json()? != was {
        return Ok(false);
    }
    let end = client.end.map(|end| kept.unused_until().map_or(end, |kept| kept.max(end)));
    let replace = "UPDATE clients SET record = ?3, unused_until = ?4
                   WHERE issuer = (SELECT id FROM issuers WHERE url = ?1) AND client_id = ?2";
    connection.prepare_cached(replace)?.execute((issuer.as_str(), client.id.as_str(), &client.record, end.map(Moment)))?;
    Ok(true)
}

pub(super) fn keep(connection: &Connection, issuer: &Issuer, id: &ClientId, until: Timestamp) -> Result<(), Fault> {
    let keep = "UPDATE clients SET unused_until = ?3
                WHERE issuer = (SELECT id FROM issuers WHERE url = ?1) AND client_id = ?2 AND unused_until < ?3";
    connection.prepare_cached(keep)?.execute((issuer.as_str(), id.as_str(), Moment(until)))?;
    Ok(())
}

pub(super) fn remove(connection: &Connection, issuer: &Issuer, id: &ClientId) -> Result<bool, Fault> {
    let remove = "DELETE FROM clients WHERE issuer = (SELECT id FROM issuers WHERE url = ?1) AND client_id = ?2";
    Ok(connection.prepare_cached(remove)?.execute((issuer.as_str(), id.as_str()))? > 0)
}

/// Those that come after this one, by the bytes of their identifiers, as a text is compared here.
pub(super) fn list(
    connection: &Connection,
    issuer: &Issuer,
    after: Option<&ClientId>,
    limit: u32,
) -> Result<Vec<Arc<Client>>, Fault> {
    let query = "SELECT record, unused_until FROM clients
                 WHERE issuer = (SELECT id FROM issuers WHERE url = ?1) AND client_id > ?2 ORDER BY client_id LIMIT ?3";
    let mut list = connection.prepare_cached(query)?;
    // No identifier is empty, so all come after the empty text.
    let mut rows = list.query((issuer.as_str(), after.map_or("", ClientId::as_str), limit))?;
    let mut clients = Vec::new();
    while let Some(row) = rows.next()? {
        clients.push(read(row)?);
    }
    Ok(clients)
}
