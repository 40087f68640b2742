//! The same over each store, and what only one of them has.

#[path = "../common/mod.rs"]
mod common;
#[allow(clippy::unit_arg, reason = "so that the store fits on a page")]
#[path = "../../examples/own_store/store.rs"]
mod store;

mod administration;
mod descendants;
mod own_store;
mod postgres;
mod postgres_plans;
mod postgres_roles;
mod postgres_wire;
mod races;
mod replays;
mod skewed_clocks;
mod sqlite;
mod upgrade;
