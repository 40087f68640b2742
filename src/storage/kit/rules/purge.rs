//! Purging: removes what has expired, and keeps what a replay is recognised by.

use super::Capability::{Codes, Families, Pending, Purge, RefreshTokens};
use super::*;
use crate::storage::Issue;

pub(in super::super) const RULES: &[Rule] = &[
    Rule {
        name: "purging removes what expired, of all issuers",
        sentence: "Removes expired rows of all issuers: access tokens, refresh tokens and pending requests past their expiry; \
                   codes past their expiry that nobody redeemed; families, with all that is left in them, once everything they \
                   were told to be kept for has expired. .. Returns how many rows went; an erased salt is not a row.",
        needs: &[Purge, Families],
        kind: Kind::InTurn,
        scenarios: removes_what_expired,
    },
    Rule {
        name: "purging removes expired pending requests",
        sentence: "Removes expired rows of all issuers: access tokens, refresh tokens and pending requests past their expiry.",
        needs: &[Purge, Pending],
        kind: Kind::InTurn,
        scenarios: |w| vec![Scenario::in_turn([w.put(0, w.request("p", 10)), w.purge(9), w.purge(10), w.purge_all()])],
    },
    Rule {
        name: "purging keeps redeemed codes",
        sentence: "What a replay would be recognised by stays.",
        needs: &[Purge, Codes],
        kind: Kind::InTurn,
        scenarios: keeps_redeemed_codes,
    },
    Rule {
        name: "purging keeps rotated refresh tokens and revoked families",
        sentence: "What a replay would be recognised by stays.",
        needs: &[Purge, RefreshTokens],
        kind: Kind::InTurn,
        scenarios: keeps_rotated_tokens,
    },
    Rule {
        name: "purging erases salts a minute after their window",
        sentence: "Erases salts 60 seconds after their retry window has closed, so that by a clock that is behind a retry is no \
                   replay.",
        needs: &[Purge, RefreshTokens],
        kind: Kind::InTurn,
        scenarios: erases_salts,
    },
    Rule {
        name: "purging says how far it is",
        sentence: "says meanwhile how many rows went so far: never fewer than before, and at last as many as it returns.",
        needs: &[Purge],
        kind: Kind::InTurn,
        scenarios: says_how_far_it_is,
    },
    Rule {
        name: "purging changes no answer",
        sentence: "No look-up finds what this removes, so it changes no answer.",
        needs: &[Purge],
        kind: Kind::InTurn,
        scenarios: changes_no_answer,
    },
];

fn removes_what_expired(w: &World) -> Vec<Scenario> {
    let there = w.at("there");
    let all = Issue::new(Some(w.code("c", 50)), Some(w.token("a", 0, 100)), Some(w.token("r", 0, 1000)));
    let purges = |moments: &[u64]| moments.iter().flat_map(|now| w.purge(*now)).collect::<Vec<_>>();
    vec![
        Scenario::in_turn([
            w.with_code(),
            there.begin(0, w.family("f"), all.clone()),
            there.put(0, w.request("p", 40)),
            purges(&[0, 9, 10, 19, 20, 40, 49, 50, 99, 100, 999, 1000, 1001]),
            w.purge_all(),
        ]),
        // All in one.
        Scenario::in_turn([w.with_code(), there.begin(0, w.family("f"), all.clone()), there.purge(1000), w.purge_all()]),
        // A family that outlives its rows, redeemed, rotated, revoked.
        Scenario::in_turn([w.begin(0, w.family("f"), w.kept(2000, all)), purges(&[1000, 1999, 2000])]),
        Scenario::in_turn([w.with_code(), w.redeem(5, w.tokens(0)), purges(&[10, 100, 999, 1000])]),
        Scenario::in_turn([w.with_tokens(), w.rotate(20, 0, w.pair("a1", 1)), purges(&[30, 99, 100, 999, 1000])]),
        Scenario::in_turn([w.with_tokens(), w.revoke(1, "f"), w.revoke_access(1, "a0"), purges(&[2, 99, 100, 999, 1000])]),
    ]
}

fn keeps_redeemed_codes(w: &World) -> Vec<Scenario> {
    let redeemed = || [w.with_code(), w.redeem(5, w.tokens(0))].concat();
    vec![
        Scenario::in_turn([
            redeemed(),
            w.purge(11),
            w.look(11, "c a0 r0"),
            w.redeem(12, w.access("more", 0)),
            w.look(12, "c a0 r0"),
        ]),
        Scenario::in_turn([redeemed(), w.purge(999), w.redeem(999, w.access("more", 0)), w.look(999, "c r0")]),
        Scenario::in_turn([redeemed(), w.revoke(6, "f"), w.purge(11), w.redeem(12, w.access("more", 0)), w.look(12, "c a0 r0")]),
        Scenario::in_turn([redeemed(), w.purge(1000), w.redeem(1000, w.access("more", 0)), w.look(1000, "c r0")]),
    ]
}

fn keeps_rotated_tokens(w: &World) -> Vec<Scenario> {
    let rotated = || [w.with_tokens(), w.rotate(20, 0, w.tokens(1)), w.rotate(21, 1, w.tokens(2))].concat();
    vec![
        Scenario::in_turn([
            rotated(),
            w.purge(50),
            w.look(50, "a0 r0 r1 r2"),
            w.rotate(50, 0, w.pair("more", 1)),
            w.look(50, "a2 r2 more"),
        ]),
        Scenario::in_turn([rotated(), w.revoke(40, "f"), w.purge(100), w.look(100, "r0 r2 s"), w.rotate(100, 2, w.tokens(3))]),
    ]
}

fn erases_salts(w: &World) -> Vec<Scenario> {
    let rotated = || [w.with_tokens(), w.rotate(20, 0, w.tokens(1))].concat();
    vec![
        // While it is open, a purge leaves the window alone.
        Scenario::in_turn([rotated(), w.purge(29), w.rotate(29, 0, w.pair("again", 1)), w.look(29, "a1 again r1")]),
        // And for a while after that, in which a clock that is behind has it open; it is closed by one that is not.
        Scenario::in_turn([rotated(), w.purge(30), w.purge(89), w.rotate(29, 0, w.pair("again", 1)), w.look(30, "a1 again r1")]),
        Scenario::in_turn([rotated(), w.purge(89), w.rotate(30, 0, w.pair("more", 1)), w.look(89, "a1 r1 more")]),
        // Then the salt is gone, so it is a replay by whatever clock.
        Scenario::in_turn([rotated(), w.purge(90), w.rotate(25, 0, w.pair("more", 1)), w.look(90, "a1 r1 more")]),
    ]
}

fn says_how_far_it_is(w: &World) -> Vec<Scenario> {
    let requests = || (0..300).flat_map(|number| w.put(0, w.request(&format!("p{number}"), 10))).collect::<Vec<_>>();
    let first_times = || (0..90).flat_map(|number| w.first_time(0, &format!("{number}"), 10)).collect::<Vec<_>>();
    vec![
        Scenario::in_turn([w.purge_with_progress(0)]),
        Scenario::in_turn([w.with_tokens(), requests(), first_times(), w.purge_with_progress(9), w.purge_with_progress(1000)]),
        Scenario::in_turn([
            w.with_tokens(),
            w.rotate(5, 0, w.tokens(1)),
            w.purge_with_progress(100),
            w.purge_with_progress(1000),
        ]),
    ]
}

fn changes_no_answer(w: &World) -> Vec<Scenario> {
    let client = || w.put_client(world::public_client("app"));
    let before_and_after = |now: u64, names: &str| [w.look(now, names), w.purge(now), w.look(now, names)].concat();
    let mut scenarios =
        vec![Scenario::in_turn([client(), w.purge(10), w.find_client("app"), w.purge_all(), w.find_client("app")])];
    for now in [9, 10, 20, 50, 99, 100, 999, 1000] {
        scenarios.push(Scenario::in_turn([w.with_code(), before_and_after(now, "c f s")]));
        scenarios.push(Scenario::in_turn([w.with_tokens(), before_and_after(now, "a0 r0 f s")]));
        scenarios.push(Scenario::in_turn([w.with_tokens(), w.rotate(5, 0, w.tokens(1)), before_and_after(now, "a0 r0 a1 r1 s")]));
        scenarios.push(Scenario::in_turn([w.put(0, w.request("p", 50)), w.purge(now), w.take(now, "p")]));
    }
    scenarios
}
