//! Time: everything ends at the exact second, by the clock that is handed in.

use super::Capability::{Codes, Families, Pending};
use super::*;
use crate::storage::Issue;

pub(in super::super) const RULES: &[Rule] = &[
    Rule {
        name: "codes expire at the exact second",
        sentence: "Valid while `now < expires_at`.",
        needs: &[Codes],
        kind: Kind::InTurn,
        scenarios: codes_expire,
    },
    Rule {
        name: "tokens expire at the exact second",
        sentence: "Valid while `now < expires_at`.",
        needs: &[Families],
        kind: Kind::InTurn,
        scenarios: tokens_expire,
    },
    Rule {
        name: "pending requests expire at the exact second",
        sentence: "Valid while `now < expires_at`.",
        needs: &[Pending],
        kind: Kind::InTurn,
        scenarios: pending_requests_expire,
    },
    Rule {
        name: "time is handed in",
        sentence: "Time is handed in; a store never asks a clock of its own.",
        needs: &[Families],
        kind: Kind::InTurn,
        scenarios: time_is_handed_in,
    },
    Rule {
        name: "moments beyond all time do not wrap",
        sentence: "Time is handed in; a store never asks a clock of its own.",
        needs: &[Families],
        kind: Kind::InTurn,
        scenarios: moments_do_not_wrap,
    },
];

fn codes_expire(w: &World) -> Vec<Scenario> {
    vec![
        Scenario::in_turn([w.with_code(), w.look(9, "c"), w.redeem(9, w.tokens(0)), w.look(9, "c a0 r0")]),
        Scenario::in_turn([w.with_code(), w.look(10, "c"), w.redeem(10, w.tokens(0)), w.look(10, "c a0 r0")]),
    ]
}

fn tokens_expire(w: &World) -> Vec<Scenario> {
    let looks = [w.look(99, "a0 r0"), w.look(100, "a0 r0"), w.look(999, "r0 f s"), w.look(1000, "a0 r0 f s")].concat();
    vec![
        Scenario::in_turn([w.with_tokens(), looks]),
        Scenario::in_turn([w.with_tokens(), w.rotate(999, 0, w.kept(2000, w.tokens(1)))]),
        // Expired, though its family is remembered.
        Scenario::in_turn([
            w.begin(0, w.family("f"), w.kept(2000, w.tokens(0))),
            w.rotate(1000, 0, w.tokens(1)),
            w.look(1000, "a1 r1 s"),
        ]),
    ]
}

fn pending_requests_expire(w: &World) -> Vec<Scenario> {
    let before = || [w.put(0, w.request("p", 10)), w.look(9, "p"), w.look(10, "p")].concat();
    let answer = |now| w.begin_for(now, w.family("f"), w.access("a", 0), w.spend("p", "yes"));
    [9, 10]
        .into_iter()
        .flat_map(|now| {
            vec![
                Scenario::in_turn([before(), w.take(now, "p"), w.take(now, "p")]),
                Scenario::in_turn([before(), w.decide(now, "p", "yes"), w.look(9, "p"), w.decide(now, "p", "no")]),
                Scenario::in_turn([before(), answer(now), w.look(9, "p a s"), answer(now)]),
            ]
        })
        .collect()
}

fn time_is_handed_in(w: &World) -> Vec<Scenario> {
    // Long ago, and long from now: no clock agrees with both.
    let at = |w: &World| {
        Scenario::in_turn([
            w.with_code(),
            w.look(9, "c s"),
            w.redeem(9, w.tokens(0)),
            w.rotate(20, 0, w.tokens(1)),
            w.rotate(29, 0, w.pair("again", 1)),
            w.put(30, w.request("p", 40)),
            w.take(39, "p"),
            w.look(99, "a1 again r1"),
            w.rotate(999, 1, w.tokens(2)),
            w.look(999, "r1 f s"),
        ])
    };
    vec![at(&w.beginning(1_000)), at(&w.beginning(40_000_000_000))]
}

fn moments_do_not_wrap(w: &World) -> Vec<Scenario> {
    let mut issue = w.tokens(0);
    for token in issue.access_token.iter_mut().chain(&mut issue.refresh_token) {
        token.expires_at = world::END;
    }
    let issue = Issue { keep_family_until: world::END, ..issue };
    // Such a moment may come back as the last one that the store can express, so the records are not looked at.
    let century = 100 * 365 * 86_400;
    vec![Scenario::in_turn([
        w.begin(0, w.family("f"), issue),
        w.purge(century),
        w.rotate(century, 0, w.kept(century + 1000, w.access("a1", 1))),
        w.authorizations(century, "alice"),
    ])]
}
