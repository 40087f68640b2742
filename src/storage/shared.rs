//! An `Arc<S>` is a store wherever `S` is. The signatures of the contract are repeated in one place, the macro below, which
//! serves [`Split`] as well; the bounds stay on the inner store, so that rustc names that one when a capability is missing.

use std::ops::Deref;

// Every type that the signatures of the contract name.
use super::*;

/// The methods of a trait of the contract, which call the same on an inner store:
/// `forward!(Trait => Inner, function from &Self to &Inner)`. The `impl` around it is written out, because rustc shows it.
macro_rules! forward {
    (ClientStore => $($to:tt)*) => {
        forward!(@ ClientStore { fn client(issuer: &Issuer, id: &str) -> Option<Arc<Client>>; } $($to)*);
    };
    (ClientRegistry => $($to:tt)*) => {
        forward!(@ ClientRegistry { fn put_client(issuer: &Issuer, client: CheckedClient) -> (); } $($to)*);
    };
    (FamilyStore => $($to:tt)*) => {
        forward!(@ FamilyStore {
            fn begin_family(issuer: &Issuer, family: FamilyRecord, issue: Issue, spend: Option<Spend>, now: Timestamp) -> Spending;
            fn revoke_family(issuer: &Issuer, family: &FamilyId, now: Timestamp) -> ();
        } $($to)*);
    };
    (AuthorizationRecords => $($to:tt)*) => {
        forward!(@ AuthorizationRecords {
            fn authorizations_of(issuer: &Issuer, subject: &Subject, now: Timestamp) -> Vec<FamilyRecord>;
        } $($to)*);
    };
    (AuthorizationCodeStore => $($to:tt)*) => {
        forward!(@ AuthorizationCodeStore {
            fn find_code(issuer: &Issuer, code: &TokenHash, now: Timestamp) -> Option<FoundCode>;
            fn redeem_code(issuer: &Issuer, code: &TokenHash, issue: Issue, now: Timestamp) -> Redemption;
        } $($to)*);
    };
    (AccessTokenStore => $($to:tt)*) => {
        forward!(@ AccessTokenStore {
            fn find_access_token(issuer: &Issuer, token: &TokenHash, now: Timestamp) -> Option<FoundToken>;
            fn revoke_access_token(issuer: &Issuer, token: &TokenHash, now: Timestamp) -> ();
        } $($to)*);
    };
    (RefreshTokenStore => $($to:tt)*) => {
        forward!(@ RefreshTokenStore {
            fn find_refresh_token(issuer: &Issuer, token: &TokenHash, now: Timestamp) -> Option<FoundToken>;
            fn rotate_refresh_token(issuer: &Issuer, proposal: RotationProposal, now: Timestamp) -> Rotation;
        } $($to)*);
    };
    (PendingStore => $($to:tt)*) => {
        forward!(@ PendingStore {
            fn put_pending(issuer: &Issuer, request: PendingRecord, room: u32, now: Timestamp) -> ();
            fn find_pending(issuer: &Issuer, request: &TokenHash, now: Timestamp) -> Option<FoundPending>;
            fn take_pending(issuer: &Issuer, request: &TokenHash, now: Timestamp) -> Option<PendingRecord>;
            fn decide_pending(issuer: &Issuer, spend: Spend, now: Timestamp) -> Spending;
        } $($to)*);
    };
    (PurgeExpired => $($to:tt)*) => {
        forward!(@ PurgeExpired { fn purge_expired(now: Timestamp) -> u64; } $($to)*);
    };
    (HealthCheck => $($to:tt)*) => {
        forward!(@ HealthCheck { fn check_health() -> (); } $($to)*);
    };
    (@ $capability:ident { $(fn $method:ident($($argument:ident: $type:ty),*) -> $output:ty;)* } $inner:ident, $access:path) => {
        $(
            fn $method(&self, $($argument: $type),*) -> impl Future<Output = Result<$output, StoreError>> + Send {
                // By path: a method call on an `Arc` would find this very method again.
                <$inner as $capability>::$method($access(self), $($argument),*)
            }
        )*
    };
}

pub(crate) use forward;

impl<S: ClientStore> ClientStore for Arc<S> {
    forward!(ClientStore => S, Deref::deref);
}

impl<S: ClientRegistry> ClientRegistry for Arc<S> {
    forward!(ClientRegistry => S, Deref::deref);
}

impl<S: FamilyStore> FamilyStore for Arc<S> {
    forward!(FamilyStore => S, Deref::deref);
}

impl<S: AuthorizationRecords> AuthorizationRecords for Arc<S> {
    forward!(AuthorizationRecords => S, Deref::deref);
}

impl<S: AuthorizationCodeStore> AuthorizationCodeStore for Arc<S> {
    forward!(AuthorizationCodeStore => S, Deref::deref);
}

impl<S: AccessTokenStore> AccessTokenStore for Arc<S> {
    forward!(AccessTokenStore => S, Deref::deref);
}

impl<S: RefreshTokenStore> RefreshTokenStore for Arc<S> {
    forward!(RefreshTokenStore => S, Deref::deref);
}

impl<S: PendingStore> PendingStore for Arc<S> {
    forward!(PendingStore => S, Deref::deref);
}

impl<S: PurgeExpired> PurgeExpired for Arc<S> {
    forward!(PurgeExpired => S, Deref::deref);
}

impl<S: HealthCheck> HealthCheck for Arc<S> {
    forward!(HealthCheck => S, Deref::deref);
}

impl<S: Durable> Durable for Arc<S> {}
