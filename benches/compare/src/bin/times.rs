//! Times, in interleaved rounds of one run, so that whatever else the machine does meets all libraries.
//! `cargo run --release --bin times`; `COMPARE_ROUNDS` rounds for each operation, 301 if it is not set.

use std::hint::black_box;
use std::time::Instant;

use compare::with_grantor::Grantor;
use compare::with_oauth_as::OauthAs;
use compare::with_oxide_auth::OxideAuth;
use compare::{Library, Operation, measured};
use rand::Rng as _;

/// Few enough that the prepared requests stay in the processor's cache, as a request that has just arrived does.
const PER_ROUND: u32 = 64;

fn main() {
    let rounds = std::env::var("COMPARE_ROUNDS").map_or(301, |rounds| rounds.parse().expect("COMPARE_ROUNDS is a number"));
    println!("| operation | grantor | oauth-as | | oxide-auth | |\n|---|---|---|---|---|---|");
    for operation in Operation::ALL {
        let (mut ours, mut oauth_as, mut oxide_auth) = (Grantor::new(), OauthAs::new(), OxideAuth::new());
        let mut times: Vec<[Option<f64>; 3]> = Vec::with_capacity(rounds);
        for round in 0..rounds {
            let mut of_round = [None; 3];
            // Each library comes first as often as last.
            for turn in 0..3 {
                let which = (round + turn) % 3;
                of_round[which] = match which {
                    0 => time(&mut ours, operation),
                    1 => time(&mut oauth_as, operation),
                    _ => time(&mut oxide_auth, operation),
                };
            }
            times.push(of_round);
        }
        let column = |which: usize| median(times.iter().filter_map(|round| round[which]));
        let ratio = |which: usize| median(times.iter().filter_map(|round| Some(round[which]? / round[0]?)));
        let cell = |value: Option<f64>, unit: &str| value.map_or("–".to_owned(), |value| format!("{value:.2}{unit}"));
        println!(
            "| {} | {} | {} | {} | {} | {} |",
            operation.name(),
            cell(column(0), " µs"),
            cell(column(1), " µs"),
            cell(ratio(1), " ×"),
            cell(column(2), " µs"),
            cell(ratio(2), " ×"),
        );
    }
    randomness(rounds);
}

/// Microseconds for one operation, of a round.
fn time<L: Library>(library: &mut L, operation: Operation) -> Option<f64> {
    if !L::has(operation) {
        return None;
    }
    let requests: Vec<_> = (0..PER_ROUND).map(|_| library.prepare(operation)).collect();
    let mut responses = Vec::with_capacity(requests.len());
    let start = Instant::now();
    for request in requests {
        responses.push(measured(library, operation, request));
    }
    let elapsed = start.elapsed();
    responses.iter().for_each(|response| L::check(operation, response));
    Some(elapsed.as_secs_f64() * 1e6 / f64::from(PER_ROUND))
}

/// What one token's randomness costs, which the two others take from the operating system.
fn randomness(rounds: usize) {
    let time = |fill: fn(&mut [u8; 32])| {
        let start = Instant::now();
        (0..PER_ROUND).for_each(|_| fill(black_box(&mut [0; 32])));
        start.elapsed().as_secs_f64() * 1e6 / f64::from(PER_ROUND)
    };
    let system = median((0..rounds).map(|_| time(|bytes| getrandom::fill(bytes).expect("randomness")))).unwrap_or_default();
    let thread = median((0..rounds).map(|_| time(|bytes| rand::rng().fill_bytes(bytes)))).unwrap_or_default();
    println!("\n32 random bytes: {system:.2} µs from the operating system, {thread:.2} µs from the thread's generator.");
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
