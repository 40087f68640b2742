//! The storage contract: one trait per capability, so that an application implements what its grants need and no more.
//!
//! Every operation is one atomic step: it happens whole or not at all, also when its future is dropped. Time is handed in;
//! a store never asks a clock of its own. The issuer is part of every key: a row of one issuer does not exist for another.
//! Keys are compared whole, byte by byte. A store sees hashes, never a bearer token.
//!
//! # Clocks
//!
//! The clocks of instances differ. Where all instances share another one, such as that of the database, a store measures by it two things
//! that must not depend on who asks: how long a retry window is open (it is open for as long as the proposal says, from the rotation
//! on, and a request that waited for a few seconds counts from when it came), and what a purge removes (nothing that has not expired by
//! that clock, too). So an instance whose clock is wrong takes nobody's retry for a replay, and removes nothing that is alive. If the time
//! that is handed in is more than a day behind that clock, or more than ten years ahead of it, it is that of a test, and alone counts.
//!
//! # Families
//!
//! A *family* is all that descends from one authorization: its code, its access tokens, its refresh tokens. Revoking it is
//! one flag, which every look-up reports, so that a token inserted at the same moment is dead as well. Rotation moves the
//! family's generation on by compare-and-swap; tokens of earlier generations end with that, save for access tokens that the rotation
//! says [outlive](Outliving) it, as those for other APIs than the one that was refreshed for. A family is remembered until
//! everything in it has expired, so that a replay is recognised for as long as it could hurt; past that moment (the latest
//! [`keep_family_until`](Issue::keep_family_until) it was told) it counts as forgotten, whether it was purged already or not.
//!
//! A family may descend from another one, its [`parent`](FamilyRecord::parent), as where a token was exchanged for another (RFC 8693).
//! The revocation of an ancestor counts for it: whatever asks whether a family is revoked asks that of the family and of each of its
//! ancestors, of which there are at most [`MAX_ANCESTORS`](FamilyRecord::MAX_ANCESTORS). So revoking stays one flag, however many
//! families descend from the one that is revoked. An ancestor is remembered for at least as long as what descends from it: whatever
//! keeps a family for longer keeps its ancestors too, in the same step. A family of which an ancestor was forgotten and purged is
//! forgotten.
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
mod deferred;
mod family;
mod holder;
mod issue;
mod key;
#[cfg(feature = "contract")]
mod kit;
mod memory;
mod outliving;
mod page;
mod pending;
#[cfg(feature = "postgres")]
mod postgres;
mod purge;
mod record;
mod registrations;
mod replay;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod schema;
mod session;
mod shared;
mod split;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(test)]
mod tests;

use std::future::Future;

pub(crate) use deferred::Polling;
pub use deferred::{DeferredStore, Polled};
pub use family::{FamilyId, FamilyRecord, FamilyState, FoundFamily, NotAFamilyId};
pub use holder::Holder;
pub use issue::{Issue, RotationProposal};
pub use key::{AlgorithmName, Announcement, KeyRecord, KeyTimes, Kid, NotAKeyName, SealedKey};
pub use memory::MemoryStore;
pub use outliving::Outliving;
pub use page::AuthorizationPage;
pub use pending::{FoundPending, PendingKind, PendingRecord, Spend, Spending};
#[cfg(feature = "postgres")]
pub use postgres::PostgresStore;
pub use purge::purge_forever;
pub(crate) use record::{Carried, CodeFacts, TokenFacts};
pub use record::{CodeDetails, CodeRecord, FoundCode, FoundToken, TokenDetails, TokenRecord};
pub use registrations::RegistrationStore;
pub use replay::ReplayKey;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use schema::{SchemaProgress, SchemaStatus};
pub use session::{LogoutNotice, SessionKey, SessionRecord, SessionRecords};
pub use split::Split;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;

use crate::client::{CheckedClient, Client, ClientId};
use crate::values::bearer::{RotationSalt, TokenHash};
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;
use crate::values::subject::Subject;
use std::sync::Arc;

/// Looks up registered clients. Every authorization server needs it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a storage that can look up clients",
    label = "an authorization server needs a `ClientStore`",
    note = "clients are registered before they ask for anything (RFC 6749 section 2): implement `ClientStore` for `{Self}`, or join it with a store that does: `Split::new(clients, tokens)`"
)]
pub trait ClientStore: Send + Sync + 'static {
    /// The client with this identifier, compared byte by byte; `None` if there is none.
    // rustc shows the last line where somebody writes `dyn ClientStore` or uses `async_trait`.
    #[rustfmt::skip]
    fn client(&self, issuer: &Issuer, id: &str)
    -> impl Future<Output = Result<Option<Arc<Client>>, StoreError>> + Send; // Write `async fn`. No `dyn`: be generic over it.
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

    /// Removes the client with this identifier, compared byte by byte; `false` if there is none. What was issued to it is none of its
    /// business: that ends with [`revoke_authorizations`](AuthorizationRecords::revoke_authorizations).
    fn remove_client(&self, issuer: &Issuer, id: &ClientId) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// The clients whose identifiers come after this one, or all, ordered by identifier, byte by byte; of those the first `limit`.
    fn list_clients(
        &self,
        issuer: &Issuer,
        after: Option<&ClientId>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Arc<Client>>, StoreError>> + Send;
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
    /// With `spend` it is the answer to a request that waits (see [`PendingStore`]), and with a
    /// [`parent`](FamilyRecord::parent) it descends from another family. The first case that applies decides:
    ///
    /// 1. The request is unknown or expired: [`Spending::Gone`]; nothing changes.
    /// 2. It was decided before: [`Spending::Second`] with the answer that was kept; nothing changes.
    /// 3. The parent is unknown, forgotten, or revoked, itself or with an ancestor: [`Spending::Orphaned`]; nothing changes.
    /// 4. The parent has [`MAX_ANCESTORS`](FamilyRecord::MAX_ANCESTORS) already: [`Spending::TooDeep`]; nothing changes.
    /// 5. Else keep the answer with the request, and begin the family in the same step: [`Spending::First`]. To one caller only.
    ///    The ancestors are kept for as long as the issue says.
    ///
    /// Without `spend` and without a parent the answer is [`Spending::First`]. A store that is no [`PendingStore`] is never handed a
    /// `spend`.
    fn begin_family(
        &self,
        issuer: &Issuer,
        family: FamilyRecord,
        issue: Issue,
        spend: Option<Spend>,
        now: Timestamp,
    ) -> impl Future<Output = Result<Spending, StoreError>> + Send;

    /// Looks a family up and changes nothing. Finds a revoked one too, until it is forgotten: what became of it is in the answer.
    fn family(
        &self,
        issuer: &Issuer,
        id: &FamilyId,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<FoundFamily>, StoreError>> + Send;

    /// Revokes a family and erases its salt. Everything in it is dead from then on, also what is being inserted at the same
    /// time; and so is everything in the families that descend from it. Revoking twice, or a family that is gone, is not an error.
    fn revoke_family(
        &self,
        issuer: &Issuer,
        family: &FamilyId,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Lists what a person has authorized, for a page on which they can take it back
/// ([`AuthorizationServer::authorizations`](crate::AuthorizationServer::authorizations)), or what a person or a client has, page by page,
/// for operators ([`Administration`](crate::Administration)); and ends all that a person or a client has
/// ([`revoke_subject`](crate::AuthorizationServer::revoke_subject), [`revoke_client`](crate::AuthorizationServer::revoke_client)).
#[diagnostic::on_unimplemented(
    message = "the storage `{Self}` cannot list a person's authorizations",
    label = "listing and revoking a person's authorizations needs `AuthorizationRecords`",
    note = "implement `AuthorizationRecords` for `{Self}`: it lists the live families of a subject, newest first, and revokes all of a subject or a client"
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

    /// A page of the families of a client, or of a subject (compared byte by byte), that are neither revoked, themselves or with an ancestor,
    /// nor forgotten: as they were begun, ordered by identifier, byte by byte. It begins after the family `after`, which need not be there
    /// any more, and has at most `limit` (0 is taken for 1).
    ///
    /// A store looks at a bounded number of rows for one page, so that requests do not have to wait for it. So a page may have fewer than
    /// `limit`, even none, although more come: [`next`](AuthorizationPage::next) says after which family the next one begins, which need
    /// not be one of theirs, and only a page without it is the last.
    fn list_authorizations(
        &self,
        issuer: &Issuer,
        of: Holder<'_>,
        after: Option<&FamilyId>,
        limit: u32,
        now: Timestamp,
    ) -> impl Future<Output = Result<AuthorizationPage, StoreError>> + Send;

    /// Revokes every family of a client, or of a subject (compared byte by byte), as
    /// [`revoke_family`](FamilyStore::revoke_family) revokes one. Where the store is a [`PendingStore`], the requests of the client
    /// that wait go too, decided or not: nobody gets them. Whose they will be is not known of requests, so none goes with a subject.
    ///
    /// Returns how many families it revoked: those that were neither revoked themselves nor forgotten. Doing it twice is not an error.
    ///
    /// A store may do it in portions, so that requests do not have to wait for it. What was there when it began is revoked when it has
    /// answered; what begins meanwhile may stay.
    fn revoke_authorizations(
        &self,
        issuer: &Issuer,
        of: Holder<'_>,
        now: Timestamp,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;
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
    ///    place of earlier ones, but no salt if `retry_until <= now`: [`Rotation::Rotated`]. To one caller only. What outlives by the
    ///    proposal takes the place of what did.
    /// 3. `g + 1 == f`, the salt still there and `now < retry_until` (both as kept): store the issue's access token, but not its
    ///    refresh token: [`Rotation::Retried`] with the salt kept.
    /// 4. Else it is a replay: revoke the family in the same step: [`Rotation::Replayed`].
    ///
    /// Where instances share a clock, the window is measured by that one (see [clocks](self#clocks)).
    ///
    /// A proposal without a salt leaves the token what it is: case 2 leaves generation and salt as they are, stores the issue, and
    /// answers [`Rotation::Rotated`] to every caller; case 3 does not apply. What outlives stays as well.
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

/// Keeps requests that wait to be decided: authorization requests while their persons sign in and consent, and those that clients pushed. One may be
/// looked at any number of times until it is decided, and is decided once; from then until its expiry it says what the answer was.
#[diagnostic::on_unimplemented(
    message = "the storage `{Self}` cannot keep authorization requests that wait",
    label = "pushing an authorization request, or suspending and resuming one, needs `PendingStore`",
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

/// Remembers what may be used once until it has expired by itself: DPoP proofs (RFC 9449 section 11.1), assertions of clients (RFC 7523
/// section 3), request objects (RFC 9101 section 10.8).
#[diagnostic::on_unimplemented(
    message = "the storage `{Self}` cannot remember what was used",
    label = "accepting something once and no second time needs `ReplayStore`",
    note = "proofs and assertions carry a `jti` that may come once (RFC 9449 section 11.1, RFC 7523 section 3): implement `ReplayStore` for `{Self}`"
)]
pub trait ReplayStore: Send + Sync + 'static {
    /// Is it the first time that this key comes? A key is remembered while `now < until`, as its first call said. The first case that
    /// applies decides:
    ///
    /// 1. `until` is more than [`MAX_SECS`](ReplayKey::MAX_SECS) after `now`: an error.
    /// 2. `until <= now`: `false`; what has expired comes too late, and nothing changes.
    /// 3. The key is remembered: `false`; nothing changes.
    /// 4. Else remember it: `true`. To one caller only.
    fn first_time(
        &self,
        issuer: &Issuer,
        key: &ReplayKey,
        until: Timestamp,
        now: Timestamp,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;
}

/// Keeps the keys with which an issuer signs, for all its instances: their private parts sealed, with a key that the storage does not
/// have.
#[diagnostic::on_unimplemented(
    message = "the storage `{Self}` cannot keep signing keys",
    label = "signing with keys that are stored needs `KeyStore`",
    note = "instances that share an issuer share its keys (RFC 7517 section 5): implement `KeyStore` for `{Self}`, or sign with keys from elsewhere"
)]
pub trait KeyStore: Send + Sync + 'static {
    /// The keys of this issuer that are not forgotten, which they are from [`published_until`](KeyTimes::published_until) on; also those
    /// that were withdrawn. Ordered by algorithm, byte by byte, and then by generation.
    fn keys(&self, issuer: &Issuer, now: Timestamp) -> impl Future<Output = Result<Vec<KeyRecord>, StoreError>> + Send;

    /// Announces a key, as instances do of which each finds that the next one is due. The first case that applies decides:
    ///
    /// 1. A key of the same algorithm and generation is there, withdrawn or not: [`Announcement::AnotherWas`]; nothing changes. (It may
    ///    be the same one, if the answer to an earlier call was lost.)
    /// 2. Else keep it: [`Announcement::Announced`]. To one caller only.
    ///
    /// A `kid` that is there already with another algorithm or generation is an error.
    fn announce_key(
        &self,
        issuer: &Issuer,
        key: KeyRecord,
        now: Timestamp,
    ) -> impl Future<Output = Result<Announcement, StoreError>> + Send;

    /// Withdraws a key, as after a compromise: notes when, and erases what is sealed. The rest stays until it is forgotten, so that its
    /// generation is not given a second time. Withdrawing twice, or a key that is gone, is not an error; the first moment counts.
    fn withdraw_key(&self, issuer: &Issuer, kid: &Kid, now: Timestamp) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Seconds by which the clocks of instances may differ. What recognises a replay, or tells a retry from one, stays for so long after it is
/// of no use by the clock of the instance that purges.
pub(crate) const CLOCKS_DIFFER: u64 = 60;

/// Seconds by which the time that is handed in may be behind a clock that all instances share, and ahead of it: then the clock is right,
/// and beyond that the time is that of a test.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) const BEHIND: u64 = 86_400;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) const AHEAD: u64 = 3_650 * 86_400;

/// Seconds for which a request may have waited until the store asks that clock.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) const WAIT: u64 = 10;

/// What the first two cases of [`ReplayStore::first_time`] come to, if one of them applies.
pub(crate) fn comes_too_late(until: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
    match now.checked_secs_until(until) {
        Some(seconds) if seconds > ReplayKey::MAX_SECS => {
            Err(StoreError::failed("a key is to be remembered for more than a day"))
        }
        Some(seconds) => Ok(seconds == 0),
        None => Ok(true),
    }
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
    /// for has expired, and a session with its family; keys that are used once, 60 seconds after they are not remembered any more, so that
    /// by a clock that is behind they are not used twice; signing keys once nobody needs their public part; notices of sessions that ended
    /// past their expiry; clients whose [end](Client::unused_until) has come. Erases salts 60 seconds after their retry window has closed, so that by a clock
    /// that is behind a retry is no replay. What a replay would be recognised by stays.
    ///
    /// Nothing goes that has not expired by a clock that all instances share, if there is one (see [clocks](self#clocks)).
    ///
    /// Returns how many rows went; an erased salt is not a row. No look-up finds what this removes, so it changes no answer, and a
    /// store may do it in portions, so that requests do not have to wait for it. A client whose end has come is found until then, and
    /// whoever looks it up takes it for none.
    fn purge_expired(&self, now: Timestamp) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// The same, and says meanwhile how many rows went so far: never fewer than before, and at last as many as it returns. A store that
    /// removes them in portions does so after each portion.
    ///
    /// Without an implementation of its own it says so once, in the end.
    fn purge_with_progress(
        &self,
        progress: &mut (dyn FnMut(u64) + Send),
        now: Timestamp,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send {
        async move {
            let rows = self.purge_expired(now).await?;
            progress(rows);
            Ok(rows)
        }
    }
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
    label = "if it keeps its data, `impl Durable for {Self}`; else use one that does, or `.profile(Development::<OAuth21>::new())`",
    note = "outside `Development` a storage has to say that what was issued outlives the process: `{Self}` does not"
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
