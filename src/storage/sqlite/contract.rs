//! The traits of the contract, each method one step for a thread. Arguments are copied or shared: the step outlives a caller
//! that is dropped.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::clients::Kept;
use super::fault::Fault;
use super::files::Files;
use super::listing::{self, Of};
use super::purge::{self, Expired};
use super::{SqliteStore, clients, codes, deferred, families, pending, replays, revocations, sessions, signing_keys, tokens};
use crate::client::{CheckedClient, Client, ClientId};
use crate::storage::{
    AccessTokenStore, Announcement, AuthorizationCodeStore, AuthorizationPage, AuthorizationRecords, ClientRegistry, ClientStore,
    DeferredStore, Durable, FamilyId, FamilyRecord, FamilyStore, FoundCode, FoundFamily, FoundPending, FoundToken, HealthCheck,
    Holder, Issue, KeyRecord, KeyStore, Kid, LogoutNotice, PendingRecord, PendingStore, Polled, PurgeExpired, Redemption,
    RefreshTokenStore, RegistrationStore, ReplayKey, ReplayStore, Rotation, RotationProposal, SessionKey, SessionRecord,
    SessionRecords, Spend, Spending, comes_too_late,
};
use crate::values::bearer::TokenHash;
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;
use crate::values::subject::Subject;

#[diagnostic::do_not_recommend]
impl Durable for SqliteStore {}

#[diagnostic::do_not_recommend]
impl ClientStore for SqliteStore {
    async fn client(&self, issuer: &Issuer, id: &str) -> Result<Option<Arc<Client>>, StoreError> {
        let (issuer, id) = (issuer.clone(), id.to_owned());
        self.0.readers.run_with(id.len(), move |file| clients::find(file, &issuer, &id)).await
    }
}

#[diagnostic::do_not_recommend]
impl ClientRegistry for SqliteStore {
    async fn put_client(&self, issuer: &Issuer, client: CheckedClient) -> Result<(), StoreError> {
        let (issuer, client) = (issuer.clone(), Kept::new(client.client())?);
        self.0.writer.run_with(client.record.len(), move |file| clients::put(file, &issuer, &client)).await
    }

    async fn remove_client(&self, issuer: &Issuer, id: &ClientId) -> Result<bool, StoreError> {
        let (issuer, id) = (issuer.clone(), id.clone());
        self.0.writer.run(move |file| clients::remove(file, &issuer, &id)).await
    }

    async fn list_clients(&self, issuer: &Issuer, after: Option<&ClientId>, limit: u32) -> Result<Vec<Arc<Client>>, StoreError> {
        let (issuer, after) = (issuer.clone(), after.cloned());
        self.0.readers.run(move |file| clients::list(file, &issuer, after.as_ref(), limit)).await
    }
}

#[diagnostic::do_not_recommend]
impl RegistrationStore for SqliteStore {
    async fn add_client(&self, issuer: &Issuer, client: CheckedClient, room: u32, now: Timestamp) -> Result<bool, StoreError> {
        let (issuer, client) = (issuer.clone(), Kept::new(client.client())?);
        self.insert(now, client.record.len(), move |file| clients::add(file, &issuer, &client, room, now)).await
    }

    async fn replace_client(&self, issuer: &Issuer, was: &Client, client: CheckedClient) -> Result<bool, StoreError> {
        let (issuer, was, client) = (issuer.clone(), was.to_json()?, Kept::new(client.client())?);
        let bytes = was.len().saturating_add(client.record.len());
        self.0.writer.run_with(bytes, move |file| clients::replace(file, &issuer, &was, &client)).await
    }

    async fn keep_client(&self, issuer: &Issuer, id: &ClientId, until: Timestamp) -> Result<(), StoreError> {
        let (issuer, id) = (issuer.clone(), id.clone());
        self.0.writer.run_with(id.as_str().len(), move |file| clients::keep(file, &issuer, &id, until)).await
    }
}

#[diagnostic::do_not_recommend]
impl FamilyStore for SqliteStore {
    async fn begin_family(
        &self,
        issuer: &Issuer,
        family: FamilyRecord,
        issue: Issue,
        spend: Option<Spend>,
        now: Timestamp,
    ) -> Result<Spending, StoreError> {
        let issuer = issuer.clone();
        let bytes = family.details.size().saturating_add(issue.size());
        self.insert(now, bytes, move |file| families::begin(file, &issuer, &family, &issue, spend.as_ref(), now)).await
    }

    async fn family(&self, issuer: &Issuer, id: &FamilyId, now: Timestamp) -> Result<Option<FoundFamily>, StoreError> {
        let (issuer, id) = (issuer.clone(), *id);
        self.0.readers.run(move |file| families::find(file, &issuer, &id, now)).await
    }

    async fn revoke_family(&self, issuer: &Issuer, family: &FamilyId, _now: Timestamp) -> Result<(), StoreError> {
        let (issuer, family) = (issuer.clone(), *family);
        self.0.writer.run(move |file| families::revoke(file, &issuer, &family)).await
    }
}

#[diagnostic::do_not_recommend]
impl AuthorizationRecords for SqliteStore {
    async fn authorizations_of(
        &self,
        issuer: &Issuer,
        subject: &Subject,
        now: Timestamp,
    ) -> Result<Vec<FamilyRecord>, StoreError> {
        let (issuer, subject) = (issuer.clone(), subject.clone());
        self.0.readers.run(move |file| families::list(file, &issuer, &subject, now)).await
    }

    async fn list_authorizations(
        &self,
        issuer: &Issuer,
        of: Holder<'_>,
        after: Option<&FamilyId>,
        limit: u32,
        now: Timestamp,
    ) -> Result<AuthorizationPage, StoreError> {
        let (issuer, of, after) = (issuer.clone(), Of::from(of), after.copied());
        self.0.readers.run(move |file| listing::page(file, &issuer, &of, after.as_ref(), limit, now)).await
    }

    async fn revoke_authorizations(&self, issuer: &Issuer, of: Holder<'_>, now: Timestamp) -> Result<u64, StoreError> {
        let client_id = match of {
            Holder::Subject(subject) => {
                let (issuer, subject) = (issuer.clone(), subject.clone());
                return self.0.writer.run(move |file| revocations::of_subject(file, &issuer, &subject, now)).await;
            }
            Holder::Client(id) => id.clone(),
        };
        let (mut revoked, mut after) = (0, 0);
        loop {
            let (issuer, id) = (issuer.clone(), client_id.clone());
            let portion = self.0.writer.run(move |file| revocations::of_client(file, &issuer, &id, after, now)).await?;
            revoked += portion.revoked;
            let Some(last) = portion.last else { return Ok(revoked) };
            after = last;
            // Whoever came meanwhile is served before the next portion, not together with it.
            self.0.writer.run(|_| Ok(())).await?;
        }
    }
}

#[diagnostic::do_not_recommend]
impl AuthorizationCodeStore for SqliteStore {
    async fn find_code(&self, issuer: &Issuer, code: &TokenHash, now: Timestamp) -> Result<Option<FoundCode>, StoreError> {
        let (issuer, code) = (issuer.clone(), *code);
        self.0.readers.run(move |file| codes::find(file, &issuer, &code, now)).await
    }

    async fn redeem_code(
        &self,
        issuer: &Issuer,
        code: &TokenHash,
        issue: Issue,
        now: Timestamp,
    ) -> Result<Redemption, StoreError> {
        let (issuer, code) = (issuer.clone(), *code);
        self.insert(now, issue.size(), move |file| codes::redeem(file, &issuer, &code, &issue, now)).await
    }
}

#[diagnostic::do_not_recommend]
impl AccessTokenStore for SqliteStore {
    async fn find_access_token(
        &self,
        issuer: &Issuer,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<FoundToken>, StoreError> {
        let (issuer, token) = (issuer.clone(), *token);
        self.0.readers.run(move |file| tokens::find_access(file, &issuer, &token, now)).await
    }

    async fn revoke_access_token(&self, issuer: &Issuer, token: &TokenHash, _now: Timestamp) -> Result<(), StoreError> {
        let (issuer, token) = (issuer.clone(), *token);
        self.0.writer.run(move |file| tokens::revoke_access(file, &issuer, &token)).await
    }
}

#[diagnostic::do_not_recommend]
impl RefreshTokenStore for SqliteStore {
    async fn find_refresh_token(
        &self,
        issuer: &Issuer,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<FoundToken>, StoreError> {
        let (issuer, token) = (issuer.clone(), *token);
        self.0.readers.run(move |file| tokens::find_refresh(file, &issuer, &token, now)).await
    }

    async fn rotate_refresh_token(
        &self,
        issuer: &Issuer,
        proposal: RotationProposal,
        now: Timestamp,
    ) -> Result<Rotation, StoreError> {
        let issuer = issuer.clone();
        self.insert(now, proposal.issue.size(), move |file| tokens::rotate(file, &issuer, &proposal, now)).await
    }
}

#[diagnostic::do_not_recommend]
impl PendingStore for SqliteStore {
    async fn put_pending(&self, issuer: &Issuer, request: PendingRecord, room: u32, now: Timestamp) -> Result<(), StoreError> {
        let issuer = issuer.clone();
        self.insert(now, request.details.len(), move |file| pending::put(file, &issuer, &request, room, now)).await
    }

    async fn find_pending(
        &self,
        issuer: &Issuer,
        request: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<FoundPending>, StoreError> {
        let (issuer, request) = (issuer.clone(), *request);
        self.0.readers.run(move |file| pending::find(file, &issuer, &request, now)).await
    }

    async fn take_pending(
        &self,
        issuer: &Issuer,
        request: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<PendingRecord>, StoreError> {
        let (issuer, request) = (issuer.clone(), *request);
        self.0.writer.run(move |file| pending::take(file, &issuer, &request, now)).await
    }

    async fn decide_pending(&self, issuer: &Issuer, spend: Spend, now: Timestamp) -> Result<Spending, StoreError> {
        let issuer = issuer.clone();
        self.0.writer.run(move |file| pending::decide(file, &issuer, &spend, now)).await
    }
}

#[diagnostic::do_not_recommend]
impl DeferredStore for SqliteStore {
    async fn put_deferred(
        &self,
        issuer: &Issuer,
        request: PendingRecord,
        alias: TokenHash,
        room: u32,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let issuer = issuer.clone();
        let bytes = request.details.len();
        self.insert(now, bytes, move |file| deferred::put(file, &issuer, &request, &alias, room, now)).await
    }

    async fn find_deferred(
        &self,
        issuer: &Issuer,
        alias: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<FoundPending>, StoreError> {
        let (issuer, alias) = (issuer.clone(), *alias);
        self.0.readers.run(move |file| deferred::find(file, &issuer, &alias, now)).await
    }

    async fn poll_deferred(
        &self,
        issuer: &Issuer,
        request: &TokenHash,
        client_id: &ClientId,
        interval: u32,
        now: Timestamp,
    ) -> Result<Option<Polled>, StoreError> {
        let (issuer, request, client_id) = (issuer.clone(), *request, client_id.clone());
        self.0.writer.run(move |file| deferred::poll(file, &issuer, &request, &client_id, interval, now)).await
    }
}

#[diagnostic::do_not_recommend]
impl ReplayStore for SqliteStore {
    async fn first_time(&self, issuer: &Issuer, key: &ReplayKey, until: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
        if comes_too_late(until, now)? {
            return Ok(false);
        }
        let (issuer, key) = (issuer.clone(), *key);
        self.insert(now, 0, move |file| replays::first_time(file, &issuer, &key, until, now)).await
    }
}

#[diagnostic::do_not_recommend]
impl KeyStore for SqliteStore {
    async fn keys(&self, issuer: &Issuer, now: Timestamp) -> Result<Vec<KeyRecord>, StoreError> {
        let issuer = issuer.clone();
        self.0.readers.run(move |file| signing_keys::list(file, &issuer, now)).await
    }

    async fn announce_key(&self, issuer: &Issuer, key: KeyRecord, now: Timestamp) -> Result<Announcement, StoreError> {
        let issuer = issuer.clone();
        let bytes = key.public.len().saturating_add(key.sealed.as_bytes().len()).saturating_add(key.details.len());
        self.insert(now, bytes, move |file| signing_keys::announce(file, &issuer, &key)).await
    }

    async fn withdraw_key(&self, issuer: &Issuer, kid: &Kid, now: Timestamp) -> Result<(), StoreError> {
        let (issuer, kid) = (issuer.clone(), kid.clone());
        self.0.writer.run(move |file| signing_keys::withdraw(file, &issuer, &kid, now)).await
    }
}

#[diagnostic::do_not_recommend]
impl SessionRecords for SqliteStore {
    async fn open_session(
        &self,
        issuer: &Issuer,
        session: SessionRecord,
        keep_until: Timestamp,
        now: Timestamp,
    ) -> Result<SessionRecord, StoreError> {
        let issuer = issuer.clone();
        self.insert(now, 0, move |file| sessions::open(file, &issuer, &session, keep_until, now)).await
    }

    async fn session(&self, issuer: &Issuer, session: SessionKey, now: Timestamp) -> Result<Option<SessionRecord>, StoreError> {
        let issuer = issuer.clone();
        self.0.readers.run(move |file| sessions::find(file, &issuer, session, now)).await
    }

    async fn sessions_of(&self, issuer: &Issuer, subject: &Subject, now: Timestamp) -> Result<Vec<SessionRecord>, StoreError> {
        let (issuer, subject) = (issuer.clone(), subject.clone());
        self.0.readers.run(move |file| sessions::list(file, &issuer, &subject, now)).await
    }

    async fn end_session(
        &self,
        issuer: &Issuer,
        session: SessionKey,
        tell_until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Option<SessionRecord>, StoreError> {
        let issuer = issuer.clone();
        self.0.writer.run(move |file| sessions::end(file, &issuer, session, tell_until, now)).await
    }

    async fn claim_notices(
        &self,
        issuer: &Issuer,
        limit: u32,
        again_at: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<LogoutNotice>, StoreError> {
        let issuer = issuer.clone();
        self.0.writer.run(move |file| sessions::claim(file, &issuer, limit, again_at, now)).await
    }

    async fn settle_notice(
        &self,
        issuer: &Issuer,
        session: &FamilyId,
        client_id: &ClientId,
        again_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let (issuer, session, client_id) = (issuer.clone(), *session, client_id.clone());
        self.0.writer.run(move |file| sessions::settle(file, &issuer, &session, &client_id, again_at)).await
    }
}

/// After so many steps that insert, each at most one row of a kind, a portion of what has expired goes.
const INSERTIONS_PER_PURGE: u64 = purge::PORTION as u64 / 2;

impl SqliteStore {
    /// Runs a step that inserts rows, and holds on to so many bytes until it has.
    async fn insert<R, F>(&self, now: Timestamp, bytes: usize, step: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: Fn(&mut Files) -> Result<R, Fault> + Send + 'static,
    {
        self.purge_in_passing(now);
        self.0.writer.run_with(bytes, step).await
    }

    /// Queues a portion of each kind of row that expired long ago now and then, more than was inserted meanwhile, so that the file
    /// does not grow forever where nobody purges it. Nobody waits for it.
    fn purge_in_passing(&self, now: Timestamp) {
        if self.0.insertions.fetch_add(1, Ordering::Relaxed) % INSERTIONS_PER_PURGE == INSERTIONS_PER_PURGE - 1 {
            // With a full queue there are more urgent things; the next time comes soon.
            let _ = self.0.writer.enqueue(0, move |file| purge::purge_in_passing(file, now));
        }
    }
}

#[diagnostic::do_not_recommend]
impl PurgeExpired for SqliteStore {
    /// In portions, so that requests get their turn in between.
    async fn purge_expired(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.purge_with_progress(&mut |_| {}, now).await
    }

    async fn purge_with_progress(&self, progress: &mut (dyn FnMut(u64) + Send), now: Timestamp) -> Result<u64, StoreError> {
        let mut rows = 0;
        for expired in Expired::ALL {
            loop {
                let portion = self.0.writer.run(move |file| expired.purge(file, now)).await?;
                rows += portion.rows;
                progress(rows);
                if portion.is_last {
                    break;
                }
                // Whoever came meanwhile is served before the next portion, not together with it.
                self.0.writer.run(|_| Ok(())).await?;
            }
        }
        Ok(rows)
    }
}

#[diagnostic::do_not_recommend]
impl HealthCheck for SqliteStore {
    /// Looks into the file with a reader, then has the writer take its lock and commit nothing.
    async fn check_health(&self) -> Result<(), StoreError> {
        self.0.readers.run(|file| Ok(file.query_row("SELECT count(*) FROM issuers", (), |_| Ok(()))?)).await?;
        self.0.writer.run(|_| Ok(())).await
    }
}
