//! Each operation from request bytes to response bytes, in process, beside the floor. `cargo bench --bench operations`.

mod common;

use std::hint::black_box;
use std::time::{Duration, Instant};

use common::{AnyStore, Bench, Floor};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use grantor::{MemoryStore, Scope, SqliteStore};

fn operations<S: AnyStore>(c: &mut Criterion, name: &str, bench: &Bench<S>) {
    let mut group = c.benchmark_group(name);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    group.bench_function("client credentials", |b| {
        b.iter_batched(|| bench.client_credentials_request(), |request| bench.client_credentials(request), BatchSize::SmallInput);
    });
    group.bench_function("authorize", |b| b.iter(|| black_box(bench.authorize())));
    group.bench_function("code to tokens", |b| {
        let request = || bench.redemption_request(&bench.authorize());
        b.iter_batched(request, |request| bench.redeem(request), BatchSize::SmallInput);
    });
    group.bench_function("refresh", |b| {
        let request = || bench.refresh_request(&bench.redeem(bench.redemption_request(&bench.authorize())));
        b.iter_batched(request, |request| bench.refresh(request), BatchSize::SmallInput);
    });
    let tokens = bench.client_credentials(bench.client_credentials_request());
    group.bench_function("introspection", |b| {
        b.iter_batched(|| bench.introspection_request(&tokens), |request| bench.introspect(request), BatchSize::SmallInput);
    });
    let (headers, required) = (bench.bearer(&tokens), Scope::parse("read").expect("a scope"));
    group.bench_function("bearer check", |b| b.iter(|| bench.check_bearer(&headers, &required)));
    group.finish();
}

fn all(c: &mut Criterion) {
    let mut floor = Floor::default();
    c.bench_function("floor", |b| b.iter(|| floor.issue()));
    operations(c, "memory", &Bench::new(MemoryStore::new()));
    // Durable, one caller at a time: every operation that writes waits for its own fsync.
    let folder = tempfile::tempdir().expect("a folder");
    operations(c, "sqlite", &Bench::new(SqliteStore::open(folder.path().join("bench.db")).expect("a store")));
    ratio();
}

/// The ratio of the client credentials grant to the floor: interleaved rounds in one run, so that noise meets both.
fn ratio() {
    const ROUNDS: usize = 2_001;
    /// Few enough that the prepared requests stay in the processor's cache, as a request that has just arrived does.
    const PER_ROUND: usize = 64;
    let bench = Bench::new(MemoryStore::new());
    let mut floor = Floor::default();
    let mut ratios: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let requests: Vec<_> = (0..PER_ROUND).map(|_| bench.client_credentials_request()).collect();
            let start = Instant::now();
            for request in requests {
                black_box(bench.client_credentials(request));
            }
            let operation = start.elapsed();
            let start = Instant::now();
            (0..PER_ROUND).for_each(|_| floor.issue());
            operation.as_secs_f64() / start.elapsed().as_secs_f64()
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    println!("client credentials / floor: {:.2} (median of {ROUNDS} interleaved rounds)", ratios[ROUNDS / 2]);
}

criterion_group!(benches, all);
criterion_main!(benches);
