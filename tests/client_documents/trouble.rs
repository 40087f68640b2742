//! Hosts that are slow, lie, send too much, send elsewhere, or are bound to another address: the client is to come again, nobody learns
//! anything of this network, and nothing is kept of it.

use std::time::Duration;

use bytes::Bytes;
use serde_json::json;

use crate::script::{Answer, Missing, PUBLIC, Piece, Script, addresses};
use crate::{ID, document, given, peer, redemption, refreshing, request, tokens};

/// Every endpoint says the same, of whatever went wrong; and once it is over the client is there again.
async fn gives_trouble(script: Script, name: &str) {
    let (peer, script) = peer(script);
    for _ in 0..3 {
        let page = peer.authorize(&request(&[])).await;
        page.assert_page(503);
        assert!(!page.body.contains("app.example.com"), "{name}: {}", page.body);
        for pairs in [redemption("code"), refreshing("token")] {
            let answer = peer.token(&pairs).await;
            answer.assert_error(503, "temporarily_unavailable");
            assert_eq!(answer.member("error_description"), "try again later", "{name}: nothing of why");
            assert!(answer.header("retry-after").parse::<u64>().is_ok_and(|seconds| (1..=5).contains(&seconds)), "{name}");
        }
        peer.post("/revoke", None, &[("client_id", ID), ("token", "x")]).await.assert_error(503, "temporarily_unavailable");
    }
    assert!(script.requests() <= 1, "{name}: a host that failed is left alone");
}

// shows: CIMD-4-02, CIMD-4-03, CIMD-4-04, CIMD-4.3-01, CIMD-6.6-01
#[tokio::test(start_paused = true)]
async fn where_there_is_no_document_the_client_is_to_come_again() {
    let body = Bytes::from(document(json!({})).to_string());
    let json_of =
        |status: u16| Answer::status(status).header("content-type", "application/json").piece(Piece::Bytes(body.clone()));
    for (name, answer) in [
        ("created", json_of(201)),
        ("partial", json_of(206)),
        ("moved", json_of(301).header("location", "https://app.example.com/other")),
        ("found", json_of(302).header("location", "http://127.0.0.1/")),
        ("see other", json_of(303).header("location", "https://b.example/")),
        ("redirecting", json_of(308).header("location", "https://app.example.com/client.json")),
        ("unauthorized", json_of(401)),
        ("gone", json_of(404)),
        ("an error", json_of(500)),
        ("lying about its type", Answer::json(body.clone()).without("content-type").header("content-type", "text/html")),
        ("lying about its length", Answer::json(body.clone()).header("content-length", "9")),
        ("compressed", Answer::json(body.clone()).header("content-encoding", "gzip")),
        ("no JSON", Answer::json("<html>")),
        (
            "endless",
            Answer::status(200)
                .header("content-type", "application/json")
                .piece(Piece::Endless(Bytes::from_static(&[b' '; 512]))),
        ),
        ("huge", Answer::json(document(json!({"x": "x".repeat(5 * 1024)})).to_string())),
        ("broken off", Answer::json("{").piece(Piece::Broken)),
        ("slow", Answer::json("{").piece(Piece::Late(Duration::from_secs(600), body.clone()))),
        ("silent", Answer::json("{").piece(Piece::Nothing)),
    ] {
        gives_trouble(Script::of([answer]), name).await;
    }
    gives_trouble(Script::of([]), "refusing connections").await;
    let usual = || Script::of([given(&document(json!({})))]);
    gives_trouble(usual().lacking(Missing::Head), "not answering").await;
    gives_trouble(usual().lacking(Missing::Name), "not resolving").await;
    gives_trouble(usual().names(|_, _| None), "no such name").await;
}

// shows: CIMD-6.5-01
#[tokio::test]
async fn what_leads_into_this_network_looks_like_any_other_trouble() {
    for address in ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fd00:ec2::254", "0.0.0.0"] {
        let names = move |_: &str, _| Some(addresses(&[address]));
        gives_trouble(Script::of([given(&document(json!({})))]).names(names), address).await;
    }
    let both = |_: &str, _| Some(addresses(&[PUBLIC, "127.0.0.1"]));
    gives_trouble(Script::of([given(&document(json!({})))]).names(both), "a public and a private address").await;
}

/// The name meant a public host when the document came first, and this machine when it was to be fetched anew.
// shows: MCP-2026-07-28-sec-7.1-01
#[tokio::test]
async fn a_name_that_is_bound_anew_leads_nowhere() {
    let names = |_: &str, before| Some(addresses(&[if before == 0 { PUBLIC } else { "127.0.0.1" }]));
    let (peer, script) = peer(Script::of([given(&document(json!({})))]).names(names));
    let tokens = tokens(&peer).await;
    peer.clock.advance(301);
    for _ in 0..2 {
        peer.token(&refreshing(&tokens.member("refresh_token"))).await.assert_error(503, "temporarily_unavailable");
    }
    assert_eq!(script.requests(), 1);
    assert_eq!(script.lookups(), 2);
}

/// Nothing is lost by it: the refresh token is good once the host is there again.
// shows: CIMD-4.4-04, CIMD-4.4-05
#[tokio::test]
async fn a_host_that_is_down_costs_nobody_anything() {
    let (peer, script) = peer(Script::of([given(&document(json!({})))]));
    let (code, refresh) = (peer.code_for(&request(&[])).await, tokens(&peer).await.member("refresh_token"));
    peer.clock.advance(301);
    script.then(Answer::status(500));
    peer.token(&refreshing(&refresh)).await.assert_error(503, "temporarily_unavailable");
    peer.token(&redemption(&code)).await.assert_error(503, "temporarily_unavailable");
    script.then(given(&document(json!({}))));
    peer.clock.advance(3);
    peer.token(&refreshing(&refresh)).await.assert_ok();
}

/// Documents of many clients take a bounded place, and each is fetched at most as often as its host permits.
#[tokio::test]
async fn whoever_asks_for_one_client_after_another_is_answered_each_time() {
    let (peer, script) = peer(Script::of([Answer::status(404)]));
    for n in 0..300 {
        let id = format!("https://app.example.com/{n}");
        peer.authorize(&request(&[("client_id", &id)])).await.assert_page(503);
    }
    assert_eq!(script.requests(), 300);
}
