//! Families that descend from others: they begin under what lives, and end with it.

use super::Capability::{Codes, Families, Pending, Purge, RefreshTokens};
use super::*;
use crate::storage::{CodeRecord, FamilyRecord, Issue, RotationProposal, TokenRecord};

pub(in super::super) const RULES: &[Rule] = &[
    Rule {
        name: "looking a family up changes nothing",
        sentence: "Looks a family up and changes nothing. Finds a revoked one too, until it is forgotten: what became of it is in \
                   the answer.",
        needs: &[Families],
        kind: Kind::InTurn,
        scenarios: |w| {
            let begin = || w.begin(0, w.family("f"), w.kept(50, Issue::new(None, None, None)));
            vec![
                Scenario::in_turn([w.look(0, "f"), begin(), w.look(1, "f f g"), w.look(49, "f"), w.look(50, "f")]),
                Scenario::in_turn([begin(), w.revoke(1, "f"), w.look(1, "f f"), w.look(49, "f"), w.look(50, "f")]),
            ]
        },
    },
    Rule {
        name: "the revocation of an ancestor counts",
        sentence: "The revocation of an ancestor counts for it: whatever asks whether a family is revoked asks that of the family \
                   and of each of its ancestors.",
        needs: &[Families],
        kind: Kind::InTurn,
        scenarios: revoked_ancestors,
    },
    Rule {
        name: "a replay in an ancestor counts",
        sentence: "The revocation of an ancestor counts for it.",
        needs: &[RefreshTokens, Codes],
        kind: Kind::InTurn,
        scenarios: replays_in_ancestors,
    },
    Rule {
        name: "a family begins under one that lives",
        sentence: "The parent is unknown, forgotten, or revoked, itself or with an ancestor: `Spending::Orphaned`; nothing changes.",
        needs: &[Families],
        kind: Kind::InTurn,
        scenarios: under_one_that_lives,
    },
    Rule {
        name: "a family has so many ancestors and no more",
        sentence: "The parent has `MAX_ANCESTORS` already: `Spending::TooDeep`; nothing changes.",
        needs: &[Families],
        kind: Kind::InTurn,
        scenarios: so_many_ancestors,
    },
    Rule {
        name: "a family that is orphaned decides nothing",
        sentence: "The parent is unknown, forgotten, or revoked, itself or with an ancestor: `Spending::Orphaned`; nothing changes.",
        needs: &[Families, Pending],
        kind: Kind::InTurn,
        scenarios: orphans_decide_nothing,
    },
    Rule {
        name: "an ancestor is remembered as long as what descends from it",
        sentence: "An ancestor is remembered for at least as long as what descends from it: whatever keeps a family for longer keeps \
                   its ancestors too, in the same step.",
        needs: &[Families],
        kind: Kind::InTurn,
        scenarios: remembered_ancestors,
    },
    Rule {
        name: "a purge keeps what a living family descends from",
        sentence: "No look-up finds what this removes, so it changes no answer.",
        needs: &[Families, Purge],
        kind: Kind::InTurn,
        scenarios: purged_ancestors,
    },
    Rule {
        name: "the revocation of an ancestor reaches what is being issued",
        sentence: "Everything in it is dead from then on, also what is being inserted at the same time; and so is everything in the \
                   families that descend from it.",
        needs: &[Families],
        kind: Kind::Race,
        scenarios: revocations_beside,
    },
    Rule {
        name: "a purge is not in the way of what descends",
        sentence: "An ancestor is remembered for at least as long as what descends from it.",
        needs: &[Families, Purge],
        kind: Kind::Race,
        scenarios: purges_beside,
    },
];

/// A chain: `g` descends from `f`, and `h` from `g`. `f` has the tokens `a0` and `r0`, `g` the code `cg`, `h` the tokens `ah` and `rh`,
/// good until 100 and 1000.
fn chain(w: &World) -> Vec<Step> {
    let code = CodeRecord { family: w.id("g"), ..w.code("cg", 500) };
    let begin = [
        w.with_tokens(),
        w.begin(1, w.descendant("g", "f"), Issue::new(Some(code), None, None)),
        w.begin(2, w.descendant("h", "g"), pair(w, "h", "ah", 0)),
    ];
    begin.concat()
}

/// An access token until 100 and the refresh token of this generation until 1000, in a family.
fn pair(w: &World, family: &str, access: &str, generation: u32) -> Issue {
    let refresh = format!("r{family}{}", if generation == 0 { String::new() } else { generation.to_string() });
    let of = |row| TokenRecord { family: w.id(family), ..row };
    Issue::new(None, Some(of(w.token(access, generation, 100))), Some(of(w.token(&refresh, generation, 1000))))
}

/// The refresh token `rh` is presented.
fn rotate(w: &World, now: u64, issue: Issue) -> Vec<Step> {
    let proposal = RotationProposal { presented: w.hash("rh"), family: w.id("h"), ..w.proposal(now, 0, issue) };
    w.step(now, Operation::RotateRefreshToken(proposal))
}

fn redeem(w: &World, now: u64, issue: Issue) -> Vec<Step> {
    w.step(now, Operation::RedeemCode(w.hash("cg"), issue))
}

fn everything(w: &World, now: u64) -> Vec<Step> {
    w.look(now, "f g h s a0 r0 cg ag rg ah rh ah1 rh1")
}

fn revoked_ancestors(w: &World) -> Vec<Scenario> {
    // Of each that may be revoked: what is below it ends, and nothing else.
    let each = ["f", "g", "h"].map(|revoked| {
        Scenario::in_turn([
            chain(w),
            everything(w, 3),
            w.revoke(4, revoked),
            everything(w, 4),
            rotate(w, 5, pair(w, "h", "ah1", 1)),
            redeem(w, 5, pair(w, "g", "ag", 0)),
            everything(w, 5),
            redeem(w, 6, pair(w, "g", "more", 0)),
            w.rotate(6, 0, w.tokens(1)),
            w.look(6, "f g h a1 r1 ah1 ag s"),
        ])
    });
    let there = w.at("there");
    let beside = Scenario::in_turn([chain(w), chain(&there), there.revoke(4, "f"), everything(w, 4), everything(&there, 4)]);
    each.into_iter().chain([beside]).collect()
}

fn replays_in_ancestors(w: &World) -> Vec<Scenario> {
    let rotated = || [chain(w), w.rotate(20, 0, w.tokens(1)), w.rotate(21, 1, w.tokens(2))].concat();
    vec![
        // A rotation of an ancestor is nothing to what descends from it.
        Scenario::in_turn([rotated(), everything(w, 22), w.rotate(22, 0, w.pair("more", 1)), everything(w, 22)]),
        Scenario::in_turn([
            chain(w),
            redeem(w, 5, pair(w, "g", "ag", 0)),
            everything(w, 5),
            redeem(w, 6, pair(w, "g", "more", 0)),
            everything(w, 6),
        ]),
    ]
}

fn under_one_that_lives(w: &World) -> Vec<Scenario> {
    let begin = |now, name: &str, parent: &str| w.begin(now, w.descendant(name, parent), pair(w, name, "ah", 0));
    let there = w.at("there");
    vec![
        Scenario::in_turn([begin(0, "g", "f"), w.look(0, "f g ah rg"), w.purge_all()]),
        Scenario::in_turn([w.with_tokens(), begin(1, "f", "f"), begin(1, "g", "g"), w.look(1, "f g ah rf rg s")]),
        Scenario::in_turn([
            w.with_tokens(),
            there.begin(1, w.descendant("g", "f"), pair(w, "g", "ah", 0)),
            there.look(1, "g ah"),
        ]),
        Scenario::in_turn([w.with_tokens(), w.revoke(1, "f"), begin(2, "g", "f"), w.look(2, "f g ah rg s"), w.purge_all()]),
        Scenario::in_turn([w.with_tokens(), begin(999, "g", "f"), w.look(999, "f g rg s")]),
        Scenario::in_turn([w.with_tokens(), begin(1000, "g", "f"), w.look(1000, "f g rg s")]),
        // Under the grandchild of one that is revoked.
        Scenario::in_turn([
            chain(w),
            w.revoke(3, "f"),
            w.begin(4, w.descendant("h2", "h"), pair(w, "h2", "ah1", 0)),
            w.look(4, "h2 ah1 rh2 s"),
        ]),
        // Nothing of what was refused is in the way later.
        Scenario::in_turn([begin(0, "g", "f"), w.with_tokens(), begin(1, "g", "f"), w.look(1, "f g ah rg s")]),
    ]
}

fn so_many_ancestors(w: &World) -> Vec<Scenario> {
    let kept = |until| w.kept(until, Issue::new(None, None, None));
    let name = |depth: usize| format!("f{depth}");
    let begin = |depth: usize| {
        let record = if depth == 0 { w.family("f0") } else { w.descendant(&name(depth), &name(depth - 1)) };
        let at = depth as u64;
        w.begin(at, FamilyRecord { created_at: w.t(at), ..record }, kept(100 + at))
    };
    let most = FamilyRecord::MAX_ANCESTORS;
    let all = || (0..=most).flat_map(begin).collect::<Vec<_>>();
    let names = (0..=most + 1).map(name).collect::<Vec<_>>().join(" ") + " s";
    vec![
        Scenario::in_turn([all(), begin(most + 1), w.look(50, &names), w.revoke(50, "f0"), w.look(50, &names)]),
        // Below one that is revoked that is what counts.
        Scenario::in_turn([all(), w.revoke(50, "f0"), begin(most + 1), w.look(50, &names)]),
    ]
}

fn orphans_decide_nothing(w: &World) -> Vec<Scenario> {
    let put = || w.put(0, w.request("p", 10));
    let begin = |now, parent: &str| {
        let answers = w.spend("p", "yes");
        w.begin_for(now, w.descendant("g", parent), pair(w, "g", "ah", 0), answers)
    };
    let after = |now| w.look(now, "p f g ah rg s");
    vec![
        Scenario::in_turn([put(), w.with_tokens(), w.revoke(1, "f"), begin(2, "f"), after(2), w.decide(2, "p", "no"), after(2)]),
        Scenario::in_turn([put(), w.with_tokens(), begin(2, "f"), after(2), begin(3, "f"), w.decide(3, "p", "no"), after(3)]),
        // What became of the request is said first.
        Scenario::in_turn([begin(1, "f"), put(), w.decide(1, "p", "no"), begin(2, "f"), after(2)]),
        Scenario::in_turn([w.with_tokens(), begin(1, "f"), after(1), put(), w.take(1, "p"), begin(2, "f"), after(2)]),
    ]
}

fn remembered_ancestors(w: &World) -> Vec<Scenario> {
    let short = || w.begin(0, w.family("f"), w.kept(20, Issue::new(None, None, None)));
    let code = CodeRecord { family: w.id("g"), ..w.code("cg", 30) };
    let child = || w.begin(1, w.descendant("g", "f"), w.kept(15, Issue::new(Some(code.clone()), None, None)));
    let grandchild = || w.begin(2, w.descendant("h", "g"), pair(w, "h", "ah", 0));
    let seen = |moments: &[u64]| moments.iter().flat_map(|now| everything(w, *now)).collect::<Vec<_>>();
    let late = |generation| {
        let token = TokenRecord { family: w.id("h"), ..w.token("late", generation, 2000) };
        Issue::new(None, Some(token), None)
    };
    vec![
        // By what begins, also if that says less.
        Scenario::in_turn([short(), child(), seen(&[14, 15, 19, 20])]),
        Scenario::in_turn([short(), child(), grandchild(), seen(&[20, 999, 1000]), w.revoke(999, "f"), seen(&[999])]),
        // By a redemption, a rotation, a retry.
        Scenario::in_turn([short(), child(), redeem(w, 5, pair(w, "g", "ag", 0)), seen(&[20, 999, 1000])]),
        Scenario::in_turn([short(), child(), grandchild(), rotate(w, 20, late(1)), seen(&[1999, 2000])]),
        Scenario::in_turn([
            short(),
            child(),
            grandchild(),
            rotate(w, 20, pair(w, "h", "ah1", 1)),
            rotate(w, 21, late(1)),
            seen(&[1999, 2000]),
        ]),
        // What is in an ancestor keeps nothing below it.
        Scenario::in_turn([
            short(),
            child(),
            w.begin(2, w.descendant("h", "f"), pair(w, "h", "ah", 0)),
            seen(&[14, 15, 999, 1000]),
        ]),
    ]
}

fn purged_ancestors(w: &World) -> Vec<Scenario> {
    let begun = || {
        let before = w.begin(0, w.family("f"), w.kept(20, Issue::new(None, None, None)));
        let child = w.begin(1, w.descendant("g", "f"), w.kept(15, Issue::new(None, None, None)));
        [before, child, w.begin(2, w.descendant("h", "g"), pair(w, "h", "ah", 0))].concat()
    };
    let at = |now| [everything(w, now), w.purge(now), everything(w, now)].concat();
    vec![
        Scenario::in_turn([begun(), at(15), at(20), at(999), at(1000), w.purge_all()]),
        Scenario::in_turn([begun(), w.revoke(3, "f"), at(20), at(999), w.purge_all()]),
        Scenario::in_turn([begun(), w.purge(1000), w.purge_all()]),
    ]
}

fn revocations_beside(w: &World) -> Vec<Scenario> {
    let begin = |name: &str, parent: &str| w.begin(5, w.descendant(name, parent), pair(w, name, "ah2", 0));
    let after = || w.look(6, "f g h h2 s cg ag rg ah rh ah1 rh1 ah2 rh2");
    vec![
        Scenario {
            before: w.with_tokens(),
            callers: vec![w.revoke(5, "f"), begin("h2", "f"), w.look(5, "h2 ah2")],
            after: after(),
        },
        Scenario { before: chain(w), callers: vec![w.revoke(5, "f"), begin("h2", "h")], after: after() },
        Scenario {
            before: chain(w),
            callers: vec![w.revoke(5, "f"), redeem(w, 5, pair(w, "g", "ag", 0)), w.look(5, "ag cg")],
            after: after(),
        },
        Scenario {
            before: chain(w),
            callers: vec![w.revoke(5, "f"), rotate(w, 5, pair(w, "h", "ah1", 1)), w.look(5, "ah ah1 h")],
            after: after(),
        },
        Scenario {
            before: chain(w),
            callers: vec![w.revoke(5, "g"), rotate(w, 5, pair(w, "h", "ah1", 1)), w.revoke(5, "f")],
            after: after(),
        },
        // They begin side by side, and a parent is rotated meanwhile.
        Scenario { before: chain(w), callers: vec![begin("h2", "g"), rotate(w, 5, pair(w, "h", "ah1", 1))], after: after() },
    ]
}

fn purges_beside(w: &World) -> Vec<Scenario> {
    let short = |name: &str, at, parent: Option<&str>, until| {
        let record = parent.map_or_else(|| w.family(name), |parent| w.descendant(name, parent));
        w.begin(at, record, w.kept(until, Issue::new(None, None, None)))
    };
    let late = TokenRecord { family: w.id("h"), ..w.token("late", 1, 2000) };
    let late = || Issue::new(None, Some(late.clone()), None);
    vec![
        // By clocks that are not quite the same: what a purge is about to remove is used, and so it stays, with what it descends from.
        Scenario {
            before: [short("f", 0, None, 20), short("g", 1, Some("f"), 20)].concat(),
            callers: vec![w.purge(20), w.begin(19, w.descendant("h", "g"), pair(w, "h", "ah", 0))],
            after: w.look(20, "f g h ah rh s"),
        },
        Scenario {
            before: [
                short("f", 0, None, 20),
                short("g", 1, Some("f"), 20),
                w.begin(2, w.descendant("h", "g"), pair(w, "h", "ah", 0)),
            ]
            .concat(),
            callers: vec![w.purge(1000), rotate(w, 999, late())],
            after: w.look(1000, "f g h late s"),
        },
    ]
}
