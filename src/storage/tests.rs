//! The rules of the contract, against every store of this crate: each rule is a function over the store, in [`lives`] or
//! [`rows`], and the macro at the end makes the tests.

mod lives;
mod rows;

use std::any::Any;
use std::ops::Deref;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use super::*;
use crate::client::ClientId;
use crate::scope::Scope;
use crate::token::RotationSalt;

/// A store with every capability.
pub(super) trait Whole:
    ClientRegistry
    + AuthorizationRecords
    + AuthorizationCodeStore
    + AccessTokenStore
    + RefreshTokenStore
    + InteractionStore
    + PurgeExpired
    + Sized
{
    fn empty() -> Sample<Self>;
    /// How many rows there are that may expire.
    fn rows(&self) -> usize;
}

/// A store for one test, with what has to live as long as it.
pub(super) struct Sample<S> {
    store: S,
    _beneath: Option<Box<dyn Any>>,
}

impl<S> Sample<S> {
    pub(super) fn new(store: S) -> Self {
        Self { store, _beneath: None }
    }

    pub(super) fn upon(store: S, beneath: impl Any) -> Self {
        Self { store, _beneath: Some(Box::new(beneath)) }
    }
}

impl<S> Deref for Sample<S> {
    type Target = S;
    fn deref(&self) -> &S {
        &self.store
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// The result of a future, without a runtime.
pub(super) fn run<T>(future: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let (mut future, mut context) = (pin!(future), Context::from_waker(&waker));
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(result) => return result,
            Poll::Pending => thread::park(),
        }
    }
}

/// The result of a step that succeeds.
pub(super) fn ok<T>(future: impl Future<Output = Result<T, StoreError>>) -> T {
    run(future).unwrap()
}

pub(super) const FAMILY: FamilyId = FamilyId::from_bytes([7; 16]);

pub(super) fn t(seconds: u64) -> Timestamp {
    Timestamp::from_unix(seconds)
}

pub(super) fn issuer(host: &str) -> Issuer {
    Issuer::parse(&format!("https://{host}.example.com")).unwrap()
}

pub(super) fn hash(name: &str) -> TokenHash {
    TokenHash::of(name)
}

fn salt(byte: u8) -> RotationSalt {
    RotationSalt::from_bytes([byte; 32])
}

pub(super) fn subject(name: &str) -> Subject {
    Subject::new(name).unwrap()
}

pub(super) fn client_id() -> ClientId {
    ClientId::parse("app").unwrap()
}

pub(super) fn client() -> CheckedClient {
    CheckedClient::new(Client::public("app").redirect_uri("https://app.example.com/").build().unwrap())
}

pub(super) fn details() -> TokenDetails {
    TokenFacts::new(None::<Subject>, Scope::default()).into_details()
}

pub(super) fn family(id: FamilyId) -> FamilyRecord {
    FamilyRecord::new(id, client_id(), None, t(0), details())
}

pub(super) fn token(name: &str, generation: u32, expires_at: u64) -> TokenRecord {
    TokenRecord::new(hash(name), FAMILY, generation, client_id(), t(0), t(expires_at), details())
}

fn code(name: &str, expires_at: u64) -> CodeRecord {
    CodeRecord::new(hash(name), FAMILY, client_id(), t(expires_at), code_details())
}

fn code_details() -> CodeDetails {
    CodeFacts::new(&details(), "https://app.example.com/".into(), true, None, "code".into()).into_details()
}

/// Tokens of a generation: `a0` until 100 and `r0` until 1000, `a1` and `r1`, and so on.
pub(super) fn tokens(generation: u32) -> Issue {
    let (access, refresh) = (format!("a{generation}"), format!("r{generation}"));
    Issue::new(None, Some(token(&access, generation, 100)), Some(token(&refresh, generation, 1000)))
}

pub(super) fn access(name: &str, generation: u32) -> Issue {
    Issue::new(None, Some(token(name, generation, 100)), None)
}

/// A family, remembered until 20, with the code `c`, good until 10.
fn with_code<S: Whole>() -> (Sample<S>, Issuer) {
    let (store, issuer) = (S::empty(), issuer("a"));
    let issue = Issue { keep_family_until: t(20), ..Issue::new(Some(code("c", 10)), None, None) };
    ok(store.begin_family(&issuer, family(FAMILY), issue, t(0)));
    (store, issuer)
}

/// A family with tokens of generation 0.
pub(super) fn with_tokens<S: Whole>() -> (Sample<S>, Issuer) {
    let (store, issuer) = (S::empty(), issuer("a"));
    ok(store.begin_family(&issuer, family(FAMILY), tokens(0), t(0)));
    (store, issuer)
}

/// Presents the refresh token of a generation at `now`, with ten seconds in which to retry.
fn rotate(store: &impl Whole, issuer: &Issuer, generation: u32, issue: Issue, now: u64) -> String {
    let presented = hash(&format!("r{generation}"));
    let salt = salt(u8::try_from(now).unwrap());
    let proposal = RotationProposal { presented, family: FAMILY, generation, salt, retry_until: t(now + 10), issue };
    match run(store.rotate_refresh_token(issuer, proposal, t(now))) {
        Ok(Rotation::Rotated(_)) => "rotated".to_owned(),
        Ok(Rotation::Retried(_, salt)) => format!("retried {}", salt.as_bytes()[0]),
        Ok(Rotation::Replayed) => "replayed".to_owned(),
        Ok(Rotation::Dead) => "dead".to_owned(),
        Err(_) => "failed".to_owned(),
    }
}

fn redeem(store: &impl Whole, issuer: &Issuer, issue: Issue, now: u64) -> &'static str {
    match run(store.redeem_code(issuer, &hash("c"), issue, t(now))) {
        Ok(Redemption::Redeemed(_)) => "redeemed",
        Ok(Redemption::AlreadyRedeemed) => "already",
        Ok(Redemption::Dead) => "dead",
        Err(_) => "failed",
    }
}

/// Is the access token good? `None` if there is none.
fn active(store: &impl Whole, issuer: &Issuer, name: &str, now: u64) -> Option<bool> {
    ok(store.find_access_token(issuer, &hash(name), t(now))).map(|found| found.is_active(t(now)))
}

/// The same for a refresh token.
fn active_refresh(store: &impl Whole, issuer: &Issuer, name: &str, now: u64) -> Option<bool> {
    ok(store.find_refresh_token(issuer, &hash(name), t(now))).map(|found| found.is_active(t(now)))
}

macro_rules! rules {
    ($($(#[$condition:meta])* $store:ident in $module:ident;)*) => {$($(#[$condition])* mod $module { each_rule!($store); })*};
}

macro_rules! each_rule {
    ($store:ident) => {
        each_rule!(@ $store, lives:
            of_two_redemptions_one_wins_and_the_other_revokes
            a_redeemed_code_is_recognised_while_its_family_is_remembered
            rotations
            an_expired_refresh_token_cannot_be_rotated_though_its_family_is_remembered
            a_family_is_remembered_until_the_latest_moment_it_was_told
            rotation_ends_the_generation_before
            without_a_window_every_second_rotation_is_a_replay
            purging_erases_the_salt_and_keeps_what_recognises_a_replay
            nothing_can_be_issued_in_a_revoked_family
            an_access_token_is_revoked_alone
            a_dropped_future_leaves_nothing_or_the_whole_step
        );
        each_rule!(@ $store, rows:
            a_look_up_finds_the_record_as_inserted_and_changes_nothing
            everything_expires_at_the_exact_second
            a_collision_is_an_error_and_changes_nothing
            issuers_are_kept_apart
            purging_removes_what_expired_of_all_issuers_and_no_client
            details_are_kept_verbatim
            a_subject_sees_what_is_live_and_its_own
            a_client_is_replaced_whole
            moments_beyond_all_time_do_not_wrap
        );
    };
    (@ $store:ident, $module:ident: $($rule:ident)*) => {$(
        #[test]
        fn $rule() {
            super::$module::$rule::<crate::storage::$store>();
        }
    )*};
}

rules! {
    MemoryStore in memory;
    #[cfg(feature = "sqlite")]
    SqliteStore in sqlite;
}
