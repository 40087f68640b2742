//! Servers and clients whose requests have to be pushed (RFC 9126 section 4).

use grantor::{
    AuthorizationCode, AuthorizationServer, Client, ClientMetadata, ClientSecret, Code, Development, ManualClock, MemoryStore,
    OAuth21, PushedAuthorizationRequests, RegisterError, ResumeError, issuer,
};

use crate::common::SentBack as _;
use crate::common::browser::Browser;
use crate::common::{Approves, CALLBACK, Peer, SECRET, START, with};
use crate::{bring, brought, clients, peer, pushed, redeem, request, server};

// shows: RFC9126-4-07, RFC9126-4-08
#[tokio::test]
async fn a_server_may_insist() {
    let peer = peer!(PushedAuthorizationRequests::required());
    for client in ["pub", "conf"] {
        peer.authorize(&request(client)).await.assert_query_error("invalid_request");
        let uri = pushed(&peer, &request(client)).await;
        redeem(&peer, client, &bring(&peer, client, &uri).await).await.assert_ok();
    }
    // No way around it by what looks like one.
    let pairs = with(&request("conf"), &[("request_uri", "")]);
    peer.authorize(&pairs).await.assert_query_error("invalid_request");
    let pairs = with(&request("conf"), &[("request_uri", "https://app.example.com/request.jwt")]);
    peer.authorize(&pairs).await.assert_query_error("invalid_request");
    let answer = peer.post("/authorize", None, &request("conf")).await;
    assert_eq!((answer.status.as_u16(), &*answer.query()["error"]), (303, "invalid_request"), "{answer:?}");
    let metadata = peer.get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(metadata["require_pushed_authorization_requests"], true);
}

// shows: RFC9126-4-07, RFC9126-4-08
#[tokio::test]
async fn a_client_may_insist() {
    let peer = peer!();
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let client = Client::confidential("conf", &secret).redirect_uri(CALLBACK).scope("scope");
    let client = client.require_pushed_authorization_requests().build().expect("a client");
    assert!(client.requires_pushed_authorization_requests());
    peer.server.register_client(client).await.expect("a registration");
    peer.authorize(&request("conf")).await.assert_query_error("invalid_request");
    assert_eq!(peer.authorize(&request("other")).await.status, 302);
    let uri = pushed(&peer, &request("conf")).await;
    redeem(&peer, "conf", &bring(&peer, "conf", &uri).await).await.assert_ok();
}

/// What was suspended before somebody began to insist, or by a server that does not, is not answered by one that does.
#[tokio::test]
async fn a_plain_request_is_not_resumed_where_it_has_to_be_pushed() {
    let (store, clock) = (MemoryStore::new(), ManualClock::new(START));
    let lax = server!(store.clone(), clock, PushedAuthorizationRequests::new());
    let strict = server!(store, clock, PushedAuthorizationRequests::required());
    for client in clients() {
        lax.register_client(client.build().expect("a client")).await.expect("a registration");
    }
    let mut browser = Browser::default();
    let plain = browser.begin_with(&lax, &request("conf")).await;
    assert!(browser.resume(&lax, &plain).await.is_ok());
    assert!(matches!(browser.resume(&strict, &plain).await, Err(ResumeError::NotAccepted)));
    let lax = Peer::new(lax, Approves, clock);
    let uri = pushed(&lax, &request("conf")).await;
    let handle = browser.begin_with(&*lax.server, &brought("conf", &uri)).await;
    assert!(browser.resume(&strict, &handle).await.is_ok());
    // The client begins to insist.
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let client = Client::confidential("conf", &secret).redirect_uri(CALLBACK).scope("scope");
    let client = client.require_pushed_authorization_requests().build().expect("a client");
    lax.server.register_client(client).await.expect("a registration");
    assert!(matches!(browser.resume(&*lax.server, &plain).await, Err(ResumeError::NotAccepted)));
    assert!(browser.resume(&*lax.server, &handle).await.is_ok());
}

/// The member means the same to a server that takes none: nothing of the client is answered, and it is not registered there.
#[tokio::test]
async fn a_server_that_takes_none_has_no_such_clients() {
    let (store, clock) = (MemoryStore::new(), ManualClock::new(START));
    let with_it = server!(store.clone(), clock, PushedAuthorizationRequests::new());
    let without = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(store)
        .clock(clock.clone())
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .build();
    let client = |more: &str| {
        let json = format!(
            r#"{{"client_id": "pub", "token_endpoint_auth_method": "none", "redirect_uris": ["{CALLBACK}"], "scope": "scope"{more}}}"#
        );
        let metadata: ClientMetadata = serde_json::from_str(&json).expect("metadata");
        Client::try_from(metadata).expect("a client")
    };
    let insists = || client(r#", "require_pushed_authorization_requests": true"#);
    match without.register_client(insists()).await {
        Err(RegisterError::Rejected(rejected)) => {
            assert!(rejected.to_string().contains("PushedAuthorizationRequests"), "{rejected}");
        }
        other => panic!("{other:?}"),
    }
    without.register_client(client(r#", "require_pushed_authorization_requests": false"#)).await.expect("a registration");
    with_it.register_client(insists()).await.expect("a registration");
    let without = Peer::new(without, Approves, clock);
    without.authorize(&request("pub")).await.assert_query_error("invalid_request");
    assert_eq!(without.post("/par", None, &request("pub")).await.status, 404);
}
