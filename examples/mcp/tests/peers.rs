//! The official TypeScript SDK in both of its versions, and MCP's conformance tool, at the example.

mod common;
#[path = "../../../tests/common/peers.rs"]
mod peers;

use common::Running;
use peers::Peer;
use serde_json::{Value, json};

/// The programs run while the server answers them.
async fn ask(peer: Peer, order: Value) -> Option<Value> {
    tokio::task::spawn_blocking(move || peer.ask(&order)).await.expect("an answer")
}

/// How a client is known, or not.
#[derive(Clone, Copy)]
enum By {
    /// The example knows it.
    PreRegistration,
    /// Its identifier is the URL of a document.
    Document,
    /// It registers itself.
    Registration,
}

/// Connects, lists, writes with more scope than it had, refreshes, and begins anew once all was revoked.
async fn sdk(version: u8, by: By, running: &Running, sees_revocation: bool) {
    let Running { issuer, resource, .. } = running;
    let mut order = json!({"url": resource, "sdk": version, "revocation_endpoint": format!("{issuer}/revoke")});
    match by {
        By::PreRegistration => order["client_id"] = json!("desktop"),
        By::Document => order["client_metadata_url"] = json!(common::DOCUMENT),
        By::Registration => {}
    }
    let Some(answer) = ask(Peer::Node("mcp_peer.mjs"), order).await else { return };
    let id = answer["client_id"].as_str().expect("an identifier");
    match by {
        By::PreRegistration => assert_eq!(id, "desktop"),
        By::Document => assert_eq!(id, common::DOCUMENT),
        By::Registration => assert!(id.len() == 22 && id != "desktop", "{id}"),
    }
    let note = format!("from SDK {version}");
    assert_eq!(answer["tools"], json!(["add_note", "list_notes"]), "{answer}");
    assert_eq!((&answer["granted"], &answer["before"]), (&json!("notes:read"), &json!("no notes")), "{answer}");
    assert_eq!((&answer["more"], &answer["after"]), (&json!("notes:read notes:write"), &json!(note)), "{answer}");
    assert_eq!((&answer["refreshed"], &answer["rotated"]), (&json!(note), &json!(true)), "{answer}");
    assert_eq!((&answer["revoked"], &answer["begun"]), (&json!(200), &json!(note)), "{answer}");
    // A JWT is good until it expires; what is introspected is refused at once.
    assert_eq!(answer["anew"], sees_revocation, "{answer}");
    let requests = answer["requests"].as_array().expect("requests");
    assert_eq!(requests.len(), if sees_revocation { 3 } else { 2 }, "{answer}");
    assert!(requests.iter().all(|request| request["resource"] == **resource && request["client_id"] == id), "{answer}");
    // What the challenges said, and no more.
    assert_eq!((&requests[0]["scope"], &requests[1]["scope"]), (&json!("notes:read"), &json!("notes:read notes:write")));
}

macro_rules! connects {
    ($($name:ident: $version:literal, $by:ident, $serve:expr, $sees_revocation:literal;)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            sdk($version, By::$by, &$serve.await, $sees_revocation).await;
        }
    )*};
}

connects! {
    the_first_sdk_connects_where_tokens_are_introspected: 1, PreRegistration, common::serve(|it| it.introspect = true), true;
    the_first_sdk_connects_where_tokens_are_jwts: 1, PreRegistration, common::serve_apart(|it| it.strangers = false), false;
    the_first_sdk_connects_by_a_document: 1, Document, common::serve(|it| it.introspect = true), true;
    the_first_sdk_connects_by_registration: 1, Registration, common::serve_apart(|_| {}), false;
    the_second_sdk_connects_where_tokens_are_introspected: 2, PreRegistration, common::serve_apart(|it| it.introspect = true), true;
    the_second_sdk_connects_where_tokens_are_jwts: 2, PreRegistration, common::serve(|_| {}), false;
    the_second_sdk_connects_by_a_document: 2, Document, common::serve_apart(|_| {}), false;
    the_second_sdk_connects_by_registration: 2, Registration, common::serve(|it| it.introspect = true), true;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_conformance_tool_finds_nothing() {
    let Running { issuer, resource, .. } = common::serve(|options| options.approve = true).await;
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port").port();
    let order = json!({"url": issuer, "client_id": "desktop", "resource": resource, "port": port});
    let Some(answer) = ask(Peer::Node("mcp_conformance.mjs"), order).await else { return };
    assert_eq!(answer["status"], 0, "{answer}");
    let checks = answer["checks"].as_array().expect("checks");
    let passed = |id: &str| checks.iter().any(|check| check["id"] == id && check["status"] == "SUCCESS");
    for id in ["authorization-server-metadata", "authorization-server-metadata-cimd", "authorization-code-grant"] {
        assert!(passed(id), "{id}: {answer}");
    }
    assert!(checks.iter().all(|check| check["status"] == "SUCCESS"), "{answer}");
}
