//! Authorization codes: found without being changed, redeemed once.

use rusqlite::{Connection, OptionalExtension as _};

use super::fault::Fault;
use super::row::{Family, Moment, hash, parsed};
use crate::storage::{CodeDetails, CodeRecord, FoundCode, Issue, Redemption};
use crate::values::bearer::TokenHash;
use crate::values::clock::Timestamp;
use crate::values::issuer::Issuer;

struct Found {
    family: Family,
    number: i64,
    redeemed: bool,
}

pub(super) fn find(
    connection: &Connection,
    issuer: &Issuer,
    code: &TokenHash,
    now: Timestamp,
) -> Result<Option<FoundCode>, Fault> {
    let query = format!(
        "SELECT {}, c.expires_at, c.redeemed, c.details FROM codes c JOIN families f ON f.id = c.family
         WHERE c.hash = ?1 AND c.issuer = (SELECT id FROM issuers WHERE url = ?2)
         AND (c.redeemed = 1 OR c.expires_at > ?3) AND f.keep_until > ?3",
        Family::COLUMNS
    );
    let found = connection.prepare_cached(&query)?.query_row((hash(code), issuer.as_str(), Moment(now)), |row| {
        let family = Family::read(row)?;
        if !family.is_remembered(now) {
            return Ok(None);
        }
        let [expires_at, redeemed, details] = Family::columns_after();
        let details = parsed(row, details, CodeDetails::from_json)?;
        let record = CodeRecord::new(*code, family.id, family.client_id, row.get::<_, Moment>(expires_at)?.0, details);
        Ok(Some(FoundCode::new(record, row.get(redeemed)?, family.state)))
    });
    Ok(found.optional()?.flatten())
}

pub(super) fn redeem(
    connection: &Connection,
    issuer: &Issuer,
    code: &TokenHash,
    issue: &Issue,
    now: Timestamp,
) -> Result<Redemption, Fault> {
    let query = format!(
        "SELECT {}, c.id, c.redeemed FROM codes c JOIN families f ON f.id = c.family
         WHERE c.hash = ?1 AND c.issuer = (SELECT id FROM issuers WHERE url = ?2) AND (c.redeemed = 1 OR c.expires_at > ?3)",
        Family::COLUMNS
    );
    let [number, redeemed] = Family::columns_after();
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Found { family: Family::read(row)?, number: row.get(number)?, redeemed: row.get(redeemed)? })
    };
    let found = connection.prepare_cached(&query)?.query_row((hash(code), issuer.as_str(), Moment(now)), read).optional()?;
    let Some(Found { family, number, redeemed }) = found.filter(|found| found.family.is_remembered(now)) else {
        return Ok(Redemption::Dead);
    };
    // Asked before anything else: of all who present the code, one redeems it and every other is a replay.
    if redeemed {
        family.revoke(connection)?;
        return Ok(Redemption::AlreadyRedeemed);
    }
    if family.state.revoked {
        return Ok(Redemption::Dead);
    }
    family.keep_until(connection, issue.keep_family_until)?;
    family.insert(connection, issue)?;
    connection.prepare_cached("UPDATE codes SET redeemed = 1 WHERE id = ?1")?.execute([number])?;
    Ok(Redemption::redeemed())
}
