//! Refresh tokens that stay what they are (`RefreshToken::reusable`): of clients that authenticate. Those of public clients rotate.

use grantor::{
    AuthorizationCode, AuthorizationServer, Client, ClientSecret, Code, Development, Introspection, ManualClock, MemoryStore,
    OAuth21, RefreshToken, RefreshTokenLifetime, Reusable, Revocation, issuer,
};

use crate::common::{Answer, Approves, CALLBACK, Peer, SECRET, START, VERIFIER, basic};

type Server = AuthorizationServer<
    MemoryStore,
    (AuthorizationCode, RefreshToken<Reusable>),
    (Code,),
    (Introspection, Revocation),
    Development<OAuth21>,
>;

async fn fixture() -> Peer<Server> {
    let clock = ManualClock::new(START);
    let lifetime = RefreshTokenLifetime::from_secs(3600).unwrap();
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new().reusable().lifetime(lifetime))
        .response_type(Code)
        .enable(Introspection::new())
        .enable(Revocation::new())
        .build();
    let secret = ClientSecret::parse(SECRET).unwrap();
    for client in [Client::public("pub"), Client::confidential("conf", &secret), Client::confidential("other", &secret)] {
        let client = client.redirect_uri(CALLBACK).scope("scope read write");
        let client = client.grant_types(["authorization_code", "refresh_token"]).build().unwrap();
        server.register_client(client).await.unwrap();
    }
    let resource_server = Client::confidential("rs", &secret).grant_types::<String>([]).introspects_any_token();
    server.register_client(resource_server.build().unwrap()).await.unwrap();
    Peer::new(server, Approves, clock)
}

async fn tokens(peer: &Peer<Server>) -> Answer {
    let code = peer.code("conf").await;
    let request =
        [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)];
    let answer = peer.token_conf(&request).await;
    answer.assert_ok();
    answer
}

async fn renewed(peer: &Peer<Server>, refresh_token: &str, scope: &str) -> Answer {
    peer.token_conf(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token), ("scope", scope)]).await
}

#[tokio::test]
async fn it_renews_access_tokens_until_it_expires_and_the_older_ones_live_on() {
    let peer = fixture().await;
    let first = tokens(&peer).await;
    let refresh_token = first.member("refresh_token");
    let mut access_tokens = vec![first.member("access_token")];
    for _ in 0..3 {
        peer.clock.advance(60);
        let answer = renewed(&peer, &refresh_token, "").await;
        answer.assert_ok();
        assert!(answer.json().get("refresh_token").is_none(), "{answer:?}");
        assert_eq!(answer.member("scope"), "scope read write");
        access_tokens.push(answer.member("access_token"));
    }
    for token in &access_tokens {
        assert!(peer.is_active(token).await);
    }
    let narrowed = renewed(&peer, &refresh_token, "read").await;
    assert_eq!(narrowed.member("scope"), "read");
    renewed(&peer, &refresh_token, "more").await.assert_error(400, "invalid_scope");
    assert_eq!(renewed(&peer, &refresh_token, "").await.member("scope"), "scope read write");
    peer.clock.advance(3600);
    renewed(&peer, &refresh_token, "").await.assert_error(400, "invalid_grant");
}

#[tokio::test]
async fn revoking_it_ends_what_was_renewed_with_it() {
    let peer = fixture().await;
    let refresh_token = tokens(&peer).await.member("refresh_token");
    let access_token = renewed(&peer, &refresh_token, "").await.member("access_token");
    let revoked = peer.post("/revoke", Some(&basic("conf", SECRET)), &[("token", &refresh_token)]).await;
    assert_eq!(revoked.status, 200);
    assert!(!peer.is_active(&access_token).await);
    renewed(&peer, &refresh_token, "").await.assert_error(400, "invalid_grant");
}

#[tokio::test]
async fn nobody_else_can_use_it() {
    let peer = fixture().await;
    let refresh_token = tokens(&peer).await.member("refresh_token");
    let request = [("grant_type", "refresh_token"), ("refresh_token", &*refresh_token)];
    peer.post("/token", Some(&basic("other", SECRET)), &request).await.assert_error(400, "invalid_grant");
    peer.post("/token", Some(&basic("conf", "wrong")), &request).await.assert_error(401, "invalid_client");
    renewed(&peer, &refresh_token, "").await.assert_ok();
}

#[tokio::test]
async fn that_of_a_public_client_rotates_and_its_replay_revokes_the_family() {
    let peer = fixture().await;
    let (access_token, refresh_token) = peer.tokens().await;
    let next = peer.refresh(&refresh_token).await;
    assert_ne!(next.member("refresh_token"), refresh_token);
    assert!(!peer.is_active(&access_token).await);
    peer.clock.advance(6);
    peer.refresh(&refresh_token).await.assert_error(400, "invalid_grant");
    assert!(!peer.is_active(&next.member("access_token")).await);
}
