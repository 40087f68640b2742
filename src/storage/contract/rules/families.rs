//! Families: revoked as a whole, remembered for as long as was said, listed for their subject.

use super::Capability::{Families, Records};
use super::world::subject;
use super::*;
use crate::storage::{FamilyRecord, Issue, TokenRecord};

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
];

fn revoking_ends_a_family(w: &World) -> Vec<Scenario> {
    let other = TokenRecord { family: w.id("g"), ..w.token("a9", 0, 100) };
    let beside = w.begin(0, w.family("g"), Issue::new(None, Some(other), None));
    vec![
        Scenario::in_turn([
            w.with_tokens(),
            beside.clone(),
            w.revoke(1, "f"),
            w.look(1, "a0 r0 a9 s"),
            w.rotate(20, 0, w.tokens(1)),
            w.look(20, "a0 r0 a1 r1 a9"),
        ]),
        Scenario::in_turn([
            w.with_code(),
            beside,
            w.revoke(1, "f"),
            w.look(1, "c a9 s"),
            w.redeem(5, w.tokens(0)),
            w.look(5, "c a0 r0"),
        ]),
        // After a rotation: all generations.
        Scenario::in_turn([
            w.with_tokens(),
            w.rotate(20, 0, w.tokens(1)),
            w.revoke(21, "f"),
            w.look(21, "a0 r0 a1 r1 s"),
            w.rotate(22, 0, w.pair("again", 1)),
            w.rotate(22, 1, w.tokens(2)),
            w.look(22, "a1 r1 again a2 r2"),
        ]),
    ]
}

fn revoking_twice(w: &World) -> Vec<Scenario> {
    vec![
        Scenario::in_turn([w.revoke(1, "f")]),
        Scenario::in_turn([w.with_tokens(), w.revoke(1, "f"), w.revoke(2, "f"), w.look(2, "a0 r0 s"), w.revoke(1000, "f")]),
    ]
}

fn remembered_until(w: &World) -> Vec<Scenario> {
    let late = |generation| Issue::new(None, Some(w.token("late", generation, 2000)), None);
    vec![
        // By the redemption, then by its end.
        Scenario::in_turn([
            w.with_code(),
            w.redeem(5, w.tokens(0)),
            w.look(20, "c a0 r0 s"),
            w.look(999, "c r0 s"),
            w.redeem(999, w.access("more", 0)),
            w.look(999, "c r0 s"),
            w.look(1000, "c r0 s"),
            w.redeem(1000, w.access("more", 0)),
        ]),
        // A rotation that says less does not shorten it, one that says more prolongs it, and so does a retry.
        Scenario::in_turn([w.with_tokens(), w.rotate(20, 0, w.access("a1", 1)), w.look(999, "r0 s"), w.look(1000, "r0 s")]),
        Scenario::in_turn([w.with_tokens(), w.rotate(20, 0, late(1)), w.look(1999, "late s"), w.look(2000, "late s")]),
        Scenario::in_turn([
            w.with_tokens(),
            w.rotate(20, 0, w.tokens(1)),
            w.rotate(21, 0, late(1)),
            w.look(1999, "late s"),
            w.look(2000, "late s"),
        ]),
        // Revoked or not.
        Scenario::in_turn([w.with_tokens(), w.revoke(1, "f"), w.look(999, "r0")]),
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
