//! Rows 14 to 16: clients that register themselves, as the SDKs do.

use std::sync::Arc;

use bytes::Bytes;
use grantor::{AnyClient, Approval, DynamicRegistration, OAuthService};
use http::Request;
use serde_json::{Value, json};

use super::*;
use crate::common::{Decides, subject};

const LOOPBACK: &str = "http://127.0.0.1/callback";

/// A server at which anybody registers, who may have reading and writing.
fn open() -> Peer<impl ServesOAuth, Decides> {
    let clock = ManualClock::new(START);
    let server = AuthorizationServer::builder()
        .profile(Development::<Mcp>::new())
        .issuer(Issuer::parse(ISSUER).expect("an issuer"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .scopes(scope("notes:read notes:write admin"))
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code)
        .enable(resources())
        .enable(DynamicRegistration::new(AnyClient::new()).scope(scope("notes:read notes:write")))
        .build();
    let (server, decides) = (Arc::new(server), Decides(|it| it.approve(Approval::by(subject("alice")).consented())));
    Peer { service: OAuthService::with(server.clone(), decides), server, clock }
}

/// What a client of the SDKs sends, with other members besides or in place of the usual ones.
async fn register(peer: &Peer<impl ServesOAuth, Decides>, changes: Value) -> Answer {
    let mut members = json!({
        "client_name": "SDK",
        "redirect_uris": [LOOPBACK],
        "application_type": "native",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    });
    let own = members.as_object_mut().expect("an object");
    own.extend(changes.as_object().expect("an object").clone());
    let request = Request::post("/register").header("content-type", "application/json");
    peer.send(request.body(Bytes::from(members.to_string())).expect("a request")).await
}

/// The scope that the client gets which asks for this.
async fn granted(peer: &Peer<impl ServesOAuth, Decides>, client_id: &str, asked: Option<&str>) -> String {
    let pairs = asking(&[("client_id", client_id), ("redirect_uri", LOOPBACK), ("scope", asked.unwrap_or_default())]);
    let code = peer.code_for(&pairs).await;
    let redemption = with(&redemption(&code), &[("client_id", client_id), ("redirect_uri", LOOPBACK), ("resource", MCP)]);
    let answer = peer.token(&redemption).await;
    answer.assert_ok();
    answer.member("scope")
}

// shows: MCP-2026-07-28-idx-3-03, MCP-2026-07-28-reg-3-01
#[tokio::test]
async fn row_14_a_client_registers_with_the_first_challenge_and_asks_for_more_later() {
    let peer = open();
    let found = metadata(&peer, "/.well-known/oauth-authorization-server").await.expect("metadata");
    assert_eq!(found["registration_endpoint"], format!("{ISSUER}/register"));
    let read = "notes:read";
    for (registered, default) in [
        (json!({"scope": read}), read),
        (json!({"scope": "notes:read offline_access admin"}), read),
        (json!({}), "notes:read notes:write"),
        (json!({"scope": "openid"}), "notes:read notes:write"),
    ] {
        let answer = register(&peer, registered.clone()).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let id = answer.member("client_id");
        // What it may ask for is what strangers may; `admin` is not for them.
        assert_eq!(answer.member("scope"), "notes:read notes:write");
        assert_eq!(granted(&peer, &id, None).await, default, "{registered}");
        assert_eq!(granted(&peer, &id, Some("notes:read notes:write admin")).await, "notes:read notes:write");
        assert_eq!(granted(&peer, &id, Some(read)).await, read);
    }
}

/// Whoever changes its name sends back what it was told, and is what it was in all else.
#[tokio::test]
async fn row_14_what_is_sent_back_widens_nothing() {
    let peer = open();
    let both = "notes:read notes:write";
    for (registered, default) in
        [(json!({"scope": "notes:read"}), "notes:read"), (json!({"scope": "openid"}), both), (json!({}), both)]
    {
        let mut told = register(&peer, registered.clone()).await.json();
        for name in ["One", "Two"] {
            let (url, token) = (told["registration_client_uri"].take(), told["registration_access_token"].take());
            let path = url.as_str().and_then(|url| url.strip_prefix(ISSUER)).expect("a URL of the server").to_owned();
            let members = told.as_object_mut().expect("an object");
            members.insert("client_name".to_owned(), name.into());
            members.retain(|member, value| !value.is_null() && !matches!(&**member, "client_id_issued_at"));
            let request = Request::put(path).header("content-type", "application/json");
            let request = request.header("authorization", format!("Bearer {}", token.as_str().expect("a token")));
            let answer = peer.send(request.body(Bytes::from(told.to_string())).expect("a request")).await;
            answer.assert_ok();
            told = answer.json();
            let id = told["client_id"].as_str().expect("an identifier");
            assert_eq!((&told["client_name"], &told["scope"]), (&json!(name), &json!(both)));
            assert_eq!(granted(&peer, id, None).await, default, "{registered}");
            assert_eq!(granted(&peer, id, Some(both)).await, both);
        }
    }
}

#[tokio::test]
async fn row_15_a_native_client_may_come_back_to_its_own_machine_and_is_told_what_is_wrong() {
    let peer = open();
    let id = register(&peer, json!({"redirect_uris": [LOOPBACK, "http://localhost/callback"]})).await.member("client_id");
    for port in ["http://127.0.0.1:49152/callback", "http://localhost:49152/callback"] {
        let pairs = asking(&[("client_id", &*id), ("redirect_uri", port)]);
        assert!(peer.authorize(&pairs).await.location().starts_with(port));
    }
    for uri in ["http://evil.example/callback", "https://ok.example/#fragment", "cursor", ""] {
        let answer = register(&peer, json!({"redirect_uris": [uri]})).await;
        answer.assert_error(400, "invalid_redirect_uri");
        assert!(!answer.member("error_description").is_empty());
    }
}

#[tokio::test]
async fn row_16_a_public_client_gets_no_secret_and_its_method_is_said() {
    let peer = open();
    let answer = register(&peer, json!({})).await.json();
    assert_eq!((&answer["token_endpoint_auth_method"], answer.get("client_secret")), (&json!("none"), None), "{answer}");
    let answer = register(&peer, json!({"token_endpoint_auth_method": "client_secret_post"})).await.json();
    assert_eq!(answer["token_endpoint_auth_method"], "client_secret_post");
    // Row 27: identifier and secret are the same, encoded or not.
    for name in ["client_id", "client_secret"] {
        let text = answer[name].as_str().expect("text");
        assert!(text.chars().all(|character| character.is_ascii_alphanumeric() || "-._~".contains(character)), "{name}");
    }
}
