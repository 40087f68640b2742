//! A store with something around every call: to count calls, to let them wait, to let them fail.

use std::sync::Arc;

use grantor::storage::{
    FamilyId, FamilyRecord, FoundCode, FoundToken, InteractionRecord, Issue, Redemption, Rotation, RotationProposal,
};
use grantor::{
    AccessTokenStore, AuthorizationCodeStore, CheckedClient, Client, ClientRegistry, ClientStore, FamilyStore, InteractionStore,
    Issuer, MemoryStore, RefreshTokenStore, StoreError, Timestamp, TokenHash,
};

/// What is done around a call of a store.
pub trait Hook: Send + Sync + 'static {
    /// Runs `step`, which is the call named `name`, or does not.
    fn around<T: Send>(
        &self,
        name: &'static str,
        step: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> impl Future<Output = Result<T, StoreError>> + Send;
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
    ($($capability:ident { $(fn $method:ident($($argument:ident: $type:ty),*) -> $output:ty;)* })*) => {
        $(
            impl<H: Hook, S: $capability> $capability for Hooked<H, S> {
                $(
                    async fn $method(&self, $($argument: $type),*) -> Result<$output, StoreError> {
                        self.hook.around(stringify!($method), self.inner.$method($($argument),*)).await
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
        fn begin_family(issuer: &Issuer, family: FamilyRecord, issue: Issue, now: Timestamp) -> ();
        fn revoke_family(issuer: &Issuer, family: &FamilyId, now: Timestamp) -> ();
    }
    AuthorizationCodeStore {
        fn find_code(issuer: &Issuer, code: &TokenHash, now: Timestamp) -> Option<FoundCode>;
        fn redeem_code(issuer: &Issuer, code: &TokenHash, issue: Issue, now: Timestamp) -> Redemption;
    }
    AccessTokenStore {
        fn find_access_token(issuer: &Issuer, token: &TokenHash, now: Timestamp) -> Option<FoundToken>;
        fn revoke_access_token(issuer: &Issuer, token: &TokenHash, now: Timestamp) -> ();
    }
    RefreshTokenStore {
        fn find_refresh_token(issuer: &Issuer, token: &TokenHash, now: Timestamp) -> Option<FoundToken>;
        fn rotate_refresh_token(issuer: &Issuer, proposal: RotationProposal, now: Timestamp) -> Rotation;
    }
    InteractionStore {
        fn put_interaction(issuer: &Issuer, interaction: InteractionRecord, now: Timestamp) -> ();
        fn take_interaction(issuer: &Issuer, interaction: &TokenHash, now: Timestamp) -> Option<InteractionRecord>;
    }
}
