//! Clients that nobody here wrote and nobody here registered: `openid-client` and `oauth4webapi` in Node.

use std::sync::Arc;

use grantor::{
    Approval, AuthorizationCode, AuthorizationServer, ClientSecret, Code, Development, DynamicRegistration, LoopbackIssuer,
    MemoryStore, OAuth21, RefreshToken, Scope, WithInitialAccessToken, router_with,
};
use serde_json::json;

use crate::common::{Decides, subject};
use crate::peers::Peer;

const CALLBACK: &str = "https://client.example/callback";
const INITIAL: &str = "an-initial-access-token-that-nobody-guesses";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn openid_client_and_oauth4webapi_register_themselves() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let issuer = format!("http://{}", listener.local_addr().expect("an address"));
    let token = ClientSecret::parse(INITIAL).expect("a token");
    let scope = Scope::parse("read write").expect("a scope");
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(LoopbackIssuer::parse(&issuer).expect("an issuer"))
        .storage(MemoryStore::new())
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code)
        .enable(DynamicRegistration::new(WithInitialAccessToken::new()).initial_access_token(&token).scope(scope))
        .build();
    let approves = Decides(|request| request.approve(Approval::by(subject("alice")).consented()));
    let router = router_with(Arc::new(server), approves);
    tokio::spawn(async move { axum::serve(listener, router).await });

    let order = json!({"issuer": issuer, "redirect_uri": CALLBACK, "initial_access_token": INITIAL});
    let asked = tokio::task::spawn_blocking(move || Peer::Node("registration_peer.mjs").ask(&order));
    let Some(answer) = asked.await.expect("an answer") else { return };
    for (name, method) in [("basic", "client_secret_basic"), ("post", "client_secret_post"), ("none", "none")] {
        let own = &answer[name];
        assert_eq!(own["client"]["token_endpoint_auth_method"], method, "{answer}");
        assert_eq!((&own["scope"], &own["refreshed"]), (&json!("read"), &json!("string")), "{answer}");
        assert_eq!(own["client"]["client_secret"].is_string(), name != "none", "{answer}");
    }
    assert_eq!(answer["read"], answer["own"], "{answer}");
    assert_eq!(answer["changed"]["client_name"], "Renamed", "{answer}");
    assert_eq!((&answer["removed"], &answer["refused"]), (&json!([204, 401]), &json!("invalid_redirect_uri")), "{answer}");
}
