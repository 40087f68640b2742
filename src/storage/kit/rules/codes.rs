//! Authorization codes: redeemed once. The cases are those of [`redeem_code`](crate::AuthorizationCodeStore::redeem_code).

use super::Capability::{AccessTokens, Codes};
use super::*;
use crate::storage::Issue;

pub(in super::super) const RULES: &[Rule] = &[
    Rule {
        name: "redeeming stores what was issued",
        sentence: "Else mark it redeemed, store `issue`, keep the family for as long as the issue says, and answer \
                   `Redemption::Redeemed`.",
        needs: &[Codes],
        kind: Kind::InTurn,
        scenarios: redeeming_stores,
    },
    Rule {
        name: "a second redemption revokes the family",
        sentence: "Redeemed before, and its family still remembered: revoke the family in the same step, answer \
                   `Redemption::AlreadyRedeemed` .. It does not matter whether the code has expired since, or the family was \
                   revoked.",
        needs: &[Codes],
        kind: Kind::InTurn,
        scenarios: second_redemption,
    },
    Rule {
        name: "a dead code is dead and nothing changes",
        sentence: "Unknown, expired, or its family revoked or forgotten: `Redemption::Dead`; nothing changes.",
        needs: &[Codes],
        kind: Kind::InTurn,
        scenarios: dead_code,
    },
];

fn redeeming_stores(w: &World) -> Vec<Scenario> {
    let redeemed = |issue: Issue| {
        Scenario::in_turn([
            w.with_code(),
            w.redeem(5, issue),
            w.look(5, "c a0 r0 s"),
            w.look(9, "c"),
            w.look(10, "c"),
            w.look(25, "c a0 r0 s"),
        ])
    };
    vec![redeemed(w.tokens(0)), redeemed(w.access("a0", 0)), redeemed(w.kept(30, Issue::new(None, None, None)))]
}

fn second_redemption(w: &World) -> Vec<Scenario> {
    let again = |now: u64| [w.redeem(now, w.access("more", 0)), w.look(now, "c a0 r0 more s")].concat();
    let redeemed = || [w.with_code(), w.redeem(5, w.tokens(0))].concat();
    vec![
        Scenario::in_turn([redeemed(), again(6), again(7)]),
        // Expired since.
        Scenario::in_turn([redeemed(), again(10)]),
        Scenario::in_turn([redeemed(), again(999)]),
        // Revoked since, or rotated.
        Scenario::in_turn([redeemed(), w.revoke(6, "f"), again(7)]),
        Scenario::in_turn([redeemed(), w.rotate(6, 0, w.tokens(1)), again(7), w.look(7, "a1 r1"), w.rotate(8, 1, w.tokens(2))]),
    ]
}

fn dead_code(w: &World) -> Vec<Scenario> {
    let _ = AccessTokens;
    let dead = |now: u64| [w.redeem(now, w.tokens(0)), w.look(now, "c a0 r0 s")].concat();
    vec![
        Scenario::in_turn([dead(5)]),
        Scenario::in_turn([w.with_code(), dead(10), w.look(19, "s"), w.look(20, "s")]),
        Scenario::in_turn([w.with_code(), w.revoke(4, "f"), dead(5), w.purge_all()]),
        Scenario::in_turn([w.with_code(), w.redeem(5, w.access("a", 0)), w.look(100, "c"), dead(100)]),
    ]
}
