//! Authorization codes: found without being changed, redeemed once.

use super::PATIENCE;
use super::fault::{Fault, column};
use super::row::{Decision, OfFamily, Rows, bytes, moment, read_moment};
use super::run::{Database, Query};
use crate::storage::{CodeDetails, CodeRecord, FoundCode, Issue, Redemption};
use crate::values::bearer::TokenHash;
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;

pub(super) async fn find(
    database: &Database,
    issuer: &Issuer,
    code: &TokenHash,
    now: Timestamp,
) -> Result<Option<FoundCode>, StoreError> {
    let bind = |query: Query| query.bind(issuer.as_str()).bind(bytes(code)).bind(moment(now));
    let Some(row) = database.look_up(&database.statements.find_code, bind).await?.pop() else { return Ok(None) };
    let Some(OfFamily { id, client_id, state }) = OfFamily::read(&row, 7)? else { return Ok(None) };
    let details = CodeDetails::from_json(column(&row, 6)?)?;
    let record = CodeRecord::new(*code, id, client_id, read_moment(&row, 4)?, details);
    Ok(Some(FoundCode::new(record, column(&row, 5)?, state)))
}

pub(super) async fn redeem(
    database: &Database,
    issuer: &Issuer,
    code: &TokenHash,
    issue: &Issue,
    now: Timestamp,
) -> Result<Redemption, StoreError> {
    let rows = Rows::new(issue)?;
    let bind = |query, left: f64| rows.bind_owner(rows.bind(query, issuer).bind(bytes(code)).bind(moment(now))).bind(left);
    let decided = database.decide(&database.statements.redeem_code, PATIENCE, bind).await?.pop();
    let Some(row) = decided else { return Ok(Redemption::Dead) };
    let decision = Decision::read(&row, &["redeemed"])?;
    match &*decision.outcome {
        "redeemed" => Ok(Redemption::redeemed()),
        "replayed" => Ok(Redemption::AlreadyRedeemed),
        "dead" => Ok(Redemption::Dead),
        "late" => Err(Fault::TimedOut.into_store_error()),
        _ => Err(decision.unknown()),
    }
}
