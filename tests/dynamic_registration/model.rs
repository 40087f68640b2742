//! Random uses of registration access tokens against a model of them: the newest is good, and the one with which it was got until the newest was
//! used; of a client that is gone none is. `GRANTOR_MODEL_SEED` takes one again that failed.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::*;
use crate::common::seeds::{assert_enough, seeds};

const ROUNDS: u64 = 40;
const STEPS: usize = 60;

struct Known {
    id: String,
    url: String,
    /// All that there ever were, as places in the list: which are good?
    tokens: Vec<String>,
    newest: usize,
    previous: Option<usize>,
    name: String,
    gone: bool,
}

impl Known {
    fn of(client: &Value) -> Self {
        let of = |name: &str| text(client, name).to_owned();
        let (id, url, token) = (of("client_id"), of("registration_client_uri"), of("registration_access_token"));
        Self { id, url, tokens: vec![token], newest: 0, previous: None, name: of("client_name"), gone: false }
    }

    fn knows(&self, place: usize) -> bool {
        !self.gone && (place == self.newest || Some(place) == self.previous)
    }

    /// Whoever uses the newest one has it.
    fn used(&mut self, place: usize) {
        if place == self.newest {
            self.previous = None;
        }
    }

    fn renewed(&mut self, presented: usize, client: &Value) {
        self.tokens.push(text(client, "registration_access_token").to_owned());
        (self.newest, self.previous) = (self.tokens.len() - 1, Some(presented));
    }
}

#[tokio::test]
async fn which_token_is_good_is_what_the_model_says() {
    let seeds = seeds(ROUNDS);
    let mut counts = [0; 4];
    for seed in seeds.clone() {
        let (mut dice, peer) = (StdRng::seed_from_u64(seed), open());
        let mut all: Vec<Known> = Vec::new();
        for step in 0..STEPS {
            // There are bounds of how much may change at once.
            peer.clock.advance(30);
            if all.is_empty() || dice.random_range(0..10) == 0 {
                all.push(Known::of(&registered(&peer, &public()).await));
                continue;
            }
            let place = dice.random_range(0..all.len());
            let one = &mut all[place];
            // Mostly one of the last three.
            let token = one.tokens.len() - 1 - dice.random_range(0..one.tokens.len().min(3));
            let presented = one.tokens[token].clone();
            let (method, body) = match dice.random_range(0..20) {
                0..9 => (Method::GET, None),
                9..18 => {
                    let name = format!("Name {step}");
                    (Method::PUT, Some(and(public(), json!({"client_id": one.id, "client_name": name}))))
                }
                _ => (Method::DELETE, None),
            };
            let answer = send(&peer, method.clone(), &one.url, Some(&presented), body.as_ref()).await;
            if !one.knows(token) {
                answer.assert_error(401, "invalid_token");
                counts[0] += 1;
                continue;
            }
            if method == Method::DELETE {
                assert_eq!(answer.status, 204, "seed {seed}, step {step}: {answer:?}");
                one.gone = true;
                counts[1] += 1;
                continue;
            }
            answer.assert_ok();
            let client = answer.json();
            if let Some(body) = body {
                text(&body, "client_name").clone_into(&mut one.name);
                one.renewed(token, &client);
                counts[2] += 1;
            } else {
                one.used(token);
                counts[3] += 1;
            }
            assert_eq!(client["client_name"], json!(one.name), "seed {seed}, step {step}");
        }
    }
    assert_enough(&seeds, &counts, 20);
}
