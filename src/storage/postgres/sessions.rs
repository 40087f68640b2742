//! Sessions: opened, found, ended, and who is still to be told.

use sqlx::postgres::PgRow;

use super::families::read_subject;
use super::fault::column;
use super::row::{bytes, family_bytes, moment, read_client_id, read_generation, read_hash, read_id, read_moment};
use super::run::{Database, Query};
use crate::client::ClientId;
use crate::storage::{FamilyId, LogoutNotice, SessionKey, SessionRecord};
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;
use crate::values::subject::Subject;

/// How often a session is opened: each time somebody else may have opened it, or ended it.
const ATTEMPTS: usize = 8;

/// Those that live at $2; behind it comes the key.
pub(super) const LIVE: &str = "SELECT s.family, s.handle, s.subject, f.created_at, s.clients
    FROM {schema}.sessions s JOIN {schema}.families f ON f.issuer {=} s.issuer AND f.family {=} s.family
    WHERE NOT f.revoked AND f.keep_until {>} $2 AND s.issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND ";

pub(super) const BY_ID: &str = "s.family {=} $3";
pub(super) const BY_HANDLE: &str = "s.handle {=} $3";
pub(super) const OF_SUBJECT: &str = "s.subject {=} $3 ORDER BY f.created_at DESC, s.family";

/// Those with a handle that live no more, and so are in the way of a new one.
pub(super) const FORGET: &str = "DELETE FROM {schema}.sessions s
    WHERE s.issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND s.handle {=} $2 AND NOT EXISTS (
        SELECT FROM {schema}.families f
        WHERE f.issuer {=} s.issuer AND f.family {=} s.family AND NOT f.revoked AND f.keep_until {>} $3
    )";

pub(super) const SETTLE: &str = "UPDATE {schema}.logout_notices SET due_at = $4
    WHERE issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND session {=} $2 AND client_id {=} $3";

pub(super) const REMOVE_NOTICE: &str = "DELETE FROM {schema}.logout_notices
    WHERE issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND session {=} $2 AND client_id {=} $3";

fn read(row: &PgRow) -> Result<SessionRecord, StoreError> {
    let clients: Vec<String> = column(row, 4)?;
    let clients = clients.iter().map(|id| ClientId::parse(id).map_err(StoreError::failed)).collect::<Result<_, _>>()?;
    let (id, subject) = (read_id(column(row, 0)?)?, read_subject(column(row, 2)?)?);
    Ok(SessionRecord::new(id, read_hash(row, 1)?, subject, read_moment(row, 3)?, clients))
}

pub(super) async fn open(
    database: &Database,
    issuer: &Issuer,
    session: &SessionRecord,
    keep_until: Timestamp,
    now: Timestamp,
) -> Result<SessionRecord, StoreError> {
    let family = session.family()?;
    let details = family.details.to_json()?;
    let clients: Vec<String> = session.clients.iter().map(ToString::to_string).collect();
    let open = &database.statements.open_session;
    let bind = |query: Query| {
        let query = query.bind(issuer.as_str()).bind(bytes(&session.handle)).bind(family_bytes(&session.id));
        let query = query.bind(session.subject.as_str().as_bytes()).bind(&*clients).bind(moment(keep_until));
        let query = query.bind(family.client_id.as_str()).bind(moment(now));
        query.bind(&*details).bind(moment(family.created_at))
    };
    for _ in 0..ATTEMPTS {
        if let Some(row) = database.rows(open, bind).await?.pop() {
            return read(&row);
        }
        database.rows(&database.statements.add_issuer, |query| query.bind(issuer.as_str())).await?;
        let forget = |query: Query| query.bind(issuer.as_str()).bind(bytes(&session.handle)).bind(moment(now));
        database.rows(&database.statements.forget_session, forget).await?;
    }
    Err(StoreError::Unavailable { retry_after: None })
}

pub(super) async fn find(
    database: &Database,
    issuer: &Issuer,
    key: SessionKey,
    now: Timestamp,
) -> Result<Option<SessionRecord>, StoreError> {
    let statement = match key {
        SessionKey::Id(_) => &database.statements.session_by_id,
        SessionKey::Handle(_) => &database.statements.session_by_handle,
    };
    let bind = |query: Query| query.bind(issuer.as_str()).bind(moment(now)).bind(key_bytes(&key));
    database.look_up(statement, bind).await?.first().map(read).transpose()
}

fn key_bytes(key: &SessionKey) -> &[u8] {
    match key {
        SessionKey::Id(id) => family_bytes(id),
        SessionKey::Handle(handle) => bytes(handle),
    }
}

/// The newest first.
pub(super) async fn list(
    database: &Database,
    issuer: &Issuer,
    subject: &Subject,
    now: Timestamp,
) -> Result<Vec<SessionRecord>, StoreError> {
    let bind = |query: Query| query.bind(issuer.as_str()).bind(moment(now)).bind(subject.as_str().as_bytes());
    database.look_up(&database.statements.list_sessions, bind).await?.iter().map(read).collect()
}

pub(super) async fn end(
    database: &Database,
    issuer: &Issuer,
    key: SessionKey,
    tell_until: Option<Timestamp>,
    now: Timestamp,
) -> Result<Option<SessionRecord>, StoreError> {
    let statement = match key {
        SessionKey::Id(_) => &database.statements.end_session_by_id,
        SessionKey::Handle(_) => &database.statements.end_session_by_handle,
    };
    let bind = |query: Query| query.bind(issuer.as_str()).bind(key_bytes(&key)).bind(moment(now)).bind(tell_until.map(moment));
    database.rows(statement, bind).await?.first().map(read).transpose()
}

pub(super) async fn claim(
    database: &Database,
    issuer: &Issuer,
    limit: u32,
    again_at: Timestamp,
    now: Timestamp,
) -> Result<Vec<LogoutNotice>, StoreError> {
    let bind = |query: Query| query.bind(issuer.as_str()).bind(i64::from(limit)).bind(moment(now)).bind(moment(again_at));
    database.rows(&database.statements.claim_notices, bind).await?.iter().map(read_notice).collect()
}

fn read_notice(row: &PgRow) -> Result<LogoutNotice, StoreError> {
    let (session, subject) = (read_id(column(row, 0)?)?, read_subject(column(row, 2)?)?);
    Ok(LogoutNotice::new(session, read_client_id(row, 1)?, subject, read_generation(row, 3)?, read_moment(row, 4)?))
}

pub(super) async fn settle(
    database: &Database,
    issuer: &Issuer,
    session: &FamilyId,
    client_id: &ClientId,
    again_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    let its = |query: Query| query.bind(issuer.as_str()).bind(family_bytes(session)).bind(client_id.as_str());
    match again_at {
        None => database.rows(&database.statements.remove_notice, its).await.map(drop),
        Some(due_at) => {
            database.rows(&database.statements.settle_notice, |query| its(query).bind(moment(due_at))).await.map(drop)
        }
    }
}
