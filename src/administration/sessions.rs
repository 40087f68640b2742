//! Sign-ins: ended.

use super::Administration;
use crate::feature::end_sessions;
use crate::storage::{SessionRecord, SessionRecords};
use crate::values::error::StoreError;
use crate::values::subject::Subject;

impl<S: SessionRecords> Administration<S> {
    /// Ends every sign-in of this person, and says which they were, the newest first: as
    /// [`end_sessions`](crate::AuthorizationServer::end_sessions) does. Whom to tell is noted, for a day: servers with
    /// [`BackChannelLogout`](crate::BackChannelLogout) tell them. With [`end_authorizations`](Self::end_authorizations) after it, all of a
    /// person has ended.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the storage failed. Some may have ended all the same; call again.
    pub async fn end_sessions(&self, subject: &Subject) -> Result<Vec<SessionRecord>, StoreError> {
        end_sessions(&self.storage, &self.issuer, subject, true, self.now()).await
    }
}
