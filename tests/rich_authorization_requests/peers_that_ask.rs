//! Clients that nobody here wrote: `openid-client` and `oauth4webapi`.

use std::sync::Arc;

use grantor::{
    AuthorizationCode, AuthorizationServer, Client, ClientSecret, Code, Development, Introspection, LoopbackIssuer, MemoryStore,
    OAuth21, PushedAuthorizationRequests, RefreshToken, router_with,
};
use serde_json::json;

use crate::common::{CALLBACK, Decides, SECRET};
use crate::peers::Peer;
use crate::{Rich, accounts, grants_all, payment};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ask_in_detail_and_for_less() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let issuer = format!("http://{}", listener.local_addr().expect("an address"));
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(LoopbackIssuer::parse(&issuer).expect("an issuer"))
        .storage(MemoryStore::new())
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code)
        .enable(PushedAuthorizationRequests::new())
        .enable(Rich::new())
        .enable(Introspection::new())
        .build();
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let client = Client::confidential("app", &secret).redirect_uri(CALLBACK).scope("scope");
    let client = client.grant_types(["authorization_code", "refresh_token"]);
    let client = client.authorization_details_types(["payment_initiation", "account_information"]);
    server.register_client(client.build().expect("a client")).await.expect("a registration");
    let router = router_with(Arc::new(server), Decides(grants_all));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let (asked, less) = (json!([payment(7), accounts(&["list", "read"])]), json!([accounts(&["read"])]));
    let order = json!({
        "issuer": issuer, "client_id": "app", "client_secret": SECRET, "redirect_uri": CALLBACK,
        "asked": asked, "less": less, "wrong": [{"type": "payment_initiation"}],
    });
    let answer = tokio::task::spawn_blocking(move || Peer::Node("rich_peer.mjs").ask(&order)).await.expect("an answer");
    let Some(answer) = answer else { return };
    assert_eq!(answer["types"], json!(["payment_initiation", "account_information"]), "{answer}");
    assert_eq!((&answer["granted"], &answer["seen"]), (&json!([asked, asked]), &asked), "{answer}");
    assert_eq!(answer["narrowed"], less, "{answer}");
    let invalid = json!("invalid_authorization_details");
    assert_eq!((&answer["refused"], &answer["more"]), (&invalid, &invalid), "{answer}");
}
