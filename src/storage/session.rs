//! Sign-ins: what was authorized in one, who is to be told when it ends, and who has not been told yet.

use std::future::Future;

use super::{FamilyId, FamilyRecord, FamilyStore, TokenFacts};
use crate::client::ClientId;
use crate::values::bearer::TokenHash;
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;
use crate::values::scope::Scope;
use crate::values::subject::Subject;

/// Keeps the sign-ins of people: which clients got an authorization in one, and, once it has ended, which of them are still to be told
/// (OpenID Connect Back-Channel Logout section 2.5).
///
/// A session is a family of its own, from which the authorizations descend that end with it. So ending one is one flag, and reaches what
/// is being issued at that moment. Its identifier is the family's. A session lives while its family is neither revoked nor forgotten.
///
/// A store that locks takes the lock of a session before that of its family.
#[diagnostic::on_unimplemented(
    message = "the storage `{Self}` cannot keep sessions",
    label = "logout needs `SessionRecords`",
    note = "which clients a person signed in to is remembered until they sign out (OpenID Connect Back-Channel Logout section 2.5): implement `SessionRecords` for `{Self}`"
)]
pub trait SessionRecords: FamilyStore {
    /// Somebody got an authorization in a sign-in. The first case that applies decides:
    ///
    /// 1. A session with this handle lives: add those of the clients that it does not have, behind the others, and answer it as it is
    ///    then.
    /// 2. Else begin the [family](SessionRecord::family) of this one, keep it, and answer it. An identifier that is there already is an
    ///    error. To one caller only: whoever comes at the same time with the same handle gets that one.
    ///
    /// In both cases the family is kept until `keep_until` at least.
    fn open_session(
        &self,
        issuer: &Issuer,
        session: SessionRecord,
        keep_until: Timestamp,
        now: Timestamp,
    ) -> impl Future<Output = Result<SessionRecord, StoreError>> + Send;

    /// A session that lives; looking it up changes nothing.
    fn session(
        &self,
        issuer: &Issuer,
        session: SessionKey,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<SessionRecord>, StoreError>> + Send;

    /// The sessions of this subject (compared byte by byte) that live; the newest first.
    fn sessions_of(
        &self,
        issuer: &Issuer,
        subject: &Subject,
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<SessionRecord>, StoreError>> + Send;

    /// Ends a session. The first case that applies decides:
    ///
    /// 1. It does not live: `None`; nothing changes.
    /// 2. Else revoke its family and forget the session, and answer it as it was: to one caller only. With `tell_until`, keep a notice for
    ///    each of its clients in the same step, due at once, and until then.
    fn end_session(
        &self,
        issuer: &Issuer,
        session: SessionKey,
        tell_until: Option<Timestamp>,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<SessionRecord>, StoreError>> + Send;

    /// Takes up to `limit` notices that are due and have not expired, those first that have been due for longest, and makes each due again
    /// at `again_at`: one caller gets a notice, every other one then at the earliest. So none is lost if whoever took it comes to an end.
    /// Each says how often it was taken, this time included. Ordered by session, and then by client, byte by byte; of those that have been
    /// due for as long, the first in this order are taken first.
    fn claim_notices(
        &self,
        issuer: &Issuer,
        limit: u32,
        again_at: Timestamp,
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<LogoutNotice>, StoreError>> + Send;

    /// Says what became of a notice: with `again_at` it is due then, without it is done, and removed. One that is gone is not an error.
    fn settle_notice(
        &self,
        issuer: &Issuer,
        session: &FamilyId,
        client_id: &ClientId,
        again_at: Option<Timestamp>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// How a session is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionKey {
    /// By its identifier.
    Id(FamilyId),
    /// By its handle.
    Handle(TokenHash),
}

/// A person's sign-in (see [`SessionRecords`]).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SessionRecord {
    /// Its identifier, 128 random bits, which clients get to see as `sid` (OpenID Connect Front-Channel Logout section 3); it is its
    /// family's too.
    pub id: FamilyId,
    /// A hash over what the application calls the sign-in, and the person.
    pub handle: TokenHash,
    /// Who signed in.
    pub subject: Subject,
    /// When it got its first authorization.
    pub opened_at: Timestamp,
    /// The clients that got an authorization in it, the first one first.
    pub clients: Vec<ClientId>,
}

impl SessionRecord {
    /// The client to which the families of sessions belong. It is no client, and none can be registered with this identifier.
    pub const CLIENT: &'static str = ClientId::OF_SESSIONS;

    /// A record from its members.
    #[must_use]
    pub const fn new(id: FamilyId, handle: TokenHash, subject: Subject, opened_at: Timestamp, clients: Vec<ClientId>) -> Self {
        Self { id, handle, subject, opened_at, clients }
    }

    /// The family from which the authorizations descend that end with the session. It is nobody's authorization.
    ///
    /// # Errors
    ///
    /// None that can come.
    pub fn family(&self) -> Result<FamilyRecord, StoreError> {
        let client_id = ClientId::parse(Self::CLIENT).map_err(StoreError::failed)?;
        let details = TokenFacts::new(None, Scope::empty()).into_details();
        Ok(FamilyRecord::new(self.id, client_id, None, self.opened_at, details))
    }

    /// Adds those of the clients that it does not have.
    pub fn add(&mut self, clients: &[ClientId]) {
        for client in clients {
            if !self.clients.contains(client) {
                self.clients.push(client.clone());
            }
        }
    }

    /// Is it called so?
    #[must_use]
    pub fn is(&self, key: SessionKey) -> bool {
        match key {
            SessionKey::Id(id) => self.id == id,
            SessionKey::Handle(handle) => self.handle == handle,
        }
    }
}

/// A client that is still to be told that a session has ended (see [`SessionRecords`]).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogoutNotice {
    /// The session.
    pub session: FamilyId,
    /// Whom to tell.
    pub client_id: ClientId,
    /// Who signed out.
    pub subject: Subject,
    /// How often it was taken.
    pub attempts: u32,
    /// It is told while `now < expires_at`.
    pub expires_at: Timestamp,
}

impl LogoutNotice {
    /// A notice from its members.
    #[must_use]
    pub const fn new(session: FamilyId, client_id: ClientId, subject: Subject, attempts: u32, expires_at: Timestamp) -> Self {
        Self { session, client_id, subject, attempts, expires_at }
    }
}
