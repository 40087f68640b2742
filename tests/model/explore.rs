//! Draws cases until enough steps have been taken, and makes the first one that fails small.

use std::cell::Cell;
use std::env;

use proptest::prelude::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use super::check::Verdict;
use super::op::{Case, case};

/// Steps in one case, at most.
const STEPS: usize = 120;
/// The variables that ask for more than the gate has time for, and for the same again.
const HOW_MANY: &str = "GRANTOR_MODEL_STEPS";
const SEED: &str = "GRANTOR_MODEL_SEED";

fn variable(name: &str) -> Option<u64> {
    env::var(name).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{name} must be a number")))
}

/// Plays about so many steps, or as many as the environment says.
pub fn explore(steps: u64, play: impl Fn(&Case) -> Verdict) {
    let steps = variable(HOW_MANY).map_or(steps, |all| all * steps / 100_000);
    let seed = variable(SEED).unwrap_or_else(|| rand::random());
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let config = Config { failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, rng);
    let (cases, taken) = (case(STEPS), Cell::new(0));
    while taken.get() < steps {
        let tree = cases.new_tree(&mut runner).expect("a case");
        let outcome = runner.run_one(tree, |case| {
            taken.set(taken.get() + case.ops.len() as u64);
            play(&case).map_err(TestCaseError::fail)
        });
        if let Err(TestError::Fail(why, case)) = outcome {
            panic!("after {} steps with {SEED}={seed}\n{case:#?}\n{why}", taken.get());
        }
    }
    println!("{} steps with {SEED}={seed}", taken.get());
}
