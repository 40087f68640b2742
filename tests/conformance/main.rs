//! The OpenID Foundation's plans, module by module: see `CONFORMANCE.md`.

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/jws.rs"]
mod jws;
#[path = "../common/provider.rs"]
mod provider;
#[path = "../fetcher/script.rs"]
mod script;

#[macro_use]
mod plan;

mod basic;
mod config;
mod dynamic;
mod form_post;
mod hybrid;
mod implicit;
