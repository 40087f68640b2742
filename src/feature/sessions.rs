//! The sign-in to which an authorization belongs, for whatever ends one.

use crate::authorization::ApprovedRequest;
use crate::core::Core;
use crate::events;
use crate::feature::open_id::sid;
use crate::storage::{FamilyId, SessionKey, SessionRecord, SessionRecords};
use crate::values::bearer::TokenHash;
use crate::values::error::{OAuthError, StoreError};
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

/// Notes that the client got an authorization in the sign-in, if the application named one; before anything is made, so that whoever signs
/// out at that moment ends it.
pub(super) async fn enter<S: SessionRecords>(core: &Core<S>, approved: &mut ApprovedRequest) -> Result<(), OAuthError> {
    let Some(name) = approved.session.take() else { return Ok(()) };
    let (now, subject) = (core.now(), approved.subject.clone());
    let handle = handle(&subject, &name);
    let session = SessionRecord::new(FamilyId::from_bytes(random()?), handle, subject, now, vec![approved.client.id().clone()]);
    let session = core.storage.open_session(&core.issuer, session, now.saturating_add_secs(REMEMBERED), now).await?;
    let mut facts = approved.details.facts().clone();
    facts.sid = Some(sid::of(core, &approved.client, &session.id)?.into());
    let stays = facts.scope.contains(OFFLINE_ACCESS);
    approved.details = facts.into_details();
    if !stays {
        approved.details = approved.details.of_descendant();
        approved.parent = Some(session.id);
    }
    Ok(())
}

/// Ends a session: what was authorized in it, and, if `tells`, its clients are told. `None` if there is none.
pub(crate) async fn end<S: SessionRecords>(
    core: &Core<S>,
    key: SessionKey,
    tells: bool,
) -> Result<Option<SessionRecord>, StoreError> {
    let now = core.now();
    let until = tells.then(|| now.saturating_add_secs(TOLD_FOR));
    let ended = core.storage.end_session(&core.issuer, key, until, now).await?;
    if let Some(session) = &ended {
        events::signed_out(&core.issuer, &session.subject, &session.id, session.clients.len());
    }
    Ok(ended)
}
