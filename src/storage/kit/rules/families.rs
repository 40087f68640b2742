//! Families: revoked as a whole, remembered for as long as was said, listed for their subject.

use super::Capability::{Families, Pending, Records};
use super::world::subject;
use super::*;
use crate::client::ClientId;
use crate::storage::{FamilyRecord, Issue, PendingRecord, TokenRecord};

pub(in super::super) const RULES: &[Rule] = &[
    Rule {
        name: "revoking ends a family and nothing else",
        sentence: "Revokes a family and erases its salt. Everything in it is dead from then on, also what is being inserted at \
                   the same time.",
        needs: &[Families],
        kind: Kind::InTurn,
        scenarios: revoking_ends_a_family,
    },
    Rule {
        name: "revoking twice is no error",
        sentence: "Revoking twice, or a family that is gone, is not an error.",
        needs: &[Families],
        kind: Kind::InTurn,
        scenarios: revoking_twice,
    },
    Rule {
        name: "a family is remembered until the latest moment it was told",
        sentence: "The family must be remembered at least until then, revoked or not .. A store keeps the maximum of all it was \
                   told.",
        needs: &[Families],
        kind: Kind::InTurn,
        scenarios: remembered_until,
    },
    Rule {
        name: "authorizations are those of the subject that live",
        sentence: "The families of this subject (compared byte by byte) that are neither revoked nor forgotten, as they were \
                   begun; the newest first.",
        needs: &[Records],
        kind: Kind::InTurn,
        scenarios: authorizations,
    },
    Rule {
        name: "authorizations are listed page by page",
        sentence: "A page of the families of a client, or of a subject (compared byte by byte), that are neither revoked, themselves \
                   or with an ancestor, nor forgotten: as they were begun, ordered by identifier, byte by byte. It begins after the \
                   family `after`, which need not be there any more, and has at most `limit`.",
        needs: &[Records],
        kind: Kind::InTurn,
        scenarios: pages,
    },
    Rule {
        name: "everything of a client or a subject ends",
        sentence: "Revokes every family of a client, or of a subject (compared byte by byte), as `revoke_family` revokes one. .. \
                   Returns how many families it revoked: those that were neither revoked themselves nor forgotten. Doing it twice \
                   is not an error.",
        needs: &[Records],
        kind: Kind::InTurn,
        scenarios: everything_ends,
    },
    Rule {
        name: "what a client has waiting goes with it",
        sentence: "Where the store is a `PendingStore`, the requests of the client that wait go too, decided or not: nobody gets \
                   them. Whose they will be is not known of requests, so none goes with a subject.",
        needs: &[Records, Pending],
        kind: Kind::InTurn,
        scenarios: requests_go,
    },
];

fn revoking_ends_a_family(w: &World) -> Vec<Scenario> {
    let other = TokenRecord { family: w.id("g"), ..w.token("a9", 0, 100) };
    let beside = w.begin(0, w.family("g"), Issue::new(None, Some(other), None));
    vec![
        Scenario::in_turn([
            w.with_tokens(),
            beside.clone(),
            w.revoke(1, "f"),
            w.look(1, "a0 r0 a9 f g s"),
            w.rotate(20, 0, w.tokens(1)),
            w.look(20, "a0 r0 a1 r1 a9"),
        ]),
        Scenario::in_turn([
            w.with_code(),
            beside,
            w.revoke(1, "f"),
            w.look(1, "c a9 f g s"),
            w.redeem(5, w.tokens(0)),
            w.look(5, "c a0 r0"),
        ]),
        // After a rotation: all generations.
        Scenario::in_turn([
            w.with_tokens(),
            w.rotate(20, 0, w.tokens(1)),
            w.revoke(21, "f"),
            w.look(21, "a0 r0 a1 r1 f s"),
            w.rotate(22, 0, w.pair("again", 1)),
            w.rotate(22, 1, w.tokens(2)),
            w.look(22, "a1 r1 again a2 r2"),
        ]),
    ]
}

fn revoking_twice(w: &World) -> Vec<Scenario> {
    vec![
        Scenario::in_turn([w.revoke(1, "f")]),
        Scenario::in_turn([w.with_tokens(), w.revoke(1, "f"), w.revoke(2, "f"), w.look(2, "a0 r0 f s"), w.revoke(1000, "f")]),
    ]
}

fn remembered_until(w: &World) -> Vec<Scenario> {
    let late = |generation| Issue::new(None, Some(w.token("late", generation, 2000)), None);
    vec![
        // By the redemption, then by its end.
        Scenario::in_turn([
            w.with_code(),
            w.redeem(5, w.tokens(0)),
            w.look(20, "c a0 r0 f s"),
            w.look(999, "c r0 f s"),
            w.redeem(999, w.access("more", 0)),
            w.look(999, "c r0 f s"),
            w.look(1000, "c r0 f s"),
            w.redeem(1000, w.access("more", 0)),
        ]),
        // A rotation that says less does not shorten it, one that says more prolongs it, and so does a retry.
        Scenario::in_turn([w.with_tokens(), w.rotate(20, 0, w.access("a1", 1)), w.look(999, "r0 f s"), w.look(1000, "r0 f s")]),
        Scenario::in_turn([w.with_tokens(), w.rotate(20, 0, late(1)), w.look(1999, "late f s"), w.look(2000, "late f s")]),
        Scenario::in_turn([
            w.with_tokens(),
            w.rotate(20, 0, w.tokens(1)),
            w.rotate(21, 0, late(1)),
            w.look(1999, "late f s"),
            w.look(2000, "late f s"),
        ]),
        // Revoked or not.
        Scenario::in_turn([w.with_tokens(), w.revoke(1, "f"), w.look(999, "r0 f")]),
    ]
}

fn authorizations(w: &World) -> Vec<Scenario> {
    let there = w.at("there");
    let begin = |w: &World, id: &str, name: Option<&str>, created_at: u64, until: u64| {
        let record = FamilyRecord { subject: name.map(subject), created_at: w.t(created_at), ..w.family(id) };
        let token = TokenRecord { family: w.id(id), ..w.token(&format!("a{id}"), 0, until) };
        w.begin(created_at, record, Issue::new(None, Some(token), None))
    };
    let names = ["alice", "Alice", "alice ", " alice", "alic", "alice%", "Ålice", "A\u{30a}lice"];
    let listed = |now: u64| w.authorizations(now, "alice");
    let of_each = names.iter().flat_map(|name| w.authorizations(9, name)).collect();
    let each = (1_u64..).zip(names).map(|(second, name)| begin(w, &format!("f{second}"), Some(name), second, 100));
    vec![
        Scenario::in_turn([each.flatten().collect(), begin(w, "f", None, 9, 100), of_each]),
        Scenario::in_turn([
            begin(w, "f1", Some("alice"), 5, 100),
            begin(w, "f3", Some("alice"), 7, 100),
            begin(w, "f2", Some("alice"), 6, 50),
            begin(&there, "f4", Some("alice"), 1, 100),
            listed(49),
            listed(50),
            w.revoke(50, "f3"),
            listed(99),
            listed(100),
            there.authorizations(50, "alice"),
        ]),
        // As they were begun, whatever was rotated since.
        Scenario::in_turn([w.with_tokens(), w.rotate(20, 0, w.tokens(1)), listed(21)]),
    ]
}

/// A family of a client and a person, with an access token `a` and its name, until 100. It began at the second in its name, so that its
/// place in a list is certain.
fn theirs(w: &World, id: &str, client: &str, name: Option<&str>) -> Vec<Step> {
    let client_id = world::sound(ClientId::parse(client));
    let created_at = w.t(id[1..].parse().unwrap_or(50));
    let record = FamilyRecord { client_id: client_id.clone(), subject: name.map(subject), created_at, ..w.family(id) };
    let token = TokenRecord { family: w.id(id), client_id, ..w.token(&format!("a{id}"), 0, 100) };
    w.begin(0, record, Issue::new(None, Some(token), None))
}

fn pages(w: &World) -> Vec<Scenario> {
    let there = w.at("there");
    let begun = || {
        let here =
            [("f1", "app", Some("alice")), ("f2", "App", Some("alice")), ("f3", "app", Some("Alice")), ("f4", "app", None)];
        let here = here.map(|(id, client, name)| theirs(w, id, client, name)).concat();
        [here, theirs(w, "g", "app2", Some("alice ")), theirs(&there, "f1", "app", Some("alice"))].concat()
    };
    let of_each = |now: u64| {
        let clients = ["app", "App", "ap", "APP", "app2"].map(|id| w.pages_of_client(now, id, "", 2));
        let subjects = ["alice", "Alice", "alice ", "alic"].map(|name| w.pages_of_subject(now, name, "", 2));
        [clients.concat(), subjects.concat(), there.pages_of_client(now, "app", "", 2)].concat()
    };
    let several = || (0..40).flat_map(|number| theirs(w, &format!("f{number}"), "app", Some("alice"))).collect::<Vec<_>>();
    let sizes = |after: &'static str| {
        let of = |limit| [w.pages_of_client(1, "app", after, limit), w.pages_of_subject(1, "alice", after, limit)].concat();
        [0, 1, 7, 39, 40, 41, u32::MAX].map(of).concat()
    };
    vec![
        Scenario::in_turn([of_each(1)]),
        Scenario::in_turn([begun(), of_each(1), w.revoke(2, "f1"), of_each(2), of_each(99), of_each(100)]),
        Scenario::in_turn([several(), sizes(""), sizes("f17"), sizes("g")]),
        // Also after one that has ended meanwhile.
        Scenario::in_turn([several(), w.revoke(1, "f17"), w.revoke(1, "f3"), sizes("f17"), w.pages_of_client(100, "app", "", 7)]),
        Scenario::in_turn([
            w.with_tokens(),
            w.begin(
                1,
                w.descendant("g", "f"),
                Issue::new(None, Some(TokenRecord { family: w.id("g"), ..w.token("a8", 0, 100) }), None),
            ),
            w.pages_of_client(2, "app", "", 9),
            w.pages_of_subject(2, "alice", "", 9),
            w.revoke(3, "f"),
            w.pages_of_client(3, "app", "", 9),
            w.pages_of_subject(3, "alice", "", 9),
        ]),
        // As they were begun, whatever was rotated since.
        Scenario::in_turn([w.with_tokens(), w.rotate(20, 0, w.tokens(1)), w.pages_of_client(21, "app", "", 9)]),
    ]
}

fn everything_ends(w: &World) -> Vec<Scenario> {
    let there = w.at("there");
    let begun = || {
        let here =
            [("f1", "app", Some("alice")), ("f2", "App", Some("alice")), ("f3", "app", Some("Alice")), ("f4", "app", None)];
        let here = here.map(|(id, client, name)| theirs(w, id, client, name)).concat();
        [here, theirs(w, "g", "app2", Some("alice ")), theirs(&there, "f1", "app", Some("alice"))].concat()
    };
    let seen = |now: u64| [w.look(now, "af1 af2 af3 af4 ag f1 f4 g s"), there.look(now, "af1 f1 s")].concat();
    let several = (0..40).flat_map(|number| theirs(w, &format!("f{number}"), "app", Some("alice"))).collect::<Vec<_>>();
    let each = (0..40).map(|number| format!("af{number} ")).collect::<String>();
    vec![
        Scenario::in_turn([w.revoke_of_client(1, "app"), w.revoke_of_subject(1, "alice")]),
        Scenario::in_turn([begun(), w.revoke_of_client(1, "app"), seen(1), w.revoke_of_client(2, "app"), seen(2)]),
        Scenario::in_turn([begun(), w.revoke_of_client(1, "APP"), w.revoke_of_client(1, "ap"), seen(1)]),
        Scenario::in_turn([begun(), w.revoke_of_subject(1, "alice"), seen(1), w.revoke_of_subject(2, "alice"), seen(2)]),
        Scenario::in_turn([begun(), w.revoke_of_subject(1, "ALICE"), w.revoke_of_subject(1, "alic"), seen(1)]),
        // What was revoked or is forgotten is not counted.
        Scenario::in_turn([begun(), w.revoke(1, "f1"), w.revoke_of_client(1, "app"), w.revoke_of_subject(1, "alice"), seen(1)]),
        Scenario::in_turn([begun(), w.revoke_of_client(100, "app"), w.revoke_of_subject(100, "alice")]),
        // The code, all generations, and what descends from it.
        Scenario::in_turn([w.with_code(), w.revoke_of_client(1, "app"), w.redeem(2, w.tokens(0)), w.look(2, "c a0 r0 f s")]),
        Scenario::in_turn([
            w.with_tokens(),
            w.rotate(20, 0, w.tokens(1)),
            w.revoke_of_subject(21, "alice"),
            w.rotate(22, 0, w.pair("again", 1)),
            w.rotate(22, 1, w.tokens(2)),
            w.look(22, "a0 r0 a1 r1 again a2 r2 f s"),
        ]),
        Scenario::in_turn([several.clone(), w.revoke_of_client(1, "app"), w.look(1, &each)]),
        Scenario::in_turn([several, w.revoke_of_subject(1, "alice"), w.look(1, &each)]),
    ]
}

fn requests_go(w: &World) -> Vec<Scenario> {
    let there = w.at("there");
    let other = || PendingRecord { client_id: world::sound(ClientId::parse("App")), ..w.request("p3", 10) };
    let put = || [w.put(0, w.request("p1", 10)), w.put(0, w.request("p2", 10)), w.put(0, other())].concat();
    let decided = || [put(), w.decide(0, "p2", "yes"), there.put(0, there.request("p1", 10))].concat();
    let seen = || [w.look(1, "p1 p2 p3"), there.look(1, "p1")].concat();
    vec![
        Scenario::in_turn([decided(), w.revoke_of_client(1, "app"), seen(), w.decide(1, "p1", "yes"), w.take(1, "p2")]),
        Scenario::in_turn([decided(), w.revoke_of_subject(1, "alice"), seen()]),
        Scenario::in_turn([
            put(),
            w.revoke_of_client(1, "app"),
            w.begin_for(1, w.family("f"), w.tokens(0), w.spend("p1", "yes")),
        ]),
        // There is room again.
        Scenario::in_turn([put(), w.revoke_of_client(1, "app"), w.put_into(1, w.request("p4", 10), 2), w.look(1, "p3 p4")]),
    ]
}
