//! A store that keeps families and access tokens, and would not know what to do with anything else.

use grantor::storage::{FamilyId, FamilyRecord, FoundFamily, FoundToken, Issue, Spend, Spending};
use grantor::{AccessTokenStore, FamilyStore, Issuer, MemoryStore, StoreError, Timestamp, TokenHash};

#[derive(Default)]
pub struct Narrow(MemoryStore);

impl FamilyStore for Narrow {
    async fn begin_family(
        &self,
        issuer: &Issuer,
        family: FamilyRecord,
        issue: Issue,
        spend: Option<Spend>,
        now: Timestamp,
    ) -> Result<Spending, StoreError> {
        assert!(issue.code.is_none() && issue.refresh_token.is_none() && spend.is_none(), "no table for this");
        self.0.begin_family(issuer, family, issue, None, now).await
    }

    async fn family(&self, issuer: &Issuer, id: &FamilyId, now: Timestamp) -> Result<Option<FoundFamily>, StoreError> {
        self.0.family(issuer, id, now).await
    }

    async fn revoke_family(&self, issuer: &Issuer, family: &FamilyId, now: Timestamp) -> Result<(), StoreError> {
        self.0.revoke_family(issuer, family, now).await
    }
}

impl AccessTokenStore for Narrow {
    async fn find_access_token(
        &self,
        issuer: &Issuer,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<FoundToken>, StoreError> {
        self.0.find_access_token(issuer, token, now).await
    }

    async fn revoke_access_token(&self, issuer: &Issuer, token: &TokenHash, now: Timestamp) -> Result<(), StoreError> {
        self.0.revoke_access_token(issuer, token, now).await
    }
}
