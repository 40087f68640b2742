//! Clients that register themselves: so many and no more, changed as they were seen, and gone when nobody uses them.

use super::Capability::{Purge, Registrations};
use super::*;

pub(in super::super) const RULES: &[Rule] = &[
    Rule {
        name: "an end comes back with its client",
        sentence: "Its end is kept beside its text, and comes with it from every look-up.",
        needs: &[Registrations],
        kind: Kind::InTurn,
        scenarios: ends_come_back,
    },
    Rule {
        name: "a client is added while there is room",
        sentence: "There are as many clients of this issuer with an end that is still to come at `now` as there is `room` for, or \
                   more: `false`; nothing changes.",
        needs: &[Registrations],
        kind: Kind::InTurn,
        scenarios: while_there_is_room,
    },
    Rule {
        name: "a client is added in place of none",
        sentence: "A client with the same identifier is there: an error.",
        needs: &[Registrations],
        kind: Kind::InTurn,
        scenarios: |w| {
            let add = |id: &str, name: &str| w.add_client(0, w.ending(id, name, 10), 9);
            vec![
                Scenario::in_turn([add("app", "a"), add("app", "b"), w.find_client("app"), add("App", "c"), add("app ", "d")]),
                Scenario::in_turn([w.put_client(world::public_client("app")), add("app", "a"), w.find_client("app")]),
                // As the operator does it: there is always room.
                Scenario::in_turn([
                    add("app", "a"),
                    w.add_client(0, world::public_client("own"), u32::MAX),
                    w.add_client(0, w.ending("app2", "b", 10), u32::MAX),
                    w.add_client(0, world::named_client("own", "c"), u32::MAX),
                    ["app", "own", "app2"].map(|id| w.find_client(id)).concat(),
                ]),
                Scenario::in_turn([
                    add("app", "a"),
                    w.at("there").add_client(0, w.ending("app", "b", 10), 9),
                    w.find_client("app"),
                ]),
            ]
        },
    },
    Rule {
        name: "a client is replaced as it was seen",
        sentence: "What is kept under the identifier is not `was`, or there is nothing: `false`; nothing changes.",
        needs: &[Registrations],
        kind: Kind::InTurn,
        scenarios: replaced_as_seen,
    },
    Rule {
        name: "a client that is replaced keeps a later end",
        sentence: "Its end is the later one of its own and of that which was kept; if its own is none, it has none.",
        needs: &[Registrations],
        kind: Kind::InTurn,
        scenarios: |w| {
            let replace = |end| w.replace_client(w.ending("app", "a", 0), w.ending("app", "b", end));
            let added = || w.add_client(0, w.ending("app", "a", 50), 9);
            let look = || w.find_client("app");
            vec![
                Scenario::in_turn([added(), replace(40), look()]),
                Scenario::in_turn([added(), replace(60), look()]),
                Scenario::in_turn([added(), w.keep_client("app", 70), replace(60), look()]),
                Scenario::in_turn([
                    added(),
                    w.replace_client(w.ending("app", "a", 0), world::named_client("app", "b")),
                    look(),
                    w.keep_client("app", 80),
                    look(),
                ]),
                Scenario::in_turn([w.put_client(world::named_client("app", "a")), replace(60), look()]),
            ]
        },
    },
    Rule {
        name: "a client that is used ends later",
        sentence: "Moves the end of a client that was used to `until`, if it has an end and that is earlier.",
        needs: &[Registrations],
        kind: Kind::InTurn,
        scenarios: |w| {
            let added = || w.add_client(0, w.ending("app", "a", 50), 9);
            let keep = |until| [w.keep_client("app", until), w.find_client("app")].concat();
            vec![
                Scenario::in_turn([added(), keep(60), keep(55), keep(60), keep(70)]),
                Scenario::in_turn([
                    added(),
                    w.keep_client("App", 60),
                    w.at("there").keep_client("app", 60),
                    w.find_client("app"),
                ]),
                Scenario::in_turn([keep(60), w.put_client(world::public_client("app")), keep(60)]),
            ]
        },
    },
    Rule {
        name: "purging removes clients whose end has come",
        sentence: "Clients whose end has come.",
        needs: &[Registrations, Purge],
        kind: Kind::InTurn,
        scenarios: |w| {
            let there = w.at("there");
            let added = || {
                [
                    w.add_client(0, w.ending("app", "a", 50), 9),
                    there.add_client(0, w.ending("app", "b", 60), 9),
                    w.put_client(world::public_client("kept")),
                ]
                .concat()
            };
            let look = || [w.find_client("app"), there.find_client("app"), w.find_client("kept")].concat();
            vec![
                Scenario::in_turn([
                    added(),
                    w.purge(49),
                    look(),
                    w.purge(50),
                    look(),
                    w.purge(60),
                    look(),
                    w.purge_all(),
                    look(),
                ]),
                Scenario::in_turn([added(), w.keep_client("app", 90), w.purge(60), look(), w.purge(90), look()]),
                // An identifier that was purged is free, for whoever has the same.
                Scenario::in_turn([added(), w.purge(60), w.add_client(60, w.ending("app", "c", 70), 1), look(), w.purge_all()]),
            ]
        },
    },
    Rule {
        name: "of many who replace a client one does",
        sentence: "Of several callers with the same `was` to one only.",
        needs: &[Registrations],
        kind: Kind::Race,
        scenarios: |w| {
            let change = |number: usize| w.replace_client(w.ending("app", "a", 0), w.ending("app", &format!("b{number}"), 60));
            let before = || w.add_client(0, w.ending("app", "a", 50), 9);
            vec![
                Scenario { before: before(), callers: (0..w.crowd).map(change).collect(), after: w.find_client("app") },
                // A client that is removed does not come back by a change.
                Scenario { before: before(), callers: vec![change(0), w.remove_client("app")], after: w.find_client("app") },
                Scenario { before: before(), callers: vec![change(0), w.keep_client("app", 70)], after: w.find_client("app") },
            ]
        },
    },
    Rule {
        name: "a dropped replacement",
        sentence: "It happens whole or not at all, also when its future is dropped.",
        needs: &[Registrations],
        kind: Kind::Dropped,
        scenarios: |w| {
            let before = w.add_client(0, w.ending("app", "a", 50), 9);
            let callers = vec![w.replace_client(w.ending("app", "a", 0), w.ending("app", "b", 60))];
            vec![Scenario { before, callers, after: w.find_client("app") }]
        },
    },
];

fn ends_come_back(w: &World) -> Vec<Scenario> {
    let look = || [w.find_client("app"), w.list_clients("", 9)].concat();
    vec![
        Scenario::in_turn([w.add_client(0, w.ending("app", "a", 50), 9), look()]),
        Scenario::in_turn([w.put_client(w.ending("app", "a", 50)), look(), w.put_client(world::public_client("app")), look()]),
        // Also once it has come.
        Scenario::in_turn([w.put_client(w.ending("app", "a", 0)), look()]),
    ]
}

fn while_there_is_room(w: &World) -> Vec<Scenario> {
    let there = w.at("there");
    let add = |now, id: &str, end, room| [w.add_client(now, w.ending(id, "a", end), room), w.find_client(id)].concat();
    vec![
        Scenario::in_turn([add(0, "a", 10, 2), add(0, "b", 10, 2), add(0, "c", 10, 2), add(0, "d", 10, 3), add(0, "e", 10, 0)]),
        // Those do not count that have no end, whose end has come, or that are another issuer's.
        Scenario::in_turn([
            w.put_client(world::public_client("kept")),
            there.add_client(0, w.ending("a", "a", 10), 1),
            add(0, "a", 10, 1),
            add(9, "b", 20, 1),
            add(10, "b", 20, 1),
            add(10, "c", 20, 1),
        ]),
        Scenario::in_turn([
            add(0, "a", 10, 1),
            w.keep_client("a", 20),
            add(10, "b", 20, 1),
            w.remove_client("a"),
            add(10, "b", 20, 1),
        ]),
        // Whether it is there or not is not said where there is no room.
        Scenario::in_turn([add(0, "a", 10, 1), add(0, "a", 10, 1)]),
    ]
}

fn replaced_as_seen(w: &World) -> Vec<Scenario> {
    let (a, b, c) = (|| w.ending("app", "a", 50), || w.ending("app", "b", 50), || w.ending("app", "c", 50));
    let look = || w.find_client("app");
    vec![
        Scenario::in_turn([w.add_client(0, a(), 9), w.replace_client(a(), b()), look(), w.replace_client(a(), c()), look()]),
        Scenario::in_turn([w.replace_client(a(), b()), look()]),
        Scenario::in_turn([w.add_client(0, a(), 9), w.remove_client("app"), w.replace_client(a(), b()), look()]),
        Scenario::in_turn([w.add_client(0, a(), 9), w.at("there").replace_client(a(), b()), look()]),
        // By the text, and not by the end.
        Scenario::in_turn([w.add_client(0, a(), 9), w.keep_client("app", 90), w.replace_client(a(), b()), look()]),
        // What the operator changed meanwhile is not overwritten.
        Scenario::in_turn([w.add_client(0, a(), 9), w.put_client(a().vetted()), w.replace_client(a(), b()), look()]),
    ]
}
