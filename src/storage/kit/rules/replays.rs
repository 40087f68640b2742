//! What may be used once.

use super::Capability::{Purge, Replays};
use super::*;
use crate::storage::ReplayKey;

pub(in super::super) const RULES: &[Rule] = &[
    Rule {
        name: "a key comes first once",
        sentence: "The key is remembered: `false`; nothing changes. .. Else remember it: `true`.",
        needs: &[Replays],
        kind: Kind::InTurn,
        scenarios: first_once,
    },
    Rule {
        name: "a key is remembered until the exact second",
        sentence: "A key is remembered while `now < until`, as its first call said.",
        needs: &[Replays],
        kind: Kind::InTurn,
        scenarios: |w| {
            vec![
                Scenario::in_turn([w.first_time(0, "k", 10), w.first_time(9, "k", 20), w.first_time(10, "k", 20)]),
                // Used again when it was forgotten, it is remembered again.
                Scenario::in_turn([
                    w.first_time(0, "k", 10),
                    w.first_time(15, "k", 20),
                    w.first_time(19, "k", 30),
                    w.first_time(20, "k", 30),
                ]),
                // By the clock that is handed in.
                Scenario::in_turn([w.first_time(9, "k", 10), w.first_time(10, "k", 20), w.first_time(9, "k", 20)]),
            ]
        },
    },
    Rule {
        name: "a key that has expired comes too late",
        sentence: "`until <= now`: `false`; what has expired comes too late, and nothing changes.",
        needs: &[Replays],
        kind: Kind::InTurn,
        scenarios: |w| {
            vec![
                Scenario::in_turn([w.first_time(10, "k", 10), w.first_time(10, "k", 9), w.first_time(10, "k", 11)]),
                Scenario::in_turn([w.first_time(10, "k", 9), w.first_time(5, "k", 9)]),
            ]
        },
    },
    Rule {
        name: "a key is remembered for a day at most",
        sentence: "`until` is more than `MAX_SECS` after `now`: an error.",
        needs: &[Replays],
        kind: Kind::InTurn,
        scenarios: |w| {
            let most = ReplayKey::MAX_SECS;
            vec![
                Scenario::in_turn([
                    w.first_time(5, "k", 6 + most),
                    w.first_time(5, "k", 5 + most),
                    w.first_time(6, "k", 5 + most),
                ]),
                // Also where it is remembered already.
                Scenario::in_turn([w.first_time(5, "k", 10), w.first_time(5, "k", 6 + most), w.first_time(9, "k", 11)]),
            ]
        },
    },
    Rule {
        name: "purging keeps keys for a minute more",
        sentence: "Keys that are used once, 60 seconds after they are not remembered any more, so that by a clock that is behind they \
                   are not used twice.",
        needs: &[Replays, Purge],
        kind: Kind::InTurn,
        scenarios: |w| {
            let first = || [w.first_time(0, "k", 100), w.first_time(0, "k2", 110)].concat();
            let again = |now| [w.first_time(now, "k", 100), w.first_time(now, "k2", 110)].concat();
            vec![
                Scenario::in_turn([first(), w.purge(99), again(99), w.purge(100), again(99), w.purge(159), again(99)]),
                Scenario::in_turn([
                    first(),
                    w.purge(160),
                    w.first_time(109, "k2", 110),
                    w.purge(169),
                    w.purge(170),
                    w.purge_all(),
                ]),
                Scenario::in_turn([first(), w.at("there").first_time(0, "k", 100), w.purge(1000), w.purge_all()]),
            ]
        },
    },
    Rule {
        name: "of many who come with one key one is the first",
        sentence: "Else remember it: `true`. To one caller only.",
        needs: &[Replays],
        kind: Kind::Race,
        scenarios: callers_who_meet,
    },
    Rule {
        name: "a dropped first time",
        sentence: "It happens whole or not at all, also when its future is dropped.",
        needs: &[Replays],
        kind: Kind::Dropped,
        scenarios: |w| {
            let first = || vec![w.first_time(1, "k", 10)];
            let after = |after: Vec<Step>| Scenario { before: Vec::new(), callers: first(), after };
            vec![
                after([w.first_time(2, "k", 10), w.first_time(2, "k", 10)].concat()),
                after([w.first_time(10, "k", 20), w.first_time(10, "k", 20)].concat()),
            ]
        },
    },
];

fn first_once(w: &World) -> Vec<Scenario> {
    let there = w.at("there");
    let near = |at: usize| {
        let mut bytes = *w.hash("k").as_bytes();
        bytes[at] ^= 0x20;
        w.step(1, Operation::FirstTime(ReplayKey::from_bytes(bytes), w.t(10)))
    };
    vec![
        // However often, and whatever is said the second time.
        Scenario::in_turn([
            w.first_time(0, "k", 10),
            w.first_time(0, "k", 10),
            w.first_time(1, "k", 50),
            w.first_time(1, "k", 2),
            w.first_time(9, "k", 11),
            w.first_time(10, "k", 11),
        ]),
        Scenario::in_turn([w.first_time(0, "k", 10), w.first_time(0, "k2", 10), there.first_time(0, "k", 10)]),
        Scenario::in_turn([w.first_time(0, "k", 10), [0, 7, 15, 16, 19, 20, 31].map(near).concat(), w.first_time(1, "k", 10)]),
    ]
}

fn callers_who_meet(w: &World) -> Vec<Scenario> {
    let crowd = |caller: &dyn Fn(u64) -> Vec<Step>| (0..w.crowd as u64).map(caller).collect::<Vec<_>>();
    let after = || [w.first_time(9, "k", 11), w.first_time(30, "k", 31)].concat();
    vec![
        Scenario { before: Vec::new(), callers: crowd(&|_| w.first_time(1, "k", 10)), after: after() },
        // Each says another end.
        Scenario { before: Vec::new(), callers: crowd(&|number| w.first_time(1, "k", 10 + number)), after: after() },
        // What was remembered has just been forgotten, for some of them.
        Scenario { before: w.first_time(0, "k", 5), callers: crowd(&|number| w.first_time(4 + number, "k", 20)), after: after() },
        Scenario { before: w.first_time(0, "k", 5), callers: crowd(&|_| w.first_time(5, "k", 20)), after: after() },
        Scenario {
            before: w.first_time(0, "k", 5),
            callers: vec![w.purge(65), w.first_time(6, "k", 20), w.first_time(6, "k", 20)],
            after: after(),
        },
    ]
}
