//! Rows 1 and 24 to 29: tokens, and who gets them.

use std::collections::BTreeSet;

use grantor::Transport;
use http::Request;

use super::*;
use crate::common::SentBack as _;
use crate::common::basic;

// shows: MCP-2026-07-28-idx-3-01
#[tokio::test]
async fn row_01_public_and_confidential_clients_have_the_flow_of_oauth_2_1() {
    let peer = peer().await;
    begun(&peer, &[]).await;
    let code = peer.code_for(&asking(&[("client_id", "conf")])).await;
    let redemption = with(&redemption(&code), &[("client_id", "conf"), ("resource", MCP)]);
    // Who has a secret shows it.
    peer.token(&redemption).await.assert_error(401, "invalid_client");
    peer.token_conf(&redemption).await.assert_ok();
    // PKCE is for both, and nothing else than a code is to be had.
    for client in ["pub", "conf"] {
        let pairs = without(&asking(&[("client_id", client)]), "code_challenge");
        peer.authorize(&without(&pairs, "code_challenge_method")).await.assert_query_error("invalid_request");
        let token = asking(&[("client_id", client), ("response_type", "token")]);
        peer.authorize(&token).await.assert_fragment_error("unsupported_response_type");
    }
    let password = [("grant_type", "password"), ("client_id", "pub"), ("username", "u"), ("password", "p")];
    peer.token(&password).await.assert_error(400, "unsupported_grant_type");
}

// shows: MCP-2026-07-28-sec-2-03
#[tokio::test]
async fn row_24_refresh_tokens_of_public_clients_rotate() {
    let peer = peer().await;
    let first = begun(&peer, &[]).await.member("refresh_token");
    let answer = refreshed(&peer, &first, &[("resource", MCP)]).await;
    let second = answer.member("refresh_token");
    assert_ne!(first, second);
    // Whoever comes with the old one once its successor was used has stolen it, or was robbed: all is over.
    let third = refreshed(&peer, &second, &[]).await;
    third.assert_ok();
    refreshed(&peer, &first, &[]).await.assert_error(400, "invalid_grant");
    refreshed(&peer, &third.member("refresh_token"), &[]).await.assert_error(400, "invalid_grant");
    assert!(!peer.is_active(&third.member("access_token")).await);
}

/// Refresh tokens that do not rotate are for clients that authenticate.
#[tokio::test]
async fn row_24_also_where_those_of_others_do_not() {
    let clock = ManualClock::new(START);
    let server = AuthorizationServer::builder()
        .profile(Development::<Mcp>::new())
        .issuer(Issuer::parse(ISSUER).expect("an issuer"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new().reusable())
        .grant(ClientCredentials::new())
        .response_type(Code)
        .enable(resources())
        .build();
    let [public, confidential, _] = <[Client; 3]>::try_from(clients()).expect("three");
    server.register_client(public).await.expect("a registration");
    server.register_client(confidential).await.expect("a registration");
    let peer = Peer::new(server, Approves, clock);
    for (client, secret, rotates) in [("pub", None, true), ("conf", Some(basic("conf", SECRET)), false)] {
        let code = peer.code_for(&asking(&[("client_id", client)])).await;
        let answer = peer.post("/token", secret.as_deref(), &with(&redemption(&code), &[("client_id", client)])).await;
        let token = answer.member("refresh_token");
        let answer = peer.post("/token", secret.as_deref(), &with(&refreshing(&token), &[("client_id", client)])).await;
        answer.assert_ok();
        let next = answer.json()["refresh_token"].as_str().map(str::to_owned);
        assert_eq!(next.is_some_and(|next| next != token), rotates, "{client}");
    }
}

// shows: MCP-2026-07-28-sec-2-02
#[tokio::test]
async fn row_25_access_tokens_are_short_and_say_so_in_a_number() {
    let peer = peer().await;
    let answer = begun(&peer, &[]).await;
    let seconds = answer.json()["expires_in"].as_u64().expect("a number");
    assert!(seconds <= 3600, "{seconds}");
    peer.clock.advance(seconds);
    assert!(!peer.is_active(&answer.member("access_token")).await);
}

// shows: MCP-2026-07-28-sec-3-02
#[tokio::test]
async fn row_26_nothing_is_served_in_the_clear() {
    let peer = peer().await;
    for (method, path) in [
        ("GET", "/.well-known/oauth-authorization-server"),
        ("GET", "/authorize"),
        ("POST", "/token"),
        ("POST", "/introspect"),
        ("POST", "/revoke"),
    ] {
        let request = Request::builder().method(method).uri(path).extension(Transport::Plain);
        let answer = peer.send(request.body(bytes::Bytes::new()).expect("a request")).await;
        assert_eq!(answer.status, 400, "{path}: {answer:?}");
        assert!(answer.body.contains("TLS"), "{path}: {answer:?}");
    }
    let found = metadata(&peer, "/.well-known/oauth-authorization-server").await.expect("metadata");
    let urls = found.as_object().into_iter().flatten().filter(|(name, _)| name.ends_with("_endpoint"));
    assert!(urls.clone().count() >= 4 && urls.clone().all(|(_, url)| url.as_str().is_some_and(|url| url.starts_with("https:"))));
}

/// Clients put `id:secret` into Basic without encoding it first.
#[tokio::test]
async fn row_27_secrets_are_the_same_encoded_or_not() {
    let alphabet: BTreeSet<char> = ('a'..='z').chain('A'..='Z').chain('0'..='9').chain("-._~".chars()).collect();
    for _ in 0..100 {
        let secret = ClientSecret::generate();
        assert!(secret.expose().chars().all(|character| alphabet.contains(&character)), "{}", secret.expose().len());
    }
}

#[tokio::test]
async fn row_28_machines_show_a_secret_in_the_header_or_in_the_body() {
    let peer = peer().await;
    let found = metadata(&peer, "/.well-known/oauth-authorization-server").await.expect("metadata");
    let methods = found["token_endpoint_auth_methods_supported"].as_array().expect("methods");
    let request = [("grant_type", "client_credentials"), ("resource", MCP)];
    for (method, answer) in [
        ("client_secret_basic", peer.token_conf(&request).await),
        ("client_secret_post", peer.token(&with(&request, &[("client_id", "conf"), ("client_secret", SECRET)])).await),
    ] {
        assert!(methods.contains(&method.into()), "{method}");
        answer.assert_ok();
        assert_eq!(peer.introspect(&answer.member("access_token")).await["aud"], MCP);
        assert!(answer.json().get("refresh_token").is_none());
    }
}

#[tokio::test]
async fn row_29_errors_are_json_and_trouble_is_not_the_fault_of_the_client() {
    let peer = peer().await;
    peer.token(&refreshing("nonsense")).await.assert_error(400, "invalid_grant");
    peer.token(&[("grant_type", "nonsense"), ("client_id", "pub")]).await.assert_error(400, "unsupported_grant_type");
    peer.token(&with(&refreshing("x"), &[("client_id", "nobody")])).await.assert_error(401, "invalid_client");
    peer.server.set_available(false);
    let answer = peer.token(&refreshing("x")).await;
    answer.assert_error(503, "temporarily_unavailable");
}
