//! JWT access tokens of a server in the hands of resource servers: over a socket with nothing but the published keys, beside the store of
//! the server, and in programs that nobody here wrote.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request as AxumRequest;
use bytes::Bytes;
use grantor::{
    Algorithm, Approval, AuthorizationServer, Client, ClientCredentials, ClientSecret, Development, DirectClient, EdDsa, Es256,
    Implicit, Introspection, JwtAccessTokens, JwtVerifier, ManualClock, MemoryStore, OAuth21, Presented, Ps256, RemoteJwks,
    ResourceOwner, ResourceServer, Revocation, Rfc6749, Rs256, Scope, ServesOAuth, SigningKeys, Timestamp, Token, TokenVerifier,
    issuer,
};
use http::{Request, header};
use serde_json::{Value, json};

use crate::common::browser::Browser;
use crate::common::{CALLBACK, REQUEST, START, subject, with};
use crate::peers::Peer;

const ISSUER: &str = "https://auth.example.com";
const API: &str = "https://api.example.com";
const SECRET: &str = "a-secret-of-more-than-32-characters-for-tests";

/// A server that signs with these algorithms, of which the first is preferred, its store, and its client `app`.
macro_rules! server {
    ($clock:expr, $store:expr, $($algorithm:expr),*) => {{
        let server = AuthorizationServer::builder()
            .profile(Development::<OAuth21>::new())
            .issuer(issuer!("https://auth.example.com"))
            .storage($store)
            .clock($clock)
            .grant(ClientCredentials::new())
            .enable(SigningKeys::ephemeral()$(.algorithm($algorithm))*)
            .enable(JwtAccessTokens::new(API))
            .enable(Introspection::new())
            .enable(Revocation::new())
            .build();
        let secret = ClientSecret::parse(SECRET).expect("a secret");
        let client = Client::confidential("app", &secret).scope("read write").grant_types(["client_credentials"]);
        server.register_client(client.build().expect("a client")).await.expect("registered");
        Arc::new(server)
    }};
}

async fn post(server: &impl ServesOAuth, path: &str, body: &str) -> (u16, Value) {
    let body = format!("client_id=app&client_secret={SECRET}&{body}");
    let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let response = server.handle(request.body(Bytes::from(body)).expect("a request")).await;
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap_or_default())
}

async fn token(server: &impl ServesOAuth) -> String {
    let (status, answer) = post(server, "/token", "grant_type=client_credentials&scope=read").await;
    assert_eq!(status, 200, "{answer}");
    answer["access_token"].as_str().expect("a token").to_owned()
}

async fn accepts(verifier: &impl TokenVerifier, token: &str) -> bool {
    let (parts, ()) = Request::new(()).into_parts();
    verifier.verify(&Presented::bearer(token, &parts)).await.expect("an answer").is_some()
}

/// Serves over a socket what the server answers; the URL of its keys.
async fn jwks_url(server: &Arc<impl ServesOAuth>) -> String {
    let served = server.clone();
    let answer = move |request: AxumRequest| {
        let server = served.clone();
        async move {
            let (parts, body) = request.into_parts();
            let body = axum::body::to_bytes(body, 4096).await.expect("a body");
            server.handle(Request::from_parts(parts, body)).await.map(axum::body::Body::from)
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    format!("http://{address}/jwks")
}

// shows: RFC9068-4-02, RFC9068-4-14, RFC9700-2.3-04, RFC9700-2.3-08
#[tokio::test]
async fn a_resource_server_needs_the_published_keys_and_nothing_else() {
    let clock = ManualClock::new(Timestamp::from_unix(1_800_000_000));
    let server = server!(clock.clone(), MemoryStore::new(), Es256, Rs256, EdDsa);
    let document = serde_json::to_value(server.metadata().document()).expect("JSON");
    assert_eq!((&document["issuer"], &document["jwks_uri"]), (&json!(ISSUER), &json!("https://auth.example.com/jwks")));

    let keys = RemoteJwks::new(&jwks_url(&server).await, DirectClient::new().expect("a client")).expect("a URL");
    let verifier = Arc::new(JwtVerifier::new(ISSUER, API, keys).algorithms([Algorithm::Es256]).clock(clock.clone()));
    let api = ResourceServer::new(verifier.clone());
    let request = |token: &str| {
        Request::builder().header("authorization", format!("Bearer {token}")).body(()).expect("a request").into_parts().0
    };
    let (read, write) = (Scope::parse("read").expect("a scope"), Scope::parse("write").expect("a scope"));
    let good = token(&server).await;
    let claims = api.authenticate(&request(&good), &read).await.expect("a good token");
    assert_eq!((claims.resource_owner(), claims.person()), (Some(ResourceOwner::Client("app")), None));
    assert_eq!((claims.subject(), claims.issuer()), (Some("client:app"), Some(ISSUER)));
    assert_eq!(api.authenticate(&request(&good), &write).await.expect_err("too little").status(), 403);

    // Another server of the same name has other keys.
    let other = server!(clock.clone(), MemoryStore::new(), Es256);
    assert!(!accepts(&verifier, &token(&other).await).await);
    assert_eq!(api.authenticate(&request(&token(&other).await), &read).await.expect_err("another's").status(), 401);
    // What it does not see, and the manual says so: a revocation, until the token has expired.
    assert_eq!(post(&server, "/revoke", &format!("token={good}")).await.0, 200);
    assert!(accepts(&verifier, &good).await);
    clock.advance(24 * 60 * 60);
    assert!(!accepts(&verifier, &good).await);
}

#[tokio::test]
async fn beside_the_store_of_the_server_a_revocation_is_seen_at_once() {
    let clock = ManualClock::new(Timestamp::from_unix(1_800_000_000));
    let store = Arc::new(MemoryStore::new());
    let server = server!(clock.clone(), store.clone(), Es256);
    let verifier = JwtVerifier::new(ISSUER, API, server.clone()).clock(clock.clone());
    let verifier = verifier.families(store, server.issuer().clone());
    let (revoked, other) = (token(&server).await, token(&server).await);
    assert!(accepts(&verifier, &revoked).await && accepts(&verifier, &other).await);
    assert_eq!(post(&server, "/revoke", &format!("token={revoked}")).await.0, 200);
    assert!(!accepts(&verifier, &revoked).await && accepts(&verifier, &other).await);
    let (_, introspected) = post(&server, "/introspect", &format!("token={revoked}")).await;
    assert_eq!(introspected, json!({"active": false}));
    // What descends from nothing that the store knows is not good either.
    let empty = Arc::new(MemoryStore::new());
    let elsewhere = JwtVerifier::new(ISSUER, API, server.clone()).clock(clock).families(empty, server.issuer().clone());
    assert!(!accepts(&elsewhere, &other).await);
}

/// A person sends the form twice: both answers carry a token of the one authorization that was stored.
#[tokio::test]
async fn a_request_that_is_answered_again_is_answered_with_a_token_that_can_be_revoked() {
    let clock = ManualClock::new(START);
    let server = AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(issuer!("https://auth.example.com"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .grant(Implicit::new())
        .response_type(Token)
        .enable(SigningKeys::ephemeral().algorithm(Es256))
        .enable(JwtAccessTokens::new(API))
        .enable(Introspection::new())
        .enable(Revocation::new())
        .build();
    let client = Client::public("pub").redirect_uri(CALLBACK).scope("scope").grant_types(["implicit"]).response_types(["token"]);
    server.register_client(client.build().expect("a client")).await.expect("registered");
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let rs = Client::confidential("app", &secret).grant_types::<String>([]).introspects_any_token();
    server.register_client(rs.build().expect("a client")).await.expect("registered");

    let mut browser = Browser::default();
    let handle = browser.begin_with(&server, &with(&REQUEST, &[("response_type", "token")])).await;
    let mut tokens = Vec::new();
    for _ in 0..2 {
        let request = browser.resume(&server, &handle).await.expect("a request");
        let response = server.authorization().complete(request.approve(Approval::by(subject("alice")))).await;
        let location = response.headers()[header::LOCATION].to_str().expect("a URL").to_owned();
        let token = location.split_once("access_token=").expect("a token").1.split('&').next().expect("a token").to_owned();
        assert_eq!(post(&server, "/introspect", &format!("token={token}")).await.1["active"], true, "{location}");
        tokens.push(token);
        clock.advance(1);
    }
    let listed = server.authorizations(&subject("alice")).await.expect("authorizations");
    assert_eq!(listed.len(), 1);
    server.revoke_authorization(&subject("alice"), listed[0].id()).await.expect("revoked");
    for token in &tokens {
        assert_eq!(post(&server, "/introspect", &format!("token={token}")).await.1, json!({"active": false}));
    }
}

/// Their verifiers accept tokens of the server with its keys, and read the claims.
async fn peer_verifies(peer: Peer) {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a time").as_secs();
    let clock = || ManualClock::new(Timestamp::from_unix(now));
    let mut orders = Vec::new();
    macro_rules! order {
        ($($algorithm:expr),*) => {$({
            let server = server!(clock(), MemoryStore::new(), $algorithm);
            let request = Request::get("/jwks").body(Bytes::new()).expect("a request");
            let jwks: Value = serde_json::from_slice(server.handle(request).await.body()).expect("JSON");
            let alg = jwks["keys"][0]["alg"].clone();
            orders.push(json!({"token": token(&server).await, "jwks": jwks, "alg": alg, "typ": "at+jwt"}));
        })*};
    }
    order!(Es256, EdDsa, Ps256, Rs256);
    let order = json!({"issuer": ISSUER, "audience": API, "claims": {}, "verify": orders, "sign": []});
    let Some(answer) = peer.ask(&order) else { return };
    let verified = answer["verified"].as_array().expect("answers");
    assert_eq!(verified.len(), 4);
    for answer in verified {
        let claims = &answer["claims"];
        assert_eq!(
            (&claims["sub"], &claims["scope"], &claims["client_id"]),
            (&json!("client:app"), &json!("read"), &json!("app")),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn joserfc_verifies_tokens_of_the_server() {
    peer_verifies(Peer::Python("jose_peer.py")).await;
}

#[tokio::test]
async fn jose_verifies_tokens_of_the_server() {
    peer_verifies(Peer::Node("jose_peer.mjs")).await;
}
