//! Signing keys: announced by one of many, withdrawn, listed.

use rusqlite::{Connection, Row};

use super::fault::{Fault, taken};
use super::row::{Moment, issuer_number, parsed};
use crate::storage::{AlgorithmName, Announcement, KeyRecord, KeyTimes, Kid, SealedKey};
use crate::values::clock::Timestamp;
use crate::values::issuer::Issuer;

pub(super) fn list(connection: &Connection, issuer: &Issuer, now: Timestamp) -> Result<Vec<KeyRecord>, Fault> {
    let query = "SELECT kid, algorithm, generation, announced_at, signs_from, signs_until, published_until, withdrawn_at, public,
                     sealed, details FROM signing_keys
                 WHERE issuer = (SELECT id FROM issuers WHERE url = ?1) AND published_until > ?2 ORDER BY algorithm, generation";
    let mut list = connection.prepare_cached(query)?;
    let keys = list.query_map((issuer.as_str(), Moment(now)), read)?.collect::<Result<_, _>>()?;
    Ok(keys)
}

fn read(row: &Row<'_>) -> rusqlite::Result<KeyRecord> {
    let moment = |column: usize| Ok::<_, rusqlite::Error>(row.get::<_, Moment>(column)?.0);
    let (kid, algorithm) = (parsed(row, 0, Kid::parse)?, parsed(row, 1, AlgorithmName::parse)?);
    let times = KeyTimes::new(moment(3)?, moment(4)?, moment(5)?, moment(6)?);
    let sealed = SealedKey::from_bytes(row.get::<_, Vec<u8>>(9)?);
    let mut key = KeyRecord::new(kid, algorithm, row.get(2)?, times, row.get(8)?, sealed, row.get(10)?);
    key.withdrawn_at = row.get::<_, Option<Moment>>(7)?.map(|moment| moment.0);
    Ok(key)
}

pub(super) fn announce(connection: &Connection, issuer: &Issuer, key: &KeyRecord) -> Result<Announcement, Fault> {
    let KeyRecord { kid, algorithm, generation, times, public, sealed, details, withdrawn_at } = key;
    let issuer = issuer_number(connection, issuer)?;
    let is_there = "SELECT 1 FROM signing_keys WHERE issuer = ?1 AND algorithm = ?2 AND generation = ?3";
    if connection.prepare_cached(is_there)?.exists((issuer, algorithm.as_str(), generation))? {
        return Ok(Announcement::AnotherWas);
    }
    let insert =
        "INSERT INTO signing_keys (issuer, kid, algorithm, generation, announced_at, signs_from, signs_until, published_until,
                      withdrawn_at, public, sealed, details) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    let values = rusqlite::params![
        issuer,
        kid.as_str(),
        algorithm.as_str(),
        generation,
        Moment(times.announced_at),
        Moment(times.signs_from),
        Moment(times.signs_until),
        Moment(times.published_until),
        withdrawn_at.map(Moment),
        public,
        sealed.as_bytes(),
        details
    ];
    connection.prepare_cached(insert)?.execute(values).map_err(taken("the identifier of a key is taken"))?;
    Ok(Announcement::Announced)
}

pub(super) fn withdraw(connection: &Connection, issuer: &Issuer, kid: &Kid, now: Timestamp) -> Result<(), Fault> {
    let withdraw = "UPDATE signing_keys SET withdrawn_at = ?3, sealed = x''
                    WHERE issuer = (SELECT id FROM issuers WHERE url = ?1) AND kid = ?2 AND withdrawn_at IS NULL";
    connection.prepare_cached(withdraw)?.execute((issuer.as_str(), kid.as_str(), Moment(now)))?;
    Ok(())
}
