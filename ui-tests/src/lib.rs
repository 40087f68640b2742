//! What the cases share: storages that lack things, so that a case is ten lines long.

pub mod absent;

use std::sync::Arc;

use grantor::storage::{
    Announcement, AuthorizationPage, FamilyId, FamilyRecord, FoundCode, FoundFamily, FoundPending, FoundToken, Holder, Issue,
    KeyRecord, Kid, LogoutNotice, PendingRecord, Polled, Redemption, ReplayKey, Rotation, RotationProposal, SessionKey,
    SessionRecord, Spend, Spending,
};
use grantor::{
    AccessTokenStore, Approval, AuthorizationCodeStore, AuthorizationPolicy, AuthorizationRecords, AuthorizationRequest,
    CheckedClient, Client, ClientId, ClientRegistry, ClientStore, Decision, DeferredStore, Durable, FamilyStore, HealthCheck,
    Interaction, Issuer, KeyStore, Ongoing, PendingStore, Presented, PurgeExpired, RefreshTokenStore, RegistrationStore,
    ReplayStore, ResourceOwnerAuthenticator, SessionRecords, Standing, StoreError, Subject, Timestamp, TokenClaims, TokenHash,
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

/// Registers the operator's clients, and no strangers.
pub struct NoRegistrations;

/// Registers no clients: they are somebody else's.
pub struct ReadOnly;

/// Removes nothing, lists nothing, and does not say whether it works.
pub struct NoPurge;

/// Keeps no sessions.
pub struct NoSessions;

/// Never says that it keeps its data.
pub struct Volatile;

/// Every method of every capability: there is nothing, and nothing works. An application has one storage and not these dozen: they are
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
            async fn remove_client(&self, _: &Issuer, _: &ClientId) -> Result<bool, StoreError> {
                Err(down())
            }
            async fn list_clients(&self, _: &Issuer, _: Option<&ClientId>, _: u32) -> Result<Vec<Arc<Client>>, StoreError> {
                Ok(Vec::new())
            }
        }
    };
    (@ $store:ident RegistrationStore) => {
        #[diagnostic::do_not_recommend]
        impl RegistrationStore for $store {
            async fn add_client(&self, _: &Issuer, _: CheckedClient, _: u32, _: Timestamp) -> Result<bool, StoreError> {
                Err(down())
            }
            async fn replace_client(&self, _: &Issuer, _: &Client, _: CheckedClient) -> Result<bool, StoreError> {
                Err(down())
            }
            async fn keep_client(&self, _: &Issuer, _: &ClientId, _: Timestamp) -> Result<(), StoreError> {
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
            async fn family(&self, _: &Issuer, _: &FamilyId, _: Timestamp) -> Result<Option<FoundFamily>, StoreError> {
                Ok(None)
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
            async fn list_authorizations(
                &self,
                _: &Issuer,
                _: Holder<'_>,
                _: Option<&FamilyId>,
                _: u32,
                _: Timestamp,
            ) -> Result<AuthorizationPage, StoreError> {
                Ok(AuthorizationPage::default())
            }
            async fn revoke_authorizations(&self, _: &Issuer, _: Holder<'_>, _: Timestamp) -> Result<u64, StoreError> {
                Err(down())
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
    (@ $store:ident KeyStore) => {
        #[diagnostic::do_not_recommend]
        impl KeyStore for $store {
            async fn keys(&self, _: &Issuer, _: Timestamp) -> Result<Vec<KeyRecord>, StoreError> {
                Ok(Vec::new())
            }
            async fn announce_key(&self, _: &Issuer, _: KeyRecord, _: Timestamp) -> Result<Announcement, StoreError> {
                Err(down())
            }
            async fn withdraw_key(&self, _: &Issuer, _: &Kid, _: Timestamp) -> Result<(), StoreError> {
                Err(down())
            }
        }
    };
    (@ $store:ident DeferredStore) => {
        #[diagnostic::do_not_recommend]
        impl DeferredStore for $store {
            async fn put_deferred(
                &self,
                _: &Issuer,
                _: PendingRecord,
                _: TokenHash,
                _: u32,
                _: Timestamp,
            ) -> Result<bool, StoreError> {
                Err(down())
            }
            async fn find_deferred(
                &self,
                _: &Issuer,
                _: &TokenHash,
                _: Timestamp,
            ) -> Result<Option<FoundPending>, StoreError> {
                Ok(None)
            }
            async fn poll_deferred(
                &self,
                _: &Issuer,
                _: &TokenHash,
                _: &ClientId,
                _: u32,
                _: Timestamp,
            ) -> Result<Option<Polled>, StoreError> {
                Ok(None)
            }
        }
    };
    (@ $store:ident ReplayStore) => {
        #[diagnostic::do_not_recommend]
        impl ReplayStore for $store {
            async fn first_time(&self, _: &Issuer, _: &ReplayKey, _: Timestamp, _: Timestamp) -> Result<bool, StoreError> {
                Err(down())
            }
        }
    };
    (@ $store:ident SessionRecords) => {
        #[diagnostic::do_not_recommend]
        impl SessionRecords for $store {
            async fn open_session(
                &self,
                _: &Issuer,
                _: SessionRecord,
                _: Timestamp,
                _: Timestamp,
            ) -> Result<SessionRecord, StoreError> {
                Err(down())
            }
            async fn session(&self, _: &Issuer, _: SessionKey, _: Timestamp) -> Result<Option<SessionRecord>, StoreError> {
                Ok(None)
            }
            async fn sessions_of(&self, _: &Issuer, _: &Subject, _: Timestamp) -> Result<Vec<SessionRecord>, StoreError> {
                Ok(Vec::new())
            }
            async fn end_session(
                &self,
                _: &Issuer,
                _: SessionKey,
                _: Option<Timestamp>,
                _: Timestamp,
            ) -> Result<Option<SessionRecord>, StoreError> {
                Ok(None)
            }
            async fn claim_notices(
                &self,
                _: &Issuer,
                _: u32,
                _: Timestamp,
                _: Timestamp,
            ) -> Result<Vec<LogoutNotice>, StoreError> {
                Ok(Vec::new())
            }
            async fn settle_notice(
                &self,
                _: &Issuer,
                _: &FamilyId,
                _: &ClientId,
                _: Option<Timestamp>,
            ) -> Result<(), StoreError> {
                Err(down())
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
    PgStore: ClientStore ClientRegistry RegistrationStore FamilyStore KeyStore ReplayStore SessionRecords AuthorizationRecords AuthorizationCodeStore AccessTokenStore RefreshTokenStore PendingStore DeferredStore PurgeExpired HealthCheck Durable;
    Clients: ClientStore Durable;
    Tokens: FamilyStore AuthorizationCodeStore AccessTokenStore RefreshTokenStore PendingStore PurgeExpired Durable;
    NoFamilies: ClientStore ClientRegistry PendingStore PurgeExpired Durable;
    NoCodes: ClientStore ClientRegistry FamilyStore AccessTokenStore RefreshTokenStore PendingStore PurgeExpired Durable;
    NoAccessTokens: ClientStore ClientRegistry FamilyStore AuthorizationCodeStore RefreshTokenStore PendingStore PurgeExpired Durable;
    NoRefreshTokens: ClientStore ClientRegistry FamilyStore AuthorizationCodeStore AccessTokenStore PendingStore PurgeExpired Durable;
    NoInteractions: ClientStore ClientRegistry FamilyStore AuthorizationCodeStore AccessTokenStore RefreshTokenStore PurgeExpired Durable;
    NoRegistrations: ClientStore ClientRegistry FamilyStore AuthorizationRecords AccessTokenStore PurgeExpired Durable;
    ReadOnly: ClientStore FamilyStore AuthorizationRecords AuthorizationCodeStore AccessTokenStore RefreshTokenStore PendingStore PurgeExpired HealthCheck Durable;
    NoPurge: ClientStore ClientRegistry FamilyStore AuthorizationCodeStore AccessTokenStore RefreshTokenStore PendingStore Durable;
    NoSessions: ClientStore ClientRegistry FamilyStore AuthorizationCodeStore AccessTokenStore RefreshTokenStore PendingStore PurgeExpired Durable;
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

/// A `SignsOut` that has nobody to sign out. A macro, since these programs are also compiled without the feature `jose`.
#[macro_export]
macro_rules! signs_out {
    () => {
        struct SignsOut;

        impl grantor::SignOut for SignsOut {
            async fn signed_in(&self, _: &http::Request<bytes::Bytes>) -> Result<Option<grantor::SignedIn>, grantor::StoreError> {
                Ok(None)
            }
            async fn sign_out(
                &self,
                _: &http::Request<bytes::Bytes>,
                _: &grantor::SignedIn,
            ) -> Result<http::HeaderMap, grantor::StoreError> {
                Ok(http::HeaderMap::new())
            }
        }
    };
}

/// Takes nothing back.
#[derive(Debug, Clone, Copy)]
pub struct Everybody;

#[diagnostic::do_not_recommend]
impl AuthorizationPolicy for Everybody {
    async fn standing(&self, _: Ongoing<'_>) -> Result<Standing, StoreError> {
        Ok(Standing::Stands)
    }
}

/// Decides about nothing: whatever is asked is refused.
pub struct Agents;

#[diagnostic::do_not_recommend]
impl grantor::ExchangePolicy for Agents {
    async fn decide(&self, _: grantor::Exchange<'_>) -> Result<grantor::ExchangeDecision, StoreError> {
        Ok(grantor::ExchangeDecision::deny())
    }
}
