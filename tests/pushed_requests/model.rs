//! Random visits against a model of pushed requests: one is for its client, until it was decided or its time is over, and a code that comes
//! of it is good once. `GRANTOR_MODEL_SEED` takes one again that failed.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::common::browser::Browser;
use crate::common::seeds::{assert_enough, seeds};
use crate::common::{Answer, SentBack as _};
use crate::{assert_invalid, bring, brought, decided, peer, pushed, redeem, request};

const ROUNDS: u64 = 40;
const STEPS: usize = 60;
const CLIENTS: [&str; 3] = ["pub", "conf", "other"];
/// Seconds that a pushed request waits, and that a code is good, unless settings say otherwise.
const LIFETIME: u64 = 60;

/// An answer with a code.
struct Approved {
    client: &'static str,
    answer: Answer,
    until: u64,
    redeemed: bool,
}

struct Pushed {
    uri: String,
    client: &'static str,
    until: u64,
    decided: bool,
}

#[tokio::test]
async fn what_a_visit_leads_to_is_what_the_model_says() {
    let seeds = seeds(ROUNDS);
    let mut counts = [0; 5];
    for seed in seeds.clone() {
        let (mut dice, peer) = (StdRng::seed_from_u64(seed), peer!());
        let (mut all, mut approved): (Vec<Pushed>, Vec<Approved>) = (Vec::new(), Vec::new());
        for _ in 0..STEPS {
            let now = grantor::Clock::now(&peer.clock).as_unix();
            let client = CLIENTS[dice.random_range(0..3)];
            match dice.random_range(0..10) {
                0..3 => {
                    let uri = pushed(&peer, &request(client)).await;
                    all.push(Pushed { uri, client, until: now + LIFETIME, decided: false });
                }
                3..8 if !all.is_empty() => {
                    let place = dice.random_range(0..all.len());
                    let one = &mut all[place];
                    // Mostly as its own client.
                    let by = if dice.random_bool(0.8) { one.client } else { client };
                    let is_good = by == one.client && !one.decided && now < one.until;
                    match dice.random_range(0..3) {
                        _ if !is_good => {
                            assert_invalid(&bring(&peer, by, &one.uri).await);
                            counts[0] += 1;
                        }
                        0 => {
                            let seen = Browser::default().request(&*peer.server, &brought(by, &one.uri)).await;
                            assert_eq!((seen.client().id().as_str(), seen.is_decided()), (by, false), "seed {seed}");
                            counts[1] += 1;
                        }
                        1 => {
                            let seen = Browser::default().request(&*peer.server, &brought(by, &one.uri)).await;
                            decided(&*peer.server, seen.deny()).await.assert_query_error("access_denied");
                            one.decided = true;
                            counts[2] += 1;
                        }
                        _ => {
                            let answer = bring(&peer, by, &one.uri).await;
                            approved.push(Approved { client: one.client, answer, until: now + LIFETIME, redeemed: false });
                            one.decided = true;
                        }
                    }
                }
                8 if !approved.is_empty() => {
                    let place = dice.random_range(0..approved.len());
                    let one = &mut approved[place];
                    let response = redeem(&peer, one.client, &one.answer).await;
                    if one.redeemed || now >= one.until {
                        response.assert_error(400, "invalid_grant");
                        counts[3] += 1;
                    } else {
                        response.assert_ok();
                        counts[4] += 1;
                    }
                    one.redeemed = true;
                }
                _ => peer.clock.advance(dice.random_range(0..25)),
            }
        }
    }
    assert_enough(&seeds, &counts, 20);
}
