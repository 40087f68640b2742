//! An `Arc<S>` is a store wherever `S` is, and a [`Split`] what its two stores are. The signatures of the contract are repeated in one
//! place, the macro below; the bounds stay on the inner store, so that rustc names that one when a capability is missing. Both
//! implementations of a trait stand together, because rustc shows them together.

use std::ops::Deref;

// Every type that the signatures of the contract name.
use super::*;

/// The methods of a trait of the [contract](crate::storage), which call the same on an inner store. For a store that wraps another one,
/// such as a test double: `forward!(Trait => Inner, function from &Self to &Inner)` stands for the body of the `impl`, and whatever the
/// wrapper does itself is written out.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU32, Ordering};
///
/// use grantor::{AccessTokenStore, Client, ClientStore, FamilyStore, Issuer, StoreError, forward};
///
/// /// Counts how often clients are looked up.
/// struct Counting<S> {
///     inner: S,
///     lookups: AtomicU32,
/// }
///
/// impl<S> Counting<S> {
///     fn inner(&self) -> &S {
///         &self.inner
///     }
/// }
///
/// impl<S: ClientStore> ClientStore for Counting<S> {
///     async fn client(&self, issuer: &Issuer, id: &str) -> Result<Option<Arc<Client>>, StoreError> {
///         self.lookups.fetch_add(1, Ordering::Relaxed);
///         self.inner.client(issuer, id).await
///     }
/// }
///
/// impl<S: FamilyStore> FamilyStore for Counting<S> {
///     forward!(FamilyStore => S, Self::inner);
/// }
///
/// impl<S: AccessTokenStore> AccessTokenStore for Counting<S> {
///     forward!(AccessTokenStore => S, Self::inner);
/// }
/// ```
#[macro_export]
macro_rules! forward {
    (ClientStore => $($to:tt)*) => {
        $crate::forward!(@ ClientStore {
            fn client(issuer: &$crate::Issuer, id: &str) -> Option<::std::sync::Arc<$crate::Client>>;
        } $($to)*);
    };
    (ClientRegistry => $($to:tt)*) => {
        $crate::forward!(@ ClientRegistry {
            fn put_client(issuer: &$crate::Issuer, client: $crate::CheckedClient) -> ();
            fn remove_client(issuer: &$crate::Issuer, id: &$crate::ClientId) -> bool;
            fn list_clients(
                issuer: &$crate::Issuer,
                after: Option<&$crate::ClientId>,
                limit: u32
            ) -> Vec<::std::sync::Arc<$crate::Client>>;
        } $($to)*);
    };
    (RegistrationStore => $($to:tt)*) => {
        $crate::forward!(@ RegistrationStore {
            fn add_client(issuer: &$crate::Issuer, client: $crate::CheckedClient, room: u32, now: $crate::Timestamp) -> bool;
            fn replace_client(issuer: &$crate::Issuer, was: &$crate::Client, client: $crate::CheckedClient) -> bool;
            fn keep_client(issuer: &$crate::Issuer, id: &$crate::ClientId, until: $crate::Timestamp) -> ();
        } $($to)*);
    };
    (FamilyStore => $($to:tt)*) => {
        $crate::forward!(@ FamilyStore {
            fn begin_family(
                issuer: &$crate::Issuer,
                family: $crate::storage::FamilyRecord,
                issue: $crate::storage::Issue,
                spend: Option<$crate::storage::Spend>,
                now: $crate::Timestamp
            ) -> $crate::storage::Spending;
            fn family(
                issuer: &$crate::Issuer,
                family: &$crate::storage::FamilyId,
                now: $crate::Timestamp
            ) -> Option<$crate::storage::FoundFamily>;
            fn revoke_family(issuer: &$crate::Issuer, family: &$crate::storage::FamilyId, now: $crate::Timestamp) -> ();
        } $($to)*);
    };
    (AuthorizationRecords => $($to:tt)*) => {
        $crate::forward!(@ AuthorizationRecords {
            fn authorizations_of(
                issuer: &$crate::Issuer,
                subject: &$crate::Subject,
                now: $crate::Timestamp
            ) -> Vec<$crate::storage::FamilyRecord>;
            fn list_authorizations(
                issuer: &$crate::Issuer,
                of: $crate::storage::Holder<'_>,
                after: Option<&$crate::storage::FamilyId>,
                limit: u32,
                now: $crate::Timestamp
            ) -> $crate::storage::AuthorizationPage;
            fn revoke_authorizations(
                issuer: &$crate::Issuer,
                of: $crate::storage::Holder<'_>,
                now: $crate::Timestamp
            ) -> u64;
        } $($to)*);
    };
    (AuthorizationCodeStore => $($to:tt)*) => {
        $crate::forward!(@ AuthorizationCodeStore {
            fn find_code(
                issuer: &$crate::Issuer,
                code: &$crate::TokenHash,
                now: $crate::Timestamp
            ) -> Option<$crate::storage::FoundCode>;
            fn redeem_code(
                issuer: &$crate::Issuer,
                code: &$crate::TokenHash,
                issue: $crate::storage::Issue,
                now: $crate::Timestamp
            ) -> $crate::storage::Redemption;
        } $($to)*);
    };
    (AccessTokenStore => $($to:tt)*) => {
        $crate::forward!(@ AccessTokenStore {
            fn find_access_token(
                issuer: &$crate::Issuer,
                token: &$crate::TokenHash,
                now: $crate::Timestamp
            ) -> Option<$crate::storage::FoundToken>;
            fn revoke_access_token(issuer: &$crate::Issuer, token: &$crate::TokenHash, now: $crate::Timestamp) -> ();
        } $($to)*);
    };
    (RefreshTokenStore => $($to:tt)*) => {
        $crate::forward!(@ RefreshTokenStore {
            fn find_refresh_token(
                issuer: &$crate::Issuer,
                token: &$crate::TokenHash,
                now: $crate::Timestamp
            ) -> Option<$crate::storage::FoundToken>;
            fn rotate_refresh_token(
                issuer: &$crate::Issuer,
                proposal: $crate::storage::RotationProposal,
                now: $crate::Timestamp
            ) -> $crate::storage::Rotation;
        } $($to)*);
    };
    (PendingStore => $($to:tt)*) => {
        $crate::forward!(@ PendingStore {
            fn put_pending(
                issuer: &$crate::Issuer,
                request: $crate::storage::PendingRecord,
                room: u32,
                now: $crate::Timestamp
            ) -> ();
            fn find_pending(
                issuer: &$crate::Issuer,
                request: &$crate::TokenHash,
                now: $crate::Timestamp
            ) -> Option<$crate::storage::FoundPending>;
            fn take_pending(
                issuer: &$crate::Issuer,
                request: &$crate::TokenHash,
                now: $crate::Timestamp
            ) -> Option<$crate::storage::PendingRecord>;
            fn decide_pending(
                issuer: &$crate::Issuer,
                spend: $crate::storage::Spend,
                now: $crate::Timestamp
            ) -> $crate::storage::Spending;
        } $($to)*);
    };
    (DeferredStore => $($to:tt)*) => {
        $crate::forward!(@ DeferredStore {
            fn put_deferred(
                issuer: &$crate::Issuer,
                request: $crate::storage::PendingRecord,
                alias: $crate::TokenHash,
                room: u32,
                now: $crate::Timestamp
            ) -> bool;
            fn find_deferred(
                issuer: &$crate::Issuer,
                alias: &$crate::TokenHash,
                now: $crate::Timestamp
            ) -> Option<$crate::storage::FoundPending>;
            fn poll_deferred(
                issuer: &$crate::Issuer,
                request: &$crate::TokenHash,
                client_id: &$crate::ClientId,
                interval: u32,
                now: $crate::Timestamp
            ) -> Option<$crate::storage::Polled>;
        } $($to)*);
    };
    (ReplayStore => $($to:tt)*) => {
        $crate::forward!(@ ReplayStore {
            fn first_time(
                issuer: &$crate::Issuer,
                key: &$crate::storage::ReplayKey,
                until: $crate::Timestamp,
                now: $crate::Timestamp
            ) -> bool;
        } $($to)*);
    };
    (KeyStore => $($to:tt)*) => {
        $crate::forward!(@ KeyStore {
            fn keys(issuer: &$crate::Issuer, now: $crate::Timestamp) -> Vec<$crate::storage::KeyRecord>;
            fn announce_key(
                issuer: &$crate::Issuer,
                key: $crate::storage::KeyRecord,
                now: $crate::Timestamp
            ) -> $crate::storage::Announcement;
            fn withdraw_key(issuer: &$crate::Issuer, kid: &$crate::storage::Kid, now: $crate::Timestamp) -> ();
        } $($to)*);
    };
    (SessionRecords => $($to:tt)*) => {
        $crate::forward!(@ SessionRecords {
            fn open_session(
                issuer: &$crate::Issuer,
                session: $crate::storage::SessionRecord,
                keep_until: $crate::Timestamp,
                now: $crate::Timestamp
            ) -> $crate::storage::SessionRecord;
            fn session(
                issuer: &$crate::Issuer,
                session: $crate::storage::SessionKey,
                now: $crate::Timestamp
            ) -> Option<$crate::storage::SessionRecord>;
            fn sessions_of(
                issuer: &$crate::Issuer,
                subject: &$crate::Subject,
                now: $crate::Timestamp
            ) -> Vec<$crate::storage::SessionRecord>;
            fn end_session(
                issuer: &$crate::Issuer,
                session: $crate::storage::SessionKey,
                tell_until: Option<$crate::Timestamp>,
                now: $crate::Timestamp
            ) -> Option<$crate::storage::SessionRecord>;
            fn claim_notices(
                issuer: &$crate::Issuer,
                limit: u32,
                again_at: $crate::Timestamp,
                now: $crate::Timestamp
            ) -> Vec<$crate::storage::LogoutNotice>;
            fn settle_notice(
                issuer: &$crate::Issuer,
                session: &$crate::storage::FamilyId,
                client_id: &$crate::ClientId,
                again_at: Option<$crate::Timestamp>
            ) -> ();
        } $($to)*);
    };
    (PurgeExpired => $($to:tt)*) => {
        $crate::forward!(@ PurgeExpired {
            fn purge_expired(now: $crate::Timestamp) -> u64;
            fn purge_with_progress(progress: &mut (dyn FnMut(u64) + Send), now: $crate::Timestamp) -> u64;
        } $($to)*);
    };
    (HealthCheck => $($to:tt)*) => {
        $crate::forward!(@ HealthCheck { fn check_health() -> (); } $($to)*);
    };
    (@ $capability:ident { $(fn $method:ident($($argument:ident: $type:ty),*) -> $output:ty;)* } $inner:ident, $access:path) => {
        $(
            fn $method(
                &self,
                $($argument: $type),*
            ) -> impl ::std::future::Future<Output = ::std::result::Result<$output, $crate::StoreError>> + Send {
                // By path: a method call on an `Arc` would find this very method again.
                <$inner as $crate::$capability>::$method($access(self), $($argument),*)
            }
        )*
    };
}

impl<S: ClientStore> ClientStore for Arc<S> {
    forward!(ClientStore => S, Deref::deref);
}

impl<C: ClientStore, T: Send + Sync + 'static> ClientStore for Split<C, T> {
    forward!(ClientStore => C, Self::clients);
}

impl<S: ClientRegistry> ClientRegistry for Arc<S> {
    forward!(ClientRegistry => S, Deref::deref);
}

impl<C: ClientRegistry, T: Send + Sync + 'static> ClientRegistry for Split<C, T> {
    forward!(ClientRegistry => C, Self::clients);
}

impl<S: RegistrationStore> RegistrationStore for Arc<S> {
    forward!(RegistrationStore => S, Deref::deref);
}

impl<C: RegistrationStore, T: Send + Sync + 'static> RegistrationStore for Split<C, T> {
    forward!(RegistrationStore => C, Self::clients);
}

impl<S: FamilyStore> FamilyStore for Arc<S> {
    forward!(FamilyStore => S, Deref::deref);
}

impl<C: Send + Sync + 'static, T: FamilyStore> FamilyStore for Split<C, T> {
    forward!(FamilyStore => T, Self::tokens);
}

impl<S: AuthorizationRecords> AuthorizationRecords for Arc<S> {
    forward!(AuthorizationRecords => S, Deref::deref);
}

impl<C: Send + Sync + 'static, T: AuthorizationRecords> AuthorizationRecords for Split<C, T> {
    forward!(AuthorizationRecords => T, Self::tokens);
}

impl<S: AuthorizationCodeStore> AuthorizationCodeStore for Arc<S> {
    forward!(AuthorizationCodeStore => S, Deref::deref);
}

impl<C: Send + Sync + 'static, T: AuthorizationCodeStore> AuthorizationCodeStore for Split<C, T> {
    forward!(AuthorizationCodeStore => T, Self::tokens);
}

impl<S: AccessTokenStore> AccessTokenStore for Arc<S> {
    forward!(AccessTokenStore => S, Deref::deref);
}

impl<C: Send + Sync + 'static, T: AccessTokenStore> AccessTokenStore for Split<C, T> {
    forward!(AccessTokenStore => T, Self::tokens);
}

impl<S: RefreshTokenStore> RefreshTokenStore for Arc<S> {
    forward!(RefreshTokenStore => S, Deref::deref);
}

impl<C: Send + Sync + 'static, T: RefreshTokenStore> RefreshTokenStore for Split<C, T> {
    forward!(RefreshTokenStore => T, Self::tokens);
}

impl<S: PendingStore> PendingStore for Arc<S> {
    forward!(PendingStore => S, Deref::deref);
}

impl<C: Send + Sync + 'static, T: PendingStore> PendingStore for Split<C, T> {
    forward!(PendingStore => T, Self::tokens);
}

impl<S: DeferredStore> DeferredStore for Arc<S> {
    forward!(DeferredStore => S, Deref::deref);
}

impl<C: Send + Sync + 'static, T: DeferredStore> DeferredStore for Split<C, T> {
    forward!(DeferredStore => T, Self::tokens);
}

impl<S: ReplayStore> ReplayStore for Arc<S> {
    forward!(ReplayStore => S, Deref::deref);
}

impl<C: Send + Sync + 'static, T: ReplayStore> ReplayStore for Split<C, T> {
    forward!(ReplayStore => T, Self::tokens);
}

impl<S: KeyStore> KeyStore for Arc<S> {
    forward!(KeyStore => S, Deref::deref);
}

impl<C: Send + Sync + 'static, T: KeyStore> KeyStore for Split<C, T> {
    forward!(KeyStore => T, Self::tokens);
}

impl<S: SessionRecords> SessionRecords for Arc<S> {
    forward!(SessionRecords => S, Deref::deref);
}

impl<C: Send + Sync + 'static, T: SessionRecords> SessionRecords for Split<C, T> {
    forward!(SessionRecords => T, Self::tokens);
}

impl<S: PurgeExpired> PurgeExpired for Arc<S> {
    forward!(PurgeExpired => S, Deref::deref);
}

impl<C: Send + Sync + 'static, T: PurgeExpired> PurgeExpired for Split<C, T> {
    forward!(PurgeExpired => T, Self::tokens);
}

impl<S: HealthCheck> HealthCheck for Arc<S> {
    forward!(HealthCheck => S, Deref::deref);
}

impl<C: HealthCheck, T: HealthCheck> HealthCheck for Split<C, T> {
    async fn check_health(&self) -> Result<(), StoreError> {
        self.clients().check_health().await?;
        self.tokens().check_health().await
    }
}

impl<S: Durable> Durable for Arc<S> {}

impl<C: Durable, T: Durable> Durable for Split<C, T> {}
