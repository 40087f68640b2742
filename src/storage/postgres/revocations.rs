//! Everything of a person or a client ends. What an instance whose clock is ahead takes for forgotten lives for others, and is revoked too.

use super::fault::column;
use super::row::moment;
use super::run::{Database, Query};
use crate::client::ClientId;
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;
use crate::values::subject::Subject;

/// So many families are looked at in one statement.
const PORTION: i64 = 1_000;

/// The index of subjects finds them.
pub(super) const OF_SUBJECT: &str = "WITH revoked AS (
        UPDATE {schema}.families SET revoked = true, salt = NULL, retry_until = NULL
        WHERE issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND subject {=} $2 AND NOT revoked AND keep_until {>} {of_purge:$3}
        RETURNING 1
    )
    SELECT pg_catalog.count(*) FROM revoked";

pub(super) const REQUESTS: &str = "DELETE FROM {schema}.pending
    WHERE issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND client_id {=} $2";

pub(super) async fn of_subject(
    database: &Database,
    issuer: &Issuer,
    subject: &Subject,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let bind = |query: Query| query.bind(issuer.as_str()).bind(subject.as_str().as_bytes()).bind(moment(now));
    let row = database.rows(&database.statements.revoke_of_subject, bind).await?.pop();
    row.map_or(Ok(0), |row| count(column(&row, 0)?))
}

pub(super) async fn of_client(
    database: &Database,
    issuer: &Issuer,
    client_id: &ClientId,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let requests = &database.statements.remove_requests;
    database.rows(requests, |query| query.bind(issuer.as_str()).bind(client_id.as_str())).await?;
    let (mut revoked, mut after) = (0, Vec::new());
    loop {
        let bind = |query: Query| {
            let query = query.bind(issuer.as_str()).bind(&*after).bind(PORTION);
            query.bind(client_id.as_str()).bind(moment(now))
        };
        let Some(row) = database.rows(&database.statements.revoke_of_client, bind).await?.pop() else { return Ok(revoked) };
        revoked += count(column(&row, 0)?)?;
        let Some(last) = column::<Option<&[u8]>>(&row, 1)? else { return Ok(revoked) };
        after = last.to_vec();
    }
}

fn count(rows: i64) -> Result<u64, StoreError> {
    u64::try_from(rows).map_err(StoreError::failed)
}
