//! The traits of the contract, each method one step for a thread. Arguments are copied or shared: the step outlives a caller
//! that is dropped.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::fault::Fault;
use super::files::Files;
use super::purge::{self, Expired};
use super::{SqliteStore, clients, codes, families, pending, tokens};
use crate::client::{CheckedClient, Client};
use crate::clock::Timestamp;
use crate::error::StoreError;
use crate::issuer::Issuer;
use crate::storage::{
    AccessTokenStore, AuthorizationCodeStore, AuthorizationRecords, ClientRegistry, ClientStore, Durable, FamilyId, FamilyRecord,
    FamilyStore, FoundCode, FoundPending, FoundToken, HealthCheck, Issue, PendingRecord, PendingStore, PurgeExpired, Redemption,
    RefreshTokenStore, Rotation, RotationProposal, Spend, Spending,
};
use crate::subject::Subject;
use crate::token::TokenHash;

impl Durable for SqliteStore {}

impl ClientStore for SqliteStore {
    async fn client(&self, issuer: &Issuer, id: &str) -> Result<Option<Arc<Client>>, StoreError> {
        let (issuer, id) = (issuer.clone(), id.to_owned());
        self.0.readers.run_with(id.len(), move |file| clients::find(file, &issuer, &id)).await
    }
}

impl ClientRegistry for SqliteStore {
    async fn put_client(&self, issuer: &Issuer, client: CheckedClient) -> Result<(), StoreError> {
        let (issuer, id, record) = (issuer.clone(), client.client().id().clone(), client.client().to_json()?);
        self.0.writer.run_with(record.len(), move |file| clients::put(file, &issuer, &id, &record)).await
    }
}

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

    async fn revoke_family(&self, issuer: &Issuer, family: &FamilyId, _now: Timestamp) -> Result<(), StoreError> {
        let (issuer, family) = (issuer.clone(), *family);
        self.0.writer.run(move |file| families::revoke(file, &issuer, &family)).await
    }
}

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
}

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

impl PurgeExpired for SqliteStore {
    /// In portions, so that requests get their turn in between.
    async fn purge_expired(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut rows = 0;
        for expired in Expired::ALL {
            loop {
                let portion = self.0.writer.run(move |file| expired.purge(file, now)).await?;
                rows += portion.rows;
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

impl HealthCheck for SqliteStore {
    /// Looks into the file with a reader, then has the writer take its lock and commit nothing.
    async fn check_health(&self) -> Result<(), StoreError> {
        self.0.readers.run(|file| Ok(file.query_row("SELECT count(*) FROM issuers", (), |_| Ok(()))?)).await?;
        self.0.writer.run(|_| Ok(())).await
    }
}
