//! Random proofs against a model of them: one is good for a minute before and after its `iat`, and its `jti` once for each key until then; one
//! that is refused for another reason uses nothing up. `GRANTOR_MODEL_SEED` takes one again that failed.

use grantor::KeyPair;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::json;
use std::collections::HashMap;

use crate::common::seeds::{assert_enough, seeds};
use crate::{TOKEN, key, other_key, peer, proof_by, worth};

const ROUNDS: u64 = 40;
const STEPS: usize = 80;
/// RFC 9449 section 11.1: a proof is good for so many seconds before and after its `iat`.
const WINDOW: u64 = 60;

struct Proof {
    text: String,
    /// Of the first key?
    first: bool,
    jti: u8,
    issued_at: u64,
    /// Is it for the token endpoint?
    ours: bool,
}

impl Proof {
    fn by(dice: &mut StdRng, now: u64) -> Self {
        let (first, jti, ours) = (dice.random_bool(0.5), dice.random_range(0..6), dice.random_bool(0.8));
        let issued_at = now + dice.random_range(0..150) - 75;
        let url = if ours { TOKEN } else { "https://as.example.com/introspect" };
        let claims = json!({"jti": jti.to_string(), "htm": "POST", "htu": url, "iat": issued_at});
        let key: &KeyPair = if first { key() } else { other_key() };
        Self { text: proof_by(key, &claims), first, jti, issued_at, ours }
    }
}

#[tokio::test]
async fn what_a_proof_is_worth_is_what_the_model_says() {
    let seeds = seeds(ROUNDS);
    let mut counts = [0; 4];
    for seed in seeds.clone() {
        let (mut dice, peer) = (StdRng::seed_from_u64(seed), peer!());
        let (mut proofs, mut used) = (Vec::new(), HashMap::new());
        for step in 0..STEPS {
            let now = grantor::Clock::now(&peer.clock).as_unix();
            match dice.random_range(0..10) {
                0..3 => proofs.push(Proof::by(&mut dice, now)),
                3..9 if !proofs.is_empty() => {
                    let proof: &Proof = &proofs[dice.random_range(0..proofs.len())];
                    let is_in_time = proof.issued_at <= now + WINDOW && now <= proof.issued_at + WINDOW;
                    let was_used = used.get(&(proof.first, proof.jti)).is_some_and(|until| now <= *until);
                    let outcome = match (proof.ours, is_in_time, was_used) {
                        (false, ..) => 3,
                        (true, false, _) => 2,
                        (true, true, true) => 1,
                        (true, true, false) => 0,
                    };
                    counts[outcome] += 1;
                    if outcome == 0 {
                        used.insert((proof.first, proof.jti), proof.issued_at + WINDOW);
                    }
                    let expected = if outcome == 0 { "200 DPoP" } else { "400 invalid_dpop_proof" };
                    assert_eq!(worth(&peer, &proof.text).await, expected, "seed {seed}, step {step}");
                }
                _ => peer.clock.advance(dice.random_range(0..40)),
            }
        }
    }
    assert_enough(&seeds, &counts, 20);
}
