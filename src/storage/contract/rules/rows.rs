//! What is true of every row: it comes back as it went in, until its time is over, under its key alone.

use super::Capability::{Codes, Families, Interactions};
use super::world::{code_details, details, subject};
use super::*;
use crate::client::ClientId;
use crate::storage::{
    CodeDetails, CodeRecord, FamilyRecord, InteractionRecord, Issue, RotationProposal, TokenDetails, TokenRecord,
};
use crate::token::TokenHash;

pub(in super::super) const RULES: &[Rule] = &[
    Rule {
        name: "every field comes back",
        sentence: "The record as inserted.",
        needs: &[Families],
        kind: Kind::InTurn,
        scenarios: every_field_comes_back,
    },
    Rule {
        name: "details are kept verbatim",
        sentence: "A store indexes the members that have an accessor here (hash, family, client, expiry, state) and keeps the \
                   rest verbatim as the JSON text of its details, which is versioned, so that a later release can add to it.",
        needs: &[Families],
        kind: Kind::InTurn,
        scenarios: details_are_kept_verbatim,
    },
    Rule {
        name: "suspended requests are kept verbatim",
        sentence: "The request as JSON text, versioned, to be kept verbatim.",
        needs: &[Interactions],
        kind: Kind::InTurn,
        scenarios: suspended_requests_are_kept_verbatim,
    },
    Rule {
        name: "looking up changes nothing",
        sentence: "Looks a code up and changes nothing: a wrong client, redirect URI or verifier must not burn it for its \
                   owner.",
        needs: &[Families],
        kind: Kind::InTurn,
        scenarios: looking_up_changes_nothing,
    },
    Rule {
        name: "codes expire at the exact second",
        sentence: "Valid while `now < expires_at`.",
        needs: &[Codes],
        kind: Kind::InTurn,
        scenarios: codes_expire,
    },
    Rule {
        name: "tokens expire at the exact second",
        sentence: "Valid while `now < expires_at`.",
        needs: &[Families],
        kind: Kind::InTurn,
        scenarios: tokens_expire,
    },
    Rule {
        name: "suspended requests expire at the exact second",
        sentence: "Valid while `now < expires_at`.",
        needs: &[Interactions],
        kind: Kind::InTurn,
        scenarios: suspended_requests_expire,
    },
    Rule {
        name: "time is handed in",
        sentence: "Time is handed in; a store never asks a clock of its own.",
        needs: &[Families],
        kind: Kind::InTurn,
        scenarios: time_is_handed_in,
    },
    Rule {
        name: "moments beyond all time do not wrap",
        sentence: "Time is handed in; a store never asks a clock of its own.",
        needs: &[Families],
        kind: Kind::InTurn,
        scenarios: moments_do_not_wrap,
    },
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

/// Texts of the kinds that get lost: with blanks at the ends, long, not ASCII, meaning something elsewhere.
const TEXTS: [&str; 6] =
    [" both ends ", "Größe 東京 🗝", "it's \"quoted\" \\ and %_;--", "MiXeD", "e\u{301}", "line\nbreak\tand tab"];

fn parsed(json: &str) -> TokenDetails {
    world::sound(TokenDetails::from_json(json))
}

/// Rows of the family, each with these details.
fn rows(w: &World, family: &FamilyRecord, details: &TokenDetails, code: CodeDetails) -> Issue {
    let client_id = family.client_id.clone();
    let token = |row: TokenRecord| TokenRecord { client_id: client_id.clone(), details: details.clone(), ..row };
    let code = CodeRecord { client_id: client_id.clone(), details: code, ..w.code("c", 10) };
    Issue::new(Some(code), Some(token(w.token("a", 0, 100))), Some(token(w.token("r", 0, 1000))))
}

fn every_field_comes_back(w: &World) -> Vec<Scenario> {
    let long = "x".repeat(ClientId::MAX_LEN);
    let clients = [" app ", "a", "App'; --\"\\", long.as_str()];
    let long = "é".repeat(5_000);
    let subjects = TEXTS.into_iter().chain([long.as_str(), " "]);
    let fields = subjects.zip(clients.into_iter().cycle()).map(|(name, client)| {
        let client_id = world::sound(ClientId::parse(client));
        let family = FamilyRecord { client_id, subject: Some(subject(name)), created_at: w.t(3), ..w.family("f") };
        let mut issue = rows(w, &family, &details(), code_details());
        for token in issue.access_token.iter_mut().chain(&mut issue.refresh_token) {
            token.issued_at = w.t(5);
        }
        let seen = w.authorizations(5, name);
        Scenario::in_turn([w.begin(5, family, issue), w.look(5, "c a r"), seen])
    });
    let nobody = FamilyRecord { subject: None, ..w.family("f") };
    let issue = rows(w, &nobody, &details(), code_details());
    fields.chain([Scenario::in_turn([w.begin(0, nobody, issue), w.look(5, "c a r s")])]).collect()
}

fn details_are_kept_verbatim(w: &World) -> Vec<Scenario> {
    let later = r#"{"v":7,"subject":"ü \"x\"","username":" Älice ","scope":"read write","audience":["https://api","b"],"auth_time":5,
        "access_token_lifetime":60,"later":{"b":[1,null,1.5,-2,18446744073709551615],"a":""},"a":"z","empty":{},"text":"\n\t\\ é 🗝"}"#;
    let long = format!(r#"{{"v":1,"later":"{}"}}"#, "x".repeat(20_000));
    let empty = r#"{"v":1}"#;
    let code = |details: &TokenDetails| {
        let text = world::sound(details.to_json());
        world::sound(CodeDetails::from_json(&format!(
            r#"{{"v":9,"authorization":{text},"redirect_uri":"https://app/ü?a=b","redirect_uri_was_sent":false,
                "response_type":"code","later":[true,{{"x":" "}}]}}"#
        )))
    };
    let all = [later, &long, empty].map(parsed);
    let same = all.iter().map(|details| {
        let family = FamilyRecord { details: details.clone(), ..w.family("f") };
        let issue = rows(w, &family, details, code(details));
        Scenario::in_turn([w.begin(0, family, issue), w.look(5, "c a r s")])
    });
    // Rows whose details are not those of their family, for instance because their scope is narrower.
    let others = all.iter().map(|others| {
        let family = w.family("f");
        let issue = rows(w, &family, others, code(others));
        Scenario::in_turn([w.begin(0, family, issue), w.look(5, "c a r s")])
    });
    same.chain(others).collect()
}

fn suspended_requests_are_kept_verbatim(w: &World) -> Vec<Scenario> {
    let long = "ü ".repeat(10_000);
    let texts = ["{\n \"not\": \"ours\" }  ", "{\"b\":1,\"a\":2,\"a\":3}", "", " ", "1.0", &long].into_iter().chain(TEXTS);
    let client_id = world::sound(ClientId::parse(" App "));
    let kept = |text: &str| {
        let row = InteractionRecord { client_id: client_id.clone(), details: text.to_owned(), ..w.interaction("i", 10) };
        Scenario::in_turn([w.put(0, row), w.take(1, "i")])
    };
    texts.map(kept).collect()
}

fn looking_up_changes_nothing(w: &World) -> Vec<Scenario> {
    let twice = |names| [w.look(5, names), w.look(5, names)].concat();
    vec![
        Scenario::in_turn([w.with_code(), twice("c s"), w.redeem(5, w.tokens(0)), twice("c a0 r0 s")]),
        Scenario::in_turn([w.with_tokens(), twice("a0 r0"), w.rotate(20, 0, w.tokens(1)), w.look(20, "a0 r0 a1 r1 a1 r1")]),
    ]
}

fn codes_expire(w: &World) -> Vec<Scenario> {
    vec![
        Scenario::in_turn([w.with_code(), w.look(9, "c"), w.redeem(9, w.tokens(0)), w.look(9, "c a0 r0")]),
        Scenario::in_turn([w.with_code(), w.look(10, "c"), w.redeem(10, w.tokens(0)), w.look(10, "c a0 r0")]),
    ]
}

fn tokens_expire(w: &World) -> Vec<Scenario> {
    let looks = [w.look(99, "a0 r0"), w.look(100, "a0 r0"), w.look(999, "r0 s"), w.look(1000, "a0 r0 s")].concat();
    vec![
        Scenario::in_turn([w.with_tokens(), looks]),
        Scenario::in_turn([w.with_tokens(), w.rotate(999, 0, w.kept(2000, w.tokens(1)))]),
        // Expired, though its family is remembered.
        Scenario::in_turn([
            w.begin(0, w.family("f"), w.kept(2000, w.tokens(0))),
            w.rotate(1000, 0, w.tokens(1)),
            w.look(1000, "a1 r1 s"),
        ]),
    ]
}

fn suspended_requests_expire(w: &World) -> Vec<Scenario> {
    let expires = |now| Scenario::in_turn([w.put(0, w.interaction("i", 10)), w.take(now, "i"), w.take(now, "i")]);
    vec![expires(9), expires(10)]
}

fn time_is_handed_in(w: &World) -> Vec<Scenario> {
    // Long ago, and long from now: no clock agrees with both.
    let at = |w: &World| {
        Scenario::in_turn([
            w.with_code(),
            w.look(9, "c s"),
            w.redeem(9, w.tokens(0)),
            w.rotate(20, 0, w.tokens(1)),
            w.rotate(29, 0, w.pair("again", 1)),
            w.put(30, w.interaction("i", 40)),
            w.take(39, "i"),
            w.look(99, "a1 again r1"),
            w.rotate(999, 1, w.tokens(2)),
            w.look(999, "r1 s"),
        ])
    };
    vec![at(&w.beginning(1_000)), at(&w.beginning(40_000_000_000))]
}

fn moments_do_not_wrap(w: &World) -> Vec<Scenario> {
    let mut issue = w.tokens(0);
    for token in issue.access_token.iter_mut().chain(&mut issue.refresh_token) {
        token.expires_at = world::END;
    }
    let issue = Issue { keep_family_until: world::END, ..issue };
    // Such a moment may come back as the last one that the store can express, so the records are not looked at.
    let century = 100 * 365 * 86_400;
    vec![Scenario::in_turn([
        w.begin(0, w.family("f"), issue),
        w.rotate(century, 0, w.kept(century + 1000, w.access("a1", 1))),
        w.authorizations(century, "alice"),
    ])]
}

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
        w.put(5, w.interaction("i", 10)),
        near("i", Operation::TakeInteraction),
        w.take(5, "i"),
    ])];
    // Two that differ in their last byte alone can both be stored.
    let twins = |last: u8| {
        let mut id = *w.id("f").as_bytes();
        id[15] = last;
        crate::storage::FamilyId::from_bytes(id)
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
        w.look(5, "s"),
    ]));
    scenarios
}

fn issuers_are_kept_apart(w: &World) -> Vec<Scenario> {
    let there = w.at("there");
    vec![
        Scenario::in_turn([
            w.with_tokens(),
            there.look(5, "a0 r0 s"),
            there.rotate(5, 0, w.tokens(1)),
            there.revoke(5, "f"),
            there.revoke_access(5, "a0"),
            w.look(5, "a0 r0 s"),
            // The same keys may be used there.
            there.begin(5, w.family("f"), w.tokens(0)),
            w.revoke_access(5, "a0"),
            there.look(5, "a0 r0 s"),
            w.revoke(5, "f"),
            there.look(5, "a0 r0 s"),
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
            w.put(0, w.interaction("i", 10)),
            there.take(1, "i"),
            there.put(2, w.interaction("i", 20)),
            w.take(3, "i"),
            there.take(4, "i"),
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
            w.put(0, InteractionRecord { details: "first".to_owned(), ..w.interaction("i", 10) }),
            w.put(1, InteractionRecord { details: "second".to_owned(), ..w.interaction("i", 20) }),
            w.take(2, "i"),
            w.take(2, "i"),
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
