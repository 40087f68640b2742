//! From which hosts clients may come.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use grantor::testing::Browser;
use grantor::{ClientHostPolicy, ClientHosts, ClientMetadataDocuments, ClientUrl, Fetcher, HostVerdict, ManualClock, StoreError};
use serde_json::json;

use crate::common::{Decides, Peer, START};
use crate::script::{Script, addresses};
use crate::{consents, document, given, peer_with, redemption, request, scope, server};

#[tokio::test]
async fn a_host_is_allowed_unknown_or_denied() {
    let hosts = |hosts: &str| ClientHosts::only([hosts]).expect("a host");
    for (hosts, served, known) in [
        (ClientHosts::any(), true, false),
        (ClientHosts::any().allow("app.example.com").expect("a host"), true, true),
        (ClientHosts::any().allow("*.example.com").expect("a host"), true, true),
        (ClientHosts::any().deny("*.example.com").expect("a host"), false, false),
        (hosts("app.example.com"), true, true),
        (hosts("other.example.com"), false, false),
        (hosts("example.com"), false, false),
    ] {
        let shown = format!("{hosts:?}");
        let (peer, script) = peer_with(hosts, Script::of([given(&document(json!({})))]));
        if !served {
            // As anybody who is not registered; and nothing was sent to the host.
            peer.authorize(&request(&[])).await.assert_page(400);
            peer.token(&redemption("code")).await.assert_error(401, "invalid_client");
            assert_eq!((script.lookups(), script.requests()), (0, 0), "{shown}");
            continue;
        }
        let asked = Browser::default().request(&*peer.server, &request(&[])).await;
        assert_eq!((asked.client().document_host_is_known(), asked.client_is_vetted()), (known, false), "{shown}");
    }
}

/// A policy of the application's own, which changes its mind.
struct Moody(Arc<AtomicU8>);

impl ClientHostPolicy for Moody {
    async fn verdict(&self, client: ClientUrl<'_>) -> Result<HostVerdict, StoreError> {
        assert_eq!((client.as_str(), client.host()), (crate::ID, "app.example.com"));
        match self.0.load(Ordering::SeqCst) {
            0 => Ok(HostVerdict::Allow),
            1 => Ok(HostVerdict::Ask),
            2 => Ok(HostVerdict::Deny),
            3 => Err(StoreError::Unavailable { retry_after: Some(Duration::from_secs(7)) }),
            _ => Err(StoreError::failed("no")),
        }
    }
}

// shows: CIMD-6.8-01
#[tokio::test]
async fn a_policy_is_asked_each_time_and_one_that_fails_loses_nothing() {
    let (mood, clock) = (Arc::new(AtomicU8::new(0)), ManualClock::new(START));
    let script = Arc::new(Script::of([given(&document(json!({})))]));
    let feature = ClientMetadataDocuments::new(Moody(mood.clone())).scope(scope("read"));
    let server = server!(clock, Fetcher::with(script.clone()), feature);
    let peer = Peer::new(server, Decides(consents), clock);
    let mut refresh = crate::tokens(&peer).await.member("refresh_token");
    for (next, status, error) in [
        (1, 200, ""),
        (2, 401, "invalid_client"),
        (3, 503, "temporarily_unavailable"),
        (4, 503, "temporarily_unavailable"),
        (0, 200, ""),
    ] {
        mood.store(next, Ordering::SeqCst);
        let answer = peer.token(&crate::refreshing(&refresh)).await;
        assert_eq!(answer.status, status, "{next}: {answer:?}");
        match status {
            200 => refresh = answer.member("refresh_token"),
            _ => answer.assert_error(status, error),
        }
        if next == 3 {
            assert_eq!(answer.header("retry-after"), "7");
        }
    }
    assert_eq!(script.requests(), 1);
}

/// The same document at servers that offer different things.
#[tokio::test]
async fn servers_that_share_a_fetcher_offer_what_they_offer() {
    let script = Arc::new(Script::of([given(&document(json!({})))]));
    let fetcher = Fetcher::with(script.clone());
    let clock = ManualClock::new(START);
    let mut peers = Vec::new();
    for text in ["a", "b", "c", "d", "e", "f"] {
        let feature = ClientMetadataDocuments::new(ClientHosts::any()).scope(scope(text));
        peers.push((text, Peer::new(server!(clock, fetcher.clone(), feature), Decides(consents), clock.clone())));
    }
    for (text, peer) in peers.iter().chain(&peers) {
        assert_eq!(crate::tokens(peer).await.member("scope"), *text);
    }
    assert_eq!(script.requests(), 1);
}

/// Only a server that is being developed may look for clients on its own machine; and no stranger decides that it is.
#[tokio::test]
async fn documents_on_this_machine_are_for_development() {
    let id = "https://localhost:8443/client.json";
    let of_id = document(json!({"client_id": id}));
    for (private, status) in [(false, 503), (true, 302)] {
        let script = Arc::new(Script::of([given(&of_id)]).names(|_, _| Some(addresses(&["127.0.0.1"]))));
        let clock = ManualClock::new(START);
        let fetcher = Fetcher::with(script.clone()).allow_port(8443);
        let feature = || ClientMetadataDocuments::new(ClientHosts::any()).scope(scope("read"));
        let answer = if private {
            let server = server!(clock, fetcher.allow_private_addresses(), feature());
            Peer::new(server, Decides(consents), clock).authorize(&request(&[("client_id", id)])).await
        } else {
            let server = server!(clock, fetcher, feature());
            Peer::new(server, Decides(consents), clock).authorize(&request(&[("client_id", id)])).await
        };
        assert_eq!(answer.status, status, "{answer:?}");
    }
}
