//! `request_uri`: only where the client said before, through the one fetcher, and what comes is read like any other.

use std::sync::Arc;

use bytes::Bytes;
use grantor::{
    Algorithm, ClientBuilder, Fetcher, ManualClock, MemoryStore, PushedAuthorizationRequests, RequestObjects, ServesOAuth,
};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::common::{Answer as Said, Approves, CALLBACK, Peer, START};
use crate::script::{Answer, Piece, Script, addresses};
use crate::{app, assert_allowed, jws, object, server};

const URI: &str = "https://app.example.com/request.jwt";

fn served(text: &str) -> Answer {
    Answer::status(200)
        .header("content-type", "application/oauth-authz-req+jwt")
        .piece(Piece::Bytes(Bytes::from(text.to_owned())))
}

async fn fetching(
    client: ClientBuilder,
    answers: impl IntoIterator<Item = Answer>,
) -> (Peer<impl ServesOAuth, Approves>, Arc<Script>) {
    let (clock, script) = (ManualClock::new(START), Arc::new(Script::of(answers)));
    let server = server!(MemoryStore::new(), clock, enable(RequestObjects::new()), fetcher(Fetcher::with(script.clone())));
    server.register_client(client.build().expect("a client")).await.expect("a registration");
    (Peer::new(server, Approves, clock), script)
}

async fn refer<Sv: ServesOAuth>(peer: &Peer<Sv, Approves>, uri: &str) -> Said {
    peer.authorize(&[("client_id", "app"), ("request_uri", uri), ("state", "outside"), ("redirect_uri", CALLBACK)]).await
}

#[track_caller]
fn assert_refused(answer: &Said, error: &str) {
    assert_eq!(answer.query().get("error").map(String::as_str), Some(error), "{answer:?}");
}

// shows: RFC9101-4-08, RFC9101-5.2-02, RFC9101-5.2-03, RFC9101-5.2.3-01, OIDC-CORE-1.2-02, OIDC-CORE-6.2.3-01
#[tokio::test]
async fn what_is_at_a_registered_uri_is_the_request() {
    let object = object(json!({}));
    let (peer, script) = fetching(app().request_uris([URI]), [served(&object)]).await;
    let answer = refer(&peer, URI).await;
    assert_allowed(&answer);
    assert_eq!(answer.query()["state"], "inside");
    let seen = script.seen();
    assert_eq!((seen[0].request.method().as_str(), seen[0].request.uri().to_string()), ("GET", URI.to_owned()));
    assert_eq!(seen[0].header("accept"), Some("application/oauth-authz-req+jwt, application/jwt;q=0.9"));
    let document = peer.get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(
        (&document["request_uri_parameter_supported"], &document["require_request_uri_registration"]),
        (&json!(true), &json!(true))
    );
}

// shows: RFC9101-10.2-02
#[tokio::test]
async fn another_uri_is_not_asked() {
    let (peer, script) =
        fetching(app().request_uris([URI, "https://app.example.com/other#x"]), [served(&object(json!({})))]).await;
    for uri in [
        "https://attacker.example.com/request.jwt",
        "https://app.example.com/request.jwt?x",
        "https://app.example.com/request.jwt/",
        "https://APP.example.com/request.jwt",
        "https://app.example.com/other",
        "https://app.example.com/other#y",
        "http://app.example.com/request.jwt",
        "https://169.254.169.254/latest",
        "file:///etc/passwd",
        "request.jwt",
    ] {
        assert_refused(&refer(&peer, uri).await, "invalid_request_uri");
    }
    // One that was pushed to nobody here.
    assert_refused(&refer(&peer, "urn:ietf:params:oauth:request_uri:x").await, "invalid_request_uri");
    assert_eq!((script.lookups(), script.requests()), (0, 0));
}

/// A fragment, which is not sent, is the hash of what is there: with another one what is kept may be old (OpenID Connect Core section 6.2).
// shows: OIDC-CORE-6.2-05, OIDC-REG-2-54
#[tokio::test]
async fn a_fragment_says_whether_what_is_kept_may_be_old() {
    let (old, new) = (object(json!({"state": "old"})), object(json!({"state": "new"})));
    let uri = |object: &str| format!("{URI}#{}", jws::encode(Sha256::digest(object)));
    let (peer, script) = fetching(app().request_uris([URI]), [served(&old), served(&new)]).await;
    assert_eq!(refer(&peer, &uri(&old)).await.query()["state"], "old");
    // It was fetched a moment ago.
    assert_eq!(refer(&peer, &uri(&new)).await.query()["state"], "old");
    peer.clock.advance(30);
    assert_eq!(refer(&peer, &uri(&old)).await.query()["state"], "old");
    assert_eq!(refer(&peer, &format!("{URI}#chapter")).await.query()["state"], "old", "no hash");
    assert_eq!(refer(&peer, &uri(&new)).await.query()["state"], "new");
    // Of what nobody knew when it was registered.
    assert_eq!(refer(&peer, &uri("something else")).await.query()["state"], "new");
    let seen = script.seen();
    assert!(seen.len() == 2 && seen.iter().all(|seen| seen.request.uri() == URI));
}

/// Another key of the client's is no help, wherever the object is.
// shows: OIDC-CORE-6.3.2-01, OIDC-REG-2-37, OIDC-REG-2-38
#[tokio::test]
async fn the_algorithm_that_is_registered_is_the_only_one() {
    let second = jws::key(Algorithm::EdDsa);
    let mut two = jws::jwk(&second);
    two["kid"] = json!("two");
    let mut keys = crate::jwks();
    keys["keys"].as_array_mut().expect("keys").push(two);
    let client = || app().jwks(keys.clone()).request_object_signing_alg("EdDSA").request_uris([URI]);
    let header = crate::changed(crate::header(), json!({"alg": "EdDSA", "kid": "two"}));
    let right = jws::signed(&header.to_string(), &crate::claims().to_string(), &second);
    for (object, good) in [(right, true), (object(json!({})), false)] {
        let (peer, _) = fetching(client(), [served(&object)]).await;
        for answer in [peer.authorize(&[("client_id", "app"), ("request", &object)]).await, refer(&peer, URI).await] {
            match good {
                true => assert_allowed(&answer),
                false => assert_refused(&answer, "invalid_request_object"),
            }
        }
    }
}

#[tokio::test]
async fn what_is_no_request_object_is_refused() {
    let good = object(json!({}));
    for (answer, error) in [
        (Answer::status(404), "invalid_request_uri"),
        (Answer::status(302).header("location", "https://attacker.example.com/"), "invalid_request_uri"),
        (Answer::json(good.clone()), "invalid_request_uri"),
        (Answer::status(200).header("content-type", "text/html").piece(Piece::Bytes(good.clone().into())), "invalid_request_uri"),
        (served(&good).header("content-encoding", "gzip"), "invalid_request_uri"),
        (served(&"x".repeat(64 * 1024 + 1)), "invalid_request_uri"),
        (Answer::status(200).header("content-type", "application/jwt").piece(Piece::Broken), "invalid_request_uri"),
        (served("rubbish"), "invalid_request_object"),
        (served(&object(json!({"aud": "https://other.example.com"}))), "invalid_request_object"),
        (served(&object(json!({"request_uri": URI}))), "invalid_request_object"),
    ] {
        let (peer, _) = fetching(app().request_uris([URI]), [answer]).await;
        let said = refer(&peer, URI).await;
        assert_refused(&said, error);
        assert_eq!(said.query()["state"], "outside");
    }
    let (peer, _) = fetching(app().request_uris([URI]), [served(&format!("{good}\r\n"))]).await;
    assert_allowed(&refer(&peer, URI).await);
    let jwt = Answer::status(200).header("content-type", "application/jwt").piece(Piece::Bytes(good.into()));
    let (peer, _) = fetching(app().request_uris([URI]), [jwt]).await;
    assert_allowed(&refer(&peer, URI).await);
}

/// A name that leads into the network of the server is not connected to.
#[tokio::test]
async fn a_private_address_is_not_asked() {
    let (clock, script) = (ManualClock::new(START), Script::of([served(&object(json!({})))]));
    let script = Arc::new(script.names(|_, _| Some(addresses(&["10.0.0.7"]))));
    let server = server!(MemoryStore::new(), clock, enable(RequestObjects::new()), fetcher(Fetcher::with(script.clone())));
    server.register_client(app().request_uris([URI]).build().expect("a client")).await.expect("a registration");
    assert_refused(&refer(&Peer::new(server, Approves, clock), URI).await, "invalid_request_uri");
    assert_eq!(script.requests(), 0);
}

/// A server that sends no requests for clients says so.
#[tokio::test]
async fn inline_keys_are_for_requests_by_value() {
    let peer = crate::peer!(app().request_uris([URI]); enable(RequestObjects::inline_keys()));
    assert_refused(&refer(&peer, URI).await, "request_uri_not_supported");
    let document = peer.get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(document["request_uri_parameter_supported"], false);
    assert!(document.get("require_request_uri_registration").is_none());
}

/// Where requests have to be pushed, none of a client's own is taken, and the metadata say so, in whichever order the two are enabled
/// (OpenID Connect Discovery section 3, where the default is true). Those of this server are good regardless (RFC 9126 section 5).
#[tokio::test]
async fn where_requests_have_to_be_pushed_there_are_none_of_clients() {
    macro_rules! pushing {
        ($($feature:expr),*) => {{
            let (clock, script) = (ManualClock::new(START), Arc::new(Script::of([served(&object(json!({})))])));
            let server = server!(MemoryStore::new(), clock, fetcher(Fetcher::with(script)) $(, enable($feature))*);
            server.register_client(app().request_uris([URI]).build().expect("a client")).await.expect("a registration");
            let peer = Peer::new(server, Approves, clock);
            assert_refused(&refer(&peer, URI).await, "invalid_request");
            let document = peer.get("/.well-known/oauth-authorization-server").await.json();
            assert_eq!(document["request_uri_parameter_supported"], false);
            assert!(document.get("require_request_uri_registration").is_none());
        }};
    }
    pushing!(RequestObjects::new(), PushedAuthorizationRequests::required());
    pushing!(PushedAuthorizationRequests::required(), RequestObjects::new());
    let peer = crate::peer!(app(); enable(PushedAuthorizationRequests::new()));
    let document = peer.get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(document["request_uri_parameter_supported"], false);
}

/// The keys may be elsewhere, too: one fetch each.
#[tokio::test]
async fn keys_that_clients_publish_verify_requests() {
    let client = crate::bare("app").jwks_uri("https://app.example.com/jwks");
    let (peer, script) = fetching(client, [Answer::json(crate::jwks().to_string())]).await;
    for _ in 0..3 {
        assert_allowed(&peer.authorize(&[("client_id", "app"), ("request", &object(json!({})))]).await);
    }
    assert_eq!(script.requests(), 1);
    let (peer, _) = fetching(crate::bare("app").jwks_uri("https://app.example.com/jwks"), [Answer::status(500)]).await;
    let answer = peer.authorize(&[("client_id", "app"), ("request", &object(json!({})))]).await;
    answer.assert_page(503);
}
