//! The server against a small model of it: random sequences of requests by several actors, some of them at the same time, and
//! every answer, every introspection and every list of authorizations must be what the model says.
//!
//! `GRANTOR_MODEL_STEPS=10000000 cargo test --release --test model` takes more steps; `GRANTOR_MODEL_SEED` with the number that
//! a failure prints takes the same again. A failure prints the shortest sequence that was found: put it into
//! `regressions.rs`.

mod check;
#[path = "../common/mod.rs"]
mod common;
mod explore;
mod hosts;
mod op;
mod regressions;
mod rules;
mod servers;
mod sessions;
mod state;
mod tally;
mod wire;
mod world;

use std::path::Path;

use common::yielding::{Yielding, YieldingStore};
use explore::explore;
use grantor::SqliteStore;
use op::Case;
use tally::Tally;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use world::play;

fn runtime() -> Runtime {
    Builder::new_current_thread().build().expect("a runtime")
}

/// In memory, with a pause before and after each step of the store, so that two requests can meet anywhere.
fn in_memory(runtime: &Runtime, case: &Case) -> Result<Tally, String> {
    runtime.block_on(Box::pin(play(YieldingStore::new(Yielding), case)))
}

/// On a file, in memory where the system has such a place: it is the answers that count here, not the disk.
fn on_file(runtime: &Runtime, case: &Case) -> Result<Tally, String> {
    let memory = Path::new("/dev/shm");
    let directory = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() }.expect("a directory");
    let store = SqliteStore::open(directory.path().join("auth.db")).expect("a store");
    runtime.block_on(Box::pin(play(store, case)))
}

#[test]
fn the_memory_store_agrees_with_the_model() {
    let runtime = runtime();
    explore(100, |case| in_memory(&runtime, case));
}

#[test]
fn the_sqlite_store_agrees_with_the_model() {
    let runtime = runtime();
    explore(10, |case| on_file(&runtime, case));
}
