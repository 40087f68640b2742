//! The storage contract: one trait per capability, so that an application implements what its grants need and no more.
//!
//! Every operation is one atomic step: it happens whole or not at all, also when its future is dropped. Time is handed in;
//! a store never asks a clock of its own. The issuer is part of every key: a row of one issuer does not exist for another.
//! Keys are compared whole, byte by byte. A store sees hashes, never a bearer token.
//!
//! # Families
//!
//! A *family* is all that descends from one authorization: its code, its access tokens, its refresh tokens. Revoking it is
//! one flag, which every look-up reports, so that a token inserted at the same moment is dead as well. Rotation moves the
//! family's generation on by compare-and-swap; tokens of earlier generations end with that. A family is remembered until
//! everything in it has expired, so that a replay is recognised for as long as it could hurt; past that moment (the latest
//! [`keep_family_until`](Issue::keep_family_until) it was told) it counts as forgotten, whether it was purged already or not.
//!
//! Every row of an [`Issue`] belongs to the family that it is stored in, and to the family's client. A hash or an identifier
//! that is there already is an error, in every operation, and then nothing of the step is done.
//!
//! A store that locks takes its locks in the order pending request, code, family, tokens.
//!
//! # Errors
//!
//! Callers that meet at one row are no error: whoever loses waits, or is tried again by the store (after a deadlock or a failed
//! serialization too), and gets the answer that the rules give to the second one. [`StoreError`] is for a storage that has no
//! answer. It leaves open whether the step happened, since the answer to a commit can be lost; so whoever calls again may meet
//! the step's own traces, and finds a redeemed code or, within the retry window, the same successor. So a store that gives a rotation
//! up does it well within the window (the default is five seconds), and does not do later what it has given up.

#[cfg(feature = "contract")]
pub mod contract;
mod memory;
mod pending;
#[cfg(feature = "postgres")]
mod postgres;
mod purge;
mod record;
mod shared;
mod split;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(test)]
mod tests;

use std::future::Future;

pub use memory::MemoryStore;
pub use pending::{FoundPending, PendingKind, PendingRecord, Spend, Spending};
#[cfg(feature = "postgres")]
pub use postgres::PostgresStore;
pub use purge::purge_forever;
pub use record::{
    CodeDetails, CodeRecord, FamilyId, FamilyRecord, FamilyState, FoundCode, FoundToken, Issue, NotAFamilyId, RotationProposal,
    TokenDetails, TokenRecord,
};
pub(crate) use record::{CodeFacts, TokenFacts};
#[cfg(test)]
pub(crate) use shared::forward;
pub use split::Split;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;

use crate::client::{CheckedClient, Client};
use crate::clock::Timestamp;
use crate::error::StoreError;
use crate::issuer::Issuer;
use crate::subject::Subject;
use crate::token::{RotationSalt, TokenHash};
use std::sync::Arc;

/// Looks up registered clients. Every authorization server needs it.
#[diagnostic::on_unimplemented(
    message = "the storage `{Self}` cannot look up clients",
    label = "an authorization server needs a `ClientStore`",
    note = "clients are registered before they ask for anything (RFC 6749 section 2): implement `ClientStore` for `{Self}`, or join it with a store that does: `Split::new(clients, tokens)`"
)]
pub trait ClientStore: Send + Sync + 'static {
    /// The client with this identifier, compared byte by byte; `None` if there is none.
    fn client(&self, issuer: &Issuer, id: &str) -> impl Future<Output = Result<Option<Arc<Client>>, StoreError>> + Send;
}

/// Keeps clients that [`AuthorizationServer::register_client`](crate::AuthorizationServer::register_client) has checked.
#[diagnostic::on_unimplemented(
    message = "the storage `{Self}` cannot register clients",
    label = "registering clients needs `ClientRegistry`",
    note = "implement `ClientRegistry` for `{Self}`; where clients get into the storage by other means, check them with `server.check_client(client)`"
)]
pub trait ClientRegistry: ClientStore {
    /// Stores the client, in place of an earlier one with the same identifier.
    fn put_client(&self, issuer: &Issuer, client: CheckedClient) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Keeps authorizations: the families from which codes and tokens descend.
#[diagnostic::on_unimplemented(
    message = "the storage `{Self}` cannot keep authorizations",
    label = "issuing codes and tokens needs `FamilyStore`",
    note = "codes and tokens descend from an authorization, and are revoked with it (RFC 6749 section 4.1.2, RFC 7009 section 2): implement `FamilyStore` for `{Self}`"
)]
pub trait FamilyStore: Send + Sync + 'static {
    /// Begins a family and stores its first rows, all in one step. Hashes and the identifier are random: a collision is an
    /// error, never an overwrite. The family is remembered until the issue's
    /// [`keep_family_until`](Issue::keep_family_until).
    ///
    /// With `spend` it is the answer to a request that waits (see [`PendingStore`]), and the first case that applies decides:
    ///
    /// 1. The request is unknown or expired: [`Spending::Gone`]; nothing changes.
    /// 2. It was decided before: [`Spending::Second`] with the answer that was kept; nothing changes.
    /// 3. Else keep the answer with the request, and begin the family in the same step: [`Spending::First`]. To one caller only.
    ///
    /// Without `spend` the answer is [`Spending::First`]. A store that is no [`PendingStore`] is never handed one.
    fn begin_family(
        &self,
        issuer: &Issuer,
        family: FamilyRecord,
        issue: Issue,
        spend: Option<Spend>,
        now: Timestamp,
    ) -> impl Future<Output = Result<Spending, StoreError>> + Send;

    /// Revokes a family and erases its salt. Everything in it is dead from then on, also what is being inserted at the same
    /// time. Revoking twice, or a family that is gone, is not an error.
    fn revoke_family(
        &self,
        issuer: &Issuer,
        family: &FamilyId,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Lists what a person has authorized, for a page on which they can take it back:
/// [`AuthorizationServer::authorizations`](crate::AuthorizationServer::authorizations).
#[diagnostic::on_unimplemented(
    message = "the storage `{Self}` cannot list a person's authorizations",
    label = "listing and revoking a person's authorizations needs `AuthorizationRecords`",
    note = "implement `AuthorizationRecords` for `{Self}`: it lists the live families of a subject, newest first"
)]
pub trait AuthorizationRecords: FamilyStore {
    /// The families of this subject (compared byte by byte) that are neither revoked nor forgotten, as they were begun; the
    /// newest first.
    fn authorizations_of(
        &self,
        issuer: &Issuer,
        subject: &Subject,
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<FamilyRecord>, StoreError>> + Send;
}

/// Keeps authorization codes (RFC 6749 section 4.1).
#[diagnostic::on_unimplemented(
    message = "the storage `{Self}` cannot keep authorization codes",
    label = "issuing and redeeming authorization codes needs `AuthorizationCodeStore`",
    note = "codes are kept until they are redeemed, once (RFC 6749 section 4.1.2): implement `AuthorizationCodeStore` for `{Self}`, or leave out what uses codes"
)]
pub trait AuthorizationCodeStore: FamilyStore {
    /// Looks a code up and changes nothing: a wrong client, redirect URI or verifier must not burn it for its owner.
    /// Finds redeemed codes too, for as long as their family is remembered.
    fn find_code(
        &self,
        issuer: &Issuer,
        code: &TokenHash,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<FoundCode>, StoreError>> + Send;

    /// Redeems the code and stores what was issued for it, in one step. The first case that applies decides:
    ///
    /// 1. Redeemed before, and its family still remembered: revoke the family in the same step, answer
    ///    [`Redemption::AlreadyRedeemed`] (RFC 6749 section 4.1.2: the tokens issued for the code are to be revoked). It does
    ///    not matter whether the code has expired since, or the family was revoked.
    /// 2. Unknown, expired, or its family revoked or forgotten: [`Redemption::Dead`]; nothing changes.
    /// 3. Else mark it redeemed, store `issue`, keep the family for as long as the issue says, and answer
    ///    [`Redemption::Redeemed`]. To one caller only.
    fn redeem_code(
        &self,
        issuer: &Issuer,
        code: &TokenHash,
        issue: Issue,
        now: Timestamp,
    ) -> impl Future<Output = Result<Redemption, StoreError>> + Send;
}

/// Keeps access tokens, as hashes.
#[diagnostic::on_unimplemented(
    message = "the storage `{Self}` cannot keep access tokens",
    label = "issuing access tokens needs `AccessTokenStore`",
    note = "an access token is an opaque string that is looked up here (RFC 6749 section 1.4): implement `AccessTokenStore` for `{Self}`"
)]
pub trait AccessTokenStore: FamilyStore {
    /// Looks an access token up; changes nothing. Finds those that were revoked or belong to an earlier generation too, until
    /// their expiry: what became of them is in the answer.
    fn find_access_token(
        &self,
        issuer: &Issuer,
        token: &TokenHash,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<FoundToken>, StoreError>> + Send;

    /// Revokes this access token alone. One that is gone, or revoked already, is not an error.
    fn revoke_access_token(
        &self,
        issuer: &Issuer,
        token: &TokenHash,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Keeps refresh tokens, as hashes.
#[diagnostic::on_unimplemented(
    message = "the storage `{Self}` cannot keep refresh tokens",
    label = "the `refresh_token` grant needs `RefreshTokenStore`",
    note = "refresh tokens are kept to be recognised (RFC 6749 section 6): implement `RefreshTokenStore` for `{Self}`, or leave out `RefreshToken`"
)]
pub trait RefreshTokenStore: FamilyStore {
    /// Looks a refresh token up; changes nothing. Finds rotated ones too, until their own expiry.
    fn find_refresh_token(
        &self,
        issuer: &Issuer,
        token: &TokenHash,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<FoundToken>, StoreError>> + Send;

    /// Rotates a refresh token: compare-and-swap on the family's generation, in one step. With `g` the generation of the
    /// presented token and `f` that of the family, the first case that applies decides:
    ///
    /// 1. The token is unknown or expired, or the family revoked or forgotten: [`Rotation::Dead`]; nothing changes. So a replay
    ///    in a family that is revoked already is `Dead`, not `Replayed`.
    /// 2. `g == f`: set the family's generation to `g + 1`, store the issue, and keep salt and `retry_until` with the family in
    ///    place of earlier ones, but no salt if `retry_until <= now`: [`Rotation::Rotated`]. To one caller only.
    /// 3. `g + 1 == f`, the salt still there and `now < retry_until` (both as kept): store the issue's access token, but not its
    ///    refresh token: [`Rotation::Retried`] with the salt kept.
    /// 4. Else it is a replay: revoke the family in the same step: [`Rotation::Replayed`].
    ///
    /// In cases 2 and 3 the family is kept for as long as the issue says. A proposal whose family or generation is not the
    /// presented token's is an error.
    fn rotate_refresh_token(
        &self,
        issuer: &Issuer,
        proposal: RotationProposal,
        now: Timestamp,
    ) -> impl Future<Output = Result<Rotation, StoreError>> + Send;
}

/// Keeps requests that wait to be decided, such as an authorization request while its person signs in and consents. One may be
/// looked at any number of times until it is decided, and is decided once; from then until its expiry it says what the answer was.
#[diagnostic::on_unimplemented(
    message = "the storage `{Self}` cannot keep suspended authorization requests",
    label = "suspending and resuming an authorization request needs `PendingStore`",
    note = "implement `PendingStore` for `{Self}`, or decide about each request while it is being handled"
)]
pub trait PendingStore: Send + Sync + 'static {
    /// Keeps a request that nobody has decided. A hash that is there already is an error.
    ///
    /// Of what its owner has there, of the same kind, not expired and not decided, no more than `room` are kept with it, which is
    /// at least 1: if there would be more, those in the middle give way to it. The oldest `room / 2` stay, and of the others the
    /// newest. (Callers who meet may leave one more each.)
    fn put_pending(
        &self,
        issuer: &Issuer,
        request: PendingRecord,
        room: u32,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Looks a request up and changes nothing. Finds one that was decided too, until its expiry, with the answer that was kept.
    fn find_pending(
        &self,
        issuer: &Issuer,
        request: &TokenHash,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<FoundPending>, StoreError>> + Send;

    /// Takes a request out, decided or not: one caller gets it, every other gets `None`.
    fn take_pending(
        &self,
        issuer: &Issuer,
        request: &TokenHash,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<PendingRecord>, StoreError>> + Send;

    /// Decides about a request without beginning a family, as where a person refuses. The first case that applies decides:
    ///
    /// 1. The request is unknown or expired: [`Spending::Gone`]; nothing changes.
    /// 2. It was decided before, here or by [`begin_family`](FamilyStore::begin_family): [`Spending::Second`] with the answer that
    ///    was kept; nothing changes.
    /// 3. Else keep the answer with the request: [`Spending::First`]. To one caller only.
    fn decide_pending(
        &self,
        issuer: &Issuer,
        spend: Spend,
        now: Timestamp,
    ) -> impl Future<Output = Result<Spending, StoreError>> + Send;
}

/// Removes what has expired. [`purge_forever`] makes a task of it.
#[diagnostic::on_unimplemented(
    message = "the storage `{Self}` cannot remove expired rows",
    label = "removing expired rows needs `PurgeExpired`",
    note = "implement `PurgeExpired` for `{Self}`; a store that expires rows by itself does not need it"
)]
pub trait PurgeExpired: Send + Sync + 'static {
    /// Removes expired rows of all issuers: access tokens, refresh tokens and pending requests past their expiry; codes past
    /// their expiry that nobody redeemed; families, with all that is left in them, once everything they were told to be kept
    /// for has expired. Erases salts whose retry window has closed. What a replay would be recognised by stays.
    ///
    /// Returns how many rows went; an erased salt is not a row. No look-up finds what this removes, so it changes no answer,
    /// and a store may do it in portions, so that requests do not have to wait for it.
    fn purge_expired(&self, now: Timestamp) -> impl Future<Output = Result<u64, StoreError>> + Send;
}

/// Says whether the storage works, for the health check of a load balancer:
/// [`AuthorizationServer::health`](crate::AuthorizationServer::health).
#[diagnostic::on_unimplemented(
    message = "the storage `{Self}` cannot say whether it works",
    label = "a health check needs `HealthCheck`",
    note = "implement `HealthCheck` for `{Self}`: it goes the way that requests go, and changes nothing"
)]
pub trait HealthCheck: Send + Sync + 'static {
    /// Goes the way that requests go, as far as that is possible without changing anything: `Ok` if a request that came now would
    /// find the storage working, reading and writing.
    fn check_health(&self) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// The storage keeps what it was given when the process ends. Outside [`Development`](crate::Development) every storage has to
/// say so: an in-memory store cannot reach production by accident.
#[diagnostic::on_unimplemented(
    message = "the storage `{Self}` forgets everything when the process ends, which only the `Development` profile accepts",
    label = "use a storage that is `Durable`, or begin the chain with `.profile(Development::<OAuth21>::new())`",
    note = "if `{Self}` does keep its data, it says so with `impl Durable for {Self}`"
)]
pub trait Durable {}

/// What became of a redemption.
#[derive(Debug)]
#[non_exhaustive]
pub enum Redemption {
    /// This call redeemed the code.
    Redeemed(Redeemed),
    /// Another call did, before; the family is revoked now.
    AlreadyRedeemed,
    /// There is nothing to redeem.
    Dead,
}

impl Redemption {
    /// For the one call that redeemed the code.
    #[must_use]
    pub const fn redeemed() -> Self {
        Self::Redeemed(Redeemed(()))
    }
}

/// The witness of a redemption: tokens are put into a response only against it.
#[derive(Debug)]
#[must_use = "without its witness a redemption issues nothing"]
pub struct Redeemed(());

/// What became of a rotation.
#[derive(Debug)]
#[non_exhaustive]
pub enum Rotation {
    /// This call rotated the token.
    Rotated(Rotated),
    /// Another call did; within the retry window this one gets the same successor, which the salt yields.
    Retried(Rotated, RotationSalt),
    /// The token was rotated before and may not be retried; the family is revoked now.
    Replayed,
    /// There is nothing to rotate.
    Dead,
}

impl Rotation {
    /// For the one call that rotated the token.
    #[must_use]
    pub const fn rotated() -> Self {
        Self::Rotated(Rotated(()))
    }

    /// For a call within the retry window, with the salt that the rotation kept.
    #[must_use]
    pub const fn retried(salt: RotationSalt) -> Self {
        Self::Retried(Rotated(()), salt)
    }
}

/// The witness of a rotation: tokens are put into a response only against it.
#[derive(Debug)]
#[must_use = "without its witness a rotation issues nothing"]
pub struct Rotated(());
