//! A store with something around every call: to count calls, to let them wait, to let them fail.

use std::sync::Arc;

use grantor::storage::{
    FamilyId, FamilyRecord, FoundCode, FoundPending, FoundToken, Issue, PendingRecord, Redemption, Rotation, RotationProposal,
    Spend, Spending,
};
use grantor::{
    AccessTokenStore, AuthorizationCodeStore, AuthorizationRecords, CheckedClient, Client, ClientRegistry, ClientStore,
    FamilyStore, Issuer, MemoryStore, PendingStore, PurgeExpired, RefreshTokenStore, StoreError, Subject, Timestamp, TokenHash,
};

/// What is done around a call of a store.
pub trait Hook: Send + Sync + 'static {
    /// Runs `step`, which is the call named `name`, or does not.
    fn around<T: Send>(
        &self,
        name: &'static str,
        step: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> impl Future<Output = Result<T, StoreError>> + Send;

    /// What the store is told for the time.
    fn now(&self, now: Timestamp) -> Timestamp {
        now
    }
}

/// A store, by default in memory, with a hook around each call.
pub struct Hooked<H, S = MemoryStore> {
    pub inner: S,
    pub hook: Arc<H>,
}

impl<H> Hooked<H> {
    pub fn new(hook: H) -> Self {
        Self { inner: MemoryStore::new(), hook: Arc::new(hook) }
    }
}

macro_rules! hooked {
    ($($capability:ident { $(fn $method:ident($($argument:ident: $type:ty),* $(; $now:ident)?) -> $output:ty;)* })*) => {
        $(
            impl<H: Hook, S: $capability> $capability for Hooked<H, S> {
                $(
                    async fn $method(&self, $($argument: $type,)* $($now: Timestamp)?) -> Result<$output, StoreError> {
                        let step = self.inner.$method($($argument,)* $(self.hook.now($now))?);
                        self.hook.around(stringify!($method), step).await
                    }
                )*
            }
        )*
    };
}

hooked! {
    ClientStore {
        fn client(issuer: &Issuer, id: &str) -> Option<Arc<Client>>;
    }
    ClientRegistry {
        fn put_client(issuer: &Issuer, client: CheckedClient) -> ();
    }
    FamilyStore {
        fn begin_family(issuer: &Issuer, family: FamilyRecord, issue: Issue, spend: Option<Spend>; now) -> Spending;
        fn revoke_family(issuer: &Issuer, family: &FamilyId; now) -> ();
    }
    AuthorizationCodeStore {
        fn find_code(issuer: &Issuer, code: &TokenHash; now) -> Option<FoundCode>;
        fn redeem_code(issuer: &Issuer, code: &TokenHash, issue: Issue; now) -> Redemption;
    }
    AccessTokenStore {
        fn find_access_token(issuer: &Issuer, token: &TokenHash; now) -> Option<FoundToken>;
        fn revoke_access_token(issuer: &Issuer, token: &TokenHash; now) -> ();
    }
    RefreshTokenStore {
        fn find_refresh_token(issuer: &Issuer, token: &TokenHash; now) -> Option<FoundToken>;
        fn rotate_refresh_token(issuer: &Issuer, proposal: RotationProposal; now) -> Rotation;
    }
    PendingStore {
        fn put_pending(issuer: &Issuer, request: PendingRecord, room: u32; now) -> ();
        fn find_pending(issuer: &Issuer, request: &TokenHash; now) -> Option<FoundPending>;
        fn take_pending(issuer: &Issuer, request: &TokenHash; now) -> Option<PendingRecord>;
        fn decide_pending(issuer: &Issuer, spend: Spend; now) -> Spending;
    }
    AuthorizationRecords {
        fn authorizations_of(issuer: &Issuer, subject: &Subject; now) -> Vec<FamilyRecord>;
    }
    PurgeExpired {
        fn purge_expired(; now) -> u64;
    }
}
