//! Clients that nobody here wrote exchange tokens over a socket: `oauth4webapi` and `openid-client` in Node, `authlib` in Python.

use super::*;
use grantor::{LoopbackIssuer, router_with};
use peers::Peer as Program;
use tokio::net::TcpListener;

async fn exchanges(program: Program) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let issuer = format!("http://{}", listener.local_addr().expect("an address"));
    let policy = Arc::new(Policy::default());
    policy.set(|_| ExchangeDecision::delegate());
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(LoopbackIssuer::parse(&issuer).expect("an issuer"))
        .storage(MemoryStore::new())
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .grant(ClientCredentials::new())
        .grant(TokenExchange::new(policy.clone()))
        .response_type(Code)
        .enable(ResourceIndicators::new(resources()))
        .enable(Introspection::new())
        .enable(Revocation::new())
        .build();
    register!(server);
    let world = World { peer: Peer::new(server, ALICE, ManualClock::new(START)), policy };
    let token = world.begun(&[("agent", "agent"), ("resource", CALENDAR)]).await.member("access_token");
    let app = router_with(world.peer.server.clone(), ALICE);
    let serving = tokio::spawn(async move { axum::serve(listener, app).await });

    let order = json!({
        "issuer": issuer, "client_id": "agent", "client_secret": SECRET, "subject_token": token, "resource": CALENDAR,
        "elsewhere": CONTACTS,
    });
    let answer = tokio::task::spawn_blocking(move || program.ask(&order)).await.expect("no panic");
    serving.abort();
    let Some(answer) = answer else { return };
    let good = json!({
        "issued_token_type": ACCESS_TOKEN, "scope": "read", "sub": "alice", "act": {"sub": "client:agent"}, "aud": CALENDAR,
        "elsewhere": "invalid_target",
    });
    for said in answer.as_array().expect("answers") {
        assert_eq!(*said, good);
    }
    assert!(!answer.as_array().expect("answers").is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oauth4webapi_and_openid_client_in_node() {
    exchanges(Program::Node("exchange_peer.mjs")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn authlib_in_python() {
    exchanges(Program::Python("exchange_peer.py")).await;
}
