//! Removing ends all that a client has (RFC 7592 section 2.3), whatever keeps it; also where somebody gives its identifier to another one.

use super::*;
use crate::common::browser::Browser;
use crate::common::postgres::Cluster;
use grantor::{AccessTokenStore, AuthorizationRecords, DeferredStore, RefreshTokenStore, SqliteStore};

/// Whatever a client can have before somebody decides, and after.
async fn ends_everything<S>(store: S)
where
    S: RegistrationStore + AuthorizationRecords + AccessTokenStore + RefreshTokenStore + DeferredStore,
{
    let peer = whole!(store);
    let rs = grantor::Client::confidential("rs", &common::SECRET.parse().expect("a secret")).grant_types::<String>([]);
    peer.server.register_client(rs.introspects_any_token().build().expect("a client")).await.expect("registered");
    let grants = json!({"grant_types": ["authorization_code", "refresh_token", DEVICE]});
    let client = registered(&peer, &and(public(), grants)).await;
    let (id, request) = (text(&client, "client_id"), request(&client, "read"));

    let held = tokens(&peer, &client, "read").await;
    let (access_token, refresh_token) = (held.member("access_token"), held.member("refresh_token"));
    assert_eq!(access_token.split('.').count(), 3, "a JWT");
    let unredeemed = code(&peer, &client, "read").await;
    let mut browser = Browser::default();
    let suspended = browser.begin_with(&*peer.server, &request).await;
    let pushed = peer.post("/par", None, &request).await;
    assert_eq!(pushed.status, 201, "{pushed:?}");
    let pushed = pushed.member("request_uri");
    let device_code =
        peer.post("/device_authorization", None, &[("client_id", id), ("scope", "read")]).await.member("device_code");
    let kept = record(peer.server.storage(), &client).await;
    assert!(peer.is_active(&access_token).await);

    assert_eq!(managed(&peer, Method::DELETE, &client, None).await.status, 204);
    for (somebody_else, status, error) in [(false, 401, "invalid_client"), (true, 400, "invalid_grant")] {
        if somebody_else {
            peer.server.register_client(grantor::Client::clone(&kept)).await.expect("registered");
        }
        assert!(!peer.is_active(&access_token).await);
        redeem(&peer, &client, &unredeemed).await.assert_error(status, error);
        let refresh = [("grant_type", "refresh_token"), ("refresh_token", &*refresh_token)];
        token(&peer, &client, &refresh).await.assert_error(status, error);
        let poll = [("grant_type", DEVICE), ("device_code", &*device_code)];
        token(&peer, &client, &poll).await.assert_error(status, error);
        browser.resume(&*peer.server, &suspended).await.expect_err("no request waits");
        peer.authorize(&[("client_id", id), ("request_uri", &pushed)]).await.assert_page(400);
    }
}

#[tokio::test]
async fn in_memory() {
    ends_everything(MemoryStore::new()).await;
}

#[tokio::test]
async fn in_a_file() {
    let directory = tempfile::tempdir().expect("a directory");
    ends_everything(SqliteStore::open(directory.path().join("auth.db")).expect("a store")).await;
}

#[tokio::test]
async fn in_postgresql() {
    let Some(cluster) = Cluster::shared() else { return };
    ends_everything(cluster.store().await).await;
}

/// Nobody gets it by asking for it, and the server makes another one each time.
#[tokio::test]
async fn an_identifier_that_was_removed_is_not_given_again() {
    let peer = open();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..100 {
        let wish = json!({"client_id": seen.last()});
        let client = registered(&peer, &and(public(), wish)).await;
        assert!(seen.insert(text(&client, "client_id").to_owned()), "{client}");
        assert_eq!(managed(&peer, Method::DELETE, &client, None).await.status, 204);
    }
}
