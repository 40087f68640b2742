//! The sign-in to which an authorization belongs, for whatever ends one.

use crate::authorization::{ApprovedRequest, Joining, Needs};
use crate::core::Core;
use crate::events;
use crate::feature::open_id::sid;
use crate::storage::{FamilyId, SessionKey, SessionRecord, SessionRecords};
use crate::values::bearer::TokenHash;
use crate::values::clock::Timestamp;
use crate::values::error::{OAuthError, StoreError};
use crate::values::issuer::Issuer;
use crate::values::random::random;
use crate::values::subject::Subject;

/// Seconds for which a session is remembered after the last authorization in it, if nothing of it lives longer: 30 days.
const REMEMBERED: u64 = 30 * 24 * 60 * 60;

/// Seconds for which it is tried to tell a client that somebody has signed out.
const TOLD_FOR: u64 = 24 * 60 * 60;

/// What is granted with this does not end with the sign-in (OpenID Connect Core section 11, Back-Channel Logout section 2.7).
const OFFLINE_ACCESS: &str = "offline_access";

/// By what the storage knows a sign-in that the application calls so.
pub(crate) fn handle(subject: &Subject, name: &str) -> TokenHash {
    TokenHash::of_pair(subject.as_str(), name)
}

/// Looks the sign-in up that the authorization is to join, if the application named one, before anything is made: what is made says which it
/// is. If there is none, one is to be opened. Nothing is kept yet.
pub(super) async fn find<S: SessionRecords>(core: &Core<S>, approved: &mut ApprovedRequest) -> Result<(), OAuthError> {
    let Some(name) = approved.session.as_deref().filter(|_| approved.joining.is_none()) else { return Ok(()) };
    let (now, subject) = (core.now(), approved.subject.clone());
    let handle = handle(&subject, name);
    let found = core.storage.session(&core.issuer, SessionKey::Handle(handle), now).await?;
    let id = found.as_ref().map_or_else(|| random().map(FamilyId::from_bytes), |found| Ok(found.id))?;
    let session = SessionRecord::new(id, handle, subject, now, vec![approved.client.id().clone()]);
    let mut facts = approved.details.facts().clone();
    facts.sid = Some(sid::of(core, &approved.client, &id)?.into());
    let stays = facts.scope.contains(OFFLINE_ACCESS);
    approved.details = facts.into_details();
    if !stays {
        approved.details = approved.details.of_descendant();
        approved.parent = Some(id);
    }
    approved.joining = Some(Joining::new(session, found.is_some()));
    Ok(())
}

/// Notes that the client gets an authorization in the sign-in, or opens it, directly before that is stored: so whoever signs out at that moment
/// ends it, and a client that got nothing is told of nothing.
///
/// # Errors
///
/// `login_required` if the sign-in has ended meanwhile; `temporarily_unavailable` if another one was joined, which somebody opened meanwhile, and
/// which is not what the answer says.
pub(super) async fn join<S: SessionRecords>(core: &Core<S>, approved: &ApprovedRequest) -> Result<(), OAuthError> {
    let Some(joining) = approved.joining.as_ref().filter(|joining| joining.is_due()) else { return Ok(()) };
    let (now, session) = (core.now(), &joining.session);
    let opened = core.storage.open_session(&core.issuer, session.clone(), now.saturating_add_secs(REMEMBERED), now).await;
    match opened {
        Ok(opened) if joining.joined(&opened.id) => Ok(()),
        Ok(_) => Err(OAuthError::unavailable(None)),
        // Its identifier is taken, by what has ended.
        Err(error) if joining.found => match core.storage.session(&core.issuer, SessionKey::Id(session.id), now).await? {
            Some(_) => Err(error.into()),
            None => Err(Needs::Login.into()),
        },
        Err(error) => Err(error.into()),
    }
}

/// Ends a session: what was authorized in it, and, if `tells`, its clients are told. `None` if there is none.
pub(crate) async fn end<S: SessionRecords>(
    storage: &S,
    issuer: &Issuer,
    key: SessionKey,
    tells: bool,
    now: Timestamp,
) -> Result<Option<SessionRecord>, StoreError> {
    let until = tells.then(|| now.saturating_add_secs(TOLD_FOR));
    let ended = storage.end_session(issuer, key, until, now).await?;
    if let Some(session) = &ended {
        events::signed_out(issuer, &session.subject, &session.id, session.clients.len());
    }
    Ok(ended)
}

/// The same of every session of a person. Says which they were.
pub(crate) async fn end_all<S: SessionRecords>(
    storage: &S,
    issuer: &Issuer,
    subject: &Subject,
    tells: bool,
    now: Timestamp,
) -> Result<Vec<SessionRecord>, StoreError> {
    let mut ended = Vec::new();
    for session in storage.sessions_of(issuer, subject, now).await? {
        ended.extend(end(storage, issuer, SessionKey::Id(session.id), tells, now).await?);
    }
    Ok(ended)
}
