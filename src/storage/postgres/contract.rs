//! The traits of the contract, each method one statement.

use std::sync::Arc;

use super::{PostgresStore, clients, codes, families, pending, purge, tokens};
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

impl Durable for PostgresStore {}

impl ClientStore for PostgresStore {
    async fn client(&self, issuer: &Issuer, id: &str) -> Result<Option<Arc<Client>>, StoreError> {
        clients::find(&self.database, issuer, id).await
    }
}

impl ClientRegistry for PostgresStore {
    async fn put_client(&self, issuer: &Issuer, client: CheckedClient) -> Result<(), StoreError> {
        clients::put(&self.database, issuer, client.client()).await
    }
}

impl FamilyStore for PostgresStore {
    async fn begin_family(
        &self,
        issuer: &Issuer,
        family: FamilyRecord,
        issue: Issue,
        spend: Option<Spend>,
        now: Timestamp,
    ) -> Result<Spending, StoreError> {
        match spend {
            None => families::begin(&self.database, issuer, &family, &issue).await,
            Some(spend) => families::begin_spending(&self.database, issuer, &family, &issue, &spend, now).await,
        }
    }

    async fn revoke_family(&self, issuer: &Issuer, family: &FamilyId, _now: Timestamp) -> Result<(), StoreError> {
        families::revoke(&self.database, issuer, family).await
    }
}

impl AuthorizationRecords for PostgresStore {
    async fn authorizations_of(
        &self,
        issuer: &Issuer,
        subject: &Subject,
        now: Timestamp,
    ) -> Result<Vec<FamilyRecord>, StoreError> {
        families::list(&self.database, issuer, subject, now).await
    }
}

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

impl PurgeExpired for PostgresStore {
    async fn purge_expired(&self, now: Timestamp) -> Result<u64, StoreError> {
        purge::purge(&self.database, now).await
    }
}

impl HealthCheck for PostgresStore {
    /// Asks the database whether it takes writes: a replica does not.
    async fn check_health(&self) -> Result<(), StoreError> {
        self.database.check_health().await
    }
}
