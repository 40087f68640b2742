//! Sessions: opened by one client after the other, ended once, and their clients told until that is done.

use super::Capability::{AccessTokens, Purge, Sessions};
use super::*;
use crate::client::ClientId;
use crate::storage::SessionRecord;

pub(in super::super) const RULES: &[Rule] = &[
    Rule {
        name: "a session is opened once and joined after that",
        sentence: "A session with this handle lives: add those of the clients that it does not have, behind the others, and answer it \
                   as it is then. .. Else begin the family of this one, keep it, and answer it. An identifier that is there already is \
                   an error.",
        needs: &[Sessions],
        kind: Kind::InTurn,
        scenarios: opened,
    },
    Rule {
        name: "sessions come back as they were opened",
        sentence: "A session that lives; looking it up changes nothing. .. The sessions of this subject (compared byte by byte) that \
                   live; the newest first.",
        needs: &[Sessions],
        kind: Kind::InTurn,
        scenarios: found,
    },
    Rule {
        name: "a session lives as long as its family",
        sentence: "A session lives while its family is neither revoked nor forgotten. .. In both cases the family is kept until \
                   `keep_until` at least.",
        needs: &[Sessions],
        kind: Kind::InTurn,
        scenarios: lives,
    },
    Rule {
        name: "a session ends once",
        sentence: "It does not live: `None`; nothing changes. .. Else revoke its family and forget the session, and answer it as it \
                   was: to one caller only.",
        needs: &[Sessions],
        kind: Kind::InTurn,
        scenarios: ended,
    },
    Rule {
        name: "what descends from a session ends with it",
        sentence: "A session is a family of its own, from which the authorizations descend that end with it.",
        needs: &[Sessions, AccessTokens],
        kind: Kind::InTurn,
        scenarios: |w| {
            let opened = || w.open(0, w.opening(0, "g", "o", "app"), 50);
            let begun = || w.begin(1, w.descendant("f", "g"), w.access("a", 0));
            vec![
                Scenario::in_turn([opened(), begun(), w.look(2, "f g a s"), w.end(3, "g", None), w.look(4, "f g a s")]),
                Scenario::in_turn([opened(), w.end(1, "g", None), begun(), w.look(2, "f a")]),
                // It is kept as long as what descends from it.
                Scenario::in_turn([opened(), begun(), w.sessions(99, "g"), w.end(99, "g", Some(200)), w.claim(99, 9, 150)]),
            ]
        },
    },
    Rule {
        name: "each client of a session is to be told",
        sentence: "With `tell_until`, keep a notice for each of its clients in the same step, due at once, and until then.",
        needs: &[Sessions],
        kind: Kind::InTurn,
        scenarios: told,
    },
    Rule {
        name: "a notice is taken until it is done",
        sentence: "Takes up to `limit` notices that are due and have not expired, those first that have been due for longest, and makes \
                   each due again at `again_at`: one caller gets a notice, every other one then at the earliest. .. Each says how often \
                   it was taken, this time included.",
        needs: &[Sessions],
        kind: Kind::InTurn,
        scenarios: taken,
    },
    Rule {
        name: "a notice is settled",
        sentence: "Says what became of a notice: with `again_at` it is due then, without it is done, and removed. One that is gone is \
                   not an error.",
        needs: &[Sessions],
        kind: Kind::InTurn,
        scenarios: settled,
    },
    Rule {
        name: "purging removes sessions with their families, and old notices",
        sentence: "Notices of sessions that ended past their expiry. .. And a session with its family.",
        needs: &[Sessions, Purge],
        kind: Kind::InTurn,
        scenarios: |w| {
            let opened = || [w.open(0, w.opening(0, "g", "o", "app"), 20), w.open(0, w.opening(0, "g", "o", "b"), 20)].concat();
            let purges = || [w.purge(19), w.sessions(19, "g"), w.purge(20), w.purge_all()].concat();
            vec![
                Scenario::in_turn([opened(), purges()]),
                Scenario::in_turn([
                    opened(),
                    w.end(1, "g", Some(30)),
                    w.purge(29),
                    w.claim(29, 9, 29),
                    w.purge(30),
                    w.claim(29, 9, 29),
                ]),
                Scenario::in_turn([
                    opened(),
                    w.open(5, w.opening(5, "g", "o", "app"), 40),
                    w.purge(39),
                    w.sessions(39, "g"),
                    w.purge(40),
                ]),
            ]
        },
    },
    Rule {
        name: "of many who open a session one does",
        sentence: "To one caller only: whoever comes at the same time with the same handle gets that one.",
        needs: &[Sessions],
        kind: Kind::Race,
        scenarios: |w| {
            let open = |number: usize| w.open(1, w.opening(1, &format!("g{number}"), "o", "app"), 50);
            let join = |number: usize| w.open(1, w.opening(1, &format!("g{number}"), "o", &format!("c{number}")), 50);
            let all = || (0..w.crowd).map(open).collect();
            let after = || [w.session_called(2, "o"), w.end_called(3, "o", None), w.session_called(4, "o")].concat();
            vec![
                Scenario { before: Vec::new(), callers: all(), after: after() },
                Scenario { before: open(9), callers: vec![join(0), join(1)], after: after() },
                Scenario { before: open(9), callers: vec![join(0), w.end_called(1, "o", Some(90))], after: w.claim(5, 9, 20) },
            ]
        },
    },
    Rule {
        name: "of many who end a session one does",
        sentence: "Else revoke its family and forget the session, and answer it as it was: to one caller only.",
        needs: &[Sessions],
        kind: Kind::Race,
        scenarios: |w| {
            let opened = || w.open(0, w.opening(0, "g", "o", "app"), 50);
            let all = (0..w.crowd).map(|_| w.end(1, "g", Some(90))).collect();
            vec![Scenario { before: opened(), callers: all, after: [w.claim(2, 9, 20), w.sessions(2, "g")].concat() }]
        },
    },
    Rule {
        name: "of many who take a notice one gets it",
        sentence: "One caller gets a notice, every other one then at the earliest.",
        needs: &[Sessions],
        kind: Kind::Race,
        scenarios: |w| {
            let ended = || [w.open(0, w.opening(0, "g", "o", "app"), 50), w.end(1, "g", Some(90))].concat();
            let all = (0..w.crowd).map(|_| w.claim(2, 9, 20)).collect();
            vec![Scenario { before: ended(), callers: all, after: w.claim(20, 9, 40) }]
        },
    },
    Rule {
        name: "a dropped end of a session",
        sentence: "It happens whole or not at all, also when its future is dropped.",
        needs: &[Sessions],
        kind: Kind::Dropped,
        scenarios: |w| {
            let opened = || [w.open(0, w.opening(0, "g", "o", "app"), 50), w.open(0, w.opening(0, "g", "o", "b"), 50)].concat();
            let after = || [w.claim(2, 9, 20), w.sessions(2, "g"), w.look(2, "g")].concat();
            vec![
                Scenario { before: opened(), callers: vec![w.end(1, "g", Some(90))], after: after() },
                Scenario {
                    before: Vec::new(),
                    callers: vec![w.open(0, w.opening(0, "g", "o", "app"), 50)],
                    after: [w.look(1, "g"), w.session_called(1, "o")].concat(),
                },
            ]
        },
    },
];

fn opened(w: &World) -> Vec<Scenario> {
    let there = w.at("there");
    let open = |now, name, handle, client| w.open(now, w.opening(now, name, handle, client), 50);
    let several = SessionRecord { clients: ids(&["b", "app", "c", "B"]), ..w.opening(2, "g3", "o", "b") };
    vec![
        Scenario::in_turn([
            open(0, "g", "o", "app"),
            open(1, "g2", "o", "app"),
            open(1, "g2", "o", "b"),
            open(2, "g3", "o", "app"),
            w.open(2, several, 50),
            w.sessions(3, "g g2 g3"),
        ]),
        Scenario::in_turn([open(0, "g", "o", "app"), open(1, "g2", "o2", "app"), w.sessions(2, "g g2"), w.look(2, "g g2")]),
        Scenario::in_turn([open(0, "g", "o", "app"), open(1, "g", "o2", "app"), w.sessions(2, "g"), w.session_called(2, "o2")]),
        Scenario::in_turn([
            open(0, "g", "o", "app"),
            there.open(1, there.opening(1, "g", "o", "b"), 50),
            w.sessions(2, "g"),
            there.end(3, "g", None),
            there.sessions(3, "g"),
            w.sessions(3, "g"),
        ]),
        // After its end the handle is free, and so it is once it is forgotten.
        Scenario::in_turn([open(0, "g", "o", "app"), w.end(1, "g", None), open(2, "g2", "o", "b"), w.sessions(3, "g g2")]),
        Scenario::in_turn([open(0, "g", "o", "app"), open(50, "g2", "o", "b"), w.sessions(51, "g g2")]),
        Scenario::in_turn([open(0, "g", "o", "app"), w.revoke(1, "g"), open(2, "g2", "o", "b"), w.sessions(3, "g g2")]),
    ]
}

fn ids(names: &[&str]) -> Vec<ClientId> {
    names.iter().map(|name| world::sound(ClientId::parse(name))).collect()
}

fn found(w: &World) -> Vec<Scenario> {
    let of = |name: &str, subject: &str, at: u64| {
        let session = SessionRecord { subject: world::subject(subject), ..w.opening(at, name, name, "app") };
        w.open(at, session, 50)
    };
    let odd = SessionRecord {
        subject: world::subject(" Ä \u{1f600}\"' "),
        clients: ids(&["a \"b\", {c}", &world::longest_client_id(), "\\", "NULL", " "]),
        ..w.opening(0, "g", "o", "app")
    };
    let there = w.at("there");
    vec![
        Scenario::in_turn([
            of("g", "alice", 1),
            of("h", "alice", 3),
            of("g2", "alice", 2),
            w.sessions(4, "g h g2"),
            w.sessions(4, ""),
        ]),
        Scenario::in_turn([of("g", "Alice", 1), of("h", "alice ", 3), w.sessions(4, "g h"), there.sessions(4, "g h")]),
        Scenario::in_turn([
            w.open(0, odd, 50),
            w.session_called(1, "o"),
            w.session_called(1, "O"),
            w.end(2, "g", Some(9)),
            w.claim(3, 9, 9),
        ]),
    ]
}

fn lives(w: &World) -> Vec<Scenario> {
    let opened = |until| w.open(0, w.opening(0, "g", "o", "app"), until);
    let look = |now| [w.sessions(now, "g"), w.session_called(now, "o"), w.look(now, "g")].concat();
    vec![
        Scenario::in_turn([opened(20), look(19), look(20), w.end(20, "g", Some(90)), w.claim(21, 9, 30)]),
        Scenario::in_turn([opened(20), w.open(5, w.opening(5, "h", "o", "b"), 40), look(39), look(40)]),
        Scenario::in_turn([opened(20), w.open(5, w.opening(5, "h", "o", "b"), 10), look(19), look(20)]),
        Scenario::in_turn([opened(20), w.revoke(1, "g"), look(2), w.end(3, "g", Some(90)), w.claim(4, 9, 30)]),
    ]
}

fn ended(w: &World) -> Vec<Scenario> {
    let opened = || w.open(0, w.opening(0, "g", "o", "app"), 50);
    let look = |now| [w.sessions(now, "g"), w.session_called(now, "o"), w.look(now, "g")].concat();
    vec![
        Scenario::in_turn([
            w.end(0, "g", Some(90)),
            opened(),
            w.end(1, "g", None),
            look(2),
            w.end(3, "g", Some(90)),
            w.claim(4, 9, 30),
        ]),
        Scenario::in_turn([opened(), w.end_called(1, "o", None), look(2), w.end_called(3, "o", None)]),
        Scenario::in_turn([opened(), w.at("there").end(1, "g", None), w.end_called(1, "o2", None), w.end(1, "h", None), look(2)]),
        // One of two.
        Scenario::in_turn([opened(), w.open(1, w.opening(1, "h", "o2", "app"), 50), w.end(2, "g", None), w.sessions(3, "g h")]),
    ]
}

fn told(w: &World) -> Vec<Scenario> {
    let opened = || {
        let clients = |client| w.open(0, w.opening(0, "g", "o", client), 50);
        [clients("app"), clients("b"), clients("App"), clients("b")].concat()
    };
    vec![
        Scenario::in_turn([
            opened(),
            w.claim(0, 9, 5),
            w.end(1, "g", Some(90)),
            w.claim(0, 9, 5),
            w.claim(1, 9, 5),
            w.claim(2, 9, 5),
        ]),
        Scenario::in_turn([opened(), w.end(1, "g", None), w.claim(2, 9, 5)]),
        Scenario::in_turn([opened(), w.end(1, "g", Some(10)), w.claim(10, 9, 15), w.claim(9, 9, 15)]),
        Scenario::in_turn([opened(), w.end(1, "g", Some(90)), w.at("there").claim(2, 9, 5), w.claim(2, 9, 5)]),
    ]
}

/// Sessions `g` and `h` that ended at 1 and 2, with notices until 90.
fn ended_two(w: &World) -> Vec<Step> {
    let open = |name: &str, client| w.open(0, w.opening(0, name, name, client), 50);
    [open("g", "b"), open("g", "app"), open("h", "app"), w.end(2, "h", Some(90)), w.end(1, "g", Some(90))].concat()
}

fn taken(w: &World) -> Vec<Scenario> {
    vec![
        Scenario::in_turn([
            ended_two(w),
            w.claim(3, 9, 10),
            w.claim(9, 9, 20),
            w.claim(10, 9, 20),
            w.claim(20, 9, 90),
            w.claim(90, 9, 99),
        ]),
        // Those of the first session have been due for longer.
        Scenario::in_turn([ended_two(w), w.claim(3, 2, 10), w.claim(3, 2, 10), w.claim(3, 2, 10), w.claim(10, 9, 20)]),
        Scenario::in_turn([ended_two(w), w.claim(3, 1, 5), w.claim(5, 9, 20), w.claim(20, 0, 30), w.claim(20, 9, 30)]),
    ]
}

fn settled(w: &World) -> Vec<Scenario> {
    let claimed = || [ended_two(w), w.claim(3, 9, 10)].concat();
    vec![
        Scenario::in_turn([claimed(), w.settle(4, "g", "app", None), w.settle(4, "g", "app", None), w.claim(10, 9, 20)]),
        Scenario::in_turn([claimed(), w.settle(4, "g", "app", Some(5)), w.claim(5, 9, 20), w.claim(10, 9, 20)]),
        Scenario::in_turn([claimed(), w.settle(4, "g", "app", Some(30)), w.claim(10, 9, 20), w.claim(30, 9, 40)]),
        Scenario::in_turn([claimed(), w.settle(4, "h", "b", None), w.settle(4, "g", "B", None), w.claim(10, 9, 20)]),
        Scenario::in_turn([
            claimed(),
            w.at("there").settle(4, "g", "b", None),
            w.settle(4, "f", "b", Some(5)),
            w.claim(10, 9, 20),
        ]),
        Scenario::in_turn([w.settle(4, "g", "app", Some(5)), w.claim(10, 9, 20)]),
    ]
}
