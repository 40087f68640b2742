//! What is the memory store's alone. The rules of the contract are in [`contract`](crate::storage::contract).

use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

use super::*;
use crate::storage::tests::{FAMILY, client, client_id, details, family, hash, issuer, ok, t, tokens};
use crate::storage::{Split, TokenRecord};

/// A store with one family, and its issuer.
fn with_tokens() -> (MemoryStore, Issuer) {
    let (store, issuer) = (MemoryStore::new(), issuer("a"));
    ok(store.begin_family(&issuer, family(FAMILY), tokens(), None, t(0)));
    (store, issuer)
}

fn active(store: &MemoryStore, issuer: &Issuer, name: &str, now: u64) -> Option<bool> {
    ok(store.find_access_token(issuer, &hash(name), t(now))).map(|found| found.is_active(t(now)))
}

#[test]
fn nothing_waits() {
    let (store, issuer) = with_tokens();
    let revocation = pin!(store.revoke_family(&issuer, &FAMILY, t(1)));
    assert!(matches!(revocation.poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(Ok(()))));
}

#[test]
fn an_issuer_with_nothing_left_is_forgotten() {
    let (store, _) = with_tokens();
    assert_eq!(format!("{store:?}"), "MemoryStore { issuers: 1, clients: 0, rows: 3 }");
    ok(store.purge_expired(t(1000)));
    assert_eq!(format!("{store:?}"), "MemoryStore { issuers: 0, clients: 0, rows: 0 }");
}

#[test]
fn insertions_purge_now_and_then() {
    let (store, issuer) = (MemoryStore::new(), issuer("a"));
    for second in 0..10_000_u64 {
        let id = FamilyId::from_bytes(u128::from(second).to_be_bytes());
        let name = format!("a{second}");
        let record = TokenRecord::new(hash(&name), id, 0, client_id(), t(second), t(second + 10), details());
        ok(store.begin_family(&issuer, family(id), Issue::new(None, Some(record), None), None, t(second)));
        assert!(store.0.rows() < 8_500);
        assert_eq!(active(&store, &issuer, &name, second), Some(true));
    }
}

#[test]
fn a_poisoned_lock_is_harmless() {
    let (store, issuer) = with_tokens();
    let clone = store.clone();
    let panicked = std::thread::spawn(move || clone.0.access_tokens.retain(|_, _, _| panic!("poisons the lock of a row")));
    assert!(panicked.join().is_err());
    assert_eq!(active(&store, &issuer, "a0", 1), Some(true));
}

#[test]
fn shared_and_joined_stores_do_what_the_inner_ones_do() {
    let (tokens, issuer) = with_tokens();
    let clients = MemoryStore::new();
    ok(clients.put_client(&issuer, client()));
    let store = Arc::new(Split::new(Arc::new(clients), tokens.clone()));
    assert!(ok(store.client(&issuer, "app")).is_some());
    assert!(ok(store.find_access_token(&issuer, &hash("a0"), t(1))).is_some());
    ok(store.revoke_family(&issuer, &FAMILY, t(1)));
    assert!(ok(store.find_refresh_token(&issuer, &hash("r0"), t(1))).unwrap().family.revoked);
    assert_eq!(ok(store.purge_expired(t(1000))), 3);
}

/// A token is revoked, then its family. Whoever sees the second sees the first as well, though the two are under different locks.
#[test]
fn a_look_up_does_not_mix_two_moments() {
    const ROUNDS: u64 = 500;
    let (store, issuer) = (MemoryStore::new(), issuer("a"));
    let id = |round: u64| FamilyId::from_bytes(u128::from(round).to_be_bytes());
    let token = |round: u64| hash(&format!("a{round}"));
    for round in 0..ROUNDS {
        let record = TokenRecord::new(token(round), id(round), 0, client_id(), t(0), t(100), details());
        ok(store.begin_family(&issuer, family(id(round)), Issue::new(None, Some(record), None), None, t(0)));
    }
    let (looking_at, mut mixed) = (AtomicU64::new(0), 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0..ROUNDS {
                while looking_at.load(Ordering::SeqCst) < round {
                    std::thread::yield_now();
                }
                ok(store.revoke_access_token(&issuer, &token(round), t(1)));
                ok(store.revoke_family(&issuer, &id(round), t(1)));
            }
        });
        for round in 0..ROUNDS {
            looking_at.store(round, Ordering::SeqCst);
            let hash = token(round);
            while let Some(found) = ok(store.find_access_token(&issuer, &hash, t(1))) {
                if found.family.revoked {
                    mixed += u64::from(!found.revoked);
                    break;
                }
            }
        }
    });
    assert_eq!(mixed, 0, "of {ROUNDS} rounds");
}
