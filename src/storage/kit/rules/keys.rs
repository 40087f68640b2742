//! Keys: the issuer and the whole hash or identifier, each used once, and each row in the family it belongs to.

use super::Capability::Families;
use super::kept::rows;
use super::world::{code_details, details};
use super::*;
use crate::client::ClientId;
use crate::storage::{CodeRecord, FamilyId, FamilyRecord, Issue, PendingRecord, RotationProposal, TokenRecord};
use crate::values::bearer::TokenHash;

pub(in super::super) const RULES: &[Rule] = &[
    Rule {
        name: "keys are whole",
        sentence: "Keys are compared whole, byte by byte.",
        needs: &[],
        kind: Kind::InTurn,
        scenarios: keys_are_whole,
    },
    Rule {
        name: "issuers are kept apart",
        sentence: "The issuer is part of every key: a row of one issuer does not exist for another.",
        needs: &[],
        kind: Kind::InTurn,
        scenarios: issuers_are_kept_apart,
    },
    Rule {
        name: "a collision is an error",
        sentence: "A hash or an identifier that is there already is an error, in every operation, and then nothing of the step \
                   is done.",
        needs: &[],
        kind: Kind::InTurn,
        scenarios: a_collision_is_an_error,
    },
    Rule {
        name: "rows belong to their family",
        sentence: "Every row of an `Issue` belongs to the family that it is stored in, and to the family's client.",
        needs: &[Families],
        kind: Kind::InTurn,
        scenarios: rows_belong_to_their_family,
    },
];

/// The hash with one byte changed.
fn changed(hash: TokenHash, at: usize) -> TokenHash {
    let mut bytes = *hash.as_bytes();
    bytes[at] ^= 0x20;
    TokenHash::from_bytes(bytes)
}

fn keys_are_whole(w: &World) -> Vec<Scenario> {
    let near = |name: &str, operation: fn(TokenHash) -> Operation| {
        let hash = w.hash(name);
        [0, 7, 15, 16, 19, 20, 31].map(|at| w.step(5, operation(changed(hash, at)))).concat()
    };
    let mut scenarios = vec![Scenario::in_turn([
        w.begin(0, w.family("f"), rows(w, &w.family("f"), &details(), code_details())),
        near("c", Operation::FindCode),
        near("a", Operation::FindAccessToken),
        near("r", Operation::FindRefreshToken),
        near("a", Operation::RevokeAccessToken),
        w.look(5, "c a r"),
        w.put(5, w.request("p", 10)),
        near("p", Operation::TakePending),
        w.take(5, "p"),
    ])];
    // Two that differ in their last byte alone can both be stored.
    let twins = |last: u8| {
        let mut id = *w.id("f").as_bytes();
        id[15] = last;
        FamilyId::from_bytes(id)
    };
    let token = |id, hash| TokenRecord { family: id, hash, ..w.token("a", 0, 100) };
    let family = |last: u8| FamilyRecord { id: twins(last), ..w.family("f") };
    let begin = |last: u8, hash| w.begin(0, family(last), Issue::new(None, Some(token(twins(last), hash)), None));
    let (this, that) = (w.hash("a"), changed(w.hash("a"), 31));
    scenarios.push(Scenario::in_turn([
        begin(b'g', this),
        begin(b'G', that),
        w.step(5, Operation::RevokeFamily(twins(b'G'))),
        w.step(5, Operation::FindAccessToken(this)),
        w.step(5, Operation::FindAccessToken(that)),
        w.step(5, Operation::FindFamily(twins(b'g'))),
        w.step(5, Operation::FindFamily(twins(b'G'))),
        w.step(5, Operation::FindFamily(twins(b'h'))),
        w.look(5, "s"),
    ]));
    scenarios
}

fn issuers_are_kept_apart(w: &World) -> Vec<Scenario> {
    let there = w.at("there");
    vec![
        Scenario::in_turn([
            w.with_tokens(),
            there.look(5, "a0 r0 f s"),
            there.rotate(5, 0, w.tokens(1)),
            there.revoke(5, "f"),
            there.revoke_access(5, "a0"),
            w.look(5, "a0 r0 s"),
            // The same keys may be used there.
            there.begin(5, w.family("f"), w.tokens(0)),
            w.revoke_access(5, "a0"),
            there.look(5, "a0 r0 s"),
            w.revoke(5, "f"),
            there.look(5, "a0 r0 f s"),
            there.rotate(20, 0, w.tokens(1)),
            w.look(20, "a0 a1 r1"),
        ]),
        Scenario::in_turn([
            w.with_code(),
            there.look(5, "c"),
            there.redeem(5, w.tokens(0)),
            w.look(5, "c"),
            there.with_code(),
            w.redeem(5, w.tokens(0)),
            there.look(5, "c a0 r0"),
            there.redeem(5, w.tokens(0)),
            w.look(5, "c a0 r0"),
        ]),
        Scenario::in_turn([
            w.put(0, w.request("p", 10)),
            there.take(1, "p"),
            there.put(2, w.request("p", 20)),
            w.take(3, "p"),
            there.take(4, "p"),
        ]),
        Scenario::in_turn([
            w.put_client(world::public_client("app")),
            w.find_client("app"),
            there.find_client("app"),
            there.put_client(world::public_client("app")),
            there.find_client("app"),
        ]),
    ]
}

fn a_collision_is_an_error(w: &World) -> Vec<Scenario> {
    let other = w.id("g");
    let code = |name: &str| CodeRecord { family: other, ..w.code(name, 10) };
    let token = |name: &str| TokenRecord { family: other, ..w.token(name, 0, 100) };
    let begin = |code, access, refresh| w.begin(1, w.family("g"), Issue::new(code, access, refresh));
    let taken = |hash: Vec<Step>| {
        let found = w.look(1, "c a0 r0 c2 a2 r2 s");
        Scenario::in_turn([
            w.begin(0, w.family("f"), Issue::new(Some(w.code("c", 10)), w.tokens(0).access_token, w.tokens(0).refresh_token)),
            hash,
            found,
            w.purge_all(),
        ])
    };
    let redeemed = |issue| {
        let code_and_tokens = Issue::new(Some(w.code("c", 10)), Some(w.token("a0", 0, 100)), Some(w.token("r0", 0, 100)));
        let begin = w.begin(0, w.family("f"), code_and_tokens);
        Scenario::in_turn([begin, w.redeem(5, issue), w.look(5, "c a0 r0 a2 r2"), w.redeem(5, w.tokens(2)), w.purge_all()])
    };
    let rotated = |issue| {
        let found = w.look(20, "a0 r0 a1 r1 a2");
        Scenario::in_turn([w.with_tokens(), w.rotate(20, 0, issue), found, w.rotate(20, 0, w.tokens(1)), w.purge_all()])
    };
    vec![
        // Each key in turn, beside others that are free.
        taken(w.begin(1, w.family("f"), Issue::new(Some(w.code("c2", 10)), Some(w.token("a2", 0, 100)), None))),
        taken(begin(Some(code("c")), Some(token("a2")), Some(token("r2")))),
        taken(begin(Some(code("c2")), Some(token("a0")), Some(token("r2")))),
        taken(begin(Some(code("c2")), Some(token("a2")), Some(token("r0")))),
        redeemed(w.kept(2000, Issue::new(None, Some(w.token("a0", 0, 100)), Some(w.token("r2", 0, 1000))))),
        redeemed(w.kept(2000, Issue::new(None, Some(w.token("a2", 0, 100)), Some(w.token("r0", 0, 1000))))),
        redeemed(w.kept(2000, Issue::new(Some(w.code("c", 10)), Some(w.token("a2", 0, 100)), None))),
        rotated(w.kept(2000, w.pair("a0", 1))),
        rotated(w.kept(2000, Issue::new(None, Some(w.token("a2", 1, 100)), Some(w.token("r0", 1, 1000))))),
        // A retry that proposes an access token which is there.
        Scenario::in_turn([
            w.with_tokens(),
            w.rotate(20, 0, w.tokens(1)),
            w.rotate(21, 0, w.kept(2000, w.tokens(1))),
            w.look(21, "a1 r1"),
            w.rotate(21, 0, w.pair("again", 1)),
            w.purge_all(),
        ]),
        Scenario::in_turn([
            w.put(0, PendingRecord { details: "first".to_owned(), ..w.request("p", 10) }),
            w.put(1, PendingRecord { details: "second".to_owned(), ..w.request("p", 20) }),
            w.take(2, "p"),
            w.take(2, "p"),
        ]),
    ]
}

fn rows_belong_to_their_family(w: &World) -> Vec<Scenario> {
    let other_client = world::sound(ClientId::parse("App"));
    let strange = [
        TokenRecord { family: w.id("g"), ..w.token("a1", 1, 100) },
        TokenRecord { client_id: other_client.clone(), ..w.token("a1", 1, 100) },
    ];
    let mut scenarios = Vec::new();
    for strange in strange {
        let issue = |generation| {
            let access = TokenRecord { generation, ..strange.clone() };
            Issue::new(None, Some(access), Some(w.token("r1", generation, 1000)))
        };
        let found = |now| [w.look(now, "a1 r1 s"), w.purge_all()].concat();
        scenarios.push(Scenario::in_turn([w.begin(0, w.family("f"), issue(0)), found(1)]));
        scenarios.push(Scenario::in_turn([w.with_code(), w.redeem(5, issue(0)), w.look(5, "c"), found(5)]));
        scenarios.push(Scenario::in_turn([w.with_tokens(), w.rotate(20, 0, issue(1)), w.look(20, "a0"), found(20)]));
    }
    let code = CodeRecord { client_id: other_client, ..w.code("c", 10) };
    scenarios.push(Scenario::in_turn([w.begin(0, w.family("f"), Issue::new(Some(code), None, None)), w.look(1, "c s")]));
    // A proposal for another family, or another generation, than the presented token's.
    let wrong = |proposal: RotationProposal| {
        let rotate = w.step(20, Operation::RotateRefreshToken(proposal));
        Scenario::in_turn([
            w.with_tokens(),
            w.begin(0, w.family("g"), w.kept(1000, Issue::new(None, None, None))),
            rotate,
            w.look(20, "a0 r0 a1 r1"),
        ])
    };
    scenarios.push(wrong(RotationProposal { family: w.id("g"), ..w.proposal(20, 0, w.tokens(1)) }));
    scenarios.push(wrong(RotationProposal { generation: 1, ..w.proposal(20, 0, w.tokens(2)) }));
    scenarios
}
