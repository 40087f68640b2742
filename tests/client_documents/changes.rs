//! A document that changes: it counts from when the one that is kept expires, and people are asked anew where it matters to them.

use grantor::testing::Browser;
use grantor::{Approval, ResumeError, ServesOAuth as _};
use serde_json::{Value, json};

use crate::common::{Answer as Said, subject};
use crate::script::{Answer, Script};
use crate::{describing, document, given, peer, redemption, refreshing, request, tokens};

fn lasting(document: &Value, cache_control: &str) -> Answer {
    given(document).header("cache-control", cache_control)
}

// shows: CIMD-4.4-02, CIMD-4.4-03
// shows: MCP-2026-07-28-reg-1.1-06
#[tokio::test]
async fn it_is_kept_as_its_headers_say_within_bounds() {
    // The fetcher keeps what it has for 30 seconds at least, and an hour at most; five minutes where nothing is said.
    for (cache_control, seconds) in
        [("max-age=120", 120), ("no-store", 30), ("max-age=1", 30), ("max-age=999999", 3600), ("public", 300)]
    {
        let (peer, script) = peer(Script::of([lasting(&document(json!({})), cache_control)]));
        peer.code_for(&request(&[])).await;
        peer.clock.advance(seconds - 1);
        peer.code_for(&request(&[])).await;
        assert_eq!(script.requests(), 1, "{cache_control}");
        peer.clock.advance(1);
        peer.code_for(&request(&[])).await;
        assert_eq!(script.requests(), 1, "{cache_control}");
    }
}

#[tokio::test]
async fn a_change_counts_once_the_old_one_is_over() {
    let (peer, script) = peer(Script::of([lasting(&document(json!({})), "max-age=60")]));
    peer.code_for(&request(&[])).await;
    script.then(lasting(&document(json!({"redirect_uris": ["https://app.example.com/new"]})), "max-age=60"));
    peer.clock.advance(59);
    peer.code_for(&request(&[])).await;
    peer.clock.advance(1);
    peer.authorize(&request(&[])).await.assert_page(400);
    peer.code_for(&request(&[("redirect_uri", "https://app.example.com/new")])).await;
}

/// What does not matter to people costs them nothing; what does has them asked anew, and comes back if it was a mistake.
#[tokio::test]
async fn a_refresh_is_for_the_client_that_people_agreed_to() {
    for (changes, is_the_same) in [
        (json!({"contacts": ["ops@app.example.com"], "scope": "read write"}), true),
        (json!({"software_version": "2"}), true),
        (json!({"client_name": "Bank"}), false),
        (json!({"redirect_uris": ["https://evil.example/"]}), false),
        (json!({"logo_uri": "https://evil.example/logo.png"}), false),
        (json!({"jwks_uri": "https://evil.example/jwks"}), false),
    ] {
        let (peer, script) = describing(&document(json!({})));
        let refresh = tokens(&peer).await.member("refresh_token");
        script.then(given(&document(changes.clone())));
        peer.clock.advance(301);
        let answer = peer.token(&refreshing(&refresh)).await;
        if is_the_same {
            answer.assert_ok();
            continue;
        }
        answer.assert_error(400, "invalid_grant");
        assert!(answer.member("error_description").contains("new authorization"), "{changes}");
        script.then(given(&document(json!({}))));
        peer.clock.advance(301);
        peer.token(&refreshing(&refresh)).await.assert_ok();
    }
}

/// A code was agreed to on a page that showed another client, perhaps.
#[tokio::test]
async fn a_code_is_for_the_client_that_people_agreed_to() {
    for (changes, is_the_same) in [
        (json!({"software_version": "2"}), true),
        (json!({"client_name": "Bank"}), false),
        (json!({"redirect_uris": [crate::CALLBACK, "https://evil.example/"]}), false),
        (json!({"jwks_uri": "https://evil.example/jwks"}), false),
    ] {
        let (peer, script) = peer(Script::of([lasting(&document(json!({})), "max-age=30")]));
        let code = peer.code_for(&request(&[])).await;
        script.then(given(&document(changes.clone())));
        peer.clock.advance(31);
        let answer = peer.token(&redemption(&code)).await;
        match is_the_same {
            true => answer.assert_ok(),
            false => answer.assert_error(400, "invalid_grant"),
        }
    }
}

/// A document that says `private_key_jwt` and then `none` opens nothing that was closed.
#[tokio::test]
async fn a_client_that_has_no_keys_any_more_is_another_one() {
    let (peer, script) = describing(&document(json!({})));
    let refresh = tokens(&peer).await.member("refresh_token");
    let keyed = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://app.example.com/jwks"});
    script.then(given(&document(keyed)));
    peer.clock.advance(301);
    peer.token(&refreshing(&refresh)).await.assert_error(401, "invalid_client");
}

/// The person saw a page with one name, and is not to agree to another.
// shows: CIMD-6.3.1-01
#[tokio::test]
async fn what_waits_for_its_person_is_over_when_the_client_becomes_another_one() {
    for (changes, is_the_same) in [
        (json!({"software_version": "2"}), true),
        (json!({"client_name": "Bank"}), false),
        (json!({"client_uri": "https://bank.example/"}), false),
    ] {
        let (peer, script) = peer(Script::of([lasting(&document(json!({})), "max-age=60")]));
        let mut browser = Browser::default();
        let handle = browser.begin_with(&*peer.server, &request(&[])).await;
        script.then(given(&document(changes.clone())));
        peer.clock.advance(61);
        match browser.resume(&*peer.server, &handle).await {
            Ok(request) if is_the_same => {
                let answer = Said::from(peer.server.complete(request.approve(Approval::by(subject("alice")).consented())).await);
                let code = answer.query().remove("code").expect("a code");
                peer.token(&redemption(&code)).await.assert_ok();
            }
            Err(ResumeError::ClientChanged) if !is_the_same => {}
            other => panic!("{changes}: {other:?}"),
        }
    }
}

/// Confirmed with its `ETag`, it is the document that it was.
#[tokio::test]
async fn a_document_that_has_not_changed_is_not_read_again() {
    let first = lasting(&document(json!({})), "max-age=60").header("etag", "\"1\"");
    let (peer, script) = peer(Script::of([first, Answer::status(304).header("cache-control", "max-age=60")]));
    let refresh = tokens(&peer).await.member("refresh_token");
    peer.clock.advance(61);
    peer.token(&refreshing(&refresh)).await.assert_ok();
    let seen = script.seen();
    assert_eq!((seen.len(), seen[1].header("if-none-match")), (2, Some("\"1\"")));
}
