//! The operations on the memory store as multiples of their floors, and two threads beside one. `cargo bench --bench ratios`.
//! Beside three of them stands what is written by hand with plain maps: what nobody can leave out, on the same requests. A
//! ratio is the median of interleaved rounds in one run, so that noise meets both sides; time is the processor time of the thread,
//! which what else runs on the machine hardly touches.

#[path = "common/by_hand.rs"]
mod by_hand;
mod common;
#[path = "common/documents.rs"]
mod documents;
#[path = "common/exchanging.rs"]
mod exchanging;
#[path = "common/host.rs"]
mod host;
#[path = "common/variants.rs"]
mod variants;

use std::hint::{black_box, spin_loop};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use by_hand::ByHand;
use common::{Bench, Floor, LookupFloor, hash};
use documents::{DESCRIBED, Documents, STORED};
use exchanging::ExchangeBench;
use grantor::{MemoryStore, Scope};
use metrics_util::debugging::DebuggingRecorder;
use rustix::time::{ClockId, clock_gettime};
use variants::Variant;

const ROUNDS: usize = 2_001;
/// Few enough that the prepared requests stay in the processor's cache, as a request that has just arrived does.
const PER_ROUND: usize = 64;

type Memory = Bench<MemoryStore>;

fn main() {
    // Those alone whose name has the argument in it, if there is one.
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    let parts: [(&str, &dyn Fn()); 8] = [
        ("client credentials", &|| issuing("client credentials", client_credentials, Some(client_credentials_by_hand))),
        ("code to tokens", &|| issuing("code to tokens", redemption, Some(redemption_by_hand))),
        ("refresh", &|| issuing("refresh", refresh, None)),
        ("exchange", &exchange),
        ("introspection and bearer check", &|| introspection(&Bench::new(MemoryStore::new()))),
        ("metadata document", &metadata_documents),
        ("resource, limits and metrics", &variants),
        ("two threads", &two_threads),
    ];
    parts.iter().filter(|(name, _)| name.contains(&only)).for_each(|(_, run)| run());
}

/// The processor time of this thread.
fn now() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().expect("a duration")
}

fn time<T, O>(prepared: Vec<T>, mut operation: impl FnMut(T) -> O) -> f64 {
    let start = now();
    for input in prepared {
        black_box(operation(input));
    }
    (now() - start).as_secs_f64() * 1e9 / PER_ROUND as f64
}

fn prepare<T>(make: impl FnMut() -> T) -> Vec<T> {
    std::iter::repeat_with(make).take(PER_ROUND).collect()
}

fn client_credentials(bench: &Memory) -> f64 {
    time(prepare(|| bench.client_credentials_request()), |request| bench.client_credentials(request))
}

fn client_credentials_by_hand(bench: &Memory, by_hand: &mut ByHand) -> f64 {
    time(prepare(|| bench.client_credentials_request()), |request| by_hand.token(request))
}

fn redemption(bench: &Memory) -> f64 {
    time(prepare(|| bench.redemption_request(&bench.authorize())), |request| bench.redeem(request))
}

fn redemption_by_hand(bench: &Memory, by_hand: &mut ByHand) -> f64 {
    time(prepare(|| bench.redemption_request(&by_hand.authorize())), |request| by_hand.token(request))
}

fn refresh(bench: &Memory) -> f64 {
    let request = || bench.refresh_request(&bench.redeem(bench.redemption_request(&bench.authorize())));
    time(prepare(request), |request| bench.refresh(request))
}

/// Beside so many live tokens on both sides, to which the rounds add.
const LIVE: [usize; 3] = [0, 100_000, 1_000_000];

fn issuing(name: &str, operation: fn(&Memory) -> f64, by_hand: Option<fn(&Memory, &mut ByHand) -> f64>) {
    for live in LIVE {
        let (bench, mut hand, mut floor) = (Bench::new(MemoryStore::new()), ByHand::new(), Floor::default());
        for _ in 0..live {
            bench.client_credentials(bench.client_credentials_request());
            if by_hand.is_some() {
                hand.token(bench.client_credentials_request());
            }
            floor.issue();
        }
        compare(&format!("{name}, beside {live} live tokens"), || {
            let by_hand = by_hand.map(|by_hand| by_hand(&bench, &mut hand));
            Round { ours: operation(&bench), by_hand, floor: time(vec![(); PER_ROUND], |()| floor.issue()) }
        });
    }
}

/// A token is exchanged for another: beside the floor of issuing, with the hash by which the first one is found.
fn exchange() {
    let (bench, mut floor) = (ExchangeBench::new(), Floor::default());
    compare("exchange", || {
        let prepared = prepare(|| bench.request());
        let tokens: Vec<String> = prepared.iter().map(|(_, token)| token.clone()).collect();
        let ours = time(prepared, |(request, _)| bench.answer(request));
        let floor = time(tokens, |token| {
            black_box(hash(&token));
            floor.issue();
        });
        Round { ours, by_hand: None, floor }
    });
}

fn introspection(bench: &Memory) {
    let tokens = bench.client_credentials(bench.client_credentials_request());
    let (floor, token) = (LookupFloor::new(&tokens), common::member(&tokens, "access_token"));
    let floor = || time(vec![(); PER_ROUND], |()| floor.look_up(&token));
    let mut by_hand = ByHand::new();
    let same = by_hand.token(bench.client_credentials_request());
    compare("introspection", || Round {
        ours: time(prepare(|| bench.introspection_request(&tokens)), |request| bench.introspect(request)),
        by_hand: Some(time(prepare(|| bench.introspection_request(&same)), |request| by_hand.introspect(request))),
        floor: floor(),
    });
    let (request, required) = (bench.bearer(&tokens), Scope::parse("read").expect("a scope"));
    compare("bearer check", || Round {
        ours: time(vec![(); PER_ROUND], |()| bench.check_bearer(&request, &required)),
        by_hand: None,
        floor: floor(),
    });
}

/// A client that a document describes beside the same one that is stored: no more than 1.05 times as long.
fn metadata_documents() {
    type Operation = fn(&Documents, &str) -> f64;
    let operations: [(&str, Operation); 3] = [
        ("authorization request", |server, id| time(prepare(|| Documents::request(id)), |request| server.authorize(request))),
        ("code to tokens", |server, id| time(prepare(|| server.redemption(id)), |request| server.token(request))),
        ("refresh", |server, id| time(prepare(|| server.refresh(id)), |request| server.token(request))),
    ];
    for (name, operation) in operations {
        let server = Documents::new();
        let rounds: Vec<[f64; 2]> =
            std::iter::repeat_with(|| [operation(&server, DESCRIBED), operation(&server, STORED)]).take(ROUNDS).collect();
        let of = |place: usize| median(rounds.iter().map(|round| round[place]));
        let ratio = median(rounds.iter().map(|[described, stored]| described / stored));
        println!(
            "{name} of a client with a metadata document: {:.0} ns, of a stored one {:.0} ns, {ratio:.3} x as long",
            of(0),
            of(1)
        );
    }
}

/// Client credentials where one thing is on, beside the plain server.
fn variants() {
    let answers = |variant: &Variant| time(prepare(|| variant.request()), |request| variant.answer(request));
    let recorder = DebuggingRecorder::new();
    let counted = |variant: &Variant| metrics::with_local_recorder(&recorder, || answers(variant));
    type Operation<'a> = &'a dyn Fn(&Variant) -> f64;
    let variants: [(&str, Variant, Operation<'_>); 3] = [
        ("for a resource", Variant::with_resources(), &answers),
        ("with rate limits", Variant::with_limits(), &answers),
        ("with metrics", Variant::plain(), &counted),
    ];
    for (name, variant, operation) in variants {
        let plain = Variant::plain();
        let rounds: Vec<[f64; 2]> = std::iter::repeat_with(|| [operation(&variant), answers(&plain)]).take(ROUNDS).collect();
        let of = |place: usize| median(rounds.iter().map(|round| round[place]));
        let ratio = median(rounds.iter().map(|[with, without]| with / without));
        println!("client credentials {name}: {:.0} ns, without {:.0} ns, {ratio:.3} x as long", of(0), of(1));
    }
}

/// Nanoseconds of one operation.
struct Round {
    ours: f64,
    by_hand: Option<f64>,
    floor: f64,
}

fn compare(name: &str, round: impl FnMut() -> Round) {
    let rounds: Vec<Round> = std::iter::repeat_with(round).take(ROUNDS).collect();
    let of = |what: fn(&Round) -> f64| median(rounds.iter().map(what));
    let (ours, floor, ratio) = (of(|round| round.ours), of(|round| round.floor), of(|round| round.ours / round.floor));
    println!("{name}: {ours:.0} ns, floor {floor:.0} ns, {ratio:.2} x the floor (medians of {ROUNDS} interleaved rounds)");
    if rounds.iter().all(|round| round.by_hand.is_some()) {
        let by_hand = |round: &Round| round.by_hand.unwrap_or(f64::NAN);
        let (time, floors) =
            (median(rounds.iter().map(by_hand)), median(rounds.iter().map(|round| by_hand(round) / round.floor)));
        let ratio = median(rounds.iter().map(|round| round.ours / by_hand(round)));
        println!("    by hand: {time:.0} ns, {floors:.2} x the floor; this library takes {ratio:.2} x as long");
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// How much more two threads do than one, on one server and with one client; beside it the floor, each thread with its own, which
/// shows what the machine has to give. Requests are prepared while no time is taken. A thread that waits for a lock gives its
/// processor away, which the kernel counts.
fn two_threads() {
    const ROUNDS: usize = 31;
    let bench = Bench::new(MemoryStore::new());
    let ours = || {
        let requests: Vec<_> = (0..OPERATIONS).map(|_| bench.client_credentials_request()).collect();
        || requests.into_iter().for_each(|request| drop(black_box(bench.client_credentials(request))))
    };
    let floor = || {
        let mut floor = Floor::default();
        move || (0..OPERATIONS).for_each(|_| floor.issue())
    };
    let rounds: Vec<_> = (0..ROUNDS).map(|_| [run(1, &ours), run(2, &ours), run(1, &floor), run(2, &floor)]).collect();
    for (name, at) in [("client credentials", 0), ("the floor", 2)] {
        let (one, two) = (|round: &[Run; 4]| round[at], |round: &[Run; 4]| round[at + 1]);
        let wall = median(rounds.iter().map(|round| two(round).per_second / one(round).per_second));
        let processor = median(rounds.iter().map(|round| 2.0 * one(round).nanoseconds / two(round).nanoseconds));
        let (waits, operations) =
            rounds.iter().fold((0, 0), |sum, round| (sum.0 + two(round).waits, sum.1 + 2 * OPERATIONS * BATCHES));
        println!(
            "{name}, two threads beside one: {wall:.2} x by the wall clock, {processor:.2} x by processor time; \
             {waits} waits in {operations} operations"
        );
    }
}

/// Of a thread in a batch, few enough for their requests to stay in the processor's cache.
const OPERATIONS: usize = 1_000;
const BATCHES: usize = 8;
/// Batches that are not counted: at first both threads may be on one processor.
const UNCOUNTED: usize = 4;

#[derive(Clone, Copy)]
struct Run {
    /// Operations per second of wall clock, of all threads together.
    per_second: f64,
    /// Processor time of one operation.
    nanoseconds: f64,
    /// How often a thread gave its processor away.
    waits: usize,
}

fn run<F: FnOnce()>(threads: usize, prepare: &(impl Fn() -> F + Sync)) -> Run {
    let arrived = AtomicUsize::new(0);
    let work = || {
        let (mut wall, mut processor, mut waited) = (0.0, 0.0, 0);
        for batch in 0..UNCOUNTED + BATCHES {
            let operations = prepare();
            // Without sleep, so that each thread keeps its processor.
            arrived.fetch_add(1, Ordering::SeqCst);
            while arrived.load(Ordering::SeqCst) < threads * (batch + 1) {
                spin_loop();
            }
            let (start, before, waits_before) = (Instant::now(), now(), waits());
            operations();
            if batch >= UNCOUNTED {
                processor += (now() - before).as_secs_f64();
                wall += start.elapsed().as_secs_f64();
                waited += waits() - waits_before;
            }
        }
        let operations = (OPERATIONS * BATCHES) as f64;
        Run { per_second: operations / wall, nanoseconds: processor * 1e9 / operations, waits: waited }
    };
    let runs: Vec<Run> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        running.into_iter().map(|thread| thread.join().expect("a result")).collect()
    });
    Run {
        per_second: runs.iter().map(|run| run.per_second).sum(),
        nanoseconds: runs.iter().map(|run| run.nanoseconds).sum::<f64>() / threads as f64,
        waits: runs.iter().map(|run| run.waits).sum(),
    }
}

/// How often this thread has given its processor away, to wait. Linux only; elsewhere it is not known.
fn waits() -> usize {
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
    line.and_then(|count| count.trim().parse().ok()).unwrap_or(0)
}
