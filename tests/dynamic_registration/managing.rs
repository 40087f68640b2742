//! Reading, changing and removing a registration (RFC 7592).

use super::*;
use grantor::ClientSecretLifetime;
use grantor::testing::{FailingStore, Fault};

/// What a change sends: what was registered, without what it must not have (section 2.2).
fn update(client: &Value, changes: Value) -> Value {
    let mut changed = and(client.clone(), changes);
    let members = changed.as_object_mut().expect("an object");
    for name in ["registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"] {
        members.remove(name);
    }
    changed
}

// shows: RFC7592-2-01, RFC7592-2.1-03, RFC7592-3-01, RFC7592-3-02, RFC7592-3-03, OIDC-REG-4-01, OIDC-REG-4-02, OIDC-REG-4.2-01, OIDC-REG-4.3-01, OIDC-REG-4.3-02, OIDC-REG-4.3-03
#[tokio::test]
async fn it_is_read_as_often_as_one_likes() {
    let peer = open();
    for metadata in [public(), json!({"redirect_uris": [CALLBACK], "contacts": ["a@example.org"], "client_name#de": "Eine App"})]
    {
        let client = registered(&peer, &metadata).await;
        // The secret is known to nobody but the client.
        let expected = and(client.clone(), json!({"client_secret": null, "client_secret_expires_at": null}));
        for _ in 0..3 {
            let answer = managed(&peer, Method::GET, &client, None).await;
            answer.assert_ok();
            assert_eq!((answer.json(), answer.header("cache-control")), (expected.clone(), "no-store"));
        }
    }
}

// shows: RFC7592-2-03, RFC7592-2.1-04, RFC7592-2.1-05, RFC7592-2.2-15, RFC7592-2.2-16, RFC7592-2.3-04, RFC7592-2.3-05, RFC7592-B-05, OIDC-REG-4.1-04, OIDC-REG-4.4-01, OIDC-REG-4.4-02, OIDC-REG-4.4-04
#[tokio::test]
async fn whoever_has_not_the_token_is_told_nothing() {
    let peer = open();
    let (client, other) = (registered(&peer, &public()).await, registered(&peer, &public()).await);
    let operators = grantor::Client::public("theirs").redirect_uri(CALLBACK).build().expect("a client");
    peer.server.register_client(operators).await.expect("registered");
    let url = text(&client, "registration_client_uri");
    let token = text(&client, "registration_access_token");
    let body = update(&client, json!({}));
    let mut seen = Vec::new();
    for (url, token) in [
        (url.to_owned(), Some(text(&other, "registration_access_token").to_owned())),
        (url.to_owned(), Some(format!("{token}x"))),
        (url.to_owned(), Some(token.to_uppercase())),
        ("/register?client_id=nobody".to_owned(), Some(token.to_owned())),
        ("/register?client_id=theirs".to_owned(), Some(token.to_owned())),
        ("/register?client_id=".to_owned(), Some(token.to_owned())),
        (format!("/register?client_id={}", "x".repeat(3000)), Some(token.to_owned())),
        (url.to_owned(), None),
    ] {
        for (method, body) in [(Method::GET, None), (Method::PUT, Some(&body)), (Method::DELETE, None)] {
            let answer = send(&peer, method, &url, token.as_deref(), body).await;
            answer.assert_error(401, "invalid_token");
            let challenge = answer.header("www-authenticate").to_owned();
            assert!(challenge.starts_with("Bearer realm=\"https://as.example.com\""), "{challenge}");
            assert_eq!(challenge.contains("error=\"invalid_token\""), token.is_some());
            seen.push((token.is_some(), answer.body));
        }
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 2, "{seen:?}");
    for method in [Method::POST, Method::PATCH, Method::HEAD] {
        let answer = managed(&peer, method, &client, Some(&body)).await;
        assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, "GET, PUT, DELETE, OPTIONS"));
    }
    let twice = format!("{url}&client_id={}", text(&client, "client_id"));
    send(&peer, Method::GET, &twice, Some(token), None).await.assert_error(400, "invalid_request");
    managed(&peer, Method::GET, &client, None).await.assert_ok();
}

// shows: RFC7592-2.1-01, RFC7592-2.2-03, RFC7592-2.2-04, RFC7592-2.2-10, RFC7592-2.2-11, RFC7592-2.2-12, RFC7592-2.2-14, RFC7592-3-04, RFC7592-5-02, RFC7592-A.1-02, RFC7592-A.1-04
#[tokio::test]
async fn a_change_replaces_all_of_it_and_brings_a_new_token() {
    let peer = open();
    let client = registered(&peer, &and(public(), json!({"contacts": ["a@example.org"], "scope": "read"}))).await;
    let change = update(
        &client,
        json!({"client_name": "Renamed", "contacts": null, "scope": "read admin", "redirect_uris": ["https://new.example.org/cb"]}),
    );
    let answer = managed(&peer, Method::PUT, &client, Some(&change)).await;
    answer.assert_ok();
    let changed = answer.json();
    let same = |name: &str| client[name] == changed[name];
    assert!(same("client_id") && same("client_id_issued_at") && same("registration_client_uri"));
    assert_eq!(
        (&changed["client_name"], &changed["redirect_uris"][0]),
        (&json!("Renamed"), &json!("https://new.example.org/cb"))
    );
    assert_eq!((changed.get("contacts"), &changed["scope"]), (None, &json!("read")));
    assert!(!same("registration_access_token"));

    tokens(&peer, &changed, "read").await.assert_ok();
    // The new token is used: the old one ends.
    managed(&peer, Method::GET, &changed, None).await.assert_ok();
    managed(&peer, Method::GET, &client, None).await.assert_error(401, "invalid_token");
    managed(&peer, Method::GET, &changed, None).await.assert_ok();
}

// shows: RFC7592-2.2-06, RFC7592-2.2-07, RFC7592-2.2-08, RFC7592-2.2-09, OIDC-REG-7-02
#[tokio::test]
async fn a_change_that_is_not_valid_changes_nothing() {
    let peer = open();
    let client = registered(&peer, &json!({"redirect_uris": [CALLBACK]})).await;
    for (changes, code) in [
        (json!({"client_id": null}), "invalid_client_metadata"),
        (json!({"client_id": "another"}), "invalid_client_metadata"),
        (json!({"client_secret": "not-the-secret"}), "invalid_client_metadata"),
        (json!({"client_secret": 7}), "invalid_client_metadata"),
        (json!({"redirect_uris": ["http://app.example.org"]}), "invalid_redirect_uri"),
        (json!({"redirect_uris": null}), "invalid_redirect_uri"),
        (json!({"token_endpoint_auth_method": "private_key_jwt", "client_secret": null}), "invalid_client_metadata"),
    ] {
        managed(&peer, Method::PUT, &client, Some(&update(&client, changes))).await.assert_error(400, code);
    }
    let read = managed(&peer, Method::GET, &client, None).await.json();
    assert_eq!(read, and(client.clone(), json!({"client_secret": null, "client_secret_expires_at": null})));
    // With its secret, and without it.
    let changed = managed(&peer, Method::PUT, &client, Some(&update(&client, json!({"client_name": "x"})))).await;
    changed.assert_ok();
    assert_eq!(changed.json().get("client_secret"), None);
    tokens(&peer, &client, "read").await.assert_ok();
}

/// A change whose answer is lost is made again with the token that the client has.
#[tokio::test]
async fn an_answer_that_is_lost_locks_nobody_out() {
    let store = FailingStore::default();
    let peer = server_on(store.clone(), DynamicRegistration::new(AnyClient::new()));
    let client = registered(&peer, &public()).await;
    for name in ["first", "second"] {
        store.hook.at("replace_client", Fault::AnswerLost);
        let change = update(&client, json!({"client_name": name}));
        managed(&peer, Method::PUT, &client, Some(&change)).await.assert_error(500, "server_error");
        store.hook.heal();
        let read = managed(&peer, Method::GET, &client, None).await;
        read.assert_ok();
        assert_eq!(
            (&read.json()["client_name"], &read.json()["registration_access_token"]),
            (&json!(name), &client["registration_access_token"])
        );
    }
    let answer = managed(&peer, Method::PUT, &client, Some(&update(&client, json!({"client_name": "third"})))).await;
    answer.assert_ok();
    managed(&peer, Method::GET, &answer.json(), None).await.assert_ok();
    managed(&peer, Method::GET, &client, None).await.assert_error(401, "invalid_token");
}

#[tokio::test]
async fn of_two_changes_at_once_none_is_lost_unnoticed() {
    let peer = open();
    let client = registered(&peer, &public()).await;
    let change = |name: &str| update(&client, json!({"client_name": name}));
    let (one, other) = (change("one"), change("other"));
    let (one, other) =
        tokio::join!(managed(&peer, Method::PUT, &client, Some(&one)), managed(&peer, Method::PUT, &client, Some(&other)));
    let told: Vec<u16> = [&one, &other].iter().map(|answer| answer.status.as_u16()).collect();
    assert!(told.contains(&200) && told.iter().all(|status| [200, 503].contains(status)), "{told:?}");
    let last = [one, other].into_iter().rev().find(|answer| answer.status == 200).expect("a change").json();
    assert_eq!(managed(&peer, Method::GET, &last, None).await.json()["client_name"], last["client_name"]);
}

// shows: RFC7592-2.1-06, RFC7592-2.2-17, RFC7592-2.3-01, RFC7592-2.3-02, RFC7592-2.3-06, RFC7592-5-08, RFC7592-5-09
#[tokio::test]
async fn removing_ends_everything() {
    let peer = open();
    let (client, other) = (registered(&peer, &public()).await, registered(&peer, &public()).await);
    let resource_server =
        grantor::Client::confidential("rs", &common::SECRET.parse().expect("a secret")).grant_types::<String>([]);
    peer.server.register_client(resource_server.introspects_any_token().build().expect("a client")).await.expect("registered");
    let grants = json!({"grant_types": ["authorization_code", "refresh_token"]});
    let with_refresh = registered(&peer, &and(public(), grants)).await;
    let (theirs, kept) = (tokens(&peer, &with_refresh, "read").await, tokens(&peer, &other, "read").await);
    let answer = managed(&peer, Method::DELETE, &with_refresh, None).await;
    assert_eq!((answer.status.as_u16(), &*answer.body, answer.header("cache-control")), (204, "", "no-store"));
    assert!(!peer.is_active(&theirs.member("access_token")).await && peer.is_active(&kept.member("access_token")).await);
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", &*theirs.member("refresh_token"))];
    token(&peer, &with_refresh, &refresh).await.assert_error(401, "invalid_client");
    for method in [Method::GET, Method::DELETE] {
        managed(&peer, method, &with_refresh, None).await.assert_error(401, "invalid_token");
    }
    managed(&peer, Method::PUT, &with_refresh, Some(&update(&with_refresh, json!({})))).await.assert_error(401, "invalid_token");
    managed(&peer, Method::GET, &client, None).await.assert_ok();
}

/// Whoever is told of an error comes again, with the token that is still good.
#[tokio::test]
async fn a_removal_that_fails_can_be_tried_again() {
    for method in ["revoke_authorizations", "remove_client"] {
        let store = FailingStore::default();
        let peer = server_on(store.clone(), DynamicRegistration::new(AnyClient::new()));
        let client = registered(&peer, &public()).await;
        store.hook.at(method, Fault::Unavailable);
        managed(&peer, Method::DELETE, &client, None).await.assert_error(503, "temporarily_unavailable");
        store.hook.heal();
        assert_eq!(managed(&peer, Method::DELETE, &client, None).await.status, 204, "{method}");
    }
}

/// A client that is removed while it changes stays removed.
#[tokio::test]
async fn a_change_brings_nobody_back() {
    let peer = open();
    let client = registered(&peer, &public()).await;
    let id = grantor::ClientId::parse(text(&client, "client_id")).expect("an identifier");
    assert!(peer.server.remove_client(&id).await.expect("an answer"));
    managed(&peer, Method::PUT, &client, Some(&update(&client, json!({})))).await.assert_error(401, "invalid_token");
    assert!(!peer.server.remove_client(&id).await.expect("an answer"));
}

#[tokio::test]
async fn a_secret_that_is_about_to_end_is_replaced_in_time() {
    let peer = every_grant(Says(|_| {
        let lifetime = ClientSecretLifetime::from_secs(7_200).expect("a lifetime");
        Ok(Admission::new().secret_lifetime(lifetime))
    }));
    let metadata = json!({"redirect_uris": [CALLBACK], "grant_types": ["authorization_code", "client_credentials"]});
    let client = registered(&peer, &metadata).await;
    assert_eq!(client["client_secret_expires_at"], START.as_unix() + 7_200);
    let works = async |client: &Value| token(&peer, client, &[("grant_type", "client_credentials")]).await.status == 200;

    peer.clock.advance(1_000);
    let early = managed(&peer, Method::PUT, &client, Some(&update(&client, json!({})))).await.json();
    assert_eq!(early.get("client_secret"), None);
    peer.clock.advance(4_000);
    let late = managed(&peer, Method::PUT, &early, Some(&update(&client, json!({})))).await.json();
    assert_eq!(late["client_secret_expires_at"], START.as_unix() + 5_000 + 7_200);
    assert!(works(&client).await && works(&late).await);
    peer.clock.advance(2_200);
    assert!(!works(&client).await && works(&late).await);
}

/// A public client that becomes a confidential one gets a secret, and the reverse.
#[tokio::test]
async fn a_client_may_change_how_it_authenticates() {
    let peer = open();
    let client = registered(&peer, &public()).await;
    let confidential = json!({"token_endpoint_auth_method": "client_secret_post"});
    let changed = managed(&peer, Method::PUT, &client, Some(&update(&client, confidential))).await.json();
    assert_eq!(changed["client_secret_expires_at"], 0);
    assert!(text(&changed, "client_secret").len() >= 43);
    let back = managed(&peer, Method::PUT, &changed, Some(&update(&client, json!({})))).await.json();
    assert_eq!((back.get("client_secret"), &back["token_endpoint_auth_method"]), (None, &json!("none")));
    tokens(&peer, &back, "read").await.assert_ok();
}
