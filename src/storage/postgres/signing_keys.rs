//! Signing keys: announced by one of many, withdrawn, listed.

use sqlx::postgres::PgRow;

use super::fault::column;
use super::row::{moment, read_generation, read_moment};
use super::run::{Database, Query};
use crate::storage::{AlgorithmName, Announcement, KeyRecord, KeyTimes, Kid, SealedKey};
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;

pub(super) const LIST: &str = "SELECT kid, algorithm, generation, announced_at, signs_from, signs_until, published_until,
        withdrawn_at, public, sealed, details
    FROM {schema}.signing_keys
    WHERE issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND published_until {>} $2
    ORDER BY algorithm, generation";

/// Gives no row if the issuer has no number yet.
pub(super) const ANNOUNCE: &str = "WITH own AS (
        SELECT id FROM {schema}.issuers WHERE url {=} $1
    ),
    announced AS (
        INSERT INTO {schema}.signing_keys (issuer, kid, algorithm, generation, announced_at, signs_from, signs_until, published_until,
            withdrawn_at, public, sealed, details)
        SELECT id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 FROM own
        ON CONFLICT (issuer, algorithm, generation) DO NOTHING
        RETURNING 1
    )
    SELECT EXISTS (SELECT FROM announced) FROM own";

pub(super) const WITHDRAW: &str = "UPDATE {schema}.signing_keys SET withdrawn_at = $3, sealed = ''
    WHERE issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND kid {=} $2 AND withdrawn_at IS NULL";

pub(super) async fn list(database: &Database, issuer: &Issuer, now: Timestamp) -> Result<Vec<KeyRecord>, StoreError> {
    let bind = |query: Query| query.bind(issuer.as_str()).bind(moment(now));
    let rows = database.look_up(&database.statements.list_keys, bind).await?;
    rows.iter().map(read).collect()
}

fn read(row: &PgRow) -> Result<KeyRecord, StoreError> {
    let kid = Kid::parse(column(row, 0)?).map_err(StoreError::failed)?;
    let algorithm = AlgorithmName::parse(column(row, 1)?).map_err(StoreError::failed)?;
    let times = KeyTimes::new(read_moment(row, 3)?, read_moment(row, 4)?, read_moment(row, 5)?, read_moment(row, 6)?);
    let sealed = SealedKey::from_bytes(column::<&[u8]>(row, 9)?);
    let mut key = KeyRecord::new(kid, algorithm, read_generation(row, 2)?, times, column(row, 8)?, sealed, column(row, 10)?);
    key.withdrawn_at = column::<Option<i64>>(row, 7)?.map(|_| read_moment(row, 7)).transpose()?;
    Ok(key)
}

pub(super) async fn announce(database: &Database, issuer: &Issuer, key: &KeyRecord) -> Result<Announcement, StoreError> {
    let KeyRecord { kid, algorithm, generation, times, public, sealed, details, withdrawn_at } = key;
    let bind = |query: Query| {
        let query = query.bind(issuer.as_str()).bind(kid.as_str()).bind(algorithm.as_str()).bind(i64::from(*generation));
        let times = [times.announced_at, times.signs_from, times.signs_until, times.published_until];
        let query = times.into_iter().fold(query, |query, time| query.bind(moment(time)));
        query.bind(withdrawn_at.map(moment)).bind(public.as_str()).bind(sealed.as_bytes()).bind(details.as_str())
    };
    let announced = column(&database.row_of_issuer(issuer, &database.statements.announce_key, bind).await?, 0)?;
    Ok(if announced { Announcement::Announced } else { Announcement::AnotherWas })
}

pub(super) async fn withdraw(database: &Database, issuer: &Issuer, kid: &Kid, now: Timestamp) -> Result<(), StoreError> {
    let bind = |query: Query| query.bind(issuer.as_str()).bind(kid.as_str()).bind(moment(now));
    database.rows(&database.statements.withdraw_key, bind).await.map(drop)
}
