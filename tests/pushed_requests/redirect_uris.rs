//! Redirect URIs that were not registered (RFC 9126 section 2.4), and those of loopback hosts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use grantor::{Client, ClientSecret, PushedAuthorizationRequests, RedirectUri, RedirectUriPolicy, ResumeError};

use crate::common::browser::Browser;
use crate::common::{CALLBACK, SECRET, basic, redemption, with};
use crate::{assert_invalid, bring, brought, peer, push, pushed, request};

/// Below one path, while it is open.
struct Below(AtomicBool);

impl RedirectUriPolicy for Below {
    fn permits(&self, client: &Client, uri: &RedirectUri) -> bool {
        self.0.load(Ordering::Relaxed)
            && client.id().as_str() != "other"
            && uri.as_str().starts_with("https://app.example.com/cb/")
    }
}

const MINTED: &str = "https://app.example.com/cb/4711?flow=a";

// shows: RFC9126-2.4-01, RFC9126-2.4-02, RFC9126-2.4-03, RFC9126-2.1-07, RFC9126-7.2-01
#[tokio::test]
async fn by_policy_and_only_of_clients_that_authenticate() {
    let policy = Arc::new(Below(AtomicBool::new(true)));
    let peer = peer!(PushedAuthorizationRequests::new().redirect_uris(policy.clone()));
    let minted = |client| with(&request(client), &[("redirect_uri", MINTED)]);
    let uri = pushed(&peer, &minted("conf")).await;
    let answer = bring(&peer, "conf", &uri).await;
    assert!(answer.location().starts_with(&format!("{MINTED}&")), "{answer:?}");
    // The token request names the same one.
    let code = answer.query().remove("code").expect("a code");
    let redeems = |uri| with(&redemption(&code), &[("client_id", "conf"), ("redirect_uri", uri)]);
    let authorization = basic("conf", SECRET);
    peer.post("/token", Some(&authorization), &redeems(CALLBACK)).await.assert_error(400, "invalid_grant");
    let answer = bring(&peer, "conf", &pushed(&peer, &minted("conf")).await).await;
    let code = answer.query().remove("code").expect("a code");
    let redeems = with(&redemption(&code), &[("client_id", "conf"), ("redirect_uri", MINTED)]);
    peer.post("/token", Some(&authorization), &redeems).await.assert_ok();
    // Not elsewhere, not of another client, not of one that anybody can be, and not in a URL.
    for uri in [
        "https://app.example.com/cb",
        "https://evil.example.com/cb/",
        "http://app.example.com/cb/1",
        "https://app.example.com/cb/#f",
    ] {
        push(&peer, &with(&request("conf"), &[("redirect_uri", uri)])).await.assert_error(400, "invalid_request");
    }
    push(&peer, &minted("other")).await.assert_error(400, "invalid_request");
    push(&peer, &minted("pub")).await.assert_error(400, "invalid_request");
    peer.authorize(&minted("conf")).await.assert_page(400);
}

#[tokio::test]
async fn the_policy_is_asked_again() {
    let policy = Arc::new(Below(AtomicBool::new(true)));
    let peer = peer!(PushedAuthorizationRequests::new().redirect_uris(policy.clone()));
    let uri = pushed(&peer, &with(&request("conf"), &[("redirect_uri", MINTED)])).await;
    let mut browser = Browser::default();
    let handle = browser.begin_with(&*peer.server, &brought("conf", &uri)).await;
    assert!(browser.resume(&*peer.server, &handle).await.is_ok());
    policy.0.store(false, Ordering::Relaxed);
    assert_invalid(&bring(&peer, "conf", &uri).await);
    assert!(matches!(browser.resume(&*peer.server, &handle).await, Err(ResumeError::ClientChanged)));
}

#[tokio::test]
async fn without_a_policy_they_are_those_of_the_authorization_endpoint() {
    let peer = peer!();
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let client = Client::confidential("conf", &secret).redirect_uri("http://127.0.0.1/cb").redirect_uri(CALLBACK).scope("scope");
    peer.server.register_client(client.build().expect("a client")).await.expect("a registration");
    let on_loopback = with(&request("conf"), &[("redirect_uri", "http://127.0.0.1:54321/cb")]);
    let answer = bring(&peer, "conf", &pushed(&peer, &on_loopback).await).await;
    assert!(answer.location().starts_with("http://127.0.0.1:54321/cb?"), "{answer:?}");
    for uri in ["http://127.0.0.1:54321/other", MINTED, ""] {
        push(&peer, &with(&request("conf"), &[("redirect_uri", uri)])).await.assert_error(400, "invalid_request");
    }
}
