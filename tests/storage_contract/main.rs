//! The contract kit over every store of the library and the one that the manual shows; and, as its negative controls, over
//! stores with one flaw each.

#[path = "../common/mod.rs"]
mod common;
mod flaw;
mod flawed;
#[allow(clippy::unit_arg, reason = "so that the store fits on a page")]
#[path = "../../examples/own_store/store.rs"]
mod store;

use std::sync::Arc;

use common::hooked::Hooked;
use common::yielding::Yielding;
use flaw::{FLAWS, Flaw};
use flawed::Flawed;
use grantor::storage::contract::{self, Contract, block_on, on_a_thread};
use grantor::{MemoryStore, Split, SqliteStore};
use store::OwnStore;

#[test]
fn the_memory_store() {
    block_on(Contract::new(async || MemoryStore::new()).whole().polled_by_hand().spawner(on_a_thread).run()).assert_kept();
}

#[test]
fn two_stores_as_one() {
    let joined = async || Arc::new(Split::new(Arc::new(MemoryStore::new()), MemoryStore::new()));
    block_on(Contract::new(joined).whole().polled_by_hand().run()).assert_kept();
}

#[test]
fn a_store_that_waits_around_every_step() {
    let yielding = async || Hooked::new(Yielding);
    let contract = Contract::new(yielding).registry().authorization_codes().access_tokens().refresh_tokens().interactions();
    block_on(contract.polled_by_hand().run()).assert_kept();
}

#[test]
fn the_store_of_the_manual() {
    block_on(Contract::new(async || OwnStore::default()).whole().polled_by_hand().run()).assert_kept();
}

#[test]
fn the_sqlite_store() {
    let file = async || {
        let directory = tempfile::tempdir().expect("a directory");
        (SqliteStore::open(directory.path().join("store.db")).expect("a store"), directory)
    };
    block_on(Contract::upon(file).whole().spawner(on_a_thread).run()).assert_kept();
}

fn controls(flaw: Option<Flaw>) -> Contract<Flawed> {
    Contract::new(move || async move { Flawed::new(flaw) }).whole().polled_by_hand()
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
