//! Registered clients: one row each, with the record as text.

use std::sync::Arc;

use super::fault::column;
use super::run::Database;
use crate::client::Client;
use crate::error::StoreError;
use crate::issuer::Issuer;

pub(super) const FIND: &str = "SELECT record FROM {schema}.clients
    WHERE issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND client_id {=} $2";

pub(super) const PUT: &str = "INSERT INTO {schema}.clients (issuer, client_id, record)
    SELECT id, $2, $3 FROM {schema}.issuers WHERE url {=} $1
    ON CONFLICT (issuer, client_id) DO UPDATE SET record = excluded.record
    RETURNING true";

pub(super) async fn find(database: &Database, issuer: &Issuer, id: &str) -> Result<Option<Arc<Client>>, StoreError> {
    let find = &database.statements.find_client;
    let found = database.look_up(find, |query| query.bind(issuer.as_str()).bind(id)).await?;
    found.first().map(|row| Client::from_json(column(row, 0)?).map(Arc::new)).transpose()
}

pub(super) async fn put(database: &Database, issuer: &Issuer, client: &Client) -> Result<(), StoreError> {
    let record = client.to_json()?;
    let put = &database.statements.put_client;
    database
        .row_of_issuer(issuer, put, |query| query.bind(issuer.as_str()).bind(client.id().as_str()).bind(&*record))
        .await
        .map(drop)
}
