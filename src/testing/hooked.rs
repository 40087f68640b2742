//! A store with something around every call: to count calls, to let them wait, to let them fail.

use std::fmt;
use std::sync::Arc;

use crate::client::{CheckedClient, Client, ClientId};
use crate::storage::{
    AccessTokenStore, Announcement, AuthorizationCodeStore, AuthorizationPage, AuthorizationRecords, ClientRegistry, ClientStore,
    DeferredStore, Durable, FamilyId, FamilyRecord, FamilyStore, FoundCode, FoundFamily, FoundPending, FoundToken, HealthCheck,
    Holder, Issue, KeyRecord, KeyStore, Kid, LogoutNotice, MemoryStore, PendingRecord, PendingStore, Polled, PurgeExpired,
    Redemption, RefreshTokenStore, RegistrationStore, ReplayKey, ReplayStore, Rotation, RotationProposal, SessionKey,
    SessionRecord, SessionRecords, Spend, Spending,
};
use crate::values::bearer::TokenHash;
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;
use crate::values::subject::Subject;

/// What is done around each call of a store. [`Faults`](super::Faults) is one that lets calls fail; this one counts:
///
/// ```
/// use std::sync::atomic::{AtomicUsize, Ordering};
///
/// use grantor::StoreError;
/// use grantor::testing::{Hook, Hooked};
///
/// #[derive(Default)]
/// struct Count(AtomicUsize);
///
/// impl Hook for Count {
///     async fn around<T: Send>(
///         &self,
///         _: &'static str,
///         step: impl Future<Output = Result<T, StoreError>> + Send,
///     ) -> Result<T, StoreError> {
///         self.0.fetch_add(1, Ordering::Relaxed);
///         step.await
///     }
/// }
///
/// let store = Hooked::new(Count::default());
/// # let _ = store;
/// ```
pub trait Hook: Send + Sync + 'static {
    /// Runs `step`, which is the call of the store's method `name`, or does not.
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

/// A store, by default in memory, with a hook around each call. Clones share both.
pub struct Hooked<H, S = MemoryStore> {
    /// The store.
    pub inner: S,
    /// What is done around each call.
    pub hook: Arc<H>,
}

impl<H> Hooked<H> {
    /// An empty store in memory.
    #[must_use]
    pub fn new(hook: H) -> Self {
        Self::around(MemoryStore::new(), hook)
    }
}

impl<H: Default> Default for Hooked<H> {
    fn default() -> Self {
        Self::new(H::default())
    }
}

impl<H, S> Hooked<H, S> {
    /// This store.
    #[must_use]
    pub fn around(inner: S, hook: H) -> Self {
        Self { inner, hook: Arc::new(hook) }
    }
}

impl<H, S: Clone> Clone for Hooked<H, S> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), hook: self.hook.clone() }
    }
}

impl<H, S: fmt::Debug> fmt::Debug for Hooked<H, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooked").field("inner", &self.inner).finish_non_exhaustive()
    }
}

/// It lasts as long as what it wraps.
#[diagnostic::do_not_recommend]
impl<H, S: Durable> Durable for Hooked<H, S> {}

macro_rules! hooked {
    ($($capability:ident { $(fn $method:ident($($argument:ident: $type:ty),* $(; $now:ident)?) -> $output:ty;)* })*) => {
        $(
            #[diagnostic::do_not_recommend]
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
        fn remove_client(issuer: &Issuer, id: &ClientId) -> bool;
        fn list_clients(issuer: &Issuer, after: Option<&ClientId>, limit: u32) -> Vec<Arc<Client>>;
    }
    RegistrationStore {
        fn add_client(issuer: &Issuer, client: CheckedClient, room: u32; now) -> bool;
        fn replace_client(issuer: &Issuer, was: &Client, client: CheckedClient) -> bool;
        fn keep_client(issuer: &Issuer, id: &ClientId, until: Timestamp) -> ();
    }
    FamilyStore {
        fn begin_family(issuer: &Issuer, family: FamilyRecord, issue: Issue, spend: Option<Spend>; now) -> Spending;
        fn family(issuer: &Issuer, id: &FamilyId; now) -> Option<FoundFamily>;
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
    DeferredStore {
        fn put_deferred(issuer: &Issuer, request: PendingRecord, alias: TokenHash, room: u32; now) -> bool;
        fn find_deferred(issuer: &Issuer, alias: &TokenHash; now) -> Option<FoundPending>;
        fn poll_deferred(issuer: &Issuer, request: &TokenHash, client_id: &ClientId, interval: u32; now) -> Option<Polled>;
    }
    ReplayStore {
        fn first_time(issuer: &Issuer, key: &ReplayKey, until: Timestamp; now) -> bool;
    }
    KeyStore {
        fn keys(issuer: &Issuer; now) -> Vec<KeyRecord>;
        fn announce_key(issuer: &Issuer, key: KeyRecord; now) -> Announcement;
        fn withdraw_key(issuer: &Issuer, kid: &Kid; now) -> ();
    }
    SessionRecords {
        fn open_session(issuer: &Issuer, session: SessionRecord, keep_until: Timestamp; now) -> SessionRecord;
        fn session(issuer: &Issuer, session: SessionKey; now) -> Option<SessionRecord>;
        fn sessions_of(issuer: &Issuer, subject: &Subject; now) -> Vec<SessionRecord>;
        fn end_session(issuer: &Issuer, session: SessionKey, tell_until: Option<Timestamp>; now) -> Option<SessionRecord>;
        fn claim_notices(issuer: &Issuer, limit: u32, again_at: Timestamp; now) -> Vec<LogoutNotice>;
        fn settle_notice(issuer: &Issuer, session: &FamilyId, client_id: &ClientId, again_at: Option<Timestamp>) -> ();
    }
    AuthorizationRecords {
        fn authorizations_of(issuer: &Issuer, subject: &Subject; now) -> Vec<FamilyRecord>;
        fn list_authorizations(issuer: &Issuer, of: Holder<'_>, after: Option<&FamilyId>, limit: u32; now) -> AuthorizationPage;
        fn revoke_authorizations(issuer: &Issuer, of: Holder<'_>; now) -> u64;
    }
    PurgeExpired {
        fn purge_expired(; now) -> u64;
        fn purge_with_progress(progress: &mut (dyn FnMut(u64) + Send); now) -> u64;
    }
    HealthCheck {
        fn check_health() -> ();
    }
}
