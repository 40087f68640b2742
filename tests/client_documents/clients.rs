//! A document makes a client, at every endpoint; and one that is not valid, or is not one, does not.

use std::sync::Arc;

use grantor::{Client, ClientHosts, ClientMetadataDocuments, ClientRegistry as _, Fetcher, ManualClock};
use serde_json::{Value, json};

use crate::common::{Decides, Peer, START, with};
use crate::script::{Answer, Script};
use crate::{CALLBACK, ID, consents, describing, document, given, peer, redemption, refreshing, request, scope, server, tokens};

/// Whoever shows people what they allowed finds the client as the endpoints do.
#[tokio::test]
async fn an_application_finds_it_by_its_identifier() {
    let id = grantor::ClientId::parse(ID).expect("an identifier");
    let (clock, script) = (ManualClock::new(START), Arc::new(Script::of([given(&document(json!({})))])));
    let feature = ClientMetadataDocuments::new(ClientHosts::any());
    let server = server!(clock, Fetcher::with(script.clone()), feature);
    let client = server.find_client(&id).await.expect("found").expect("a client");
    assert_eq!((client.shown_name().as_ref(), client.document_host()), ("App", Some("app.example.com")));
    // One that is stored, and none.
    let stored = Client::public("stored").redirect_uri(CALLBACK).grant_types(["authorization_code"]);
    server.register_client(stored.build().expect("a client")).await.expect("registered");
    let find = async |id: &str| server.find_client(&grantor::ClientId::parse(id).expect("an identifier")).await;
    assert!(find("stored").await.expect("looked up").is_some());
    assert!(find("nobody").await.expect("looked up").is_none());
    // It is fetched once; a document that cannot be had, and one that describes nobody.
    assert_eq!(script.requests(), 1);
    let failing = server!(
        clock,
        Fetcher::with(Arc::new(Script::of([Answer::status(500)]))),
        ClientMetadataDocuments::new(ClientHosts::any())
    );
    assert!(matches!(failing.find_client(&id).await, Err(grantor::StoreError::Unavailable { .. })));
    let wrong = given(&document(json!({"client_name": null})));
    let wrong = server!(clock, Fetcher::with(Arc::new(Script::of([wrong]))), ClientMetadataDocuments::new(ClientHosts::any()));
    assert!(wrong.find_client(&id).await.expect("looked up").is_none());
}

// shows: CIMD-4-01, CIMD-4.4-01, CIMD-4.5-01, CIMD-6.4-01
// shows: MCP-2026-07-28-reg-1.1-01, MCP-2026-07-28-reg-1.1-04
#[tokio::test]
async fn a_url_is_a_client_at_every_endpoint_and_its_document_is_fetched_once() {
    let (peer, script) = describing(&document(json!({})));
    let first = tokens(&peer).await;
    let second = peer.token(&refreshing(&first.member("refresh_token"))).await;
    second.assert_ok();
    let token = second.member("refresh_token");
    let own = [("client_id", ID), ("token", &*token)];
    // A public client cannot introspect (RFC 7662 section 2.1), whatever its identifier looks like.
    peer.post("/introspect", None, &own).await.assert_error(401, "invalid_client");
    assert_eq!(peer.post("/revoke", None, &own).await.status, 200);
    peer.token(&refreshing(&token)).await.assert_error(400, "invalid_grant");
    assert_eq!(script.requests(), 1);
}

// shows: CIMD-5-01, CIMD-5-02
// shows: MCP-2026-07-28-idx-3-02, MCP-2026-07-28-reg-1-01
#[tokio::test]
async fn the_metadata_says_so() {
    let (with_it, _) = describing(&document(json!({})));
    let metadata = with_it.get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(metadata["client_id_metadata_document_supported"], true);
    assert_eq!(
        metadata["token_endpoint_auth_methods_supported"],
        json!(["client_secret_basic", "client_secret_post", "none", "private_key_jwt"])
    );
    let without = crate::common::modern_fixture().await.get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(without.get("client_id_metadata_document_supported"), None);
}

// shows: CIMD-4.1-03
// shows: MCP-2026-07-28-reg-1.1-05, MCP-2026-07-28-reg-1.1-08
#[tokio::test]
async fn a_document_that_is_not_valid_makes_no_client_and_its_author_is_told_why() {
    for (name, changes, why) in [
        ("of another client", json!({"client_id": "https://app.example.com/other.json"}), "letter by letter"),
        ("of another spelling", json!({"client_id": "https://APP.example.com/client.json"}), "letter by letter"),
        ("with a port", json!({"client_id": "https://app.example.com:443/client.json"}), "letter by letter"),
        ("without client_id", json!({"client_id": null}), "not the metadata"),
        ("without a name", json!({"client_name": null}), "client_name"),
        ("with a blank name", json!({"client_name": " "}), "client_name"),
        ("without redirect URIs", json!({"redirect_uris": null}), "redirect_uris"),
        ("with a bad redirect URI", json!({"redirect_uris": ["http://app.example.com/"]}), "redirect_uris"),
        ("with a secret", json!({"client_secret": "x"}), "client_secret"),
        ("with the end of a secret", json!({"client_secret_expires_at": 0}), "client_secret"),
        ("with Basic", json!({"token_endpoint_auth_method": "client_secret_basic"}), "token_endpoint_auth_method"),
        ("with a MAC", json!({"token_endpoint_auth_method": "client_secret_jwt"}), "token_endpoint_auth_method"),
        ("with a method that nobody has", json!({"token_endpoint_auth_method": "x"}), "token_endpoint_auth_method"),
        ("with a method and no key", json!({"token_endpoint_auth_method": "private_key_jwt"}), "keys"),
    ] {
        let (peer, script) = describing(&document(changes));
        for _ in 0..2 {
            let page = peer.authorize(&request(&[])).await;
            page.assert_page(401);
            assert!(page.body.contains("metadata document is not valid") && page.body.contains(why), "{name}: {}", page.body);
            let answer = peer.token(&redemption("code")).await;
            answer.assert_error(401, "invalid_client");
            assert!(answer.member("error_description").contains(why), "{name}");
        }
        // It is not kept, and its host is left alone for a moment.
        assert_eq!(script.requests(), 1, "{name}");
        peer.clock.advance(3);
        peer.authorize(&request(&[])).await.assert_page(401);
        assert_eq!(script.requests(), 1, "{name}");
        script.then(given(&document(json!({}))));
        peer.clock.advance(60);
        peer.code_for(&request(&[])).await;
    }
}

#[tokio::test]
async fn what_is_no_such_url_is_unknown_and_nothing_is_sent() {
    let (peer, script) = describing(&document(json!({})));
    for id in [
        "https://app.example.com",
        "http://app.example.com/client.json",
        "HTTPS://app.example.com/client.json",
        "https://user@app.example.com/client.json",
        "https://app.example.com/a/../client.json",
        "https://app.example.com/client.json#x",
        "https://app.example.com:8443/client.json",
        "https://app.example.com/client json",
        "urn:client",
        "client",
    ] {
        peer.authorize(&request(&[("client_id", id)])).await.assert_page(400);
        peer.token(&with(&redemption("code"), &[("client_id", id)])).await.assert_error(401, "invalid_client");
    }
    assert_eq!((script.lookups(), script.requests()), (0, 0));
}

// shows: CIMD-4.5-02
// shows: MCP-2026-07-28-reg-1.1-07
#[tokio::test]
async fn it_is_sent_back_to_what_its_document_names() {
    let uris = json!({"redirect_uris": [CALLBACK, "http://localhost/callback", "http://127.0.0.1/callback"]});
    let (peer, _) = describing(&document(uris.clone()));
    for (uri, is_its_own) in [
        (CALLBACK, true),
        ("http://localhost/callback", true),
        ("http://localhost:33418/callback", true),
        ("http://127.0.0.1:1/callback", true),
        ("http://[::1]:1/callback", false),
        ("http://localhost:33418/other", false),
        ("https://localhost:33418/callback", false),
        ("https://app.example.com/callback/", false),
        ("https://app.example.com:443/callback", false),
        ("https://evil.example/callback", false),
    ] {
        let answer = peer.authorize(&request(&[("redirect_uri", uri)])).await;
        if is_its_own {
            assert!(answer.location().starts_with(&format!("{uri}?code=")), "{uri}: {answer:?}");
        } else {
            answer.assert_page(400);
        }
    }
    // A web application said that it is one.
    let web = json!({"application_type": "web"});
    let web = document(
        web.as_object().expect("an object").clone().into_iter().chain(uris.as_object().cloned().expect("an object")).collect(),
    );
    let (peer, _) = describing(&web);
    peer.authorize(&request(&[("redirect_uri", "http://localhost:33418/callback")])).await.assert_page(400);
}

#[tokio::test]
async fn it_gets_no_more_than_is_offered_and_it_asks_for() {
    for (declared, asked, granted) in [
        (Value::Null, None, Ok("read")),
        (Value::Null, Some("read write"), Ok("read write")),
        (Value::Null, Some("admin"), Err("invalid_scope")),
        (json!("write admin"), Some("write"), Ok("write")),
        (json!("write admin"), Some("read"), Err("invalid_scope")),
        (json!("write admin"), Some("admin"), Err("invalid_scope")),
    ] {
        let (peer, _) = describing(&document(json!({"scope": declared})));
        let pairs = request(&asked.map(|scope| ("scope", scope)).into_iter().collect::<Vec<_>>());
        match granted {
            Ok(scope) => {
                let code = peer.code_for(&pairs).await;
                assert_eq!(peer.token(&redemption(&code)).await.member("scope"), scope, "{declared} {asked:?}");
            }
            // Nobody has signed in: it is a page.
            Err(error) => {
                let page = peer.authorize(&pairs).await;
                page.assert_page(400);
                assert!(page.body.contains(error), "{declared} {asked:?}: {}", page.body);
            }
        }
    }
}

/// What an operator decides about a client is not for a stranger to say.
#[tokio::test]
async fn it_decides_nothing_that_is_the_operators() {
    let (keyed, _) = describing(&document(json!({
        "introspection": "any", "audience": ["https://api.example.com"], "access_token_lifetime": 86400,
        "refresh_token_lifetime": 86400, "default_scope": "write", "grant_types": ["authorization_code", "client_credentials"],
        "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://app.example.com/jwks",
    })));
    // It has registered a method, and does not use it.
    keyed.token(&redemption("code")).await.assert_error(401, "invalid_client");
    let (peer, _) = describing(&document(json!({"access_token_lifetime": 86400, "audience": "any", "introspection": ["x"]})));
    assert_eq!(tokens(&peer).await.json()["expires_in"], 600);
}

/// Who is registered is who the operator says, also under a URL (section 7.2).
// shows: CIMD-6.10-01
#[tokio::test]
async fn a_url_that_is_registered_is_not_fetched() {
    let (clock, script) = (ManualClock::new(START), std::sync::Arc::new(Script::of([given(&document(json!({})))])));
    let feature = ClientMetadataDocuments::new(ClientHosts::any()).scope(scope("read"));
    let server = server!(clock, Fetcher::with(script.clone()), feature);
    let registered = Client::public(ID).redirect_uri(CALLBACK).scope("registered").build().expect("a client");
    let registered = server.check_client(registered).expect("a client that is served");
    server.storage().put_client(server.issuer(), registered).await.expect("stored");
    let peer = Peer::new(server, Decides(consents), clock);
    let code = peer.code_for(&request(&[])).await;
    assert_eq!(peer.token(&redemption(&code)).await.member("scope"), "registered");
    assert_eq!(script.requests(), 0);
}

// shows: CIMD-4.1-05, CIMD-4.1-01
#[tokio::test]
async fn any_json_will_do() {
    let text = document(json!({})).to_string();
    for content_type in ["application/json", "application/json; charset=utf-8", "application/client-metadata+json"] {
        let answer = Answer::status(200).header("content-type", content_type);
        let (peer, _) = peer(Script::of([answer.piece(crate::script::Piece::Bytes(text.clone().into()))]));
        peer.code_for(&request(&[])).await;
    }
}
