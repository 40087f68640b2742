//! Everything comes back as it went in, and is not changed by being looked at.

use super::Capability::{Families, Pending};
use super::world::{code_details, details, subject};
use super::*;
use crate::client::ClientId;
use crate::storage::{CodeDetails, CodeRecord, FamilyRecord, Issue, PendingKind, PendingRecord, TokenDetails, TokenRecord};

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
        name: "pending requests are kept verbatim",
        sentence: "The request as JSON text, versioned, to be kept verbatim.",
        needs: &[Pending],
        kind: Kind::InTurn,
        scenarios: pending_requests_are_kept_verbatim,
    },
    Rule {
        name: "looking up changes nothing",
        sentence: "Looks a code up and changes nothing: a wrong client, redirect URI or verifier must not burn it for its \
                   owner.",
        needs: &[Families],
        kind: Kind::InTurn,
        scenarios: looking_up_changes_nothing,
    },
];

/// Texts of the kinds that get lost: with blanks at the ends, long, not ASCII, meaning something elsewhere.
const TEXTS: [&str; 6] =
    [" both ends ", "Größe 東京 🗝", "it's \"quoted\" \\ and %_;--", "MiXeD", "e\u{301}", "line\nbreak\tand tab"];

fn parsed(json: &str) -> TokenDetails {
    world::sound(TokenDetails::from_json(json))
}

/// Rows of the family, each with these details.
pub(super) fn rows(w: &World, family: &FamilyRecord, details: &TokenDetails, code: CodeDetails) -> Issue {
    let client_id = family.client_id.clone();
    let token = |row: TokenRecord| TokenRecord { client_id: client_id.clone(), details: details.clone(), ..row };
    let code = CodeRecord { client_id: client_id.clone(), details: code, ..w.code("c", 10) };
    Issue::new(Some(code), Some(token(w.token("a", 0, 100))), Some(token(w.token("r", 0, 1000))))
}

fn every_field_comes_back(w: &World) -> Vec<Scenario> {
    let long = world::longest_client_id();
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
        Scenario::in_turn([w.begin(5, family, issue), w.look(5, "c a r f"), seen])
    });
    let nobody = FamilyRecord { subject: None, ..w.family("f") };
    let issue = rows(w, &nobody, &details(), code_details());
    fields.chain([Scenario::in_turn([w.begin(0, nobody, issue), w.look(5, "c a r f s")])]).collect()
}

fn details_are_kept_verbatim(w: &World) -> Vec<Scenario> {
    let later = r#"{"v":1,"subject":"ü \"x\"","username":" Älice ","scope":"read write",
        "audience":["https://api","b"],"auth_time":5,
        "access_token_lifetime":60,"later":{"b":[1,null,1.5,-2,18446744073709551615],"a":""},
        "a":"z","empty":{},"text":"\n\t\\ é 🗝"}"#;
    let long = format!(r#"{{"v":1,"later":"{}"}}"#, "x".repeat(20_000));
    let empty = r#"{"v":1}"#;
    let code = |details: &TokenDetails| {
        let text = world::sound(details.to_json());
        world::sound(CodeDetails::from_json(&format!(
            r#"{{"v":1,"authorization":{text},"redirect_uri":"https://app/ü?a=b","redirect_uri_was_sent":false,
                "response_type":"code","later":[true,{{"x":" "}}]}}"#
        )))
    };
    let all = [later, &long, empty].map(parsed);
    let same = all.iter().map(|details| {
        let family = FamilyRecord { details: details.clone(), ..w.family("f") };
        let issue = rows(w, &family, details, code(details));
        Scenario::in_turn([w.begin(0, family, issue), w.look(5, "c a r f s")])
    });
    // Rows whose details are not those of their family, for instance because their scope is narrower.
    let others = all.iter().map(|others| {
        let family = w.family("f");
        let issue = rows(w, &family, others, code(others));
        Scenario::in_turn([w.begin(0, family, issue), w.look(5, "c a r f s")])
    });
    same.chain(others).collect()
}

fn pending_requests_are_kept_verbatim(w: &World) -> Vec<Scenario> {
    let long = "ü ".repeat(10_000);
    let texts = ["{\n \"not\": \"ours\" }  ", "{\"b\":1,\"a\":2,\"a\":3}", "", " ", "1.0", &long].into_iter().chain(TEXTS);
    let client_id = world::sound(ClientId::parse(" App "));
    let kept = |text: &str| {
        let row = PendingRecord { client_id: client_id.clone(), details: text.to_owned(), ..w.request("p", 10) };
        Scenario::in_turn([w.put(0, row), w.look(1, "p"), w.take(1, "p")])
    };
    let other = PendingRecord { kind: PendingKind::Pushed, owner: w.hash("other"), ..w.request("p", 10) };
    texts.map(kept).chain([Scenario::in_turn([w.put(0, other), w.look(1, "p"), w.take(1, "p")])]).collect()
}

fn looking_up_changes_nothing(w: &World) -> Vec<Scenario> {
    let twice = |names| [w.look(5, names), w.look(5, names)].concat();
    vec![
        Scenario::in_turn([w.with_code(), twice("c s"), w.redeem(5, w.tokens(0)), twice("c a0 r0 s")]),
        Scenario::in_turn([w.with_tokens(), twice("a0 r0"), w.rotate(20, 0, w.tokens(1)), w.look(20, "a0 r0 a1 r1 a1 r1")]),
    ]
}
