//! What becomes of a step whose caller goes away in the middle.

use super::Capability::{AccessTokens, Codes, Families, Pending, RefreshTokens, Registry};
use super::*;
use crate::storage::Issue;

const SENTENCE: &str = "It happens whole or not at all, also when its future is dropped.";

pub(in super::super) const RULES: &[Rule] = &[
    Rule {
        name: "a dropped registration",
        sentence: SENTENCE,
        needs: &[Registry],
        kind: Kind::Dropped,
        scenarios: |w| {
            let full = crate::client::Client::public("app").redirect_uri("https://app.example.com/").name("Replaced").build();
            vec![
                dropped(Vec::new(), w.put_client(world::public_client("app")), w.find_client("app")),
                dropped(w.put_client(world::public_client("app")), w.put_client(world::sound(full)), w.find_client("app")),
            ]
        },
    },
    Rule {
        name: "a dropped beginning",
        sentence: SENTENCE,
        needs: &[Families],
        kind: Kind::Dropped,
        scenarios: |w| {
            let issue = Issue::new(Some(w.code("c", 10)), Some(w.token("a0", 0, 100)), Some(w.token("r0", 0, 1000)));
            let token = crate::storage::TokenRecord { family: w.id("g"), ..w.token("a", 0, 2000) };
            let descends = w.begin(1, w.descendant("g", "f"), Issue::new(None, Some(token), None));
            vec![
                dropped(Vec::new(), w.begin(0, w.family("f"), issue), w.look(1, "c a0 r0 f s")),
                dropped(w.with_tokens(), descends, w.look(1, "a f g s")),
            ]
        },
    },
    Rule {
        name: "a dropped revocation",
        sentence: SENTENCE,
        needs: &[Families],
        kind: Kind::Dropped,
        scenarios: |w| vec![dropped(w.with_tokens(), w.revoke(1, "f"), w.look(1, "a0 r0 s"))],
    },
    Rule {
        name: "a dropped revocation of an access token",
        sentence: SENTENCE,
        needs: &[AccessTokens],
        kind: Kind::Dropped,
        scenarios: |w| vec![dropped(w.with_tokens(), w.revoke_access(1, "a0"), w.look(1, "a0 r0"))],
    },
    Rule {
        name: "a dropped redemption",
        sentence: SENTENCE,
        needs: &[Codes],
        kind: Kind::Dropped,
        scenarios: |w| {
            let redeemed = [w.with_code(), w.redeem(5, w.tokens(0))].concat();
            vec![
                dropped(w.with_code(), w.redeem(5, w.tokens(0)), w.look(5, "c a0 r0 s")),
                dropped(redeemed, w.redeem(6, w.access("more", 0)), w.look(6, "c a0 r0 more s")),
            ]
        },
    },
    Rule {
        name: "a dropped rotation",
        sentence: SENTENCE,
        needs: &[RefreshTokens],
        kind: Kind::Dropped,
        scenarios: |w| {
            let rotated = || [w.with_tokens(), w.rotate(20, 0, w.tokens(1))].concat();
            vec![
                dropped(w.with_tokens(), w.rotate(20, 0, w.tokens(1)), w.look(20, "a0 r0 a1 r1 s")),
                dropped(rotated(), w.rotate(21, 0, w.pair("more", 1)), w.look(21, "a0 r0 a1 r1 more s")),
                dropped(rotated(), w.rotate(30, 0, w.pair("more", 1)), w.look(30, "a0 r0 a1 r1 more s")),
            ]
        },
    },
    Rule {
        name: "a dropped suspension",
        sentence: SENTENCE,
        needs: &[Pending],
        kind: Kind::Dropped,
        scenarios: |w| vec![dropped(Vec::new(), w.put(0, w.request("p", 10)), w.take(1, "p"))],
    },
    Rule {
        name: "a dropped decision",
        sentence: SENTENCE,
        needs: &[Pending],
        kind: Kind::Dropped,
        scenarios: |w| {
            let put = || w.put(0, w.request("p", 10));
            let begin = w.begin_for(1, w.family("f"), w.tokens(0), w.spend("p", "yes"));
            vec![dropped(put(), w.decide(1, "p", "no"), w.look(1, "p")), dropped(put(), begin, w.look(1, "p a0 r0 s"))]
        },
    },
];

fn dropped(before: Vec<Step>, step: Vec<Step>, after: Vec<Step>) -> Scenario {
    Scenario { before, callers: vec![step], after }
}
