//! What becomes of callers who meet at one row.

use super::Capability::{AccessTokens, Clients, Codes, Families, Pending, Purge, RefreshTokens, Registry};
use super::*;
use crate::storage::{Issue, PendingRecord, TokenRecord};

pub(in super::super) const RULES: &[Rule] = &[
    Rule {
        name: "of many redemptions one redeems",
        sentence: "Answer `Redemption::Redeemed`. To one caller only.",
        needs: &[Codes],
        kind: Kind::Race,
        scenarios: redemptions,
    },
    Rule {
        name: "of many rotations one rotates",
        sentence: "`Rotation::Rotated`. To one caller only.",
        needs: &[RefreshTokens],
        kind: Kind::Race,
        scenarios: rotations,
    },
    Rule {
        name: "a retry and the use of the successor",
        sentence: "Rotation moves the family's generation on by compare-and-swap; tokens of earlier generations end with that.",
        needs: &[RefreshTokens],
        kind: Kind::Race,
        scenarios: retry_and_successor,
    },
    Rule {
        name: "revocation reaches what is being issued",
        sentence: "Revoking it is one flag, which every look-up reports, so that a token inserted at the same moment is dead as \
                   well.",
        needs: &[Families],
        kind: Kind::Race,
        scenarios: revocation_and_issue,
    },
    Rule {
        name: "a step is seen whole",
        sentence: "Every operation is one atomic step: it happens whole or not at all.",
        needs: &[Families],
        kind: Kind::Race,
        scenarios: seen_whole,
    },
    Rule {
        name: "of many who use one key one does",
        sentence: "A hash or an identifier that is there already is an error, in every operation, and then nothing of the step \
                   is done.",
        needs: &[Families],
        kind: Kind::Race,
        scenarios: one_key,
    },
    Rule {
        name: "of many who decide a pending request one decides",
        sentence: "Else keep the answer with the request, and begin the family in the same step: `Spending::First`. To one caller \
                   only.",
        needs: &[Pending, Families],
        kind: Kind::Race,
        scenarios: decisions,
    },
    Rule {
        name: "of many who take a pending request one gets it",
        sentence: "Takes a request out, decided or not: one caller gets it, every other gets `None`.",
        needs: &[Pending],
        kind: Kind::Race,
        scenarios: takes,
    },
    Rule {
        name: "an access token is revoked beside others",
        sentence: "Revokes this access token alone.",
        needs: &[AccessTokens],
        kind: Kind::Race,
        scenarios: access_revocations,
    },
    Rule {
        name: "clients are replaced in one step",
        sentence: "Stores the client, in place of an earlier one with the same identifier.",
        needs: &[Registry, Clients],
        kind: Kind::Race,
        scenarios: |w| {
            let put = |name: &str| {
                let client = crate::client::Client::public("app").redirect_uri("https://app.example.com/").name(name);
                w.put_client(world::sound(client.build()))
            };
            vec![Scenario {
                before: put("first"),
                callers: vec![put("second"), [w.find_client("app"), w.find_client("app")].concat()],
                after: w.find_client("app"),
            }]
        },
    },
    Rule {
        name: "a purge is in nobody's way",
        sentence: "No look-up finds what this removes, so it changes no answer, and a store may do it in portions.",
        needs: &[Purge, Families],
        kind: Kind::Race,
        scenarios: purge_beside,
    },
];

/// As many callers as the world has, of whom each does this.
fn crowd(w: &World, caller: impl Fn(usize) -> Vec<Step>) -> Vec<Vec<Step>> {
    (0..w.crowd).map(caller).collect()
}

fn redemptions(w: &World) -> Vec<Scenario> {
    let issue = |number: usize| {
        let refresh = w.token(&format!("r{number}"), 0, 1000);
        Issue::new(None, Some(w.token(&format!("a{number}"), 0, 100)), Some(refresh))
    };
    let mut meet = crowd(w, |number| w.redeem(5, issue(number)));
    let all = Scenario { before: w.with_code(), callers: meet.clone(), after: w.look(5, "c a0 r0 a1 r1 a2 r2 s") };
    // All come too late; the code expires for some of them.
    let before = [w.with_code(), w.redeem(5, issue(9))].concat();
    let late = Scenario { before, callers: crowd(w, |number| w.redeem(6, issue(number))), after: w.look(6, "c a9 r9 a0 r0 s") };
    meet.truncate(1);
    meet.push(w.redeem(10, issue(1)));
    let expiring = Scenario { before: w.with_code(), callers: meet, after: w.look(10, "c a0 r0 a1 r1 s") };
    vec![all, late, expiring]
}

fn rotations(w: &World) -> Vec<Scenario> {
    // Each caller has a salt of its own, and so a successor of its own.
    let issue = |number: usize| {
        let refresh = w.token(&format!("r1{number}"), 1, 1000);
        Issue::new(None, Some(w.token(&format!("a1{number}"), 1, 100)), Some(refresh))
    };
    let with = crowd(w, |number| w.rotate(20, 0, issue(number)));
    let without = crowd(w, |number| w.rotate_once(20, 0, issue(number)));
    // For one of them the window has closed.
    let closing = vec![w.rotate(20, 0, issue(0)), w.rotate(29, 0, issue(1)), w.rotate(30, 0, issue(2))];
    let after = || w.look(30, "a0 r0 a10 r10 a11 r11 a12 r12 s");
    [with, without, closing].map(|callers| Scenario { before: w.with_tokens(), callers, after: after() }).into()
}

fn retry_and_successor(w: &World) -> Vec<Scenario> {
    let before = [w.with_tokens(), w.rotate(20, 0, w.tokens(1))].concat();
    let callers = vec![w.rotate(21, 1, w.tokens(2)), w.rotate(21, 0, w.pair("a10", 1))];
    let in_a_row = vec![[w.rotate(20, 0, w.tokens(1)), w.rotate(21, 1, w.tokens(2))].concat(), w.rotate(21, 0, w.pair("a10", 1))];
    vec![
        Scenario { before, callers, after: w.look(22, "a0 r0 a1 r1 a10 a2 r2 s") },
        Scenario { before: w.with_tokens(), callers: in_a_row, after: w.look(22, "a0 r0 a1 r1 a10 a2 r2 s") },
    ]
}

fn revocation_and_issue(w: &World) -> Vec<Scenario> {
    let rotated = || [w.with_tokens(), w.rotate(20, 0, w.tokens(1))].concat();
    let begins = w.begin(5, w.family("f"), w.tokens(0));
    vec![
        Scenario {
            before: w.with_code(),
            callers: vec![w.revoke(5, "f"), w.redeem(5, w.tokens(0))],
            after: w.look(5, "c a0 r0 s"),
        },
        Scenario {
            before: w.with_tokens(),
            callers: vec![w.revoke(20, "f"), w.rotate(20, 0, w.tokens(1))],
            after: w.look(20, "a0 r0 a1 r1 s"),
        },
        Scenario {
            before: w.with_tokens(),
            callers: vec![w.revoke_of_client(20, "app"), w.rotate(20, 0, w.tokens(1))],
            after: w.look(20, "a0 r0 a1 r1 s"),
        },
        Scenario {
            before: w.with_code(),
            callers: vec![w.revoke_of_subject(5, "alice"), w.redeem(5, w.tokens(0))],
            after: w.look(5, "c a0 r0 s"),
        },
        Scenario {
            before: rotated(),
            callers: vec![w.revoke(21, "f"), w.rotate(21, 0, w.pair("a10", 1))],
            after: w.look(21, "a1 r1 a10 s"),
        },
        Scenario {
            before: rotated(),
            callers: vec![w.revoke(21, "f"), w.rotate(21, 1, w.tokens(2)), w.look(21, "a1 a2")],
            after: w.look(21, "a1 r1 a2 r2 s"),
        },
        Scenario { before: Vec::new(), callers: vec![w.revoke(5, "f"), begins], after: w.look(5, "a0 r0 s") },
        // A replay revokes, and a redemption that comes again does.
        Scenario {
            before: [w.with_code(), w.redeem(5, w.tokens(0))].concat(),
            callers: vec![w.redeem(6, w.access("more", 0)), w.rotate(6, 0, w.tokens(1))],
            after: w.look(6, "c a0 r0 a1 r1 s"),
        },
        Scenario {
            before: [rotated(), w.rotate(21, 1, w.tokens(2))].concat(),
            callers: vec![w.rotate(22, 0, w.pair("more", 1)), w.rotate(22, 2, w.tokens(3))],
            after: w.look(22, "more a2 r2 a3 r3 s"),
        },
    ]
}

fn seen_whole(w: &World) -> Vec<Scenario> {
    vec![
        Scenario {
            before: Vec::new(),
            callers: vec![w.begin(0, w.family("f"), w.tokens(0)), w.look(0, "f s a0 r0")],
            after: w.look(0, "a0 r0 s"),
        },
        Scenario {
            before: w.with_code(),
            callers: vec![w.redeem(5, w.tokens(0)), w.look(5, "c a0 r0")],
            after: w.look(5, "c a0 r0"),
        },
        Scenario {
            before: w.with_code(),
            callers: vec![w.redeem(5, w.tokens(0)), w.look(5, "r0 a0 c")],
            after: w.look(5, "c a0 r0"),
        },
        Scenario {
            before: w.with_tokens(),
            callers: vec![w.rotate(20, 0, w.tokens(1)), w.look(20, "a0 r1 a1")],
            after: w.look(20, "a0 a1 r1"),
        },
        Scenario {
            before: w.with_tokens(),
            callers: vec![w.rotate(20, 0, w.tokens(1)), w.look(20, "a1 r1 a0")],
            after: w.look(20, "a0 a1 r1"),
        },
        Scenario {
            before: w.with_tokens(),
            callers: vec![w.revoke(1, "f"), w.look(1, "a0 r0 f s")],
            after: w.look(1, "a0 r0 f s"),
        },
    ]
}

fn one_key(w: &World) -> Vec<Scenario> {
    let access = |number: usize| format!("a{number}");
    let same_family = crowd(w, |number| w.begin(0, w.family("f"), w.access(&access(number), 0)));
    let same_hash = crowd(w, |number| {
        let id = format!("f{number}");
        let (access, refresh) =
            (TokenRecord { family: w.id(&id), ..w.token("a0", 0, 100) }, w.token(&format!("r{number}"), 0, 1000));
        let issue = Issue::new(None, Some(access), Some(TokenRecord { family: w.id(&id), ..refresh }));
        // Each at a second of its own, so that their order in the list is certain.
        w.begin(number as u64, crate::storage::FamilyRecord { created_at: w.t(number as u64), ..w.family(&id) }, issue)
    });
    let same_request = crowd(w, |number| w.put(0, PendingRecord { details: number.to_string(), ..w.request("p", 10) }));
    vec![
        Scenario { before: Vec::new(), callers: same_family, after: w.look(5, "a0 a1 a2 s") },
        Scenario { before: Vec::new(), callers: same_hash, after: w.look(8, "a0 r0 r1 r2 s") },
        Scenario { before: Vec::new(), callers: same_request, after: w.take(5, "p") },
    ]
}

fn decisions(w: &World) -> Vec<Scenario> {
    let put = || w.put(0, w.request("p", 10));
    let begin = |number: usize| {
        let id = format!("f{number}");
        let token = TokenRecord { family: w.id(&id), ..w.token(&format!("a{number}"), 0, 100) };
        w.begin_for(1, w.family(&id), Issue::new(None, Some(token), None), w.spend("p", &format!("begun {number}")))
    };
    let refuse = |number: usize| w.decide(1, "p", &format!("refused {number}"));
    let after = || w.look(5, "p a0 a1 a2 s");
    vec![
        Scenario { before: put(), callers: crowd(w, begin), after: after() },
        Scenario { before: put(), callers: crowd(w, refuse), after: after() },
        Scenario { before: put(), callers: vec![begin(0), refuse(0), w.look(1, "p")], after: after() },
        Scenario { before: put(), callers: vec![begin(0), w.take(1, "p")], after: after() },
        // The same family to each: whoever comes second does not even look whether it is there.
        Scenario {
            before: put(),
            callers: crowd(w, |_| w.begin_for(1, w.family("f"), w.access("a0", 0), w.spend("p", "begun"))),
            after: after(),
        },
        Scenario { before: put(), callers: vec![begin(0), begin(1), w.purge(9)], after: after() },
    ]
}

fn takes(w: &World) -> Vec<Scenario> {
    let put = || w.put(0, w.request("p", 10));
    let expiring = vec![w.take(9, "p"), w.take(10, "p")];
    vec![
        Scenario { before: put(), callers: crowd(w, |_| w.take(1, "p")), after: w.take(1, "p") },
        Scenario { before: put(), callers: expiring, after: w.take(10, "p") },
        Scenario { before: Vec::new(), callers: vec![put(), w.take(1, "p"), w.take(1, "p")], after: w.take(1, "p") },
    ]
}

fn access_revocations(w: &World) -> Vec<Scenario> {
    let after = || w.look(20, "a0 r0 a1 r1 s");
    vec![
        Scenario {
            before: w.with_tokens(),
            callers: vec![w.revoke_access(20, "a0"), w.look(20, "a0 a0"), w.revoke_access(20, "a0")],
            after: after(),
        },
        Scenario {
            before: w.with_tokens(),
            callers: vec![w.revoke_access(20, "a0"), w.rotate(20, 0, w.tokens(1))],
            after: after(),
        },
        Scenario {
            before: w.with_tokens(),
            callers: vec![w.revoke_access(20, "a1"), w.rotate(20, 0, w.tokens(1))],
            after: after(),
        },
        Scenario { before: w.with_tokens(), callers: vec![w.revoke_access(20, "a0"), w.revoke(20, "f")], after: after() },
    ]
}

fn purge_beside(w: &World) -> Vec<Scenario> {
    let redeemed = || [w.with_code(), w.redeem(5, w.tokens(0))].concat();
    let rotated = || [w.with_tokens(), w.rotate(20, 0, w.tokens(1))].concat();
    vec![
        Scenario {
            before: redeemed(),
            callers: vec![w.purge(12), w.redeem(12, w.access("more", 0))],
            after: w.look(12, "c a0 r0 s"),
        },
        Scenario { before: w.with_code(), callers: vec![w.purge(9), w.redeem(9, w.tokens(0))], after: w.look(9, "c a0 r0 s") },
        // By clocks that are not quite the same: what a purge is about to remove is used, and so it stays.
        Scenario {
            before: w.with_code(),
            callers: vec![w.purge(10), w.redeem(9, w.tokens(0))],
            after: [w.look(10, "c a0 r0 s"), w.redeem(10, w.access("more", 0)), w.look(10, "c a0 r0")].concat(),
        },
        Scenario {
            before: w.with_tokens(),
            callers: vec![w.purge(1000), w.rotate(999, 0, w.kept(2000, w.access("a1", 1)))],
            after: w.look(1000, "r0 s"),
        },
        Scenario {
            before: rotated(),
            callers: vec![w.purge(29), w.rotate(29, 0, w.pair("a10", 1))],
            after: w.look(29, "a1 r1 a10 s"),
        },
        Scenario {
            before: rotated(),
            callers: vec![w.purge(100), w.rotate(100, 1, w.kept(2000, w.tokens(2)))],
            after: w.look(100, "r0 r1 r2 s"),
        },
        Scenario {
            before: w.put(0, w.request("p", 10)),
            callers: vec![w.purge(9), w.take(9, "p"), w.put(9, w.request("p2", 20))],
            after: w.take(10, "p2"),
        },
    ]
}
