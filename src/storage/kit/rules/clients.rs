//! Clients: registered whole, found by their identifier and by nothing like it.

use super::Capability::{Clients, Registry};
use super::*;
use crate::client::{Client, SecretHash};
use crate::values::lifetime::{AccessTokenLifetime, RefreshTokenLifetime};

pub(in super::super) const RULES: &[Rule] = &[
    Rule {
        name: "an unknown client is none",
        sentence: "The client with this identifier, compared byte by byte; `None` if there is none.",
        needs: &[Clients],
        kind: Kind::InTurn,
        scenarios: |w| vec![Scenario::in_turn([w.find_client("nobody"), w.find_client("")])],
    },
    Rule {
        name: "clients are found byte by byte",
        sentence: "The client with this identifier, compared byte by byte; `None` if there is none.",
        needs: &[Registry],
        kind: Kind::InTurn,
        scenarios: found_byte_by_byte,
    },
    Rule {
        name: "clients are replaced whole",
        sentence: "Stores the client, in place of an earlier one with the same identifier.",
        needs: &[Registry],
        kind: Kind::InTurn,
        scenarios: replaced_whole,
    },
    Rule {
        name: "a client that was removed is none",
        sentence: "Removes the client with this identifier, compared byte by byte; `false` if there is none.",
        needs: &[Registry],
        kind: Kind::InTurn,
        scenarios: removed,
    },
    Rule {
        name: "clients are listed by their identifiers",
        sentence: "The clients whose identifiers come after this one, or all, ordered by identifier, byte by byte; of those the \
                   first `limit`.",
        needs: &[Registry],
        kind: Kind::InTurn,
        scenarios: listed,
    },
];

fn found_byte_by_byte(w: &World) -> Vec<Scenario> {
    let long = world::longest_client_id();
    let ids = ["app", "App", " app", "app ", "a'; --", "a%", "a_", long.as_str(), " "];
    let near = ["APP", "  app", "app  ", "a", "ap", "a%%", "", "äpp", "app\u{0301}"];
    let put = ids.map(|id| w.put_client(world::public_client(id))).concat();
    let look = |ids: &[&str]| ids.iter().flat_map(|id| w.find_client(id)).collect();
    vec![
        Scenario::in_turn([put, look(&ids), look(&near), w.find_client(&long[1..])]),
        Scenario::in_turn([w.put_client(world::public_client("app")), look(&["App", "app ", " app", "APP"])]),
    ]
}

fn replaced_whole(w: &World) -> Vec<Scenario> {
    let secret = world::sound(SecretHash::parse(&secret_hash()));
    let full = Client::confidential_with_hash("app", secret)
        .name(" Größe 東京 🗝 ")
        .redirect_uri("https://app.example.com/callback?a=b")
        .redirect_uri("http://127.0.0.1/callback")
        .grant_types(["authorization_code", "client_credentials", "refresh_token"])
        .scope("read write")
        .default_scope("read")
        .introspects_any_token()
        .access_token_lifetime(AccessTokenLifetime::literal(60))
        .refresh_token_lifetime(RefreshTokenLifetime::literal(600));
    let put = |client| [w.put_client(client), w.find_client("app")].concat();
    let full = world::sound(full.build());
    vec![Scenario::in_turn([put(full.clone()), put(world::public_client("app")), put(full)])]
}

fn removed(w: &World) -> Vec<Scenario> {
    let there = w.at("there");
    let put = |w: &World, id: &str| w.put_client(world::public_client(id));
    let look = || ["app", "App", "app "].map(|id| w.find_client(id)).concat();
    vec![
        Scenario::in_turn([w.remove_client("app")]),
        Scenario::in_turn([
            [put(w, "app"), put(w, "App"), put(w, "app "), put(&there, "app"), look()].concat(),
            [w.remove_client("app"), look(), there.find_client("app"), w.remove_client("app"), w.remove_client("APP")].concat(),
            [put(w, "app"), look(), w.remove_client("App"), look(), there.remove_client("app"), look()].concat(),
        ]),
    ]
}

fn listed(w: &World) -> Vec<Scenario> {
    let there = w.at("there");
    let long = world::longest_client_id();
    // In no order.
    let ids = ["b", "a", "~", "B", " a", "ab", "a b", "A", "_", "-", "a.", long.as_str()];
    let put = |w: &World| ids.map(|id| w.put_client(world::public_client(id))).concat();
    let pages = ["", " ", " a", "A", "B", "_", "a", "a b", "aa", "b", "~", "~~", &long].map(|after| w.list_clients(after, 3));
    vec![
        Scenario::in_turn([w.list_clients("", 9), there.put_client(world::public_client("a")), w.list_clients("", 9)]),
        Scenario::in_turn([
            put(w),
            there.put_client(world::public_client("c")),
            w.list_clients("", u32::MAX),
            w.list_clients("", 1),
            w.list_clients("", 0),
            pages.concat(),
            w.remove_client("a b"),
            w.list_clients("A", 4),
            there.list_clients("", 9),
        ]),
    ]
}

/// In the text form: what it is the hash of does not matter here.
fn secret_hash() -> String {
    SecretHash::of(&crate::client::ClientSecret::generate()).to_text()
}
