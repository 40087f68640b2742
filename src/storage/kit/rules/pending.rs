//! Requests that wait: looked at as often as one likes, decided once, taken once, and so many of one owner.

use super::Capability::{Families, Pending};
use super::*;
use crate::storage::{PendingKind, PendingRecord};

pub(in super::super) const RULES: &[Rule] = &[
    Rule {
        name: "looking a pending request up changes nothing",
        sentence: "Looks a request up and changes nothing.",
        needs: &[Pending],
        kind: Kind::InTurn,
        scenarios: |w| {
            let put = w.put(0, w.request("p", 10));
            vec![Scenario::in_turn([w.look(0, "p"), put, w.look(1, "p p p"), w.decide(2, "p", "yes"), w.look(2, "p p")])]
        },
    },
    Rule {
        name: "a pending request is taken once",
        sentence: "Takes a request out, decided or not: one caller gets it, every other gets `None`.",
        needs: &[Pending],
        kind: Kind::InTurn,
        scenarios: |w| {
            let put = || w.put(0, w.request("p", 10));
            vec![
                Scenario::in_turn([w.take(0, "p"), put(), w.take(1, "p"), w.take(1, "p"), w.look(1, "p")]),
                Scenario::in_turn([put(), w.put(0, w.request("p2", 10)), w.take(1, "p"), w.take(1, "p2")]),
                Scenario::in_turn([put(), w.decide(1, "p", "yes"), w.take(1, "p"), w.take(1, "p"), w.decide(1, "p", "no")]),
            ]
        },
    },
    Rule {
        name: "a pending request is decided once",
        sentence: "It was decided before, here or by `begin_family`: `Spending::Second` with the answer that was kept; nothing \
                   changes. .. Else keep the answer with the request: `Spending::First`.",
        needs: &[Pending],
        kind: Kind::InTurn,
        scenarios: decided_once,
    },
    Rule {
        name: "an answer is kept verbatim",
        sentence: "What is to be kept with it, verbatim.",
        needs: &[Pending],
        kind: Kind::InTurn,
        scenarios: |w| {
            let long = "\u{fc} ".repeat(10_000);
            let answers = ["", " ", "{\n \"a\": 1 }  ", "1.0", "{\"b\":1,\"a\":2,\"a\":3}", &long];
            let kept = |answer: &&str| {
                let decided = w.decide(1, "p", answer);
                Scenario::in_turn([w.put(0, w.request("p", 10)), decided, w.look(2, "p"), w.decide(2, "p", "no")])
            };
            answers.iter().map(kept).collect()
        },
    },
    Rule {
        name: "a family that answers a request begins with the answer",
        sentence: "The request is unknown or expired: `Spending::Gone`; nothing changes. .. It was decided before: \
                   `Spending::Second` with the answer that was kept; nothing changes. .. Else keep the answer with the request, \
                   and begin the family in the same step: `Spending::First`.",
        needs: &[Pending, Families],
        kind: Kind::InTurn,
        scenarios: families_that_answer,
    },
    Rule {
        name: "of what an owner has waiting the middle gives way",
        sentence: "If there would be more, those in the middle give way to it. The oldest `room / 2` stay, and of the others the \
                   newest.",
        needs: &[Pending],
        kind: Kind::InTurn,
        scenarios: room_for_so_many,
    },
];

fn decided_once(w: &World) -> Vec<Scenario> {
    let there = w.at("there");
    let put = || w.put(0, w.request("p", 10));
    vec![
        Scenario::in_turn([w.decide(1, "p", "yes"), put(), w.look(1, "p")]),
        Scenario::in_turn([put(), w.decide(1, "p", "yes"), w.decide(1, "p", "no"), w.decide(2, "p", "yes"), w.look(2, "p")]),
        Scenario::in_turn([
            put(),
            w.put(0, w.request("p2", 10)),
            there.decide(1, "p", "theirs"),
            w.decide(1, "p", "yes"),
            w.look(1, "p p2"),
            w.decide(1, "p2", "no"),
            w.look(1, "p p2"),
        ]),
    ]
}

fn families_that_answer(w: &World) -> Vec<Scenario> {
    let put = || w.put(0, w.request("p", 10));
    let begin = |answer: &str| w.begin_for(1, w.family("f"), w.tokens(0), w.spend("p", answer));
    let another = |answer: &str| {
        let issue = crate::storage::Issue::new(None, None, None);
        w.begin_for(2, w.family("g"), w.kept(1000, issue), w.spend("p", answer))
    };
    let seen = |now| w.look(now, "p a0 r0 s");
    vec![
        Scenario::in_turn([begin("yes"), seen(1), w.purge_all()]),
        Scenario::in_turn([put(), begin("yes"), seen(1), another("no"), seen(2), w.decide(2, "p", "no"), seen(2)]),
        Scenario::in_turn([put(), w.decide(1, "p", "no"), begin("yes"), seen(1), w.purge_all()]),
        // A collision is an error, and then nothing was decided.
        Scenario::in_turn([w.with_tokens(), put(), begin("yes"), w.look(1, "p"), w.decide(1, "p", "no"), w.look(1, "p")]),
        // What was decided outlives what was begun.
        Scenario::in_turn([put(), begin("yes"), w.revoke(2, "f"), seen(2), another("no"), w.purge(9), seen(9)]),
        Scenario::in_turn([put(), w.take(1, "p"), begin("yes"), seen(1)]),
    ]
}

fn room_for_so_many(w: &World) -> Vec<Scenario> {
    let names: Vec<String> = (0..8).map(|number| format!("p{number}")).collect();
    let seen = || w.look(9, &names.join(" "));
    let put = |number: usize, room| w.put_into(1, w.request(&names[number], 20), room);
    let filled = |room| (0..names.len()).flat_map(|number| put(number, room)).collect::<Vec<_>>();
    let mut scenarios: Vec<_> = [1, 2, 3, 4, 5, 8, 9].map(|room| Scenario::in_turn([filled(room), seen()])).into();
    // Others are not in the way, nor is what has expired or was decided.
    let other = |record: PendingRecord| w.put_into(1, record, 2);
    scenarios.push(Scenario::in_turn([
        put(0, 2),
        other(PendingRecord { owner: w.hash("o2"), ..w.request("p1", 20) }),
        other(PendingRecord { kind: PendingKind::Pushed, ..w.request("p2", 20) }),
        w.at("there").put_into(1, w.request("p3", 20), 2),
        other(w.request("p4", 5)),
        seen(),
        w.put_into(6, w.request("p5", 20), 2),
        seen(),
        w.decide(6, "p0", "yes"),
        w.put_into(6, w.request("p6", 20), 2),
        seen(),
        w.put_into(6, w.request("p7", 20), 2),
        seen(),
    ]));
    // There was more room before.
    scenarios.push(Scenario::in_turn([(0..7).flat_map(|number| put(number, 9)).collect(), put(7, 4), seen()]));
    // What is there already takes nobody's place.
    scenarios.push(Scenario::in_turn([put(0, 2), put(1, 2), put(0, 2), seen()]));
    scenarios
}
