//! The fuzz targets of `fuzz/` on stable Rust: each is given its seeds and what small changes make of them.
//!
//! `GRANTOR_FUZZ_SECONDS=300 cargo test --release --test fuzz` spends so many seconds on each target; `GRANTOR_FUZZ_SEED` with the
//! number that a failure prints does the same again. A failure prints the input: put it into `fuzz/seeds/`, so that it is tried
//! from then on.

mod mutate;
#[path = "../../fuzz/src/lib.rs"]
mod targets;

use std::cell::Cell;
use std::env;
use std::fs;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::{Duration, Instant};

use mutate::mutated;
use rand::SeedableRng;
use rand::rngs::StdRng;
use targets::{TARGETS, Target};

/// So many inputs are made for each target, unless there is a time to spend.
const INPUTS: u64 = 1_500;

fn variable(name: &str) -> Option<u64> {
    env::var(name).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{name} must be a number")))
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

/// The seeds of a target, in the order of their names.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let directory = directory().join("seeds").join(target);
    let files = fs::read_dir(&directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).expect("a seed")).collect()
}

thread_local! {
    /// Whether a panic on this thread is nothing to print.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

static HOOK: Once = Once::new();

fn fails(target: Target, input: &[u8]) -> bool {
    catch_unwind(AssertUnwindSafe(|| target(input))).is_err()
}

/// Leaves out what the failure does not need: halves first, single bytes last.
fn smaller(target: Target, mut input: Vec<u8>) -> Vec<u8> {
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                usual(info)
            }
        }));
    });
    QUIET.set(true);
    let mut size = input.len() / 2;
    while size > 0 {
        let mut at = 0;
        while at < input.len() {
            let without = [&input[..at], &input[input.len().min(at + size)..]].concat();
            if fails(target, &without) { input = without } else { at += size }
        }
        size /= 2;
    }
    QUIET.set(false);
    input
}

fn attempt(name: &str, target: Target, input: &[u8], seed: u64) {
    if fails(target, input) {
        let input = smaller(target, input.to_vec());
        // Once more, to be read.
        fails(target, &input);
        panic!("{name} fails (GRANTOR_FUZZ_SEED={seed}) with b\"{}\"", input.escape_ascii());
    }
}

fn fuzz(name: &str) {
    let (_, target) = TARGETS.into_iter().find(|(own, _)| *own == name).expect("a target");
    let seed = variable("GRANTOR_FUZZ_SEED").unwrap_or_else(rand::random);
    let seeds = seeds(name);
    assert!(!seeds.is_empty(), "{name} has no seeds");
    for input in &seeds {
        attempt(name, target, input, seed);
    }
    let (mut rng, mut made) = (StdRng::seed_from_u64(seed), 0);
    let end = variable("GRANTOR_FUZZ_SECONDS").map(|seconds| Instant::now() + Duration::from_secs(seconds));
    while end.map_or(made < INPUTS, |end| Instant::now() < end) {
        attempt(name, target, &mutated(&seeds, &mut rng), seed);
        made += 1;
    }
    println!("{name}: {} seeds and {made} inputs with GRANTOR_FUZZ_SEED={seed}", seeds.len());
}

macro_rules! targets {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                fuzz(stringify!($name));
            }
        )*

        /// A target that is forgotten in one of the places runs nowhere, and nobody notices.
        #[test]
        fn each_target_is_run_here_and_by_cargo_fuzz() {
            let names = [$(stringify!($name)),*];
            assert_eq!(TARGETS.map(|(name, _)| name), names);
            let manifest = fs::read_to_string(directory().join("Cargo.toml")).expect("a manifest");
            for name in names {
                let main = fs::read_to_string(directory().join(format!("fuzz_targets/{name}.rs"))).expect("a binary");
                assert!(main.contains(&format!("grantor_fuzz::{name}(data)")), "{main}");
                assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
            }
        }
    };
}

targets! {
    parameters basic redirect_uri scope pkce client_metadata authorization token server interaction bearer introspection fetched
    jws jwk jwks client_assertion client_certificate dpop_proof resource access_token openid_claims registration protected_resource client_document
    end_session exchange id_jag pushed_request request_object authorization_details device_authorization user_code
}
