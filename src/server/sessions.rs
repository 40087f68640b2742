//! Sign-ins: which there are, ending them, and telling clients so.

use std::future::Future;
use std::time::Duration;

use crate::core::Boxed;
use crate::events;
use crate::feature::{BackChannelLogout, Cells as _, FeaturesOn, deliver, end_session, end_sessions, session_handle};
use crate::rules::Enables;
use crate::server::AuthorizationServer;
use crate::storage::{ClientStore, FamilyId, SessionKey, SessionRecord, SessionRecords};
use crate::typelevel::WireName as _;
use crate::values::error::StoreError;
use crate::values::subject::Subject;

/// How often it is looked whom to tell.
const LOOK_EVERY: Duration = Duration::from_secs(1);

impl<S: Send + Sync, G, R, F: FeaturesOn<S>, P> AuthorizationServer<S, G, R, F, P> {
    /// Where this person is signed in, the newest sign-in first: each with the clients that got an authorization in it, and with an
    /// identifier for the button that [ends](Self::end_session) it. Sign-ins that [`Approval::session`](crate::Approval::session) named, on
    /// a server with [`RpInitiatedLogout`](crate::RpInitiatedLogout) or [`BackChannelLogout`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the storage failed.
    pub fn sessions<'a>(&'a self, subject: &'a Subject) -> Boxed<'a, Result<Vec<SessionRecord>, StoreError>>
    where
        S: SessionRecords,
    {
        Box::pin(self.core.storage.sessions_of(&self.core.issuer, subject, self.core.now()))
    }

    /// Ends a sign-in of this person: what was authorized in it, unless the scope has `offline_access`; with [`BackChannelLogout`] its
    /// clients are told. What it was, or `None` if the person has no such sign-in (any more). The application ends its own session itself.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the storage failed. Call it again.
    pub fn end_session<'a>(
        &'a self,
        subject: &'a Subject,
        session: &'a FamilyId,
    ) -> Boxed<'a, Result<Option<SessionRecord>, StoreError>>
    where
        S: SessionRecords,
    {
        let (core, key, tells) = (&self.core, SessionKey::Id(*session), self.tells());
        Box::pin(async move {
            let found = core.storage.session(&core.issuer, key, core.now()).await?;
            match found.filter(|found| found.subject == *subject) {
                Some(_) => end_session(&core.storage, &core.issuer, key, tells, core.now()).await,
                None => Ok(None),
            }
        })
    }

    /// The same for the sign-in that the application calls so, as it told [`Approval::session`](crate::Approval::session): for its own
    /// button to sign out.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the storage failed. Call it again.
    pub fn end_session_named<'a>(
        &'a self,
        subject: &'a Subject,
        name: &'a str,
    ) -> Boxed<'a, Result<Option<SessionRecord>, StoreError>>
    where
        S: SessionRecords,
    {
        let (core, key) = (&self.core, SessionKey::Handle(session_handle(subject, name)));
        Box::pin(end_session(&core.storage, &core.issuer, key, self.tells(), core.now()))
    }

    /// Ends every sign-in of this person, and says which they were: to sign out everywhere. Of a person who goes for good
    /// [`revoke_subject`](Self::revoke_subject) ends them with everything else.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the storage failed. Some may have ended all the same; call it again.
    pub fn end_sessions<'a>(&'a self, subject: &'a Subject) -> Boxed<'a, Result<Vec<SessionRecord>, StoreError>>
    where
        S: SessionRecords,
    {
        let core = &self.core;
        Box::pin(end_sessions(&core.storage, &core.issuer, subject, self.tells(), core.now()))
    }

    /// Are clients told?
    pub(super) fn tells(&self) -> bool {
        self.features.is_on(BackChannelLogout::NAME)
    }

    /// Tells clients whose people have signed out, once a second those that are due: see [`BackChannelLogout`]. Never ends, so it is to be
    /// spawned, beside [`keep_keys`](Self::keep_keys) and [`purge_forever`](crate::storage::purge_forever), on each instance or on one. What
    /// fails is reported in `tracing` events, and tried again.
    ///
    /// It knows no runtime, so the pause is handed in: `server.deliver_logout_tokens(tokio::time::sleep)`.
    pub async fn deliver_logout_tokens<Pause: Future + Send>(&self, mut pause: impl FnMut(Duration) -> Pause + Send)
    where
        S: SessionRecords + ClientStore,
        F: Enables<BackChannelLogout>,
    {
        loop {
            if let Err(error) = deliver(&self.core, &self.features).await {
                events::logout_not_delivered(&self.core.issuer, &error);
            }
            pause(LOOK_EVERY).await;
        }
    }
}
