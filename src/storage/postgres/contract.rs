//! The traits of the contract, each method one statement.

use std::sync::Arc;

use super::{PostgresStore, clients, codes, families, interactions, purge, tokens};
use crate::client::{CheckedClient, Client};
use crate::clock::Timestamp;
use crate::error::StoreError;
use crate::issuer::Issuer;
use crate::storage::{
    AccessTokenStore, AuthorizationCodeStore, AuthorizationRecords, ClientRegistry, ClientStore, Durable, FamilyId, FamilyRecord,
    FamilyStore, FoundCode, FoundToken, HealthCheck, InteractionRecord, InteractionStore, Issue, PurgeExpired, Redemption,
    RefreshTokenStore, Rotation, RotationProposal,
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
    async fn begin_family(&self, issuer: &Issuer, family: FamilyRecord, issue: Issue, _now: Timestamp) -> Result<(), StoreError> {
        families::begin(&self.database, issuer, &family, &issue).await
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

impl InteractionStore for PostgresStore {
    async fn put_interaction(&self, issuer: &Issuer, interaction: InteractionRecord, _now: Timestamp) -> Result<(), StoreError> {
        interactions::put(&self.database, issuer, &interaction).await
    }

    async fn take_interaction(
        &self,
        issuer: &Issuer,
        interaction: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<InteractionRecord>, StoreError> {
        interactions::take(&self.database, issuer, interaction, now).await
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
