//! Signing keys: one is announced, and one that was withdrawn is erased.

use super::Capability::{Purge, SigningKeys};
use super::*;
use crate::storage::{AlgorithmName, KeyRecord, KeyTimes, Kid, SealedKey};

pub(in super::super) const RULES: &[Rule] = &[
    Rule {
        name: "a key is announced once",
        sentence: "A key of the same algorithm and generation is there, withdrawn or not: `Announcement::AnotherWas`; nothing \
                   changes. .. Else keep it: `Announcement::Announced`.",
        needs: &[SigningKeys],
        kind: Kind::InTurn,
        scenarios: announced_once,
    },
    Rule {
        name: "a kid is used once",
        sentence: "A `kid` that is there already with another algorithm or generation is an error.",
        needs: &[SigningKeys],
        kind: Kind::InTurn,
        scenarios: |w| {
            let other = KeyRecord { algorithm: algorithm("RS256"), ..w.signing_key("k1", 1) };
            let taken = |key: KeyRecord| {
                let first = w.announce(0, w.signing_key("k1", 1));
                Scenario::in_turn([first, w.announce(1, key), w.keys(1), w.announce(2, w.signing_key("k2", 2)), w.keys(2)])
            };
            vec![taken(w.signing_key("k1", 2)), taken(other), taken(w.signing_key("K1", 2))]
        },
    },
    Rule {
        name: "signing keys come back as they were announced",
        sentence: "Its public key, a JWK (RFC 7517) as JSON text, to be kept verbatim. .. What else there is to know, as JSON text, \
                   versioned, to be kept verbatim.",
        needs: &[SigningKeys],
        kind: Kind::InTurn,
        scenarios: as_announced,
    },
    Rule {
        name: "signing keys are ordered",
        sentence: "Ordered by algorithm, byte by byte, and then by generation.",
        needs: &[SigningKeys],
        kind: Kind::InTurn,
        scenarios: |w| {
            let key = |name: &str, generation| {
                let kid = world::sound(Kid::parse(&format!("{name}-{generation}")));
                w.announce(0, KeyRecord { kid, algorithm: algorithm(name), ..w.signing_key("k", generation) })
            };
            let names = ["RS256", "EdDSA", "ES256", "Es256", "ES2"];
            let announced =
                [2, 10, 1].into_iter().flat_map(|generation| names.iter().flat_map(move |name| key(name, generation)));
            vec![Scenario::in_turn([announced.collect(), w.keys(1)])]
        },
    },
    Rule {
        name: "a signing key is forgotten at the exact second",
        sentence: "The keys of this issuer that are not forgotten, which they are from `published_until` on; also those that were \
                   withdrawn.",
        needs: &[SigningKeys],
        kind: Kind::InTurn,
        scenarios: |w| {
            let keys = || [w.keys(0), w.keys(9), w.keys(10), w.keys(20), w.keys(29), w.keys(30)].concat();
            let announced = || w.announce(0, w.signing_key("k1", 1));
            vec![
                Scenario::in_turn([w.keys(0), announced(), keys()]),
                Scenario::in_turn([announced(), w.withdraw(1, "k1"), keys()]),
                // As it is announced, whatever the time is.
                Scenario::in_turn([w.announce(30, w.signing_key("k1", 1)), keys()]),
            ]
        },
    },
    Rule {
        name: "a key that is withdrawn is erased",
        sentence: "Withdraws a key, as after a compromise: notes when, and erases what is sealed. The rest stays until it is \
                   forgotten, so that its generation is not given a second time. Withdrawing twice, or a key that is gone, is not an \
                   error; the first moment counts.",
        needs: &[SigningKeys],
        kind: Kind::InTurn,
        scenarios: withdrawn,
    },
    Rule {
        name: "purging removes signing keys that nobody needs",
        sentence: "Signing keys once nobody needs their public part.",
        needs: &[SigningKeys, Purge],
        kind: Kind::InTurn,
        scenarios: |w| {
            let longer = KeyTimes { published_until: w.t(40), ..w.signing_key("k2", 2).times };
            let longer = KeyRecord { times: longer, ..w.signing_key("k2", 2) };
            let announced = || [w.announce(0, w.signing_key("k1", 1)), w.announce(0, longer.clone())].concat();
            let purges = || [w.purge(29), w.keys(29), w.purge(30), w.keys(30), w.purge(39), w.purge(40), w.purge_all()].concat();
            vec![
                Scenario::in_turn([announced(), purges()]),
                Scenario::in_turn([
                    announced(),
                    w.withdraw(1, "k1"),
                    w.purge(29),
                    w.announce(29, w.signing_key("k3", 1)),
                    purges(),
                ]),
                Scenario::in_turn([announced(), w.purge(30), w.announce(30, w.signing_key("k1", 1)), w.keys(29)]),
            ]
        },
    },
    Rule {
        name: "of many who announce a key one does",
        sentence: "Else keep it: `Announcement::Announced`. To one caller only.",
        needs: &[SigningKeys],
        kind: Kind::Race,
        scenarios: announcements,
    },
    Rule {
        name: "a dropped announcement",
        sentence: "It happens whole or not at all, also when its future is dropped.",
        needs: &[SigningKeys],
        kind: Kind::Dropped,
        scenarios: |w| {
            let announce = || w.announce(1, w.signing_key("k1", 1));
            vec![
                Scenario { before: Vec::new(), callers: vec![announce()], after: w.keys(1) },
                Scenario { before: announce(), callers: vec![w.withdraw(2, "k1")], after: w.keys(2) },
            ]
        },
    },
];

fn algorithm(name: &str) -> AlgorithmName {
    world::sound(AlgorithmName::parse(name))
}

fn announced_once(w: &World) -> Vec<Scenario> {
    let key = |kid: &str, generation| w.signing_key(kid, generation);
    let there = w.at("there");
    let other_case = KeyRecord { algorithm: algorithm("es256"), ..key("k3", 1) };
    vec![
        // The first one stays as it is.
        Scenario::in_turn([
            w.announce(0, key("k1", 1)),
            w.announce(1, KeyRecord { details: "{}".to_owned(), ..key("k2", 1) }),
            w.keys(1),
            w.announce(2, KeyRecord { details: "{}".to_owned(), ..key("k1", 1) }),
            w.keys(2),
            w.announce(3, key("k2", 2)),
            w.keys(3),
        ]),
        Scenario::in_turn([w.announce(0, key("k1", 1)), w.announce(0, other_case), w.keys(0)]),
        Scenario::in_turn([
            w.announce(0, key("k1", 1)),
            there.keys(0),
            there.announce(0, key("k1", 1)),
            there.withdraw(1, "k1"),
            w.keys(1),
            there.keys(1),
        ]),
    ]
}

fn as_announced(w: &World) -> Vec<Scenario> {
    let long = "ü ".repeat(5_000);
    let texts = ["{\n \"kty\": \"EC\" }  ", "{\"b\":1,\"a\":2,\"a\":3}", "", " ", "1.0", &long];
    let bytes: Vec<u8> = (0..=255).cycle().take(3_000).collect();
    let kid: String = (b'!'..=b'~').cycle().take(Kid::MAX_LEN).map(char::from).collect();
    let kept = |(number, text): (u32, &str)| {
        let key = KeyRecord { public: text.to_owned(), details: text.to_owned(), ..w.signing_key("k", number) };
        let sealed = SealedKey::from_bytes(bytes[usize::from(number > 0)..].to_vec());
        Scenario::in_turn([w.announce(0, KeyRecord { sealed, ..key }), w.keys(1)])
    };
    let last = KeyRecord { algorithm: algorithm(&"A".repeat(AlgorithmName::MAX_LEN)), ..w.signing_key(&kid, u32::MAX) };
    let last = Scenario::in_turn([w.announce(0, last), w.keys(1), w.withdraw(1, &kid), w.keys(1)]);
    (0..).zip(texts).map(kept).chain([last]).collect()
}

fn withdrawn(w: &World) -> Vec<Scenario> {
    let announced = || [w.announce(0, w.signing_key("k1", 1)), w.announce(0, w.signing_key("k2", 2))].concat();
    vec![
        Scenario::in_turn([
            w.withdraw(0, "k1"),
            announced(),
            w.withdraw(5, "k1"),
            w.keys(5),
            w.withdraw(6, "k1"),
            w.withdraw(6, "k"),
            w.withdraw(6, "K2"),
            w.keys(6),
            w.announce(7, w.signing_key("k3", 1)),
            w.keys(7),
            w.announce(8, w.signing_key("k3", 3)),
            w.keys(8),
        ]),
        Scenario::in_turn([announced(), w.withdraw(30, "k1"), w.keys(29), w.keys(30)]),
    ]
}

fn announcements(w: &World) -> Vec<Scenario> {
    let announce = |kid: usize, generation| w.announce(1, w.signing_key(&format!("k{kid}"), generation));
    let all = (0..w.crowd).map(|number| announce(number, 1)).collect();
    // All find the same one due, one after the other.
    let two = (0..w.crowd).map(|number| [announce(number, 2), announce(number + 10, 3)].concat()).collect();
    vec![
        Scenario { before: Vec::new(), callers: all, after: w.keys(2) },
        // Nobody sees half a key.
        Scenario { before: Vec::new(), callers: vec![announce(0, 1), w.keys(1)], after: w.keys(2) },
        Scenario { before: announce(9, 1), callers: two, after: w.keys(2) },
        Scenario { before: announce(9, 1), callers: vec![w.withdraw(2, "k9"), announce(1, 1), w.keys(2)], after: w.keys(3) },
        Scenario { before: announce(9, 1), callers: vec![w.withdraw(2, "k9"), w.withdraw(3, "k9")], after: w.keys(3) },
    ]
}
