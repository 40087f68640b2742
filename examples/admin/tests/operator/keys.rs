//! Signing keys that an operator rotates and drops are those of the server.

use bytes::Bytes;
use grantor::{AuthorizationServer, ClientCredentials, Es256, JwtAccessTokens, MasterKeys, ServesOAuth, SigningKeys, issuer};
use http::Request;
use serde_json::{Value, json};

use crate::place::{Store, in_each_store};
use crate::tool::{MASTER_KEYS, Tool};

in_each_store! {
    a_rotated_key_is_published_and_a_dropped_one_is_not;
    without_the_servers_master_key_no_key_is_made;
}

/// A server that signs.
macro_rules! signing {
    ($store:expr) => {
        AuthorizationServer::builder()
            .issuer(issuer!("https://as.example.com"))
            .storage($store)
            .master_keys(MasterKeys::parse(MASTER_KEYS).expect("keys"))
            .grant(ClientCredentials::new())
            .enable(SigningKeys::stored().algorithm(Es256))
            .enable(JwtAccessTokens::new("https://api.example.com"))
            .build()
    };
}

async fn published(server: &impl ServesOAuth) -> Vec<String> {
    let response = server.handle(Request::get("/jwks").body(Bytes::new()).expect("a request")).await;
    let keys: Value = serde_json::from_slice(response.body()).expect("JSON");
    keys["keys"].as_array().expect("keys").iter().map(|key| key["kid"].as_str().expect("a kid").to_owned()).collect()
}

fn states(tool: &Tool) -> Vec<(String, String)> {
    let text = |key: &Value, name: &str| key[name].as_str().expect("a text").to_owned();
    let keys = tool.done(&["key", "list"]);
    keys["keys"].as_array().expect("keys").iter().map(|key| (text(key, "kid"), text(key, "state"))).collect()
}

async fn a_rotated_key_is_published_and_a_dropped_one_is_not<S: Store>(store: S, tool: Tool) {
    let tool = tool.with("GRANTOR_MASTER_KEYS", MASTER_KEYS);
    tool.fails(3, "not_found", &["key", "rotate"]);
    let server = signing!(store);
    server.ready().await.expect("keys");
    let first = published(&server).await;
    assert_eq!(states(&tool), [(first[0].clone(), "signs".to_owned())]);

    let said = tool.run(&["key", "rotate"]);
    assert!(!format!("{said:?}").contains(MASTER_KEYS));
    let told = &said.json()["keys"];
    let next = told[0]["kid"].as_str().expect("a kid").to_owned();
    assert_eq!(
        (told.as_array().map(Vec::len), &told[0]["is_new"], &told[0]["state"]),
        (Some(1), &json!(true), &json!("announced"))
    );
    assert_eq!(
        told[0]["signs_from"].as_u64().zip(told[0]["announced_at"].as_u64()).map(|(from, at)| from - at),
        Some(14 * 86_400)
    );
    // Servers see it with their next refresh.
    server.ready().await.expect("keys");
    assert_eq!(published(&server).await.len(), 2);
    assert!(published(&server).await.contains(&next));
    assert_eq!(tool.done(&["key", "rotate", "--algorithm", "ES256"])["keys"][0]["is_new"], false);

    let words = tool.fails(4, "refused", &["key", "drop", &first[0]]);
    assert!(words.contains("--yes"), "{words}");
    assert_eq!(tool.done(&["key", "drop", &first[0], "--yes"]), json!({"kid": first[0], "was": "signs", "dropped": true}));
    server.ready().await.expect("keys");
    assert_eq!(published(&server).await, std::slice::from_ref(&next));
    let health = server.health().await;
    assert!(health.is_ok(), "the next one signs early: {health:?}");
    // Once.
    assert_eq!(tool.done(&["key", "drop", &first[0]]), json!({"kid": first[0], "was": "withdrawn", "dropped": false}));
    assert_eq!(states(&tool).iter().filter(|(_, state)| state == "withdrawn").count(), 1);
    tool.fails(3, "not_found", &["key", "drop", "nobody's", "--yes"]);
    // The last one too: the server makes another.
    tool.done(&["key", "drop", &next, "--yes"]);
    server.ready().await.expect("keys");
    let last = published(&server).await;
    assert!(last.len() == 1 && !last.contains(&next) && !last.contains(&first[0]), "{last:?}");
}

async fn without_the_servers_master_key_no_key_is_made<S: Store>(store: S, tool: Tool) {
    let server = signing!(store);
    server.ready().await.expect("keys");
    let before = tool.done(&["key", "list"]);
    let other = "00112233445566778899aabbccddeeff102132435465768798a9bacbdcedfe0f";
    let words = tool.clone().with("GRANTOR_MASTER_KEYS", other).fails(4, "refused", &["key", "rotate"]);
    assert!(words.contains("master key") && !words.contains(other), "{words}");
    for (given, reason) in [("", "no master key"), ("s3cr3t!", "hexadecimal"), (&other[..40], "256 bits")] {
        let words = tool.clone().with("GRANTOR_MASTER_KEYS", given).fails(2, "input", &["key", "rotate"]);
        assert!(words.contains(reason) && (given.is_empty() || !words.contains(given)), "{words}");
    }
    let tool = tool.with("GRANTOR_MASTER_KEYS", MASTER_KEYS);
    let words = tool.fails(2, "input", &["key", "rotate", "--announce-for", "60"]);
    assert!(words.contains("announced"), "{words}");
    tool.fails(2, "input", &["key", "rotate", "--algorithm", "HS256"]);
    assert_eq!(tool.done(&["key", "list"]), before);

    // From a file, and for an algorithm that no server has had yet.
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("master_keys");
    std::fs::write(&file, format!("{other}\n{MASTER_KEYS}\n")).expect("a file");
    let path = file.to_str().expect("a path");
    let told = tool.done(&["key", "rotate", "--algorithm", "RS256", "--master-keys-file", path]);
    assert_eq!((&told["keys"][0]["algorithm"], &told["keys"][0]["state"]), (&json!("RS256"), &json!("signs")));
}
