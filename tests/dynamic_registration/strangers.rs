//! What a stranger could do with what it may register.

use super::*;
use grantor::{ClientSecret, RegistrationsPerHour, WithInitialAccessToken};

/// With the others a stranger would have tokens of this server, and nobody would have been asked.
#[tokio::test]
async fn strangers_get_the_grants_in_which_a_person_decides() {
    let machine = json!({"grant_types": ["client_credentials"], "response_types": []});
    register(&open(), &machine).await.assert_error(400, "invalid_client_metadata");
    let both = json!({"redirect_uris": [CALLBACK], "grant_types": ["authorization_code", "client_credentials"]});
    assert_eq!(registered(&open(), &both).await["grant_types"], json!(["authorization_code"]));

    let peer = every_grant(AnyClient::new());
    let client = registered(&peer, &machine).await;
    token(&peer, &client, &[("grant_type", "client_credentials")]).await.assert_ok();
    register(&peer, &and(public(), machine)).await.assert_error(400, "invalid_client_metadata");
}

/// Whoever is refused anyway takes nobody's turn.
#[tokio::test]
async fn requests_without_a_good_token_do_not_count() {
    let token = ClientSecret::generate();
    let registration = DynamicRegistration::new(WithInitialAccessToken::new())
        .initial_access_token(&token)
        .per_hour(RegistrationsPerHour::new(2).expect("a limit"));
    let peer = server_on(MemoryStore::new(), registration);
    for _ in 0..3 {
        register(&peer, &public()).await.assert_error(401, "invalid_token");
    }
    let first = send(&peer, Method::POST, "/register", Some(token.expose()), Some(&public())).await;
    assert_eq!(first.status, 201, "{first:?}");
    let client = first.json();
    for _ in 0..3 {
        let url = text(&client, "registration_client_uri");
        send(&peer, Method::PUT, url, Some("of nobody"), Some(&public())).await.assert_error(401, "invalid_token");
    }
    let changed = and(public(), json!({"client_id": client["client_id"]}));
    managed(&peer, Method::PUT, &client, Some(&changed)).await.assert_ok();
    assert_eq!(send(&peer, Method::POST, "/register", Some(token.expose()), Some(&public())).await.status, 429);
}

/// Otherwise one that was let in lets in others, for good.
#[tokio::test]
async fn the_scope_that_lets_in_is_given_to_nobody_who_came_in() {
    let registration = DynamicRegistration::new(AnyClient::new()).initial_access_scope(scope("write"));
    let peer = server_on(MemoryStore::new(), registration);
    assert_eq!(registered(&peer, &public()).await["scope"], "read offline_access");
}

/// People agreed to another client.
#[tokio::test]
async fn what_was_agreed_to_is_not_renewed_for_another_client() {
    let peer = open();
    let metadata = and(public(), json!({"grant_types": ["authorization_code", "refresh_token"]}));
    let client = registered(&peer, &metadata).await;
    let id = text(&client, "client_id");
    let tokens = tokens(&peer, &client, "read").await;
    let refresh =
        async |token: &str| peer.token(&[("grant_type", "refresh_token"), ("client_id", id), ("refresh_token", token)]).await;
    let second = refresh(&tokens.member("refresh_token")).await;
    let again = and(metadata, json!({"client_id": id, "client_name": "Your bank"}));
    managed(&peer, Method::PUT, &client, Some(&again)).await.assert_ok();
    refresh(&second.member("refresh_token")).await.assert_error(400, "invalid_grant");
}
