//! The rules of the contract, against every store of this crate: each rule is a function over the store, and the macro at the
//! end makes the tests.

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

fn of_two_redemptions_one_wins_and_the_other_revokes<S: Whole>() {
    let (store, issuer) = with_code::<S>();
    assert_eq!(redeem(&*store, &issuer, tokens(0), 5), "redeemed");
    assert_eq!(active(&*store, &issuer, "a0", 5), Some(true));
    assert_eq!(redeem(&*store, &issuer, access("other", 0), 5), "already");
    assert_eq!(active(&*store, &issuer, "a0", 5), Some(false));
    assert_eq!(active(&*store, &issuer, "other", 5), None);
    assert_eq!(redeem(&*store, &issuer, access("other", 0), 5), "already");
}

fn a_look_up_finds_the_record_as_inserted_and_changes_nothing<S: Whole>() {
    let (store, issuer) = with_code::<S>();
    for _ in 0..2 {
        let found = ok(store.find_code(&issuer, &hash("c"), t(5))).unwrap();
        assert_eq!((found.record, found.redeemed), (code("c", 10), false));
    }
    assert_eq!(redeem(&*store, &issuer, tokens(0), 5), "redeemed");
    let found = ok(store.find_refresh_token(&issuer, &hash("r0"), t(5))).unwrap();
    assert_eq!((found.record, found.revoked), (token("r0", 0, 1000), false));
}

fn a_redeemed_code_is_recognised_while_its_family_is_remembered<S: Whole>() {
    let (store, issuer) = with_code::<S>();
    assert_eq!(redeem(&*store, &issuer, tokens(0), 5), "redeemed");
    for purges in [false, true] {
        if purges {
            ok(store.purge_expired(t(999)));
        }
        assert!(ok(store.find_code(&issuer, &hash("c"), t(999))).unwrap().redeemed);
        assert!(ok(store.find_code(&issuer, &hash("c"), t(1000))).is_none());
        assert_eq!(redeem(&*store, &issuer, tokens(0), 1000), "dead");
    }
    assert_eq!(redeem(&*store, &issuer, tokens(0), 999), "already");
    assert_eq!(active_refresh(&*store, &issuer, "r0", 999), Some(false));
    ok(store.purge_expired(t(1000)));
    assert_eq!(store.rows(), 0);
}

fn everything_expires_at_the_exact_second<S: Whole>() {
    let (store, issuer) = with_code::<S>();
    assert!(ok(store.find_code(&issuer, &hash("c"), t(9))).is_some());
    assert!(ok(store.find_code(&issuer, &hash("c"), t(10))).is_none());
    assert_eq!(redeem(&*store, &issuer, tokens(0), 10), "dead");
    assert_eq!(redeem(&*store, &issuer, tokens(0), 9), "redeemed");
    assert_eq!((active(&*store, &issuer, "a0", 99), active(&*store, &issuer, "a0", 100)), (Some(true), None));
    assert_eq!((active_refresh(&*store, &issuer, "r0", 999), active_refresh(&*store, &issuer, "r0", 1000)), (Some(true), None));

    let suspended = InteractionRecord::new(hash("i"), client_id(), t(10), "{}".to_owned());
    for (now, taken) in [(9, Some(&suspended)), (10, None)] {
        ok(store.put_interaction(&issuer, suspended.clone(), t(0)));
        assert_eq!(ok(store.take_interaction(&issuer, &hash("i"), t(now))).as_ref(), taken);
        assert_eq!(ok(store.take_interaction(&issuer, &hash("i"), t(0))), None);
    }
}

fn rotations<S: Whole>() {
    // (generation presented, now, answer), one after the other on one family with a retry window of ten seconds.
    let cases: &[&[(u32, u64, &str)]] = &[
        &[(0, 20, "rotated"), (1, 21, "rotated"), (2, 22, "rotated")],
        // The first salt and the first window count, however often the client retries.
        &[(0, 20, "rotated"), (0, 21, "retried 20"), (0, 29, "retried 20"), (0, 30, "replayed"), (1, 30, "dead")],
        // Once the successor was used nobody may retry.
        &[(0, 20, "rotated"), (1, 21, "rotated"), (0, 22, "replayed"), (2, 22, "dead")],
        // The salt is gone once somebody came too late, even if a clock then goes back; so it is after a revocation.
        &[(0, 20, "rotated"), (0, 30, "replayed"), (0, 25, "dead")],
        &[(5, 20, "dead")],
    ];
    for case in cases {
        let (store, issuer) = with_tokens::<S>();
        for (step, &(generation, now, answer)) in case.iter().enumerate() {
            let mut issue = tokens(generation + 1);
            // A retry proposes the same refresh token as the rotation did, and a new access token.
            issue.access_token = Some(token(&format!("access {step}"), generation + 1, 100));
            assert_eq!(rotate(&*store, &issuer, generation, issue, now), answer, "step {step} of {case:?}");
            let stored = answer == "rotated" || answer.starts_with("retried");
            assert_eq!(
                active(&*store, &issuer, &format!("access {step}"), now),
                stored.then_some(true),
                "step {step} of {case:?}"
            );
        }
    }
}

fn an_expired_refresh_token_cannot_be_rotated_though_its_family_is_remembered<S: Whole>() {
    let (store, issuer) = (S::empty(), issuer("a"));
    let issue = Issue { keep_family_until: t(1000), ..Issue::new(None, None, Some(token("r0", 0, 50))) };
    ok(store.begin_family(&issuer, family(FAMILY), issue, t(0)));
    assert_eq!(rotate(&*store, &issuer, 0, tokens(1), 50), "dead");
    assert_eq!(rotate(&*store, &issuer, 0, tokens(1), 49), "rotated");
}

fn a_family_is_remembered_until_the_latest_moment_it_was_told<S: Whole>() {
    let (store, issuer) = with_tokens::<S>();
    assert_eq!(rotate(&*store, &issuer, 0, access("a1", 1), 20), "rotated");
    assert_eq!(active_refresh(&*store, &issuer, "r0", 999), Some(false));
    let late = Issue::new(None, Some(token("late", 1, 2000)), None);
    assert_eq!(rotate(&*store, &issuer, 0, late, 21), "retried 20");
    assert_eq!(active(&*store, &issuer, "late", 1999), Some(true));
}

fn rotation_ends_the_generation_before<S: Whole>() {
    let (store, issuer) = with_tokens::<S>();
    assert_eq!(rotate(&*store, &issuer, 0, tokens(1), 20), "rotated");
    assert_eq!((active(&*store, &issuer, "a0", 20), active_refresh(&*store, &issuer, "r0", 20)), (Some(false), Some(false)));
    assert_eq!((active(&*store, &issuer, "a1", 20), active_refresh(&*store, &issuer, "r1", 20)), (Some(true), Some(true)));
}

fn without_a_window_every_second_rotation_is_a_replay<S: Whole>() {
    let (store, issuer) = with_tokens::<S>();
    let proposal = || {
        let (presented, retry_until) = (hash("r0"), t(20));
        RotationProposal { presented, family: FAMILY, generation: 0, salt: salt(1), retry_until, issue: tokens(1) }
    };
    assert!(matches!(ok(store.rotate_refresh_token(&issuer, proposal(), t(20))), Rotation::Rotated(_)));
    // An instance whose clock is behind does not open the window.
    assert!(matches!(ok(store.rotate_refresh_token(&issuer, proposal(), t(19))), Rotation::Replayed));
}

fn purging_erases_the_salt_and_keeps_what_recognises_a_replay<S: Whole>() {
    let (store, issuer) = with_tokens::<S>();
    assert_eq!(rotate(&*store, &issuer, 0, tokens(1), 20), "rotated");
    assert_eq!(ok(store.purge_expired(t(30))), 0);
    // The salt is gone, so it is a replay even by a clock that is behind.
    assert_eq!(rotate(&*store, &issuer, 0, tokens(1), 25), "replayed");
    assert_eq!(active_refresh(&*store, &issuer, "r1", 25), Some(false));
}

fn nothing_can_be_issued_in_a_revoked_family<S: Whole>() {
    let (store, issuer) = with_code::<S>();
    ok(store.revoke_family(&issuer, &FAMILY, t(1)));
    ok(store.revoke_family(&issuer, &FAMILY, t(1)));
    assert_eq!(redeem(&*store, &issuer, tokens(0), 5), "dead");
    assert!(ok(store.find_code(&issuer, &hash("c"), t(5))).unwrap().family.revoked);

    let (store, issuer) = with_tokens::<S>();
    ok(store.revoke_family(&issuer, &FAMILY, t(1)));
    assert_eq!(rotate(&*store, &issuer, 0, tokens(1), 20), "dead");
    assert_eq!((active(&*store, &issuer, "a0", 1), active_refresh(&*store, &issuer, "r0", 1)), (Some(false), Some(false)));
}

fn an_access_token_is_revoked_alone<S: Whole>() {
    let (store, issuer) = with_tokens::<S>();
    for _ in 0..2 {
        ok(store.revoke_access_token(&issuer, &hash("a0"), t(1)));
        assert_eq!((active(&*store, &issuer, "a0", 1), active_refresh(&*store, &issuer, "r0", 1)), (Some(false), Some(true)));
    }
    ok(store.revoke_access_token(&issuer, &hash("unknown"), t(1)));
}

fn a_collision_is_an_error_and_changes_nothing<S: Whole>() {
    let (store, issuer) = with_tokens::<S>();
    let before = store.rows();
    let other = FamilyId::from_bytes([8; 16]);
    assert!(run(store.begin_family(&issuer, family(FAMILY), access("new", 0), t(0))).is_err());
    // Rows of another family, then hashes that are there.
    assert!(run(store.begin_family(&issuer, family(other), access("new", 0), t(0))).is_err());
    assert_eq!(rotate(&*store, &issuer, 0, access("a0", 1), 20), "failed");
    assert_eq!(rotate(&*store, &issuer, 0, tokens(0), 20), "failed");
    assert_eq!(store.rows(), before);
    assert_eq!(rotate(&*store, &issuer, 0, tokens(1), 20), "rotated");

    let (store, issuer) = with_code::<S>();
    let again = Issue::new(Some(code("c", 10)), Some(token("new", 0, 100)), None);
    assert_eq!(redeem(&*store, &issuer, again, 5), "failed");
    assert_eq!(active(&*store, &issuer, "new", 5), None);
    assert_eq!(redeem(&*store, &issuer, tokens(0), 5), "redeemed");
}

fn issuers_are_kept_apart<S: Whole>() {
    let (store, here) = with_tokens::<S>();
    let there = issuer("b");
    assert_eq!((active(&*store, &there, "a0", 1), active_refresh(&*store, &there, "r0", 1)), (None, None));
    assert_eq!(rotate(&*store, &there, 0, tokens(1), 20), "dead");
    ok(store.revoke_family(&there, &FAMILY, t(1)));
    ok(store.revoke_access_token(&there, &hash("a0"), t(1)));
    assert_eq!(active(&*store, &here, "a0", 1), Some(true));
    ok(store.begin_family(&there, family(FAMILY), tokens(0), t(0)));
    ok(store.revoke_family(&here, &FAMILY, t(1)));
    assert_eq!(active(&*store, &there, "a0", 1), Some(true));

    ok(store.put_client(&here, client()));
    assert!(ok(store.client(&here, "app")).is_some());
    assert!(ok(store.client(&here, "App")).is_none());
    assert!(ok(store.client(&there, "app")).is_none());
}

fn purging_removes_what_expired_of_all_issuers_and_no_client<S: Whole>() {
    let (store, here) = with_code::<S>();
    let there = issuer("b");
    ok(store.begin_family(&there, family(FAMILY), tokens(0), t(0)));
    ok(store.put_interaction(&there, InteractionRecord::new(hash("i"), client_id(), t(50), "{}".to_owned()), t(0)));
    ok(store.put_client(&here, client()));
    // (now, rows removed): the code, its family, the interaction, the access token, the refresh token and its family.
    for (now, removed) in [(9, 0), (10, 1), (20, 1), (50, 1), (100, 1), (999, 0), (1000, 2)] {
        assert_eq!(ok(store.purge_expired(t(now))), removed, "at {now}");
    }
    assert_eq!(store.rows(), 0);
    assert!(ok(store.client(&here, "app")).is_some());
}

fn details_are_kept_verbatim<S: Whole>() {
    let (store, issuer) = (S::empty(), issuer("a"));
    let theirs = r#"{"v":1,"subject":"\u00fc \"x\"","scope":"read","audience":["https://api"],"auth_time":5,"later":{"b":[1,null]},"a":"z"}"#;
    let theirs = TokenDetails::from_json(theirs).unwrap();
    let longer = "x".repeat(10_000);
    let narrower = TokenDetails::from_json(&format!(r#"{{"v":7,"later":"{longer}"}}"#)).unwrap();
    let code_json = code_details().to_json().unwrap().replacen('{', r#"{"later":true,"#, 1);
    let code_details = CodeDetails::from_json(&code_json).unwrap();

    let family = FamilyRecord { details: theirs.clone(), subject: Some(subject("alice")), ..family(FAMILY) };
    let same = TokenRecord { details: theirs.clone(), ..token("same", 0, 100) };
    let other = TokenRecord { details: narrower.clone(), ..token("other", 0, 100) };
    let code = CodeRecord { details: code_details.clone(), ..code("c", 10) };
    ok(store.begin_family(&issuer, family.clone(), Issue::new(Some(code), Some(same), Some(other)), t(0)));

    let json = |found: Option<FoundToken>| found.unwrap().record.details.to_json().unwrap();
    assert_eq!(json(ok(store.find_access_token(&issuer, &hash("same"), t(1)))), theirs.to_json().unwrap());
    assert_eq!(json(ok(store.find_refresh_token(&issuer, &hash("other"), t(1)))), narrower.to_json().unwrap());
    let found = ok(store.find_code(&issuer, &hash("c"), t(1))).unwrap().record.details;
    assert_eq!(found.to_json().unwrap(), code_details.to_json().unwrap());
    assert_eq!(ok(store.authorizations_of(&issuer, &subject("alice"), t(1))), [family]);

    let text = "{\n \"not\": \"ours\" }  ".to_owned();
    let suspended = InteractionRecord::new(hash("i"), client_id(), t(10), text);
    ok(store.put_interaction(&issuer, suspended.clone(), t(0)));
    assert!(run(store.put_interaction(&issuer, suspended.clone(), t(0))).is_err());
    assert_eq!(ok(store.take_interaction(&issuer, &hash("i"), t(1))), Some(suspended));
}

fn a_subject_sees_what_is_live_and_its_own<S: Whole>() {
    let (store, here) = (S::empty(), issuer("a"));
    let there = issuer("b");
    let begin = |byte: u8, issuer: &Issuer, name: Option<&str>, created_at: u64, until: u64| {
        let id = FamilyId::from_bytes([byte; 16]);
        let record = FamilyRecord::new(id, client_id(), name.map(subject), t(created_at), details());
        let token = TokenRecord { family: id, ..token(&format!("a{byte}"), 0, until) };
        ok(store.begin_family(issuer, record, Issue::new(None, Some(token), None), t(created_at)));
        id
    };
    let older = begin(1, &here, Some("alice"), 5, 100);
    let newer = begin(2, &here, Some("alice"), 7, 100);
    let short = begin(3, &here, Some("alice"), 6, 50);
    begin(4, &here, Some("Alice"), 1, 100);
    begin(5, &here, None, 1, 100);
    begin(6, &there, Some("alice"), 1, 100);
    let seen = |now: u64| -> Vec<FamilyId> {
        ok(store.authorizations_of(&here, &subject("alice"), t(now))).iter().map(|record| record.id).collect()
    };
    assert_eq!((seen(49), seen(50)), (vec![newer, short, older], vec![newer, older]));
    ok(store.revoke_family(&here, &newer, t(50)));
    assert_eq!((seen(99), seen(100)), (vec![older], vec![]));
    assert_eq!(ok(store.authorizations_of(&there, &subject("alice"), t(1))).len(), 1);
    assert_eq!(ok(store.authorizations_of(&here, &subject("alice "), t(1))), []);
}

fn a_client_is_replaced_whole<S: Whole>() {
    let (store, issuer) = (S::empty(), issuer("a"));
    let secret = "a secret with more than 32 characters in it".parse().unwrap();
    let first = Client::confidential("app", &secret).grant_types(["client_credentials"]).scope("read").name("First").build();
    for client in [CheckedClient::new(first.unwrap()), client()] {
        let expected = client.client().to_json().unwrap();
        ok(store.put_client(&issuer, client));
        assert_eq!(ok(store.client(&issuer, "app")).unwrap().to_json().unwrap(), expected);
    }
}

fn a_dropped_future_leaves_nothing_or_the_whole_step<S: Whole>() {
    let (store, issuer) = with_tokens::<S>();
    drop(store.revoke_family(&issuer, &FAMILY, t(1)));
    assert_eq!(active(&*store, &issuer, "a0", 1), Some(true));
    // Polled once: by the end of a later step it has happened, or it never will.
    {
        let redeeming = pin!(store.revoke_family(&issuer, &FAMILY, t(1)));
        let _ = redeeming.poll(&mut Context::from_waker(Waker::noop()));
    }
    ok(store.put_client(&issuer, client()));
    let alive = active(&*store, &issuer, "a0", 1);
    assert_eq!(active_refresh(&*store, &issuer, "r0", 1), alive);
}

fn moments_beyond_all_time_do_not_wrap<S: Whole>() {
    let (store, issuer) = (S::empty(), issuer("a"));
    let record = TokenRecord { expires_at: t(u64::MAX), ..token("a0", 0, 0) };
    ok(store.begin_family(&issuer, family(FAMILY), Issue::new(None, Some(record), None), t(0)));
    assert_eq!(active(&*store, &issuer, "a0", 1 << 40), Some(true));
    assert_eq!(ok(store.purge_expired(t(1 << 40))), 0);
}

macro_rules! rules {
    ($($(#[$condition:meta])* $store:ident in $module:ident;)*) => {$($(#[$condition])* mod $module { each_rule!($store); })*};
}

macro_rules! each_rule {
    ($store:ident) => { each_rule!(@ $store: 
        of_two_redemptions_one_wins_and_the_other_revokes
        a_look_up_finds_the_record_as_inserted_and_changes_nothing
        a_redeemed_code_is_recognised_while_its_family_is_remembered
        everything_expires_at_the_exact_second
        rotations
        an_expired_refresh_token_cannot_be_rotated_though_its_family_is_remembered
        a_family_is_remembered_until_the_latest_moment_it_was_told
        rotation_ends_the_generation_before
        without_a_window_every_second_rotation_is_a_replay
        purging_erases_the_salt_and_keeps_what_recognises_a_replay
        nothing_can_be_issued_in_a_revoked_family
        an_access_token_is_revoked_alone
        a_collision_is_an_error_and_changes_nothing
        issuers_are_kept_apart
        purging_removes_what_expired_of_all_issuers_and_no_client
        details_are_kept_verbatim
        a_subject_sees_what_is_live_and_its_own
        a_client_is_replaced_whole
        a_dropped_future_leaves_nothing_or_the_whole_step
        moments_beyond_all_time_do_not_wrap
    ); };
    (@ $store:ident: $($rule:ident)*) => {$(
        #[test]
        fn $rule() {
            super::$rule::<crate::storage::$store>();
        }
    )*};
}

rules! {
    MemoryStore in memory;
    #[cfg(feature = "sqlite")]
    SqliteStore in sqlite;
}
