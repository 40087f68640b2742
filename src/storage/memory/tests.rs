//! The rules of the contract, against the memory store.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::*;
use crate::client::ClientId;
use crate::grant::Subject;
use crate::scope::Scope;
use crate::storage::{CodeDetails, CodeFacts, CodeRecord, Split, TokenDetails, TokenFacts, TokenRecord};
use crate::token::RotationSalt;

/// The result of a future that never waits.
fn run<T>(future: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("the memory store never waits"),
    }
}

/// The result of a step that succeeds.
fn ok<T>(future: impl Future<Output = Result<T, StoreError>>) -> T {
    run(future).unwrap()
}

const FAMILY: FamilyId = FamilyId::from_bytes([7; 16]);

fn t(seconds: u64) -> Timestamp {
    Timestamp::from_unix(seconds)
}

fn issuer(host: &str) -> Issuer {
    Issuer::parse(&format!("https://{host}.example.com")).unwrap()
}

fn hash(name: &str) -> TokenHash {
    TokenHash::of(name)
}

fn salt(byte: u8) -> RotationSalt {
    RotationSalt::from_bytes([byte; 32])
}

fn client_id() -> ClientId {
    ClientId::parse("app").unwrap()
}

fn details() -> TokenDetails {
    TokenFacts::new(None::<Subject>, Scope::default()).into_details()
}

fn family(id: FamilyId) -> FamilyRecord {
    FamilyRecord::new(id, client_id(), None, t(0), details())
}

fn token(name: &str, generation: u32, expires_at: u64) -> TokenRecord {
    TokenRecord::new(hash(name), FAMILY, generation, client_id(), t(0), t(expires_at), details())
}

fn code(name: &str, expires_at: u64) -> CodeRecord {
    CodeRecord::new(hash(name), FAMILY, client_id(), t(expires_at), code_details())
}

fn code_details() -> CodeDetails {
    CodeFacts::new(&details(), "https://app.example.com/".into(), true, None, "code".into()).into_details()
}

/// Tokens of a generation: `a0` until 100 and `r0` until 1000, `a1` and `r1`, and so on.
fn tokens(generation: u32) -> Issue {
    let (access, refresh) = (format!("a{generation}"), format!("r{generation}"));
    Issue::new(None, Some(token(&access, generation, 100)), Some(token(&refresh, generation, 1000)))
}

fn access(name: &str, generation: u32) -> Issue {
    Issue::new(None, Some(token(name, generation, 100)), None)
}

/// A family, remembered until 20, with the code `c`, good until 10.
fn with_code() -> (MemoryStore, Issuer) {
    let (store, issuer) = (MemoryStore::new(), issuer("a"));
    let issue = Issue { keep_family_until: t(20), ..Issue::new(Some(code("c", 10)), None, None) };
    ok(store.begin_family(&issuer, family(FAMILY), issue, t(0)));
    (store, issuer)
}

/// A family with tokens of generation 0.
fn with_tokens() -> (MemoryStore, Issuer) {
    let (store, issuer) = (MemoryStore::new(), issuer("a"));
    ok(store.begin_family(&issuer, family(FAMILY), tokens(0), t(0)));
    (store, issuer)
}

/// Presents the refresh token of a generation at `now`, with ten seconds in which to retry.
fn rotate(store: &MemoryStore, issuer: &Issuer, generation: u32, issue: Issue, now: u64) -> String {
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

fn redeem(store: &MemoryStore, issuer: &Issuer, issue: Issue, now: u64) -> &'static str {
    match run(store.redeem_code(issuer, &hash("c"), issue, t(now))) {
        Ok(Redemption::Redeemed(_)) => "redeemed",
        Ok(Redemption::AlreadyRedeemed) => "already",
        Ok(Redemption::Dead) => "dead",
        Err(_) => "failed",
    }
}

/// Is the access token good? `None` if there is none.
fn active(store: &MemoryStore, issuer: &Issuer, name: &str, now: u64) -> Option<bool> {
    ok(store.find_access_token(issuer, &hash(name), t(now))).map(|found| found.is_active(t(now)))
}

/// The same for a refresh token.
fn active_refresh(store: &MemoryStore, issuer: &Issuer, name: &str, now: u64) -> Option<bool> {
    ok(store.find_refresh_token(issuer, &hash(name), t(now))).map(|found| found.is_active(t(now)))
}

/// How many rows there are: to see that a step inserted nothing.
fn rows(store: &MemoryStore) -> String {
    format!("{store:?}")
}

#[test]
fn of_two_redemptions_one_wins_and_the_other_revokes() {
    let (store, issuer) = with_code();
    assert_eq!(redeem(&store, &issuer, tokens(0), 5), "redeemed");
    assert_eq!(active(&store, &issuer, "a0", 5), Some(true));
    assert_eq!(redeem(&store, &issuer, access("other", 0), 5), "already");
    assert_eq!(active(&store, &issuer, "a0", 5), Some(false));
    assert_eq!(active(&store, &issuer, "other", 5), None);
    assert_eq!(redeem(&store, &issuer, access("other", 0), 5), "already");
}

#[test]
fn a_look_up_finds_the_record_as_inserted_and_changes_nothing() {
    let (store, issuer) = with_code();
    for _ in 0..2 {
        let found = ok(store.find_code(&issuer, &hash("c"), t(5))).unwrap();
        assert_eq!((found.record, found.redeemed), (code("c", 10), false));
    }
    assert_eq!(redeem(&store, &issuer, tokens(0), 5), "redeemed");
    let found = ok(store.find_refresh_token(&issuer, &hash("r0"), t(5))).unwrap();
    assert_eq!((found.record, found.revoked), (token("r0", 0, 1000), false));
}

#[test]
fn a_redeemed_code_is_recognised_while_its_family_is_remembered() {
    let (store, issuer) = with_code();
    assert_eq!(redeem(&store, &issuer, tokens(0), 5), "redeemed");
    for purges in [false, true] {
        if purges {
            ok(store.purge_expired(t(999)));
        }
        assert!(ok(store.find_code(&issuer, &hash("c"), t(999))).unwrap().redeemed);
        assert!(ok(store.find_code(&issuer, &hash("c"), t(1000))).is_none());
        assert_eq!(redeem(&store, &issuer, tokens(0), 1000), "dead");
    }
    assert_eq!(redeem(&store, &issuer, tokens(0), 999), "already");
    assert_eq!(active_refresh(&store, &issuer, "r0", 999), Some(false));
    ok(store.purge_expired(t(1000)));
    assert_eq!(rows(&store), "MemoryStore { issuers: 0, clients: 0, rows: 0 }");
}

#[test]
fn everything_expires_at_the_exact_second() {
    let (store, issuer) = with_code();
    assert!(ok(store.find_code(&issuer, &hash("c"), t(9))).is_some());
    assert!(ok(store.find_code(&issuer, &hash("c"), t(10))).is_none());
    assert_eq!(redeem(&store, &issuer, tokens(0), 10), "dead");
    assert_eq!(redeem(&store, &issuer, tokens(0), 9), "redeemed");
    assert_eq!((active(&store, &issuer, "a0", 99), active(&store, &issuer, "a0", 100)), (Some(true), None));
    assert_eq!((active_refresh(&store, &issuer, "r0", 999), active_refresh(&store, &issuer, "r0", 1000)), (Some(true), None));

    let suspended = InteractionRecord::new(hash("i"), client_id(), t(10), "{}".to_owned());
    for (now, taken) in [(9, Some(&suspended)), (10, None)] {
        ok(store.put_interaction(&issuer, suspended.clone(), t(0)));
        assert_eq!(ok(store.take_interaction(&issuer, &hash("i"), t(now))).as_ref(), taken);
        assert_eq!(ok(store.take_interaction(&issuer, &hash("i"), t(0))), None);
    }
}

#[test]
fn rotations() {
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
        let (store, issuer) = with_tokens();
        for (step, &(generation, now, answer)) in case.iter().enumerate() {
            let mut issue = tokens(generation + 1);
            // A retry proposes the same refresh token as the rotation did, and a new access token.
            issue.access_token = Some(token(&format!("access {step}"), generation + 1, 100));
            assert_eq!(rotate(&store, &issuer, generation, issue, now), answer, "step {step} of {case:?}");
            let stored = answer == "rotated" || answer.starts_with("retried");
            assert_eq!(
                active(&store, &issuer, &format!("access {step}"), now),
                stored.then_some(true),
                "step {step} of {case:?}"
            );
        }
    }
}

#[test]
fn an_expired_refresh_token_cannot_be_rotated_though_its_family_is_remembered() {
    let (store, issuer) = (MemoryStore::new(), issuer("a"));
    let issue = Issue { keep_family_until: t(1000), ..Issue::new(None, None, Some(token("r0", 0, 50))) };
    ok(store.begin_family(&issuer, family(FAMILY), issue, t(0)));
    assert_eq!(rotate(&store, &issuer, 0, tokens(1), 50), "dead");
    assert_eq!(rotate(&store, &issuer, 0, tokens(1), 49), "rotated");
}

#[test]
fn a_family_is_remembered_until_the_latest_moment_it_was_told() {
    let (store, issuer) = with_tokens();
    assert_eq!(rotate(&store, &issuer, 0, access("a1", 1), 20), "rotated");
    assert_eq!(active_refresh(&store, &issuer, "r0", 999), Some(false));
    let late = Issue::new(None, Some(token("late", 1, 2000)), None);
    assert_eq!(rotate(&store, &issuer, 0, late, 21), "retried 20");
    assert_eq!(active(&store, &issuer, "late", 1999), Some(true));
}

#[test]
fn rotation_ends_the_generation_before() {
    let (store, issuer) = with_tokens();
    assert_eq!(rotate(&store, &issuer, 0, tokens(1), 20), "rotated");
    assert_eq!((active(&store, &issuer, "a0", 20), active_refresh(&store, &issuer, "r0", 20)), (Some(false), Some(false)));
    assert_eq!((active(&store, &issuer, "a1", 20), active_refresh(&store, &issuer, "r1", 20)), (Some(true), Some(true)));
}

#[test]
fn without_a_window_every_second_rotation_is_a_replay() {
    let (store, issuer) = with_tokens();
    let proposal = || {
        let (presented, retry_until) = (hash("r0"), t(20));
        RotationProposal { presented, family: FAMILY, generation: 0, salt: salt(1), retry_until, issue: tokens(1) }
    };
    assert!(matches!(ok(store.rotate_refresh_token(&issuer, proposal(), t(20))), Rotation::Rotated(_)));
    // An instance whose clock is behind does not open the window.
    assert!(matches!(ok(store.rotate_refresh_token(&issuer, proposal(), t(19))), Rotation::Replayed));
}

#[test]
fn purging_erases_the_salt_and_keeps_what_recognises_a_replay() {
    let (store, issuer) = with_tokens();
    assert_eq!(rotate(&store, &issuer, 0, tokens(1), 20), "rotated");
    assert_eq!(ok(store.purge_expired(t(30))), 0);
    // The salt is gone, so it is a replay even by a clock that is behind.
    assert_eq!(rotate(&store, &issuer, 0, tokens(1), 25), "replayed");
    assert_eq!(active_refresh(&store, &issuer, "r1", 25), Some(false));
}

#[test]
fn nothing_can_be_issued_in_a_revoked_family() {
    let (store, issuer) = with_code();
    ok(store.revoke_family(&issuer, &FAMILY, t(1)));
    ok(store.revoke_family(&issuer, &FAMILY, t(1)));
    assert_eq!(redeem(&store, &issuer, tokens(0), 5), "dead");
    assert!(ok(store.find_code(&issuer, &hash("c"), t(5))).unwrap().family.revoked);

    let (store, issuer) = with_tokens();
    ok(store.revoke_family(&issuer, &FAMILY, t(1)));
    assert_eq!(rotate(&store, &issuer, 0, tokens(1), 20), "dead");
    assert_eq!((active(&store, &issuer, "a0", 1), active_refresh(&store, &issuer, "r0", 1)), (Some(false), Some(false)));
}

#[test]
fn an_access_token_is_revoked_alone() {
    let (store, issuer) = with_tokens();
    for _ in 0..2 {
        ok(store.revoke_access_token(&issuer, &hash("a0"), t(1)));
        assert_eq!((active(&store, &issuer, "a0", 1), active_refresh(&store, &issuer, "r0", 1)), (Some(false), Some(true)));
    }
    ok(store.revoke_access_token(&issuer, &hash("unknown"), t(1)));
}

#[test]
fn a_collision_is_an_error_and_changes_nothing() {
    let (store, issuer) = with_tokens();
    let before = rows(&store);
    let other = FamilyId::from_bytes([8; 16]);
    assert!(run(store.begin_family(&issuer, family(FAMILY), access("new", 0), t(0))).is_err());
    // Rows of another family, then hashes that are there.
    assert!(run(store.begin_family(&issuer, family(other), access("new", 0), t(0))).is_err());
    assert_eq!(rotate(&store, &issuer, 0, access("a0", 1), 20), "failed");
    assert_eq!(rotate(&store, &issuer, 0, tokens(0), 20), "failed");
    assert_eq!(rows(&store), before);
    assert_eq!(rotate(&store, &issuer, 0, tokens(1), 20), "rotated");

    let (store, issuer) = with_code();
    let again = Issue::new(Some(code("c", 10)), Some(token("new", 0, 100)), None);
    assert_eq!(redeem(&store, &issuer, again, 5), "failed");
    assert_eq!(active(&store, &issuer, "new", 5), None);
    assert_eq!(redeem(&store, &issuer, tokens(0), 5), "redeemed");
}

#[test]
fn issuers_are_kept_apart() {
    let (store, here) = with_tokens();
    let there = issuer("b");
    assert_eq!((active(&store, &there, "a0", 1), active_refresh(&store, &there, "r0", 1)), (None, None));
    assert_eq!(rotate(&store, &there, 0, tokens(1), 20), "dead");
    ok(store.revoke_family(&there, &FAMILY, t(1)));
    ok(store.revoke_access_token(&there, &hash("a0"), t(1)));
    assert_eq!(active(&store, &here, "a0", 1), Some(true));
    ok(store.begin_family(&there, family(FAMILY), tokens(0), t(0)));
    ok(store.revoke_family(&here, &FAMILY, t(1)));
    assert_eq!(active(&store, &there, "a0", 1), Some(true));

    let client = Arc::new(Client::public("app").redirect_uri("https://app.example.com/").build().unwrap());
    store.with(&here, |tenant| tenant.put_client(client));
    assert!(ok(store.client(&here, "app")).is_some());
    assert!(ok(store.client(&here, "App")).is_none());
    assert!(ok(store.client(&there, "app")).is_none());
}

#[test]
fn purging_removes_what_expired_of_all_issuers_and_no_client() {
    let (store, here) = with_code();
    let there = issuer("b");
    ok(store.begin_family(&there, family(FAMILY), tokens(0), t(0)));
    ok(store.put_interaction(&there, InteractionRecord::new(hash("i"), client_id(), t(50), "{}".to_owned()), t(0)));
    let client = Arc::new(Client::public("app").redirect_uri("https://app.example.com/").build().unwrap());
    store.with(&here, |tenant| tenant.put_client(client));
    // (now, rows removed): the code, its family, the interaction, the access token, the refresh token and its family.
    for (now, removed) in [(9, 0), (10, 1), (20, 1), (50, 1), (100, 1), (999, 0), (1000, 2)] {
        assert_eq!(ok(store.purge_expired(t(now))), removed, "at {now}");
    }
    assert_eq!(rows(&store), "MemoryStore { issuers: 1, clients: 1, rows: 0 }");
}

#[test]
fn insertions_purge_now_and_then() {
    let (store, issuer) = (MemoryStore::new(), issuer("a"));
    for second in 0..10_000_u64 {
        let id = FamilyId::from_bytes(u128::from(second).to_be_bytes());
        let name = format!("a{second}");
        let record = TokenRecord::new(hash(&name), id, 0, client_id(), t(second), t(second + 10), details());
        ok(store.begin_family(&issuer, family(id), Issue::new(None, Some(record), None), t(second)));
        assert!(store.with(&issuer, |tenant| tenant.rows()) < 1100);
        assert_eq!(active(&store, &issuer, &name, second), Some(true));
    }
}

#[test]
fn a_poisoned_lock_and_a_dropped_future_are_harmless() {
    let (store, issuer) = with_tokens();
    let clone = store.clone();
    let panicked = std::thread::spawn(move || {
        let _guard = clone.lock();
        panic!("poisons the lock");
    });
    assert!(panicked.join().is_err());
    drop(store.revoke_family(&issuer, &FAMILY, t(1)));
    assert_eq!(active(&store, &issuer, "a0", 1), Some(true));
}

#[test]
fn shared_and_joined_stores_do_what_the_inner_ones_do() {
    let (tokens, issuer) = with_tokens();
    let clients = MemoryStore::new();
    let client = Arc::new(Client::public("app").redirect_uri("https://app.example.com/").build().unwrap());
    clients.with(&issuer, |tenant| tenant.put_client(client));
    let store = Arc::new(Split::new(Arc::new(clients), tokens));
    assert!(ok(store.client(&issuer, "app")).is_some());
    assert!(ok(store.find_access_token(&issuer, &hash("a0"), t(1))).is_some());
    ok(store.revoke_family(&issuer, &FAMILY, t(1)));
    assert!(ok(store.find_refresh_token(&issuer, &hash("r0"), t(1))).unwrap().family.revoked);
    assert_eq!(ok(store.purge_expired(t(1000))), 3);
}
