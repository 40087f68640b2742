//! The command line as an operator has it: the built program, run against stores that a server uses meanwhile.

#[path = "../../../../tests/common/postgres.rs"]
mod postgres;

mod authorizations;
mod clients;
mod input;
mod keys;
mod place;
mod purge;
mod schema;
mod tool;
