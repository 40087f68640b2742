//! Registered clients: one row each, with the record as text.

use std::sync::Arc;

use sqlx::postgres::PgRow;

use super::fault::column;
use super::row::moment;
use super::run::{Database, Query};
use crate::client::{Client, ClientId};
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;

pub(super) const FIND: &str = "SELECT record, unused_until FROM {schema}.clients
    WHERE issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND client_id {=} $2";

pub(super) const PUT: &str = "INSERT INTO {schema}.clients (issuer, client_id, record, unused_until)
    SELECT id, $2, $3, $4 FROM {schema}.issuers WHERE url {=} $1
    ON CONFLICT (issuer, client_id) DO UPDATE SET record = excluded.record, unused_until = excluded.unused_until
    RETURNING true";

/// Gives no row if the issuer has no number yet, else whether there was room for it: fewer than $6 whose end comes after $5. With 2^32 - 1
/// nobody counts.
pub(super) const ADD: &str = "WITH there AS MATERIALIZED (
        SELECT client_id FROM {schema}.clients
        WHERE issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND unused_until {>} $5
        LIMIT CASE WHEN $6 {<} 4294967295 THEN $6 ELSE 0 END
    ),
    here AS MATERIALIZED (
        SELECT id, (SELECT pg_catalog.count(*) FROM there) {<} $6 AS has_room FROM {schema}.issuers WHERE url {=} $1
    ),
    added AS (
        INSERT INTO {schema}.clients (issuer, client_id, record, unused_until) SELECT id, $2, $3, $4 FROM here WHERE has_room
    )
    SELECT has_room FROM here";

/// In place of the text $3, and of no other. The end is not moved back.
pub(super) const REPLACE: &str = "UPDATE {schema}.clients SET record = $4, unused_until = CASE
        WHEN $5 IS NULL OR unused_until IS NULL OR unused_until {<} $5 THEN $5 ELSE unused_until END
    WHERE issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND client_id {=} $2 AND record {=} $3 RETURNING true";

pub(super) const KEEP: &str = "UPDATE {schema}.clients SET unused_until = $3
    WHERE issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND client_id {=} $2 AND unused_until {<} $3 RETURNING true";

pub(super) const REMOVE: &str = "DELETE FROM {schema}.clients
    WHERE issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND client_id {=} $2 RETURNING true";

/// The column compares bytes.
pub(super) const LIST: &str = "SELECT record, unused_until FROM {schema}.clients
    WHERE issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND client_id {>} $2 ORDER BY client_id LIMIT $3";

pub(super) async fn find(database: &Database, issuer: &Issuer, id: &str) -> Result<Option<Arc<Client>>, StoreError> {
    let find = &database.statements.find_client;
    let found = database.look_up(find, |query| query.bind(issuer.as_str()).bind(id)).await?;
    found.first().map(read).transpose()
}

/// From the columns record and unused_until.
fn read(row: &PgRow) -> Result<Arc<Client>, StoreError> {
    let end: Option<i64> = column(row, 1)?;
    let end = end.map(|end| Timestamp::from_unix(end.try_into().unwrap_or(0)));
    Ok(Arc::new(Client::from_json(column(row, 0)?)?.with_unused_until(end)))
}

fn end(client: &Client) -> Option<i64> {
    client.unused_until().map(moment)
}

pub(super) async fn put(database: &Database, issuer: &Issuer, client: &Client) -> Result<(), StoreError> {
    let record = client.to_json()?;
    let put = &database.statements.put_client;
    let bind = |query: Query| {
        query.bind(issuer.as_str().to_owned()).bind(client.id().as_str().to_owned()).bind(record.clone()).bind(end(client))
    };
    database.row_of_issuer(issuer, put, bind).await.map(drop)
}

pub(super) async fn add(
    database: &Database,
    issuer: &Issuer,
    client: &Client,
    room: u32,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let record = client.to_json()?;
    let bind = |query: Query| {
        let query = query.bind(issuer.as_str().to_owned()).bind(client.id().as_str().to_owned()).bind(record.clone());
        query.bind(end(client)).bind(moment(now)).bind(i64::from(room))
    };
    let row = database.row_of_issuer(issuer, &database.statements.add_client, bind).await?;
    column(&row, 0)
}

pub(super) async fn replace(database: &Database, issuer: &Issuer, was: &Client, client: &Client) -> Result<bool, StoreError> {
    let find = &database.statements.find_client;
    let id = client.id().as_str();
    let kept = database.look_up(find, |query| query.bind(issuer.as_str()).bind(id)).await?;
    let Some(kept) = kept.first() else { return Ok(false) };
    // As it was written, which may have been an earlier release: that text must still be there when it is replaced.
    let (text, record): (String, _) = (column(kept, 0)?, client.to_json()?);
    if Client::from_json(&text)?.to_json()? != was.to_json()? {
        return Ok(false);
    }
    let bind = |query: Query| {
        let query = query.bind(issuer.as_str().to_owned()).bind(id.to_owned()).bind(text.clone());
        query.bind(record.clone()).bind(end(client))
    };
    Ok(!database.rows(&database.statements.replace_client, bind).await?.is_empty())
}

pub(super) async fn keep(database: &Database, issuer: &Issuer, id: &ClientId, until: Timestamp) -> Result<(), StoreError> {
    let keep = &database.statements.keep_client;
    let bind = |query: Query| query.bind(issuer.as_str().to_owned()).bind(id.as_str().to_owned()).bind(moment(until));
    database.rows(keep, bind).await.map(drop)
}

pub(super) async fn remove(database: &Database, issuer: &Issuer, id: &ClientId) -> Result<bool, StoreError> {
    let remove = &database.statements.remove_client;
    let removed = database.rows(remove, |query| query.bind(issuer.as_str()).bind(id.as_str())).await?;
    Ok(!removed.is_empty())
}

pub(super) async fn list(
    database: &Database,
    issuer: &Issuer,
    after: Option<&ClientId>,
    limit: u32,
) -> Result<Vec<Arc<Client>>, StoreError> {
    // No identifier is empty, so all come after the empty text.
    let after = after.map_or("", ClientId::as_str);
    let list = &database.statements.list_clients;
    let rows = database.look_up(list, |query| query.bind(issuer.as_str()).bind(after).bind(i64::from(limit))).await?;
    rows.iter().map(read).collect()
}
