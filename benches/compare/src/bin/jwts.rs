//! Client credentials with a JWT under ES256, in interleaved rounds of one run, as `times` has it. `cargo run --release --bin jwts`;
//! `COMPARE_ROUNDS` rounds, 301 if it is not set.

use std::time::Instant;

use compare::jwts::{Grantor, OauthAsJwt};
use compare::{Library, Operation, measured};

const PER_ROUND: u32 = 32;
const OPERATION: Operation = Operation::ClientCredentials;

fn main() {
    let rounds = std::env::var("COMPARE_ROUNDS").map_or(301, |rounds| rounds.parse().expect("COMPARE_ROUNDS is a number"));
    let (mut ours, mut theirs) = (Grantor::new(), OauthAsJwt::new());
    let mut times: Vec<(f64, f64)> = Vec::with_capacity(rounds);
    for round in 0..rounds {
        // Each comes first as often as last.
        times.push(if round % 2 == 0 {
            let ours = time(&mut ours);
            (ours, time(&mut theirs))
        } else {
            let theirs = time(&mut theirs);
            (time(&mut ours), theirs)
        });
    }
    let ratio = median(&times, |(ours, theirs)| theirs / ours);
    let (ours, theirs) = (median(&times, |times| times.0), median(&times, |times| times.1));
    println!("| operation | grantor, aws-lc-rs | oauth-as, p256 | |\n|---|---|---|---|");
    println!("| client credentials, JWT | {ours:.2} µs | {theirs:.2} µs | {ratio:.2} × |");
}

/// Microseconds for one operation, of a round.
fn time<L: Library>(library: &mut L) -> f64 {
    let requests: Vec<_> = (0..PER_ROUND).map(|_| library.prepare(OPERATION)).collect();
    let mut responses = Vec::with_capacity(requests.len());
    let start = Instant::now();
    for request in requests {
        responses.push(measured(library, OPERATION, request));
    }
    let elapsed = start.elapsed();
    responses.iter().for_each(|response| L::check(OPERATION, response));
    elapsed.as_secs_f64() * 1e6 / f64::from(PER_ROUND)
}

fn median(times: &[(f64, f64)], of: fn(&(f64, f64)) -> f64) -> f64 {
    let mut values: Vec<f64> = times.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
