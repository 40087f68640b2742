//! Draws cases until enough steps have been taken, and makes the first one that fails small.

use std::cell::{Cell, RefCell};
use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::prelude::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use super::op::{Case, Op, case};
use super::tally::Tally;

/// Steps in one case, at most.
const STEPS: usize = 120;
/// With so many steps everything has happened.
const ENOUGH: u64 = 10_000;
/// The variables that ask for more than the gate has time for, and for the same again.
const HOW_MANY: &str = "GRANTOR_MODEL_STEPS";
const SEED: &str = "GRANTOR_MODEL_SEED";

fn variable(name: &str) -> Option<u64> {
    env::var(name).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{name} must be a number")))
}

/// Plays at least `share` percent of as many steps as the environment asks for, or of 40,000.
pub fn explore(share: u64, play: impl Fn(&Case) -> Result<Tally, String>) {
    let play = |case: &Case| catch_unwind(AssertUnwindSafe(|| play(case))).unwrap_or_else(|_| Err("a panic".to_owned()));
    let steps = variable(HOW_MANY).unwrap_or(40_000) * share / 100;
    let seed = variable(SEED).unwrap_or_else(rand::random);
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let config = Config { failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, rng);
    let (cases, taken, failed) = (case(STEPS), Cell::new(0), Cell::new(false));
    let all = RefCell::new(Tally::default());
    while taken.get() < steps {
        let tree = cases.new_tree(&mut runner).expect("a case");
        let outcome = runner.run_one(tree, |case| {
            let verdict = play(&case);
            // What comes after a failure is only to make it small.
            taken.set(taken.get() + if failed.get() { 0 } else { case.ops.len() as u64 });
            failed.set(failed.get() || verdict.is_err());
            verdict.map(|tally| all.borrow_mut().add(&tally)).map_err(TestCaseError::fail)
        });
        if let Err(TestError::Fail(why, case)) = outcome {
            let (why, Case { setups, ops }) = pruned(case, why.to_string(), play);
            let ops: Vec<_> = ops.iter().map(|op| format!("    {op:?},\n")).collect();
            panic!("{why}\nafter {} steps with {SEED}={seed}:\nsetups: {setups:?}, ops: [\n{}]", taken.get(), ops.concat());
        }
    }
    println!("{} steps with {SEED}={seed}: {:?}", taken.get(), all.borrow());
    if taken.get() >= ENOUGH {
        all.borrow().assert_complete();
    }
}

/// Leaves out each step that the failure does not need, and takes apart what need not be at the same time, until nothing of
/// that is possible any more: `proptest` tries each step only once.
fn pruned(mut case: Case, mut why: String, play: impl Fn(&Case) -> Result<Tally, String>) -> (String, Case) {
    let mut n = 0;
    while n < case.ops.len() {
        let simpler = simpler(&case.ops[n]).into_iter().map(|instead| {
            let mut simpler = case.clone();
            simpler.ops.splice(n..=n, instead);
            simpler
        });
        match simpler.into_iter().find_map(|case| play(&case).err().map(|why| (case, why))) {
            Some(found) => ((case, why), n) = (found, 0),
            None => n += 1,
        }
    }
    (why, case)
}

/// What may do instead of a step.
fn simpler(op: &Op) -> Vec<Vec<Op>> {
    let mut instead = vec![vec![]];
    if let Op::Together(a, b, _) = op {
        let (a, b) = (Op::clone(a), Op::clone(b));
        instead.extend([vec![a.clone()], vec![b.clone()], vec![a.clone(), b.clone()], vec![b, a]]);
    }
    instead
}
