//! Clients that nobody here wrote, which bind their tokens to a key (RFC 9449), at a running server and an API: `openid-client`,
//! `oauth4webapi` and `authlib`.

use std::sync::Arc;

use axum::routing::get;
use axum::{Extension, Router};
use grantor::{
    Algorithm, Approval, AuthorizationCode, AuthorizationRequest, AuthorizationServer, Client, Code, Decision, Development, Dpop,
    DpopProofs, Fapi2, Interaction, LocalVerifier, LoopbackIssuer, MasterKeys, MemoryStore, OAuth21, PrivateKeyJwt, ProofMemory,
    PushedAuthorizationRequests, RefreshToken, ResourceServer, Scope, TokenClaims, router_with,
};
use http::header;
use serde_json::{Value, json};

use crate::common;
use crate::peers::Peer;

const CALLBACK: &str = "https://client.example/callback";

/// Alice approves everything.
struct Approves;

impl<Sv: Sync> Interaction<Sv> for Approves {
    async fn decide(&self, _: &Sv, _: &http::Request<bytes::Bytes>, request: AuthorizationRequest) -> Decision {
        request.approve(Approval::by(common::subject("alice")))
    }
}

async fn echo(Extension(claims): Extension<TokenClaims>) -> ([(header::HeaderName, &'static str); 1], String) {
    let said = json!({"sub": claims.subject(), "cnf": claims.confirmation()});
    ([(header::CONTENT_TYPE, "application/json")], said.to_string())
}

/// A server on a free port that wants proofs, and an API beside it: the issuer, and the URL of the API. With keys both give nonces.
async fn serve(keys: Option<MasterKeys>) -> (String, String) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let text = format!("http://{}", listener.local_addr().expect("an address"));
    let issuer = LoopbackIssuer::parse(&text).expect("an issuer");
    let (store, client) = (Arc::new(MemoryStore::new()), Client::public("app").redirect_uri(CALLBACK).scope("read"));
    let client =
        client.grant_types(["authorization_code", "refresh_token"]).dpop_bound_access_tokens().build().expect("a client");
    let chain = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer)
        .storage(store.clone())
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code);
    let proofs = DpopProofs::new(ProofMemory::new()).required();
    let (router, issuer, proofs) = match keys {
        Some(keys) => {
            let server = chain.master_keys(keys.clone()).enable(Dpop::required().nonces()).build();
            server.register_client(client).await.expect("a registration");
            let issuer = server.issuer().clone();
            (router_with(Arc::new(server), Approves), issuer, proofs.nonces(keys))
        }
        None => {
            let server = chain.enable(Dpop::required()).build();
            server.register_client(client).await.expect("a registration");
            let issuer = server.issuer().clone();
            (router_with(Arc::new(server), Approves), issuer, proofs)
        }
    };
    let resources = ResourceServer::new(LocalVerifier::new(store, issuer)).dpop(&text, proofs).expect("a URL");
    let api =
        Router::new().route("/api/echo", get(echo).post(echo)).layer(resources.layer(Scope::parse("read").expect("a scope")));
    tokio::spawn(async move { axum::serve(listener, router.merge(api)).await });
    (text.clone(), format!("{text}/api/echo"))
}

fn keys() -> MasterKeys {
    MasterKeys::from_bytes(&std::array::from_fn::<u8, 32, _>(|at| 5 + 7 * at as u8)).expect("keys")
}

/// What holds of both: every token is bound to the key of the client, and opens the API with a proof.
async fn drives(program: &'static str, keys: Option<MasterKeys>, alg: &str) -> Option<Value> {
    let (issuer, resource) = serve(keys).await;
    let order = json!({"issuer": issuer, "client_id": "app", "redirect_uri": CALLBACK, "resource": resource, "alg": alg});
    let answer = tokio::task::spawn_blocking(move || Peer::Node(program).ask(&order)).await.expect("an answer")?;
    assert_eq!(answer["types"], json!(["dpop", "dpop"]), "{answer}");
    for said in answer["answers"].as_array().expect("answers") {
        assert_eq!(*said, json!({"sub": "alice", "cnf": {"jkt": answer["jkt"]}}), "{answer}");
    }
    Some(answer)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn openid_client_binds_its_tokens_and_a_thief_gets_nothing() {
    for (keys, alg) in [(None, "ES256"), (Some(keys()), "ES256"), (Some(keys()), "Ed25519"), (None, "PS256")] {
        let Some(answer) = drives("dpop_openid_client_peer.mjs", keys, alg).await else { return };
        assert_eq!(answer["answers"].as_array().map(Vec::len), Some(4), "{answer}");
        assert_eq!(answer["stolen"]["refused"], "invalid_grant", "{answer}");
        assert_eq!(answer["without"]["refused"], "invalid_grant", "{answer}");
        assert_eq!(answer["theirs"]["refused"], "invalid_token", "{answer}");
        assert_eq!(answer["bearer"]["refused"], "invalid_token", "{answer}");
        assert!(answer["algs"].as_array().is_some_and(|algs| algs.iter().any(|alg| alg == "ES256")), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oauth4webapi_binds_its_tokens_and_asks_again_with_a_nonce() {
    for (keys, alg, nonces) in [(None, "ES256", 0), (Some(keys()), "ES256", 1), (Some(keys()), "Ed25519", 1)] {
        let Some(answer) = drives("dpop_oauth4webapi_peer.mjs", keys, alg).await else { return };
        // Once for both, which are at one origin, and then it keeps what it has.
        assert_eq!(answer["nonces"], nonces, "{answer}");
        assert_eq!(answer["answers"].as_array().map(Vec::len), Some(3), "{answer}");
    }
}

/// A server that asks for all of the profile at once, and an API beside it: keys instead of secrets, pushed requests, bound tokens, nonces at
/// both. The order for a client of it.
async fn bank() -> Value {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let text = format!("http://{}", listener.local_addr().expect("an address"));
    let (store, key) = (Arc::new(MemoryStore::new()), crate::jws::key(Algorithm::Es256));
    let server = AuthorizationServer::builder()
        .profile(Development::<Fapi2>::new())
        .issuer(LoopbackIssuer::parse(&text).expect("an issuer"))
        .storage(store.clone())
        .master_keys(keys())
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new().reusable())
        .response_type(Code)
        .enable(PushedAuthorizationRequests::required())
        .enable(PrivateKeyJwt::inline_keys())
        .enable(Dpop::required().nonces())
        .build();
    let client = Client::with_keys("app").jwks(json!({"keys": [crate::jws::jwk(&key)]})).redirect_uri(CALLBACK).scope("read");
    let client = client.grant_types(["authorization_code", "refresh_token"]).build().expect("a client");
    server.register_client(client).await.expect("a registration");
    let verifier = LocalVerifier::new(store, server.issuer().clone());
    let proofs = DpopProofs::new(ProofMemory::new()).required().nonces(keys());
    let resources = ResourceServer::new(verifier).dpop(&text, proofs).expect("a URL");
    let api = Router::new().route("/api/echo", get(echo)).layer(resources.layer(Scope::parse("read").expect("a scope")));
    let router = router_with(Arc::new(server), Approves).merge(api);
    tokio::spawn(async move { axum::serve(listener, router).await });
    json!({
        "issuer": text, "client_id": "app", "pkcs8": crate::jws::encode(&*key.to_pkcs8().expect("PKCS#8")), "redirect_uri": CALLBACK,
        "resource": format!("{text}/api/echo"),
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_of_fapi_do_all_that_the_profile_asks() {
    let order = bank().await;
    let answer = tokio::task::spawn_blocking(move || Peer::Node("fapi2_peer.mjs").ask(&order)).await.expect("an answer");
    let Some(answer) = answer else { return };
    let said = |place: usize| json!({"sub": "alice", "cnf": {"jkt": answer["jkts"][place]}});
    assert_eq!(answer["answers"], json!([said(0), said(0), said(1)]), "{answer}");
    // Once, with the request that it pushes: what it is told there is good at the token endpoint and at the API, which is at the same origin.
    let expected = (&json!(1), &json!(true), &json!(60), &json!(["dpop", "dpop"]));
    assert_eq!((&answer["nonces"], &answer["same"], &answer["expires_in"], &answer["types"]), expected, "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn authlib_is_a_client_of_fapi_with_proofs_that_are_made_for_it() {
    let order = bank().await;
    let issuer = order["issuer"].clone();
    let answer = tokio::task::spawn_blocking(move || Peer::Python("fapi2_peer.py").ask(&order)).await.expect("an answer");
    let Some(answer) = answer else { return };
    let said = json!([{"sub": "alice", "cnf": {"jkt": answer["jkt"]}}, 401]);
    assert_eq!(answer["answers"], json!([said, said]), "{answer}");
    let expected = (&issuer, &json!("DPoP"), &json!(60), &json!(1));
    assert_eq!((&answer["issuer"], &answer["type"], &answer["expires_in"], &answer["nonces"]), expected, "{answer}");
}
