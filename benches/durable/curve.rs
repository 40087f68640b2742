//! What an operation costs by the number of live tokens. A store of each size is filled first; then all are measured in turns.
//! The smallest grow while they are measured, by the tokens that are issued to measure them.

use std::sync::Arc;
use std::time::Duration;

use grantor::MemoryStore;

use crate::common::AnyStore;
use crate::load::{CALLERS, Operation, Target, run};
use crate::stores::{Fill, Postgres, Sqlite, Tables};
use crate::{is_full, median};

const COUNT: usize = 1_024;
const ROUNDS: usize = 7;

pub fn draw() {
    let sizes: &[u64] = if is_full() { &[1_000, 10_000, 100_000, 1_000_000] } else { &[1_000, 10_000, 100_000] };
    let memory = |size| {
        let mut target = Target::new(MemoryStore::new());
        target.issue(size);
        Arc::new(target)
    };
    draw_one("memory, one caller", sizes, 1, memory);

    let folder = tempfile::tempdir().expect("a folder");
    let sqlite = |size| {
        let tables = Sqlite::open(&folder, &format!("{size}.db"));
        filled(tables.store.clone(), &tables, size)
    };
    draw_one(&format!("SQLite, {CALLERS} callers"), sizes, CALLERS, sqlite);
    drop(folder);

    if crate::stores::cluster_url().is_none() {
        return;
    }
    let sizes = if is_full() { &[sizes, &[10_000_000]].concat() } else { sizes };
    let postgres = |size| {
        let tables = Postgres::open(16).expect("a cluster");
        filled(tables.store.clone(), &tables, size)
    };
    draw_one(&format!("PostgreSQL, {CALLERS} callers on 16 connections"), sizes, CALLERS, postgres);
}

fn filled<S: AnyStore>(store: S, tables: &impl Tables, size: u64) -> Arc<Target<S>> {
    let mut target = Target::new(store);
    tables.fill(Fill::live(size, true));
    target.knows(size);
    Arc::new(target)
}

fn draw_one<S: AnyStore>(name: &str, sizes: &[u64], callers: usize, of_size: impl Fn(u64) -> Arc<Target<S>>) {
    let targets: Vec<_> = sizes.iter().map(|size| of_size(*size)).collect();
    print!("\n{name}; microseconds per operation (median of {ROUNDS} rounds in turns)\n{:<20}", "live tokens");
    sizes.iter().for_each(|size| print!("{size:>12}"));
    println!("{:>16}", "last / first");
    for operation in Operation::ALL {
        // The first round warms up.
        let rounds: Vec<Vec<Duration>> =
            (0..=ROUNDS).map(|_| targets.iter().map(|target| run(target, operation, callers, COUNT)).collect()).collect();
        let cost =
            |column: usize| median(rounds[1..].iter().map(|round| round[column].as_secs_f64() * 1e6 / COUNT as f64).collect());
        let ratio =
            median(rounds[1..].iter().map(|round| round[sizes.len() - 1].as_secs_f64() / round[0].as_secs_f64()).collect());
        print!("{:<20}", format!("{operation:?}"));
        (0..sizes.len()).for_each(|column| print!("{:>12.1}", cost(column)));
        println!("{ratio:>16.2}");
    }
}
