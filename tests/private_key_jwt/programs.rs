//! Clients that nobody here wrote authenticate with their keys, over a socket: `oauth4webapi` and `openid-client` in Node, `authlib` in
//! Python.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use grantor::{
    Algorithm, AuthorizationServer, ClientCredentials, Development, Introspection, KeyPair, LoopbackIssuer, MemoryStore, OAuth21,
    PrivateKeyJwt, Revocation, router,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::peers::Peer;
use crate::{client, jwks, jws};

/// Each key that the client registered, and one that it did not.
async fn authenticates(peer: Peer) {
    let keys = Algorithm::ALL.map(|algorithm| (algorithm, jws::key(algorithm)));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let issuer = format!("http://{}", listener.local_addr().expect("an address"));
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(LoopbackIssuer::parse(&issuer).expect("an issuer"))
        .storage(MemoryStore::new())
        .grant(ClientCredentials::new())
        .enable(PrivateKeyJwt::inline_keys())
        .enable(Introspection::new())
        .enable(Revocation::new())
        .build();
    let set = jwks(&keys.each_ref().map(|(algorithm, key)| (algorithm.as_str(), key)));
    server.register_client(client("job").jwks(set).build().expect("a client")).await.expect("a registration");
    let serving = tokio::spawn(async move { axum::serve(listener, router(std::sync::Arc::new(server))).await });

    let strange = jws::key(Algorithm::Es256);
    let named = |(algorithm, key): &(Algorithm, KeyPair)| json!({"alg": algorithm, "kid": algorithm, "pkcs8": pem(key)});
    let mut order: Vec<Value> = keys.iter().map(named).collect();
    order.push(json!({"alg": "ES256", "kid": "ES256", "pkcs8": pem(&strange)}));
    let order = json!({"issuer": issuer, "client_id": "job", "keys": order});
    let answer = tokio::task::spawn_blocking(move || peer.ask(&order)).await.expect("no panic");
    serving.abort();
    let Some(answer) = answer else { return };
    let good = Algorithm::ALL.map(|algorithm| json!({"alg": algorithm, "active": true, "revoked": true}));
    let expected = [&good[..], &[json!({"alg": "ES256", "error": "invalid_client"})]].concat();
    assert_eq!(answer["answers"], json!(expected));
    assert!(answer["methods"].as_array().is_some_and(|methods| methods.contains(&json!("private_key_jwt"))));
}

fn pem(pair: &KeyPair) -> String {
    let document = pair.to_pkcs8().expect("a document");
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(document))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oauth4webapi_in_node() {
    authenticates(Peer::Node("oauth4webapi_peer.mjs")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn openid_client_in_node() {
    authenticates(Peer::Node("openid_client_peer.mjs")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn authlib_in_python() {
    authenticates(Peer::Python("authlib_client.py")).await;
}
