//! A client with keys in the flows of a person: codes and refresh tokens are its own, and each request has an assertion of its own.

use grantor::{
    AuthorizationCode, AuthorizationServer, Client, Code, Development, ManualClock, MemoryStore, OAuth21, PrivateKeyJwt,
    RefreshToken, issuer,
};

use crate::common::{Approves, CALLBACK, PKCE, Peer, REQUEST, START, VERIFIER, with};
use crate::{JWT_BEARER, assertion, claims, jwks, key};

#[tokio::test]
async fn codes_and_refresh_tokens_of_a_client_with_keys() {
    let clock = ManualClock::new(START);
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .enable(PrivateKeyJwt::inline_keys())
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code)
        .build();
    let client = Client::with_keys("job").jwks(jwks(&[("one", key())])).redirect_uri(CALLBACK).scope("scope");
    let client = client.grant_types(["authorization_code", "refresh_token"]).build().expect("a client");
    server.register_client(client).await.expect("a registration");
    let peer = Peer::new(server, Approves, clock);
    let code = peer.code_for(&with(&with(&REQUEST, &PKCE), &[("client_id", "job")])).await;
    let redeem = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)];

    // An assertion that is refused leaves the code as it was.
    let first = assertion(&claims("job"));
    let by = |text| [("client_assertion_type", JWT_BEARER), ("client_assertion", text)];
    peer.token(&with(&redeem, &by(&first[..first.len() - 4]))).await.assert_error(401, "invalid_client");
    peer.token(&with(&redeem, &[("client_id", "job")])).await.assert_error(401, "invalid_client");
    let tokens = peer.token(&with(&redeem, &by(&first))).await;
    tokens.assert_ok();

    let refresh_token = tokens.member("refresh_token");
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", &*refresh_token)];
    peer.token(&with(&refresh, &by(&first))).await.assert_error(401, "invalid_client");
    peer.token(&with(&refresh, &by(&assertion(&claims("job"))))).await.assert_ok();
}
