//! The rounds of a model, each of which can be taken again.

use std::env;
use std::ops::Range;

/// So many seeds; or the one in `GRANTOR_MODEL_SEED`, which failed before.
pub fn seeds(rounds: u64) -> Range<u64> {
    let one = env::var("GRANTOR_MODEL_SEED").ok().map(|seed| seed.parse().expect("a number"));
    one.map_or(0..rounds, |seed: u64| seed..seed + 1)
}

/// Did each outcome come more often than so? In one round alone it need not.
#[track_caller]
pub fn assert_enough(seeds: &Range<u64>, counts: &[usize], least: usize) {
    let is_one = seeds.end - seeds.start == 1;
    assert!(is_one || counts.iter().all(|count| *count > least), "too little was tried: {counts:?}");
}
