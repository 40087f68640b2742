//! A store in memory that misbehaves when told to.

use std::sync::{Arc, Mutex};

use grantor::storage::{FamilyId, FamilyRecord, FoundCode, FoundToken, Issue, Redemption, Rotation, RotationProposal};
use grantor::{
    AccessTokenStore, AuthorizationCodeStore, CheckedClient, Client, ClientRegistry, ClientStore, FamilyStore, Issuer,
    MemoryStore, RefreshTokenStore, StoreError, Timestamp, TokenHash,
};

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum Mood {
    #[default]
    Sound,
    /// Clients cannot be looked up: the driver failed.
    ClientsFail,
    /// Everything but clients cannot be read or written: the driver failed.
    TokensFail,
    /// The same: there is no connection now.
    TokensUnavailable,
    /// Nothing expires: a store whose author forgot about it.
    TimeStandsStill(Timestamp),
}

#[derive(Clone, Default)]
pub struct MoodyStore {
    sound: MemoryStore,
    mood: Arc<Mutex<Mood>>,
}

impl MoodyStore {
    pub fn set(&self, mood: Mood) {
        *self.mood.lock().expect("no panic") = mood;
    }

    fn mood(&self) -> Mood {
        *self.mood.lock().expect("no panic")
    }

    /// The store that answers, and the time it believes.
    fn tokens(&self, now: Timestamp) -> Result<(&MemoryStore, Timestamp), StoreError> {
        match self.mood() {
            Mood::TokensFail => Err(StoreError::failed("the driver's words, which nobody else may read")),
            Mood::TokensUnavailable => Err(StoreError::Unavailable { retry_after: None }),
            Mood::TimeStandsStill(moment) => Ok((&self.sound, moment)),
            Mood::Sound | Mood::ClientsFail => Ok((&self.sound, now)),
        }
    }
}

impl ClientStore for MoodyStore {
    async fn client(&self, issuer: &Issuer, id: &str) -> Result<Option<Arc<Client>>, StoreError> {
        match self.mood() {
            Mood::ClientsFail => Err(StoreError::failed("the driver's words, which nobody else may read")),
            _ => self.sound.client(issuer, id).await,
        }
    }
}

impl ClientRegistry for MoodyStore {
    async fn put_client(&self, issuer: &Issuer, client: CheckedClient) -> Result<(), StoreError> {
        self.sound.put_client(issuer, client).await
    }
}

impl FamilyStore for MoodyStore {
    async fn begin_family(&self, issuer: &Issuer, family: FamilyRecord, issue: Issue, now: Timestamp) -> Result<(), StoreError> {
        let (store, now) = self.tokens(now)?;
        store.begin_family(issuer, family, issue, now).await
    }

    async fn revoke_family(&self, issuer: &Issuer, family: &FamilyId, now: Timestamp) -> Result<(), StoreError> {
        let (store, now) = self.tokens(now)?;
        store.revoke_family(issuer, family, now).await
    }
}

impl AuthorizationCodeStore for MoodyStore {
    async fn find_code(&self, issuer: &Issuer, code: &TokenHash, now: Timestamp) -> Result<Option<FoundCode>, StoreError> {
        let (store, now) = self.tokens(now)?;
        store.find_code(issuer, code, now).await
    }

    async fn redeem_code(
        &self,
        issuer: &Issuer,
        code: &TokenHash,
        issue: Issue,
        now: Timestamp,
    ) -> Result<Redemption, StoreError> {
        let (store, now) = self.tokens(now)?;
        store.redeem_code(issuer, code, issue, now).await
    }
}

impl AccessTokenStore for MoodyStore {
    async fn find_access_token(
        &self,
        issuer: &Issuer,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<FoundToken>, StoreError> {
        let (store, now) = self.tokens(now)?;
        store.find_access_token(issuer, token, now).await
    }

    async fn revoke_access_token(&self, issuer: &Issuer, token: &TokenHash, now: Timestamp) -> Result<(), StoreError> {
        let (store, now) = self.tokens(now)?;
        store.revoke_access_token(issuer, token, now).await
    }
}

impl RefreshTokenStore for MoodyStore {
    async fn find_refresh_token(
        &self,
        issuer: &Issuer,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<FoundToken>, StoreError> {
        let (store, now) = self.tokens(now)?;
        store.find_refresh_token(issuer, token, now).await
    }

    async fn rotate_refresh_token(
        &self,
        issuer: &Issuer,
        proposal: RotationProposal,
        now: Timestamp,
    ) -> Result<Rotation, StoreError> {
        let (store, now) = self.tokens(now)?;
        store.rotate_refresh_token(issuer, proposal, now).await
    }
}
