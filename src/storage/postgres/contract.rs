//! The traits of the contract, each method one statement.

use std::sync::Arc;

use super::{
    PostgresStore, clients, codes, deferred, families, listing, pending, purge, replays, revocations, sessions, signing_keys,
    tokens,
};
use crate::client::{CheckedClient, Client, ClientId};
use crate::storage::{
    AccessTokenStore, Announcement, AuthorizationCodeStore, AuthorizationPage, AuthorizationRecords, ClientRegistry, ClientStore,
    DeferredStore, Durable, FamilyId, FamilyRecord, FamilyStore, FoundCode, FoundFamily, FoundPending, FoundToken, HealthCheck,
    Holder, Issue, KeyRecord, KeyStore, Kid, LogoutNotice, PendingRecord, PendingStore, Polled, PurgeExpired, Redemption,
    RefreshTokenStore, RegistrationStore, ReplayKey, ReplayStore, Rotation, RotationProposal, SessionKey, SessionRecord,
    SessionRecords, Spend, Spending,
};
use crate::values::bearer::TokenHash;
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;
use crate::values::subject::Subject;

#[diagnostic::do_not_recommend]
impl Durable for PostgresStore {}

#[diagnostic::do_not_recommend]
impl ClientStore for PostgresStore {
    async fn client(&self, issuer: &Issuer, id: &str) -> Result<Option<Arc<Client>>, StoreError> {
        clients::find(&self.database, issuer, id).await
    }
}

#[diagnostic::do_not_recommend]
impl ClientRegistry for PostgresStore {
    async fn put_client(&self, issuer: &Issuer, client: CheckedClient) -> Result<(), StoreError> {
        clients::put(&self.database, issuer, client.client()).await
    }

    async fn remove_client(&self, issuer: &Issuer, id: &ClientId) -> Result<bool, StoreError> {
        clients::remove(&self.database, issuer, id).await
    }

    async fn list_clients(&self, issuer: &Issuer, after: Option<&ClientId>, limit: u32) -> Result<Vec<Arc<Client>>, StoreError> {
        clients::list(&self.database, issuer, after, limit).await
    }
}

#[diagnostic::do_not_recommend]
impl RegistrationStore for PostgresStore {
    async fn add_client(&self, issuer: &Issuer, client: CheckedClient, room: u32, now: Timestamp) -> Result<bool, StoreError> {
        clients::add(&self.database, issuer, client.client(), room, now).await
    }

    async fn replace_client(&self, issuer: &Issuer, was: &Client, client: CheckedClient) -> Result<bool, StoreError> {
        clients::replace(&self.database, issuer, was, client.client()).await
    }

    async fn keep_client(&self, issuer: &Issuer, id: &ClientId, until: Timestamp) -> Result<(), StoreError> {
        clients::keep(&self.database, issuer, id, until).await
    }
}

#[diagnostic::do_not_recommend]
impl FamilyStore for PostgresStore {
    async fn begin_family(
        &self,
        issuer: &Issuer,
        family: FamilyRecord,
        issue: Issue,
        spend: Option<Spend>,
        now: Timestamp,
    ) -> Result<Spending, StoreError> {
        let spend = spend.as_ref();
        match (family.parent, spend) {
            (Some(parent), _) => families::begin_descendant(&self.database, issuer, (&family, &parent), &issue, spend, now).await,
            (None, None) => families::begin(&self.database, issuer, &family, &issue).await,
            (None, Some(spend)) => families::begin_spending(&self.database, issuer, &family, &issue, spend, now).await,
        }
    }

    async fn family(&self, issuer: &Issuer, id: &FamilyId, now: Timestamp) -> Result<Option<FoundFamily>, StoreError> {
        families::find(&self.database, issuer, id, now).await
    }

    async fn revoke_family(&self, issuer: &Issuer, family: &FamilyId, _now: Timestamp) -> Result<(), StoreError> {
        families::revoke(&self.database, issuer, family).await
    }
}

#[diagnostic::do_not_recommend]
impl AuthorizationRecords for PostgresStore {
    async fn authorizations_of(
        &self,
        issuer: &Issuer,
        subject: &Subject,
        now: Timestamp,
    ) -> Result<Vec<FamilyRecord>, StoreError> {
        families::list(&self.database, issuer, subject, now).await
    }

    async fn list_authorizations(
        &self,
        issuer: &Issuer,
        of: Holder<'_>,
        after: Option<&FamilyId>,
        limit: u32,
        now: Timestamp,
    ) -> Result<AuthorizationPage, StoreError> {
        listing::page(&self.database, issuer, of, after, limit, now).await
    }

    async fn revoke_authorizations(&self, issuer: &Issuer, of: Holder<'_>, now: Timestamp) -> Result<u64, StoreError> {
        match of {
            Holder::Client(id) => revocations::of_client(&self.database, issuer, id, now).await,
            Holder::Subject(subject) => revocations::of_subject(&self.database, issuer, subject, now).await,
        }
    }
}

#[diagnostic::do_not_recommend]
impl AuthorizationCodeStore for PostgresStore {
    async fn find_code(&self, issuer: &Issuer, code: &TokenHash, now: Timestamp) -> Result<Option<FoundCode>, StoreError> {
        codes::find(&self.database, issuer, code, now).await
    }

    async fn redeem_code(
        &self,
        issuer: &Issuer,
        code: &TokenHash,
        issue: Issue,
        now: Timestamp,
    ) -> Result<Redemption, StoreError> {
        codes::redeem(&self.database, issuer, code, &issue, now).await
    }
}

#[diagnostic::do_not_recommend]
impl AccessTokenStore for PostgresStore {
    async fn find_access_token(
        &self,
        issuer: &Issuer,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<FoundToken>, StoreError> {
        tokens::find(&self.database, &self.database.statements.find_access_token, issuer, token, now).await
    }

    async fn revoke_access_token(&self, issuer: &Issuer, token: &TokenHash, _now: Timestamp) -> Result<(), StoreError> {
        tokens::revoke_access(&self.database, issuer, token).await
    }
}

#[diagnostic::do_not_recommend]
impl RefreshTokenStore for PostgresStore {
    async fn find_refresh_token(
        &self,
        issuer: &Issuer,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<FoundToken>, StoreError> {
        tokens::find(&self.database, &self.database.statements.find_refresh_token, issuer, token, now).await
    }

    async fn rotate_refresh_token(
        &self,
        issuer: &Issuer,
        proposal: RotationProposal,
        now: Timestamp,
    ) -> Result<Rotation, StoreError> {
        tokens::rotate(&self.database, issuer, &proposal, now).await
    }
}

#[diagnostic::do_not_recommend]
impl PendingStore for PostgresStore {
    async fn put_pending(&self, issuer: &Issuer, request: PendingRecord, room: u32, now: Timestamp) -> Result<(), StoreError> {
        pending::put(&self.database, issuer, &request, room, now).await
    }

    async fn find_pending(
        &self,
        issuer: &Issuer,
        request: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<FoundPending>, StoreError> {
        pending::find(&self.database, issuer, request, now).await
    }

    async fn take_pending(
        &self,
        issuer: &Issuer,
        request: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<PendingRecord>, StoreError> {
        pending::take(&self.database, issuer, request, now).await
    }

    async fn decide_pending(&self, issuer: &Issuer, spend: Spend, now: Timestamp) -> Result<Spending, StoreError> {
        pending::decide(&self.database, issuer, &spend, now).await
    }
}

#[diagnostic::do_not_recommend]
impl DeferredStore for PostgresStore {
    async fn put_deferred(
        &self,
        issuer: &Issuer,
        request: PendingRecord,
        alias: TokenHash,
        room: u32,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        deferred::put(&self.database, issuer, &request, &alias, room, now).await
    }

    async fn find_deferred(
        &self,
        issuer: &Issuer,
        alias: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<FoundPending>, StoreError> {
        deferred::find(&self.database, issuer, alias, now).await
    }

    async fn poll_deferred(
        &self,
        issuer: &Issuer,
        request: &TokenHash,
        client_id: &ClientId,
        interval: u32,
        now: Timestamp,
    ) -> Result<Option<Polled>, StoreError> {
        deferred::poll(&self.database, issuer, request, client_id, interval, now).await
    }
}

#[diagnostic::do_not_recommend]
impl ReplayStore for PostgresStore {
    async fn first_time(&self, issuer: &Issuer, key: &ReplayKey, until: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
        replays::first_time(&self.database, issuer, key, until, now).await
    }
}

#[diagnostic::do_not_recommend]
impl KeyStore for PostgresStore {
    async fn keys(&self, issuer: &Issuer, now: Timestamp) -> Result<Vec<KeyRecord>, StoreError> {
        signing_keys::list(&self.database, issuer, now).await
    }

    async fn announce_key(&self, issuer: &Issuer, key: KeyRecord, _now: Timestamp) -> Result<Announcement, StoreError> {
        signing_keys::announce(&self.database, issuer, &key).await
    }

    async fn withdraw_key(&self, issuer: &Issuer, kid: &Kid, now: Timestamp) -> Result<(), StoreError> {
        signing_keys::withdraw(&self.database, issuer, kid, now).await
    }
}

#[diagnostic::do_not_recommend]
impl SessionRecords for PostgresStore {
    async fn open_session(
        &self,
        issuer: &Issuer,
        session: SessionRecord,
        keep_until: Timestamp,
        now: Timestamp,
    ) -> Result<SessionRecord, StoreError> {
        sessions::open(&self.database, issuer, &session, keep_until, now).await
    }

    async fn session(&self, issuer: &Issuer, session: SessionKey, now: Timestamp) -> Result<Option<SessionRecord>, StoreError> {
        sessions::find(&self.database, issuer, session, now).await
    }

    async fn sessions_of(&self, issuer: &Issuer, subject: &Subject, now: Timestamp) -> Result<Vec<SessionRecord>, StoreError> {
        sessions::list(&self.database, issuer, subject, now).await
    }

    async fn end_session(
        &self,
        issuer: &Issuer,
        session: SessionKey,
        tell_until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Option<SessionRecord>, StoreError> {
        sessions::end(&self.database, issuer, session, tell_until, now).await
    }

    async fn claim_notices(
        &self,
        issuer: &Issuer,
        limit: u32,
        again_at: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<LogoutNotice>, StoreError> {
        sessions::claim(&self.database, issuer, limit, again_at, now).await
    }

    async fn settle_notice(
        &self,
        issuer: &Issuer,
        session: &FamilyId,
        client_id: &ClientId,
        again_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        sessions::settle(&self.database, issuer, session, client_id, again_at).await
    }
}

#[diagnostic::do_not_recommend]
impl PurgeExpired for PostgresStore {
    async fn purge_expired(&self, now: Timestamp) -> Result<u64, StoreError> {
        purge::purge(&self.database, &mut |_| {}, now).await
    }

    async fn purge_with_progress(&self, progress: &mut (dyn FnMut(u64) + Send), now: Timestamp) -> Result<u64, StoreError> {
        purge::purge(&self.database, progress, now).await
    }
}

#[diagnostic::do_not_recommend]
impl HealthCheck for PostgresStore {
    /// Asks the database whether it takes writes: a replica does not.
    async fn check_health(&self) -> Result<(), StoreError> {
        self.database.check_health().await
    }
}
