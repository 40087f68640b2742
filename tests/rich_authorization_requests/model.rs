//! Random authorizations against a model of them: what is asked for, granted, redeemed and refreshed are lists of payments, and whether one
//! covers another is found by trying every order. `GRANTOR_MODEL_SEED` takes one again that failed.

use grantor::{Approval, DecisionRefused};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use crate::common::browser::Browser;
use crate::common::seeds::{assert_enough, seeds};
use crate::common::{Answer, redemption, refreshing, subject, with};
use crate::{Amount, Payment, asking, peer};

const ROUNDS: u64 = 60;

/// The amount, and to whom.
type Sum = (u64, bool);

fn paying((value, other): Sum) -> Payment {
    let creditor = if other { "Merchant B" } else { "Merchant A" }.to_owned();
    Payment { amount: Amount { value, currency: "EUR".into() }, creditor, locations: Vec::new() }
}

fn as_json(sums: &[Sum]) -> Value {
    let one = |sum: &Sum| {
        let mut payment = serde_json::to_value(paying(*sum)).expect("JSON");
        payment["type"] = json!("payment_initiation");
        payment
    };
    sums.iter().map(one).collect()
}

/// Can each of the narrower ones be given one of the wider ones for itself?
fn covers(wider: &[Sum], narrower: &[Sum]) -> bool {
    let Some((first, rest)) = narrower.split_first() else { return true };
    (0..wider.len()).any(|place| {
        let mut others = wider.to_vec();
        let (most, to) = others.remove(place);
        first.0 <= most && first.1 == to && covers(&others, rest)
    })
}

fn sums(dice: &mut StdRng, least: usize) -> Vec<Sum> {
    let many = dice.random_range(least..4);
    (0..many).map(|_| (dice.random_range(1..5), dice.random_bool(0.3))).collect()
}

/// What a token request names: nothing, or this.
fn named(dice: &mut StdRng) -> Option<Vec<Sum>> {
    dice.random_bool(0.7).then(|| sums(dice, 1))
}

#[tokio::test]
async fn what_is_granted_is_what_the_model_says() {
    let seeds = seeds(ROUNDS);
    let peer = peer!();
    let mut counts = [0; 4];
    for seed in seeds.clone() {
        let mut dice = StdRng::seed_from_u64(seed);
        let asked = sums(&mut dice, 1);
        let text = as_json(&asked).to_string();
        let mut browser = Browser::default();
        let handle = browser.begin_with(&*peer.server, &asking(&text)).await;
        // Until the person grants no more than was asked for.
        let (granted, code) = loop {
            let granted = sums(&mut dice, 1);
            let approval = Approval::by(subject("alice")).consented();
            let approval = granted.iter().fold(approval, |approval, sum| approval.detail(&paying(*sum)));
            let request = browser.resume(&*peer.server, &handle).await.expect("it waits");
            let response = peer.server.authorization().complete(request.approve(approval)).await;
            let refused = response.extensions().get::<DecisionRefused>().copied();
            assert_eq!(refused.is_none(), covers(&asked, &granted), "seed {seed}: {asked:?} {granted:?}");
            match refused {
                None => break (granted, Answer::from(response).query().remove("code").expect("a code")),
                Some(refused) => assert_eq!(refused, DecisionRefused::MoreThanAsked),
            }
            counts[0] += 1;
        };
        let mut refresh_token = None;
        for _ in 0..6 {
            let named = named(&mut dice);
            let text = named.as_deref().map(|named| as_json(named).to_string()).unwrap_or_default();
            let redeeming = redemption(&code);
            let base = refresh_token.as_deref().map_or(redeeming.to_vec(), |token| refreshing(token).to_vec());
            let answer = peer.token(&with(&base, &[("authorization_details", &text)])).await;
            let permitted = named.as_ref().unwrap_or(&granted);
            if !covers(&granted, permitted) {
                answer.assert_error(400, "invalid_authorization_details");
                counts[1] += 1;
                continue;
            }
            counts[if named.is_some() { 2 } else { 3 }] += 1;
            answer.assert_ok();
            let expected = as_json(permitted);
            assert_eq!(answer.json()["authorization_details"], expected, "seed {seed}: {granted:?} {named:?}");
            assert_eq!(peer.introspect(&answer.member("access_token")).await["authorization_details"], expected);
            refresh_token = Some(answer.member("refresh_token"));
        }
    }
    assert_enough(&seeds, &counts, 20);
}
