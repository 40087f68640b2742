//! Latencies of a steady load while expired rows are removed, beside those on a store of the same size in which nothing has
//! expired. The two take turns until all expired rows are gone, and the median of the turns counts: a disk that others use too
//! stalls now and then, which would be the p99 of a whole run.

use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use grantor::{Clock as _, PurgeExpired, SystemClock};

use crate::common::AnyStore;
use crate::load::{Operation, Target, runtime};
use crate::stores::{Fill, Postgres, Sqlite, Tables};
use crate::{is_full, median};

/// Requests per second.
const RATE: u32 = 200;
const TURN: Duration = Duration::from_secs(2);
/// The purge is given up after so many turns, so that the bench ends.
const TURNS: usize = 120;

pub fn compare() {
    let rows: u64 = if is_full() { 1_000_000 } else { 100_000 };
    let folder = tempfile::tempdir().expect("a folder");
    let [quiet, purged] = ["quiet.db", "purged.db"].map(|name| Sqlite::open(&folder, name));
    compare_on("SQLite", rows, [(quiet.store.clone(), quiet), (purged.store.clone(), purged)]);
    let [quiet, purged] = [(); 2].map(|()| Postgres::open(16));
    if let (Some(quiet), Some(purged)) = (quiet, purged) {
        compare_on("PostgreSQL", rows, [(quiet.store.clone(), quiet), (purged.store.clone(), purged)]);
    }
}

/// A family and its token are two rows.
fn compare_on<S: AnyStore + PurgeExpired + Clone>(name: &str, rows: u64, [quiet, purged]: [(S, impl Tables); 2]) {
    let fills = [Fill::live(rows / 2, false), Fill::expired(rows / 2)];
    let [idle, busy] = [(&quiet, fills[0]), (&purged, fills[1])].map(|((store, tables), fill)| {
        let target = Arc::new(Target::new(store.clone()));
        tables.fill(fill);
        target
    });
    load(&idle, TURN);
    load(&busy, TURN);
    let (mut without, mut during) = (Vec::new(), Vec::new());
    let (mut purging, mut is_done) = (Duration::ZERO, false);
    for _ in 0..TURNS {
        without.push(load(&idle, TURN));
        let store = purged.0.clone();
        let purge = runtime().spawn(async move { store.purge_expired(SystemClock.now()).await });
        let start = Instant::now();
        let latencies = load_until(&busy, TURN, || purge.is_finished());
        during.push(latencies);
        purging += start.elapsed();
        if purge.is_finished() {
            is_done = true;
            runtime().block_on(purge).expect("no panic").expect("a purge");
            break;
        }
        // It goes on in the next turn.
        purge.abort();
    }
    let end = if is_done { "gone after" } else { "not all gone after" };
    println!("{name}, {RATE} requests/s; {rows} expired rows {end} {:.1} s of purging", purging.as_secs_f64());
    let [without, during] = [without, during].map(Latencies::of);
    println!("  without: {without}\n  during:  {during}");
    println!("  p99 during / without: {:.2}", during.p99.as_secs_f64() / without.p99.as_secs_f64());
}

fn load<S: AnyStore>(target: &Arc<Target<S>>, turn: Duration) -> Vec<Duration> {
    load_until(target, turn, || false)
}

/// Sends requests at a steady rate, whether or not those before were answered; gives how long after its time each was.
fn load_until<S: AnyStore>(target: &Arc<Target<S>>, turn: Duration, is_over: impl Fn() -> bool) -> Vec<Duration> {
    let (answered, latencies) = mpsc::channel();
    let start = Instant::now();
    for number in 0.. {
        let due = start + number * Duration::from_secs(1) / RATE;
        if due - start >= turn || is_over() {
            break;
        }
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let (target, answered) = (target.clone(), answered.clone());
        runtime().spawn(async move {
            target.perform(Operation::ClientCredentials, 0).await;
            let _ = answered.send(due.elapsed());
        });
    }
    drop(answered);
    latencies.iter().collect()
}

/// Medians of the turns.
struct Latencies {
    turns: usize,
    p50: Duration,
    p99: Duration,
    max: Duration,
}

impl Latencies {
    fn of(mut turns: Vec<Vec<Duration>>) -> Self {
        // The last one may have been short.
        let longest = turns.iter().map(Vec::len).max().unwrap_or(0);
        turns.retain(|turn| turn.len() * 2 >= longest);
        turns.iter_mut().for_each(|turn| turn.sort());
        let at = |percent: usize| {
            let of_turns = turns.iter().map(|turn| turn[(turn.len() - 1) * percent / 100].as_secs_f64());
            Duration::from_secs_f64(median(of_turns.collect()))
        };
        Self { turns: turns.len(), p50: at(50), p99: at(99), max: at(100) }
    }
}

impl std::fmt::Display for Latencies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [p50, p99, max] = [self.p50, self.p99, self.max].map(|latency| latency.as_secs_f64() * 1e3);
        write!(f, "p50 {p50:.2} ms, p99 {p99:.2} ms, longest {max:.2} ms ({} turns)", self.turns)
    }
}
