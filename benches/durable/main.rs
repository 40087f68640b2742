//! Durable writes against the store's own limit, and how cost and latency behave as a store grows and is purged.
//!
//! `cargo bench --bench durable` runs all parts at a small size; `cargo bench --bench durable -- sqlite curve` some of them. The
//! full size (10^6 rows, and 10^7 for PostgreSQL, which needs about 6 GB of disk) is chosen by `GRANTOR_BENCH_FULL=1`.
//!
//! - `sqlite`: 64 callers on a file that is synced with every commit, beside a bare loop that inserts the same rows.
//! - `postgres`: 64 callers on a pool, beside pgbench with the same statements and as many connections.
//! - `curve`: what an operation costs by the number of live tokens.
//! - `purge`: latencies of a steady load while expired rows are removed, and without.
//! - `bytes`: what a live token takes on the disk.
//!
//! What is compared runs in turns in one process, and the median of the rounds counts. PostgreSQL is a private cluster on
//! loopback that syncs its commits; where it is not installed its parts are left out. Linux only.

#[path = "../../tests/common/postgres.rs"]
mod cluster;
#[path = "../common/mod.rs"]
mod common;

mod bytes;
mod curve;
mod load;
mod purge;
mod stores;
mod versus_loop;
mod versus_pgbench;

use std::time::Duration;

fn main() {
    let parts: [(&str, fn()); 5] = [
        ("sqlite", versus_loop::compare),
        ("postgres", versus_pgbench::compare),
        ("bytes", bytes::measure),
        ("curve", curve::draw),
        ("purge", purge::compare),
    ];
    let chosen: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    for (name, part) in parts {
        if chosen.is_empty() || chosen.iter().any(|chosen| chosen == name) {
            println!("\n== {name}");
            part();
        }
    }
    // Ends the cluster, whose folder goes with it.
    stores::end_cluster();
}

/// Was the full size asked for?
fn is_full() -> bool {
    std::env::var_os("GRANTOR_BENCH_FULL").is_some_and(|value| value == "1")
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn per_second(count: usize, elapsed: Duration) -> f64 {
    count as f64 / elapsed.as_secs_f64()
}
