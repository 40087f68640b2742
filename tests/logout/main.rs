//! Signing out: at the end session endpoint, of all clients, and what becomes of what was authorized.

#[path = "../common/mod.rs"]
mod common;

mod back_channel;
mod conformance;
mod durable;
mod pairwise;
mod provider;
mod races;
mod rp_initiated;
mod sessions;
