//! The guide. Each page is a module without code; every Rust example in it is compiled and, where it can be, run by
//! `cargo test --doc` or, where it is a file of its own, by the other tests.
//!
//! In the order in which a newcomer needs them:
//!
//! 1. [`quick_start`]: what OAuth is for, a first server, and a token obtained with `curl`.
//! 2. [`choosing_grants_and_profiles`]: what which client needs, what each profile permits, what the compiler checks.
//! 3. [`compile_errors`]: every compile error, with its remedy.
//! 4. [`login_and_consent`]: signing people in, asking for their consent, and what browsers do to the forms.
//! 5. [`protecting_an_api`]: an API that accepts the tokens.
//! 6. [`storage`]: where things are kept, and how to keep them in a database of your own, with a whole store to start from.
//! 7. [`choosing_and_running_a_store`]: memory, SQLite or PostgreSQL; backups, upgrades, faults, cost.
//! 8. [`behind_a_proxy`]: TLS, paths, several issuers on one host.
//! 9. [`operating`]: removing what has expired, lifetimes, events, health checks, maintenance, the cost of client secrets.
//! 10. [`weight`]: what the library adds to a program: crates, time to compile, bytes.
//!
//! And for people who know the Python library aioauth: [`coming_from_aioauth`] has a row for each thing that it offers.
//!
//! What the specifications ask for, and how each sentence of them is answered, is in [`requirements`].
//!
//! What may be combined with what is in [`rules`](crate::rules); what each method does is at the method.

pub mod behind_a_proxy;
pub mod choosing_and_running_a_store;
pub mod choosing_grants_and_profiles;
pub mod coming_from_aioauth;
pub mod compile_errors;
pub mod login_and_consent;
pub mod operating;
pub mod protecting_an_api;
pub mod quick_start;
pub mod requirements;
pub mod storage;
pub mod weight;
