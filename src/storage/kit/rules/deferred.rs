//! Requests whose answer is fetched later: found by a second key, polled for.

use super::Capability::{Codes, Deferred, Purge};
use super::*;
use crate::storage::{Issue, PendingKind, PendingRecord};

pub(in super::super) const RULES: &[Rule] = &[
    Rule {
        name: "a deferred request has a second key",
        sentence: "Keeps a request that nobody has decided, under its hash and under its alias. .. Looks a request up by its alias and \
                   changes nothing.",
        needs: &[Deferred],
        kind: Kind::InTurn,
        scenarios: found_by_alias,
    },
    Rule {
        name: "an alias leads to one request at a time",
        sentence: "A request that has not expired is there under the alias, decided or not: `false`; nothing changes. .. Of an alias whose \
                   request has expired, the new request takes the place. A hash that is there already is an error.",
        needs: &[Deferred, Purge],
        kind: Kind::InTurn,
        scenarios: one_at_a_time,
    },
    Rule {
        name: "deferred requests give way as others do",
        sentence: "Else keep it, as `put_pending` does with this `room`: `true`.",
        needs: &[Deferred],
        kind: Kind::InTurn,
        scenarios: |w| {
            let put =
                |number: u64, room| w.defer_into(number, deferred(w, &format!("p{number}"), 50), &format!("w{number}"), room);
            let other = w.put_into(2, w.request("p9", 50), 2);
            vec![
                Scenario::in_turn([put(0, 2), put(1, 2), put(2, 2), put(3, 2), w.look(4, "w0 w1 w2 w3 p0 p1 p2 p3")]),
                Scenario::in_turn([put(0, 2), put(1, 2), other, w.look(4, "w0 w1 p9")]),
                // One that is not kept takes no place.
                Scenario::in_turn([
                    put(0, 2),
                    put(1, 2),
                    w.defer_into(2, deferred(w, "p5", 50), "w1", 2),
                    w.look(4, "w0 w1 p0 p1 p5"),
                ]),
            ]
        },
    },
    Rule {
        name: "a poll is its client's",
        sentence: "There is no such request with an alias, it has expired, or it is another client's: `None`; nothing changes.",
        needs: &[Deferred],
        kind: Kind::InTurn,
        scenarios: |w| {
            let put = || w.defer(0, deferred(w, "p", 100), "w");
            vec![
                Scenario::in_turn([w.poll(0, "p"), put(), w.poll(99, "p"), w.poll(100, "p"), w.poll(99, "w")]),
                // Others change nothing for it.
                Scenario::in_turn([put(), w.poll(0, "p"), w.poll_by(4, "p", "App", 5), w.poll(5, "p"), w.poll(10, "p")]),
                Scenario::in_turn([
                    put(),
                    w.at("there").poll(0, "p"),
                    w.put(0, w.request("p2", 10)),
                    w.poll(1, "p2"),
                    w.poll(1, "p"),
                ]),
                Scenario::in_turn([put(), w.take(1, "p"), w.poll(2, "p")]),
            ]
        },
    },
    Rule {
        name: "a poll is told what was decided",
        sentence: "It was decided: the answer that was kept; nothing changes.",
        needs: &[Deferred],
        kind: Kind::InTurn,
        scenarios: |w| {
            let put = || w.defer(0, deferred(w, "p", 100), "w");
            vec![
                Scenario::in_turn([
                    put(),
                    w.poll(0, "p"),
                    w.decide(1, "p", "yes"),
                    w.poll(1, "p"),
                    w.poll(1, "p"),
                    w.look(2, "w p"),
                ]),
                Scenario::in_turn([put(), w.decide(1, "p", "no"), w.poll(99, "p"), w.poll(100, "p")]),
            ]
        },
    },
    Rule {
        name: "what was approved is redeemed under the hash of its request",
        sentence: "What was approved is an authorization code under the same hash.",
        needs: &[Deferred, Codes],
        kind: Kind::InTurn,
        scenarios: |w| {
            let request = PendingRecord { hash: w.hash("c"), ..deferred(w, "p", 100) };
            let code = || Issue::new(Some(w.code("c", 10)), None, None);
            let begin = |now| w.begin_for(now, w.family("f"), code(), w.spend("c", "yes"));
            vec![Scenario::in_turn([
                w.defer(0, request, "w"),
                w.poll(0, "c"),
                begin(1),
                w.poll(1, "c"),
                w.redeem(2, w.tokens(0)),
                w.look(2, "c a0 r0 w"),
                w.redeem(3, w.tokens(0)),
                w.look(3, "c a0 r0 w"),
            ])]
        },
    },
    Rule {
        name: "a poll that comes too soon is told so",
        sentence: "The poll before is fewer seconds ago than the interval that counts: `too_soon`. .. Else it is in time.",
        needs: &[Deferred],
        kind: Kind::InTurn,
        scenarios: |w| {
            let polls = |moments: &[u64]| moments.iter().flat_map(|moment| w.poll(*moment, "p")).collect();
            let put = || w.defer(0, deferred(w, "p", 1_000), "w");
            vec![
                Scenario::in_turn([put(), polls(&[0, 5, 10, 16])]),
                Scenario::in_turn([put(), polls(&[7, 11])]),
                Scenario::in_turn([put(), w.poll(0, "p"), w.poll_by(6, "p", "app", 7), w.poll_by(8, "p", "app", 1)]),
            ]
        },
    },
    Rule {
        name: "who polls too soon waits longer from then on",
        sentence: "The interval that counts from then on is five seconds more than `interval` or than what has passed, whichever is more; \
                   never less than before. .. In cases 3 and 4 the moment is kept as that of the poll before. If that is ahead of `now`, as \
                   where clocks differ, it is in time.",
        needs: &[Deferred],
        kind: Kind::InTurn,
        scenarios: |w| {
            let polls = |moments: &[u64]| moments.iter().flat_map(|moment| w.poll(*moment, "p")).collect();
            let put = || w.defer(0, deferred(w, "p", 1_000), "w");
            vec![
                Scenario::in_turn([put(), polls(&[0, 4, 13, 26, 40, 49, 68, 87])]),
                Scenario::in_turn([put(), polls(&[0, 1, 2, 3, 4, 14, 24, 33])]),
                Scenario::in_turn([put(), polls(&[0, 4, 9, 19, 29])]),
                // By a clock that is behind.
                Scenario::in_turn([put(), polls(&[100, 40, 44, 54])]),
                // What was sent away is polled for anew.
                Scenario::in_turn([
                    put(),
                    polls(&[0, 1]),
                    w.take(2, "p"),
                    w.defer(3, deferred(w, "p", 1_000), "w"),
                    polls(&[3, 8]),
                ]),
            ]
        },
    },
    Rule {
        name: "of many who want one alias one gets it",
        sentence: "Every operation is one atomic step.",
        needs: &[Deferred],
        kind: Kind::Race,
        scenarios: |w| {
            let put = |number: usize| w.defer(1, deferred(w, &format!("p{number}"), 50), "w");
            let after = || w.look(2, "w p0 p1 p2");
            vec![
                Scenario { before: Vec::new(), callers: (0..w.crowd).map(put).collect(), after: after() },
                // Which was another's until now.
                Scenario {
                    before: w.defer(0, deferred(w, "p9", 1), "w"),
                    callers: (0..w.crowd).map(put).collect(),
                    after: after(),
                },
            ]
        },
    },
    Rule {
        name: "of many polls at once one is in time",
        sentence: "Every operation is one atomic step.",
        needs: &[Deferred],
        kind: Kind::Race,
        scenarios: |w| {
            let put = || w.defer(0, deferred(w, "p", 50), "w");
            let after = || w.poll(9, "p");
            vec![
                Scenario { before: put(), callers: (0..w.crowd).map(|_| w.poll(1, "p")).collect(), after: after() },
                Scenario {
                    before: put(),
                    callers: vec![w.poll(1, "p"), w.decide(1, "p", "yes"), w.poll(1, "p")],
                    after: after(),
                },
            ]
        },
    },
    Rule {
        name: "a dropped deferral",
        sentence: "It happens whole or not at all, also when its future is dropped.",
        needs: &[Deferred],
        kind: Kind::Dropped,
        scenarios: |w| {
            let defer = || w.defer(1, deferred(w, "p", 10), "w");
            let expired = w.defer(0, deferred(w, "p2", 1), "w");
            vec![
                Scenario { before: Vec::new(), callers: vec![defer()], after: w.look(1, "w p") },
                Scenario { before: expired, callers: vec![defer()], after: w.look(1, "w p p2") },
            ]
        },
    },
];

fn deferred(w: &World, name: &str, expires_at: u64) -> PendingRecord {
    PendingRecord { kind: PendingKind::Deferred, ..w.request(name, expires_at) }
}

fn found_by_alias(w: &World) -> Vec<Scenario> {
    let put = || w.defer(0, deferred(w, "p", 10), "w");
    let near = |at: usize| {
        let mut bytes = *w.hash("w").as_bytes();
        bytes[at] ^= 0x20;
        w.step(1, Operation::FindDeferred(crate::values::bearer::TokenHash::from_bytes(bytes)))
    };
    vec![
        Scenario::in_turn([w.look(0, "w"), put(), w.look(1, "w w p p"), w.look(9, "w"), w.look(10, "w p")]),
        Scenario::in_turn([put(), w.decide(1, "p", "yes"), w.look(2, "w w"), w.decide(3, "p", "no"), w.look(4, "w")]),
        Scenario::in_turn([put(), w.take(1, "p"), w.look(1, "w p"), put(), w.look(2, "w p")]),
        Scenario::in_turn([put(), w.take(1, "p"), w.defer(1, deferred(w, "p", 20), "w2"), w.look(2, "w w2 p")]),
        Scenario::in_turn([put(), w.take(1, "p"), w.put(1, w.request("p", 20)), w.look(2, "w p"), w.poll(2, "p")]),
        // Of neither kind of key the other one.
        Scenario::in_turn([
            put(),
            w.step(1, Operation::FindDeferred(w.hash("p"))),
            w.step(1, Operation::FindPending(w.hash("w"))),
        ]),
        Scenario::in_turn([
            put(),
            w.put(0, w.request("p2", 10)),
            w.at("there").look(1, "w p"),
            [0, 7, 15, 16, 31].map(near).concat(),
        ]),
        Scenario::in_turn([put(), w.at("there").defer(0, deferred(w, "p", 20), "w"), w.look(1, "w"), w.at("there").look(1, "w")]),
    ]
}

fn one_at_a_time(w: &World) -> Vec<Scenario> {
    let put = |now, name: &str, until| w.defer(now, deferred(w, name, until), "w");
    vec![
        Scenario::in_turn([put(0, "p", 10), put(9, "p2", 20), w.look(9, "w p p2"), w.poll(9, "p")]),
        Scenario::in_turn([put(0, "p", 10), w.decide(1, "p", "no"), put(9, "p2", 20), w.look(9, "w p p2")]),
        Scenario::in_turn([put(0, "p", 10), put(10, "p2", 20), w.look(10, "w p p2"), w.look(9, "w p p2"), w.purge_all()]),
        Scenario::in_turn([
            put(0, "p", 10),
            w.decide(1, "p", "no"),
            w.poll(2, "p"),
            put(10, "p2", 20),
            w.poll(10, "p2"),
            w.poll(15, "p2"),
        ]),
        // Its own hash again, and that of another.
        Scenario::in_turn([put(0, "p", 10), w.defer(1, deferred(w, "p", 20), "w2"), w.look(1, "w w2 p")]),
        Scenario::in_turn([put(0, "p", 10), w.purge(10), put(10, "p", 20), w.look(10, "w p")]),
    ]
}
