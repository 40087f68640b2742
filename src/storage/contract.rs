//! Does a store keep the contract? [`Contract`] asks it, rule by rule, in one test.
//!
//! ```
//! use grantor::MemoryStore;
//! use grantor::storage::contract::Contract;
//!
//! # async fn test() {
//! let report = Contract::new(async || MemoryStore::new()).whole().polled_by_hand().run().await;
//! report.assert_kept();
//! # }
//! # grantor::storage::contract::block_on(test());
//! ```
//!
//! Every rule is a sentence of [`storage`](crate::storage). The kit does what the sentence is about, and compares each answer
//! with that of a model of the contract. A violation names the rule and shows what was done, step by step. An error or a panic of
//! the store where the contract has an answer is a violation too.
//!
//! Rules about callers who meet are checked in three ways:
//!
//! * **By turns.** Whole operations of several callers in every order. For every store.
//! * **Polled by hand.** The futures of several callers are polled in every order of their await points (with at most three
//!   switches away from a caller that could go on). For stores that live in the process, which say so with
//!   [`polled_by_hand`](Contract::polled_by_hand). It finds a check and an act with an `await` between them, every time.
//! * **At once.** Several callers wait at a barrier and then run at the same time: [`rounds`](Contract::rounds) and
//!   [`spawner`](Contract::spawner). For databases.
//!
//! In the last two, all that is asked is that the answers, and what is found afterwards, are those of *some* order of the steps
//! in which none comes before one that had been answered when it began.
//!
//! What the kit cannot see: whether data outlives the process, whether a row is really gone from the disk, what a store does when
//! its database fails, and how fast it is.

pub use super::kit::{Caller, Contract, Report, Violation, block_on, on_a_thread, rules};
