//! Clients that nobody here wrote sign their requests and open signed responses: `openid-client` and `oauth4webapi`.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use grantor::{
    AuthorizationCode, AuthorizationServer, Code, Development, Es256, Jarm, LoopbackIssuer, MemoryStore, OAuth21,
    PushedAuthorizationRequests, RequestObjects, SigningKeys, router_with,
};
use serde_json::json;

use crate::common::{Approves, CALLBACK, SECRET};
use crate::peers::Peer;
use crate::{app, key};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_requests_and_open_responses() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let issuer = format!("http://{}", listener.local_addr().expect("an address"));
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(LoopbackIssuer::parse(&issuer).expect("an issuer"))
        .storage(MemoryStore::new())
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(SigningKeys::ephemeral().algorithm(Es256))
        .enable(PushedAuthorizationRequests::new())
        .enable(RequestObjects::inline_keys().required())
        .enable(Jarm::required())
        .build();
    let client = app().authorization_signed_response_alg("ES256").build().expect("a client");
    server.register_client(client).await.expect("a registration");
    let router = router_with(Arc::new(server), Approves);
    tokio::spawn(async move { axum::serve(listener, router).await });
    let pem = STANDARD.encode(key().to_pkcs8().expect("a document"));
    let pkcs8 = format!("-----BEGIN PRIVATE KEY-----\n{pem}\n-----END PRIVATE KEY-----\n");
    let order = json!({"issuer": issuer, "client_id": "app", "client_secret": SECRET, "redirect_uri": CALLBACK, "pkcs8": pkcs8, "kid": "one"});
    let answer =
        tokio::task::spawn_blocking(move || Peer::Node("signed_messages_peer.mjs").ask(&order)).await.expect("an answer");
    let Some(answer) = answer else { return };
    let flows = ["openid-client", "openid-client, pushed", "oauth4webapi", "oauth4webapi, pushed"];
    assert_eq!(answer["scopes"], json!(flows.map(|flow| json!([flow, "read"]))), "{answer}");
    assert_eq!(answer["shown"], json!(["client_id", "request"]), "{answer}");
    assert_eq!(answer["came"], json!(["response"]), "{answer}");
    assert_eq!((&answer["unsigned"], &answer["refused"]), (&json!("invalid_request"), &json!("invalid_scope")), "{answer}");
}
