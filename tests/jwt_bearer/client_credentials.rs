//! Client credentials as MCP's extension for them has it: with a key or a secret, for the MCP server that `resource` names.

use super::*;
use grantor::{ClientCredentials, PrivateKeyJwt};

/// A server with the grant and both ways to authenticate, a client for each, and nothing that MCP does not ask for.
macro_rules! serving {
    ($job:expr) => {{
        let clock = grantor::ManualClock::new(START);
        let server = grantor::AuthorizationServer::builder()
            .profile(grantor::Development::<grantor::OAuth21>::new())
            .issuer(grantor::issuer!("https://as.example.com"))
            .storage(grantor::MemoryStore::new())
            .clock(clock.clone())
            .grant(ClientCredentials::new())
            .enable(PrivateKeyJwt::inline_keys())
            .enable(resources())
            .enable(grantor::Introspection::new())
            .build();
        let job = Client::with_keys("job").jwks(json!({"keys": [jws::jwk($job)]})).scope("read write");
        server.register_client(job.grant_types(["client_credentials"]).build().expect("a client")).await.expect("registered");
        for client in clients().into_iter().filter(|client| client.id().as_str() == "nobody" || client.id().as_str() == "rs") {
            server.register_client(client).await.expect("registered");
        }
        Peer::new(server, Approves, clock)
    }};
}

// shows: MCP-CC-2.1-01, MCP-CC-2.2-01, MCP-CC-2.2-02, MCP-CC-2.2-03, MCP-CC-2.3-01, MCP-CC-2.3-02, MCP-CC-2.5-01
#[tokio::test]
async fn a_program_gets_a_token_for_an_mcp_server_with_a_key_or_a_secret() {
    let job = jws::key(Algorithm::Es256);
    let peer = serving!(&job);
    let metadata = peer.get("/.well-known/oauth-authorization-server").await.json();
    let list = |name: &str| metadata[name].as_array().expect("a list").clone();
    let methods = list("token_endpoint_auth_methods_supported");
    assert!(methods.contains(&json!("private_key_jwt")) && methods.contains(&json!("client_secret_basic")), "{methods:?}");
    assert!(list("token_endpoint_auth_signing_alg_values_supported").contains(&json!("ES256")));
    assert!(list("grant_types_supported").contains(&json!("client_credentials")));

    let now = START.as_unix();
    let claims = json!({"iss": "job", "sub": "job", "aud": ISSUER, "iat": now, "exp": now + 60, "jti": "1"});
    let assertion = jws::signed(r#"{"alg":"ES256","typ":"client-authentication+jwt"}"#, &claims.to_string(), &job);
    let asking = [("grant_type", "client_credentials"), ("resource", MCP), ("scope", "read")];
    // No `client_id`: the assertion says who it is.
    let kind = ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    let by_key = [&asking[..], &[kind, ("client_assertion", &assertion)]].concat();
    let by_secret = [&asking[..], &[("client_id", "nobody"), ("client_secret", SECRET)]].concat();
    for (pairs, client) in [(by_key, "job"), (by_secret, "nobody")] {
        let answer = peer.token(&pairs).await;
        let known = claims_of(&peer, &answer).await;
        assert_eq!((&known["client_id"], &known["aud"], &known["scope"]), (&json!(client), &json!(MCP), &json!("read")));
        assert_eq!((&known["sub"], &answer.json()["refresh_token"]), (&Value::Null, &Value::Null));
    }
    // Nobody who does not authenticate, and nothing for a server that nobody knows.
    peer.token(&[&asking[..], &[("client_id", "nobody")]].concat()).await.assert_error(401, "invalid_client");
    let elsewhere = [("grant_type", "client_credentials"), ("resource", "https://unknown.example.com")];
    peer.post("/token", Some(&basic("nobody", SECRET)), &elsewhere).await.assert_error(400, "invalid_target");
}
