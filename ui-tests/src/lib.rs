//! What the cases share: storages that lack things, so that a case is ten lines long.

pub mod absent;

use std::sync::Arc;

use grantor::storage::{
    FamilyId, FamilyRecord, FoundCode, FoundPending, FoundToken, Issue, PendingRecord, Redemption, Rotation, RotationProposal,
    Spend, Spending,
};
use grantor::{
    AccessTokenStore, Approval, AuthorizationCodeStore, AuthorizationRecords, AuthorizationRequest, CheckedClient, Client,
    ClientRegistry, ClientStore, Decision, Durable, FamilyStore, HealthCheck, Interaction, Issuer, PendingStore, Presented,
    PurgeExpired, RefreshTokenStore, ResourceOwnerAuthenticator, StoreError, Subject, Timestamp, TokenClaims, TokenHash,
    TokenVerifier, VerifierError,
};

/// Has every capability and keeps its data.
pub struct PgStore;

/// Looks up clients, and nothing else.
pub struct Clients;

/// Keeps tokens of every kind, and knows no clients.
pub struct Tokens;

/// Keeps no authorizations, and so nothing that descends from one.
pub struct NoFamilies;

/// Keeps no authorization codes.
pub struct NoCodes;

/// Keeps no access tokens.
pub struct NoAccessTokens;

/// Keeps no refresh tokens.
pub struct NoRefreshTokens;

/// Keeps no suspended authorization requests.
pub struct NoInteractions;

/// Registers no clients: they are somebody else's.
pub struct ReadOnly;

/// Removes nothing, lists nothing, and does not say whether it works.
pub struct NoPurge;

/// Never says that it keeps its data.
pub struct Volatile;

/// Every method of every capability: there is nothing, and nothing works. An application has one storage and not these ten: they are
/// kept out of the lists that rustc prints.
macro_rules! capabilities {
    ($($store:ident: $($capability:ident)*;)*) => { $($(capabilities!(@ $store $capability);)*)* };
    (@ $store:ident Durable) => {
        #[diagnostic::do_not_recommend]
        impl Durable for $store {}
    };
    (@ $store:ident ClientStore) => {
        #[diagnostic::do_not_recommend]
        impl ClientStore for $store {
            async fn client(&self, _: &Issuer, _: &str) -> Result<Option<Arc<Client>>, StoreError> {
                Ok(None)
            }
        }
    };
    (@ $store:ident ClientRegistry) => {
        #[diagnostic::do_not_recommend]
        impl ClientRegistry for $store {
            async fn put_client(&self, _: &Issuer, _: CheckedClient) -> Result<(), StoreError> {
                Err(down())
            }
        }
    };
    (@ $store:ident FamilyStore) => {
        #[diagnostic::do_not_recommend]
        impl FamilyStore for $store {
            async fn begin_family(
                &self,
                _: &Issuer,
                _: FamilyRecord,
                _: Issue,
                _: Option<Spend>,
                _: Timestamp,
            ) -> Result<Spending, StoreError> {
                Err(down())
            }
            async fn revoke_family(&self, _: &Issuer, _: &FamilyId, _: Timestamp) -> Result<(), StoreError> {
                Err(down())
            }
        }
    };
    (@ $store:ident AuthorizationRecords) => {
        #[diagnostic::do_not_recommend]
        impl AuthorizationRecords for $store {
            async fn authorizations_of(&self, _: &Issuer, _: &Subject, _: Timestamp) -> Result<Vec<FamilyRecord>, StoreError> {
                Ok(Vec::new())
            }
        }
    };
    (@ $store:ident AuthorizationCodeStore) => {
        #[diagnostic::do_not_recommend]
        impl AuthorizationCodeStore for $store {
            async fn find_code(&self, _: &Issuer, _: &TokenHash, _: Timestamp) -> Result<Option<FoundCode>, StoreError> {
                Ok(None)
            }
            async fn redeem_code(&self, _: &Issuer, _: &TokenHash, _: Issue, _: Timestamp) -> Result<Redemption, StoreError> {
                Ok(Redemption::Dead)
            }
        }
    };
    (@ $store:ident AccessTokenStore) => {
        #[diagnostic::do_not_recommend]
        impl AccessTokenStore for $store {
            async fn find_access_token(
                &self,
                _: &Issuer,
                _: &TokenHash,
                _: Timestamp,
            ) -> Result<Option<FoundToken>, StoreError> {
                Ok(None)
            }
            async fn revoke_access_token(&self, _: &Issuer, _: &TokenHash, _: Timestamp) -> Result<(), StoreError> {
                Err(down())
            }
        }
    };
    (@ $store:ident RefreshTokenStore) => {
        #[diagnostic::do_not_recommend]
        impl RefreshTokenStore for $store {
            async fn find_refresh_token(
                &self,
                _: &Issuer,
                _: &TokenHash,
                _: Timestamp,
            ) -> Result<Option<FoundToken>, StoreError> {
                Ok(None)
            }
            async fn rotate_refresh_token(
                &self,
                _: &Issuer,
                _: RotationProposal,
                _: Timestamp,
            ) -> Result<Rotation, StoreError> {
                Ok(Rotation::Dead)
            }
        }
    };
    (@ $store:ident PendingStore) => {
        #[diagnostic::do_not_recommend]
        impl PendingStore for $store {
            async fn put_pending(&self, _: &Issuer, _: PendingRecord, _: u32, _: Timestamp) -> Result<(), StoreError> {
                Err(down())
            }
            async fn find_pending(
                &self,
                _: &Issuer,
                _: &TokenHash,
                _: Timestamp,
            ) -> Result<Option<FoundPending>, StoreError> {
                Ok(None)
            }
            async fn take_pending(
                &self,
                _: &Issuer,
                _: &TokenHash,
                _: Timestamp,
            ) -> Result<Option<PendingRecord>, StoreError> {
                Ok(None)
            }
            async fn decide_pending(&self, _: &Issuer, _: Spend, _: Timestamp) -> Result<Spending, StoreError> {
                Ok(Spending::Gone)
            }
        }
    };
    (@ $store:ident HealthCheck) => {
        #[diagnostic::do_not_recommend]
        impl HealthCheck for $store {
            async fn check_health(&self) -> Result<(), StoreError> {
                Err(StoreError::failed("nothing works"))
            }
        }
    };
    (@ $store:ident PurgeExpired) => {
        #[diagnostic::do_not_recommend]
        impl PurgeExpired for $store {
            async fn purge_expired(&self, _: Timestamp) -> Result<u64, StoreError> {
                Ok(0)
            }
        }
    };
}

#[rustfmt::skip]
capabilities! {
    PgStore: ClientStore ClientRegistry FamilyStore AuthorizationRecords AuthorizationCodeStore AccessTokenStore RefreshTokenStore PendingStore PurgeExpired HealthCheck Durable;
    Clients: ClientStore Durable;
    Tokens: FamilyStore AuthorizationCodeStore AccessTokenStore RefreshTokenStore PendingStore PurgeExpired Durable;
    NoFamilies: ClientStore ClientRegistry PendingStore PurgeExpired Durable;
    NoCodes: ClientStore ClientRegistry FamilyStore AccessTokenStore RefreshTokenStore PendingStore PurgeExpired Durable;
    NoAccessTokens: ClientStore ClientRegistry FamilyStore AuthorizationCodeStore RefreshTokenStore PendingStore PurgeExpired Durable;
    NoRefreshTokens: ClientStore ClientRegistry FamilyStore AuthorizationCodeStore AccessTokenStore PendingStore PurgeExpired Durable;
    NoInteractions: ClientStore ClientRegistry FamilyStore AuthorizationCodeStore AccessTokenStore RefreshTokenStore PurgeExpired Durable;
    ReadOnly: ClientStore FamilyStore AuthorizationCodeStore AccessTokenStore RefreshTokenStore PendingStore PurgeExpired Durable;
    NoPurge: ClientStore ClientRegistry FamilyStore AuthorizationCodeStore AccessTokenStore RefreshTokenStore PendingStore Durable;
    Volatile: ClientStore ClientRegistry FamilyStore AuthorizationCodeStore AccessTokenStore RefreshTokenStore PendingStore PurgeExpired;
}

fn down() -> StoreError {
    StoreError::Unavailable { retry_after: None }
}

/// Knows nobody's password.
#[derive(Debug, Clone, Copy)]
pub struct NoPasswords;

#[diagnostic::do_not_recommend]
impl ResourceOwnerAuthenticator for NoPasswords {
    async fn authenticate(&self, _: &str, _: &str) -> Result<Option<Subject>, StoreError> {
        Ok(None)
    }
}

/// Approves everything for Alice.
#[derive(Debug, Clone, Copy)]
pub struct Alice;

#[diagnostic::do_not_recommend]
impl<Sv: Sync> Interaction<Sv> for Alice {
    async fn decide(&self, _: &Sv, _: &http::Request<bytes::Bytes>, request: AuthorizationRequest) -> Decision {
        match Subject::new("alice") {
            Ok(alice) => request.approve(Approval::by(alice)),
            Err(_) => request.deny(),
        }
    }
}

/// Knows no token.
#[derive(Debug, Clone, Copy)]
pub struct NoTokens;

#[diagnostic::do_not_recommend]
impl TokenVerifier for NoTokens {
    async fn verify(&self, _: &Presented<'_>) -> Result<Option<TokenClaims>, VerifierError> {
        Ok(None)
    }
}
