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
//! 6. [`storage`]: where things are kept, and how to keep them in a database of your own, with a whole store to start from;
//!    [`storage_in_sql`] has the statements.
//! 7. [`choosing_and_running_a_store`]: memory, SQLite or PostgreSQL; backups, upgrades, faults, cost.
//! 8. [`behind_a_proxy`]: TLS, paths, several issuers on one host; [`deploying`] has files for nginx, systemd and containers, and backups.
//! 9. [`operating`]: removing what has expired, lifetimes, events, health checks, maintenance, the cost of client secrets.
//! 10. [`administration`]: clients, authorizations, keys and the schema from the command line; [`leaving`]: when a person or a client goes, and everything of theirs ends.
//! 11. `testing_your_server`: tests of an API, of a server, and of what happens when the storage fails (feature `testing`).
//! 12. [`jwt_or_opaque`]: what access tokens can be, and who has to be asked about them.
//! 13. [`several_apis`]: tokens that are good at one API and worth nothing at the others.
//! 14. `keys`: what tokens are signed with, and how it replaces itself (feature `jose`).
//! 15. `clients_without_secrets`: clients that prove who they are with a key (feature `jose`).
//! 16. `sign_in_with_your_own_server`: OpenID Connect, for people who want a "Sign in with ..." of their own (feature `jose`).
//! 17. `claims`: what clients get to know about people (feature `jose`).
//! 18. [`clients_that_are_urls`]: applications that nobody registers (client ID metadata documents).
//! 19. [`letting_strangers_register`]: clients that register themselves.
//! 20. [`step_up`]: a stronger or a more recent sign-in for some pages of an API, and scopes that imply others.
//! 21. [`an_mcp_server_in_an_hour`]: an MCP server, and the authorization server that its clients look for.
//! 22. `signing_out`: of the server, and of every application that people signed in to with it (feature `jose`).
//! 23. `agents_that_act_for_people`: tokens for agents, and people of a company at an MCP server of somebody else (feature `jose`).
//! 24. [`high_value_apis`]: requests that clients push, so that nobody in between reads or changes them.
//! 25. `dpop`: tokens that are of no use to whoever steals them (feature `jose`); `mutual_tls`: the same with certificates (feature `mtls`).
//! 26. `signed_messages`: requests that clients sign, and responses that the server signs (feature `jose`).
//! 27. [`rich_requests`]: clients that ask for this payment, and not for a scope.
//! 28. [`without_a_browser`]: televisions, printers, programs on a command line.
//! 29. [`measured`]: what operations take, beside a floor and beside what is written by hand.
//! 30. [`weight`]: what the library adds to a program: crates, time to compile, bytes.
//!
//! What others have, feature by feature, is in [`comparison`].
//!
//! And for people who know the Python library aioauth: [`coming_from_aioauth`] has a row for each thing that it offers.
//!
//! What the specifications ask for, and how each sentence of them is answered, is in [`requirements`].
//!
//! What may be combined with what is in [`rules`](crate::rules); what each method does is at the method.

pub mod administration;
#[cfg(feature = "jose")]
pub mod agents_that_act_for_people;
pub mod an_mcp_server_in_an_hour;
pub mod behind_a_proxy;
pub mod choosing_and_running_a_store;
pub mod choosing_grants_and_profiles;
#[cfg(feature = "jose")]
pub mod claims;
pub mod clients_that_are_urls;
#[cfg(feature = "jose")]
pub mod clients_without_secrets;
pub mod coming_from_aioauth;
pub mod comparison;
pub mod compile_errors;
pub mod deploying;
#[cfg(feature = "jose")]
pub mod dpop;
pub mod high_value_apis;
pub mod jwt_or_opaque;
#[cfg(feature = "jose")]
pub mod keys;
pub mod leaving;
pub mod letting_strangers_register;
pub mod login_and_consent;
pub mod measured;
#[cfg(feature = "mtls")]
pub mod mutual_tls;
pub mod operating;
pub mod protecting_an_api;
pub mod quick_start;
pub mod requirements;
pub mod rich_requests;
pub mod several_apis;
#[cfg(feature = "jose")]
pub mod sign_in_with_your_own_server;
#[cfg(feature = "jose")]
pub mod signed_messages;
#[cfg(feature = "jose")]
pub mod signing_out;
pub mod step_up;
pub mod storage;
pub mod storage_in_sql;
#[cfg(feature = "testing")]
pub mod testing_your_server;
pub mod weight;
pub mod without_a_browser;
