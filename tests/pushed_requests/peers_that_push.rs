//! Clients that nobody here wrote: `openid-client` and `oauth4webapi`.

use std::sync::Arc;

use grantor::{
    AuthorizationCode, AuthorizationServer, Client, ClientSecret, Code, Development, LoopbackIssuer, MemoryStore, OAuth21,
    PushedAuthorizationRequests, RefreshToken, router_with,
};
use serde_json::json;

use crate::common::{Approves, CALLBACK, SECRET};
use crate::peers::Peer;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn push_and_get_tokens() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let issuer = format!("http://{}", listener.local_addr().expect("an address"));
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(LoopbackIssuer::parse(&issuer).expect("an issuer"))
        .storage(MemoryStore::new())
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code)
        .enable(PushedAuthorizationRequests::required())
        .build();
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let client = Client::confidential("app", &secret).redirect_uri(CALLBACK).scope("scope").build().expect("a client");
    server.register_client(client).await.expect("a registration");
    let router = router_with(Arc::new(server), Approves);
    tokio::spawn(async move { axum::serve(listener, router).await });
    let order = json!({"issuer": issuer, "client_id": "app", "client_secret": SECRET, "redirect_uri": CALLBACK});
    let answer = tokio::task::spawn_blocking(move || Peer::Node("pushed_peer.mjs").ask(&order)).await.expect("an answer");
    let Some(answer) = answer else { return };
    assert_eq!(answer["shown"], json!(["client_id", "request_uri"]), "{answer}");
    assert_eq!(answer["metadata"], json!({"required": true, "endpoint": format!("{issuer}/par")}), "{answer}");
    assert_eq!((&answer["tokens"], &answer["expires_in"]), (&json!(["scope", "scope"]), &json!(60)), "{answer}");
    let refused = (&answer["again"], &answer["plain"], &answer["wrong"]);
    assert_eq!(refused, (&json!("invalid_request_uri"), &json!("invalid_request"), &json!("invalid_scope")), "{answer}");
}
