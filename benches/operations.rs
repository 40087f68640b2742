//! Each operation from request bytes to response bytes, in process, beside the floor; the multiples of it are in `ratios`.
//! `cargo bench --bench operations`.

mod common;

use std::hint::black_box;
use std::time::Duration;

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
    let (request, required) = (bench.bearer(&tokens), Scope::parse("read").expect("a scope"));
    group.bench_function("bearer check", |b| b.iter(|| bench.check_bearer(&request, &required)));
    group.finish();
}

fn all(c: &mut Criterion) {
    let mut floor = Floor::default();
    c.bench_function("floor", |b| b.iter(|| floor.issue()));
    operations(c, "memory", &Bench::new(MemoryStore::new()));
    // Durable, one caller at a time: every operation that writes waits for its own fsync.
    let folder = tempfile::tempdir().expect("a folder");
    operations(c, "sqlite", &Bench::new(SqliteStore::open(folder.path().join("bench.db")).expect("a store")));
}

criterion_group!(benches, all);
criterion_main!(benches);
