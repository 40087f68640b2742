//! The contract kit over every store of the library; and, as its negative controls, over stores with one flaw each.

#[path = "../common/mod.rs"]
mod common;
mod flaw;
mod flawed;
mod flawed_deferred;
mod flawed_descendants;
mod flawed_holders;
mod flawed_keys;
mod flawed_pending;
mod flawed_registrations;
mod flawed_replays;
mod flawed_sessions;
mod narrow;

use std::sync::Arc;

use common::yielding::Yielding;
use flaw::{FLAWS, Flaw};
use flawed::Flawed;
use grantor::storage::contract::{self, Contract, Report, block_on, on_a_thread};
use grantor::testing::Hooked;
use grantor::{MemoryStore, Split, SqliteStore};
use narrow::Narrow;

#[test]
fn the_memory_store() {
    block_on(Contract::new(async || MemoryStore::new()).whole().polled_by_hand().spawner(on_a_thread).run()).assert_kept();
}

#[test]
fn two_stores_as_one() {
    let joined = async || Arc::new(Split::new(Arc::new(MemoryStore::new()), MemoryStore::new()));
    let tokens = Contract::new(joined)
        .registry()
        .authorization_records()
        .authorization_codes()
        .access_tokens()
        .refresh_tokens()
        .deferred_requests()
        .replays()
        .sessions()
        .signing_keys()
        .purge();
    block_on(tokens.polled_by_hand().run()).assert_kept();
    // What is on the clients' side is purged there.
    block_on(Contract::new(joined).registrations().polled_by_hand().run()).assert_kept();
}

#[test]
fn a_store_that_waits_around_every_step() {
    let yielding = async || Hooked::new(Yielding);
    let contract = Contract::new(yielding)
        .registrations()
        .authorization_codes()
        .access_tokens()
        .refresh_tokens()
        .deferred_requests()
        .replays()
        .signing_keys()
        .sessions();
    block_on(contract.polled_by_hand().run()).assert_kept();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sqlite_store() {
    let file = async || {
        let directory = tempfile::tempdir().expect("a directory");
        (SqliteStore::open(directory.path().join("store.db")).expect("a store"), directory)
    };
    Contract::upon(file).whole().spawner(|caller| drop(tokio::spawn(caller))).run().await.assert_kept();
}

#[test]
fn a_store_is_asked_for_what_it_can_do_and_nothing_else() {
    let report = block_on(Contract::new(async || Narrow::default()).access_tokens().polled_by_hand().run());
    report.assert_kept();
    assert!(report.kept().any(|rule| rule == "an access token is revoked alone"));
    assert!(report.not_asked().any(|rule| rule == "of many redemptions one redeems"));
    assert_eq!(report.kept().count() + report.not_asked().count(), contract::rules().count());
}

#[test]
#[should_panic(expected = "name what the store can do")]
fn a_contract_without_capabilities_is_no_proof() {
    block_on(Contract::new(async || MemoryStore::new()).run()).assert_kept();
}

fn controls(flaw: Option<Flaw>) -> Contract<Flawed> {
    Contract::new(async move || Flawed::new(flaw)).whole().polled_by_hand()
}

#[test]
fn without_a_flaw_the_controls_keep_the_contract() {
    block_on(controls(None).run()).assert_kept();
}

#[test]
fn each_flaw_is_found_and_named() {
    for (flaw, rules) in FLAWS {
        for rule in *rules {
            let report = block_on(controls(Some(*flaw)).only(rule).run());
            let violated = report.violations().iter().map(|violation| violation.rule());
            assert_eq!(violated.collect::<Vec<_>>(), [*rule], "{flaw:?}");
        }
    }
}

#[test]
fn every_rule_finds_a_flaw() {
    for rule in contract::rules() {
        assert!(FLAWS.iter().any(|(_, rules)| rules.contains(&rule)), "nothing shows that `{rule}` finds anything");
    }
}

const ONE_REDEEMS: &str = "of many redemptions one redeems";

/// A check and an act with a wait between them, in a store whose futures nobody polls by hand.
fn races() -> Contract<Flawed> {
    Contract::new(async || Flawed::new(Some(Flaw::RedeemChecksThenActs))).whole().only(ONE_REDEEMS)
}

#[track_caller]
fn assert_found(report: &Report) {
    assert_eq!(report.violations().iter().map(|violation| violation.rule()).collect::<Vec<_>>(), [ONE_REDEEMS]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_that_meet_at_once_find_it_too() {
    assert_found(&races().rounds(1).run().await);
    assert_found(&races().rounds(1000).spawner(|caller| drop(tokio::spawn(caller))).run().await);
    assert_found(&races().rounds(1000).spawner(on_a_thread).run().await);
}

#[test]
fn a_report_says_what_was_done_and_what_should_have_come_of_it() {
    let said = |flaw, rule| block_on(controls(Some(flaw)).only(rule).run()).to_string();
    let race = said(Flaw::RedeemChecksThenActs, ONE_REDEEMS);
    let told = "    A begins   +5 s  redeem_code c [a0 until +100 s, r0 until +1000 s, family kept until +1000 s]\n    A waits\n";
    for part in ["To one caller only.", told, "B is told  Redeemed\n", "after A, B is told: AlreadyRedeemed (and not: Redeemed)"]
    {
        assert!(race.contains(part), "{race}");
    }
    let late = said(Flaw::TokensLiveLonger, "tokens expire at the exact second");
    assert!(late.contains("+100 s  find_access_token a0  ->  a token"), "{late}");
    assert!(said(Flaw::LookUpPanics, "issuers are kept apart").contains("a panic (the token is there)"));
    assert!(said(Flaw::DroppedRotationLeaks, "a dropped rotation").contains("no answer (it waits, and nobody wakes it)"));
}

#[test]
fn a_caller_that_is_dropped_where_it_runs_is_noticed() {
    let report = block_on(Contract::new(async || MemoryStore::new()).whole().only(ONE_REDEEMS).spawner(drop).run());
    assert_found(&report);
    assert!(report.to_string().contains("a caller was dropped where it ran"));
}
